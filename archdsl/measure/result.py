"""What a bench gives: a row for each network in each configuration, and the machine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from archdsl.cost.comparing.totals import kernels
from archdsl.cost.counting.bill import Bill
from archdsl.cost.memory.movement import movement
from archdsl.cost.tables.result import WIDTH, Result
from archdsl.cost.tables.sheet import Sheet
from archdsl.ir.graph import Graph
from archdsl.measure.job import FLOAT32, TF32, Configuration
from archdsl.measure.machine import Machine
from archdsl.measure.timing import FEWEST, WIDEST, Spread, Timing, ratio

LONG_SECONDS = 5.0
"""From which on the loading of a network is worth a line."""


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
    def of(cls, graph: Graph, at: Configuration) -> Work:
        bill = Bill(graph)
        moved = movement(bill, at.batch, FLOAT32 if at.dtype == TF32 else at.dtype)
        return cls(int(bill.macs) * at.batch, int(moved.bytes), int(kernels(bill).total))


@dataclass(frozen=True)
class Row:
    """One network in one configuration.

    Attributes:
        ratio: of its time to that of the first network, round by round; the other way round in a bench that is turned.
        mhz: the lowest and highest clock of the card that was seen meanwhile; None on a processor.
    """

    configuration: Configuration
    entry: Entry
    timing: Timing
    ratio: Spread
    work: Work
    mhz: tuple[int, int] | None = None

    def as_dict(self) -> dict[str, Any]:
        time, share = self.timing.spread, self.ratio
        return {
            **self.configuration.as_dict(),
            "network": self.entry.label,
            "spec": self.entry.spec,
            "optimized": self.entry.optimised,
            "rounds": len(self.timing.seconds),
            "seconds": {"median": time.median, "low": time.low, "high": time.high, "minimum": self.timing.minimum},
            "ratio": {"median": share.median, "low": share.low, "high": share.high, "tells": share.tells},
            "macs": self.work.macs,
            "moved_bytes": self.work.moved_bytes,
            "kernels": self.work.kernels,
            "loading_seconds": self.timing.loading,
            **({"mhz": {"low": self.mhz[0], "high": self.mhz[1]}} if self.mhz else {}),
        }


@dataclass(frozen=True, repr=False)
class Bench(Result):
    """What was measured, and where.

    Attributes:
        rows: by configuration, in each the networks as they were given.
        left_out: runtimes that were not asked for by name and cannot run the networks, with the reason.
        turned: whether ratios are of the first network to each, in place of each to the first.
    """

    machine: Machine
    rows: tuple[Row, ...]
    left_out: dict[str, str]
    turned: bool = False

    def turn(self) -> Bench:
        """The same with every ratio the other way round."""
        rows = []
        for group in self.by_configuration().values():
            for row in group:
                sides = (row.timing, group[0].timing) if self.turned else (group[0].timing, row.timing)
                rows.append(replace(row, ratio=ratio(*sides)))
        return replace(self, rows=tuple(rows), turned=not self.turned)

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
        over = f"{first} /" if self.turned else f"/ {first}"
        head = ("network", "ms", "quartiles", over, "quartiles ", "MACs", "moved", "kernels")
        version = ", optimised" if self.optimised else ""
        return [
            Sheet(
                f"{configuration}{version}: {len(rows[0].timing.seconds):,} rounds",
                head,
                tuple(_cells(row, rows[0], self.turned) for row in rows),
                frozenset(head[1:]),
            )
            for configuration, rows in self.by_configuration().items()
        ]

    def notes(self) -> list[str]:
        """What a mark at a ratio means, runtimes that were left out, and the machine."""
        first = self.rows[0].entry.label
        return [*doubt(row.ratio for row in self.rows if row.entry.label != first), *self.about()]

    def about(self) -> list[str]:
        """Runtimes that were left out, and the machine."""
        left_out = [f"{word} is left out: {why}" for word, why in self.left_out.items()]
        return [*left_out, *self._waited(), *self._clocks(), *self.machine.lines()]

    def _waited(self) -> list[str]:
        """How long networks took to load, where it is long: they were compiled."""
        found = []
        for configuration, rows in self.by_configuration().items():
            if any(row.timing.loading >= LONG_SECONDS for row in rows):
                each = ", ".join(f"{row.entry.label} {row.timing.loading:.0f} s" for row in rows)
                found.append(f"{configuration}: compiled and loaded in {each}")
        return found

    def _clocks(self) -> list[str]:
        """Where a card had not the same clock all the time."""
        found = {row.configuration: row.mhz for row in self.rows if row.mhz}
        if not found:
            return []
        low, high = min(low for low, _ in found.values()), max(high for _, high in found.values())
        told = f"{low:,} MHz" if low == high else f"{low:,} to {high:,} MHz"
        return [f"clock of the card meanwhile: {told}"]

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
            "ratios": "first / network" if self.turned else "network / first",
            "rows": [row.as_dict() for row in self.rows],
            "left_out": self.left_out,
        }


def doubt(ratios: Iterable[Spread]) -> list[str]:
    """What the mark at a ratio means, in lines, where one bears it."""
    if all(ratio.tells for ratio in ratios):
        return []
    return [
        f"?  too noisy to tell: 1 lies between the quartiles of the ratio, they are more than {WIDEST:.0%} of it apart,",
        f"   or there were fewer than {FEWEST} rounds; let nothing else run, and give more --rounds or --seconds",
    ]


def ratio_text(found: Spread) -> str:
    """A ratio, with a mark where it does not tell."""
    return f"{found.median:.3f}" + ("" if found.tells else " ?")


def _quartiles(found: Spread, digits: int, scale: float = 1) -> str:
    return f"{found.low * scale:.{digits}f} to {found.high * scale:.{digits}f}"


def _cells(row: Row, first: Row, turned: bool) -> tuple[str, ...]:
    time, work, base = row.timing.spread, row.work, first.work
    digits = 1 if time.median >= 0.1 else 2 if time.median >= 1e-3 else 4
    macs = f"{work.macs / 1e6:,.1f} M{_share(work.macs, base.macs, turned)}"
    moved = f"{work.moved_bytes / 2**20:,.1f} MiB{_share(work.moved_bytes, base.moved_bytes, turned)}"
    kernels = f"{work.kernels}{_share(work.kernels, base.kernels, turned)}"
    share = [ratio_text(row.ratio), _quartiles(row.ratio, 3)] if row is not first else ["1", ""]
    return row.entry.label, f"{time.median * 1e3:.{digits}f}", _quartiles(time, digits, 1e3), *share, macs, moved, kernels


def _share(value: int, base: int, turned: bool) -> str:
    """The ratio of an amount to the first network's, the same way round as that of their times."""
    above, below = (base, value) if turned else (value, base)
    return f" ({above / below:.2f})" if below else ""
