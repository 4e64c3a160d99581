"""Every total of a network under one name each: what `diff`, `compare` and conditions read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archdsl.cost.conventions import Convention, load_convention
from archdsl.cost.count import TOOLS
from archdsl.cost.memory import memory

if TYPE_CHECKING:
    from archdsl.net import Net


def convention_of(net: Net, name: str) -> Convention:
    """A convention that is shipped, a file, or one in the folder `conventions` beside the spec.

    Raises:
        InputError: there is none.
        SpecError: mistakes in its file.
    """
    path = net.spec.source.path
    return load_convention(name, path.parent if path else None)


def costs(net: Net, conventions: tuple[str, ...] = TOOLS) -> dict[str, int]:
    """Totals of one network for batch 1: `params`, `macs`, `flops.NAME` of each convention, `weights` and `peak` in bytes."""
    bill, found = net.cost(), memory(net.graph())
    counted = {f"flops.{name}": int(bill.flops(convention_of(net, name))) for name in conventions}
    return {
        "params": int(bill.params),
        "macs": int(bill.macs),
        **counted,
        "weights": int(found.weights_bytes),
        "peak": int(found.peak_activation_bytes),
    }
