"""What if a knob were another: costs along one or two of them, and the front over any number."""

from __future__ import annotations

from typing import Any

from archdsl.errors import InputError
from archdsl.explore.along import Along, along
from archdsl.explore.grid.axis import Axis, parse_axes, size, split_axes
from archdsl.explore.keep.keepers import Pareto, Sample
from archdsl.explore.outcome import Outcome
from archdsl.explore.plot import points
from archdsl.explore.plot_along import contour as contour_of
from archdsl.explore.plot_along import curves
from archdsl.explore.present import as_it_stands
from archdsl.explore.sweep import Progress, Sweep
from archdsl.net import Net
from archdsl.studio.axes import CONTOUR, CURVE, axis_in
from archdsl.studio.drafts import draft_of, opened
from archdsl.studio.drawn import drawn, listed, settings_text, text_in, texts_in
from archdsl.studio.question import Given, Tell

COSTS = 4
"""Costs that are drawn along a knob at once."""

LINES = 12
"""Values of a second knob that have a line of their own."""

SHOWN = 700
"""Variants that are drawn beside the front: up to twice as many, so that a browser draws them without its graphics card."""

MOST = 20_000_000
"""Variants of a front: seconds, not minutes."""


def curve(given: Given, tell: Tell) -> dict[str, Any]:
    """Costs of a design along one knob, exact at every value.

    Given `draft`; `knob`, a name or an axis such as `width=0.5:1:0.1`; `costs`, one to four; `by`, a second knob that has a line for
    each of a few values, or nothing. Answers the plot as `drawn` does; `rows`, by the `customdata` of its points; and `missing`.
    """
    net = opened(draft_of(given))
    costs = texts_in(given, "costs", 1, COSTS)
    axes = [axis_in(net, given, "knob", CURVE)]
    if text_in(given, "by"):
        axes.append(axis_in(net, given, "by", LINES))
        _need_two(axes)
        if len(axes[1]) > 2 * LINES:
            raise InputError(f"{axes[1].name} has {len(axes[1])} values, each a line; give at most {2 * LINES}")
    found = along(net, axes, costs, _progress(tell, size(axes)))
    return _answer(found, curves(found))


def contour(given: Given, tell: Tell) -> dict[str, Any]:
    """One cost of a design over two knobs, exact at every pair of values.

    Given `draft`, `x` and `y` as the knob of a curve, and `cost`. Where one of the knobs holds no numbers, each of its values has a line
    along the other. Answers as `curve`.
    """
    net = opened(draft_of(given))
    axes = [axis_in(net, given, name, CONTOUR) for name in ("x", "y")]
    _need_two(axes)
    numbers = [_holds_numbers(axis) for axis in axes]
    if not numbers[0] and numbers[1]:
        axes.reverse()
    found = along(net, axes, [text_in(given, "cost", "macs")], _progress(tell, size(axes)))
    return _answer(found, contour_of(found) if all(numbers) else curves(found))


def front(given: Given, tell: Tell) -> dict[str, Any]:
    """The variants of a design that no other beats in two costs, and some of the others.

    Given `draft`; `over`, axes as texts; `x` and `y`, costs that are to be low, or `max:` and a cost or setting that is to be high; and
    `where`, a condition, or nothing. Answers the plot as `drawn` does; `rows`, by the `customdata` of its points; `best`, those on the
    front with their costs; and how many variants there are.
    """
    net = opened(draft_of(given))
    axes = parse_axes([axis for text in texts_in(given, "over", 1) for axis in split_axes(text)], net.base)
    if size(axes) > MOST:
        raise InputError(
            f"{size(axes):,} variants are more than the {MOST:,} that are counted here; free fewer knobs, or give fewer values"
        )
    objectives = [text_in(given, "x", "params"), text_in(given, "y", "macs")]
    names = [text.rpartition(":")[2] for text in objectives]
    if names[0] == names[1]:
        raise InputError("a front is of two different costs")
    sweep = Sweep(net, axes, text_in(given, "where"), names)
    kept = Pareto(sweep.shown, [sweep.objective(text) for text in objectives])
    sample = Sample(sweep.shown, SHOWN)
    outcome = sweep.run([kept, sample], _progress(tell, sweep.size))
    return _front(net, sweep, (kept, sample), outcome, names)


def _front(net: Net, sweep: Sweep, kept: tuple[Pareto, Sample], outcome: Outcome, names: list[str]) -> dict[str, Any]:
    """The answer: the front, the sample, and the design as it stands, whether it is on the grid or not."""
    from archdsl.viz.plots import Scatter

    if not outcome.passed:
        raise InputError("no variant can be built" if sweep.condition is None else "no variant meets the condition")
    present = as_it_stands(net, sweep.settings, sweep.shown)
    best, some = (sweep.variants(keeper.rows, outcome) for keeper in kept)
    beside = None if present in best.rows or present in some.rows else present
    found = points(net, best, some, names, beside)
    colour = next((name for name in found.settings if name not in names), None)
    told = {"variants": outcome.variants, "passed": outcome.passed, "missing": _missing(outcome)}
    on_front = {tuple(row.values()) for row in best.rows}
    exact = [*best.rows, *(row for row in some.rows if tuple(row.values()) not in on_front)]  # as in the plot, fractions whole
    exact += [beside] if beside is not None else []
    rows = [{"settings": settings_text(row, sweep.settings)} for row in exact]
    best_rows = [listed(row, sweep.settings, sweep.shown) for row in best.rows]
    return {**drawn(Scatter(found, names[0], names[1], colour)), "rows": rows, "start": found.start, "best": best_rows, **told}


def _missing(outcome: Outcome) -> dict[str, Any]:
    """How many variants cannot be built, and the most frequent reasons."""
    return {"count": sum(outcome.masked.values()), "reasons": dict(outcome.masked.most_common(8))}


def _answer(found: Along, plot: Any) -> dict[str, Any]:
    rows = [{"settings": settings_text(row, found.settings)} for row in found.rows]
    return {**drawn(plot), "rows": rows, "start": plot.points.start, "missing": _missing(found.outcome)}


def _need_two(axes: list[Axis]) -> None:
    if axes[0].name == axes[1].name:
        raise InputError("the two knobs are one")


def _holds_numbers(axis: Axis) -> bool:
    return len(axis) > 1 and all(not isinstance(point[0], (bool, str, tuple)) and point[0] is not None for point in axis.points)


def _progress(tell: Tell, most: int) -> Progress:
    """Tells the page how much of a grid is counted."""
    done = 0

    def step(more: int) -> None:
        nonlocal done
        done += more
        tell.progress(done / most, f"{done:,} of {most:,} variants")

    return step
