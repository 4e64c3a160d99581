"""The moment of most memory: which layer runs, and which tensors are in memory."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from archdsl.cost.dtypes import USUAL
from archdsl.cost.memory.peak import Memory, Moment
from archdsl.exact.partly import Partly
from archdsl.ir.graph import Graph
from archdsl.viz.drawing import Box, Drawing, Edge, Legend
from archdsl.viz.heat import with_note
from archdsl.viz.legend import MARKS
from archdsl.viz.text import bytes_text

MOST = 12  # tensors that the legend lists


@dataclass(frozen=True)
class Peak:
    """The peak of a network for a drawing of it.

    Attributes:
        batch, dtype: what bytes are for.

    Raises (when a member is asked for):
        InputError: a grid of networks.
    """

    graph: Graph
    batch: int = 1
    dtype: str = USUAL

    @cached_property
    def memory(self) -> Memory:
        return Memory(self.graph, self.dtype)

    @cached_property
    def moment(self) -> Moment:
        return self.memory.peak

    @cached_property
    def alive(self) -> dict[str, int]:
        """Bytes of every tensor that is in memory, by the node that made it."""
        found: dict[str, int] = defaultdict(int)
        for name, size in self.moment.alive:
            found[name.partition(" (")[0]] += size * self.batch
        return dict(found)

    def apart(self) -> dict[str, Any]:
        """By node, what keeps it from being folded with others."""
        return {**self.alive, self.moment.node: MARKS["running"]}

    @cached_property
    def holds(self) -> dict[str, str]:
        """By node, the one that made the memory in which its tensor lies."""
        plan = self.memory.plan
        made = {step.node: plan.storages[step.holds].name.partition(" (")[0] for step in plan.steps}
        return {**{node.name: node.name for node in self.graph.inputs}, **made}

    @cached_property
    def order(self) -> dict[str, int]:
        return {name: position for position, name in enumerate(self.graph.nodes)}


def at_peak(drawing: Drawing, peak: Peak) -> Drawing:
    """The drawing with the tensors that are in memory at the peak, and the layer that runs, set apart."""
    boxes = tuple(_box(box, peak) for box in drawing.boxes)
    until = _reach(drawing, peak)
    edges = tuple(replace(edge, tone=_line(edge, until[edge.target], peak)) for edge in drawing.edges)
    return replace(drawing, boxes=boxes, edges=edges, legends=(*drawing.legends, _legend(peak)))


def _box(box: Box, peak: Peak) -> Box:
    if box.kind == "output":
        return replace(box, tone="pale")
    there = [peak.alive[name] for name in box.nodes if name in peak.alive]
    runs = peak.moment.node in box.nodes
    note = [f"{MARKS['running']} runs"] if runs else []
    if there:
        note.append(f"{MARKS['alive']} {bytes_text(sum(there))}{f' in {len(there)} tensors' if len(there) > 1 else ''}")
    return replace(with_note(box, "   ".join(note)), tone="running" if runs else "alive" if there else "pale")


def _reach(drawing: Drawing, peak: Peak) -> Mapping[str, float]:
    """For every box, the position of the last node in it; for a dot, that of the last box that it leads to."""
    found: dict[str, float] = {}
    outputs: dict[str, list[str]] = defaultdict(list)
    for edge in drawing.edges:
        outputs[edge.source].append(edge.target)

    def reach(box: Box) -> float:
        if box.id not in found:
            if box.kind == "fork":
                found[box.id] = max(reach(known[target]) for target in outputs[box.id])
            else:
                found[box.id] = max((peak.order[name] for name in box.nodes), default=math.inf)
        return found[box.id]

    known = {box.id: box for box in drawing.boxes}
    for box in drawing.boxes:
        reach(box)
    return found


def _line(edge: Edge, until: float, peak: Peak) -> str:
    now = peak.order[peak.moment.node]
    there = peak.holds.get(edge.node) in peak.alive and peak.order[edge.node] <= now <= until
    return "alive" if there else "pale"


def _legend(peak: Peak) -> Legend:
    moment = peak.moment
    notes = [f"{MARKS['alive']} {name}: {int(count) * peak.batch:,} bytes" for name, count in moment.alive[:MOST]]
    if len(moment.alive) > MOST:
        notes.append(f"and {len(moment.alive) - MOST} more")
    if moment.scratch:
        notes.append(f"{moment.scratch * peak.batch:,} bytes that {moment.node} needs until it returns")
    most = moment.bytes * peak.batch
    size = most.around(bytes_text) if isinstance(most, Partly) else bytes_text(int(most))
    title = f"peak of activations: {size} ({most:,} bytes; {peak.dtype}, batch {peak.batch})"
    swatches = (("running", f"{moment.node} runs"), ("alive", "made a tensor that is in memory then"), ("pale", "not in memory"))
    return Legend(title, swatches, notes=tuple(notes))
