"""Kinds of tensors: told apart where the numbers are the same."""

from __future__ import annotations

import json

import pytest

import archdsl
from archdsl.errors import SpecError
from archdsl.ir import serialize
from archdsl.ir.graph import Graph, Node
from archdsl.ops import OPERATORS, ShapeError
from archdsl.ops.passing import Input
from archdsl.ops.shapes import KINDS, Heads, Ids, Map, Sequence, Vector, channel_axis, described, typed


@pytest.mark.parametrize(
    ("shape", "axis", "places"),
    [
        (Map((8, 9, 7)), 0, (9, 7)),
        (Map((1, 32000)), 0, (32000,)),
        (Map((3, 16, 112, 112)), 0, (16, 112, 112)),
        (Sequence((5, 8)), 1, (5,)),
        (Sequence((4, 5, 8)), 2, (5,)),
        (Heads((2, 5, 4)), 2, (5,)),
        (Vector((8,)), 0, ()),
        (Ids((5,)), 0, (5,)),
    ],
)
def test_axes(shape, axis, places):
    assert channel_axis(shape) == axis
    assert shape.places == places
    assert type(shape.with_channels(3)) is type(shape)
    assert shape.with_channels(3)[axis] == 3


def test_a_shape_without_a_kind_goes_by_its_axes():
    assert [type(typed(shape)) for shape in ((8,), (5, 8), (8, 9, 7), (8, 4, 9, 7))] == [Vector, Sequence, Map, Map]


def test_a_convolution_over_heads_is_refused_at_its_place():
    text = "archdsl: 1\ninput: [3, 16, 16]\nnet:\n  - conv: {out: 12, kernel: 3}\n  - tokens\n  - split_heads: 4\n  - conv: 8\n"
    with pytest.raises(SpecError) as caught:
        archdsl.loads(text).graph()
    (found,) = caught.value.diagnostics
    assert found.mark is not None
    assert found.mark.line == 6
    assert "conv takes a map of channels x height x width, 4x256x3 inside attention arrives" in found.message


@pytest.mark.parametrize("kind", KINDS.values())
def test_kinds_survive_json(kind):
    shape = kind((4, 5, 6)[: {Vector: 1, Ids: 1, Sequence: 2, Heads: 3}.get(kind, 2)])
    graph = Graph("net", {"input": Node("input", Input(shape), (), shape)}, {"output": "input"})
    again = serialize.load(json.loads(json.dumps(serialize.dump(graph))))
    assert type(again["input"].shape) is kind
    assert again["input"].shape == shape


def test_sums_of_unlike_tensors_are_refused():
    assert described(Map((4, 5))) == "a map of 4x5"
    with pytest.raises(ShapeError, match="add of unlike tensors: a map of 4x5 and tokens of 4x5"):
        OPERATORS["add"]().shape(Map((4, 5)), Sequence((4, 5)))
