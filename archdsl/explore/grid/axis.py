"""Axes of a grid of variants: a knob, a cell of a table or an argument of a block, and the values that it takes.

width=0.5:2:0.05           from, to and step; the end is included if a step falls on it
width=0.5:2                the same in the steps of the knob
split=1/4,1/2,3/4          values
kernels=[3,5],[3,7]        values that are lists
kernels.2=5,7,9            one element of a list, counted from 1
transition=block,none      words
rows.15.exp=480:960:16     a cell of a table, rows counted as printed
rows.5-9.exp=*0.9,*1,*1.1  cells of several rows that change together (see `archdsl.spec.row_groups`)
blocks.dp_a.se=true,false  an argument in every call of a block
each:rows.5-9.exp=64,96    the same as an axis for each row; each:kernels=3,5 for each element of a list
*                          the space of the spec (see `archdsl.spec.space`)
width                      all that the knob's choices or range allow
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Any

from archdsl.errors import InputError, Source, clip
from archdsl.exact import exact, has_axes, is_foreign_array, to_plain
from archdsl.exact.shown import describe, jsonable, written
from archdsl.spec.knobs import step_of, values
from archdsl.spec.model import Parameter, Spec
from archdsl.spec.row_groups import is_cells, relative_of, relative_values, split_setting
from archdsl.spec.settings import check_setting, known_setting, read_value
from archdsl.spec.space import expanded

MOST_VALUES = 1_000_000
"""Values that one axis may have."""

LONGEST = 60
"""Characters that a number may have."""

FEW = 1_000
"""Values that the range of a knob may have for an axis to take all of them."""


@dataclass(frozen=True)
class Axis:
    """Settings that change together along one direction of a grid; most axes have one.

    Attributes:
        names: of the settings, as `--set` takes them.
        points: for every place on the axis the value of each setting. Numbers are ints and Fractions, lists are tuples.
        own: the value that each setting has in the spec, so that it need not be set; empty where it is not known.
        walked: lowest and highest value and the step between, where the values are a range in steps that nobody wrote beside it.
    """

    names: tuple[str, ...]
    points: tuple[tuple[Any, ...], ...]
    own: tuple[Any, ...] = ()
    walked: tuple[Any, Any, Any] | None = None

    def __len__(self) -> int:
        return len(self.points)

    @property
    def name(self) -> str:
        return self.names[0]

    @property
    def said(self) -> str:
        """How a range was walked along, `width 0.5 to 1 by 0.05: 11 values`; empty where the values were written out."""
        if self.walked is None:
            return ""
        low, high, step = map(written, self.walked)
        places = len(self.points[0][0]) if isinstance(self.points[0][0], tuple) else 0
        each = f" in each of {places} places" if places else ""
        return f"{self.name} {low} to {high} by {step}{each}: {len(self):,} value{'s' if len(self) != 1 else ''}"

    @classmethod
    def of(cls, name: str, listed: Iterable[Any], walked: tuple[Any, Any, Any] | None = None) -> Axis:
        """An axis of one setting, from a list, a range or a NumPy array of values.

        Raises:
            InputError: no value, too many, or one that the language does not have.
        """
        points: list[tuple[Any, ...]] = []
        if isinstance(listed, str) or not isinstance(listed, Iterable) or (is_foreign_array(listed) and not has_axes(listed)):
            raise InputError(f"{name}: an axis takes several values, as in {name}=[1, 2]")
        name, listed = relative_of(name, listed)
        for value in listed:
            if len(points) >= MOST_VALUES:
                raise InputError(f"{name}: more than {MOST_VALUES:,} values")
            points.append((_plain(name, value),))
        if not points:
            raise InputError(f"{name}: an axis needs at least one value")
        return cls((name,), tuple(points), walked=walked)

    def check(self, spec: Spec) -> None:
        """Raises InputError for the first value that does not fit its setting."""
        for place, name in enumerate(self.names):
            for point in dict.fromkeys(point[place] for point in self.points):
                check_setting(spec, name, point)


def size(axes: Sequence[Axis]) -> int:
    """How many variants a grid has."""
    total = 1
    for axis in axes:
        total *= len(axis)
    return total


def steps(axes: Iterable[Axis]) -> dict[str, Any]:
    """As plain data: the step of every range that was written without one."""
    return {axis.name: jsonable(axis.walked[2]) for axis in axes if axis.walked is not None}


def parse_axes(texts: Iterable[str], spec: Spec, fixed: Iterable[str] = ()) -> list[Axis]:
    """The axes of a command line, checked against a spec.

    Args:
        fixed: settings that have a value, which `*` leaves out.

    Raises:
        InputError: not of the form above, an unknown setting, a value that does not fit, or a setting twice.
    """
    axes: list[Axis] = []
    for text in expanded(texts, spec, fixed):
        axis = parse_axis(text, spec)
        if any(axis.name == other.name for other in axes):
            raise InputError(f"'{axis.name}' is given twice; write its values one after another: {axis.name}=1,2,3")
        axes.append(axis)
    return axes


def parse_axis(text: str, spec: Spec) -> Axis:
    """One axis from its text. Raises InputError."""
    name, equals, listed = split_setting(text)
    name, listed = relative_values(name, listed)
    if equals and "," in name and not is_cells(name):
        raise InputError(f"'{text}': give each knob that has values an option of its own")
    if not name or (equals and not listed.strip()):
        raise InputError(f"'{text}' names no values; write knob=from:to:step or knob=value,value")
    parameter = known_setting(spec, name)
    try:
        axis = _range_or_list(parameter, name, listed) if equals else allowed(parameter, spec)
    except ValueError as error:
        raise InputError(f"{name}: {error}") from None
    axis.check(spec)
    return axis


def split_axes(text: str) -> list[str]:
    """`width,resolution` as two axes; a text with values is one axis."""
    return [text] if "=" in text or is_cells(text) else [name for name in text.split(",") if name.strip()]


def allowed(knob: Parameter, spec: Spec) -> Axis:
    """All values that a knob may take: its choices, true and false, or its range in its steps. A list takes them in every element.

    Raises:
        InputError: the knob has none of these, or too many.
    """
    if knob.choices is not None:
        return Axis.of(knob.name, knob.choices)
    if knob.type == "bool":
        return Axis.of(knob.name, [False, True])
    counted = ("int", "number") if knob.name.startswith("blocks.") else ("int", "number", "list")  # calls tell how long a list is
    if knob.range is not None and knob.type in counted:
        low, high = knob.range
        items = _held(knob.name, spec)
        step = step_of(loosely(knob), *items)
        if ((high - low) // step + 1) ** len(items) <= FEW:
            single = _steps(low, high, step)
            listed = product(single, repeat=len(items)) if knob.type == "list" else single
            return Axis.of(knob.name, listed, (low, high, step))
    raise InputError(f"{knob.name}: give values, as in {knob.name}=from:to:step or {knob.name}=value,value")


def _held(name: str, spec: Spec) -> list[Any]:
    """What a knob, an element of one, or the elements of a list hold; nothing is known of an argument of a block, which calls give."""
    owner, _, place = name.partition(".")
    if owner == "blocks":
        return [0]
    own = values(spec, {})[owner]
    if place:
        return [own[int(place) - 1]]
    return own if isinstance(own, list) else [own]


def loosely(knob: Parameter) -> Parameter:
    """What a cell or an element may be, as far as steps go: only its values tell whether it is whole."""
    return replace(knob, type="any") if "." in knob.name and not knob.name.startswith("blocks.") else knob


def _range_or_list(knob: Parameter, name: str, text: str) -> Axis:
    """An axis from what stands after the equals sign. A range without a step goes in the steps of the knob."""
    ends = [part.strip() for part in text.split(":", 3)]
    if len(ends) not in (2, 3) or not all(ends) or any(sign in text for sign in ",[]"):
        return Axis.of(name, _listed(name, text))
    low, high, *steps = (exact(_number(name, part)) for part in ends)
    step = steps[0] if steps else step_of(loosely(knob), low, high)
    if step <= 0 or high < low:
        raise InputError(f"{name}={text}: a range is from:to:step with a step above 0, and does not fall")
    if (high - low) / Fraction(step) >= MOST_VALUES:
        raise InputError(f"{name}={text}: more than {MOST_VALUES:,} values")
    return Axis.of(name, _steps(low, high, step), None if steps else (low, high, step))


def _steps(low: Any, high: Any, step: Any) -> Iterator[Any]:
    for index in range(int((high - low) / Fraction(step)) + 1):
        yield exact(low + index * step)


def _listed(name: str, text: str) -> list[Any]:
    """Values between commas; those inside brackets belong to a list."""
    wanted = f"{name}={text}: expected numbers, words or lists"
    values = read_value(Source(name, f"[{text}]"), wanted)
    if not isinstance(values, list):
        raise InputError(wanted)
    return values


def _number(name: str, text: str) -> Fraction:
    if len(text) > LONGEST or re.search(r"[eE][-+]?\d{3}", text):
        raise InputError(f"{name}: '{clip(text)}' is too long a number")
    try:
        return Fraction(text.strip())
    except (ValueError, ZeroDivisionError):
        raise InputError(f"{name}: '{text}' is no number; a range is from:to:step, as in 0.5:2:0.05") from None


def _plain(name: str, value: Any) -> Any:
    """A value of the language that can be compared and looked up."""
    value = to_plain(value)
    if isinstance(value, (list, tuple)):
        return tuple(_plain(name, item) for item in value)
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, float, Fraction)):
        try:
            return exact(value)
        except ValueError as error:
            raise InputError(f"{name}: {error}") from None
    raise InputError(f"{name}: {describe(value)} is no value of the language")
