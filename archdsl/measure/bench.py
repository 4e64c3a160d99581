"""`archdsl bench`: networks side by side in every runtime, with every batch and number of threads."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from archdsl.cost.comparing.totals import kernels
from archdsl.cost.counting.bill import Bill
from archdsl.cost.memory.movement import movement
from archdsl.design import Design
from archdsl.errors import BackendError
from archdsl.ir.graph import Graph
from archdsl.measure.autotune import Target
from archdsl.measure.machine import Machine, cores, machine
from archdsl.measure.runtimes import RUNTIMES, Runtime, runtime, usual
from archdsl.measure.timing import Spread, Timing, measure, ratio

if TYPE_CHECKING:
    from archdsl.compilers.export import Model

SECONDS = 5.0
"""For all rounds of one configuration together, where no number of rounds is asked for."""

AS_WRITTEN, OPTIMISED = False, True

Step = Callable[[int], None]


@dataclass(frozen=True)
class Asked:
    """What is to be measured.

    Attributes:
        runtimes: by name; where none is given, those that are installed.
        versions: of each network, `AS_WRITTEN` or `OPTIMISED` or both.
        tuned: whether the forms of optimised networks are chosen by measuring blocks, anew for each configuration.
        rounds: that count; where not given, as many as end within the seconds.
    """

    runtimes: tuple[str, ...] = ()
    batches: tuple[int, ...] = (1,)
    threads: tuple[int, ...] = field(default_factory=lambda: (cores(),))
    versions: tuple[bool, ...] = (AS_WRITTEN,)
    tuned: bool = False
    rounds: int | None = None
    seconds: float = SECONDS

    def chosen(self) -> list[Runtime]:
        """The runtimes.

        Raises:
            InputError: there is none of a name.
            BackendError: one that is named is not installed, or none is.
        """
        found = [runtime(word) for word in dict.fromkeys(self.runtimes)] or usual()
        for one in found:
            one.require(writing=True)
        if not found:
            extras = sorted({one.extra for one in RUNTIMES.values()})
            raise BackendError(f"no runtime is installed: pip install 'archdsl[{','.join(extras)}]'")
        return found


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
    optimised: bool = AS_WRITTEN


@dataclass(frozen=True)
class Configuration:
    runtime: str
    batch: int
    threads: int

    def __str__(self) -> str:
        return f"{self.runtime}, batch {self.batch}, {self.threads} thread{'s' if self.threads != 1 else ''}"


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
            "runtime": self.configuration.runtime,
            "batch": self.configuration.batch,
            "threads": self.configuration.threads,
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


@dataclass(frozen=True)
class Bench:
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

    def as_dict(self) -> dict[str, Any]:
        return {
            "machine": self.machine.as_dict(),
            "first": self.rows[0].entry.label,
            "rows": [row.as_dict() for row in self.rows],
            "left_out": self.left_out,
        }


def steps(nets: int, asked: Asked) -> int:
    """How many steps `bench` will tell of."""
    runtimes = asked.chosen()
    configurations = len(runtimes) * len(asked.batches) * len(asked.threads)
    written = configurations if asked.tuned else len(runtimes)
    return nets * len(asked.versions) * (1 + written) + configurations


def bench(nets: Sequence[tuple[str, Design]], asked: Asked, step: Step | None = None) -> Bench:
    """Measure networks side by side, each exported once for a runtime, with random weights.

    Args:
        nets: specs as they were asked for, and their networks; ratios are to the first.
        step: told of every step that is done, see `steps`.

    Raises:
        InputError: no runtime of a name.
        BackendError: a runtime is not installed, cannot express a network, or cannot run it.
    """
    runtimes = asked.chosen()
    told: Step = step or (lambda count: None)
    sides: list[Side] = []
    for side in _sides(nets, asked.versions):
        sides.append(side)
        told(1)
    rows: list[Row] = []
    left_out: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="archdsl-bench-") as place:
        for chosen in runtimes:
            try:
                rows += _of_runtime(chosen, sides, asked, Path(place), told)
            except BackendError as error:
                if asked.runtimes:
                    raise
                left_out[chosen.word] = str(error)
    if not rows:
        raise BackendError("\n".join(["no runtime can run the networks:", *left_out.values()]))
    return Bench(machine(), tuple(rows), left_out)


class Side(NamedTuple):
    """A network that takes part, as a model, and as it was written."""

    entry: Entry
    model: Model
    written: Model

    def tuned(self, target: Target) -> Side:
        """In the forms that are quickest there; as it is where it was not to be optimised."""
        if not self.entry.optimised:
            return self
        from archdsl.measure import networks
        from archdsl.measure.autotune import autotune, chosen

        model = networks.optimised(self.written, chosen(autotune(self.written.graph, target)))
        return Side(replace(self.entry, graph=model.graph), model, self.written)


def _sides(nets: Sequence[tuple[str, Design]], versions: Sequence[bool]) -> Iterator[Side]:
    from archdsl.measure import networks

    for label, (spec, net) in zip(_labels(nets), nets, strict=True):
        written = networks.model(net)
        for version in versions:
            model = networks.optimised(written) if version else written
            shown = f"{label}, optimised" if version and len(versions) > 1 else label
            yield Side(Entry(shown, spec, model.graph, version), model, written)


def _labels(nets: Sequence[tuple[str, Design]]) -> list[str]:
    """A name for each: the network's, with its spec where two specs have the same, numbered where a spec comes twice."""
    specs = {name: {spec for spec, net in nets if net.name == name} for name in {net.name for _, net in nets}}
    labels = [net.name if len(specs[net.name]) == 1 else f"{net.name} ({spec})" for spec, net in nets]
    seen: Counter[str] = Counter()
    numbered = []
    for label in labels:
        seen[label] += 1
        numbered.append(label if seen[label] == 1 else f"{label} #{seen[label]}")
    return numbered


def _of_runtime(chosen: Runtime, sides: Sequence[Side], asked: Asked, place: Path, told: Step) -> list[Row]:
    """All configurations of a runtime."""
    files = {} if asked.tuned else _files(chosen, sides, place, told)
    rows = []
    for threads, batch in product(asked.threads, asked.batches):
        configuration = Configuration(chosen.word, batch, threads)
        run = sides
        if asked.tuned:
            run = [side.tuned(Target(chosen.word, batch, threads)) for side in sides]
            files = _files(chosen, run, place / chosen.word / f"{batch}-{threads}", told)
        shapes = {side.entry.label: tuple(side.entry.graph.input.shape) for side in run}
        timings = measure(files, shapes, chosen.word, batch, threads, rounds=asked.rounds, seconds=asked.seconds)
        for side, timing in zip(run, timings, strict=True):
            rows.append(Row(configuration, side.entry, timing, ratio(timing, timings[0]), Work.of(side.entry.graph, batch)))
        told(1)
    return rows


def _files(chosen: Runtime, sides: Sequence[Side], place: Path, told: Step) -> dict[str, Path]:
    """The file of every network for a runtime, by label."""
    from archdsl.measure import networks

    files = {}
    for number, side in enumerate(sides):
        folder = place / str(number)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            files[side.entry.label] = networks.write(side.model, chosen, folder)
        except BackendError as error:
            raise BackendError(f"{side.entry.label}: {error}") from None
        told(1)
    return files
