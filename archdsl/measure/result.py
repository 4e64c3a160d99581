"""What a bench gives: a row for each network in each configuration, and the machine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from archdsl.cost.comparing.totals import kernels
from archdsl.cost.counting.bill import Bill
from archdsl.cost.memory.movement import movement
from archdsl.ir.graph import Graph
from archdsl.measure.job import Configuration
from archdsl.measure.machine import Machine
from archdsl.measure.timing import Spread, Timing, ratio


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
    """One network in one configuration.

    Attributes:
        ratio: of its time to that of the first network, round by round; the other way round in a bench that is turned.
    """

    configuration: Configuration
    entry: Entry
    timing: Timing
    ratio: Spread
    work: Work

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
        }


@dataclass(frozen=True)
class Bench:
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

    def as_dict(self) -> dict[str, Any]:
        return {
            "machine": self.machine.as_dict(),
            "first": self.rows[0].entry.label,
            "ratios": "first / network" if self.turned else "network / first",
            "rows": [row.as_dict() for row in self.rows],
            "left_out": self.left_out,
        }
