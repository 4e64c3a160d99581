"""Predicted latency as people ask for it: in seconds, by layer and in all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from archdsl.cost.amounts import plain
from archdsl.cost.counting.bill import Bill
from archdsl.cost.latency.device import FEMTOSECONDS, Device
from archdsl.cost.latency.predict import latency
from archdsl.cost.tables.result import WIDTH, Result
from archdsl.cost.tables.sheet import Sheet
from archdsl.cost.words import duration
from archdsl.exact import has_axes
from archdsl.exact.partly import is_partly
from archdsl.exact.shown import jsonable


@dataclass(frozen=True, repr=False)
class Predicted(Result):
    """What a device is predicted to take for its batch.

    Attributes:
        name: of the network.
        total: seconds; for a grid of networks an array of them.
        layers: seconds of every layer, in the order of the bill.
        kinds: what kind of layer each is for the device.
        trust: how far it can be trusted, in lines for people.
    """

    name: str
    device: Device
    total: Any
    layers: tuple[Any, ...]
    kinds: tuple[str, ...]
    names: tuple[str, ...]
    trust: tuple[str, ...]

    def sheets(self, width: int = WIDTH) -> list[Sheet]:
        head = ("layer", "kind", "latency", "share")
        whole = None if has_axes(self.total) or is_partly(self.total) else float(self.total)
        rows = tuple(
            (name, kind, _words(time), f"{float(time) / whole:.1%}" if whole else "")
            for name, kind, time in zip(self.names, self.kinds, self.layers, strict=True)
        )
        return [
            Sheet(f"{self.name} on {self.device.name}", head, rows, frozenset(head[2:]), ("total", "", _words(self.total), ""))
        ]

    def notes(self) -> list[str]:
        return [self.device.heading, *self.trust]

    def as_dict(self) -> dict[str, Any]:
        about = {"device": self.device.name, "batch": self.device.batch, "seconds": jsonable(self.total)}
        return {"name": self.name, **about, "layers": self._records()}

    def _records(self) -> list[dict[str, Any]]:
        zipped = zip(self.names, self.kinds, self.layers, strict=True)
        return [{"name": name, "kind": kind, "seconds": jsonable(time)} for name, kind, time in zipped]


def predicted(bill: Bill, device: Device) -> Predicted:
    """The latency of a bill on a device. Raises InputError where the device has no time for a kind of layer."""
    found = latency(bill, device)
    layers = tuple(plain(time) / FEMTOSECONDS for time in found.layers)
    names = tuple(layer.node.name for layer in bill)
    return Predicted(
        bill.graph.name, device, plain(found.total) / FEMTOSECONDS, layers, tuple(found.words()), names, tuple(found.trust())
    )


def _words(seconds: Any) -> str:
    """A time, or the range of an array of them."""
    if not has_axes(seconds):
        return duration(seconds)
    low, high = duration(seconds.min()), duration(seconds.max())
    return low if low == high else f"{low}…{high}"
