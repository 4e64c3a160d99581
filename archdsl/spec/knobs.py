"""Values for knobs: what `--set` and the Python interface give, converted, checked, and put beside the defaults."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from graphlib import TopologicalSorter
from typing import Any

from archdsl.errors import Diagnostic, InputError, Mark, Source, SpecError, near_miss
from archdsl.exact import exact
from archdsl.ops.arguments import describe
from archdsl.spec.expression import ExpressionError
from archdsl.spec.model import Constant, Inline, Parameter, RowEdit, Spec
from archdsl.spec.read_steps import StepReader
from archdsl.spec.report import Report
from archdsl.spec.rows import edit_rows
from archdsl.spec.types import mistake
from archdsl.spec.values import names_read
from archdsl.spec.yaml import compose


def parse_settings(texts: list[str] | tuple[str, ...]) -> dict[str, Any]:
    """`name=value` texts of a command line; values are read as in a spec.

    Raises:
        InputError: no `=`, or a name twice.
        SpecError: the value is not YAML.
    """
    found: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise InputError(f"--set takes name=value, '{text}' came")
        if name.strip() in found:
            raise InputError(f"--set gives '{name.strip()}' twice")
        found[name.strip()] = _parsed(name.strip(), value)
    return found


def _parsed(name: str, text: str) -> Any:
    source = Source(f"--set {name}", text)
    if not text.strip():
        raise InputError(f"--set {name}= has no value")
    report = Report()
    value = StepReader(report).values.value(compose(source))
    report.stop()
    if isinstance(value, Inline):
        raise InputError(f"--set {name} takes a number, word or list")
    try:
        return value.evaluate({})
    except ExpressionError as error:
        raise SpecError(Diagnostic(error.message, error.mark or value.mark, error.hint)) from None


def apply(spec: Spec, settings: Mapping[str, Any]) -> tuple[Spec, dict[str, Any]]:
    """The spec with its row edits and the value of every knob.

    Args:
        settings: by knob, or `rows.15.exp` for one cell. Numbers, words, truths, lists; arrays of numbers or words make a grid.

    Raises:
        InputError: unknown knob or row, or a value that does not fit; all of them at once.
    """
    mistakes: list[str] = []
    given: dict[str, Any] = {}
    edits: dict[int, dict[str, Any]] = {}
    for name, raw in settings.items():
        if name.startswith("rows."):
            _row_setting(name, raw, edits, mistakes)
        elif name not in spec.knobs:
            known = ", ".join(spec.knobs) or "none"
            mistakes.append(f"unknown knob '{name}'; {near_miss(name, spec.knobs) or f'known: {known}'}")
        else:
            try:
                given[name] = convert(raw, spec.knobs[name])
            except ValueError as error:
                mistakes.append(f"{name}: {error}")
    if mistakes:
        raise InputError("\n".join(mistakes))
    return (_edited(spec, edits) if edits else spec), values(spec, given)


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


def _default(knob: Parameter, names: dict[str, Any]) -> Any:
    assert knob.default is not None
    try:
        value = knob.default.evaluate(names)
    except ExpressionError as error:
        raise SpecError(Diagnostic(error.message, error.mark or knob.default.mark, error.hint)) from None
    if (broken := mistake(knob, value)) is not None:
        raise SpecError(Diagnostic(f"the default of '{knob.name}': {broken[0]}", knob.default.mark, broken[1]))
    return value


def convert(raw: Any, knob: Parameter) -> Any:
    """A Python value as a value of the language.

    Numbers stay exact (floats as the decimals that they print as). For a knob that holds one value, a list, range or NumPy array
    becomes a grid; for a knob that holds a list, a list of equally long lists does, one grid for each place.

    Raises:
        ValueError: a value that the language does not have.
    """
    if hasattr(raw, "tolist") and not hasattr(raw, "num"):
        if getattr(raw, "ndim", 0) > 0:
            return _grid(raw, knob.name)
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


def _scalar(raw: Any) -> Any:
    if raw is None or isinstance(raw, (bool, str)) or hasattr(raw, "knobs"):
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
    return [_grid(item, knob.name) if getattr(item, "ndim", 0) else _scalar(item) for item in items]


def _grid(values: Any, name: str) -> Any:
    from archdsl.exact.grid import Choices, Grid

    flat = values.ravel().tolist() if hasattr(values, "ravel") else values
    if len(flat) and all(isinstance(v, (str, bool)) for v in flat):
        import numpy as np

        return Choices(np.asarray(values, dtype=object), frozenset([name]))
    try:
        return Grid.of(values, name)
    except (ValueError, TypeError, OverflowError):
        raise ValueError("expected numbers, or words, of one kind") from None


def _row_setting(name: str, raw: Any, edits: dict[int, dict[str, Any]], mistakes: list[str]) -> None:
    parts = name.split(".")
    if len(parts) != 3 or not re.fullmatch(r"[0-9]{1,6}", parts[1]) or not parts[2]:
        mistakes.append(f"'{name}' names no cell; write rows.NUMBER.COLUMN, as in rows.15.exp")
        return
    try:
        value = convert(raw, Parameter(name=name, mark=_setting(name), type="number"))
    except ValueError as error:
        mistakes.append(f"{name}: {error}")
        return
    edits.setdefault(int(parts[1]), {})[parts[2]] = value


def _edited(spec: Spec, edits: dict[int, dict[str, Any]]) -> Spec:
    import dataclasses

    report = Report()
    read = {}
    for number, cells in edits.items():
        marks = {column: _setting(f"rows.{number}.{column}", value) for column, value in cells.items()}
        constants = {column: Constant(marks[column], value) for column, value in cells.items()}
        read[number] = RowEdit(mark=next(iter(marks.values())), cells=dict(constants), cell_marks=marks)
    net = edit_rows(spec.net, read, report)
    if report.errors:
        raise InputError("\n".join(map(_in_one_line, report.errors)))
    return dataclasses.replace(spec, net=net)


def _in_one_line(found: Diagnostic) -> str:
    where = f"{found.mark.source.name}: " if found.mark else ""
    return where + found.message + (f"; {found.hint}" if found.hint else "")


def _setting(name: str, value: Any = None) -> Mark:
    """The place of a value that was given from outside."""
    text = name if value is None else f"{name}={describe(value)}"
    return Mark(Source(f"--set {name}", text), 0, 0, len(text))
