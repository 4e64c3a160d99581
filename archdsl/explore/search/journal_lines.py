"""Whether a file is a journal from its first line to its last, found out before anything reads or writes it.

Optuna takes what it is given: a line of another program, or one before the line that it belongs to, ends in an error deep inside, or is
passed over so that trials are lost.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

WHOLE, TEXT, MAPPING = int, str, dict

FIELDS: dict[int, dict[str, type | tuple[type, ...]]] = {
    0: {"study_name": TEXT, "directions": list},
    1: {"study_id": WHOLE},
    2: {"study_id": WHOLE, "user_attr": MAPPING},
    3: {"study_id": WHOLE, "system_attr": MAPPING},
    4: {"study_id": WHOLE, "datetime_start": (str, type(None))},
    5: {"trial_id": WHOLE, "param_name": TEXT, "param_value_internal": (int, float), "distribution": TEXT},
    6: {"trial_id": WHOLE, "state": WHOLE, "values": (list, type(None))},
    7: {"trial_id": WHOLE, "step": WHOLE, "intermediate_value": (int, float)},
    8: {"trial_id": WHOLE, "user_attr": MAPPING},
    9: {"trial_id": WHOLE, "system_attr": MAPPING},
    10: {},
}
"""What each operation of Optuna's journal has, by its number; `JournalOperation` of optuna.storages.journal names them."""


class BadLine(ValueError):
    """A line that is no entry, or one that does not follow from those before it. `line` counts from 1."""

    def __init__(self, line: int, reason: str):
        super().__init__(f"line {line} {reason}")
        self.line = line


def check_lines(content: bytes, apply: Callable[[dict[str, Any]], object] = lambda entry: None) -> None:
    """Raise BadLine for the first line that is wrong. A last line without an end is left out.

    Args:
        apply: takes each entry in turn, and may raise where it makes no sense of it.
    """
    names: list[str] = []
    trials = 0
    for number, line in enumerate(content.split(b"\n")[:-1], 1):
        entry = _entry(line, number)
        if entry.get("study_id", 0) >= max(len(names), 1) or entry.get("trial_id", -1) >= trials:
            raise BadLine(number, "speaks of a study or trial that no line before it begins")
        if entry["op_code"] == 0 and entry["study_name"] not in names:
            names.append(entry["study_name"])
        trials += entry["op_code"] == 4
        try:
            apply(entry)
        except Exception as error:  # of Optuna, which checks little and raises what comes
            raise BadLine(number, f"makes no sense ({type(error).__name__})") from None


def _entry(line: bytes, number: int) -> dict[str, Any]:
    try:
        entry: Any = json.loads(line)
    except (ValueError, RecursionError):
        raise BadLine(number, "is no entry of a journal") from None
    fields = FIELDS.get(entry.get("op_code", -1)) if isinstance(entry, dict) and type(entry.get("op_code")) is int else None
    if fields is None or not isinstance(entry.get("worker_id"), str):
        raise BadLine(number, "is no entry of a journal")
    for name, kind in fields.items():
        value: Any = entry.get(name)
        negative = type(value) is int and name.endswith("_id") and value < 0
        if name not in entry or not isinstance(value, kind) or isinstance(value, bool) or negative:
            raise BadLine(number, f"is no entry of a journal: '{name}' is missing or of another kind")
    found: dict[str, Any] = entry
    return found
