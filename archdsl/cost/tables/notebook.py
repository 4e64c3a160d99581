"""How networks and bills show themselves in a notebook: a table with the totals above it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from archdsl.cost.counting.bill import Bill
from archdsl.cost.dtypes import USUAL, whole_numbers
from archdsl.cost.memory.peak import memory_of
from archdsl.cost.tables.sheet import Sheet, card
from archdsl.cost.words import dims, memory_size, thousands

if TYPE_CHECKING:
    from archdsl.cost.costed import Costed

MOST = 500  # layers that are shown; a notebook keeps its output in the file


def net_card(net: Costed) -> str:
    """The table of a network under its totals, as HTML."""
    table = net.table()
    knobs = ", ".join(f"{name} = {value}" for name, value in net.settings.items())
    return card(table.title, (f"<p>{escape(knobs)}</p>" if knobs else "") + _totals(net.cost()), table)


def bill_card(bill: Bill) -> str:
    """What every layer costs under the totals, as HTML."""
    layers = bill.layers[:MOST]
    rows = [
        (x.node.name, x.node.op.word, dims(x.inputs[0]), dims(x.output), thousands(x.params), thousands(x.macs)) for x in layers
    ]
    if len(bill.layers) > MOST:
        rows.append((f"and {len(bill.layers) - MOST} more", "", "", "", "", ""))
    head = ("layer", "operator", "input", "output", "params", "MACs")
    total = ("total", "", "", "", thousands(bill.params), thousands(bill.macs))
    return card(bill.graph.name, _totals(bill), Sheet(bill.graph.name, head, tuple(rows), frozenset(["params", "MACs"]), total))


def _with(bill: Bill) -> str:
    return "with scales" if whole_numbers(bill.dtype) else "with buffers"


def _counted(bill: Bill) -> str:
    """What bytes are for, where it is not what they usually are for."""
    return "" if (bill.batch, bill.dtype) == (1, USUAL) else f" ({bill.dtype}, batch {bill.batch:,})"


def _totals(bill: Bill) -> str:
    found = memory_of(bill)
    figures = [f"<b>{thousands(bill.params)}</b> parameters", f"<b>{thousands(bill.macs)}</b> MACs"]
    figures += [
        f"weights {memory_size(found.weights_bytes, bill.dtype)}",
        f"{_with(bill)} {memory_size(found.state_bytes, bill.dtype)}",
    ]
    figures += [f"peak activations {memory_size(found.peak_activation_bytes * bill.batch, bill.dtype)}{_counted(bill)}"]
    tools = " · ".join(f"{tool} {thousands(count)}" for tool, count in bill.flops.items())
    return f"<p>{' · '.join(figures)}</p><p>FLOPs as counted by {tools}</p>"
