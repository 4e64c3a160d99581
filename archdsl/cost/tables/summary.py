"""The lines under a bill: parameters, multiply-accumulates, memory, and what every tool would count."""

from __future__ import annotations

from archdsl.cost.comparing.totals import COSTS
from archdsl.cost.counting.bill import Bill
from archdsl.cost.dtypes import whole_numbers
from archdsl.cost.memory.peak import Memory, memory_of
from archdsl.cost.opaque import by_size, moved_elements
from archdsl.cost.words import dims, memory_size, thousands


def summary(bill: Bill) -> list[str]:
    """The totals of a bill, in lines."""
    found = memory_of(bill)
    images = "" if bill.batch == 1 else f", batch {bill.batch:,}"
    tools = "   ".join(f"{tool} {thousands(count)}" for tool, count in bill.flops.items())
    peak = memory_size(found.peak_activation_bytes * bill.batch, bill.dtype)
    return [
        f"parameters        {thousands(bill.params)}",
        f"MACs              {thousands(bill.macs)}  (convolutions and linear layers, biases not counted{images})",
        *_stored(found),
        f"peak activations  {peak}  ({bill.dtype}, batch {bill.batch:,}{_arena(bill)})",
        *_requantised(bill),
        f"FLOPs as counted by  {tools}",
        *unknown(bill),
    ]


def _stored(found: Memory) -> list[str]:
    weights, state = [memory_size(size, found.dtype) for size in (found.weights_bytes, found.state_bytes)]
    if whole_numbers(found.dtype):
        return [
            f"weights           {weights}  (norms folded; vectors, such as biases, int32)",
            f"with scales       {state}  (one for each output channel, as in a file of weights)",
        ]
    return [
        f"weights           {weights}",
        f"with buffers      {state}  (with the statistics of norms, as in a file of weights)",
    ]


def _arena(bill: Bill) -> str:
    return "; one arena, sums and depthwise convolutions in place, as TinyEngine" if whole_numbers(bill.dtype) else ""


def _requantised(bill: Bill) -> list[str]:
    """Of a quantised network, what is brought to another scale."""
    if not whole_numbers(bill.dtype):
        return []
    elements = COSTS["requantised"](bill)
    places = sum(amount is not None and not _nothing(amount) for amount in elements.layers)
    where = f"  ({places} concatenation{'s' if places != 1 else ''} of tensors with different scales)" if places else ""
    return [f"requantised       {thousands(elements.total)} elements{where}"]


def _nothing(amount: object) -> bool:
    return isinstance(amount, int) and amount == 0


def unknown(bill: Bill) -> list[str]:
    """The steps of unknown cost, in lines: those first that read and write most; none where all costs are known."""
    if not bill.opaque:
        return []
    count = f"{len(bill.opaque)} step{'s' if len(bill.opaque) > 1 else ''} of unknown cost"
    images = f" for {bill.batch:,} images" if bill.batch != 1 else ""
    lines = [f"unknown           {count}; every figure that they enter is a lower bound (≥), where nothing is known ? stands"]
    for layer in by_size(bill):
        arriving, op = ", ".join(map(dims, layer.inputs)), layer.node.op.arguments()
        elements = thousands(moved_elements(layer) * bill.batch)
        lines.append(
            f"                  {layer.node.name}: {op['what']}, {arriving} → {dims(layer.output)}, {elements} elements{images}"
        )
    return lines
