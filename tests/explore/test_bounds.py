"""Memory of what streams is constant in the grid, and an interrupt shows what is known."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from archdsl.cli.progress import time_left
from archdsl.errors import InputError
from archdsl.explore.criteria.budget import parse_budgets
from archdsl.explore.grid import box, partition
from archdsl.explore.grid.axis import Axis, parse_axes
from archdsl.explore.grid.box import Box, boxes
from archdsl.explore.grid.partition import Partition
from archdsl.explore.grid.region import Region
from archdsl.explore.keep import front
from archdsl.explore.keep.front import First, Front
from archdsl.explore.outcome import OTHER, REASONS, Outcome
from archdsl.explore.solve import solver
from archdsl.explore.solve.solver import Solver
from archdsl.explore.sweep import Sweep
from archdsl.net import Net, load

WORDS = 17
NAMES = [f"m{number}" for number in range(WORDS)]


@pytest.fixture
def words(tmp_path: Path) -> Path:
    """A network whose grid of words has 4^17 structures."""
    knobs = "".join(f"  {name}: {{default: relu, choices: [relu, hswish, relu6, silu]}}\n" for name in NAMES)
    steps = "".join(f"  - conv: 8\n  - ${name}\n" for name in NAMES)
    path = tmp_path / "words.yaml"
    path.write_text(f"archdsl: 1\nname: X\ninput: [3, 8, 8]\nknobs:\n{knobs}net:\n{steps}")
    return path


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every word stands alone, as what fits into no array does, so that each variant is a box of its own."""
    monkeypatch.setattr(box, "_kind", lambda value: (type(value), value))


@pytest.mark.usefixtures("alone")
def test_boxes_are_taken_one_at_a_time(words: Path) -> None:
    net = load(words)
    taken = 0

    def counted() -> Iterator[Box]:
        nonlocal taken
        for found in boxes(tuple(parse_axes(NAMES, net.base))):
            taken += 1
            yield found

    assert len(list(itertools.islice(Partition(net, counted(), ("macs",)), 5))) == 5
    assert taken == 5


@pytest.mark.usefixtures("alone")
def test_totals_of_graphs_are_kept_up_to_a_bound(words: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partition, "KEPT", 20 * partition.OVERHEAD)
    net = load(words)
    found = Partition(net, boxes(tuple(parse_axes(NAMES, net.base))), ("macs",))
    for _ in itertools.islice(found, 100):
        assert len(found.known) <= 20


def test_words_are_one_structure(words: Path) -> None:
    net = load(words)
    (found,) = Partition(net, boxes(tuple(parse_axes(NAMES, net.base))), ("macs", "params"))
    assert isinstance(found, Region)
    assert found.box.size == 4**WORDS
    assert found.elements < 1000


INTERRUPTED = """
import os, signal, sys
from archdsl.cli import main
from archdsl.explore.grid import box
from archdsl.explore.grid.partition import Partition
box._kind = lambda value: (type(value), value)
work, done = Partition.work, []
def counted(self, box):
    done.append(1)
    if len(done) == 600:
        os.kill(os.getpid(), signal.SIGINT)
    return work(self, box)
Partition.work = counted
code = main.run(sys.argv[1:])
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))  # ru_maxrss would count the parent's
print(code, peak, file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("sweep", "Stopped after 599 of 17,179,869,184 variants"),
        ("sweep --pareto params,macs", "Stopped after 599 of 17,179,869,184 variants"),
        ("solve --minimize macs", "Stopped when 599 of 17,179,869,184 variants were put together; nothing is proven."),
    ],
)
@pytest.mark.parametrize("form", ["", "--json"])
def test_an_interrupt_shows_what_is_known(words: Path, command: str, expected: str, form: str) -> None:
    name, *options = [*command.split(), *form.split()]
    axes = NAMES if name == "sweep" else [text for axis in NAMES for text in ("--free", axis)]
    line = [sys.executable, "-c", INTERRUPTED, name, str(words), *axes, *options]
    done = subprocess.run(line, capture_output=True, text=True, timeout=300, check=False)
    code, kilobytes = map(int, done.stderr.split()[-2:])
    assert code == 130
    assert kilobytes < 512 * 1024
    assert "stopped: 599 of 17,179,869,184 variants were done" in done.stderr
    if form:
        found = json.loads(done.stdout)
        assert (found["stopped"], found["variants"]) == (True, 599)
        assert found.get("front") or found.get("rows") or found.get("best")
    else:
        assert expected in " ".join(done.stdout.split())
        assert "67,072" in done.stdout


def test_a_front_past_its_bound_is_refused_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "MOST", 500)
    numbers = np.arange(800)
    for columns in ([numbers, -numbers], [numbers, -numbers, numbers % 7], [numbers, 3 * numbers % 800, -numbers]):
        kept = Front(len(columns))
        with pytest.raises(InputError, match=r"more than 500 variants.*fewer costs.*--where.*coarser steps"):
            kept.add(columns, lambda lines: lines.tolist())
    with pytest.raises(InputError, match="longer than 500; write all of them to a file"):
        First(501)


def test_reasons_have_a_bound() -> None:
    outcome, whole = Outcome(), Outcome()
    for number in range(REASONS + 50):
        outcome.mask(f"the split of {number} channels", 2)
    whole.merge(outcome)
    assert len(whole.masked) == REASONS + 1
    assert whole.masked[OTHER] == 100
    assert sum(whole.masked.values()) == 2 * (REASONS + 50)


def test_axes_have_a_bound() -> None:
    with pytest.raises(InputError, match="more than 1,000,000 values"):
        Axis.of("classes", range(2_000_000))


@pytest.mark.parametrize("budget", ["macs=60M", "macs=1"])
def test_solve_answers_alike_however_few_regions_it_holds(budget: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def solved() -> tuple[object, ...]:
        net: Net = load("dpnet")
        sweep = Sweep(net, parse_axes(["width=0.25:1:0.05", "transition", "kernels=[3,5],[3,7],[3]"], net.base))
        found = Solver(sweep, parse_budgets([budget], [], ["macs"]), [sweep.objective("max:width"), sweep.objective("macs")])
        answer = found.solve()
        lack = answer.lack and (answer.lack.closest, answer.lack.excess)
        return answer.best.rows, answer.binding, lack, found.outcome.variants, found.outcome.structures

    whole = solved()
    monkeypatch.setattr(solver, "HELD", 0)
    assert solved() == whole


@pytest.mark.parametrize(
    ("done", "seconds", "expected"),
    [(0, 5, "not known yet"), (50, 5, "about 5 s"), (1, 10, "about 16 minutes"), (1, 10**5, "about 115 days")],
)
def test_the_time_that_is_left(done: int, seconds: int, expected: str) -> None:
    assert expected in time_left(done, 100, seconds)
