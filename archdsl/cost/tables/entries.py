"""The entries of a bill as a table: a row for each layer, block, stage, line or operator."""

from __future__ import annotations

from archdsl.cost.comparing.blame import Entry, line
from archdsl.cost.counting.bill import Bill
from archdsl.cost.counting.convention import Convention
from archdsl.cost.counting.layer import Layer
from archdsl.cost.latency.device import FEMTOSECONDS, Device
from archdsl.cost.tables.sheet import Sheet
from archdsl.cost.words import dims, duration, thousands
from archdsl.errors import Source
from archdsl.exact.partly import is_partly
from archdsl.exact.shown import jsonable


class EntryTable:
    """How the entries of a bill become rows.

    Args:
        by: what they stand for, one of `archdsl.cost.comparing.blame.CAUSES`.
        convention, device: whose columns there are beside parameters and multiply-accumulates.
        people: latencies in words and bars beside shares; seconds and bare shares otherwise.
    """

    def __init__(self, bill: Bill, by: str, convention: Convention | None, device: Device | None, people: bool):
        self.bill, self.by, self.convention, self.device, self.people = bill, by, convention, device, people
        self.single = by == "layer"

    def sheet(self, title: str, entries: list[Entry], source: Source) -> Sheet:
        """The table, with the sums in its last row."""
        taken = sum(entry.latency for entry in entries) if self.device else 0
        counted = [self.convention.name] if self.convention else []
        timed = ["latency" if self.people else "seconds", "share of latency"] if self.device else []
        what = ["operator", "input", "output"] if self.single else ["layers"]
        head = [self.by, *what, "params", "MACs", *counted, *timed, "line" if self.single else "share of MACs"]
        total = ["total", *[""] * len(what), _number(self.bill.params), _number(self.bill.macs)]
        total += [_number(self.bill.flops(self.convention))] if self.convention else []
        total += [self._time(taken), ""] if self.device else []
        numbers = frozenset(["params", "MACs", "layers", "line", "latency", "seconds", *counted])
        rows = tuple(self._row(entry, source, taken) for entry in entries)
        return Sheet(title, tuple(head), rows, numbers, (*total, ""))

    def _row(self, entry: Entry, source: Source, taken: int) -> tuple[object, ...]:
        row: list[object] = [entry.cause]
        layer = entry.layers[0]
        row += [operator(layer), dims(layer.inputs[0]), dims(layer.output)] if self.single else [len(entry.layers)]
        row += [_number(entry.params), _number(entry.macs)]
        if self.convention:
            row.append("not counted" if entry.flops is None else _number(entry.flops))
        if self.device:
            row += [self._time(entry.latency), share(entry.latency, taken, self.people, 12)]
        row.append(line(layer, source) if self.single else share(entry.macs, self.bill.macs, self.people and not self.device))
        return tuple(row)

    def _time(self, femtoseconds: int) -> object:
        seconds = femtoseconds / FEMTOSECONDS
        return duration(seconds) if self.people else jsonable(seconds)


def operator(layer: Layer) -> str:
    """The word of an operator, and whose weights it uses where they are not its own."""
    word, owner = layer.node.op.word, layer.node.shared
    return f"{word}, shared with {owner}" if owner else word


def share(part: int, whole: int, bar: bool, width: int = 20) -> str:
    """A share in per cent, with a bar before it for people."""
    if is_partly([part, whole]):
        return "?"
    found = part / whole if whole else 0.0
    return f"{'█' * round(found * width):<{width}} {found:6.1%}" if bar else f"{found:.1%}"


def _number(value: object) -> object:
    """An int as it is; the range of an array in words."""
    return thousands(value) if getattr(value, "ndim", 0) > 0 else value
