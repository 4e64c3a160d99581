"""`archdsl whatif`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archdsl.cli.common import json_option, knob_option, open_net, print_json, print_table, spec_argument
from archdsl.cli.gathered import gathered, given
from archdsl.cli.limits import limit_options
from archdsl.cli.terminal import console
from archdsl.ir.limits import Limits

if TYPE_CHECKING:
    from rich.console import Console

    from archdsl.cost.comparing.totals import Value
    from archdsl.explore.sensitivity import Influence, Side
    from archdsl.net import Net

COSTS = ("params", "macs", "peak")
BAR = 24


@dataclass(frozen=True)
class Question:
    """What is asked of each knob, and how it is shown."""

    steps: tuple[str, ...] = given(
        click.option(
            "--step", "steps", multiple=True, metavar="KNOB=SIZE", help="Size of one step of a number, in place of its own."
        )
    )
    show: str = given(
        click.option("--show", default="", metavar="COST,...", help="Costs beside params, macs and peak: flops.thop, moved, ...")
    )
    by: str | None = given(click.option("--by", metavar="COST", help="The cost whose tornado is drawn; macs if not given."))
    plot: Path | None = given(
        click.option("--plot", type=click.Path(path_type=Path), help="Draw the tornado: .html, .png, .svg or .pdf.")
    )

    @property
    def costs(self) -> list[str]:
        """Names of all costs that are shown."""
        more = (name.strip() for name in self.show.split(","))
        return list(dict.fromkeys([*COSTS, *filter(None, more), self.tornado]))

    @property
    def tornado(self) -> str:
        """The cost whose tornado is drawn."""
        return self.by or "macs"


@click.command("whatif")
@spec_argument
@knob_option
@gathered("asked", Question)
@json_option
@limit_options
def command(spec: str, settings: tuple[str, ...], asked: Question, as_json: bool, limits: Limits) -> None:
    """What changes in SPEC when knobs are set, and what one step of each knob would do.

    With --set: every cost before and after, and the rows that make the difference. Then, around what was set: one step up and down
    of each knob, the ones that matter most first.
    """
    from archdsl.cost.comparing.totals import total
    from archdsl.explore.sensitivity import sensitivity
    from archdsl.spec.settings import parse_settings

    if asked.plot:
        from archdsl.viz.plots import check_ending

        check_ending(asked.plot)
    after = open_net(spec, settings, limits)
    before = open_net(spec, (), limits) if settings else None
    start = {cost: total(after, cost) for cost in asked.costs}
    influences = sensitivity(after, asked.costs, parse_settings(list(asked.steps), "--step"))
    by = asked.tornado
    if as_json:
        differences = _differences(before, after, asked.costs) if before is not None else {}
        print_json({"name": after.name, **differences, "sensitivity": [_as_dict(influence) for influence in influences]})
    else:
        out = console()
        if before is not None:
            _print_changes(before, after, ", ".join(settings), asked.costs, out)
        _print_sensitivity(after.name, influences, start, by, out)
    if asked.plot:
        from archdsl.explore.plot import plot_tornado

        plot_tornado(asked.plot, after.name, influences, by, start[by])
        if not as_json:
            console().print(f"  written   {asked.plot}", soft_wrap=True)


def _devices(costs: list[str]) -> tuple[str, ...]:
    """Devices whose latencies are among the costs."""
    from archdsl.cost.comparing.totals import LATENCY

    return tuple(cost.removeprefix(LATENCY) for cost in costs if cost.startswith(LATENCY))


def _differences(before: Net, after: Net, costs: list[str]) -> dict[str, Any]:
    from archdsl.cost.tables.changes import changes, totals

    summary = totals(before, after, _devices(costs))
    return {"totals": [t.as_dict() for t in summary], "changes": [c.as_dict() for c in changes(before, after)]}


def _print_changes(before: Net, after: Net, what: str, costs: list[str], out: Console) -> None:
    from archdsl.cost.tables.changes import changes, totals

    summary, rows = totals(before, after, _devices(costs)), changes(before, after)
    head = ["cost", "before", "after", "change", "ratio"]
    lines = [[t.name, *t.cells(), t.ratio] for t in summary]
    print_table(out, f"{before.name}, {what}", head, lines, head[1:])
    if not rows:
        out.print("  No row changes.\n")
        return
    head = ["#", "where", "params before", "after", "MACs before", "after "]
    cells = [[c.number, c.where, *c.cells()] for c in rows]
    print_table(out, "Rows that change", head, cells, ("#", *head[2:]))


def _print_sensitivity(name: str, influences: list[Influence], start: dict[str, Value], by: str, out: Console) -> None:
    """A table of what steps do to all costs, and a tornado of one of them."""
    from archdsl.exact.shown import shown

    idle = [i.name for i in influences if all(side and side.costs == start for side in (i.down, i.up) if side)]
    lengths = [f"{i.name} by {shown(i.step)}" for i in influences if i.step is not None]
    influences = [i for i in influences if i.name not in idle]
    rows = []
    for influence in influences:
        sides = [side for side in (influence.down, influence.up) if side is not None]
        for place, side in enumerate(sides):
            knob = ["", ""] if place else [influence.name, shown(influence.value)]
            rows.append([*knob, shown(side.value), *(_moved(side, cost, start[cost]) for cost in start)])
    print_table(out, f"{name}: one step of each knob", ["knob", "is", "step", *start], rows, ["step", *start])
    _print_tornado(influences, start[by], by, out)
    if lengths:
        out.print(f"  steps: {', '.join(lengths)}", soft_wrap=True)
    if idle:
        out.print(f"  no step changes a cost: {', '.join(idle)}", soft_wrap=True)


def _print_tornado(influences: list[Influence], start: Value, by: str, out: Console) -> None:
    from archdsl.cost.comparing.totals import in_words
    from archdsl.exact.shown import shown

    moving = sorted((i for i in influences if i.span(by, start)), key=lambda i: i.span(by, start), reverse=True)
    if not moving:
        return
    most = moving[0].span(by, start)
    knobs = [f"{i.name} {shown(side.value)}" for i in moving for side in (i.down, i.up) if side is not None]
    width = max(4, min(BAR, (out.width - max(map(len, knobs)) - 28) // 2))
    rows = []
    for influence in moving:
        for side, mark in ((influence.down, "◂"), (influence.up, "▸")):
            if side is not None:
                change = side.costs[by] - start if side.costs else None
                what = "cannot be built" if change is None else in_words(by, change, "+") if change else "·"
                rows.append([f"{influence.name} {shown(side.value)}", what, _bar(change or 0, most, mark, width)])
    print_table(out, f"{by}, from {in_words(by, start)}", ["step", "change", ""], rows, ["change"])


def _moved(side: Side, cost: str, start: Value) -> str:
    """A change in per cent; in full where the start is nothing."""
    from archdsl.cost.comparing.totals import in_words

    if not side.costs:
        return "cannot be built"
    change = side.costs[cost] - start
    if not change:
        return "·"
    if not start:
        return in_words(cost, change, "+")
    share = float(change / start)
    return f"{share:+.1%}" if abs(share) >= 5e-4 else f"{share * 100:+.1g}%"  # one class of a thousand is no +0.0%


def _bar(change: Value, most: Value, mark: str, width: int) -> str:
    """A bar to the left or right of a middle line."""
    length = round(abs(float(change)) / float(most) * width)
    bar = "█" * length if length else (mark if change else "")
    return f"{bar:>{width}}│" if change < 0 else f"{'':>{width}}│{bar}"


def _as_dict(influence: Influence) -> dict[str, Any]:
    from archdsl.exact.shown import jsonable

    def side(found: Side | None) -> dict[str, Any] | None:
        if found is None:
            return None
        costs = {name: jsonable(value) for name, value in found.costs.items()}
        return {"value": jsonable(found.value), "costs": costs, "reason": found.reason}

    sides = {"down": side(influence.down), "up": side(influence.up)}
    return {"knob": influence.name, "value": jsonable(influence.value), "step": jsonable(influence.step), **sides}
