"""Two networks, or two states of one, side by side: totals, and the rows that differ with what changed in each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archdsl.cost.comparing.align import Pair, RowPair
from archdsl.cost.comparing.differences import SIGNS, layer_differences, layer_words, row_differences, where, within, wrapped
from archdsl.cost.comparing.totals import Value, costs, in_words
from archdsl.cost.counting.conventions import TOOLS
from archdsl.cost.tables.sheet import Sheet
from archdsl.cost.words import change, thousands
from archdsl.exact.partly import is_partly
from archdsl.exact.shown import jsonable

if TYPE_CHECKING:
    from archdsl.cost.costed import Costed
    from archdsl.cost.counting.layer import Layer
    from archdsl.cost.counting.lines import Line

_COSTS = ("params", "macs")
_HEAD = ("", "#", "row", "params before", "after", "change", "MACs before", "after ", "change ", "what changed")
_WIDTH = 44  # of what changed, wrapped


@dataclass(frozen=True)
class Total:
    """One cost before and after."""

    name: str
    before: Value
    after: Value

    @property
    def change(self) -> Value:
        return self.after - self.before

    def cells(self) -> tuple[str, ...]:
        """Its name, before, after, the change and its share, for people."""
        values = in_words(self.name, self.before), in_words(self.name, self.after), in_words(self.name, self.change, "+")
        if is_partly([self.before, self.after]):
            return self.name, *values, "?"
        return self.name, *values, f"{float(self.after / self.before) - 1:+.2%}" if self.before else "-"

    def as_dict(self) -> dict[str, Any]:
        return {"cost": self.name, "before": jsonable(self.before), "after": jsonable(self.after)}


def totals(before: Costed, after: Costed, devices: tuple[str, ...] = (), conventions: tuple[str, ...] = TOOLS) -> list[Total]:
    """Every cost of two single networks, FLOPs by conventions and latencies on devices among them."""
    first, second = costs(before, conventions, devices), costs(after, conventions, devices)
    return [Total(name, value, second[name]) for name, value in first.items()]


def totals_sheet(title: str, found: Iterable[Total]) -> Sheet:
    """Totals as a table."""
    head = ("cost", "before", "after", "change", "per cent")
    return Sheet(title, head, tuple(total.cells() for total in found), frozenset(head[1:]))


def rows_sheet(title: str, rows: Iterable[RowPair], everything: bool = False) -> Sheet:
    """The rows that differ, as a table.

    Args:
        everything: rows that are the same too, and below each row its layers.
    """
    lines: list[tuple[str, ...]] = []
    for row in rows:
        if everything or row.kind != "same":
            lines += _of_row(row)
            lines += [line for pair in row.layers for line in _of_layer(row, pair)] if everything and row.line.block else []
    made = Sheet(title, _HEAD, tuple(lines), frozenset(name for name in _HEAD[1:9] if name != "row"))
    return made if any(line[1] for line in lines) else made.only([name for name in _HEAD if name != "#"])


def row_dict(row: RowPair, everything: bool = False) -> dict[str, Any]:
    """A row as JSON has it, with the layers in it that differ, or with all."""

    def side(line: Line | None) -> dict[str, Any] | None:
        if line is None:
            return None
        place = {"name": line.name, "row": line.number, "operator": line.operator, "times": line.times}
        shapes = {"input": jsonable(line.input), "output": jsonable(line.output)}
        return {**place, **shapes, "params": jsonable(line.params), "macs": jsonable(line.macs)}

    layers = [_layer_dict(pair) for pair in row.layers if everything or pair.kind != "same"]
    both = {"before": side(row.before), "after": side(row.after)}
    told = {"name": row.line.name, "row": row.line.number, "kind": row.kind, "changed": row_differences(row)}
    return {**told, **both, **{cost: jsonable(row.difference(cost)) for cost in _COSTS}, "layers": layers}


def _layer_dict(pair: Pair) -> dict[str, Any]:
    both = {"before": layer_words(pair.before) or None, "after": layer_words(pair.after) or None}
    differences = {cost: jsonable(pair.difference(cost)) for cost in _COSTS}
    return {"name": pair.name, "kind": pair.kind, "changed": layer_differences(pair), **both, **differences}


def _of_row(row: RowPair) -> Iterable[tuple[str, ...]]:
    numbers = [str(line.number) for line in (row.before, row.after) if line is not None and line.number is not None]
    place = " → ".join(dict.fromkeys(numbers))
    return _lines((SIGNS[row.kind], place, where(row.line)), row, row_differences(row))


def _of_layer(row: RowPair, pair: Pair) -> Iterable[tuple[str, ...]]:
    line, layer = (row.after, pair.after) if pair.after is not None else (row.before, pair.before)
    assert line is not None
    assert layer is not None
    words = [layer_words(layer)] if pair.kind == "same" else layer_differences(pair)
    return _lines((SIGNS[pair.kind], "", f"  {within(line, layer)}"), pair, words)


def _lines(head: tuple[str, str, str], both: RowPair | Pair, words: list[str]) -> Iterable[tuple[str, ...]]:
    """The lines of one row or layer: more than one where there is much to say of it."""
    told = wrapped(words, _WIDTH) or [""]
    yield (*head, *_cells(both.before, both.after), told[0])
    yield from (("",) * 9 + (more,) for more in told[1:])


def _cells(before: Line | Layer | None, after: Line | Layer | None) -> Iterable[str]:
    for cost in _COSTS:
        values = [None if side is None else getattr(side, cost) for side in (before, after)]
        yield from ("-" if value is None else thousands(value) for value in values)
        yield change((values[1] or 0) - (values[0] or 0))
