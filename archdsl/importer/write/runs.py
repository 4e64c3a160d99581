"""Steps that follow each other with equal or regular numbers: `repeat`, and stages of equal form."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from archdsl.importer.write.render import Vocabulary
from archdsl.importer.write.steps import STAGE, Absent, Body, Column, First, Growing, Step, Turning, vacant
from archdsl.importer.write.units import ACT, CHANNELS, STRIDE
from archdsl.importer.write.values import ratio

LONGEST = 8
"""Steps of one round of a stage."""

PARTIAL, FEW = 3, 8
"""Steps that a round is worth which lacks some, where there are more than so many rounds."""

FAKES = 2
"""Lists of numbers up to which a round may have some that nothing reads."""

LISTED = 6
"""Numbers of a list that are seen at a glance."""

ROUNDS = 3
"""Rounds from which on a stage is easier to read than steps."""


def fold(body: Body, words: Vocabulary) -> Body:
    """The body with runs of one step as a step that repeats, within paths too."""
    steps: list[Step] = []
    at = 0
    while at < len(body.steps):
        step = replace(body.steps[at], paths=[fold(path, words) for path in body.steps[at].paths])
        length = _run(body.steps, at, words)
        if length > 1:
            step = _repeated(body.steps[at : at + length], step, words)
        steps.append(step)
        at += length
    return replace(body, steps=steps)


def _run(steps: list[Step], at: int, words: Vocabulary) -> int:
    """How many steps from here are one, repeated."""
    one = steps[at]
    if one.reads or one.labels or not all(one.present):
        return 1
    end = at + 1
    while end < len(steps) and deep(steps[end]) == deep(one) and all(steps[end].present):
        end += 1
    while end > at + 1 and not all(_regular(column, one.word, name, words) for name, column in _columns(steps[at:end])):
        end -= 1
    return end - at


def deep(step: Step) -> tuple[Any, ...]:
    """The form of a step and of all in it."""
    return (*step.form(), *(tuple(deep(inner) for inner in path.steps) for path in step.paths))


def _columns(run: list[Step]) -> list[tuple[str, list[Column]]]:
    """For every argument its columns in the steps of a run; those within paths have to be equal, so they go by no name."""
    found = [(name, [step.args[name] for step in run]) for name in run[0].args]
    for index in range(len(run[0].paths)):
        bodies = [step.paths[index] for step in run]
        for place in range(len(bodies[0].steps)):
            inner = [body.steps[place] for body in bodies]
            found += [("", columns) for _, columns in _columns(inner)]
            found.append(("", [step.present for step in inner]))
        found.append(("", [body.present for body in bodies]))
    return found


def _regular(columns: list[Column], word: str, name: str, words: Vocabulary) -> bool:
    if all(column == columns[0] for column in columns):
        return True
    if not name or len(columns[0]) != 1:
        return False
    values = [column[0] for column in columns]
    if words.unit(word, name) == STRIDE:
        return all(value == 1 for value in values[1:])
    unit = words.unit(word, name)
    return unit != CHANNELS and (_growing(values) is not None or (unit != ACT and _turning(values) is not None))


def _turning(values: list[Any]) -> Turning | None:
    """Values that alternate; two alone do so where one of them is none, or they begin as false or as 0."""
    even, odd = values[0], values[1]
    if any(value != (odd if place % 2 else even) for place, value in enumerate(values)):
        return None
    return (
        Turning(even, odd)
        if len(values) > 3 or None in (even, odd) or even is False or (even == 0 and type(even) is int)
        else None
    )


def _growing(values: list[Any]) -> Growing | None:
    """Values that grow evenly from round to round, as the start and the step in steps."""
    ratios = [ratio(value) for value in values]
    if any(r is None for r in ratios) or all(type(value) is int for value in values):
        return None
    one, other = Fraction(ratios[0] or 0), Fraction(ratios[1] or 0)
    by = other - one
    if by == 0 or one / by != (start := round(one / by)):
        return None
    even = all(float((start + place) * by) == value for place, value in enumerate(values))
    return Growing(start, by) if even and start >= 0 else None


def _repeated(run: list[Step], step: Step, words: Vocabulary) -> Step:
    args = {}
    for name, column in step.args.items():
        columns = [other.args[name] for other in run]
        if all(other == column for other in columns):
            args[name] = column
        elif words.unit(step.word, name) == STRIDE:
            args[name] = (First(columns[0][0], columns[1][0]),)
        else:
            values = [other[0] for other in columns]
            args[name] = (_growing(values) or _turning(values),)
    return replace(step, args=args, repeat=(len(run),) * len(step.into))


def roll(body: Body) -> Body:
    """The body of a network with the longest regular stretch of its steps as a stage over lists of numbers, and so on."""
    best: tuple[int, int, int, list[list[Step | None]]] | None = None
    for at in range(len(body.steps)):
        for length in range(1, LONGEST + 1):
            rounds, begin, end = _rounds(body.steps, at, length)
            lacking = sum(None in one for one in rounds)
            saved = end - begin - length - _listed(rounds) - PARTIAL * lacking * (lacking + len(rounds) > FEW)
            if len(rounds) < ROUNDS or saved <= (best[0] if best else 1) or _is_tabular(body.steps, begin, end, length):
                continue
            if not any(_mixed(step) for step in _stage(rounds, body.out).paths[0].steps):
                best = (saved, begin, end, rounds)
    if best is None:
        return body
    _, begin, end, rounds = best
    stage = _stage(rounds, body.steps[end].into if end < len(body.steps) else body.out)
    before = roll(Body(body.steps[:begin], body.into, body.steps[begin].into, (True,)))
    rest = Body(body.steps[end:], body.steps[end].into if end < len(body.steps) else body.out, body.out, (True,))
    return replace(body, steps=[*before.steps, stage, *(roll(rest).steps if rest.steps else [])])


def _listed(rounds: list[list[Step | None]]) -> int:
    """Numbers that a stage would list beyond what a line holds well."""
    more = max(0, len(rounds) - LISTED)
    if not more:
        return 0
    varied = 0
    for place in range(len(rounds[0])):
        steps = [step for one in rounds if (step := one[place]) is not None]
        varied += sum(len({step.args[name] for step in steps}) > 1 for name in steps[0].args)
        varied += len({step.repeat for step in steps}) > 1
    return more * varied


def _is_tabular(steps: list[Step], begin: int, end: int, length: int) -> bool:
    """Whether these are rows of a table rather than rounds: calls of one block, many, or most of them without repeats."""
    if length > 1:
        return False
    before = begin > 0 and deep(steps[begin - 1]) == deep(steps[begin])
    return before or end - begin > 4 or sum(step.repeat[0] > 1 for step in steps[begin:end]) * 2 < end - begin


def _mixed(step: Step) -> bool:
    """Whether numbers grow in some rounds, and are said otherwise in others."""
    for column in step.args.values():
        kinds = {type(value) for value in column if not isinstance(value, Absent)}
        if len(kinds) > 1 and kinds & {First, Growing}:
            return not (kinds <= {First, int})
        if Growing in kinds and len({value.by for value in column if isinstance(value, Growing)}) > 1:
            return True
    return any(_mixed(inner) for path in step.paths for inner in path.steps)


def _rounds(steps: list[Step], at: int, length: int) -> tuple[list[list[Step | None]], int, int]:
    """Rounds of like steps, the first and last of which may lack some; where they begin and end."""
    template = [deep(step) for step in steps[at : at + length]]
    if len(template) < length or any(step.labelled or step.word == STAGE for step in steps[at : at + length]):
        return [], at, at
    if length > 1 and len({form[0] for form in template}) == 1 and all(form == template[0] for form in template):
        return [], at, at
    rounds: list[list[Step | None]] = []
    end = at
    while [deep(step) for step in steps[end : end + length]] == template:
        rounds.append(list(steps[end : end + length]))
        end += length
    if len(rounds) < ROUNDS:
        return [], at, at
    begin = at
    lacking = next((n for n in range(length - 1, 0, -1) if at >= n and [deep(s) for s in steps[at - n : at]] == template[-n:]), 0)
    if lacking and _invented(rounds, range(length - lacking)) <= FAKES:
        begin = at - lacking
        rounds.insert(0, [None] * (length - lacking) + list(steps[begin:at]))
    more = next((n for n in range(length - 1, 0, -1) if [deep(s) for s in steps[end : end + n]] == template[:n]), 0)
    if more and _invented(rounds, range(more, length)) <= FAKES:
        rounds.append(list(steps[end : end + more]) + [None] * (length - more))
        end += more
    return rounds, begin, end


def _invented(rounds: list[list[Step | None]], places: range) -> int:
    """How many lists of numbers would need one for steps that a round has not."""
    found = 0
    for place in places:
        steps = [step for one in rounds if (step := one[place]) is not None]
        found += sum(len({step.args[name] for step in steps}) > 1 for name in steps[0].args)
    return found


def _stage(rounds: list[list[Step | None]], after: Column) -> Step:
    """The steps of all rounds as one body with a column entry for each round."""
    length = len(rounds[0])
    arrive = _arriving(rounds, after)
    full = next(one for one in rounds if None not in one)
    steps = []
    for place in range(length):
        column: list[Step] = []
        for number, one in enumerate(rounds):
            found, model = one[place], full[place]
            assert model is not None
            column.append(found if found is not None else vacant(model, 1, (arrive[number][place],)))
        steps.append(_together(column))
    outs = (*(row[0] for row in arrive[1:]), after[0])
    inner = Body(steps, tuple(row[0] for row in arrive), outs, (True,) * len(rounds))
    return Step(STAGE, {}, (arrive[0][0],), paths=[inner])


def _arriving(rounds: list[list[Step | None]], after: Column) -> list[list[int]]:
    """Channels that arrive at every step of every round, present or not."""
    found: list[list[int]] = []
    channels = after[0]
    for one in reversed(rounds):
        row: list[int] = []
        for step in reversed(one):
            channels = step.into[0] if step is not None else channels
            row.insert(0, channels)
        found.insert(0, row)
    return found


def together(bodies: list[Body]) -> Body:
    """Bodies of one form as one."""
    steps = [_together([body.steps[place] for body in bodies], even=False) for place in range(len(bodies[0].steps))]
    columns = [_flat([getattr(body, name) for body in bodies]) for name in ("into", "out", "present")]
    return replace(bodies[0], steps=steps, into=columns[0], out=columns[1], present=columns[2])


def _together(column: list[Step], even: bool = True) -> Step:
    first = next((step for step in column if all(step.present)), column[0])
    args = {}
    for name in first.args:
        values = tuple([value for step in column for value in step.args[name]])
        args[name] = _evened(values) if even else values
    paths = []
    for index in range(len(first.paths)):
        bodies = [step.paths[index] for step in column]
        inner = [_together([body.steps[place] for body in bodies], even) for place in range(len(bodies[0].steps))]
        paths.append(
            Body(inner, _flat([b.into for b in bodies]), _flat([b.out for b in bodies]), _flat([b.present for b in bodies]))
        )
    return replace(
        first,
        args=args,
        into=_flat([step.into for step in column]),
        present=_flat([step.present for step in column]),
        repeat=_flat([step.repeat for step in column]),
        paths=paths,
    )


def _flat(columns: list[Column]) -> Column:
    return tuple(value for column in columns for value in column)


def _evened(column: Column) -> Column:
    """A column in which some values are those of first rounds, or grow: all of them so."""
    if any(isinstance(value, First) for value in column):
        return tuple(First(value, 1) if type(value) is int and value == 1 else value for value in column)
    if any(isinstance(value, Turning) for value in column):
        return tuple([value if isinstance(value, (Turning, Absent)) else Turning(value, value) for value in column])
    steps = {value.by for value in column if isinstance(value, Growing)}
    if len(steps) != 1:
        return column
    (by,) = steps
    return tuple([value if isinstance(value, (Growing, Absent)) else _one(value, by) for value in column])


def _one(value: Any, by: Fraction) -> Any:
    """A value of a single round as one that would grow."""
    near = ratio(value)
    start = None if near is None else near / by
    return Growing(int(start), by) if start is not None and start.denominator == 1 and start >= 0 else value
