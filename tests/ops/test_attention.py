"""Tokens, heads and products: shapes, weights, counts, and what is refused."""

import numpy as np
import pytest

from archdsl.exact.grid import Grid
from archdsl.ops import OPERATORS, ShapeError
from archdsl.ops.errors import ArgumentError
from archdsl.ops.shapes import Heads


def op(word, **arguments):
    return OPERATORS[word].read(arguments)


@pytest.mark.parametrize(
    ("word", "arguments", "arrives", "leaves"),
    [
        ("tokens", {}, (8, 3, 5), (15, 8)),
        ("class_token", {}, (15, 8), (16, 8)),
        ("position", {}, (16, 8), (16, 8)),
        ("select_token", {"index": 15}, (16, 8), (8,)),
        ("token_mean", {}, (16, 8), (8,)),
        ("split_heads", {"heads": 4}, (16, 8), (4, 16, 2)),
        ("merge_heads", {}, Heads((4, 16, 2)), (16, 8)),
        ("softmax", {}, (4, 16, 16), (4, 16, 16)),
        ("layer_norm", {}, (8, 3, 5), (8, 3, 5)),
        ("layer_scale", {}, (16, 8), (16, 8)),
        ("drop_path", {"rate": 0}, (8,), (8,)),
    ],
)
def test_shapes(word, arguments, arrives, leaves):
    assert op(word, **arguments).shape(arrives) == leaves
    assert op(word, **arguments).macs((arrives,), leaves) == 0
    assert op(word, **arguments).products((arrives,), leaves) == 0


@pytest.mark.parametrize(
    ("word", "arrives", "count"),
    [
        ("class_token", (15, 8), 8),
        ("position", (15, 8), 120),
        ("layer_norm", (8, 3, 5), 16),
        ("layer_norm", (15, 8), 16),
        ("layer_scale", (8, 3, 5), 8),
        ("layer_scale", (15, 8), 8),
    ],
)
def test_learned_values(word, arrives, count):
    assert op(word).params(arrives) == count


def test_products_are_no_macs():
    scores = op("matmul", transpose=True, scaled=True)
    queries, keys = (6, 197, 64), (6, 197, 64)
    assert scores.shape(queries, keys) == (6, 197, 197)
    assert scores.products((queries, keys), (6, 197, 197)) == 6 * 197 * 197 * 64
    assert scores.macs((queries, keys), (6, 197, 197)) == 0
    mix = op("matmul")
    assert mix.shape((6, 197, 197), keys) == (6, 197, 64)
    assert mix.shape((5, 7), (7, 3)) == (5, 3)


@pytest.mark.parametrize(
    ("word", "arguments", "arrives", "message", "hint"),
    [
        ("class_token", {}, [(8, 3, 5)], "class_token takes tokens x channels, 8x3x5 arrives", "put tokens before it"),
        ("token_mean", {}, [(8,)], "token_mean takes tokens x channels, 8 arrives", ""),
        ("tokens", {}, [(16, 8)], "tokens takes a map of channels x height x width, 16x8 arrives", ""),
        ("select_token", {"index": 16}, [(16, 8)], "there is no token 16 among 16", ""),
        ("split_heads", {"heads": 3}, [(16, 8)], "8 channels cannot be shared out over 3 heads", ""),
        ("merge_heads", {}, [(16, 8)], "merge_heads takes heads x tokens x channels, 16x8 arrives", ""),
        ("matmul", {}, [(5, 7), (3, 7)], "matmul of 5x7 and 3x7, which do not fit", "transpose: true takes"),
        ("matmul", {}, [(2, 5, 7), (7, 3)], "matmul of 2x5x7 and 7x3, which have different axes or too few", ""),
        ("matmul", {}, [(2, 5, 7), (3, 7, 5)], "matmul of 2x5x7 and 3x7x5, which do not fit", ""),
        ("matmul", {}, [(5, 7)] * 3, "matmul takes two tensors, 3 arrive", ""),
    ],
)
def test_refusals(word, arguments, arrives, message, hint):
    with pytest.raises(ShapeError) as error:
        op(word, **arguments).shape(*arrives)
    assert error.value.message == message
    assert error.value.hint.startswith(hint)


def test_grids():
    side, width = Grid.of([10, 14, 16], "resolution"), Grid.of([192, 384, 768], "dim")
    shape = op("tokens").shape((width, side, side))
    shape = op("class_token").shape(shape)
    heads = op("split_heads", heads=6).shape(shape)
    scores = op("matmul", transpose=True).shape(heads, heads)
    found = op("matmul", transpose=True).products((heads, heads), scores)
    assert np.array_equal(found.values, [(n * n + 1) ** 2 * c for n, c in [(10, 192), (14, 384), (16, 768)]])
    with pytest.raises(ShapeError, match="cannot be shared out over 5 heads"):
        op("split_heads", heads=5).shape(shape)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"map": [3, 4]}, "a map of 3x4 are 12 tokens, 13 arrive"),
        ({"map": [3, 4], "class_tokens": 2}, "a map of 3x4 and 2 class tokens are 14 tokens, 13 arrive"),
        ({"class_tokens": 13}, "13 tokens arrive, of which 13 have no place"),
    ],
)
def test_tokens_that_are_no_places(arguments, told):
    with pytest.raises(ShapeError, match=told):
        op("rotary", **arguments).shape(Heads((2, 13, 8)))
    with pytest.raises(ShapeError, match="6 channels arrive"):
        op("rotary", map=[3, 4]).shape(Heads((2, 12, 6)))
    with pytest.raises(ArgumentError, match="goes with 'map' alone"):
        op("rotary", centred=True)
