"""The user's YAML with what each line costs beside it."""

from __future__ import annotations

from archdsl.cost.comparing.blame import Entry
from archdsl.cost.words import short, short_time
from archdsl.errors import Source


def gutter(source: Source, entries: list[Entry]) -> list[tuple[str, ...]]:
    """Every line of the spec with its cost: number, multiply-accumulates, parameters, peak memory, latency where there is one, text.

    A line that made no layer has nothing beside it; layers that come from another file (a base that is extended) have no line here.
    """
    timed = any(entry.latency is not None for entry in entries)
    by_line = {entry.where: entry for entry in entries}
    return [(str(number), *_costs(by_line.get(number), timed), line) for number, line in enumerate(source.lines, 1)]


def _costs(entry: Entry | None, timed: bool) -> tuple[str, ...]:
    if entry is None:
        return ("",) * (4 if timed else 3)
    costs = short(entry.macs), short(entry.params), f"{short(entry.peak_bytes)}B" if entry.peak_bytes else ""
    return (*costs, short_time(entry.latency)) if timed else costs
