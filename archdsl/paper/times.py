"""Table 7 of the paper: running times, as ratios, beside those measured on this machine.

The paper states neither batch nor runtime. Networks run as its other tables count them, with 1000 classes at 224x224. Its MobileNetV3 is
taken for the first preprint's, whose parameters it prints; the large network as published runs beside.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

from archdsl.cost.tables.result import WIDTH, Result
from archdsl.cost.tables.sheet import Sheet
from archdsl.design import Design
from archdsl.measure.bench import Asked, bench, steps
from archdsl.measure.job import FLOAT32, Configuration, Step
from archdsl.measure.result import Bench, doubt, ratio_text
from archdsl.measure.timing import Spread, ratio
from archdsl.paper.tables import table_data, title

TABLE = "table7"
BATCHES = (1, 16)
"""Images of one pass that are measured where nothing else is asked for."""


@dataclass(frozen=True)
class Device:
    """A machine of the paper.

    Attributes:
        word: cpu or pi.
        times: that it printed, by spec, all in one unit.
    """

    word: str
    processor: str
    times: dict[str, float]


@dataclass(frozen=True)
class Pair:
    """The time of one network over that of another.

    Attributes:
        network, over: their labels.
        reported: by the word of the device; nothing for a network that the paper does not measure.
        measured: by configuration, round by round.
    """

    network: str
    over: str
    optimised: bool
    reported: dict[str, float]
    measured: dict[Configuration, Spread]

    def as_dict(self) -> dict[str, Any]:
        measured = [
            {**at.as_dict(), "median": found.median, "low": found.low, "high": found.high, "tells": found.tells}
            for at, found in self.measured.items()
        ]
        names = {"network": self.network, "over": self.over, "optimized": self.optimised}
        return {**names, "reported": self.reported, "measured": measured}


@dataclass(frozen=True, repr=False)
class Times(Result):
    """The table, and what was measured for it. All ratios are as the paper's: of its network, DP-Net, over another."""

    devices: tuple[Device, ...]
    pairs: tuple[Pair, ...]
    bench: Bench

    def as_dict(self) -> dict[str, Any]:
        devices = [{"device": one.word, "processor": one.processor, "times": one.times} for one in self.devices]
        return {"table": TABLE, "devices": devices, "pairs": [pair.as_dict() for pair in self.pairs], **self.bench.as_dict()}

    def _records(self) -> list[dict[str, Any]]:
        """A row for each ratio in each configuration."""
        found = []
        for pair in self.pairs:
            names = {"network": pair.network, "over": pair.over, **{f"paper_{d}": value for d, value in pair.reported.items()}}
            found += [{**names, **at.as_dict(), "ratio": ratio.median} for at, ratio in pair.measured.items()]
        return found

    def sheets(self, width: int = WIDTH) -> list[Sheet]:
        """The ratios, reported and measured, one beside the other; then the times."""
        configurations = list(self.bench.by_configuration())
        measured = [self._head(at) for at in configurations]
        head = ("time of / time of", *(f"paper: {device.word}" for device in self.devices), *measured)
        rows = []
        for pair in self.pairs:
            reported = [f"{pair.reported[d.word]:.3f}" if d.word in pair.reported else "-" for d in self.devices]
            ratios = [ratio_text(pair.measured[at]) for at in configurations]
            rows.append((f"{pair.network} / {pair.over}", *reported, *ratios))
        heading = f"{TABLE}: {title(TABLE)}, as ratios" + (", optimised" if self.bench.optimised else "")
        return [Sheet(heading, head, tuple(rows), frozenset(head[1:])), *self.bench.sheets(width)]

    def notes(self) -> list[str]:
        first = self.bench.rows[0].configuration
        alike = self._several() or not first.threads
        threads = "" if alike else f", {first.threads} thread{'s' if first.threads != 1 else ''}"
        processors = ", ".join(f"{device.word} {device.processor}" for device in self.devices)
        return [
            f"measured here: runtime and batch{threads}; the paper: {processors}, batch and runtime not stated",
            "networks with 1000 classes at 224x224; the paper's MobileNetV3 is taken for the first preprint's, whose parameters it",
            "prints, and MobileNetV3 is the large network as published, which the paper does not measure",
            *doubt(spread for pair in self.pairs for spread in pair.measured.values()),
            *self.bench.about(),
        ]

    def _head(self, at: Configuration) -> str:
        """A configuration in few words."""
        threads = f", {at.threads} thr." if at.threads and self._several() else ""
        return f"{at.runtime} {at.batch}{threads}" + (f", {at.dtype}" if at.dtype != FLOAT32 else "")

    def _several(self) -> bool:
        """Whether there are several numbers of threads, so that each has to be named."""
        return len({at.threads for at in self.bench.by_configuration()}) > 1


def devices() -> tuple[Device, ...]:
    """The machines of the paper with what they took."""
    data = table_data(TABLE)
    return tuple(
        Device(word, one["processor"], {row["spec"]: float(row[one["column"]]) for row in data["rows"]})
        for word, one in data["devices"].items()
    )


def specs() -> list[str]:
    """What is run: DP-Net and the other networks of the table, then those beside them."""
    data = table_data(TABLE)
    return [row["spec"] for row in (*data["rows"], *data["beside"])]


def count_steps(asked: Asked) -> int:
    """How many steps `times` will tell of."""
    return steps(len(specs()), asked)


def times(asked: Asked, step: Step | None = None) -> Times:
    """Measure the networks of the table. Raises as `archdsl.measure.bench.bench`."""
    found = bench([(spec, Design.load(spec)) for spec in specs()], asked, step)
    return Times(devices(), pairs(found, devices()), found.turn())


def pairs(found: Bench, printed: tuple[Device, ...]) -> tuple[Pair, ...]:
    """Every ratio of two networks in the same version: those of the first network before the others."""
    configurations = found.by_configuration()
    made = []
    for version in dict.fromkeys(row.entry.optimised for row in found.rows):
        rows = [[row for row in group if row.entry.optimised == version] for group in configurations.values()]
        for first, second in combinations(range(len(rows[0])), 2):
            a, b = rows[0][first].entry, rows[0][second].entry
            if first and any({a.spec, b.spec} - one.times.keys() for one in printed):
                continue  # what is beside the table is compared with its first network alone
            measured = {
                at: ratio(group[first].timing, group[second].timing) for at, group in zip(configurations, rows, strict=True)
            }
            made.append(Pair(a.label, b.label, version, _reported(printed, a.spec, b.spec), measured))
    return tuple(made)


def _reported(printed: tuple[Device, ...], a: str, b: str) -> dict[str, float]:
    return {one.word: one.times[a] / one.times[b] for one in printed if {a, b} <= one.times.keys()}
