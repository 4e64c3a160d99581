"""What the passes for inference did to a network, for `--optimize`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archdsl.cli.common import print_table
from archdsl.net import Net

if TYPE_CHECKING:
    from rich.console import Console

SHOWN = {"kernels": "kernels", "params": "params", "macs": "MACs", "moved": "bytes moved", "peak": "peak of activations, bytes"}


def rewritten(net: Net) -> dict[str, Any]:
    """Costs before and after, and what each pass changed."""
    from archdsl.cost.comparing.totals import total

    written = net.written()
    costs = {name: {"before": total(written, name), "after": total(net, name)} for name in SHOWN}
    return {"costs": costs, "changes": [{"pass": made_by, "what": what} for made_by, what in net.rewritten.changes]}


def print_rewritten(net: Net, out: Console) -> None:
    """The same as tables; nothing where the network is as written."""
    if net.chosen is None:
        return
    found = rewritten(net)
    rows = [
        [
            SHOWN[name],
            f"{cost['before']:,}",
            f"{cost['after']:,}",
            f"{cost['after'] / cost['before']:.2f}" if cost["before"] else "",
        ]
        for name, cost in found["costs"].items()
    ]
    print_table(
        out, "rewritten for inference", ["", "as written", "rewritten", "ratio"], rows, ("as written", "rewritten", "ratio")
    )
    changes = [[change["pass"], change["what"]] for change in found["changes"]]
    print_table(out, "what the passes changed", ["pass", "change"], changes or [["", "nothing"]], ())
