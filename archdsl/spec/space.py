"""`space`: which settings of a spec are free, and over which values; what `*` means to sweep, solve and search.

space:
  width: 0.5:1:0.05                       as an axis is written: from:to:step, or values
  rows.2-9.exp: ["*0.9", "*1", "*1.1"]    one choice for all of the rows
  each:rows.2-9.op: [bottleneck, dp_b]    a choice for each row by itself
  each:depths: 1:4                        a choice for each element of a list
  split:                                  all that the knob's choices or range allow
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from archdsl.errors import InputError, Source, SpecError
from archdsl.spec.knobs import values as values_of
from archdsl.spec.model import Spec
from archdsl.spec.report import Report
from archdsl.spec.row_groups import cells, is_cells, relative_values, split_setting
from archdsl.spec.settings import check_setting, known_setting, read_value

EACH = "each:"
"""Before a name that means several settings: each of them is an axis by itself."""

ALL = "*"
"""Stands for all axes of a spec's space."""


def members(spec: Spec, name: str) -> list[str]:
    """The settings that a name means: itself, or what `each:` stands before.

    Raises:
        InputError: there is no such setting, or `each:` stands before one that is not several.
    """
    one = name.removeprefix(EACH)
    if one == name:
        known_setting(spec, name)
        return [name]
    if is_cells(one):
        found = cells(spec.net, one)
        return [f"rows.{row}.{found.column}{found.way}" for row in found.rows]
    known_setting(spec, one)
    held = values_of(spec, {})[one] if one in spec.knobs else None
    if not isinstance(held, (list, tuple)):
        raise InputError(
            f"'{EACH}' stands before rows, as in {EACH}rows.5-9.exp, or a knob that holds a list; '{one}' is neither"
        )
    return [f"{one}.{place}" for place in range(1, len(held) + 1)]


def expanded(texts: Iterable[str], spec: Spec, fixed: Iterable[str] = ()) -> list[str]:
    """Axes of a command line with `*` and `each:` written out.

    Args:
        fixed: settings that have a value, which `*` leaves out. So it does with those that the other axes name.

    Raises:
        InputError: `*` of a spec without a space, or a wrong name behind `each:`.
    """
    texts = list(texts)
    others = [single for text in texts if text.strip() != ALL for single in _single(text, spec)]
    if len(others) == len(texts) and not any(text.strip() == ALL for text in texts):
        return others
    if any(text.strip() == ALL for text in texts) and not spec.space:
        raise InputError(
            f"'{ALL}' stands for the space of a spec, and {spec.name} has none; name knobs, or write 'space:' in the spec"
        )
    named = {split_setting(text)[0].rstrip("*+") for text in [*others, *fixed]}
    free = [single for line in spec.space for single in _single(line.axis, spec)] if ALL in map(str.strip, texts) else []
    return [*(text for text in free if split_setting(text)[0].rstrip("*+") not in named), *others]


def _single(text: str, spec: Spec) -> list[str]:
    if not text.strip().startswith(EACH):
        return [text]
    name, equals, listed = split_setting(text.strip())
    return [f"{each}{equals}{listed}" for each in members(spec, name)]


def check_space(spec: Spec, report: Report) -> None:
    """Report every line that names no setting, or a value that its setting does not take."""
    seen: dict[str, str] = {}
    for line in spec.space:
        try:
            for name in members(spec, line.name):
                _check(spec, name, line.text)
                for single in _parts(spec, name):
                    if single in seen:
                        raise InputError(f"'{seen[single]}' and '{line.name}' both change {single}")
                    seen[single] = line.name
        except (InputError, SpecError) as error:
            report.error(f"in 'space', {str(error).splitlines()[0]}", line.mark)


def _parts(spec: Spec, name: str) -> list[str]:
    """The cells, or the elements of a list, that a setting changes."""
    if is_cells(name):
        return members(spec, EACH + name.rstrip("*+"))
    held = values_of(spec, {}).get(name)
    return members(spec, EACH + name) if isinstance(held, (list, tuple)) else [name]


def _check(spec: Spec, given: str, text: str) -> None:
    name, listed = relative_values(given, text)
    ends = listed.split(":")
    if not listed.strip():
        return
    if len(ends) in (2, 3) and not any(sign in listed for sign in ",[]"):
        try:
            numbers = [Fraction(end.strip()) for end in ends]
        except (ValueError, ZeroDivisionError):
            raise InputError(f"{name}: '{listed}' is no range; write from:to:step, as in 0.5:2:0.05") from None
        if numbers[1] < numbers[0] or (numbers[2:] and numbers[2] <= 0):
            raise InputError(f"{name}: a range is from:to:step with a step above 0, and does not fall; '{listed}' came")
        return
    for value in read_value(Source(name, f"[{listed}]"), f"{name}: expected numbers, words or lists"):
        check_setting(spec, name, tuple(value) if isinstance(value, list) else value)
