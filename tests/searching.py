"""An objective that writes down each time it is measured, and a search with it: for tests that kill processes."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import archdsl
from archdsl.errors import InputError
from archdsl.explore.grid.axis import parse_axes
from archdsl.explore.search.measure import measure
from archdsl.explore.search.objectives import Aim
from archdsl.explore.search.run import Search
from archdsl.explore.search.space import Space
from archdsl.explore.search.storage import open_storage
from archdsl.explore.search.study import Request
from archdsl.explore.work.processes import Processes
from archdsl.explore.work.workers import Finished, attempt
from archdsl.net import Net

SPEC = """\
input: [3, 8, 8]
knobs:
  a: {default: 4, type: int, range: [1, 64]}
  b: {default: 4, type: int, range: [1, 64]}
  idle: {default: 0, type: int, range: [0, 9]}
net: [{conv: $a}, {conv: $b}, {relu: {}, when: $idle > 100}]
"""
"""`idle` makes no difference: variants that differ in it alone are equal."""


def value(a: int, b: int) -> int:
    """Different for every graph of `SPEC`."""
    return 100 * a + b


@dataclass(frozen=True)
class Recorded:
    """A number that stands for the graph, `value(a, b)`, after a while. Every begin and end becomes a line: word, value, process."""

    path: str
    seconds: float = 0.0
    name: ClassVar[str] = "recorded"
    direction: ClassVar[str] = "minimize"
    unit: ClassVar[str] = ""

    def measure(self, net: Net, seed: int) -> float:
        number = value(net.knobs["a"], net.knobs["b"])
        self._write("begin", number)
        time.sleep(self.seconds)
        self._write("end", number)
        return number

    def _write(self, word: str, number: int) -> None:
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(f"{word} {number} {os.getpid()}\n")


def lines(path: Path) -> list[tuple[str, int, int]]:
    """What was written down so far: word, value, process."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    split = [line.split() for line in text.splitlines(keepends=True) if line.endswith("\n")]
    return [(word, int(value), int(process)) for word, value, process in split]


def counts(path: Path, word: str) -> Counter[int]:
    """How often each value was begun or ended."""
    return Counter(value for found, value, _ in lines(path) if found == word)


class AtOnce:
    """Workers of this process: what is submitted is done when it is asked for."""

    slots = 2

    def __init__(self) -> None:
        self.queue: list[tuple[int, Any]] = []

    def submit(self, key: int, item: Any) -> None:
        self.queue.append((key, item))

    def wait(self, seconds: float) -> list[Finished]:
        done, self.queue = self.queue[:1], self.queue[1:]
        return [Finished(key, *attempt(measure, item)) for key, item in done]

    def close(self) -> None:
        self.queue.clear()


def work(item: tuple[str, str]) -> str:
    """What the tests let processes do."""
    what, folder = item
    if what == "refuse":
        raise InputError("refused")
    if what == "break":
        raise KeyError("missing")
    if what == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "die once":
        mark = Path(folder, "died")
        if not mark.exists():
            mark.touch()
            os._exit(3)
    return what


def request(objective: Recorded, trials: int, *axes: str, sampler: str = "random") -> Request:
    """A search for the least number over axes of `SPEC`."""
    net = archdsl.loads(SPEC, name="recorded.yaml")
    space = Space(parse_axes(axes or ("a=1:60", "b=1:60"), net.base))
    return Request(net, space, (Aim(objective, "minimize"),), trials=trials, sampler=sampler)


def main(storage: str, record: str, trials: str, seconds: str) -> None:
    """A program that searches with two processes."""
    asked = request(Recorded(record, float(seconds)), int(trials))
    workers = Processes(measure, 2)
    try:
        Search(open_storage(storage), "killed", asked, workers).run()
    finally:
        workers.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
