"""Every total of a network under one name each: what `diff`, `compare`, conditions and what-if questions read.

    params            learned values
    macs              multiply-accumulates of convolutions and linear layers, biases not counted
    products          multiply-accumulates of two computed tensors, as in attention
    flops.CONVENTION  what a convention counts: flops.thop, flops.ptflops-2021
    weights           bytes of all learned values
    peak              most bytes of activations at once in a forward pass of one image
    moved             bytes that layers move, each by itself
    kernels           operators that run: all but those that hand on memory (slice, flatten, identity, dropout)
    receptive_field   pixels across, of the largest field that is not the whole image
    latency.DEVICE    seconds that a device is predicted to take, exact in femtoseconds: latency.raspberry-pi-3b

Bytes are of float32. All are for batch 1; latencies are for the batch that the device file is of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from archdsl.cost.counting.conventions import Convention, convention_names, load_convention
from archdsl.cost.counting.count import TOOLS
from archdsl.cost.latency.device import FEMTOSECONDS, Device, device_names, load_device
from archdsl.errors import InputError, near_miss
from archdsl.exact import divide, maximum
from archdsl.ops.operator import Dim

if TYPE_CHECKING:
    from archdsl.cost.counting.bill import Bill
    from archdsl.design import Design

Value = int | Fraction
"""A total: an int, or a Fraction of seconds."""

Amounts = Iterator[tuple[Dim, int]]
"""What a total is the sum of: values, and how many times each is taken. On a grid of networks they are arrays of many shapes."""

FLOPS = "flops."
LATENCY = "latency."
ITEM_BYTES = 4


def convention_of(net: Design, name: str) -> Convention:
    """A convention that is shipped, a file, or one in the folder `conventions` beside the spec.

    Raises:
        InputError: there is none.
        SpecError: mistakes in its file.
    """
    path = net.spec.source.path
    return load_convention(name, path.parent if path else None)


def device_of(net: Design, name: str) -> Device:
    """A device that is shipped, a file, or one in a folder `devices` (see `archdsl.cost.latency.device`).

    Raises:
        InputError: there is none.
        SpecError: mistakes in its file.
    """
    path = net.spec.source.path
    return load_device(name, path.parent if path else None)


def costs(net: Design, conventions: tuple[str, ...] = TOOLS, devices: tuple[str, ...] = ()) -> dict[str, Value]:
    """Totals of one network: `params`, `macs`, `flops.NAME` of each convention, `weights`, `peak` and `latency.NAME` of each device."""
    names = ["params", "macs", *(FLOPS + name for name in conventions), "weights", "peak", *(LATENCY + name for name in devices)]
    return {name: total(net, name) for name in names}


def total(net: Design, name: str) -> Value:
    """One total of one network. Raises InputError for a cost that is not known."""
    found: Value = divide(int(sum(value * times for value, times in amounts(net, name))), parts_of_unit(name))
    return found


def parts_of_unit(name: str) -> int:
    """How many of what `amounts` gives make one of the total's unit: latencies are added up in femtoseconds and are seconds."""
    return FEMTOSECONDS if name.startswith(LATENCY) else 1


def amounts(net: Design, name: str) -> Amounts:
    """The parts of a total. Raises InputError for a cost that is not known."""
    if name.startswith(FLOPS):
        return _flops(net.cost(), convention_of(net, name.removeprefix(FLOPS)))
    if name.startswith(LATENCY):
        return _latency(net.cost(), device_of(net, name.removeprefix(LATENCY)))
    if name not in COSTS:
        raise unknown_cost(name)
    return COSTS[name](net.cost())


def cost_names() -> list[str]:
    """Names of all costs, those of the shipped conventions and devices among them."""
    return [*COSTS, *(FLOPS + name for name in convention_names()), *(LATENCY + name for name in device_names())]


def of_file(name: str) -> bool:
    """Whether a name is that of a convention's or device's cost, which may be of a file that is not shipped."""
    return name.startswith((FLOPS, LATENCY))


def in_words(name: str, value: Value | float, sign: str = "") -> str:
    """A total, or with `sign="+"` a change of one, for people: counts with thousands apart, latencies as times."""
    return duration(value, sign) if name.startswith(LATENCY) else f"{value:{sign},}"


def jsonable(value: Value) -> int | float:
    """A total as JSON has it: seconds as a float."""
    return value if isinstance(value, int) else float(value)


def duration(seconds: Value | float, sign: str = "") -> str:
    """Seconds to four digits in a unit that fits: 8.41 s, 10.61 ms, 213 us."""
    value = float(seconds)
    unit, scale = ("s", 1) if abs(value) >= 1 or not value else ("ms", 10**3) if abs(value) >= 1e-3 else ("us", 10**6)
    value *= scale
    return f"{value:{sign},.0f} {unit}" if abs(value) >= 1000 else f"{value:{sign}#.4g} {unit}"


def unknown_cost(name: str, others: tuple[str, ...] = ()) -> InputError:
    """The error for a cost that is not known; `others` are names that would have done too."""
    known = [*cost_names(), *others]
    if name == LATENCY.rstrip("."):
        devices = ", ".join(LATENCY + device for device in device_names())
        return InputError(f"unknown cost '{name}'; say of which device, as in {devices}")
    return InputError(f"unknown cost '{name}'; {near_miss(name, known) or 'known: ' + ', '.join(known)}")


def _params(bill: Bill) -> Amounts:
    for number, times in _kinds(bill):
        yield bill.layers[number].params, times


def _macs(bill: Bill) -> Amounts:
    for number, times in _kinds(bill):
        yield bill.layers[number].macs, times


def _products(bill: Bill) -> Amounts:
    for number, times in _kinds(bill):
        yield bill.quantity(number, "products"), times


def _flops(bill: Bill, convention: Convention) -> Amounts:
    for number, times in _kinds(bill):
        layer = bill.layers[number]
        for name, weight in convention.terms(layer.node, layer.inputs) or ():
            value = bill.quantity(number, name)
            yield (value, times * weight) if isinstance(weight, int) else (value * weight, times)


def _latency(bill: Bill, device: Device) -> Amounts:
    from archdsl.cost.latency.predict import latency

    return latency(bill, device).parts()


def _kinds(bill: Bill) -> Iterator[tuple[int, int]]:
    """Layers that differ in what they cost, each with the number of those that cost the same."""
    times = Counter(bill.kinds)
    for kind, number in enumerate(bill.distinct):
        yield number, times[kind]


def _weights(bill: Bill) -> Amounts:
    for value, times in _params(bill):
        yield value, times * ITEM_BYTES


def _peak(bill: Bill) -> Amounts:
    from archdsl.cost.memory.peak import memory, peak_bytes

    yield peak_bytes(memory(bill.graph).plan), 1


def _moved(bill: Bill) -> Amounts:
    from archdsl.cost.memory.movement import movement

    for layer in movement(bill).layers:
        for value in (layer.inputs, layer.weights, layer.output):
            yield value, 1


def kernels(bill: Bill) -> int:
    """Operators that run: all but those that hand on memory."""
    from archdsl.cost.memory.movement import MOVEMENT

    return sum(not MOVEMENT.of(layer.node).hands_on(len(layer.inputs)) for layer in bill)


def _kernels(bill: Bill) -> Amounts:
    yield kernels(bill), 1


def _receptive_field(bill: Bill) -> Amounts:
    from archdsl.cost.memory.receptive import receptive_fields

    fields = [view.field for view in receptive_fields(bill.graph).values() if view.field is not None]
    yield maximum(1, *(side for field in fields for side in field)), 1


COSTS: dict[str, Callable[[Bill], Amounts]] = {
    "params": _params,
    "macs": _macs,
    "products": _products,
    "weights": _weights,
    "peak": _peak,
    "moved": _moved,
    "kernels": _kernels,
    "receptive_field": _receptive_field,
}
