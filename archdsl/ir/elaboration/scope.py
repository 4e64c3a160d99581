"""Where steps run while a spec is elaborated, and what is known of a call when its turn comes."""

from __future__ import annotations

from typing import Any, NamedTuple

from archdsl.errors import Mark
from archdsl.ir.elaboration.naming import Namer
from archdsl.ir.graph import Frame, Node
from archdsl.ops.shapes import channel_axis
from archdsl.spec.expression import Names
from archdsl.spec.model import Call
from archdsl.spec.sizes import ARRIVING

Tensors = tuple[Node, ...]
"""What arrives at a step: nearly always one tensor, several after `from: [a, b]`."""


Shares = dict[str, tuple[Mark, tuple[Node, ...]]]
"""For a name after `share` the first step that has it, and the nodes with weights that it made."""


def channels(arriving: Tensors) -> Any:
    """Number of channels that arrive: what `$in` stands for."""
    shape = arriving[0].shape
    return shape[channel_axis(shape)]


class Gathered(tuple[Node, ...]):
    """Tensors of which there may be any number, from a label that gathers or fits several: a join of a single one passes it on."""


def arrive(names: Names, arriving: Tensors) -> None:
    """Have a step's values see what arrives at it: `$in`, and the sizes."""
    shape = arriving[0].shape
    names["in"] = shape[channel_axis(shape)]
    names[ARRIVING] = shape


class Scope:
    """Where a body runs.

    Attributes:
        prefix: of the names of its nodes, with the dot at its end.
        frames: the blocks, stages and paths around it, outermost first.
        names: the values in reach. Steps set `in` to what arrives at them.
        labels: the tensors that `from` can take, by label.
        shares: the steps that weights can be shared with, by the name after `share`: what first had it, see `share.py`.
        depth: how many blocks are open around it.
    """

    __slots__ = ("depth", "frames", "labels", "names", "prefix", "shares")

    def __init__(
        self, prefix: str, frames: tuple[Frame, ...], names: Names, labels: dict[str, Tensors], depth: int, shares: Shares
    ):
        self.prefix = prefix
        self.frames = frames
        self.names = names
        self.labels = labels
        self.depth = depth
        self.shares = shares

    def inner(
        self,
        segment: str | None,
        kind: str,
        word: str,
        mark: Mark,
        row: int | None = None,
        args: tuple[tuple[str, Any], ...] = (),
    ) -> Scope:
        """The scope of a path, stage or block: one more frame, and one more segment of names (None: no segment)."""
        prefix = self.prefix if segment is None else f"{self.prefix}{segment}."
        frame = Frame(prefix[:-1], kind, word, mark, row, args)
        return Scope(prefix, (*self.frames, frame), self.names, self.labels, self.depth, self.shares)

    def having(self, names: Names) -> Scope:
        """The same place with other values in reach."""
        return Scope(self.prefix, self.frames, names, self.labels, self.depth, self.shares)

    def enter(self, names: Names, arriving: Tensors) -> None:
        """Make a scope that was just made the inside of a block: with values, labels and shared weights of its own."""
        self.names, self.labels, self.depth, self.shares = names, {"in": arriving}, self.depth + 1, {}


class CallSite(NamedTuple):
    """Where a call stands when it runs.

    Attributes:
        arriving: the tensors that it takes.
        name: what its node or block is called, before the prefix and a number are added.
        numbered: whether the name gets a number.
        alone: whether the call is the only step of its body, so that a block adds nothing to names.
    """

    call: Call
    scope: Scope
    arriving: Tensors
    name: str
    numbered: bool = False
    alone: bool = False

    def opened(self, namer: Namer, word: str, args: tuple[tuple[str, Any], ...] = ()) -> Scope:
        """The scope inside of the block that is called here, the block's own values not yet put in."""
        call, scope = self.call, self.scope
        segment = None if self.alone else namer.segment(scope.prefix, self.name, self.numbered)
        return scope.inner(segment, "block", word, call.mark, call.row, args)
