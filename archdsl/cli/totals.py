"""The lines under a table: what every tool would count, memory, and what the source reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archdsl.net import Net

if TYPE_CHECKING:
    from rich.console import Console


def print_totals(net: Net, out: Console) -> None:
    """Print the totals of a network."""
    from archdsl.cost.tables.summary import summary

    for text in [*summary(net.cost()), *reported(net)]:
        out.print(f"  {text}", markup=False)


def reported(net: Net) -> list[str]:
    """Each figure of the source beside ours, in words. Not for a network that was changed or rewritten, or for a batch."""
    from archdsl.cost.comparing.figures import matches

    if net.settings or net.chosen is not None or net.batch != 1:
        return []
    lines = []
    for match in matches(net):
        figure = match.figure
        where = f" ({figure.source})" if figure.source else ""
        convention = f" in {figure.convention}" if figure.convention else ""
        lines.append(f"reported {figure.metric} {figure.text}{where}: {match.ours:,}{convention}, {match.verdict}")
    return lines
