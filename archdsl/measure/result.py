"""What a bench gives: a row for each network in each configuration, and the machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from archdsl.cost.comparing.totals import kernels
from archdsl.cost.counting.bill import Bill
from archdsl.cost.memory.movement import movement
from archdsl.cost.tables.result import WIDTH, Result
from archdsl.cost.tables.sheet import Sheet
from archdsl.ir.graph import Graph
from archdsl.measure.job import Configuration
from archdsl.measure.machine import Machine
from archdsl.measure.timing import Spread, Timing


@dataclass(frozen=True)
class Entry:
    """A network that takes part.

    Attributes:
        label: name for the reader, different for each.
        spec: as it was asked for.
    """

    label: str
    spec: str
    graph: Graph
    optimised: bool = False


@dataclass(frozen=True)
class Work:
    """What a network does for a batch: why it takes the time that it takes.

    Attributes:
        macs: multiply-accumulates.
        moved_bytes: that its operators read and write, each by itself.
        kernels: operators that compute or move something; views do not.
    """

    macs: int
    moved_bytes: int
    kernels: int

    @classmethod
    def of(cls, graph: Graph, batch: int) -> Work:
        bill = Bill(graph)
        return cls(int(bill.macs) * batch, int(movement(bill, batch).bytes), int(kernels(bill).total))


@dataclass(frozen=True)
class Row:
    """One network in one configuration. `ratio` is of its time to that of the first network, round by round."""

    configuration: Configuration
    entry: Entry
    timing: Timing
    ratio: Spread
    work: Work

    def as_dict(self) -> dict[str, Any]:
        time, ratio = self.timing.spread, self.ratio
        return {
            **self.configuration.as_dict(),
            "network": self.entry.label,
            "spec": self.entry.spec,
            "optimized": self.entry.optimised,
            "rounds": len(self.timing.seconds),
            "seconds": {"median": time.median, "low": time.low, "high": time.high, "minimum": self.timing.minimum},
            "ratio": {"median": ratio.median, "low": ratio.low, "high": ratio.high},
            "macs": self.work.macs,
            "moved_bytes": self.work.moved_bytes,
            "kernels": self.work.kernels,
        }


@dataclass(frozen=True, repr=False)
class Bench(Result):
    """What was measured, and where.

    Attributes:
        rows: by configuration, in each the networks as they were given.
        left_out: runtimes that were not asked for by name and cannot run the networks, with the reason.
    """

    machine: Machine
    rows: tuple[Row, ...]
    left_out: dict[str, str]

    @property
    def optimised(self) -> bool:
        """Whether all networks are, so that their labels do not say so."""
        return all(row.entry.optimised for row in self.rows)

    def by_configuration(self) -> dict[Configuration, list[Row]]:
        found: dict[Configuration, list[Row]] = {}
        for row in self.rows:
            found.setdefault(row.configuration, []).append(row)
        return found

    def sheets(self, width: int = WIDTH) -> list[Sheet]:
        """A table for each configuration."""
        first = self.rows[0].entry.label
        head = ("network", "ms", "quartiles", f"/ {first}", "quartiles ", "MACs", "moved", "kernels")
        version = ", optimised" if self.optimised else ""
        return [
            Sheet(
                f"{configuration}{version}: {len(rows[0].timing.seconds):,} rounds",
                head,
                tuple(_cells(row, rows[0]) for row in rows),
                frozenset(head[1:]),
            )
            for configuration, rows in self.by_configuration().items()
        ]

    def notes(self) -> list[str]:
        """Runtimes that were left out, and the machine."""
        return [*(f"{word} is left out: {why}" for word, why in self.left_out.items()), *self.machine.lines()]

    def _records(self) -> list[dict[str, Any]]:
        """A row for each network in each configuration, its spreads as columns of their own."""
        found = []
        for row in self.rows:
            flat: dict[str, Any] = {}
            for name, value in row.as_dict().items():
                flat |= {f"{name}_{key}": number for key, number in value.items()} if isinstance(value, dict) else {name: value}
            found.append(flat)
        return found

    def as_dict(self) -> dict[str, Any]:
        return {
            "machine": self.machine.as_dict(),
            "first": self.rows[0].entry.label,
            "rows": [row.as_dict() for row in self.rows],
            "left_out": self.left_out,
        }


def quartiles(found: Spread, digits: int, scale: float = 1) -> str:
    """The quartiles of a spread."""
    return f"{found.low * scale:.{digits}f} to {found.high * scale:.{digits}f}"


def _cells(row: Row, first: Row) -> tuple[str, ...]:
    time, work, base = row.timing.spread, row.work, first.work
    digits = 1 if time.median >= 0.1 else 2 if time.median >= 1e-3 else 4
    macs = f"{work.macs / 1e6:,.1f} M{_share(work.macs, base.macs)}"
    moved = f"{work.moved_bytes / 2**20:,.1f} MiB{_share(work.moved_bytes, base.moved_bytes)}"
    kernels = f"{work.kernels}{_share(work.kernels, base.kernels)}"
    ratio = [f"{row.ratio.median:.3f}", quartiles(row.ratio, 3)] if row is not first else ["1", ""]
    return row.entry.label, f"{time.median * 1e3:.{digits}f}", quartiles(time, digits, 1e3), *ratio, macs, moved, kernels


def _share(value: int, base: int) -> str:
    return f" ({value / base:.2f})" if base else ""
