"""Every cost of a network by name: what `diff`, `compare`, conditions and what-if questions read.

    params            learned values
    macs              multiply-accumulates of convolutions and linear layers, biases not counted
    products          multiply-accumulates of two computed tensors, as in attention
    flops.CONVENTION  what a convention counts: flops.thop, flops.ptflops-2021
    weights           bytes of all learned values
    state             bytes of weights and buffers (statistics of norms and their counters; in int8 scales): what a file of weights holds
    peak              most bytes of activations at once in a forward pass
    moved             bytes that layers move, each by itself
    requantised       elements that a quantised network rescales, because they are put side by side with others of another scale
    kernels           operators that run: all but those that hand on memory (slice, flatten, identity, dropout)
    receptive_field   pixels across, of the largest field that is not the whole image
    entropy           of the features of a network of convolutions, over all scales (see `archdsl.cost.expressive.entropy`)
    effectiveness     depth over width of such a network, ρ of DeepMAD
    path_layers       convolutions on its longest path, the depth that is meant
    latency.DEVICE    seconds that a device is predicted to take, exact in femtoseconds: latency.raspberry-pi-3b

All costs are for the batch of the bill, 1 unless another is asked for, and bytes for its dtype, float32 unless another is asked for (see
`archdsl.cost.dtypes`); latencies are for what the device file says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING

from archdsl.cost.amounts import Amounts, Largest, Parts, Sum
from archdsl.cost.counting.bill import Bill, having
from archdsl.cost.counting.convention import Convention
from archdsl.cost.counting.conventions import TOOLS, convention_names, load_convention
from archdsl.cost.counting.layer import Layer
from archdsl.cost.dtypes import item_bytes, whole_numbers
from archdsl.cost.expressive.units import ENTROPY_UNIT, RATIO_UNIT
from archdsl.cost.latency.device import FEMTOSECONDS, Device
from archdsl.cost.latency.devices import device_names, load_device
from archdsl.cost.words import change, duration
from archdsl.errors import InputError, near_miss
from archdsl.exact import divide, has_axes, is_array, maximum
from archdsl.exact.partly import Partly, at_least_if
from archdsl.exact.shown import shown
from archdsl.ops.operator import Dim

if TYPE_CHECKING:
    from archdsl.cost.costed import Costed
    from archdsl.cost.memory.movement import Moved
    from archdsl.cost.memory.stored import Stored

Value = int | Fraction
"""A total: an int, or a Fraction of seconds or of a count with weights that are fractions."""

FLOPS = "flops."
LATENCY = "latency."


def convention_of(net: Costed, name: str) -> Convention:
    """A convention that is shipped, a file, or one in the folder `conventions` beside the spec.

    Raises:
        InputError: there is none.
        SpecError: mistakes in its file.
    """
    path = net.spec.source.path
    return load_convention(name, path.parent if path else None)


def device_of(net: Costed, name: str) -> Device:
    """A device that is shipped, a file, or one in a folder `devices` (see `archdsl.cost.latency.devices`).

    Raises:
        InputError: there is none.
        SpecError: mistakes in its file.
    """
    path = net.spec.source.path
    return load_device(name, path.parent if path else None)


def costs(net: Costed, conventions: tuple[str, ...] = TOOLS, devices: tuple[str, ...] = ()) -> dict[str, Value]:
    """Totals of one network: `params`, `macs`, `flops.NAME` of each convention, `weights`, `peak` and `latency.NAME` of each device."""
    names = ["params", "macs", *(FLOPS + name for name in conventions), "weights", "peak", *(LATENCY + name for name in devices)]
    return {name: total(net, name) for name in names}


def total(net: Costed, name: str) -> Value:
    """One total of one network. Raises InputError for a cost that is not known."""
    found: Value = divide(amounts(net, name).total, parts_of_unit(name))
    return found


def parts_of_unit(name: str) -> int:
    """How many units of `amounts` make one unit of the total: latencies are added up in femtoseconds and given in seconds."""
    return FEMTOSECONDS if name.startswith(LATENCY) else UNITS.get(name, 1)


def amounts(net: Costed, name: str) -> Amounts:
    """What a total is made of. Raises InputError for a cost that is not known."""
    if name.startswith(FLOPS):
        return net.cost().count(convention_of(net, name.removeprefix(FLOPS)))
    if name.startswith(LATENCY):
        return _latency(net.cost(), device_of(net, name.removeprefix(LATENCY)))
    if name not in COSTS:
        raise unknown_cost(name)
    return COSTS[name](net.cost())


def cost_names() -> list[str]:
    """Names of all costs, those of the shipped conventions and devices among them."""
    return [*COSTS, *(FLOPS + name for name in convention_names()), *(LATENCY + name for name in device_names())]


def of_file(name: str) -> bool:
    """Whether a cost is by a convention or a device, which may be a user's own file."""
    return name.startswith((FLOPS, LATENCY))


def in_words(name: str, value: Value | float, sign: str = "") -> str:
    """A total, or with `sign="+"` a change of one, for people: counts with thousands apart, latencies as times."""
    if name.startswith(LATENCY):
        return duration(value, sign)
    return change(value) if sign else shown(value)


def unknown_cost(name: str, others: tuple[str, ...] = ()) -> InputError:
    """The error for a cost that is not known; `others` are names that would have been accepted too."""
    known = [*cost_names(), *others]
    if name == LATENCY.rstrip("."):
        devices = ", ".join(LATENCY + device for device in device_names())
        return InputError(f"unknown cost '{name}'; say of which device, as in {devices}")
    return InputError(f"unknown cost '{name}'; {near_miss(name, known) or 'known: ' + ', '.join(known)}")


def kernels(bill: Bill) -> Sum:
    """Operators that run: all but those that hand on memory."""
    from archdsl.cost.memory.movement import MOVEMENT

    def runs(layer: Layer) -> Parts:
        if layer.node.op.opaque:
            return ((Partly(1), 1),)
        return () if MOVEMENT.of(layer.node).hands_on(len(layer.inputs)) else ((1, 1),)

    return bill.summed([runs(bill.layers[number]) for number in bill.distinct])


def peak(bill: Bill) -> Largest:
    """Bytes of activations that are there while each layer runs, and the most of them.

    Layers of a grid have 0: its variants differ in what is there when.
    """
    from archdsl.cost.memory.moments import Moments
    from archdsl.cost.memory.peak import memory_of, peak_bytes

    def layers() -> list[int]:
        if bill.branched or has_axes(found.peak_activation_bytes):
            return [at_least_if(layer.node.op.opaque, 0) for layer in bill]
        there = {moment.node: moment.bytes for moment in found.timeline}
        return [there.get(layer.node.name, 0) * bill.batch for layer in bill]

    def sides() -> Sequence[Dim]:
        if any(map(is_array, chain.from_iterable(node.shape for node in bill.graph))) or bill.branched:
            return [side * bill.batch for side in Moments(bill.graph, bill.dtype).sums()]
        return [peak_bytes(found.plan) * bill.batch]

    found = memory_of(bill)
    return Largest(sides, layers, bool(bill.opaque))


def _latency(bill: Bill, device: Device) -> Amounts:
    from archdsl.cost.latency.predict import latency  # with NumPy, which other costs do not need

    return latency(bill, device)


def _moved(bill: Bill) -> Amounts:
    from archdsl.cost.memory.movement import movement

    moved = movement(bill).layers
    if whole_numbers(bill.dtype):
        by_name = {layer.layer.node.name: layer for layer in moved}
        return bill.each(lambda layer: _three(by_name[layer.node.name]))
    return bill.summed([_three(moved[number]) for number in bill.distinct])


def _three(moved: Moved) -> Parts:
    return (moved.inputs, 1), (moved.weights, 1), (moved.output, 1)


def _requantised(bill: Bill) -> Amounts:
    from archdsl.cost.memory.scales import requantised

    return Sum(range(len(bill.layers)), [((amount, 1),) for amount in requantised(bill)])


def _receptive_field(bill: Bill) -> Amounts:
    from archdsl.cost.memory.receptive import receptive_fields

    seen = receptive_fields(bill.graph)
    views = [seen[layer.node.name] for layer in bill]
    widest = [None if view.field is None else maximum(*view.field) for view in views]
    shown = [side if view.known else Partly() for side, view in zip(widest, views, strict=True)]
    there = [bill.present(side, layer.node) for side, layer in zip(widest, bill, strict=True) if side is not None]
    return Largest(lambda: [1, *there], lambda: shown, bool(bill.opaque))


def _entropy(bill: Bill) -> Amounts:
    from archdsl.cost.expressive.entropy import entropy

    return entropy(bill)


def _effectiveness(bill: Bill) -> Amounts:
    from archdsl.cost.expressive.entropy import effectiveness

    return effectiveness(bill)


def _path_layers(bill: Bill) -> Amounts:
    from archdsl.cost.expressive.entropy import path_layers

    return path_layers(bill)


def _weights(bill: Bill) -> Amounts:
    if not whole_numbers(bill.dtype):
        return bill.sum("own_params", item_bytes(bill.dtype))
    stored = _stored(bill)
    return bill.each(lambda layer: () if layer.node.shared else ((stored.learned(layer.node, layer.inputs), 1),))


def _state(bill: Bill) -> Amounts:
    stored = _stored(bill)

    def held(layer: Layer) -> Parts:
        if layer.node.shared:
            return ()
        return (stored.learned(layer.node, layer.inputs), 1), (stored.kept(layer.node, layer.inputs), 1)

    if whole_numbers(bill.dtype):
        return bill.each(held)
    terms: list[Parts] = []
    for layer in [bill.layers[number] for number in bill.distinct]:
        with having(layer.node):
            terms.append(held(layer))
    return bill.summed(terms)


def _stored(bill: Bill) -> Stored:
    from archdsl.cost.memory.stored import Stored

    return Stored(bill.graph, bill.dtype)


COSTS: dict[str, Callable[[Bill], Amounts]] = {
    "params": lambda bill: bill.sum("own_params"),
    "macs": lambda bill: bill.sum("macs"),
    "products": lambda bill: bill.sum("products"),
    "weights": _weights,
    "state": _state,
    "peak": peak,
    "moved": _moved,
    "requantised": _requantised,
    "kernels": kernels,
    "receptive_field": _receptive_field,
    "entropy": _entropy,
    "effectiveness": _effectiveness,
    "path_layers": _path_layers,
}
UNITS = {"entropy": ENTROPY_UNIT, "effectiveness": RATIO_UNIT}
"""How many units of `amounts` make one of a cost that is no whole number."""
