"""Slopes: what one unit of a knob costs, exactly, where a cost is a polynomial of the knob; elsewhere it goes in steps.

A cost is taken for a polynomial where its exact values at up to seven neighbouring steps of the knob, its own among them, lie on one of so
low a degree that at least two of the values were not needed to find it. Those two are what a step function fails on: a channel count that
is rounded to multiples of 8 does not go on as it began. The slope is the derivative of that polynomial at the knob's own value,
by Newton's divided differences in exact fractions; it holds for the steps that were looked at, and not for values between them that the
spec rounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from archdsl.cost.comparing.totals import Value, amounts, parts_of_unit, total
from archdsl.design import Design
from archdsl.errors import ArchdslError
from archdsl.exact import Disagreement, divide, exact, has_axes, is_single_number
from archdsl.exact.partly import is_partly
from archdsl.spec.settings import known_setting

POINTS = 7
"""Values of a knob that are looked at."""

SPARE = 2
"""How many of them a polynomial has to pass through without having been made from them."""


def slopes(net: Design, name: str, value: Any, step: Any, costs: Sequence[str]) -> dict[str, Value | None]:
    """The derivative of every cost with respect to a knob at its value; None where the cost is no polynomial of it there.

    Args:
        step: of the knob, between the values that are looked at.
    """
    values = _around(net, name, value, step)
    found = _at_once(net, name, values, costs) or _one_by_one(net, name, values, costs)
    return {cost: derivative(list(points.items()), value) for cost, points in found.items()}


def _around(net: Design, name: str, value: Any, step: Any) -> list[Any]:
    """The values nearest to that of the knob, in its steps and within its range, ascending."""
    low, high = known_setting(net.base, name).range or (None, None)
    below = POINTS - 1 if low is None else min(POINTS - 1, int((value - low) // step))
    above = POINTS - 1 if high is None else min(POINTS - 1, int((high - value) // step))
    down = min(below, max(POINTS // 2, POINTS - 1 - above))
    return [exact(value + place * step) for place in range(-down, min(above, POINTS - 1 - down) + 1)]


def _at_once(net: Design, name: str, values: list[Any], costs: Sequence[str]) -> dict[str, dict[Any, Any]]:
    """Every cost at every value, from one network of arrays; empty where the values want networks that differ, or some cannot be built."""
    try:
        grid = net.set(**{name: values})
        return {cost: dict(zip(values, _listed(grid, cost, len(values)), strict=True)) for cost in costs}
    except (ArchdslError, Disagreement, ValueError):
        return {}


def _listed(grid: Design, cost: str, count: int) -> list[Any]:
    found, unit = amounts(grid, cost).total, parts_of_unit(cost)
    listed = found.reshape(-1).tolist() if has_axes(found) else [found]
    listed = [each if is_partly(each) else divide(each, unit) for each in listed]
    return listed if len(listed) == count else listed * count


def _one_by_one(net: Design, name: str, values: list[Any], costs: Sequence[str]) -> dict[str, dict[Any, Any]]:
    found: dict[str, dict[Any, Any]] = {cost: {} for cost in costs}
    for value in values:
        try:
            changed = net.set(**{name: value})
            totals: Mapping[str, Any] = {cost: total(changed, cost) for cost in costs}
        except ArchdslError:
            continue
        for cost, at in totals.items():
            found[cost][value] = at
    return found


def derivative(points: Sequence[tuple[Any, Any]], at: Any) -> Value | None:
    """The derivative, at one place, of the polynomial through points; None where `SPARE` of them are not on one that the others make."""
    if len(points) <= SPARE or any(not is_single_number(y) or is_partly(y) for _, y in points):
        return None
    places = [Fraction(x) for x, _ in points]
    differences: list[Fraction] = [Fraction(y) for _, y in points]
    for order in range(1, len(points)):
        for place in range(len(points) - 1, order - 1, -1):
            differences[place] = (differences[place] - differences[place - 1]) / (places[place] - places[place - order])
    degree = max((order for order, factor in enumerate(differences) if factor), default=0)
    if degree >= len(points) - SPARE:
        return None
    height = slope = Fraction(0)
    for x, factor in zip(reversed(places), reversed(differences), strict=True):
        slope = slope * (at - x) + height
        height = height * (at - x) + factor
    found: Value = exact(slope)
    return found
