"""Where alternatives of a grid's structure meet again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from archdsl.ops.errors import ShapeError
from archdsl.ops.facts import Layout, Memory
from archdsl.ops.operator import NoMacs, Shape


class Select(NoMacs):
    """The tensor of whichever alternative a variant has. It is no step of a spec and computes nothing: no single network has one.

    Attributes:
        masks: for each input a boolean array of the variants that take it.
    """

    memory, layout = Memory.PASSED, Layout.FOLLOWS

    word = "select"
    fields: ClassVar[dict[str, Any]] = {}
    joins = True

    def __init__(self, masks: Sequence[Any]):
        self.masks = tuple(masks)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def arguments(self) -> dict[str, Any]:
        return {"masks": [(mask.shape, mask.tobytes().hex()) for mask in self.masks]}

    def shape(self, *inputs: Shape) -> Shape:
        raise ShapeError("the shape of alternatives depends on which variants have them")
