"""Choosing: `if` with `then` and `else`, steps of which one is taken, paths that are absent."""

from __future__ import annotations

from typing import Any

import pytest

import archdsl
from archdsl.errors import SpecError
from archdsl.ir.canonical import canonical_hash
from archdsl.ir.graph import Graph
from archdsl.ir.verify import verify

IF = "[{if: $kind == wide, then: {conv: 32}, else: [{conv: 4}, norm]}, relu]"
CHAIN = "[{if: $n == 1, then: {conv: 4}, else: {if: $n == 2, then: {conv: 8}, else: {conv: 12}}}]"
PATHS = (
    "[{fork: ~, paths: {a: {conv: {out: $in, kernel: 3}}, b: {when: $one, body: {conv: $in}}, "
    "c: {when: $in == 8 and $pass, body: norm}}, join: add}]"
)


def graph(net: str, knobs: str = "{}", **given: Any) -> Graph:
    """The verified graph of steps over a map of 8x16x16."""
    return verify(archdsl.loads(f"input: [8, 16, 16]\nknobs: {knobs}\nnet: {net}\n", **given).graph(), "elaboration")


def nodes(net: str, knobs: str = "{}", **given: Any) -> dict[str, str]:
    """Each node but the input with what it reads."""
    return {node.name: " ".join(node.inputs) for node in graph(net, knobs, **given) if node.inputs}


def test_one_side_of_a_choice_is_run_and_adds_nothing_to_names() -> None:
    assert nodes(IF, "{kind: wide}") == {"conv": "input", "relu": "conv"}
    assert nodes(IF, "{kind: wide}", kind="narrow") == {"conv": "input", "norm": "conv", "relu": "norm"}


def test_a_choice_equals_the_steps_that_it_takes() -> None:
    assert canonical_hash(graph(IF, "{kind: wide}", kind="x")) == canonical_hash(graph("[conv: 4, norm, relu]"))
    assert canonical_hash(graph(IF, "{kind: wide}")) != canonical_hash(graph("[conv: 4, norm, relu]"))


@pytest.mark.parametrize(("n", "channels"), [(1, 4), (2, 8), (3, 12), (7, 12)])
def test_choices_in_a_row(n: int, channels: int) -> None:
    found = graph(CHAIN, "{n: 1}", n=n)
    assert [(node.name, node.shape[0]) for node in found] == [("input", 8), ("conv", channels)]


def test_a_choice_without_else_passes_on_what_it_takes() -> None:
    assert nodes("[{if: $on, then: relu}, norm]", "{on: false}") == {"norm": "input"}
    taken = nodes("[{relu: ~, as: a}, norm, {if: $on, then: relu, from: a}, {conv: 4}]", "{on: false}")
    assert taken == {"relu_1": "input", "norm": "relu_1", "conv": "relu_1"}


def test_a_choice_takes_modifiers() -> None:
    net = "[{if: $i % 2 == 0, then: relu, else: norm, repeat: 3, as: last}, {add: ~, from: [in, last]}]"
    assert nodes(net) == {"relu_1": "input", "norm_1": "relu_1", "relu_2": "norm_1", "add": "input relu_2"}
    over = "[{if: $k > 3, then: {conv: {out: 8, kernel: $k}}, else: relu, for: {k: [3, 5]}}]"
    assert list(nodes(over)) == ["relu_1", "conv_1"]


def test_a_choice_reads_what_arrives() -> None:
    assert list(nodes("[{if: $in == 8 and $height == 16, then: relu, else: norm}]")) == ["relu"]
    assert list(nodes("[{conv: 4, as: a}, {conv: 8}, {if: $in == 8, then: relu, else: norm, from: a}]")) == [
        "conv_1",
        "conv_2",
        "norm",
    ]


def test_a_block_that_is_the_only_step_of_a_side_keeps_names_short() -> None:
    text = "input: [8, 16, 16]\nknobs: {on: true}\nblocks:\n  b: {body: [relu, norm]}\n"
    text += "  w: {body: {if: $on, then: b, else: [b, b]}}\nnet: w\n"
    assert [node.name for node in archdsl.loads(text).graph()] == ["input", "relu", "norm"]
    names = [node.name for node in archdsl.loads(text, on=False).graph()]
    assert names == ["input", "b_1.relu", "b_1.norm", "b_2.relu", "b_2.norm"]


def test_labels_of_both_sides_are_one_for_the_steps_after() -> None:
    net = "[{if: $on, then: {relu: ~, as: y}, else: {conv: {out: 8}, as: y}}, norm, {add: ~, from: [in, y]}]"
    for on, first in ((True, "relu"), (False, "conv")):
        found = archdsl.loads(f"input: [8, 16, 16]\nknobs: {{on: true}}\nnet: {net}\n", on=on)
        assert found.warnings == ()
        assert found.graph()["add"].inputs == ("input", first)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("$on", "not $on"),
        ("$on", "not ($on)"),
        ("$k == a", "$k == b"),
        ("$k == a", "$k != a"),
        ("$n > 2", "$n <= 2"),
        ("$n >= 2 and $on", "$n < 2"),
        ("$on and $n == 1", "not ($on and $n == 1)"),
        ("$k == a or $k == b", "$k == c"),
    ],
)
def test_steps_of_which_one_is_taken_share_name_and_label(one: str, other: str) -> None:
    net = f'[{{conv: 4, when: "{one}", name: x, as: y}}, {{conv: 12, when: "{other}", name: x, as: y}}, {{relu: ~, from: y}}]'
    found = archdsl.loads(f"input: [8, 16, 16]\nknobs: {{on: true, k: a, n: 3}}\nnet: {net}\n")
    assert [warning for warning in found.warnings if "the knob" not in warning.message] == []
    assert [node.name for node in found.graph()] == ["input", "x", "relu"]


@pytest.mark.parametrize(
    ("one", "other"), [("$on", "$on"), ("$n > 1", "$n < 3"), ("$in > 4", "not $in > 4"), ("$k == a", "$n == 2")]
)
def test_steps_that_may_both_be_taken_share_no_name(one: str, other: str) -> None:
    net = f'[{{conv: 4, when: "{one}", name: x}}, {{conv: 8, when: "{other}", name: x}}]'
    with pytest.raises(SpecError, match="duplicate name 'x'"):
        archdsl.loads(f"input: [8, 16, 16]\nknobs: {{on: true, k: a, n: 3}}\nnet: {net}\n")


def test_a_step_that_is_not_taken_needs_no_label() -> None:
    net = "[{relu: ~, when: $on, as: y}, {add: ~, from: [in, y], when: $on}, norm]"
    assert list(nodes(net, "{on: false}")) == ["norm"]
    assert list(nodes(net, "{on: true}")) == ["relu", "add", "norm"]


# -- paths that are absent -----------------------------------------------------------------------------------------------------


def test_a_path_that_is_absent_is_no_identity() -> None:
    assert nodes(PATHS, "{one: true, pass: true}")["add"] == "a.conv b.conv c.norm"
    assert nodes(PATHS, "{one: true, pass: false}")["add"] == "a.conv b.conv"
    assert nodes(PATHS, "{one: false, pass: false}") == {"a.conv": "input"}


def test_a_step_of_a_path_that_is_not_taken_still_is_one() -> None:
    net = "[{fork: ~, paths: {a: {conv: {out: 8, kernel: 3}}, b: {norm: ~, when: $on}}, join: add}]"
    assert nodes(net, "{on: false}") == {"a.conv": "input", "add": "a.conv input"}


def test_paths_of_a_loop_may_be_absent() -> None:
    net = "[{fork: ~, for: {k: $kernels}, path: {when: $k > 1, body: {conv: {out: 8, kernel: $k}}}, join: add}]"
    assert nodes(net, "{kernels: [1, 3, 5]}") == {"k3.conv": "input", "k5.conv": "input", "add": "k3.conv k5.conv"}


def test_an_absent_path_of_a_split_takes_no_channels() -> None:
    net = "[{split: [1/4, 1/4, rest], paths: [relu, {when: $on, body: norm}, []], join: concat}]"
    shapes = {node.name: node.shape[0] for node in graph(net, "{on: true}", on=False)}
    assert (shapes["split_1"], shapes["split_3"], shapes["concat"]) == (2, 6, 8)
    even = "[{split: even, paths: [relu, {when: $on, body: norm}, []], join: concat}]"
    assert {node.name: node.shape[0] for node in graph(even, "{on: false}")}["split_3"] == 4


def test_without_a_path_and_without_a_neutral_join_there_is_nothing() -> None:
    with pytest.raises(SpecError, match="no path of the fork is there"):
        nodes("[{fork: ~, paths: [{when: $on, body: relu}], join: add}]", "{on: false}")
    with pytest.raises(SpecError, match=r"the shares of the paths that are there add up to 0\.25"):
        nodes("[{split: [1/4, 3/4], paths: [relu, {when: $on, body: norm}], join: concat}]", "{on: false}")
    with pytest.raises(SpecError, match="matmul takes"):
        nodes("[{fork: ~, paths: [[], {when: $on, body: relu}], join: matmul}]", "{on: false}")


# -- many networks at once -----------------------------------------------------------------------------------------------------


def test_a_grid_has_the_structure_of_each_of_its_networks() -> None:
    text = (
        "input: [8, $res, $res]\nknobs: {res: 16, one: true, pass: true, kind: {default: wide, choices: [wide, narrow]}}\n"
        f"net: [{{if: $height > 16, then: {{maxpool: 2}}}}, {PATHS[1:-1]}, {IF[1:-1]}]\n"
    )
    net = archdsl.loads(text)
    axes = {"res": [16, 32], "one": [True, False], "pass": [True, False], "kind": ["wide", "narrow"]}
    table = net.sweep(**axes)
    rows = table.rows() if callable(getattr(table, "rows", None)) else list(table)
    assert len(rows) == 16
    for row in rows:
        settings = {name: row[name] for name in axes}
        alone = archdsl.loads(text, **settings).cost()
        assert (row["params"], row["macs"]) == (alone.params, alone.macs), settings
