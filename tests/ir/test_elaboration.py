"""What elaboration makes explicit: a runner for each class of step, bounded caches, and mistakes that know their argument."""

from __future__ import annotations

import typing
from typing import Any

import numpy as np
import pytest

import archdsl
from archdsl.errors import SpecError
from archdsl.ir.elaborate import RUNNERS, Undecided
from archdsl.ir.elaboration.links import Kept, Links
from archdsl.ir.elaboration.naming import Namer
from archdsl.ir.limits import Limits
from archdsl.ops import OPERATORS
from archdsl.ops.errors import ArgumentError
from archdsl.spec import model


def names(net: str, head: str = "", **knobs: Any) -> list[str]:
    """The nodes of a network after its input."""
    return list(archdsl.loads(f"{head}\ninput: [8]\nnet: {net}\n", **knobs).graph().nodes)[1:]


def test_every_class_of_step_has_a_runner() -> None:
    assert set(RUNNERS) == set(typing.get_args(model.Step))


# -- arguments -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "values", "name"),
    [
        ("conv", {"out": 0}, "out"),
        ("conv", {"out": 8, "kernel": [1, 2, 3, 4]}, "kernel"),
        ("conv", {"out": 8, "padding": "sam"}, "padding"),
        ("dropout", {"rate": 2}, "rate"),
    ],
)
def test_an_argument_that_does_not_fit_is_named(word: str, values: dict[str, Any], name: str) -> None:
    with pytest.raises(ArgumentError, match=f"'{name}' of {word} ") as caught:
        OPERATORS[word].read(values)
    assert caught.value.name == name


def test_a_mistake_stands_at_its_argument() -> None:
    with pytest.raises(SpecError) as caught:
        names("[{linear: {bias: true, out: $n}}]", "knobs: {n: 0}")
    (found,) = caught.value.diagnostics
    assert found.mark is not None
    assert found.mark.text == "0"
    assert [(label, mark.text) for label, mark in found.related] == [("used here", "$n")]


BLOCKS = """\
blocks:
  wide: {args: {out: 3, times: 1}, body: [{linear: {out: $out*$times}}]}
  call: {args: {learn: block}, body: [$learn: 5]}
  give: {args: {learn: block}, body: [{$learn: {out: 5}}]}
"""


@pytest.mark.parametrize("learn", ["linear", "wide", "{linear: {}}", "{wide: {}}", "{wide: {out: 4}}"])
def test_a_value_without_a_name_is_the_first_argument_of_what_is_called(learn: str) -> None:
    graph = archdsl.loads(f"{BLOCKS}\ninput: [8]\nnet: [call: {{learn: {learn}}}]\n").graph()
    assert graph[graph.output].shape == (5,)


@pytest.mark.parametrize("block", ["call", "give"])
def test_a_list_of_blocks_takes_no_arguments(block: str) -> None:
    with pytest.raises(SpecError, match=r"arguments for '\$learn', which holds a list of blocks"):
        names(f"[{block}: {{learn: [wide, wide]}}]", BLOCKS)


def test_a_step_that_names_its_block_by_a_knob_is_called_by_its_name() -> None:
    head = BLOCKS + "knobs: {what: {default: linear, choices: [linear, wide]}}"
    net = "[give: {learn: {$what: {}}}, relu]"
    assert names(net, head) == ["give.linear", "relu"]
    assert names(net, head, what="wide") == ["give.linear", "relu"]  # alone in its body, `wide` adds nothing
    with pytest.raises(Undecided) as caught:
        names(net, head, what=np.array(["linear", "wide"]))
    assert caught.value.knobs == {"what"}


def test_the_lists_of_a_for_see_the_round_around_it() -> None:
    net = "[{stage: s$i, body: [{linear: $n, for: {n: ['$i + 1', '10*($i + 1)']}}], repeat: 2}]"
    graph = archdsl.loads(f"input: [8]\nnet: {net}\n").graph()
    assert [node.shape for node in graph][1:] == [(1,), (10,), (2,), (20,)]


# -- what is kept --------------------------------------------------------------------------------------------------------------


def test_what_is_kept_is_bounded() -> None:
    kept: Kept[int, str] = Kept(10)
    for number in range(100):
        assert kept.keep(number, "x", 3) == "x"
        assert len(kept) <= 3
    assert kept.keep(-1, "too large", 11) == "too large"
    assert -1 not in kept


def test_everything_that_links_keep_has_a_bound() -> None:
    links = Links()
    assert all(isinstance(value, Kept) for name, value in vars(links).items() if name[0] != "_")


def test_a_small_bound_changes_no_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    net = archdsl.load("dpnet")
    for kept in (net.links.calls, net.links.plans, net.links.blocks, net.links.operators, net.links.templates):
        monkeypatch.setattr(kept, "most", 30)
    for width in (1, 0.5, 1):
        costs = net.set(width=width).cost()
        assert costs.macs == archdsl.load("dpnet", width=width).cost().macs
        assert len(net.links.calls) <= 30


def test_a_name_that_is_taken_back_is_given_again() -> None:
    namer = Namer(Limits())
    given = [namer.claim("a.", "conv", True) for _ in range(2)]
    namer.release("a.conv_2.")
    assert given == ["a.conv_1", "a.conv_2"]
    assert namer.claim("a.", "conv", True) == "a.conv_2"
