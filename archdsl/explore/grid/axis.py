"""Axes of a grid of variants: a knob, a cell of a table or an argument of a block, and the values that it takes.

width=0.5:2:0.05           from, to and step; the end is included if a step falls on it
split=1/4,1/2,3/4          values
kernels=[3,5],[3,7]        values that are lists
kernels.2=5,7,9            one element of a list, counted from 1
transition=block,none      words
rows.15.exp=480:960:16     a cell of a table, rows counted as printed
blocks.dp_a.se=true,false  an argument in every call of a block
width                      all that the knob's choices or range allow
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from archdsl.errors import InputError, Source, clip
from archdsl.exact import exact, has_axes, is_foreign_array, to_plain
from archdsl.exact.shown import describe
from archdsl.spec.knobs import values
from archdsl.spec.model import Parameter, Spec
from archdsl.spec.settings import check_setting, known_setting, read_value

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
    """

    names: tuple[str, ...]
    points: tuple[tuple[Any, ...], ...]
    own: tuple[Any, ...] = ()

    def __len__(self) -> int:
        return len(self.points)

    @property
    def name(self) -> str:
        return self.names[0]

    @classmethod
    def of(cls, name: str, listed: Iterable[Any]) -> Axis:
        """An axis of one setting, from a list, a range or a NumPy array of values.

        Raises:
            InputError: no value, too many, or one that the language does not have.
        """
        points: list[tuple[Any, ...]] = []
        if isinstance(listed, str) or not isinstance(listed, Iterable) or (is_foreign_array(listed) and not has_axes(listed)):
            raise InputError(f"{name}: an axis takes several values, as in {name}=[1, 2]")
        for value in listed:
            if len(points) >= MOST_VALUES:
                raise InputError(f"{name}: more than {MOST_VALUES:,} values")
            points.append((_plain(name, value),))
        if not points:
            raise InputError(f"{name}: an axis needs at least one value")
        return cls((name,), tuple(points))

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


def parse_axes(texts: Iterable[str], spec: Spec) -> list[Axis]:
    """The axes of a command line, checked against a spec.

    Raises:
        InputError: not of the form above, an unknown setting, a value that does not fit, or a setting twice.
    """
    axes: list[Axis] = []
    for text in texts:
        axis = parse_axis(text, spec)
        if any(axis.name == other.name for other in axes):
            raise InputError(f"'{axis.name}' is given twice; write its values one after another: {axis.name}=1,2,3")
        axes.append(axis)
    return axes


def parse_axis(text: str, spec: Spec) -> Axis:
    """One axis from its text. Raises InputError."""
    name, equals, listed = text.partition("=")
    name = name.strip()
    if equals and "," in name:
        raise InputError(f"'{text}': give each knob that has values an option of its own")
    if not name or (equals and not listed.strip()):
        raise InputError(f"'{text}' names no values; write knob=from:to:step or knob=value,value")
    parameter = known_setting(spec, name)
    try:
        axis = Axis.of(name, _values(name, listed) if equals else allowed(parameter, spec))
    except ValueError as error:
        raise InputError(f"{name}: {error}") from None
    axis.check(spec)
    return axis


def split_axes(text: str) -> list[str]:
    """`width,resolution` as two axes; a text with values is one axis."""
    return [text] if "=" in text else [name for name in text.split(",") if name.strip()]


def allowed(knob: Parameter, spec: Spec) -> list[Any]:
    """All values that a knob may take: its choices, true and false, or its range in its steps.

    Without a step of its own an integer goes in steps of 1, any other number in steps of 1/100. A list takes the values in every element.

    Raises:
        InputError: the knob has none of these, or too many.
    """
    if knob.choices is not None:
        return list(knob.choices)
    if knob.type == "bool":
        return [False, True]
    if knob.range is not None:
        low, high = knob.range
        step = knob.step or (Fraction(1, 100) if knob.type == "number" else 1)
        length = len(values(spec, {})[knob.name]) if knob.type == "list" else 1
        if knob.type in ("int", "number", "list") and ((high - low) // step + 1) ** length <= FEW:
            single = list(_steps(low, high, step))
            return single if knob.type != "list" else list(product(single, repeat=length))
    raise InputError(f"{knob.name}: give values, as in {knob.name}=from:to:step or {knob.name}=value,value")


def _values(name: str, text: str) -> Iterator[Any]:
    ends = [part.strip() for part in text.split(":", 3)]
    if len(ends) in (2, 3) and all(ends) and not any(sign in text for sign in ",[]"):
        low, high, step = [_number(name, part) for part in ends] + [Fraction(1)] * (3 - len(ends))
        if step <= 0 or high < low:
            raise InputError(f"{name}={text}: a range is from:to:step with a step above 0, and does not fall")
        if (high - low) / step >= MOST_VALUES:
            raise InputError(f"{name}={text}: more than {MOST_VALUES:,} values")
        return _steps(low, high, step)
    return iter(_listed(name, text))


def _steps(low: Any, high: Any, step: Any) -> Iterator[Any]:
    for index in range(int((high - low) / step) + 1):
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
