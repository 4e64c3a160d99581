"""Settings: what `--set` and the Python interface change of a spec, by name.

width                 a knob
kernels.2             one element of a knob that holds a list, counted from 1
rows.15.exp           a cell of a table, rows counted from 1 as printed
rows.5-9.exp          cells of several rows (see `archdsl.spec.row_groups`)
blocks.dp_a.se        an argument of a block, the same in every call
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from archdsl.errors import Diagnostic, InputError, Mark, Source, SpecError, near_miss, unknown
from archdsl.exact import is_choice_array
from archdsl.exact.shown import written
from archdsl.ops import OPERATORS
from archdsl.spec.borrowed import taken_over
from archdsl.spec.expression import ExpressionError
from archdsl.spec.knobs import Written, convert, values
from archdsl.spec.model import Constant, Inline, Parameter, RowEdit, Spec
from archdsl.spec.read_modifiers import MODIFIERS
from archdsl.spec.read_steps import reading
from archdsl.spec.report import Report
from archdsl.spec.row_groups import cells, is_cells, relative, split_setting, spread
from archdsl.spec.rows import edit_rows, operator_of
from archdsl.spec.types import mistake, of_elements
from archdsl.spec.unknown_names import argument_hint
from archdsl.spec.yaml import compose

_NUMBER = re.compile(r"[0-9]{1,6}\Z")


def parse_settings(texts: list[str] | tuple[str, ...], option: str = "--set") -> dict[str, Any]:
    """`name=value` texts of a command line; values are read as in a spec.

    Args:
        option: under which they were given, for messages.

    Raises:
        InputError: no `=`, or a name twice.
        SpecError: the value is not YAML.
    """
    found: dict[str, Any] = {}
    for text in texts:
        name, equals, value = split_setting(text)
        if not equals or not name:
            raise InputError(f"{option} takes name=value, '{text}' came")
        if name in found:
            raise InputError(f"{option} gives '{name}' twice")
        found[name] = _parsed(name, value, option)
    return found


def _parsed(name: str, text: str, option: str) -> Any:
    if not text.strip():
        raise InputError(f"{option} {name}= has no value")
    if relative(name, text)[0] != name:
        return text.strip()
    value = read_value(Source(f"{option} {name}", text), f"{option} {name} takes a number, word or list")
    return Written(value) if isinstance(value, list) else value


def read_value(source: Source, wanted: str) -> Any:
    """A value of the language from its text.

    Args:
        wanted: the message where steps came.

    Raises:
        InputError: steps came.
        SpecError: the text is not YAML, or a formula in it cannot be evaluated.
    """
    report = Report()
    value = reading(report).values.value(compose(source))
    report.stop()
    if isinstance(value, Inline):
        raise InputError(wanted)
    try:
        return value.evaluate({})
    except ExpressionError as error:
        raise SpecError(Diagnostic(error.message, error.mark or value.mark, error.hint)) from None


@dataclass
class _Changes:
    """Settings by what they change: knobs, elements of knobs by place, rows by column, arguments of blocks."""

    knobs: dict[str, Any] = field(default_factory=dict)
    elements: dict[str, dict[int, Any]] = field(default_factory=dict)
    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    arguments: dict[str, dict[str, Constant]] = field(default_factory=dict)
    named: dict[tuple[int, str], str] = field(default_factory=dict)

    def add(self, spec: Spec, name: str, value: Any) -> None:
        """One setting that is known to fit. Raises InputError for a cell that another has set."""
        if is_cells(name):
            for row, column, held in spread(spec.net, name, value):
                if (row, column) in self.named:
                    raise InputError(f"rows.{row}.{column} is set by '{self.named[row, column]}' and by '{name}'")
                self.named[row, column] = name
                self.rows.setdefault(row, {})[column] = held
            return
        owner, *rest = name.split(".")
        if not rest:
            self.knobs[name] = value
        elif owner == "blocks":
            self.arguments.setdefault(rest[0], {})[rest[1]] = Constant(setting_mark(name, value), value)
        else:
            self.elements.setdefault(owner, {})[int(rest[0])] = value


def apply(spec: Spec, settings: Mapping[str, Any]) -> tuple[Spec, dict[str, Any]]:
    """The spec with its settings put in, and the value of every knob.

    Args:
        settings: by name. Numbers, words, true or false, lists; arrays of numbers or words make a grid.

    Raises:
        InputError: an unknown setting, or a value that does not fit; all of them at once.
    """
    spec = taken_over(spec, settings.values())
    changes = _sorted_out(spec, settings)
    if changes.rows:
        spec = _edited(spec, changes.rows)
    if changes.arguments:
        spec = dataclasses.replace(spec, forced=changes.arguments)
    given = changes.knobs
    for owner, replaced in changes.elements.items():
        base = given[owner] if owner in given else values(spec, {})[owner]
        given[owner] = [replaced.get(place, item) for place, item in enumerate(base, 1)]
    several = {operator_of(row): cells["op"] for row, cells in changes.rows.items() if is_choice_array(cells.get("op"))}
    return spec, {**values(spec, given), **several}


def _sorted_out(spec: Spec, settings: Mapping[str, Any]) -> _Changes:
    """What settings change. Raises InputError with all that do not fit."""
    changes = _Changes()
    mistakes: list[str] = []
    for given, text in settings.items():
        name = given
        try:
            name, raw = relative(given, text)
            knob = known_setting(spec, name)
            value = convert(raw, knob)
            _refuse(knob, value, name)
            changes.add(spec, name, value)
        except InputError as error:
            mistakes.append(str(error))
        except ValueError as error:
            mistakes.append(f"{name}: {error}")
    if mistakes:
        raise InputError("\n".join(mistakes))
    return changes


def known_setting(spec: Spec, name: str) -> Parameter:
    """What a setting may be: its type, range and choices.

    Raises:
        InputError: there is no such setting; names the near miss.
    """
    if is_cells(name):
        cells(spec.net, name)
        return Parameter(name=name, mark=setting_mark(name), type="number")
    owner, *rest = name.split(".")
    if owner in spec.dropped:
        raise InputError(f"{name}: the knob '{owner}' is not here; only the net read it that '{spec.name}' replaces")
    if not rest:
        if name not in spec.knobs:
            raise InputError(f"unknown knob '{name}'; {near_miss(name, spec.knobs) or _known(spec.knobs)}")
        return spec.knobs[name]
    if owner == "blocks":
        return _argument(spec, name, rest)
    if owner not in spec.knobs:
        known = [*spec.knobs, "rows", "blocks"]
        raise InputError(f"unknown knob '{owner}' in '{name}'; {near_miss(owner, known) or _known(spec.knobs)}")
    return _element(spec, name, owner, rest)


def check_setting(spec: Spec, name: str, value: Any) -> None:
    """Whether one value, no array, fits a setting. Raises InputError where it does not."""
    knob = known_setting(spec, name)
    plain = Written(value) if isinstance(value, tuple) else value
    if is_cells(name) and name.endswith(".op") and isinstance(value, str) and value not in spec.blocks and value not in OPERATORS:
        message, near = unknown("block or operator", value, [*spec.blocks, *OPERATORS])
        raise InputError(f"{name}: {message}; {near}")
    try:
        _refuse(knob, convert(plain, knob), name)
    except ValueError as error:
        raise InputError(f"{name}: {error}") from None


def _refuse(knob: Parameter, value: Any, name: str) -> None:
    if is_cells(name):
        return  # what a cell may hold is known where its row is built
    if (wrong := mistake(knob, value)) is not None:
        raise InputError(f"{name}: {wrong[0]}" + (f"; {wrong[1]}" if wrong[1] else ""))


def _argument(spec: Spec, name: str, rest: list[str]) -> Parameter:
    if len(rest) != 2 or not all(rest):
        raise InputError(f"'{name}' names no argument; write blocks.BLOCK.ARGUMENT, as in blocks.squeeze_excite.hidden")
    block = spec.blocks.get(rest[0])
    if block is None:
        raise InputError(f"{name}: unknown block '{rest[0]}'; {near_miss(rest[0], spec.blocks) or _known(spec.blocks)}")
    if rest[1] not in block.args:
        hint = argument_hint(rest[1], list(block.args))
        raise InputError(f"{name}: unknown argument '{rest[1]}' of the block '{rest[0]}'; {hint}")
    return dataclasses.replace(block.args[rest[1]], name=name)


def _element(spec: Spec, name: str, owner: str, rest: list[str]) -> Parameter:
    base = values(spec, {})[owner]
    if not isinstance(base, (list, tuple)):
        raise InputError(f"'{name}': the knob '{owner}' holds no list")
    if len(rest) != 1 or not _NUMBER.match(rest[0]) or not 1 <= int(rest[0]) <= len(base):
        raise InputError(f"'{name}': the elements of '{owner}' are {owner}.1 to {owner}.{len(base)}")
    list_ = spec.knobs[owner]
    type_, listed = _element_type(base[int(rest[0]) - 1]), list_.choices if of_elements(list_) else None
    return Parameter(name=name, mark=setting_mark(name), type=type_, range=list_.range, step=list_.step, choices=listed)


def _element_type(held: Any) -> str:
    """The type of an element of a list, by what it is."""
    if isinstance(held, bool):
        return "bool"
    return "word" if isinstance(held, str) else "number"


def _known(names: Any) -> str:
    return f"known: {', '.join(names) or 'none'}"


def _edited(spec: Spec, edits: dict[int, dict[str, Any]]) -> Spec:
    report = Report()
    read = {}
    for number, held in edits.items():
        marks = {column: setting_mark(f"rows.{number}.{column}", value) for column, value in held.items()}
        constants = {column: Constant(marks[column], value) for column, value in held.items()}
        mods = {column: (MODIFIERS[column][0], constants.pop(column)) for column in list(constants) if column in MODIFIERS}
        read[number] = RowEdit(mark=next(iter(marks.values())), cells=dict(constants), cell_marks=marks, mods=mods)
    net = edit_rows(spec.net, read, report)
    if report.errors:
        raise InputError("\n".join(map(_in_one_line, report.errors)))
    return dataclasses.replace(spec, net=net)


def _in_one_line(found: Diagnostic) -> str:
    where = f"{found.mark.source.name}: " if found.mark else ""
    return where + found.message + (f"; {found.hint}" if found.hint else "")


def setting_mark(name: str, value: Any = None) -> Mark:
    """The place of a value that was given from outside."""
    text = name if value is None else f"{name}={written(value)}"
    return Mark(Source(f"--set {name}", text), 0, 0, len(text))
