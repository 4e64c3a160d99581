"""Views of a network's costs that are no sum: memory over time, and what each layer moves and sees."""

from __future__ import annotations

from archdsl.cli.common import console, print_json, print_table
from archdsl.cost.tables.layout import size
from archdsl.net import Net


def show_memory(net: Net, as_json: bool) -> None:
    """Print what is alive at the peak, how the peak compares with the best order, and what training needs.

    Raises:
        InputError: a grid of networks, which has no one peak.
    """
    from archdsl.cost.memory.peak import memory
    from archdsl.cost.memory.schedule import best_schedule
    from archdsl.cost.memory.training import training

    found = memory(net.graph())
    peak, best = found.peak, best_schedule(net.graph())
    trained = {name: training(net.graph(), 1, name) for name in ("sgd_momentum", "adamw")}
    if as_json:
        print_json(
            {
                "peak": {"layer": peak.node, "bytes": peak.bytes, "scratch": peak.scratch, "alive": dict(peak.alive)},
                "timeline": [{"layer": moment.node, "bytes": moment.bytes} for moment in found.timeline],
                "best_order": {"bytes": best.peak_bytes, "exact": best.exact},
                "training": {name: entry.total for name, entry in trained.items()},
            }
        )
        return
    out = console()
    rows = [[moment.node, f"{moment.bytes:,}", _bar(moment.bytes, peak.bytes)] for moment in found.timeline]
    print_table(out, f"{net.name}: activations while each layer runs", ["layer", "bytes", "of the peak"], rows, ("bytes",))
    alive = [[name, f"{held:,}"] for name, held in peak.alive]
    alive += [["(needed by the operator itself)", f"{peak.scratch:,}"]] if peak.scratch else []
    print_table(out, "At the peak", [f"while {peak.node} runs", "bytes"], alive, ("bytes",), ["", f"{peak.bytes:,}"])
    order = "the order that the module runs is the best" if best.peak_bytes == peak.bytes else "in the best order"
    out.print(f"  peak activations  {size(best.peak_bytes)}  ({order}{'' if best.exact else ' that was found'})")
    for name, entry in trained.items():
        out.print(f"  training, {name:<12}  {size(entry.total)}  (batch 1: {size(entry.saved)} of saved activations)")


def show_movement(net: Net, as_json: bool) -> None:
    """Print bytes moved, operations per byte, receptive field and stride of every layer."""
    from archdsl.cost.memory.movement import movement
    from archdsl.cost.memory.receptive import receptive_fields

    moved, seen = movement(net.cost()), receptive_fields(net.graph())
    rows = []
    for entry in moved.layers:
        view = seen[entry.layer.node.name]
        rows.append([entry.layer.node.name, entry.bytes, float(entry.intensity), _extents(view.field), _extents(view.stride)])
    if as_json:
        keys = ("layer", "bytes", "operations_per_byte", "receptive_field", "stride")
        print_json([dict(zip(keys, row, strict=True)) for row in rows])
        return
    head = ["layer", "bytes moved", "FLOPs/byte", "receptive field", "stride"]
    cells = [[name, f"{count:,}", f"{intensity:.2f}", field, stride] for name, count, intensity, field, stride in rows]
    total = ["total", f"{moved.bytes:,}", f"{float(moved.intensity):.2f}", "", ""]
    print_table(console(), net.name, head, cells, head[1:], total)


def _extents(extents: tuple[object, ...] | None) -> str:
    """The extent of each axis, once where they are equal."""
    if extents is None:
        return "whole image"
    return str(extents[0]) if len(set(extents)) == 1 else "×".join(map(str, extents))


def _bar(part: int, whole: int, width: int = 30) -> str:
    return f"{'█' * round(part / whole * width):<{width}} {part / whole:4.0%}"
