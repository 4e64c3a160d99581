"""Where a body runs while a spec is elaborated."""

from __future__ import annotations

from typing import Any

from archdsl.errors import Mark
from archdsl.ir.graph import Frame, Node
from archdsl.ops.operator import channel_axis
from archdsl.spec.expression import Names

Tensors = tuple[Node, ...]
"""What arrives at a step: nearly always one tensor, several after `from: [a, b]`."""


def channels(current: Tensors) -> Any:
    """Number of channels that arrive: what `$in` stands for."""
    shape = current[0].shape
    return shape[channel_axis(shape)]


class Scope:
    """The prefix of names, the frames, the values in reach, the labels of the block, and how deep blocks are nested."""

    __slots__ = ("depth", "frames", "labels", "names", "prefix")

    def __init__(self, prefix: str, frames: tuple[Frame, ...], names: Names, labels: dict[str, Tensors], depth: int):
        self.prefix = prefix
        self.frames = frames
        self.names = names
        self.labels = labels
        self.depth = depth

    def inner(
        self,
        segment: str | None,
        kind: str,
        word: str,
        mark: Mark,
        row: int | None = None,
        args: tuple[tuple[str, Any], ...] = (),
    ) -> Scope:
        """The scope of a path, stage or block: one more frame, and one more segment of names unless it is elided."""
        prefix = self.prefix if segment is None else f"{self.prefix}{segment}."
        frame = Frame(prefix[:-1], kind, word, mark, row, args)
        return Scope(prefix, (*self.frames, frame), self.names, self.labels, self.depth)

    def having(self, names: Names) -> Scope:
        """The same place with other values in reach."""
        return Scope(self.prefix, self.frames, names, self.labels, self.depth)

    def entered(self, names: Names, current: Tensors) -> Scope:
        """Inside a block: its own values and labels."""
        return Scope(self.prefix, self.frames, names, {"in": current}, self.depth + 1)
