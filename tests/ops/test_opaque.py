"""The operator that stands for what the language lacks: its shapes, and mistakes in its arguments."""

from __future__ import annotations

import pytest

import archdsl
from archdsl.errors import SpecError
from archdsl.ops.shapes import typed


def one(arguments: str, size: str = "[3, 8, 8]") -> archdsl.Net:
    return archdsl.loads(f"archdsl: 1\ninput: {size}\nnet: [{{opaque: {arguments}}}]")


def test_shapes_of_every_kind() -> None:
    for given, kind, size in (
        ("[4]", "vector", (4,)),
        ("[5, 4]", "sequence", (5, 4)),
        ("[map, 4, 5]", "map", (4, 5)),
        ("[heads, 2, 5, 4]", "heads", (2, 5, 4)),
        ("[4, 2, 3, 3]", "map", (4, 2, 3, 3)),
    ):
        shape = typed(one(f"{{what: x, gives: {given}}}").graph()["opaque"].shape)
        assert (shape.word, tuple(shape)) == (kind, size)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            "{what: x, gives: [4, 8, 8], takes: [3, 9, 9]}",
            "what x gives is known for a map of 3x9x9 alone, a map of 3x8x8 arrives",
        ),
        ("{what: x, gives: [4, 8, 8], takes: [[3, 8, 8], [3, 8, 8]]}", "x takes 2 tensors, 1 arrive"),
        ("{what: x, gives: [mop, 4, 8, 8]}", "expected a kind of tensor"),
        ("{what: x, gives: 4}", "expected a shape as"),
        ("{what: x, gives: [1, 2, 3, 4, 5]}", "has 5 sizes, and so many need a kind before them"),
        ("{what: x, gives: [4, 8, 8], learns: [4, 3]}", "expected a list of sizes for each weight"),
        ("{gives: [4, 8, 8]}", "opaque needs 'what'"),
        ("{what: x}", "opaque needs 'gives'"),
    ],
)
def test_mistakes(arguments: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        one(arguments).graph()
    assert message in str(caught.value)
