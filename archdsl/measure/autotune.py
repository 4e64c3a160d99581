"""Choose by measuring: forms of a network, run where it will run; the quickest is taken and remembered.

Which of several forms is quicker (grouped or dense, merged or apart, a concatenation or a sum) depends on the machine, the runtime
and its threads, so no rule is right everywhere. The whole network is measured, because what a form of one block costs is decided by the
layout in which the others want its maps: first with the same answers in all blocks, then block by block.
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
from archdsl.compilers.passes.plans import Plan
from archdsl.compilers.passes.together import Forms
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
EVERYWHERE = "all blocks"
"""What is weighed first."""

Times = Callable[[Mapping[str, Graph], Configuration], dict[str, float]]
"""Seconds of each graph, side by side."""


@dataclass(frozen=True)
class Tuned:
    """What was chosen for a block, or for all.

    Attributes:
        block: its path, or `EVERYWHERE`.
        options: of the form that was taken, by site.
        seconds: of every form that was measured, by its options, the usual one first; empty where the choice was remembered.
    """

    block: str
    options: dict[Site, str]
    seconds: dict[tuple[str, ...], float]


def autotune(graph: Graph, at: Configuration, times: Times | None = None, remembered: Path | None = None) -> list[Tuned]:
    """The quickest form of every block of a network that has several.

    Args:
        at: where the network will run.
        times: what measures; the runtime in a process of its own where not given.
        remembered: file of earlier choices; that of this user where not given.

    Raises:
        BackendError: the runtime is not installed or cannot run a form.
        InputError: there is no such runtime, or the file cannot be written.
    """
    memory = _Memory(remembered or _cache(), at, times or run)
    forms = Forms(graph)
    found = memory.choose(EVERYWHERE, forms.plans())
    for block in forms.blocks if found else ():
        found += memory.choose(block, forms.refined(chosen(found), block))
    return found


def chosen(tuned: Sequence[Tuned]) -> dict[Site, str]:
    """The options of all blocks, for the passes."""
    return {site: option for block in tuned for site, option in block.options.items()}


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

    def choose(self, block: str, forms: Sequence[Plan]) -> list[Tuned]:
        """The form to take where there are several; the first is the usual one."""
        if len(forms) < 2:
            return []
        key = _key(forms, self.at)
        seconds: list[float] = []
        if not isinstance(self.known.get(key), int):
            self._prepare()
            measured = self.times({str(number): form.graph for number, form in enumerate(forms)}, self.at)
            seconds = [measured[str(number)] for number in range(len(forms))]
            self.known[key] = _quickest(seconds)
            artifacts.write(self.path, json.dumps(self.known, indent=1))
        names = [tuple(form.chosen.values()) for form in forms]
        taken = forms[min(self.known[key], len(forms) - 1)]
        return [Tuned(block, taken.chosen, dict(zip(names, seconds, strict=False)))]

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
