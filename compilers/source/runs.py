"""Modules of one class that follow each other become a loop, and so do calls of one module."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from archdsl.compilers.source.parts import Argument, Piece, Slot, Value
from archdsl.compilers.source.structure import Entry
from archdsl.compilers.source.tree import Submodule

LONG = 3
"""Calls of one class from which on a loop is easier to read than lines; in a stage it is two, so that stages of other depths are
one class."""

_NUMBERED = re.compile(r"(?P<base>.+)_(?P<number>[1-9][0-9]*)\Z")

Span = list[Entry]
"""Entries that may be one loop, or a single entry."""


def runs(submodule: Submodule, spans: Sequence[Span]) -> list[Entry]:
    """The entries of a submodule, with a loop for every span that is long enough for one."""
    (found,) = together([submodule], [spans])
    return found


def together(submodules: Sequence[Submodule], instances: Sequence[Sequence[Span]]) -> list[list[Entry]]:
    """The entries of submodules whose spans are alike: a span is a loop in all of them or in none. It is where it is long, and
    where it is not as long in all of them.
    """
    found: list[list[Entry]] = [[] for _ in instances]
    for spans in zip(*instances, strict=True):
        lengths = {len(span) for span in spans}
        least = 2 if submodules[0].kind == "stage" else LONG
        if max(lengths) >= least or len(lengths) > 1:
            lists = {place for span in spans for place in _listed(span)}
            for entries, span in zip(found, spans, strict=True):
                entries.append(_run(span, lists))
        else:
            for entries, span in zip(found, spans, strict=True):
                entries += span
    return found


def spans_of(submodule: Submodule, entries: list[Entry]) -> list[Span]:
    """Entries with those together that a loop may make: modules of one class that follow each other, numbered in order.

    Calls of one module, each of what the one before gives, are one entry.
    """
    reads = [name for entry in entries for name in entry.reads] + submodule.outputs
    entries = _repeated(entries, reads)
    called = {entry.again for entry in entries}
    result: list[Span] = []
    at = 0
    while at < len(entries):
        end = at + 1
        while (
            end < len(entries)
            and called.isdisjoint([e.attribute for e in entries[end - 1 : end + 1]])
            and _follows(entries[end - 1], entries[end], reads)
        ):
            end += 1
        length = _regular(entries[at:end])
        result.append(entries[at : at + length])
        at += length
    return result


def _repeated(entries: list[Entry], reads: list[str]) -> list[Entry]:
    """Calls of one module that take what the one before gives, as one entry."""
    result: list[Entry] = []
    at = 0
    while at < len(entries):
        end, module = at + 1, entries[at].again or entries[at].attribute
        while end < len(entries) and entries[end].again == module and _takes(entries[end], entries[end - 1], reads):
            end += 1
        if end - at >= LONG and len(entries[at].gives) == 1:
            times = Slot(end - at, "times", "number")
            result.append(replace(entries[at], gives=entries[end - 1].gives, times=times))
        else:
            result += entries[at:end]
        at = end
    return result


def _takes(other: Entry, one: Entry, reads: list[str]) -> bool:
    """Whether an entry reads what another gives, and nothing else does."""
    return other.reads == one.gives and all(reads.count(name) == 1 for name in one.gives)


def _follows(one: Entry, other: Entry, reads: list[str]) -> bool:
    left, right = _NUMBERED.match(one.attribute), _NUMBERED.match(other.attribute)
    if one.after or other.after or not (left and right and one.made and other.made and one.made.key == other.made.key):
        return False
    if len(one.reads) != len(one.gives):  # what one gives does not go round
        return False
    numbered = left["base"] == right["base"] and int(left["number"]) + 1 == int(right["number"])
    return numbered and one.times is other.times is None and _takes(other, one, reads)


def _values(entry: Entry) -> list[Value]:
    return [slot.value for slot in entry.slots()]


def _regular(entries: Span) -> int:
    """How many entries from the first are called with the same counts, or with counts that grow by the same amount.

    Other numbers may be as they like: the loop takes them from a list.
    """
    rows = [[0.0 if type(value) is float else value for value in _values(entry)] for entry in entries]
    same = next((n for n, row in enumerate(rows) if row != rows[0]), len(rows))
    if same > 1 or len(rows) < 4:
        return same
    growing = 2
    while growing < len(rows) and _steps(rows[growing - 1], rows[growing]) == _steps(rows[0], rows[1]) is not None:
        growing += 1
    return growing if growing >= 4 else same


def _steps(one: list[Value], other: list[Value]) -> list[int] | None:
    """What each value grows by; None where a value that is no int changes."""
    found: list[int] = []
    for a, b in zip(one, other, strict=True):
        if type(a) is int and type(b) is int:
            found.append(b - a)
        elif a == b:
            found.append(0)
        else:
            return None
    return found


def _listed(span: Span) -> list[int]:
    """The slots whose values a loop takes from a list, by their places."""
    columns = zip(*map(_values, span), strict=True)
    return [place for place, column in enumerate(columns) if type(column[0]) is float and len(set(column)) > 1]


def _run(span: Span, lists: set[int]) -> Entry:
    """A loop. `lists`: the slots whose values come from a list, by their places."""
    first, last = span[0], span[-1]
    match = _NUMBERED.match(first.attribute)
    assert match is not None
    assert first.made is not None
    start = int(match["number"])
    columns = list(zip(*map(_values, span), strict=True))
    place = sum(isinstance(piece, Slot) for piece in first.made.function)
    arguments: list[Argument] = []
    for argument in first.made.arguments:
        text: list[Piece] = []
        for piece in argument.text:
            if isinstance(piece, Slot):
                text += _going(piece, columns[place], start, place in lists)
                place += 1
            else:
                text.append(piece)
        arguments.append(argument._replace(text=tuple(text)))
    called = first.made._replace(arguments=tuple(arguments))
    counts = Slot(start, "first", "number"), Slot(start + len(span), "end", "number")
    return Entry(match["base"], first.reads, last.gives, called, (), *counts)


def _going(slot: Slot, column: Sequence[Value], start: int, listed: bool) -> list[Piece]:
    """What stands for a slot in round `i` of a loop."""
    if listed:
        values = tuple([value for value in column if isinstance(value, float)])
        return [slot._replace(value=values, hint=f"{slot.hint}s", unit=f"{slot.unit} list"), f"[i - {start}]"]
    one, *others = column
    if type(one) is int and others and type(others[0]) is int and others[0] != one:
        step = others[0] - one
        return [slot._replace(value=one - step * start), " + ", slot._replace(value=step, unit="step"), " * i"]
    return [slot]
