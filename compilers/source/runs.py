"""Modules of one class that follow each other become a loop, and so do calls of one module."""

from __future__ import annotations

import re
from dataclasses import replace

from archdsl.compilers.source.parts import Slot, Text, Value
from archdsl.compilers.source.structure import Entry
from archdsl.compilers.source.tree import Submodule

LONG = 3
"""Calls of one class from which on a loop is easier to read than lines; in a stage it is two, so that stages of other depths are
one class."""

_NUMBERED = re.compile(r"(?P<base>.+)_(?P<number>[1-9][0-9]*)\Z")


def runs(submodule: Submodule, entries: list[Entry]) -> list[Entry]:
    """The entries with modules of one class that follow each other, numbered in order, as one entry each; likewise calls of a module."""
    least = 2 if submodule.kind == "stage" else LONG
    reads = [name for entry in entries for name in entry.reads] + submodule.outputs
    entries = _repeated(entries, reads)
    called = {entry.again for entry in entries}
    result: list[Entry] = []
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
        if length >= least:
            result.append(_run(entries[at : at + length]))
            at += length
        else:
            result.append(entries[at])
            at += 1
    return result


def _repeated(entries: list[Entry], reads: list[str]) -> list[Entry]:
    """Calls of one module that take what the one before gives, as one entry."""
    result: list[Entry] = []
    at = 0
    while at < len(entries):
        end, module = at + 1, entries[at].again or entries[at].attribute
        while end < len(entries) and entries[end].again == module and _takes(entries[end], entries[end - 1], reads):
            end += 1
        if end - at >= LONG:
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
    numbered = left["base"] == right["base"] and int(left["number"]) + 1 == int(right["number"])
    if len(one.reads) != len(one.gives):  # what goes round a loop
        return False
    return numbered and one.times is other.times is None and _takes(other, one, reads)


def _regular(entries: list[Entry]) -> int:
    """How many entries from the first are called with the same values, or with values that grow by the same amount."""
    rows = [[slot.value for slot in entry.slots()] for entry in entries]
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


def _run(entries: list[Entry]) -> Entry:
    first, last = entries[0], entries[-1]
    match = _NUMBERED.match(first.attribute)
    assert match is not None
    assert first.made is not None
    start = int(match["number"])
    arguments = []
    for position, argument in enumerate(first.made.arguments):
        (slot,) = argument.text
        other = entries[1].made.arguments[position].text[0] if entries[1].made else slot
        assert isinstance(slot, Slot)
        assert isinstance(other, Slot)
        text: Text = (slot,)
        if isinstance(slot.value, int) and isinstance(other.value, int) and other.value != slot.value:
            step = other.value - slot.value
            text = (slot._replace(value=slot.value - step * start), " + ", slot._replace(value=step, unit="step"), " * i")
        arguments.append(argument._replace(text=text))
    called = first.made._replace(arguments=tuple(arguments))
    counts = Slot(start, "first", "number"), Slot(start + len(entries), "end", "number")
    return Entry(match["base"], first.reads, last.gives, called, (), *counts)
