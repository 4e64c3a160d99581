"""Reductions along an axis, and softmax along a chosen one: shapes, values, mistakes."""

import numpy as np
import pytest
import torch
from graphs import Builder
from small import compiled

import archdsl
from archdsl.ops import OPERATORS, ShapeError
from archdsl.ops.shapes import Heads, Map, Sequence, Vector

MAP, VOLUME, TOKENS, GROUPS, HEADS = Map((4, 6, 5)), Map((4, 3, 6, 5)), Sequence((7, 4)), Sequence((3, 7, 4)), Heads((2, 7, 4))


@pytest.mark.parametrize(
    ("arriving", "over", "kept", "without"),
    [
        (MAP, "channels", (1, 6, 5), None),
        (MAP, "height", (4, 1, 5), Map((4, 5))),
        (MAP, "places", (4, 1, 1), Vector((4,))),
        (VOLUME, "depth", (4, 1, 6, 5), Map((4, 6, 5))),
        (VOLUME, "places", (4, 1, 1, 1), Vector((4,))),
        (Map((4, 9)), "length", (4, 1), Vector((4,))),
        (Map((4, 9)), "channels", (1, 9), None),
        (TOKENS, "tokens", (1, 4), Vector((4,))),
        (TOKENS, "channels", (7, 1), Vector((7,))),
        (GROUPS, "groups", (1, 7, 4), Sequence((7, 4))),
        (GROUPS, "tokens", (3, 1, 4), Sequence((3, 4))),
        (GROUPS, "channels", (3, 7, 1), None),
        (HEADS, "heads", (1, 7, 4), Sequence((7, 4))),
        (HEADS, "channels", (2, 7, 1), None),
        (Heads((3, 2, 7, 4)), "groups", (1, 2, 7, 4), HEADS),
        (Heads((3, 2, 7, 4)), "heads", (3, 1, 7, 4), GROUPS),
        (Vector((4,)), "channels", (1,), None),
    ],
)
def test_shapes(arriving, over, kept, without):
    reduce = OPERATORS["reduce"]
    found = reduce(over=over).shape(arriving)
    assert (type(found), found) == (type(arriving), kept)
    if without is None:
        with pytest.raises(ShapeError, match=f"without {over} is no tensor of a network"):
            reduce(over=over, keep=False).shape(arriving)
    else:
        left = reduce(over=over, keep=False).shape(arriving)
        assert (type(left), left) == (type(without), without)


@pytest.mark.parametrize("mode", ["mean", "max", "min", "sum"])
@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize(
    ("arriving", "over", "axes"),
    [(MAP, "width", (3,)), (MAP, "places", (2, 3)), (TOKENS, "tokens", (1,)), (HEADS, "heads", (1,))],
)
def test_values(mode, keep, arriving, over, axes):
    build = Builder(arriving)
    build("node", "reduce", over=over, mode=mode, keep=keep)
    x = torch.randn(2, *arriving)
    wanted = x
    for axis in sorted(axes, reverse=True):
        made = getattr(wanted, mode)(axis)
        wanted = made if isinstance(made, torch.Tensor) else made.values
    found = compiled(build.graph)(x)
    assert found.shape[1:] == build.shape
    torch.testing.assert_close(found.reshape(wanted.shape), wanted)


@pytest.mark.parametrize("word", ["softmax", "log_softmax"])
@pytest.mark.parametrize(
    ("arriving", "over", "axis"),
    [(MAP, "channels", 1), (MAP, "height", 2), (MAP, "last", 3), (TOKENS, "tokens", 1), (HEADS, "heads", 1)],
)
def test_softmax(word, arriving, over, axis):
    build = Builder(arriving)
    build("node", word, over=over)
    x = torch.randn(2, *arriving)
    shares = x.exp() / x.exp().sum(axis, keepdim=True)
    torch.testing.assert_close(compiled(build.graph)(x), shares if word == "softmax" else shares.log())


@pytest.mark.parametrize(
    ("step", "message", "hint"),
    [
        ("reduce: chanels", "'over' of reduce expected one of .*; 'chanels' came", "did you mean 'channels'"),
        ("reduce: tokens", "a map of 4x6x5 has no tokens for reduce", "it has channels, height, width"),
        ("softmax: depth", "a map of 4x6x5 has no depth for softmax", "it has channels, height, width"),
        ("reduce: {axis: channels}", "unknown argument of reduce 'axis'", "did you mean 'over'"),
        ("reduce: {over: channels, keepdim: true}", "unknown argument of reduce 'keepdim'", "did you mean 'keep'"),
        ("mean: channels", "unknown operator or block 'mean'", "did you mean 'reduce'"),
        ("logsoftmax", "unknown operator or block 'logsoftmax'", "did you mean 'log_softmax'"),
        ("{reduce: {over: channels, keep: false}}", "a map of 4x6x5 without channels is no tensor", "keep: true"),
    ],
)
def test_mistakes(step, message, hint):
    with pytest.raises(archdsl.SpecError, match=message) as caught:
        archdsl.loads(f"input: [4, 6, 5]\nnet:\n  - {step}\n").graph()
    assert hint in caught.value.diagnostics[0].hint


@pytest.mark.parametrize("step", ["reduce: tokens", "softmax: tokens"])
def test_indices_are_nothing_to_calculate_on(step):
    with pytest.raises(archdsl.SpecError, match=r"takes values, indices of 5 arrive"):
        archdsl.loads(f"input: {{ids: [5]}}\nnet:\n  - {step}\n").graph()


def test_a_grid_of_sizes():
    steps = "  - reduce: height\n  - {reduce: {over: places, keep: false}}\n"
    text = f"input: [4, $side, 6]\nknobs: {{side: {{default: 5, range: [1, 99]}}}}\nnet:\n{steps}"
    nodes = list(archdsl.loads(text, side=np.array([5, 7])).graph())
    assert (nodes[1].shape, nodes[2].shape) == ((4, 1, 6), (4,))
