"""The lines under a table: what every tool would count, memory, and what the source reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archdsl.net import Net

if TYPE_CHECKING:
    from rich.console import Console


def print_totals(net: Net, out: Console) -> None:
    """Print the totals of a network."""
    from archdsl.cost.memory.peak import memory
    from archdsl.cost.words import memory_size, thousands

    bill = net.cost()
    found = memory(bill.graph)
    out.print(f"  parameters        [bold]{thousands(bill.params)}[/]")
    out.print(f"  MACs              [bold]{thousands(bill.macs)}[/]  (convolutions and linear layers, biases not counted)")
    out.print(f"  weights           {memory_size(found.weights_bytes)}")
    out.print(f"  with buffers      {memory_size(found.state_bytes)}  (with the statistics of norms, as in a file of weights)")
    out.print(f"  peak activations  {memory_size(found.peak_activation_bytes)}  (float32, batch 1)")
    tools = "   ".join(f"{tool} {thousands(count)}" for tool, count in bill.flops.items())
    out.print(f"  FLOPs as counted by  {tools}")
    for text in reported(net):
        out.print(f"  {text}")


def reported(net: Net) -> list[str]:
    """Each figure of the source beside ours, in words. Not for a network that was changed, rewritten, or stands for a grid."""
    from archdsl.cost.comparing.figures import printed_alike, total_of
    from archdsl.cost.comparing.totals import total

    if net.settings or net.chosen is not None:
        return []
    lines = []
    for figure in net.spec.reported:
        name = total_of(figure)
        if name is None:
            continue
        ours = total(net, name)
        difference = (ours - figure.value) / figure.value
        verdict = "as printed" if printed_alike(ours, figure.value, figure.step) else f"differs by {float(difference):+.1%}"
        where = f" ({figure.source})" if figure.source else ""
        convention = f" in {figure.convention}" if figure.convention else ""
        lines.append(f"reported {figure.metric} {figure.text}{where}: {ours:,}{convention}, {verdict}")
    return lines
