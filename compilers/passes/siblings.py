"""Which operators read one map, or shares of it, and do the same with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from archdsl.compilers.passes.draft import Draft
from archdsl.compilers.passes.pointwise import is_pointwise
from archdsl.compilers.passes.views import View, view
from archdsl.ir.graph import Node
from archdsl.ops.convolution import Conv2d
from archdsl.ops.rearrange import Slice
from archdsl.ops.shapes import is_map


class Member(NamedTuple):
    """An operator and what it reads of the map."""

    node: Node
    reads: View


class Group(NamedTuple):
    """Operators that can be one, in the order of the channels that they read.

    Attributes:
        kind: `pointwise`, `depthwise`, or `alike` (the same operator on every channel).
        other: for sums and products of two maps, the second map.
    """

    kind: str
    members: tuple[Member, ...]
    other: str | None = None

    @property
    def first(self) -> str:
        """Name of the member that stands for the group."""
        return self.members[0].node.name

    @property
    def adjacent(self) -> bool:
        """Whether the members share out a range of channels without gaps or overlaps."""
        return all(a.reads.stop == b.reads.start for a, b in zip(self.members, self.members[1:], strict=False))


def groups(draft: Draft, base: str) -> Iterator[Group]:
    """The groups of two or more operators that read this map."""
    if not is_map(draft[base].shape) or isinstance(draft[base].op, Slice):
        return
    found: dict[Any, list[Member]] = {}
    for node in _readers(draft, base):
        key, reads = _kind(draft, node, base)
        if key is not None:
            found.setdefault(key, []).append(Member(node, reads))
    for (kind, other, *_), members in found.items():
        ordered = sorted(members, key=lambda member: member.reads.start)
        for run in [ordered] if kind == "pointwise" else _runs(ordered):
            if len(run) > 1:
                yield Group(kind, tuple(run), other)


def is_depthwise(draft: Draft, node: Node) -> bool:
    """Whether a node convolves every channel by itself, keeping height and width but for the stride."""
    op = node.op
    if not is_map(node.shape):
        return False
    if not isinstance(op, Conv2d) or not op.groups == op.out == draft[node.inputs[0]].shape[0] or op.dilation != (1, 1):
        return False
    return all(k % 2 == 1 and p == k // 2 for k, p in zip(op.kernel, op.window.pads, strict=True))


def _readers(draft: Draft, base: str) -> list[Node]:
    """What reads a map or slices of it, in the order of the graph."""
    readers = draft.readers()
    names = dict.fromkeys(readers[base])
    for name in readers[base]:
        if isinstance(draft[name].op, Slice):
            names.update(dict.fromkeys(readers[name]))
    position = {name: index for index, name in enumerate(draft.nodes)}
    return [draft[name] for name in sorted(names, key=position.__getitem__) if not isinstance(draft[name].op, Slice)]


def _kind(draft: Draft, node: Node, base: str) -> tuple[Any, View]:
    """What a node must share with others to be merged with them, and what it reads; no key for what cannot be merged."""
    op = node.op
    views = [view(draft, source) for source in node.inputs]
    if op.pairwise and len(views) == 2 and views[0].base != views[1].base:
        first = next(found for found in views if found.base == base)
        other = next(found for found in views if found.base != base)
        same = (first.start, first.stop) == (other.start, other.stop)
        side = views[0].base == base
        return (("alike", other.base, type(op), side) if same else None), first
    if len(views) != 1:
        return None, views[0]
    if isinstance(op, Conv2d):
        if is_depthwise(draft, node) and views[0].size > 1:
            return ("depthwise", None, op.stride), views[0]
        if is_pointwise(node) and op.groups == 1:
            return ("pointwise", None, op.stride), views[0]
        return None, views[0]
    if op.alike:
        return ("alike", None, op), views[0]
    return None, views[0]


def _runs(members: list[Member]) -> list[list[Member]]:
    """Members one after the other as long as each begins where the one before it ends."""
    runs: list[list[Member]] = []
    for member in members:
        if runs and runs[-1][-1].reads.stop == member.reads.start:
            runs[-1].append(member)
        else:
            runs.append([member])
    return runs
