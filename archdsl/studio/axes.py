"""What of a design can vary, and which values are tried where nobody says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from archdsl.cost.comparing.totals import cost_names
from archdsl.errors import InputError
from archdsl.exact import is_single_number
from archdsl.exact.shown import written
from archdsl.explore.grid.axis import Axis, parse_axis
from archdsl.explore.grid.sampled import sampled, step_for
from archdsl.explore.plot import unit_of
from archdsl.explore.present import held
from archdsl.net import Net
from archdsl.spec.model import Constant, Parameter
from archdsl.spec.row_groups import rows_of
from archdsl.spec.settings import known_setting
from archdsl.studio.drafts import draft_of, opened
from archdsl.studio.drawn import text_in
from archdsl.studio.question import Given, Tell

CURVE = 200
"""Values of a curve, about."""

CONTOUR = 40
"""Values of each axis of a contour, about."""

CELLS = 2_000
"""Cells of tables that are listed."""


def axes(given: Given, tell: Tell) -> dict[str, Any]:
    """What of a design can vary, and what can be asked of it.

    Given `draft`. Answers `settings`, a list of `{name, group, kind, held, values, doc}`: the group is knobs or cells, the kind numbers
    or choices, `values` is what an axis takes; and `costs`, a list of `{name, unit}`.
    """
    net = opened(draft_of(given))
    found = [*_knobs(net), *_cells(net)]
    return {"settings": found, "costs": [{"name": name, "unit": unit_of(name)} for name in cost_names()]}


def axis_of(net: Net, text: str, most: int) -> Axis:
    """The axis of a text, `width=0.5:1:0.1`, or of a name, which takes some of what it may be. The value that it has is on it.

    Raises:
        InputError: there is no such setting, or a value does not fit.
    """
    if "=" not in text:
        return sampled(net.base, text, held(net, text), most)
    axis = parse_axis(text, net.base)
    with suppress(InputError):  # a setting may hold no single value
        value = held(net, axis.name)
        if len(axis.names) == 1 and (value,) not in axis.points:
            values = [*(point[0] for point in axis.points), value]
            return Axis.of(axis.name, sorted(values) if all(map(is_single_number, values)) else values)
    return axis


def axis_in(net: Net, given: Given, name: str, most: int) -> Axis:
    """The axis that a question names. Raises InputError where it names none."""
    text = text_in(given, name)
    if not text:
        raise InputError(f"{name}: which knob is to vary?")
    return axis_of(net, text, most)


def _knobs(net: Net) -> Iterator[dict[str, Any]]:
    """Every knob that holds one value, and the elements of those that hold a list."""
    for name, knob in net.base.knobs.items():
        value = held(net, name)
        if not isinstance(value, tuple) or knob.choices is not None:
            yield from _setting(net, name, value, knob.doc)
            continue
        for place in range(len(value)):
            element = f"{name}.{place + 1}"
            yield from _setting(net, element, held(net, element), knob.doc)


def _cells(net: Net) -> Iterator[dict[str, Any]]:
    """Every cell of a table that holds a number."""
    count = 0
    for number, row in rows_of(net.spec.net).items():
        for column, value in row.call.args.items():
            if column not in row.table.columns or not isinstance(value, Constant) or not is_single_number(value.value):
                continue
            count += 1
            if count > CELLS:
                return
            yield from _setting(net, f"rows.{number}.{column}", value.value, row.call.target, "cells")


def _setting(net: Net, name: str, value: Any, doc: str, group: str = "knobs") -> Iterator[dict[str, Any]]:
    knob = known_setting(net.base, name)
    numbers = is_single_number(value) and knob.choices is None
    try:
        axis = sampled(net.base, name, value, CURVE)
    except InputError:  # nothing says what it may be
        return
    values = [point[0] for point in axis.points]
    text = _range(knob, values, value) if numbers else ",".join(map(written, values))
    kind = "numbers" if numbers else "choices"
    yield {"name": name, "group": group, "kind": kind, "held": written(value), "values": text, "doc": " ".join(doc.split())}


def _range(knob: Parameter, values: list[Any], value: Any) -> str:
    """Numbers as from:to:step, as an axis takes them."""
    low, high = (knob.range[0], knob.range[1]) if knob.range else (values[0], values[-1])
    return f"{written(low)}:{written(high)}:{written(step_for(knob, value))}"
