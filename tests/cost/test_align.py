"""Two networks aligned, and conditions on their difference."""

from __future__ import annotations

import pytest

import archdsl
from archdsl.cost.comparing.align import align
from archdsl.cost.comparing.gate import parse_gate
from archdsl.cost.comparing.totals import costs


def kinds(first: archdsl.Net, second: archdsl.Net) -> list[tuple[str, str]]:
    return [(pair.kind, pair.name) for pair in align(first.cost(), second.cost()) if pair.kind != "same"]


def spec(*steps: str) -> archdsl.Net:
    return archdsl.loads("input: [8, 8, 8]\nnet:\n" + "".join(f"  - {step}\n" for step in steps))


def test_a_network_does_not_differ_from_itself() -> None:
    assert kinds(archdsl.load("dpnet"), archdsl.load("dpnet")) == []


def test_differences_add_up_to_the_difference_of_the_totals() -> None:
    first, second = archdsl.load("mobilenet_v3"), archdsl.load("mobilenet_v3_preprint")
    pairs = align(first.cost(), second.cost())
    assert sum(pair.difference("params") for pair in pairs) == second.cost().params - first.cost().params
    assert sum(pair.difference("macs") for pair in pairs) == second.cost().macs - first.cost().macs


def test_added_removed_and_changed() -> None:
    before = spec("{conv: 8, name: a}", "{norm: ~, name: n}", "{conv: 8, name: b}")
    after = spec("{conv: 16, name: a}", "{conv: 8, name: b}", "{relu: ~, name: r}")
    assert kinds(before, after) == [("changed", "a"), ("removed", "n"), ("changed", "b"), ("added", "r")]


def test_a_renamed_layer_is_no_new_one() -> None:
    assert kinds(spec("{conv: 8, name: a}", "relu"), spec("{conv: 8, name: z}", "relu")) == []


@pytest.mark.parametrize(
    ("text", "before", "after", "fails"),
    [
        ("macs>+2%", 100, 103, True),
        ("macs>+2%", 100, 102, False),
        ("macs>=+2%", 100, 102, True),
        ("macs<-5%", 100, 90, True),
        ("macs>+1K", 1000, 2001, True),
        ("macs>2K", 5000, 2000, False),
        ("macs>2K", 0, 2001, True),
        ("macs>+2%", 0, 1, True),
    ],
)
def test_gates(text: str, before: int, after: int, fails: bool) -> None:
    assert parse_gate(text, ["macs"]).fails(before, after) is fails


@pytest.mark.parametrize(
    ("text", "message"), [("macs+2%", "is no condition"), ("mcas>+2%", "did you mean 'macs'"), ("macs>+2X", "is no condition")]
)
def test_a_bad_gate_is_an_error(text: str, message: str) -> None:
    with pytest.raises(archdsl.InputError, match=message):
        parse_gate(text, list(costs(spec("relu"))))
