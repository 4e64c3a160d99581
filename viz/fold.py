"""Folding of repeats: neighbours in a chain that are built alike are drawn once, "x 3".

Two members of a group are alike when they have the same titles, and operator by operator the same operator, shape and wiring,
including what comes in, and the same weights where those are shared. They are folded only where each reads nothing but the one
before, all in the same way, and nothing outside reads from their insides, so that one drawing with what goes into the first and comes
out of the last says all there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from archdsl.ir.graph import Frame, Graph
from archdsl.viz.shared import sets
from archdsl.viz.tree import Group, Member


def folded(
    parts: list[Member], graph: Graph, readers: Mapping[str, list[str]], apart: Mapping[str, Any]
) -> Iterator[list[Member]]:
    """The parts in order, each with the equal ones that follow it. `apart`: what must be equal too, by node."""
    repeats: list[Member] = []
    signature: Callable[[Member], Any] = _Signatures(graph, apart)
    links: tuple[int, ...] = ()
    for part in parts:
        link = _links(repeats[-1], part, graph, readers) if repeats and _may_repeat(repeats[-1], part) else ()
        near = bool(link) and (len(repeats) == 1 or link == links)
        if near and (lines := signature(part)) is not None and lines == signature(repeats[0]):
            repeats.append(part)
            links = link
            continue
        if repeats:
            yield repeats
        repeats = [part]
    if repeats:
        yield repeats


def _may_repeat(a: Member, b: Member) -> bool:
    """A cheap test that spares most comparisons."""
    return type(a) is type(b) and len(a.nodes) == len(b.nodes) and a.nodes[0].op == b.nodes[0].op and _titles(a) == _titles(b)


def _titles(part: Member) -> list[tuple[str, str, str]]:
    frames: tuple[Frame, ...] = part.frames if isinstance(part, Group) else ()
    return [(frame.kind, frame.block if frame.kind != "stage" else "", str(frame.args)) for frame in frames]


def _links(before: Member, part: Member, graph: Graph, readers: Mapping[str, list[str]]) -> tuple[int, ...]:
    """Which nodes of the part before it a part reads, by their places, in the order in which it reads them first.

    None where it reads something else too, where others read one of these, or where the part before it gives something else: the two
    are then no links of one chain.
    """
    inside = {node.name for node in part.nodes}
    earlier = {node.name: place for place, node in enumerate(before.nodes)}
    if not graph.ends.isdisjoint(earlier):  # an output has a line of its own
        return ()
    sources = dict.fromkeys(source for node in part.nodes for source in node.inputs if source not in inside)
    given = {node.name for node in before.nodes if not earlier.keys() >= set(readers[node.name])}
    if sources.keys() != given or not all(reader in earlier or reader in inside for name in given for reader in readers[name]):
        return ()
    return tuple([earlier[name] for name in sources])


class _Signatures:
    """What has to be equal for two parts to be alike; None where a part cannot be compared (a grid has no hash)."""

    def __init__(self, graph: Graph, apart: Mapping[str, Any]):
        self.graph = graph
        self.apart = apart
        self.known: dict[int, Any] = {}

    @cached_property
    def shared(self) -> Mapping[str, str]:
        """Asked for only where parts are compared: it looks at the whole graph."""
        return sets(self.graph)

    def __call__(self, part: Member) -> Any:
        if id(part) not in self.known:
            self.known[id(part)] = self.read(part)
        return self.known[id(part)]

    def read(self, part: Member) -> Any:
        index = {node.name: position for position, node in enumerate(part.nodes)}
        outside: dict[str, int] = {}
        lines = []
        for node in part.nodes:
            wiring: list[tuple[int, Any]] = []
            for source in node.inputs:
                if source in index:
                    wiring.append((index[source], None))
                else:
                    wiring.append((-1 - outside.setdefault(source, len(outside)), self.graph[source].shape))
            lines.append((node.op, node.shape, tuple(wiring), self.apart.get(node.name), self.shared.get(node.name)))
        try:
            hash(tuple(lines))
        except TypeError:
            return None
        return tuple(lines)
