"""Who causes a cost: the bill summed by layer, block, stage, source line or operator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from archdsl.cost.counting.bill import Bill, Layer, plain
from archdsl.cost.counting.conventions import Convention
from archdsl.cost.counting.count import count
from archdsl.cost.memory.peak import Memory, memory
from archdsl.cost.tables.document import line
from archdsl.errors import Source

if TYPE_CHECKING:
    from archdsl.cost.latency.device import Device


@dataclass
class Entry:
    """The layers that share a cause, and what they cost together.

    Attributes:
        where: the line of the spec, from 1, for causes that are lines.
        flops: in the convention that was asked for; None where none was, or where it counts none of the layers.
        latency: femtoseconds on the device that was asked for; None where none was.
        peak_bytes: the most activation memory that is in use while one of the layers runs.
    """

    cause: str
    where: int | None = None
    layers: list[Layer] = field(default_factory=list)
    flops: Any = None
    latency: Any = None
    peak_bytes: Any = 0

    @property
    def params(self) -> Any:
        return plain(sum(layer.params for layer in self.layers))

    @property
    def macs(self) -> Any:
        return plain(sum(layer.macs for layer in self.layers))

    def as_dict(self) -> dict[str, Any]:
        numbers = {"params": self.params, "macs": self.macs, "flops": self.flops, "peak_bytes": self.peak_bytes}
        if self.latency is not None:
            from archdsl.cost.latency.predict import seconds

            numbers["latency_seconds"] = seconds(self.latency)
        place = {} if self.where is None else {"line": self.where}
        return {"cause": self.cause, **place, "layers": len(self.layers), **numbers}


def _layer(layer: Layer, source: Source) -> str:
    return layer.node.name


def _block(layer: Layer, source: Source) -> str:
    """The outermost block; the operator itself where it stands alone."""
    return next((f.block for f in layer.node.scope if f.kind == "block"), layer.node.op.word)


def _stage(layer: Layer, source: Source) -> str:
    return ".".join(f.block for f in layer.node.scope if f.kind == "stage") or "-"


def _operator(layer: Layer, source: Source) -> str:
    return layer.node.op.word


def _line(layer: Layer, source: Source) -> str:
    return str(line(layer, source))


CAUSES: dict[str, Callable[[Layer, Source], str]] = {
    "layer": _layer,
    "block": _block,
    "stage": _stage,
    "line": _line,
    "operator": _operator,
}


def blame(
    bill: Bill, source: Source, by: str, convention: Convention | str | None = None, device: Device | None = None
) -> list[Entry]:
    """The entries of a bill, in the order in which their first layers run.

    Args:
        source: the spec's text, whose lines `by="line"` names.
        by: one of CAUSES.
        convention: whose count is summed beside parameters and multiply-accumulates.
        device: whose latency is summed too.
    """
    counted = count(bill, convention).layers if convention else [None] * len(bill.layers)
    times = bill.latency(device).layers if device else [None] * len(bill.layers)
    alive = _peaks(memory(bill.graph))
    entries: dict[str, Entry] = {}
    for layer, flops, time in zip(bill, counted, times, strict=True):
        cause = CAUSES[by](layer, source)
        entry = entries.setdefault(cause, Entry(cause, int(cause) if by == "line" and cause.isdigit() else None))
        entry.layers.append(layer)
        if flops is not None:
            entry.flops = plain((entry.flops or 0) + flops)
        if time is not None:
            entry.latency = (entry.latency or 0) + time
        entry.peak_bytes = max(entry.peak_bytes, alive.get(layer.node.name, 0))
    return list(entries.values())


def _peaks(found: Memory) -> dict[str, Any]:
    """Bytes in use while each node runs; nothing for a grid, whose variants differ."""
    if type(found.peak_activation_bytes) is not int:
        return {}
    return {moment.node: moment.bytes for moment in found.timeline}
