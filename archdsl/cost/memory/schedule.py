"""The order of operators that needs the least memory for activations.

A block of two paths may run either path first, or take turns, and the peak depends on it. Where one tensor alone leads on, the
network falls into segments whose order is free only inside; each is solved by itself, exactly, by a search over the sets of
operators that have run (a state is such a set, and what is in memory follows from it alone). Any topological order of the whole
network is one of these.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from archdsl.cost.dtypes import USUAL
from archdsl.cost.memory.peak import beside, peak_bytes
from archdsl.cost.memory.storage import Plan, Step, plan
from archdsl.errors import InputError
from archdsl.ir.graph import Graph

MOST_STATES = 20_000
"""Sets of operators that are looked at in one segment before its given order is kept."""


@dataclass(frozen=True)
class Schedule:
    """An order of the operators.

    Attributes:
        order: names of the nodes.
        given_bytes: peak of activations in the order of the graph.
        peak_bytes: peak in this order.
        exact: whether no other order needs less. False where a segment had too many orders to look at.
    """

    order: tuple[str, ...]
    given_bytes: int
    peak_bytes: int
    exact: bool


def best_schedule(graph: Graph, dtype: str = USUAL, most_states: int = MOST_STATES) -> Schedule:
    """The order with the least peak of activations, for batch 1. The order of the graph is kept where it is as good.

    Raises:
        InputError: a grid of networks, or a dtype that is not known.
    """
    found = plan(graph, dtype)
    given = peak_bytes(found)
    if type(given) is not int:
        raise InputError("a grid of networks has no one best order; choose one network")
    segments = _segments(graph)
    work = _Memory(found, graph)
    peaks = [work.peak(segment) for segment in segments]
    least, exact = 0, True
    for number in sorted(range(len(segments)), key=lambda n: -peaks[n]):
        if peaks[number] <= least:  # a segment that needs more decides; the order inside the others does not matter
            break
        better = _Search(work, segments[number], peaks[number], most_states).run()
        if better is None:
            exact = exact and len(segments[number]) == 1
        elif better[0] < peaks[number]:
            peaks[number], segments[number] = better
        least = max(least, peaks[number])
    order = [name for segment in segments for name in segment]
    peak = peak_bytes(plan(reordered(graph, order), dtype))
    return Schedule(tuple(order), given, peak, exact)


def reordered(graph: Graph, order: Sequence[str]) -> Graph:
    """The same graph with its nodes in another order, in which every node still comes after its inputs."""
    return replace(graph, nodes={name: graph[name] for name in order})


def _segments(graph: Graph) -> list[list[str]]:
    """The nodes cut after each tensor that alone leads on."""
    position = {name: index for index, name in enumerate(graph.nodes)}
    reach = dict.fromkeys(position, -1)  # last reader; outputs are read at the very end
    for node in graph:
        for source in node.inputs:
            reach[source] = position[node.name]
    reach.update(dict.fromkeys(graph.ends, len(position)))
    segments: list[list[str]] = [[]]
    furthest = -1  # of all tensors before this one
    for name, index in position.items():
        segments[-1].append(name)
        if furthest <= index or not graph[name].inputs:  # inputs come first, in any order
            segments.append([])
        furthest = max(furthest, reach[name])
    return [segment for segment in segments if segment]


class _Run(NamedTuple):
    """What one node does with memory: its steps, and the storages that they read or leave their result in."""

    steps: list[Step]
    touches: set[int]


class _Memory:
    """Bytes in memory for any set of nodes that have run."""

    def __init__(self, found: Plan, graph: Graph):
        self.graph = graph
        self.bytes = [storage.bytes for storage in found.storages]
        self.given: Any = found.given if found.keeps_inputs else 0
        self.inputs = frozenset(range(found.inputs if found.keeps_inputs else 0))
        self.kept = found.held
        self.runs = {name: _Run([], set()) for name in graph.nodes}
        self.users: list[set[str]] = [set() for _ in found.storages]
        for step in found.steps:
            run = self.runs[step.node]
            run.steps.append(step)
            run.touches.update((*step.reads, step.holds))
            for storage in (*step.reads, step.holds):
                self.users[storage].add(step.node)

    def after(self, name: str, before: frozenset[int], done: set[str]) -> tuple[int, frozenset[int]]:
        """The peak while a node runs, and the storages that are there afterwards.

        Args:
            before: storages that are there, without the inputs.
            done: nodes that have run, this one among them.
        """
        run = self.runs[name]
        alive = set(before)
        size = self.given + sum(self.bytes[storage] for storage in alive)
        peak = size
        gone = {storage for storage in run.touches if storage not in self.kept and self.users[storage] <= done}
        for index, step in enumerate(run.steps):
            if step.makes is not None:
                alive.add(step.makes)
                size += self.bytes[step.makes]
                peak = max(peak, size + beside(step))
            later = {storage for other in run.steps[index + 1 :] for storage in other.reads}
            for storage in (gone & alive) - later:
                alive.discard(storage)
                size -= self.bytes[storage]
        return peak, frozenset(alive)

    def enter(self, segment: list[str]) -> frozenset[int]:
        """Storages that are there before a segment begins: what it reads of earlier nodes."""
        touched = {storage for name in segment for storage in self.runs[name].touches}
        return frozenset(touched - {step.makes for name in segment for step in self.runs[name].steps} - self.inputs)

    def peak(self, segment: list[str]) -> int:
        alive, done = self.enter(segment), self.outside(segment)
        peak: int = self.given
        for name in segment:
            done.add(name)
            step, alive = self.after(name, alive, done)
            peak = max(peak, step)
        return peak

    def outside(self, segment: list[str]) -> set[str]:
        """Nodes that have run when a segment begins."""
        names = list(self.graph.nodes)
        return set(names[: names.index(segment[0])])


class _Search:
    """Orders of one segment, by the sets of nodes that have run; the one with the smallest peak so far grows first."""

    def __init__(self, work: _Memory, segment: list[str], known: int, most: int):
        self.work, self.segment, self.known, self.most = work, segment, known, most
        bit = {name: 1 << index for index, name in enumerate(segment)}
        self.needs = [sum(bit.get(source, 0) for source in dict.fromkeys(work.graph[name].inputs)) for name in segment]
        self.before = work.outside(segment)

    def run(self) -> tuple[int, list[str]] | None:
        """The least peak and an order that has it; None where there are too many orders to say."""
        if len(self.segment) == 1:
            return self.known, self.segment
        full = (1 << len(self.segment)) - 1
        came: dict[int, tuple[int, int]] = {}  # set of nodes -> the set before it and the node that was added
        alive = {0: self.work.enter(self.segment)}
        queue = [(0, 0, 0)]
        best = {0: 0}
        while queue:
            peak, _, state = heapq.heappop(queue)
            if peak > best[state]:
                continue
            if state == full:
                return peak, self.order(came, full)
            if len(best) > self.most:
                return None
            done = self.before | {name for index, name in enumerate(self.segment) if state >> index & 1}
            for index, name in enumerate(self.segment):
                if state >> index & 1 or self.needs[index] & ~state:
                    continue
                reached = state | 1 << index
                during, left = self.work.after(name, alive[state], done | {name})
                worst = max(peak, during)
                if worst < best.get(reached, self.known + 1):
                    best[reached], came[reached], alive[reached] = worst, (state, index), left
                    heapq.heappush(queue, (worst, -reached.bit_count(), reached))
        raise AssertionError("the given order was not found")

    def order(self, came: dict[int, tuple[int, int]], state: int) -> list[str]:
        names: list[str] = []
        while state:
            state, index = came[state]
            names.append(self.segment[index])
        return names[::-1]
