"""Sensitivity: what one step up and down of each knob does to every cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from archdsl.cost.comparing.totals import Value, total
from archdsl.design import Design
from archdsl.errors import ArchdslError, InputError
from archdsl.exact import exact, is_single_number
from archdsl.exact.shown import describe
from archdsl.explore.grid.region import reason
from archdsl.explore.slopes import slopes
from archdsl.ir.single import need_numbers
from archdsl.spec.knobs import step_of
from archdsl.spec.model import Parameter
from archdsl.spec.settings import known_setting


@dataclass(frozen=True)
class Side:
    """A knob one step away.

    Attributes:
        value: of the knob there.
        costs: every cost there; empty where the network cannot be built.
        reason: why it cannot.
    """

    value: Any
    costs: dict[str, Value]
    reason: str = ""


@dataclass(frozen=True)
class Influence:
    """A knob and what its steps do.

    Attributes:
        down, up: None where there is no step: the end of a range, or of the choices.
        step: its length; None for a knob that holds no number.
        slopes: what one unit of the knob costs, see `archdsl.explore.slopes`; None for a cost that goes in steps here.
    """

    name: str
    value: Any
    down: Side | None
    up: Side | None
    step: Any = None
    slopes: dict[str, Value | None] = field(default_factory=dict)

    def change(self, cost: str, start: Value) -> tuple[Value | None, Value | None]:
        """The differences of a cost, down and up; None where there is no step, or nothing can be built there."""
        down, up = (side.costs[cost] - start if side and side.costs else None for side in (self.down, self.up))
        return down, up

    def span(self, cost: str, start: Value) -> Value:
        """The most that a step moves a cost, as a positive number."""
        return max((max(change, -change) for change in self.change(cost, start) if change is not None), default=0)


def sensitivity(net: Design, costs: Iterable[str], steps: Mapping[str, Any] | None = None) -> list[Influence]:
    """What one step of each knob does, the knobs first that change some cost by the largest share.

    Args:
        costs: names, see `archdsl.cost.comparing.totals`.
        steps: length of a step for numbers, by knob, in place of the knob's own.

    Raises:
        InputError: a cost or knob that is not known, or a grid of networks.
    """
    need_numbers(net.graph(), "a step is counted from")
    names = list(costs)
    for name, step in (steps or {}).items():
        known_setting(net.base, name)
        value = net.knobs.get(name.partition(".")[0])
        numbers = value if isinstance(value, (list, tuple)) else [value]
        if not all(map(is_single_number, numbers)):
            raise InputError(f"'{name}' is no knob that holds a number, so it has no step")
        if not is_single_number(step) or step <= 0:
            raise InputError(f"the step of '{name}' is a number above 0, {describe(step)} came")
    found = [
        Influence(
            name,
            value,
            _side(net, name, down, names),
            _side(net, name, up, names),
            step,
            _slopes(net, name, value, step, names),
        )
        for name, value, (down, up), step in _steps(net, dict(steps or {}))
        if down is not None or up is not None
    ]
    start = {name: total(net, name) for name in names}

    def relative(influence: Influence) -> float:
        return max((float(influence.span(name, start[name]) / start[name]) for name in names if start[name]), default=0.0)

    return sorted(found, key=relative, reverse=True)


def _slopes(net: Design, name: str, value: Any, step: Any, costs: list[str]) -> dict[str, Value | None]:
    return {} if step is None else slopes(net, name, value, step, costs)


def _side(net: Design, name: str, value: Any, costs: list[str]) -> Side | None:
    if value is None:
        return None
    try:
        changed = net.set(**{name: value})
        return Side(value, {cost: total(changed, cost) for cost in costs})
    except ArchdslError as error:
        return Side(value, {}, reason(error))


def _steps(net: Design, steps: dict[str, Any]) -> Iterator[tuple[str, Any, tuple[Any, Any], Any]]:
    """Every knob, and every element of one that holds a list of numbers, with its value, those one step down and up, and the step."""
    for name, knob in net.base.knobs.items():
        value = net.knobs[name]
        if isinstance(value, (list, tuple)):
            for place, item in enumerate(value, 1):
                element = f"{name}.{place}"
                if is_single_number(item):
                    yield element, item, *_numbers(knob, item, steps.get(element, steps.get(name)))
        elif is_single_number(value) and knob.choices is None:
            yield name, value, *_numbers(knob, value, steps.get(name))
        else:
            yield name, value, _choices(knob, value), None


def _numbers(knob: Parameter, value: Any, step: Any) -> tuple[tuple[Any, Any], Any]:
    step = step_of(knob, value) if step is None else step
    low, high = knob.range or (None, None)
    down, up = exact(value - step), exact(value + step)
    return (None if low is not None and down < low else down, None if high is not None and up > high else up), step


def _choices(knob: Parameter, value: Any) -> tuple[Any, Any]:
    """The choices before and after a value; true and false have only each other."""
    if isinstance(value, bool):
        return (False, None) if value else (None, True)
    known = list(knob.choices or ())
    if value not in known:
        return None, None
    place = known.index(value)
    return (known[place - 1] if place else None, known[place + 1] if place + 1 < len(known) else None)
