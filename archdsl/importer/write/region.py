"""A part of a graph that may become a block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from archdsl.ir.graph import Node


@dataclass(eq=False)
class Region:
    """A scope, or a run of operators that belong together; the network itself has no word.

    Attributes:
        word: what it is called.
        items: what runs in it, in order.
        inputs: tensors outside that it reads, by the names of their nodes, in the order in which they are first read.
        outputs: its tensors that are read outside, or that the network returns.
        is_idiom: whether it is a run of operators that readers know, rather than a scope.
        known: arguments of the shared block that it is, if it is one.
    """

    word: str
    items: list[Node | Region] = field(default_factory=list)
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    is_idiom: bool = False
    known: dict[str, Any] | None = None

    def nodes(self) -> Iterator[Node]:
        for item in self.items:
            if isinstance(item, Region):
                yield from item.nodes()
            else:
                yield item

    def regions(self) -> Iterator[Region]:
        """The regions in it, the inner ones first, and itself."""
        for item in self.items:
            if isinstance(item, Region):
                yield from item.regions()
        yield self
