"""Rows of calls with other numbers, as a table."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from archdsl.importer.write.steps import ACTIVATION, TABLE, Body, First, Growing, Step, Turning
from archdsl.importer.write.values import text

if TYPE_CHECKING:
    from archdsl.importer.write.render import Vocabulary

ROWS = 5
"""Rows from which on a table is easier to read than steps."""

COLUMNS = 9
"""Columns of arguments that fit a line."""


def tabulate(body: Body, words: Vocabulary) -> Body:
    """The body with its longest runs of like calls as tables."""
    steps: list[Step] = []
    at = 0
    while at < len(body.steps):
        end = _reach(body.steps, at, words)
        if end:
            rows = body.steps[at:end]
            inner = Body(rows, rows[0].into, body.steps[end].into if end < len(body.steps) else body.out, (True,))
            steps.append(Step(TABLE, {}, rows[0].into, paths=[inner]))
            at = end
        else:
            steps.append(body.steps[at])
            at += 1
    return replace(body, steps=steps)


def _reach(steps: list[Step], at: int, words: Vocabulary) -> int:
    """Where a table ends that begins here; 0 where none does."""
    best = 0
    for end in range(at + ROWS, len(steps) + 1):
        rows = steps[at:end]
        if not all(_is_row(step) for step in rows):
            break
        count = Counter(step.word for step in rows)
        often = sum(times for _, times in count.items() if times >= 2)
        if len(_columns(rows, words)) > COLUMNS or 1 in (count[rows[0].word], count[rows[-1].word]):
            continue
        fits = often >= 0.7 * len(rows) and count.most_common(1)[0][1] >= 3 and _scaled(rows) is not None
        if fits and not any(count[step.word] == 1 and _stands_out(step, rows, words) for step in rows):
            best = end
    return best


def _stands_out(step: Step, rows: list[Step], words: Vocabulary) -> bool:
    """Whether a step needs columns of its own."""
    return bool(set(_columns([step], words)) - set(_columns([row for row in rows if row is not step], words)))


def _is_row(step: Step) -> bool:
    return not (step.paths or step.labelled or step.word in (ACTIVATION, "rearrange"))  # whose axes have names of their own


def _columns(rows: list[Step], words: Vocabulary) -> list[str]:
    """Arguments that any of the rows has to give."""
    found: dict[str, None] = {}
    for step in rows:
        for name, (value,) in step.args.items():
            if not words.is_default(step.word, name, value):
                found.setdefault(name)
    return list(found)


def _scaled(rows: list[Step]) -> set[str] | None:
    """Columns of which only the first round has the number, where the others have 1; None where rows disagree."""
    found = {name for step in rows for name, (value,) in step.args.items() if isinstance(value, First)}
    for step in rows:
        for name in found & set(step.args):
            value = step.args[name][0]
            if value.rest != 1 if isinstance(value, First) else step.repeat[0] > 1 and value != 1:
                return None
    return found


def table(body: Body, words: Vocabulary) -> dict[str, Any]:
    """The data of a table. A column is written where any row needs it."""
    rows = body.steps
    names = _columns(rows, words)
    repeats = any(step.repeat[0] != 1 for step in rows)
    scaled = _scaled(rows) or set()
    columns = ["op", *names, *(["repeat"] if repeats else [])]
    data: dict[str, Any] = {"columns": columns}
    if scaled:
        data["scale"] = {name: "$value if $i == 0 else 1" for name in names if name in scaled}
    data["rows"] = [
        [step.word, *(_cell(step, name, words) for name in names), *([_times(step, scaled)] if repeats else [])] for step in rows
    ]
    return data


def _cell(step: Step, name: str, words: Vocabulary) -> str:
    if name not in step.args:
        return "~"
    value = step.args[name][0]
    if isinstance(value, Turning):
        return value.text(text(value.even), text(value.odd))
    if isinstance(value, Growing):
        return value.text(str(value.start))
    return text(value.first if isinstance(value, First) else value)


def _times(step: Step, scaled: set[str]) -> str:
    return str(step.repeat[0]) if step.repeat[0] != 1 or scaled else "~"
