"""Choose by measuring: every form of every block of a network, run where it will run; the quickest is taken and remembered.

Which of several forms is quicker (grouped or dense, merged or apart, a concatenation or a sum) depends on the machine, the runtime
and its threads, so no rule is right everywhere. Blocks are measured one by one, between two pointwise convolutions as in a network,
because the layout in which a runtime keeps a map decides what its slices cost.
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
from archdsl.compilers.passes import ACROSS, WITHIN, optimize
from archdsl.compilers.passes.draft import Site
from archdsl.compilers.passes.plans import Plan, blocks, plans
from archdsl.errors import InputError
from archdsl.ir.canonical import schedule_hash
from archdsl.ir.graph import OUTPUT, Graph, Node
from archdsl.ir.ranges import ranges
from archdsl.measure.files import write_graph
from archdsl.measure.job import Configuration, Rounds
from archdsl.measure.machine import machine_of
from archdsl.measure.process import measure_groups
from archdsl.measure.runtimes import runtime_named
from archdsl.measure.windows import windows
from archdsl.ops.convolution import Conv2d
from archdsl.ops.operator import Operator
from archdsl.ops.shapes import is_map

GAIN = 0.98
"""A form other than the usual one is taken where its time is below this share of the usual one's: less is noise."""
LEAST_GAIN = 0.995
"""The same for several blocks in a row, where a form of one is a small part of the time."""
SECONDS, CARD_SECONDS = 1.0, 0.3
"""For the rounds of all forms of one block. A card does one thing at a time, so that its times lie closer together."""
COPIES, CARD_COPIES = 3, 1
"""How often each form is loaded."""

Times = Callable[[Sequence[Mapping[str, Graph]], Configuration], list[dict[str, float]]]
"""Seconds of each graph of each group, the graphs of a group side by side."""


@dataclass(frozen=True)
class Tuned:
    """What was chosen for a block, or for two of which one reads the other.

    Attributes:
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
    base = optimize(graph, passes=ACROSS).graph
    known = ranges(base.nodes)
    found = memory.choose([(block, plans(block, WITHIN, {block.input.name: known[block.input.name]})) for block in blocks(base)])
    for window in windows(base):
        for alike in (window.blocks, *((block,) for block in window.blocks)):
            found += memory.choose([(window.graph, window.plans(chosen(found), alike))], LEAST_GAIN)
    return found


def chosen(tuned: Sequence[Tuned]) -> dict[Site, str]:
    """The options of all blocks, for the passes."""
    return {site: option for block in tuned for site, option in block.options.items()}


def run(groups: Sequence[Mapping[str, Graph]], at: Configuration) -> list[dict[str, float]]:
    """Measure graphs with random weights in the runtime, in one fresh process.

    On a processor each is loaded several times, because where its memory happens to lie can change its time by a third. Of the rounds of
    a copy the lower quartile counts, which other work of the machine disturbs least, and of the copies the median.
    """
    runtime = runtime_named(at.runtime)
    copies, seconds = (CARD_COPIES, CARD_SECONDS) if runtime.device.card else (COPIES, SECONDS)
    with artifacts.scratch() as folder:
        files = []
        for number, group in enumerate(groups):
            made = {
                name: write_graph(graph, runtime, folder / f"{number}-{name}", channels_last=True)
                for name, graph in group.items()
            }
            files.append({f"{name}-{copy}": file for copy in range(copies) for name, file in made.items()})
        found = measure_groups(files, at, Rounds(seconds=seconds))
    results = []
    for group, timings in zip(groups, found, strict=True):
        taken: dict[str, list[float]] = {name: [] for name in group}
        for timing in timings:
            taken[timing.name.rpartition("-")[0]].append(timing.spread.low)
        results.append({name: statistics.median(times) for name, times in taken.items()})
    return results


class _Memory:
    """Choices for a configuration, made by measuring where they are not remembered."""

    def __init__(self, path: Path, at: Configuration, times: Times):
        self.path, self.at, self.times = path, at, times
        self.known = _read(path)

    def choose(self, cases: Sequence[tuple[Graph, list[Plan]]], gain: float = GAIN) -> list[Tuned]:
        """The form to take in every case that has several; the first is the usual one."""
        open_cases = [(part, forms, _key(part, forms, self.at)) for part, forms in cases if len(forms) > 1]
        fresh = {key: forms for _, forms, key in open_cases if not isinstance(self.known.get(key), int)}
        measured: dict[str, list[float]] = {}
        if fresh:
            self._prepare()
            groups = [{str(number): between(form.graph) for number, form in enumerate(forms)} for forms in fresh.values()]
            for (key, forms), seconds in zip(fresh.items(), self.times(groups, self.at), strict=True):
                measured[key] = [seconds[str(number)] for number in range(len(forms))]
                self.known[key] = _quickest(measured[key], gain)
            artifacts.write(self.path, json.dumps(self.known, indent=1))
        found = []
        for part, forms, key in open_cases:
            names = [tuple(form.chosen.values()) for form in forms]
            taken = min(self.known[key], len(forms) - 1)
            found.append(Tuned(part.name, forms[taken].chosen, dict(zip(names, measured.get(key, ()), strict=False))))
        return found

    def _prepare(self) -> None:
        """Make the folder, before anything takes long."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"{self.path} cannot be written: {error.strerror}") from None


def _quickest(seconds: list[float], gain: float) -> int:
    """Number of the form to take: the first, the usual one, unless another gains something."""
    best = min(range(len(seconds)), key=seconds.__getitem__)
    return best if seconds[best] < gain * seconds[0] else 0


def between(graph: Graph) -> Graph:
    """A block as it stands in a network, between two convolutions."""
    entry = graph.input
    nodes: dict[str, Node] = {"x": Node("x", entry.op, (), entry.shape)}
    names = {entry.name: "x"}
    if is_map(entry.shape):
        names[entry.name] = "before"
        nodes["before"] = Node("before", _pointwise(entry.shape[0]), ("x",), entry.shape)
    for node in graph:
        if node.name != entry.name:
            inputs = tuple(names.get(source, source) for source in node.inputs)
            nodes[node.name] = Node(node.name, node.op, inputs, node.shape)
    shape = graph[graph.output].shape
    output = names.get(graph.output, graph.output)
    if is_map(shape):
        nodes["after"] = Node("after", _pointwise(shape[0]), (output,), shape)
        output = "after"
    return Graph(graph.name, nodes, {OUTPUT: output})


def _pointwise(channels: int) -> Operator:
    return Conv2d.read({"out": channels})


def _key(part: Graph, forms: Sequence[Plan], at: Configuration) -> str:
    """Equal where a choice can be used again: the forms, the configuration, the machine and the versions."""
    here = machine_of(at.runtime)
    library = runtime_named(at.runtime).library
    parts: list[str | int] = [schedule_hash(part), *(schedule_hash(form.graph) for form in forms)]
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
