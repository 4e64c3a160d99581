"""Where alternatives of a grid's structure meet again."""

from __future__ import annotations

from typing import Any, ClassVar

from archdsl.ops.errors import ShapeError
from archdsl.ops.facts import Layout, Memory
from archdsl.ops.operator import NoMacs, Shape


class Select(NoMacs):
    """The tensor of whichever alternative a variant has. It is no step of a spec and computes nothing: no single network has one."""

    memory, layout = Memory.PASSED, Layout.FOLLOWS

    word = "select"
    fields: ClassVar[dict[str, Any]] = {}
    joins = True

    def __init__(self) -> None:
        pass

    def shape(self, *inputs: Shape) -> Shape:
        raise ShapeError("the shape of alternatives depends on which variants have them")
