"""Values for knobs: what the Python interface and command lines give, converted, checked, and put beside the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from graphlib import TopologicalSorter
from typing import Any

from archdsl.errors import Diagnostic, InputError, SpecError, clip
from archdsl.exact import Symbol, exact, has_axes, is_array, is_foreign_array
from archdsl.exact.shown import describe, written
from archdsl.spec.expression import ExpressionError
from archdsl.spec.model import Parameter, Spec
from archdsl.spec.types import WORDS, mistake
from archdsl.spec.values import names_read

STEP = Fraction(1, 20)
"""Step of a number that is not whole and has no step of its own; also as a share of a range narrower than 1."""


def values(spec: Spec, given: Mapping[str, Any]) -> dict[str, Any]:
    """Every knob's value in the order of the spec; defaults may be formulas over other knobs.

    Raises:
        InputError: a given value does not fit its knob.
        SpecError: a default does not.
    """
    wrong = {name: told for name, value in given.items() if (told := mistake(spec.knobs[name], value)) is not None}
    if wrong:
        raise InputError("\n".join(f"{name}: {text}" + (f"; {hint}" if hint else "") for name, (text, hint) in wrong.items()))
    found = dict(given)
    needs = {name: names_read(knob.default) & spec.knobs.keys() for name, knob in spec.knobs.items()}
    for name in TopologicalSorter(needs).static_order():
        if name not in found:
            found[name] = _default(spec.knobs[name], found)
    return {name: found[name] for name in spec.knobs}


def step_of(knob: Parameter, *around: Any) -> int | Fraction:
    """What one value of a knob is from the next, wherever values are walked along.

    The knob's own `step`; where it has none, 1 for whole numbers and 0.05 for others, or a twentieth of the range where that is less.

    Args:
        around: values that it has or is asked for, which tell of a knob without a type of its own whether it holds whole numbers.
    """
    if knob.step is not None:
        return knob.step
    bounds = knob.range or ()
    if knob.type == "int" or (knob.type != "number" and all(isinstance(value, int) for value in (*around, *bounds))):
        return 1
    width = bounds[1] - bounds[0] if bounds else 0
    return min(STEP, width * STEP) if width else STEP


def _default(knob: Parameter, names: dict[str, Any]) -> Any:
    assert knob.default is not None
    try:
        value = knob.default.evaluate(names)
    except ExpressionError as error:
        raise SpecError(Diagnostic(error.message, error.mark or knob.default.mark, error.hint)) from None
    if (broken := mistake(knob, value)) is not None:
        raise SpecError(Diagnostic(f"the default of '{knob.name}': {broken[0]}", knob.default.mark, broken[1]))
    return value


class Written(list[Any]):
    """A list as somebody wrote it in the language, on a command line: it is a value as it stands, and never makes a grid."""


def convert(raw: Any, knob: Parameter) -> Any:
    """A Python value as a value of the language.

    Numbers stay exact (floats as the decimals that they print as). For a knob that holds one value, a list, range or NumPy array
    becomes a grid; for a knob that holds a list, a list of equally long lists does, one grid for each place. `Written` does not.

    Raises:
        ValueError: a value that the language does not have, or a written list where one value is meant.
    """
    if isinstance(raw, Written):
        return _written(raw, knob)
    if has_axes(raw):
        return _grid(raw, knob.name)
    if is_foreign_array(raw):
        raw = raw.tolist()
    if isinstance(raw, range):
        raw = list(raw)
    if isinstance(raw, (list, tuple)):
        items = list(raw)
        if knob.type == "list":
            return _list(items, knob)
        if knob.type == "any":
            return [convert(item, knob) for item in items]
        return _grid(items, knob.name)
    return _scalar(raw)


def _written(raw: Written, knob: Parameter) -> Any:
    """The list itself. Raises ValueError where the knob holds one value, or where the items are lists of a grid."""
    nested = any(isinstance(item, (list, tuple)) for item in raw)
    if knob.type in ("list", "block", "any") and not (nested and knob.type == "list"):
        return [convert(Written(item) if isinstance(item, (list, tuple)) else item, knob) for item in raw]
    one = "a number or a word" if knob.name.startswith("rows") and "." in knob.name else WORDS[knob.type]
    listed = ",".join(written(item).replace(" ", "") for item in raw)
    several = f"; `archdsl sweep` takes several values: {clip(f'{knob.name}={listed}')}" if raw else ""
    raise ValueError(f"expected {one}, {describe(list(raw))} came{several}")


def _scalar(raw: Any) -> Any:
    if raw is None or isinstance(raw, (bool, str, Symbol)) or is_array(raw):
        return raw
    if isinstance(raw, (int, float, Fraction)):
        return exact(raw)
    raise ValueError(f"a {type(raw).__name__} is no value of the language")


def _list(items: list[Any], knob: Parameter) -> Any:
    nested = [isinstance(item, (list, tuple)) for item in items]
    if any(nested):
        lengths = {len(item) if isinstance(item, (list, tuple)) else -1 for item in items}
        if len(lengths) > 1:
            raise ValueError("lists of different lengths change the structure and cannot share one grid")
        return [_grid([item[place] for item in items], knob.name) for place in range(lengths.pop())]
    return [_grid(item, knob.name) if has_axes(item) else _scalar(item) for item in items]


def _grid(values: Any, name: str) -> Any:
    from archdsl.exact.grid import Grid
    from archdsl.exact.truth import Choices

    flat = values.ravel().tolist() if is_foreign_array(values) else values
    if len(flat) and all(isinstance(v, (str, bool)) for v in flat):
        shape = values.shape if is_foreign_array(values) else (len(flat),)
        return Choices.of(flat, shape, frozenset([name]))
    try:
        return Grid.of(values, name)
    except (ValueError, TypeError, OverflowError):
        raise ValueError("expected numbers, or words, of one kind") from None
