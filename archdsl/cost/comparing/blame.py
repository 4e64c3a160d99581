"""Who causes a cost: the bill by layer, block, stage, source line or operator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from archdsl.cost.amounts import Amounts, plain
from archdsl.cost.comparing.totals import peak
from archdsl.cost.counting.bill import Bill
from archdsl.cost.counting.convention import Convention
from archdsl.cost.counting.layer import Layer
from archdsl.cost.latency.device import FEMTOSECONDS, Device
from archdsl.errors import Source
from archdsl.exact.shown import jsonable


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
    params: Any = 0
    macs: Any = 0
    flops: Any = None
    latency: Any = None
    peak_bytes: Any = 0

    def as_dict(self) -> dict[str, Any]:
        numbers = {name: jsonable(getattr(self, name)) for name in ("params", "macs", "flops", "peak_bytes")}
        numbers |= {} if self.latency is None else {"latency_seconds": jsonable(self.latency / FEMTOSECONDS)}
        place = {} if self.where is None else {"line": self.where}
        return {"cause": self.cause, **place, "layers": len(self.layers), **numbers}


def line(layer: Layer, source: Source) -> int | None:
    """The line of the spec, from 1, that a layer comes from: the innermost that lies in the spec itself, not in an import."""
    node = layer.node
    for mark in (node.mark, *(frame.mark for frame in reversed(node.scope))):
        if mark is not None and mark.source is source:
            return int(mark.line) + 1
    return node.mark.line + 1 if node.mark is not None else None


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
        convention: whose count is added up beside parameters and multiply-accumulates.
        device: whose latency is added up too.
    """
    columns: dict[str, Amounts] = {"params": bill.sum("own_params"), "macs": bill.sum("macs"), "peak_bytes": peak(bill)}
    if convention:
        columns["flops"] = bill.count(convention)
    if device:
        from archdsl.cost.latency.predict import latency  # with NumPy, which other costs do not need

        columns["latency"] = latency(bill, device)
    causes = [CAUSES[by](layer, source) for layer in bill]
    entries: dict[str, Entry] = {}
    for layer, cause in zip(bill, causes, strict=True):
        entry = entries.setdefault(cause, Entry(cause, int(cause) if by == "line" and cause.isdigit() else None))
        entry.layers.append(layer)
    for name, column in columns.items():
        for cause, amount in _together(causes, column).items():
            setattr(entries[cause], name, plain(amount))
    return list(entries.values())


def _together(causes: list[str], column: Amounts) -> dict[str, Any]:
    """What the layers of each cause cost together; nothing for those of which the cost says nothing."""
    amounts: dict[str, list[Any]] = {}
    for cause, amount in zip(causes, column.layers, strict=True):
        if amount is not None:
            amounts.setdefault(cause, []).append(amount)
    return {cause: column.together(listed) for cause, listed in amounts.items()}
