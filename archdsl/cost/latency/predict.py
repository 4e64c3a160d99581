"""Predicted latency of a network on a device: a sum over its layers of whole femtoseconds, for one network or a grid alike.

Each layer is of a kind (`archdsl.cost.latency.layer_kinds`), for which the device has femtoseconds by unit of work
(`archdsl.cost.latency.work`). A layer depends on the others only through its kind, so latencies add up as parameters do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archdsl.cost.amounts import Parts, Sum
from archdsl.cost.counting.bill import Bill
from archdsl.cost.counting.layer import Layer
from archdsl.cost.latency.device import Device
from archdsl.cost.latency.layer_kinds import kinds
from archdsl.cost.latency.neighbours import Beside, Neighbours
from archdsl.cost.latency.work import WORK
from archdsl.errors import InputError
from archdsl.exact.grid_context import current
from archdsl.exact.kinds import NO_KNOBS
from archdsl.exact.partly import Partly
from archdsl.ir.wiring import Mask, cases, where

Standing = list[tuple[Mask, Beside]]
"""What stands beside a layer, with the variants of a grid for which it does."""

MOST = 6
"""Kinds that are named in one line."""


class Latency(Sum):
    """The latency of every layer of a bill on a device, in femtoseconds for the device's batch.

    Attributes:
        kinds: for every layer the index in `distinct` of the one that takes the same time.
        distinct: layers that differ in the time that they take, each with what stands beside it.

    Raises:
        InputError: the device has no time for a kind of layer, or for the batch of the bill.
    """

    def __init__(self, bill: Bill, device: Device):
        self.device = device
        if bill.batch not in (1, device.batch):
            raise InputError(f"the device {device.name} has times for batch {device.batch}, none for {bill.batch}")
        bill = bill if bill.batch == 1 else Bill(bill.graph)  # work is counted for one image and the device's batch
        neighbours = Neighbours(bill.graph)
        places: dict[Any, int] = {}
        self.distinct: list[tuple[Layer, Standing]] = []
        taken: list[int] = []
        for kind, layer in zip(bill.kinds, bill.layers, strict=True):
            found = cases(layer.node, neighbours.of)
            key = kind, *[(beside, None if mask is None else mask.tobytes()) for mask, beside in found]
            if key not in places:
                places[key] = len(self.distinct)
                self.distinct.append((layer, found))
            taken.append(places[key])
        super().__init__(taken, [_times(bill, device, layer, found) for layer, found in self.distinct])

    def words(self) -> list[str]:
        """The kind of every layer in the order of the bill; several where variants of a grid differ."""
        found = [", ".join(kind for kind, _ in _kinds(layer, standing)) for layer, standing in self.distinct]
        return [found[kind] for kind in self.kinds]

    def trust(self) -> list[str]:
        """How far the prediction can be trusted, in lines for people: what the device says, and which kinds it has no time for."""
        lines = self.device.trust()
        found = dict.fromkeys(kind for layer, standing in self.distinct for kind, _ in _kinds(layer, standing))
        unknown = [kind for kind in found if not self.device.measured(kind)] if self.device.tells_apart else []
        if unknown:
            named = ", ".join(unknown[:MOST]) + (f" and {len(unknown) - MOST} more" if len(unknown) > MOST else "")
            lines.append(f"no time was measured for {named}; the time of any other layer stands for {_it(len(unknown))}")
        return lines


def _it(count: int) -> str:
    return "it" if count == 1 else "them"


def latency(bill: Bill, device: Device) -> Latency:
    """The latency of a bill on a device. Raises InputError where the device has no time for a kind of layer."""
    return Latency(bill, device)


def _kinds(layer: Layer, standing: Standing) -> Iterator[tuple[str, Any]]:
    """The kinds of a layer, each with the variants for which it holds, True for all."""
    grid = current()
    for mask, beside in standing:
        if mask is None:
            yield from kinds(layer, beside)
            continue
        from archdsl.exact.truth import Truth

        with grid.branch(mask):
            found = kinds(layer, beside)
        for kind, holds in found:
            here = Truth.of(mask if isinstance(holds, bool) else mask & holds.mask, NO_KNOBS)
            if here is not False:
                yield kind, here


def _times(bill: Bill, device: Device, layer: Layer, standing: Standing) -> Parts:
    """Amounts of work of a layer, and the femtoseconds of each unit."""
    if layer.node.op.opaque:
        return ((Partly(), 1),)
    found = []
    for kind, holds in _kinds(layer, standing):
        terms = device.of(kind)
        if terms is None:
            raise InputError(
                f"the device {device.name} has no time for {kind}, the kind of '{layer.node.name}' in {bill.graph.name}, "
                "and none for 'layer', which stands for every other kind"
            )
        for name, weight in terms:
            work = WORK[name](layer, device.batch, device.block)
            found.append((where(work, None if holds is True else holds.mask), weight))
    return tuple(found)
