"""Choosing by measuring: what is measured, what is taken, what is remembered. Times are made up; one run is real."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from small import small

from archdsl.compilers.passes import optimize
from archdsl.compilers.passes.plans import MOST_PLANS, blocks, plans
from archdsl.cost.counting.bill import Bill
from archdsl.errors import InputError
from archdsl.ir.graph import Graph
from archdsl.ir.verify import verify
from archdsl.measure.autotune import autotune, chosen, run
from archdsl.measure.job import Configuration
from archdsl.spec.locate import zoo_names

TARGET = Configuration("onnxruntime", 1, 2)


class Clock:
    """Gives times, and keeps what it was asked to measure."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.groups: list[Mapping[str, Graph]] = []

    def __call__(self, groups: Sequence[Mapping[str, Graph]], target: Configuration) -> list[dict[str, float]]:
        assert target == TARGET
        self.groups += groups
        return [{name: self.seconds(graph, int(name)) for name, graph in group.items()} for group in groups]


def fewest_macs(graph: Graph, number: int) -> float:
    return float(Bill(graph).macs)


def fewest_kernels(graph: Graph, number: int) -> float:
    return float(len(graph))


def test_the_quickest_form_is_taken(tmp_path: Path) -> None:
    graph = small("dpnet").graph()
    lean = autotune(graph, TARGET, Clock(fewest_macs), tmp_path / "one.json")
    short = autotune(graph, TARGET, Clock(fewest_kernels), tmp_path / "two.json")
    usual = optimize(graph).graph
    assert Bill(optimize(graph, chosen=chosen(lean)).graph).macs < Bill(usual).macs
    assert len(optimize(graph, chosen=chosen(short)).graph) < len(usual)
    assert [block.block for block in lean][:15] == [f"dp_{kind}" for kind in
        ("a_1", "b_1", "a_2", "b_2", "a_3", "a_4", "b_3", "a_5", "a_6", "a_7", "b_4", "a_8", "b_5", "a_9", "a_10")]  # fmt: skip
    assert {str(site): option for site, option in lean[0].options.items()} == {"merge dp_a_1.k3.depthwise.conv": "apart"}
    assert lean[0].seconds[("apart",)] == min(lean[0].seconds.values())
    assert [block.block for block in lean][15:] == ["dp_a_1 and dp_b_1", "dp_a_2 and dp_b_2", "dp_a_4 and dp_b_3", "dp_a_7 and dp_b_4",
        "dp_a_8 and dp_b_5", "dp_a_10 and conv1x1"]  # fmt: skip


def test_a_change_of_basis_is_weighed_for_two_blocks(tmp_path: Path) -> None:
    def shortcuts(graph: Graph, number: int) -> float:
        return 0.5 if any(name.endswith("_shortcut") for name in graph.nodes) else 1.0

    graph = small("dpnet").graph()
    options = chosen(autotune(graph, TARGET, Clock(shortcuts), tmp_path / "known.json"))
    assert sum(option == "changed" for option in options.values()) == 6
    made = optimize(graph, chosen=options).graph
    assert sum(name.endswith("_shortcut") for name in made.nodes) == 6


def test_equal_blocks_are_measured_once_and_remembered(tmp_path: Path) -> None:
    graph = small("dpnet").graph()
    first = Clock(fewest_macs)
    before = autotune(graph, TARGET, first, tmp_path / "known.json")
    assert len(first.groups) == 18  # of fifteen blocks, dp_a_4, dp_a_7 and dp_a_10 are like the ones before them; and six pairs
    again = Clock(fewest_kernels)
    after = autotune(graph, TARGET, again, tmp_path / "known.json")
    assert again.groups == []
    assert [block.options for block in after] == [block.options for block in before]
    other = Configuration("onnxruntime", 16, 2)
    with pytest.raises(AssertionError):  # another target is measured anew
        autotune(graph, other, again, tmp_path / "known.json")


def test_a_small_gain_is_noise(tmp_path: Path) -> None:
    graph = small("dpnet").graph()
    for gain, taken in ((0.99, 0), (0.95, 1)):
        clock = Clock(lambda _, number, gain=gain: gain if number == 1 else 1.0)
        for block in autotune(graph, TARGET, clock, tmp_path / f"{gain}.json"):
            assert tuple(block.options.values()) == list(block.seconds)[taken]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"x": 3}'])
def test_a_broken_file_is_no_memory(text: str, tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    path.write_text(text)
    clock = Clock(fewest_macs)
    autotune(small("p_mobilenet_v3").graph(), TARGET, clock, path)
    assert clock.groups


def test_a_memory_that_cannot_be_kept_is_said_before_anything_is_measured(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    clock = Clock(fewest_macs)
    with pytest.raises(InputError, match=r"taken/known\.json cannot be written: "):
        autotune(small("dpnet").graph(), TARGET, clock, tmp_path / "taken" / "known.json")
    assert not clock.groups


def test_a_runtime_that_is_not_there() -> None:
    with pytest.raises(InputError, match="unknown runtime 'egaer'; did you mean 'eager'"):
        autotune(small("dpnet").graph(), Configuration("egaer"))


def test_forms_of_the_zoo() -> None:
    """Blocks are sound graphs by themselves, and none has more forms than are looked at."""
    for name in zoo_names():
        for block in blocks(small(name).graph()):
            verify(block, "test")
        base = optimize(small(name).graph())
        assert len(base.sites) == len(set(base.sites)), "a site was met twice"
        for block in blocks(small(name).graph()):
            assert len(plans(block)) < MOST_PLANS


def test_measured_for_real(tmp_path: Path) -> None:
    graph = blocks(small("dpnet").graph())[1]
    (found,) = run([{"a": graph, "b": optimize(graph).graph}], TARGET)
    assert set(found) == {"a", "b"}
    assert all(seconds > 0 for seconds in found.values())
