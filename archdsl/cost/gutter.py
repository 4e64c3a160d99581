"""The user's YAML with what each line costs beside it."""

from __future__ import annotations

from archdsl.cost.blame import Entry
from archdsl.errors import Source


def gutter(source: Source, entries: list[Entry]) -> list[tuple[str, str, str, str, str]]:
    """Every line of the spec with its cost: number, multiply-accumulates, parameters, peak memory, text.

    A line that made nothing has an empty gutter. Layers whose line lies in another file (a base that is extended) come last.
    """
    by_line = {entry.where: entry for entry in entries}
    return [(str(number), *_costs(by_line.get(number)), line) for number, line in enumerate(source.lines, 1)]


def _costs(entry: Entry | None) -> tuple[str, str, str]:
    if entry is None:
        return "", "", ""
    return short(entry.macs), short(entry.params), f"{short(entry.peak_bytes)}B" if entry.peak_bytes else ""


def short(value: int) -> str:
    """A count in three digits: 12.3M."""
    for step, unit in ((10**9, "G"), (10**6, "M"), (10**3, "K")):
        if abs(value) >= step:
            scaled = value / step
            return f"{scaled:.0f}{unit}" if abs(scaled) >= 100 else f"{scaled:.1f}{unit}"
    return str(value)
