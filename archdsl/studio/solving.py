"""What one step of each knob does, and the best design inside budgets."""

from __future__ import annotations

from typing import Any

from archdsl.cost.comparing.totals import in_words, total
from archdsl.errors import InputError
from archdsl.exact.shown import jsonable, shown, written
from archdsl.explore.criteria.budget import budget_texts, budgets_on
from archdsl.explore.grid.axis import parse_axes, split_axes
from archdsl.explore.plot import tornado as tornado_of
from archdsl.explore.present import as_it_stands
from archdsl.explore.sensitivity import Influence, Side, sensitivity
from archdsl.explore.solve.solution import Lack, Solution
from archdsl.explore.solve.solver import solver_on
from archdsl.net import Net
from archdsl.studio.drafts import draft_of, opened
from archdsl.studio.drawn import drawn, listed, mapping_in, settings_text, text_in, texts_in
from archdsl.studio.question import Given, Tell

TOP = 10
"""Variants that are listed, the best first."""


def tornado(given: Given, tell: Tell) -> dict[str, Any]:
    """What one step down and up of each knob does to a cost.

    Given `draft` and `cost`. Answers the plot as `drawn` does; `steps`, the knobs that matter first, of each the steps that there are with
    their settings and changes in words; and `idle`, the knobs that do nothing.
    """
    net = opened(draft_of(given))
    cost = text_in(given, "cost", "macs")
    start = total(net, cost)
    influences = sensitivity(net, [cost])
    moving = sorted((i for i in influences if i.span(cost, start)), key=lambda i: i.span(cost, start), reverse=True)
    plot = tornado_of(net.name, influences, cost, start)
    steps = [_step(influence, cost, start) for influence in moving]
    idle = [influence.name for influence in influences if influence not in moving]
    return {**drawn(plot), "start": in_words(cost, start), "steps": steps, "idle": idle}


def _step(influence: Influence, cost: str, start: Any) -> dict[str, Any]:
    sides = {"down": influence.down, "up": influence.up}
    told = {way: _side(influence.name, side, cost, start) for way, side in sides.items() if side is not None}
    return {"name": influence.name, "held": written(influence.value), **told}


def _side(name: str, side: Side, cost: str, start: Any) -> dict[str, Any]:
    value = {"value": shown(side.value), "settings": {name: written(side.value)}}
    if not side.costs:
        return {**value, "change": None, "words": "cannot be built", "reason": side.reason}
    change = side.costs[cost] - start
    return {**value, "change": jsonable(change), "words": in_words(cost, change, "+") if change else "no change", "reason": ""}


def solve(given: Given, tell: Tell) -> dict[str, Any]:
    """The best variants of a design inside budgets, proven on the whole grid.

    Given `draft`; `free`, axes as texts; `most` and `least`, budgets as texts by cost; `objectives`, as `max:width` and `macs`, the first
    one first. Answers `rows`, the best first; `notes`, the proof and the budgets that bind among them; `binding`, those budgets;
    `lack`, what stands in the way where nothing fits, with the closest variant as `closest`; and `present`, the design as it stands.
    """
    net = opened(draft_of(given))
    texts = [axis for text in texts_in(given, "free", 1) for axis in split_axes(text)]
    objectives = texts_in(given, "objectives", 1)
    axes = parse_axes(texts, net.base)
    bounds = (budget_texts(mapping_in(given, name)) for name in ("most", "least"))
    solver = solver_on(net, axes, objectives, budgets_on(axes, *bounds), TOP)
    done, whole = 0, solver.sweep.size

    def step(more: int) -> None:
        nonlocal done
        done += more
        tell.progress(min(1.0, done / whole), f"{done:,} of {whole:,} variants")

    solver.progress = step
    return _solved(net, solver.solve())


def _solved(net: Net, found: Solution) -> dict[str, Any]:
    settings, costs = found.best.settings, found.best.costs
    try:
        present = listed(as_it_stands(net, settings, costs), settings, costs)
    except InputError:  # a setting may hold no single value
        present = None
    return {
        "settings": list(settings),
        "costs": list(costs),
        "rows": [listed(row, settings, costs) for row in found.best.rows],
        "present": present,
        "notes": found.notes(),
        "binding": [{"budget": str(b.budget), "without": jsonable(b.without), "more": jsonable(b.more)} for b in found.binding],
        "lack": None if found.lack is None else _lack(found.lack, found),
        "variants": found.best.outcome.variants,
        "seconds": found.seconds,
    }


def _lack(lack: Lack, found: Solution) -> dict[str, Any]:
    """What stands in the way. The settings of the closest variant can be loaded."""
    row = lack.closest
    if row is None:
        return {"closest": None, "missed": []}
    named = {"settings": settings_text(row, found.best.settings)}
    return {"closest": named | {"words": {name: in_words(name, row[name]) for name in found.best.costs}}, "missed": lack.missed()}
