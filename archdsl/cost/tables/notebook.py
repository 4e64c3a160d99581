"""How networks and bills show themselves in a notebook: a table with the totals above it."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

from archdsl.cost.comparing.figures import matches, words
from archdsl.cost.comparing.totals import in_words
from archdsl.cost.counting.bill import Bill
from archdsl.cost.dtypes import USUAL, whole_numbers
from archdsl.cost.memory.peak import memory_of
from archdsl.cost.tables.changes import totals, totals_sheet
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


def changes_card(before: Costed, after: Costed, conventions: tuple[str, ...], devices: tuple[str, ...]) -> str:
    """The totals of a network with their change against another, and the figures that its source prints beside ours, as HTML.

    Raises:
        InputError: there is no such convention or device.
        SpecError: mistakes in the file of one.
    """
    found = totals(before, after, devices, conventions)
    sheet = totals_sheet("Costs", found).renamed({"before": "start", "after": "now"})
    told = [cells if cost.change else (*cells[:3], "", "") for cost, cells in zip(found, sheet.rows, strict=True)]
    cards = [card(after.spec.name, f"<p>{_figures(after.cost())}</p>", replace(sheet, rows=tuple(told)))]
    rows = tuple(
        ("✓" if match.alike else "", words(match.figure), in_words(match.figure.metric, match.ours), match.verdict)
        for match in matches(after)
    )
    if rows:
        cards.append(
            card("Figures that the source prints", "", Sheet("", ("", "printed", "ours", " "), rows, frozenset(["ours"])))
        )
    return "".join(cards)


def _with(bill: Bill) -> str:
    return "with scales" if whole_numbers(bill.dtype) else "with buffers"


def _counted(bill: Bill) -> str:
    """What bytes are for, where it is not what they usually are for."""
    return "" if (bill.batch, bill.dtype) == (1, USUAL) else f" ({bill.dtype}, batch {bill.batch:,})"


def _totals(bill: Bill) -> str:
    tools = " · ".join(f"{tool} {thousands(count)}" for tool, count in bill.flops.items())
    return f"<p>{_figures(bill)}</p><p>FLOPs as counted by {tools}</p>"


def _figures(bill: Bill) -> str:
    found = memory_of(bill)
    figures = [f"<b>{thousands(bill.params)}</b> parameters", f"<b>{thousands(bill.macs)}</b> MACs"]
    figures += [
        f"weights {memory_size(found.weights_bytes, bill.dtype)}",
        f"{_with(bill)} {memory_size(found.state_bytes, bill.dtype)}",
    ]
    figures += [f"peak activations {memory_size(found.peak_activation_bytes * bill.batch, bill.dtype)}{_counted(bill)}"]
    return " · ".join(figures)
