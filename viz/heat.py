"""Heat: boxes coloured by what they cost, each with its share in its text and the scale in the legend."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

from archdsl.cost.comparing.totals import LATENCY
from archdsl.cost.counting.bill import Bill
from archdsl.cost.latency.device import FEMTOSECONDS, Device
from archdsl.cost.latency.devices import device_names, load_device
from archdsl.cost.memory.peak import Memory, memory_of
from archdsl.cost.words import duration
from archdsl.errors import InputError, unknown
from archdsl.exact.partly import Partly, at_least_if, is_partly
from archdsl.ir.graph import Graph, Node
from archdsl.viz.drawing import Box, Drawing, Legend
from archdsl.viz.looks import HEAT
from archdsl.viz.text import share_text

COSTS = ("macs", "params", "memory", "latency.DEVICE")
SHARES = (0.01, 0.02, 0.05, 0.1, 0.2)  # of a sum over layers, where steps of the scale begin
LEVELS = (0.2, 0.4, 0.6, 0.8, 1.0)  # of a largest value


@dataclass(frozen=True)
class Heat:
    """What a drawing is coloured by.

    Attributes:
        title: of the scale, as `share of 117,715,736 multiply-accumulates`.
        shares: of every node, from 0 to 1; a node that is not in it has none.
        largest: whether the share of a box is the largest of its nodes, not their sum.
        unknown: nodes of unknown cost; shares are of what is known of the sum.
    """

    title: str
    shares: Mapping[str, float]
    largest: bool = False
    unknown: frozenset[str] = frozenset()

    def of(self, names: Iterable[str]) -> float:
        """The share of a box that stands for these nodes."""
        found = [self.shares.get(name, 0.0) for name in names]
        return max(found, default=0.0) if self.largest else math.fsum(found)

    def begins(self) -> tuple[float, ...]:
        """Where the steps of the scale begin, without the first."""
        return LEVELS if self.largest else SHARES

    def tone(self, share: float) -> str:
        """The step of the scale."""
        return HEAT[sum(share >= begin - 1e-12 for begin in self.begins())]

    def legend(self) -> Legend:
        """The scale with its numbers."""
        begins = [f"{begin:.0%}" for begin in self.begins()]
        between = [f"{a} to {b}" for a, b in pairwise(begins)]
        last = begins[-1] if self.largest else f"from {begins[-1]}"
        return Legend(self.title, tuple(zip(HEAT, [f"below {begins[0]}", *between, last], strict=True)), scale=True)


def heat(graph: Graph, by: str | Mapping[str, float], part: Iterable[Node] | None = None, bill: Bill | None = None) -> Heat:
    """The heat of a graph, or of a part of it.

    Args:
        by: `macs`, `params`, `memory` (what is in memory while a layer runs), `latency.DEVICE` (what a device is predicted to
            take), or a value for each node by name, such as its measured latency in seconds; nodes that are left out count as
            0.
        part: the nodes that are drawn, where not all are: shares are of their sum. Memory stays that of the whole network.
        bill: of the graph, whose dtype and batch bytes are for; one of a single image where not given. Counts are of one image.

    Raises:
        InputError: an unknown cost, latency without a device, an unknown node, a value that is no amount of at least 0, or a grid.
    """
    names = [node.name for node in (graph if part is None else part)]
    where = "" if part is None else " of this part"
    if not isinstance(by, str):
        _check(graph, by)
        values = {name: by.get(name, 0) for name in names}
        return Heat(f"share of {math.fsum(values.values()):,.6g}{where}", _shares(values))
    if by == "latency":
        raise InputError(f"latency of which device? Say latency.NAME; shipped: {', '.join(device_names())}")
    counted = bill if bill is not None and bill.batch == 1 else Bill(graph)
    if by.startswith(LATENCY):
        return _latency(counted, load_device(by.removeprefix(LATENCY)), names, where)
    if by not in ("macs", "params", "memory"):
        message, hint = unknown("heat", by, COSTS)
        raise InputError(f"{message}; {hint}")
    if by == "memory":
        return _memory(memory_of(bill or counted), names, 1 if bill is None else bill.batch)
    word = {"macs": "multiply-accumulates", "params": "parameters"}[by]
    costs = {layer.node.name: _one(getattr(layer, by)) for layer in counted}
    values = {name: costs[name] for name in names if name in costs}
    partly = frozenset(layer.node.name for layer in counted.opaque if is_partly(getattr(layer, by)) and layer.node.name in values)
    total = at_least_if(partly, sum(values.values()))
    return Heat(f"share of {total:,} {word}{where}", _shares(values), unknown=partly)


def heated(drawing: Drawing, found: Heat) -> Drawing:
    """The drawing with its boxes coloured."""
    boxes = tuple(_heated(box, found) for box in drawing.boxes)
    return replace(drawing, boxes=boxes, legends=(*drawing.legends, found.legend()))


def _heated(box: Box, found: Heat) -> Box:
    share = found.of((*box.nodes, *box.repeats))
    if box.kind in ("output", "fork") or (box.kind == "input" and not share):
        return box
    names = {*box.nodes, *box.repeats} & found.unknown
    if names:
        return replace(
            with_note(box, f"{share_text(share)} and ?" if share else ""), tone="" if box.kind == "opaque" else found.tone(share)
        )
    return replace(with_note(box, share_text(share) if share else ""), tone=found.tone(share))


def with_note(box: Box, note: str) -> Box:
    """A box with one more line of text; a row of a table stays one line, and a sign has no room."""
    if not note or box.kind == "sign":
        return box
    if box.kind == "block" and len(box.lines) == 1:
        return replace(box, lines=(f"{box.lines[0]}   {note}",))
    return replace(box, lines=(*box.lines, note))


def _latency(bill: Bill, device: Device, names: list[str], where: str) -> Heat:
    from archdsl.cost.latency.predict import latency  # with NumPy, which a drawing needs for nothing else

    times = {layer.node.name: _one(time) for layer, time in zip(bill, latency(bill, device).layers, strict=True)}
    values = {name: times[name] for name in names if name in times}
    partly = frozenset(node.name for node in bill.graph.opaque if node.name in values)
    total = duration(at_least_if(partly, Fraction(sum(values.values()), FEMTOSECONDS)))
    return Heat(f"share of {total} predicted on {device.name}{where}", _shares(values), unknown=partly)


def _memory(found: Memory, names: Iterable[str], batch: int) -> Heat:
    peak = _one(found.peak_activation_bytes)
    values: dict[str, int] = {}
    for moment in found.timeline:
        values[moment.node] = max(values.get(moment.node, 0), _one(moment.bytes))
    opaque = frozenset(node.name for node in found.graph.opaque)
    title = f"in memory while it runs, as a share of the peak of {at_least_if(opaque, peak * batch):,} bytes"
    return Heat(title, {name: values[name] / peak for name in names if name in values}, True, opaque)


def _check(graph: Graph, values: Mapping[str, float]) -> None:
    for name, value in values.items():
        if name not in graph.nodes:
            message, hint = unknown("node", name, graph.nodes)
            raise InputError(f"{graph.name}: {message}; {hint}" if hint else f"{graph.name}: {message}")
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0:
            raise InputError(f"heat of {name}: an amount of at least 0 is wanted, {value!r} came")


def _shares(values: Mapping[str, float]) -> dict[str, float]:
    total = math.fsum(values.values())
    return {name: value / total if total else 0.0 for name, value in values.items()}


def _one(value: Any) -> int:
    """One amount, as far as it is known."""
    value = value.known if isinstance(value, Partly) else value
    if type(value) is not int:
        raise InputError("heat is drawn of one network; this is a grid of them, or a block of any width")
    return value
