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
OVER_FLOAT32 = "/ float32"
"""Head of the column of a network in int8 over the same in float32."""


@dataclass(frozen=True)
class Entry:
    """A network that takes part.

    Attributes:
        label: name for the reader, different for each.
        spec: as it was asked for.
        int8: whether it runs in int8; its graph is that of float32.
    """

    label: str
    spec: str
    graph: Graph
    optimised: bool = False
    int8: bool = False


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
    def of(cls, graph: Graph, at: Configuration, int8: bool = False) -> Work:
        bill = Bill(graph)
        dtype = "int8" if int8 else FLOAT32 if at.dtype == TF32 else at.dtype
        moved = movement(bill, at.batch, dtype)
        return cls(int(bill.macs) * at.batch, int(moved.bytes), int(kernels(bill).total))


@dataclass(frozen=True)
class Row:
    """One network in one configuration.

    Attributes:
        ratio: of its time to that of the first network, round by round; the other way round in a bench that is turned.
        mhz: the lowest and highest clock of the card that was seen meanwhile; None on a processor.
        float32: of its time in int8 to that of the same network in float32, round by round; None for one in float32.
    """

    configuration: Configuration
    entry: Entry
    timing: Timing
    ratio: Spread
    work: Work
    mhz: tuple[int, int] | None = None
    float32: Spread | None = None

    def as_dict(self) -> dict[str, Any]:
        time, share = self.timing.spread, self.ratio
        return {
            **self.configuration.as_dict(),
            "network": self.entry.label,
            "spec": self.entry.spec,
            "optimized": self.entry.optimised,
            "int8": self.entry.int8,
            "rounds": len(self.timing.seconds),
            "seconds": {"median": time.median, "low": time.low, "high": time.high, "minimum": self.timing.minimum},
            "ratio": _spread(share),
            **({"over_float32": _spread(self.float32)} if self.float32 else {}),
            "macs": self.work.macs,
            "moved_bytes": self.work.moved_bytes,
            "kernels": self.work.kernels,
            "loading_seconds": self.timing.loading,
            **({"mhz": {"low": self.mhz[0], "high": self.mhz[1]}} if self.mhz else {}),
        }


def _spread(found: Spread) -> dict[str, Any]:
    return {"median": found.median, "low": found.low, "high": found.high, "tells": found.tells}


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
        int8 = (OVER_FLOAT32,) if any(row.float32 for row in self.rows) else ()
        head = ("network", "ms", "quartiles", over, "quartiles ", *int8, "MACs", "moved", "kernels")
        version = ", optimised" if self.optimised else ""
        return [
            Sheet(
                f"{configuration}{version}: {len(rows[0].timing.seconds):,} rounds",
                head,
                tuple(_cells(row, rows[0], self.turned, bool(int8)) for row in rows),
                frozenset(head[1:]),
            )
            for configuration, rows in self.by_configuration().items()
        ]

    def notes(self) -> list[str]:
        """What a mark at a ratio means, runtimes that were left out, and the machine."""
        first = self.rows[0].entry.label
        ratios = [row.ratio for row in self.rows if row.entry.label != first]
        return [*doubt([*ratios, *filter(None, (row.float32 for row in self.rows))]), *self._int8(), *self.about()]

    def _int8(self) -> list[str]:
        """What a network in int8 is."""
        if not any(row.entry.int8 for row in self.rows):
            return []
        return ["int8: weights and activations by ONNX Runtime's quantiser, calibrated on noise, on which times do not depend"]

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


def _cells(row: Row, first: Row, turned: bool, int8: bool) -> tuple[str, ...]:
    time, work, base = row.timing.spread, row.work, first.work
    digits = 1 if time.median >= 0.1 else 2 if time.median >= 1e-3 else 4
    macs = f"{work.macs / 1e6:,.1f} M{_share(work.macs, base.macs, turned)}"
    moved = f"{work.moved_bytes / 2**20:,.1f} MiB{_share(work.moved_bytes, base.moved_bytes, turned)}"
    kernels = f"{work.kernels}{_share(work.kernels, base.kernels, turned)}"
    share = [ratio_text(row.ratio), _quartiles(row.ratio, 3)] if row is not first else ["1", ""]
    if int8:
        share.append(ratio_text(row.float32) if row.float32 else "")
    return row.entry.label, f"{time.median * 1e3:.{digits}f}", _quartiles(time, digits, 1e3), *share, macs, moved, kernels


def _share(value: int, base: int, turned: bool) -> str:
    """The ratio of an amount to the first network's, the same way round as that of their times."""
    above, below = (base, value) if turned else (value, base)
    return f" ({above / below:.2f})" if below else ""
