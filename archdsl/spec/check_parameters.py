"""Static checks of knobs and block arguments as they are declared: type, range, step, choices and readings agree."""

from __future__ import annotations

import dataclasses
from typing import Any

from archdsl.spec.check_values import check_parameter, check_target, reach_blocks
from archdsl.spec.checking import Checks
from archdsl.spec.model import Constant, Parameter
from archdsl.spec.types import WORDS, mistake, of_elements

_NUMERIC = ("int", "number", "list", "any")


def check_declaration(checks: Checks, parameter: Parameter, what: str) -> None:
    """What a knob or an argument says of itself.

    Args:
        what: it is, for messages: `the knob 'width'`.
    """
    default = parameter.default
    if default is not None and not (isinstance(default, Constant) and default.value is None and what.startswith("the arg")):
        check_parameter(checks, parameter, default, f"the default of '{parameter.name}'")
    _numbers(checks, parameter, what)
    _choices(checks, parameter, what)
    for item in parameter.readings:
        if (found := mistake(parameter, _plain(item))) is not None:
            checks.report.error(f"a reading of '{parameter.name}': {found[0]}", parameter.mark, found[1])


def _numbers(checks: Checks, parameter: Parameter, what: str) -> None:
    """Range and step: they are for numbers, of ints for an int, and not beside choices, which leave nothing to them."""
    for key, given in (("range", parameter.range), ("step", parameter.step and (parameter.step,))):
        if not given:
            continue
        if parameter.type not in _NUMERIC:
            message = f"{what} holds {WORDS[parameter.type]}, which has no {key}"
        elif parameter.choices is not None:
            message = f"{what} has choices and a {key}; give one of them"
        elif parameter.type == "int" and not all(isinstance(number, int) for number in given):
            message = f"{what} is an int, and so is its {key}"
        elif key == "step" and parameter.range is not None and given[0] > parameter.range[1] - parameter.range[0] > 0:
            message = f"the step of {what} is longer than its range"
        else:
            continue
        checks.report.error(message, parameter.mark)


def _choices(checks: Checks, parameter: Parameter, what: str) -> None:
    """Choices are of the type, and different; words of a block name operators or blocks."""
    seen: list[Any] = []
    free = dataclasses.replace(parameter, choices=None, range=None, type="any" if of_elements(parameter) else parameter.type)
    for choice in parameter.choices or ():
        reach_blocks(checks, choice)
        if any(type(choice) is type(other) and choice == other for other in seen):
            checks.report.error(f"a choice of {what} is given twice: {choice}", parameter.mark)
        elif (found := mistake(free, choice)) is not None:
            checks.report.error(f"a choice of {what}: {found[0]}", parameter.mark, found[1])
        elif free.type == "block":
            for word in choice if isinstance(choice, list) else [choice]:
                if isinstance(word, str):
                    check_target(checks, word, parameter.mark)
        seen.append(choice)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
