"""Predicted latency of a network on a device: a sum over its layers of whole femtoseconds, for one network or a grid alike.

Each layer is of a kind (`archdsl.cost.latency.layer_kinds`), for which the device has femtoseconds by unit of work
(`archdsl.cost.latency.work`). A layer depends on the others only through its kind, so latencies add up as parameters do.
"""

from __future__ import annotations

from archdsl.cost.amounts import Parts, Sum
from archdsl.cost.counting.bill import Bill
from archdsl.cost.counting.layer import Layer
from archdsl.cost.latency.device import Device
from archdsl.cost.latency.layer_kinds import kinds
from archdsl.cost.latency.neighbours import Beside, Neighbours
from archdsl.cost.latency.work import WORK
from archdsl.errors import InputError
from archdsl.exact import select
from archdsl.exact.partly import Partly

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
        places: dict[tuple[int, Beside], int] = {}
        self.distinct: list[tuple[Layer, Beside]] = []
        taken: list[int] = []
        for kind, layer in zip(bill.kinds, bill.layers, strict=True):
            beside = neighbours.of(layer.node)
            if (kind, beside) not in places:
                places[kind, beside] = len(self.distinct)
                self.distinct.append((layer, beside))
            taken.append(places[kind, beside])
        super().__init__(taken, [_times(bill, device, layer, beside) for layer, beside in self.distinct])

    def words(self) -> list[str]:
        """The kind of every layer in the order of the bill; several where variants of a grid differ."""
        found = [", ".join(kind for kind, _ in kinds(layer, beside)) for layer, beside in self.distinct]
        return [found[kind] for kind in self.kinds]

    def trust(self) -> list[str]:
        """How far the prediction can be trusted, in lines for people: what the device says, and which kinds it has no time for."""
        lines = self.device.trust()
        found = dict.fromkeys(kind for layer, beside in self.distinct for kind, _ in kinds(layer, beside))
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


def _times(bill: Bill, device: Device, layer: Layer, beside: Beside) -> Parts:
    """Amounts of work of a layer, and the femtoseconds of each unit."""
    if layer.node.op.opaque:
        return ((Partly(), 1),)
    found = []
    for kind, where in kinds(layer, beside):
        terms = device.of(kind)
        if terms is None:
            raise InputError(
                f"the device {device.name} has no time for {kind}, the kind of '{layer.node.name}' in {bill.graph.name}, "
                "and none for 'layer', which stands for every other kind"
            )
        for name, weight in terms:
            work = WORK[name](layer, device.batch, device.block)
            found.append((work if where is True else select(where, work, 0), weight))
    return tuple(found)
