"""Choosing by measuring: what is measured, what is taken, what is remembered. Times are made up; one run is real."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from rewriting import BLOCKS_IN_A_ROW, TOLERANCE, apart, shaken
from small import KINDS, small

import archdsl
from archdsl.compilers.export import Model
from archdsl.compilers.optimized import optimized
from archdsl.compilers.passes import optimize
from archdsl.compilers.passes.together import forms
from archdsl.cost.counting.bill import Bill
from archdsl.errors import InputError
from archdsl.ir.canonical import schedule_hash
from archdsl.ir.graph import Graph
from archdsl.measure.autotune import autotune, run
from archdsl.measure.job import Configuration

TARGET = Configuration("onnxruntime", 1, 2)


def blocks_in_a_row() -> Graph:
    return archdsl.loads(BLOCKS_IN_A_ROW).graph()


class Clock:
    """Gives times, and keeps what it was asked to measure."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.asked: list[Mapping[str, Graph]] = []

    def __call__(self, graphs: Mapping[str, Graph], target: Configuration) -> dict[str, float]:
        assert target == TARGET
        self.asked.append(graphs)
        return {name: self.seconds(graph, int(name), len(self.asked)) for name, graph in graphs.items()}


def fewest_macs(graph: Graph, number: int, turn: int) -> float:
    return float(Bill(graph).macs)


def fewest_kernels(graph: Graph, number: int, turn: int) -> float:
    return float(len(graph))


def test_the_quickest_form_is_taken(tmp_path: Path) -> None:
    graph = blocks_in_a_row()
    lean = autotune(graph, TARGET, Clock(fewest_macs), tmp_path / "one.json")
    short = autotune(graph, TARGET, Clock(fewest_kernels), tmp_path / "two.json")
    usual = optimize(graph).graph
    assert Bill(optimize(graph, chosen=lean.options).graph).macs <= Bill(usual).macs
    few = optimize(graph, chosen=short.options).graph
    assert len(few) < len(usual)
    assert len(few) == min(len(form.graph) for form in forms(graph))
    assert min(short.seconds.values()) == len(few)


def test_the_options_of_a_form_lead_to_it() -> None:
    """What was measured is what the passes make of its options."""
    graph = blocks_in_a_row()
    found = forms(graph)
    assert len({schedule_hash(form.graph) for form in found}) == len(found)
    assert schedule_hash(found[0].graph) == schedule_hash(optimize(graph).graph), "the usual form comes first"
    for form in found:
        assert schedule_hash(optimize(graph, chosen=form.chosen).graph) == schedule_hash(form.graph)


def test_every_form_of_a_network_computes_the_same() -> None:
    """In float64; among them are maps cut, padded and added."""
    graph = blocks_in_a_row()
    module = shaken(graph)
    found = forms(graph)
    questions = {(site.question, option) for form in found for site, option in form.chosen.items()}
    assert {("map", "cut"), ("parts", "padded"), ("parts", "added"), ("join", "sum"), ("basis", "changed")} <= questions
    for form in found:
        made, _ = optimized(Model(graph, module), form.chosen)
        assert apart(module, made.module, graph) < TOLERANCE, form.chosen


def test_a_network_with_one_form_is_not_measured(tmp_path: Path) -> None:
    clock = Clock(fewest_macs)
    found = autotune(small("mobilenet_v2").graph(), TARGET, clock, tmp_path / "none" / "known.json")
    assert (clock.asked, found.seconds) == ([], {})
    assert not (tmp_path / "none").exists()


def test_choices_are_remembered(tmp_path: Path) -> None:
    graph = blocks_in_a_row()
    before = autotune(graph, TARGET, Clock(fewest_macs), tmp_path / "known.json")
    again = Clock(fewest_kernels)
    after = autotune(graph, TARGET, again, tmp_path / "known.json")
    assert again.asked == []
    assert after.options == before.options
    other = Configuration("onnxruntime", 16, 2)
    with pytest.raises(AssertionError):  # another target is measured anew
        autotune(graph, other, again, tmp_path / "known.json")


def test_a_small_gain_is_noise(tmp_path: Path) -> None:
    graph = blocks_in_a_row()
    for gain, taken in ((0.995, 0), (0.95, 1)):
        clock = Clock(lambda _, number, turn, gain=gain: gain if number == 1 else 1.0)
        found = autotune(graph, TARGET, clock, tmp_path / f"{gain}.json")
        assert tuple(found.options.values()) == list(found.seconds)[taken]


def test_what_was_quick_by_luck_is_measured_again(tmp_path: Path) -> None:
    """The form that is quickest the first time and slow the others is not taken."""
    graph = blocks_in_a_row()
    clock = Clock(lambda _, number, turn: 0.5 if (number, turn) == (2, 1) else 0.9 if number == 1 else 1.0)
    found = autotune(graph, TARGET, clock, tmp_path / "known.json")
    assert tuple(found.options.values()) == list(found.seconds)[1]
    assert all({"0", "1", "2"} <= set(graphs) and len(graphs) <= 5 for graphs in clock.asked[1:])
    assert len(clock.asked) == 3


@pytest.mark.parametrize("text", ["", "[]", "{", '{"x": 3}'])
def test_a_broken_file_is_no_memory(text: str, tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    path.write_text(text)
    clock = Clock(fewest_macs)
    autotune(blocks_in_a_row(), TARGET, clock, path)
    assert clock.asked


def test_a_memory_that_cannot_be_kept_is_said_before_anything_is_measured(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    clock = Clock(fewest_macs)
    with pytest.raises(InputError, match=r"taken/known\.json cannot be written: "):
        autotune(blocks_in_a_row(), TARGET, clock, tmp_path / "taken" / "known.json")
    assert not clock.asked


def test_a_runtime_that_is_not_there() -> None:
    with pytest.raises(InputError, match="unknown runtime 'egaer'; did you mean 'eager'"):
        autotune(blocks_in_a_row(), Configuration("egaer"))


@pytest.mark.parametrize("name", KINDS)
def test_no_site_is_met_twice(name: str) -> None:
    base = optimize(small(name).graph())
    assert len(base.sites) == len(set(base.sites))


def test_measured_for_real() -> None:
    graph = blocks_in_a_row()
    found = run({"a": graph, "b": optimize(graph).graph}, TARGET)
    assert set(found) == {"a", "b"}
    assert all(seconds > 0 for seconds in found.values())
