"""Predicted latency of a network on a device: a sum over its layers of whole femtoseconds, for one network or a grid alike.

Each layer is of a kind (`archdsl.cost.latency.layer_kinds`), for which the device has femtoseconds by unit of work
(`archdsl.cost.latency.work`). A layer depends on the others only through its kind, so latencies add up as parameters do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from archdsl.cost.counting.bill import Layer, plain
from archdsl.cost.latency.device import FEMTOSECONDS, Device
from archdsl.cost.latency.layer_kinds import kinds
from archdsl.cost.latency.neighbours import Beside, Neighbours
from archdsl.cost.latency.work import WORK
from archdsl.errors import InputError
from archdsl.exact import select, to_plain
from archdsl.ops.operator import Dim

if TYPE_CHECKING:
    from archdsl.cost.counting.bill import Bill


class Latency:
    """The latency of every layer of a bill on a device, for the device's batch.

    Attributes:
        kinds: for every layer the index in `distinct` of the one that takes the same time.
        distinct: layers that differ in the time that they take, each with what stands beside it.
    """

    def __init__(self, bill: Bill, device: Device):
        self.bill, self.device = bill, device
        neighbours = Neighbours(bill.graph)
        places: dict[tuple[int, Beside], int] = {}
        self.distinct: list[tuple[Layer, Beside]] = []
        self.kinds: list[int] = []
        for kind, layer in zip(bill.kinds, bill.layers, strict=True):
            beside = neighbours.of(layer.node)
            if (kind, beside) not in places:
                places[kind, beside] = len(self.distinct)
                self.distinct.append((layer, beside))
            self.kinds.append(places[kind, beside])

    def parts(self) -> Iterator[tuple[Dim, int]]:
        """What the latency is the sum of: amounts of work, and how many femtoseconds each unit takes in all layers.

        Raises:
            InputError: the device has no time for a kind of layer.
        """
        times = Counter(self.kinds)
        for number, (layer, beside) in enumerate(self.distinct):
            for value, weight in self._of(layer, beside):
                yield value, weight * times[number]

    @cached_property
    def layers(self) -> list[Any]:
        """Femtoseconds of every layer in the order of the bill: ints, or for a grid arrays."""
        found = [plain(sum(value * weight for value, weight in self._of(layer, beside))) for layer, beside in self.distinct]
        return [found[kind] for kind in self.kinds]

    @cached_property
    def total(self) -> Any:
        """Femtoseconds of the network: an int, or for a grid an array."""
        return plain(sum(value * weight for value, weight in self.parts()))

    def words(self) -> list[str]:
        """The kind of every layer in the order of the bill; several where variants of a grid differ."""
        found = [", ".join(kind for kind, _ in kinds(layer, beside)) for layer, beside in self.distinct]
        return [found[kind] for kind in self.kinds]

    def _of(self, layer: Layer, beside: Beside) -> Iterator[tuple[Dim, int]]:
        device = self.device
        for kind, where in kinds(layer, beside):
            terms = device.of(kind)
            if terms is None:
                raise InputError(
                    f"the device {device.name} has no time for {kind}, which '{layer.node.name}' of {self.bill.graph.name} is, "
                    "nor for 'layer', what is not named otherwise"
                )
            for name, weight in terms:
                work = WORK[name](layer, device.batch, device.block)
                yield (work if where is True else select(where, work, 0)), weight


def seconds(femtoseconds: Any) -> Any:
    """Femtoseconds as seconds for JSON: a float, or for a grid nested lists of them."""
    found = femtoseconds / FEMTOSECONDS
    return to_plain(found)


def latency(bill: Bill, device: Device) -> Latency:
    """The latency of a bill on a device."""
    return Latency(bill, device)
