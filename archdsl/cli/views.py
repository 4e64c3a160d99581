"""What `archdsl cost` shows instead of the bill: memory over time, bytes moved, conventions explained, tools verified."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from archdsl.cli.common import print_json, print_table
from archdsl.cli.gathered import given
from archdsl.cli.terminal import console
from archdsl.cost.comparing.totals import convention_of
from archdsl.cost.dtypes import QUANTISED, USUAL, whole_numbers
from archdsl.cost.words import change, memory_size, thousands
from archdsl.exact.partly import at_least_if, is_partly
from archdsl.exact.shown import jsonable, shown
from archdsl.net import Net

MIXED = "in half precision weights and optimizer stay float32, and which tensors do is up to the framework"
UNTRAINED = {QUANTISED: "nothing is trained in int8", "float64": "the other figures twice as large are those of float64"}
"""Why a training step is not counted in a dtype."""


@dataclass(frozen=True)
class View:
    """Which view was asked for; at most one may be."""

    explain: str | None = given(
        click.option("--explain", metavar="A..B", help="Which operators make the difference between two conventions.")
    )
    memory: bool = given(
        click.option("--memory", is_flag=True, help="Activations over time, the tensors at the peak, the best order, training.")
    )
    movement: bool = given(
        click.option("--movement", is_flag=True, help="Bytes moved, FLOPs per byte, receptive field and stride of each layer.")
    )
    verify: bool = given(
        click.option("--verify", is_flag=True, help="Compile, run the counting tools that are installed, and compare.")
    )

    @property
    def chosen(self) -> list[str]:
        """Names of the views that were asked for."""
        return [name for name in VIEWS if getattr(self, name) not in (None, False)]


def show_memory(net: Net, view: View, as_json: bool) -> int:
    """Print what is alive at the peak, how the peak compares with the best order, and what training needs.

    Raises:
        InputError: a grid of networks, which has no one peak.
    """
    from archdsl.cost.memory.arena import Arena
    from archdsl.cost.memory.peak import memory, peak_bytes
    from archdsl.cost.memory.schedule import best_schedule
    from archdsl.cost.memory.storage import plan
    from archdsl.cost.memory.training import training

    found = memory(net.graph(), net.dtype)
    peak, best = found.peak, best_schedule(net.graph(), net.dtype)
    most = at_least_if(net.graph().opaque, best.peak_bytes)
    trained = {name: training(net.graph(), 1, name) for name in ("sgd_momentum", "adamw") if net.dtype == USUAL}
    if as_json:
        print_json(
            {
                "peak": {
                    "layer": peak.node,
                    "bytes": jsonable(peak.bytes),
                    "scratch": jsonable(peak.scratch),
                    "alive": dict(peak.alive),
                },
                "timeline": [{"layer": moment.node, "bytes": jsonable(moment.bytes)} for moment in found.timeline],
                "best_order": {"bytes": jsonable(most), "exact": best.exact},
                **({"dtype": net.dtype} if net.dtype != USUAL else {}),
                "training": {name: jsonable(entry.total) for name, entry in trained.items()},
                "training_peak_bytes": {name: jsonable(entry.peak_bytes) for name, entry in trained.items()},
            }
        )
        return 0
    out = console()
    rows = [[moment.node, f"{moment.bytes:,}", _bar(moment.bytes, peak.bytes)] for moment in found.timeline]
    print_table(out, f"{net.name}: activations while each layer runs", ["layer", "bytes", "of the peak"], rows, ("bytes",))
    alive = [[name, f"{held:,}"] for name, held in peak.alive]
    alive += [["(needed by the operator itself)", f"{peak.scratch:,}"]] if peak.scratch else []
    print_table(out, "At the peak", [f"while {peak.node} runs", "bytes"], alive, ("bytes",), ["", f"{peak.bytes:,}"])
    order = "the order that the module runs is the best" if best.peak_bytes == peak.bytes else "in the best order"
    out.print(f"  peak activations  {memory_size(most, net.dtype)}  ({order}{'' if best.exact else ' that was found'})")
    if whole_numbers(net.dtype):
        apart = peak_bytes(plan(net.graph(), net.dtype, Arena(net.graph(), in_place=False)))
        out.print(
            f"  not in place      {memory_size(apart, net.dtype)}  (depthwise convolutions with outputs of their own, as TensorFlow Lite)"
        )
    for name, entry in trained.items():
        highest = memory_size(entry.peak_bytes)
        out.print(f"  training, {name:<12}  {highest} at its peak  (batch 1: {memory_size(entry.saved)} of saved activations)")
    if net.dtype != USUAL:
        out.print(f"  training          is counted in {USUAL} alone; {UNTRAINED.get(net.dtype, MIXED)}", soft_wrap=True)
    return 0


def show_movement(net: Net, view: View, as_json: bool) -> int:
    """Print bytes moved, operations per byte, receptive field and stride of every layer."""
    from archdsl.cost.memory.movement import movement
    from archdsl.cost.memory.receptive import receptive_fields

    moved, seen = movement(net.cost()), receptive_fields(net.graph())
    rows = []
    for entry in moved.layers:
        sees = seen[entry.layer.node.name]
        rows.append([entry.layer.node.name, entry.bytes, _decimal(entry.intensity), _extents(sees.field), _extents(sees.stride)])
        rows[-1][3:] = ["?", "?"] if not sees.known else rows[-1][3:]
    if as_json:
        keys = ("layer", "bytes", "operations_per_byte", "receptive_field", "stride")
        print_json([dict(zip(keys, map(jsonable, row), strict=True)) for row in rows])
        return 0
    head = ["layer", "bytes moved", "FLOPs/byte", "receptive field", "stride"]
    cells = [[name, f"{count:,}", f"{intensity:.2f}", field, stride] for name, count, intensity, field, stride in rows]
    total = ["total", f"{moved.bytes:,}", f"{_decimal(moved.intensity):.2f}", "", ""]
    print_table(console(), net.name, head, cells, head[1:], total)
    return 0


def show_explained(net: Net, view: View, as_json: bool) -> int:
    """Print how the total of one convention becomes that of another, operator by operator.

    Raises:
        UsageError: `--explain` names no two conventions.
        InputError: there is no such convention, or a grid of networks.
    """
    from archdsl.cost.counting.explain import explain

    pair = view.explain or ""
    start, _, end = pair.partition("..")
    if not start or not end:
        raise click.UsageError(f"--explain takes two conventions, as in thop..ptflops; '{pair}' came")
    found = explain(net.cost(), convention_of(net, start), convention_of(net, end))
    if as_json:
        print_json(found.as_dict())
        return 0
    rows, running = [["", found.start, "", shown(found.before)]], found.before
    for drop in found.drops:
        running += drop.difference
        rules = "; ".join(f"{a} → {b}" for a, b in drop.rules)
        rows.append([f"{drop.word} ×{drop.layers}", rules, change(drop.difference), shown(running)])
    rows.append(["", found.end, "", shown(found.after)])
    out = console()
    title = f"{net.name}: {found.start} to {found.end}"
    print_table(out, title, ["operator", "rule", "difference", "total"], rows, ("difference", "total"))
    if found.same:
        out.print(f"  counted alike: {', '.join(found.same)}")
    return 0


def show_verified(net: Net, view: View, as_json: bool) -> int:
    """Print every convention beside the tool that it is named after: 3 where one differs, otherwise 0."""
    from archdsl.measure.counting_tools import verify

    found = verify(net)
    if as_json:
        print_json([{**entry._asdict(), "equal": entry.equal} for entry in found])
    else:
        words = {True: "equal", False: "different", None: "not installed"}
        theirs = ["" if entry.theirs is None else thousands(entry.theirs) for entry in found]
        rows = [[e.tool, e.version, thousands(e.ours), count, words[e.equal]] for e, count in zip(found, theirs, strict=True)]
        title = f"{net.name}: conventions against their tools"
        print_table(console(), title, ["tool", "version", "ours", "theirs", ""], rows, ("ours", "theirs"))
    return 3 if any(entry.equal is False for entry in found) else 0


VIEWS: dict[str, Callable[[Net, View, bool], int]] = {
    "memory": show_memory,
    "movement": show_movement,
    "verify": show_verified,
    "explain": show_explained,
}
"""By the name of the option. Each gives the exit code."""


def _decimal(value: Any) -> Any:
    """A ratio in decimals; what is known in part alone as it is."""
    return value if is_partly(value) else float(value)


def _extents(extents: tuple[object, ...] | None) -> str:
    """The extent of each axis, once where they are equal."""
    if extents is None:
        return "whole image"
    return str(extents[0]) if len(set(extents)) == 1 else "×".join(map(str, extents))


def _bar(part: int, whole: int, width: int = 30) -> str:
    if is_partly([part, whole]):
        return "?"
    return f"{'█' * round(part / whole * width):<{width}} {part / whole:4.0%}"
