"""`archdsl bench`: networks side by side in every runtime, with every batch and number of threads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from archdsl.artifacts import scratch
from archdsl.design import Design
from archdsl.errors import BackendError, InputError
from archdsl.extras import Missing, install
from archdsl.measure.card import Clocks
from archdsl.measure.files import reads_int8, require_int8, write_int8, write_model
from archdsl.measure.job import FLOAT32, Configuration, File, Rounds, Step
from archdsl.measure.machine import cores, machine_of
from archdsl.measure.process import measure
from archdsl.measure.result import Bench, Entry, Row, Work
from archdsl.measure.runtimes import RUNTIMES, runtime_named, usual
from archdsl.measure.runtimes.runtime import Runtime, check_dtype
from archdsl.measure.timing import ratio

if TYPE_CHECKING:
    from archdsl.compilers.export import Model
    from archdsl.compilers.passes.draft import Choices

ROUNDS = Rounds(seconds=5.0)
"""Of one configuration, where nothing else is asked for."""

AS_WRITTEN, OPTIMISED = False, True
"""Versions of a network."""


@dataclass(frozen=True)
class Asked:
    """What is to be measured.

    Attributes:
        runtimes: by name; where none is given, those that are installed.
        dtypes: of weights and maps; a runtime that has none of them runs only where it is named, and is an error then.
        versions: of each network, `AS_WRITTEN` or `OPTIMISED` or both.
        tuned: whether the forms of optimised networks are chosen by measuring, anew for each configuration.
        rounds: of each configuration.
        int8: whether each network also runs in int8, beside itself in float32.
    """

    runtimes: tuple[str, ...] = ()
    batches: tuple[int, ...] = (1,)
    threads: tuple[int, ...] = field(default_factory=lambda: (cores(),))
    versions: tuple[bool, ...] = (AS_WRITTEN,)
    tuned: bool = False
    rounds: Rounds = ROUNDS
    dtypes: tuple[str, ...] = (FLOAT32,)
    int8: bool = False

    def chosen(self) -> list[Runtime]:
        """The runtimes.

        Raises:
            InputError: there is none of a name, or one that is named does not have a dtype.
            BackendError: one that is named is not installed or its device is not there, or none is installed.
        """
        named = [runtime_named(word) for word in dict.fromkeys(self.runtimes)]
        for one in named:
            self.configurations(one)
        for dtype in self.dtypes:
            check_dtype(dtype)
        found = named or [one for one in usual() if set(self.dtypes) <= set(one.dtypes)]
        if self.int8 and found:
            found = self._in_int8(found)
        for one in found:
            one.require(writing=True)
        if not found and usual():
            raise InputError(f"no runtime that runs where none is named has {', '.join(self.dtypes)}; name one with --runtime")
        if not found:
            extras = sorted({one.extra for one in RUNTIMES.values()})
            raise Missing(f"no runtime is installed: {install(*extras)}")
        return found

    def unfit(self, runtime: Runtime) -> str:
        """Why a runtime that was not named does not take part."""
        return "it runs no network in int8" if self.int8 and not reads_int8(runtime) else f"it has {', '.join(runtime.dtypes)}"

    def _in_int8(self, found: list[Runtime]) -> list[Runtime]:
        """Those that run networks in int8. Raises InputError where one that is named does not, BackendError where a package is missing."""
        able = [one for one in found if reads_int8(one)]
        if self.runtimes and len(able) < len(found):
            word = next(one.word for one in found if one not in able)
            runtimes = " and ".join(one.word for one in RUNTIMES.values() if reads_int8(one))
            raise InputError(f"{word} runs no network in int8; {runtimes} do")
        require_int8()
        return able

    def configurations(self, runtime: Runtime) -> list[Configuration]:
        """Those of one runtime, in the order in which they run."""
        found = [runtime.at(batch, threads, dtype) for dtype, threads, batch in product(self.dtypes, self.threads, self.batches)]
        return list(dict.fromkeys(found))  # threads make no difference to a card


def steps(nets: int, asked: Asked) -> int:
    """How many steps `bench` will tell of."""
    runtimes = asked.chosen()
    configurations = sum(len(asked.configurations(runtime)) for runtime in runtimes)
    written = configurations if asked.tuned else len(runtimes)
    return nets * len(asked.versions) * (2 if asked.int8 else 1) * (1 + written) + configurations


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
    for side in _sides(nets, asked.versions, asked.int8):
        sides.append(side)
        told(1)
    rows: list[Row] = []
    left_out = {} if asked.runtimes else {one.word: asked.unfit(one) for one in usual() if one not in runtimes}
    with scratch() as place:
        for chosen in runtimes:
            try:
                rows += _of_runtime(chosen, sides, asked, place, told)
            except BackendError as error:
                if asked.runtimes:
                    raise
                left_out[chosen.word] = str(error)
    if not rows:
        raise BackendError("\n".join(["no runtime can run the networks:", *left_out.values()]))
    return Bench(machine_of(*(chosen.word for chosen in runtimes)), tuple(rows), left_out)


class Side(NamedTuple):
    """A network that takes part, as a model, and as it was written."""

    entry: Entry
    model: Model
    written: Model

    def tuned(self, at: Configuration) -> Side:
        """In the forms that are quickest there; as it is where it was not to be optimised."""
        from archdsl.measure.autotune import autotune

        return self._in(autotune(self.written.graph, at).options) if self.entry.optimised else self

    def answering(self, answers: Mapping[str, str]) -> Side:
        """In the forms of these answers to the questions of passes; as it is where it was not to be optimised."""
        from archdsl.compilers.passes.together import Together

        return self._in(Together(answers)) if answers and self.entry.optimised else self

    def _in(self, chosen: Choices) -> Side:
        from archdsl.measure import networks

        model = networks.optimised(self.written, chosen)
        return Side(replace(self.entry, graph=model.graph), model, self.written)


def _sides(nets: Sequence[tuple[str, Design]], versions: Sequence[bool], int8: bool) -> Iterator[Side]:
    from archdsl.measure import networks

    for label, (spec, net) in zip(_labels(nets), nets, strict=True):
        written = networks.model(net)
        for version in versions:
            model = networks.optimised(written) if version else written
            shown = f"{label}, optimised" if version and len(versions) > 1 else label
            whole = Entry(shown, spec, model.graph, version)
            yield Side(whole, model, written)
            if int8:
                yield Side(replace(whole, label=f"{shown}, int8", int8=True), model, written)


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
    if chosen.device.answers:
        sides, place = [side.answering(chosen.device.answers) for side in sides], place / chosen.device.place
    files = {} if asked.tuned else _files(chosen, sides, place, told)
    rows = []
    for at in asked.configurations(chosen):
        run = sides
        if asked.tuned:
            run = [side.tuned(at) for side in sides]
            files = _files(chosen, run, place / "-".join(map(str, at.as_dict().values())), told)
        clocks = Clocks() if chosen.device.card else None
        timings = measure(files, at, asked.rounds, clocks.step if clocks else None)
        mhz = clocks.range if clocks else None
        for number, (side, timing) in enumerate(zip(run, timings, strict=True)):
            work = Work.of(side.entry.graph, at, side.entry.int8)
            float32 = ratio(timing, timings[number - 1]) if side.entry.int8 else None  # which ran just before
            rows.append(Row(at, side.entry, timing, ratio(timing, timings[0]), work, mhz, float32))
        told(1)
    return rows


def _files(chosen: Runtime, sides: Sequence[Side], place: Path, told: Step) -> dict[str, File]:
    """The file of every network for a runtime, by label."""
    files = {}
    for number, side in enumerate(sides):
        folder = place / str(number)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            write = write_int8 if side.entry.int8 else write_model
            files[side.entry.label] = write(side.model, chosen, folder)
        except BackendError as error:
            raise BackendError(f"{side.entry.label}: {error}") from None
        told(1)
    return files
