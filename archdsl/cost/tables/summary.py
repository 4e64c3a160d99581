"""The lines under a bill: parameters, multiply-accumulates, memory, and what every tool would count."""

from __future__ import annotations

from archdsl.cost.counting.bill import Bill
from archdsl.cost.memory.peak import memory
from archdsl.cost.opaque import by_size, moved_elements
from archdsl.cost.words import dims, memory_size, thousands


def summary(bill: Bill) -> list[str]:
    """The totals of a bill, in lines."""
    found = memory(bill.graph)
    images = "" if bill.batch == 1 else f", batch {bill.batch:,}"
    tools = "   ".join(f"{tool} {thousands(count)}" for tool, count in bill.flops.items())
    return [
        f"parameters        {thousands(bill.params)}",
        f"MACs              {thousands(bill.macs)}  (convolutions and linear layers, biases not counted{images})",
        f"weights           {memory_size(found.weights_bytes)}",
        f"with buffers      {memory_size(found.state_bytes)}  (with the statistics of norms, as in a file of weights)",
        f"peak activations  {memory_size(found.peak_activation_bytes * bill.batch)}  (float32, batch {bill.batch:,})",
        f"FLOPs as counted by  {tools}",
        *unknown(bill),
    ]


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
