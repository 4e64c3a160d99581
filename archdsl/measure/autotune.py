"""Choose by measuring: forms of a network, run where it will run; the quickest is taken and remembered.

Which of several forms is quicker (grouped or dense, merged or apart, a concatenation or a sum) depends on the machine, the runtime
and its threads, so no rule is right everywhere. The whole network is measured, because what a form of one block costs is decided by the
layout in which the others want its maps.
"""

from __future__ import annotations

import hashlib
import json
import os
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from archdsl import artifacts
from archdsl.compilers.passes.draft import Site
from archdsl.compilers.passes.together import Plan, forms
from archdsl.errors import InputError
from archdsl.ir.canonical import schedule_hash
from archdsl.ir.graph import Graph
from archdsl.measure.files import write_graph
from archdsl.measure.job import Configuration, Rounds
from archdsl.measure.machine import machine_of
from archdsl.measure.process import measure
from archdsl.measure.runtimes import runtime_named

GAIN = 0.99
"""A form other than the usual one is taken where its time is below this share of the usual one's: less is noise."""
SECONDS, CARD_SECONDS = 0.25, 0.1
"""For the rounds of each form. A card does one thing at a time, so that its times lie closer together."""
COPIES, CARD_COPIES = 2, 1
"""How often each form is loaded."""
FINALISTS, AGAIN = 4, 2
"""The quickest forms, and how often they are measured again."""

Times = Callable[[Mapping[str, Graph], Configuration], dict[str, float]]
"""Seconds of each graph, side by side."""


@dataclass(frozen=True)
class Tuned:
    """What was chosen.

    Attributes:
        options: of the form that was taken, by site.
        seconds: of every form that was measured, by its options, the usual one first; empty where there is one form alone, or the choice
            was remembered.
    """

    options: dict[Site, str]
    seconds: dict[tuple[str, ...], float]


def autotune(graph: Graph, at: Configuration, times: Times | None = None, remembered: Path | None = None) -> Tuned:
    """The quickest form of a network.

    Args:
        at: where the network will run.
        times: what measures; the runtime in a process of its own where not given.
        remembered: file of earlier choices; that of this user where not given.

    Raises:
        BackendError: the runtime is not installed or cannot run a form.
        InputError: there is no such runtime, or the file cannot be written.
    """
    runtime_named(at.runtime)  # a wrong name is told before anything is made
    return _Memory(remembered or _cache(), at, times or run).choose(forms(graph))


def run(graphs: Mapping[str, Graph], at: Configuration) -> dict[str, float]:
    """Measure graphs with random weights in the runtime, side by side in one fresh process: seconds by name.

    On a processor each is loaded several times, because where its memory happens to lie can change its time. Of the rounds of a copy the
    lower quartile counts, which other work of the machine disturbs least, and of the copies the median.
    """
    runtime = runtime_named(at.runtime)
    copies, seconds = (CARD_COPIES, CARD_SECONDS) if runtime.device.card else (COPIES, SECONDS)
    with artifacts.scratch() as folder:
        made = {name: write_graph(graph, runtime, folder / name, channels_last=True) for name, graph in graphs.items()}
        files = {f"{name}-{copy}": file for copy in range(copies) for name, file in made.items()}
        timings = measure(files, at, Rounds(seconds=seconds * len(graphs)))
    taken: dict[str, list[float]] = {name: [] for name in graphs}
    for timing in timings:
        taken[timing.name.rpartition("-")[0]].append(timing.spread.low)
    return {name: statistics.median(times) for name, times in taken.items()}


class _Memory:
    """Choices for a configuration, made by measuring where they are not remembered."""

    def __init__(self, path: Path, at: Configuration, times: Times):
        self.path, self.at, self.times = path, at, times
        self.known = _read(path)

    def choose(self, forms: Sequence[Plan]) -> Tuned:
        """The form to take; the first is the usual one."""
        key = _key(forms, self.at)
        seconds: list[float] = []
        if len(forms) > 1 and not isinstance(self.known.get(key), int):
            self._prepare()
            seconds = self._measured(forms)
            self.known[key] = _quickest(seconds)
            artifacts.write(self.path, json.dumps(self.known, indent=1))
        names = [tuple(form.chosen.values()) for form in forms]
        taken = forms[min(self.known.get(key, 0), len(forms) - 1)]
        return Tuned(taken.chosen, dict(zip(names, seconds, strict=False)))

    def _measured(self, forms: Sequence[Plan]) -> list[float]:
        """Seconds of each form. The usual one and the quickest are measured again, each time in a process of its own: of many forms the
        one that was quickest once was also lucky."""
        graphs = {str(number): form.graph for number, form in enumerate(forms)}
        found = [self.times(graphs, self.at)]
        best = dict.fromkeys(["0", *sorted(graphs, key=found[0].__getitem__)[:FINALISTS]])
        if len(best) > 1:
            found += [self.times({name: graphs[name] for name in best}, self.at) for _ in range(AGAIN)]
        taken = {name: statistics.median(one[name] for one in found) for name in best}
        worst = max(taken.values())
        return [taken[name] if name in best else max(found[0][name], worst) for name in graphs]

    def _prepare(self) -> None:
        """Make the folder, before anything takes long."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"{self.path} cannot be written: {error.strerror}") from None


def _quickest(seconds: list[float]) -> int:
    """Number of the form to take: the first, the usual one, unless another gains something."""
    best = min(range(len(seconds)), key=seconds.__getitem__)
    return best if seconds[best] < GAIN * seconds[0] else 0


def _key(forms: Sequence[Plan], at: Configuration) -> str:
    """Equal where a choice can be used again: the forms, the configuration, the machine and the versions."""
    here = machine_of(at.runtime)
    library = runtime_named(at.runtime).library
    parts: list[str | int] = [schedule_hash(form.graph) for form in forms]
    parts += [*at.as_dict().values(), here.runs, here.cores, here.versions.get(library, ""), version("archdsl")]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "archdsl" / "autotune.json"


def _read(path: Path) -> dict[str, Any]:
    """Earlier choices; none where there is no such file, or it is not one of ours."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
