"""Labels: patterns, expressions in them, labels that gather, labels that are given again; sizes of what arrives."""

from __future__ import annotations

from typing import Any

import pytest

import archdsl
from archdsl.errors import SpecError
from archdsl.exact import symbols
from archdsl.ir.canonical import canonical_hash
from archdsl.ir.graph import Graph
from archdsl.ir.verify import verify
from archdsl.spec.labels import fitting, overlap

DENSE = """
input: [8, 16, 16]
knobs: {layers: 3}
net:
  - stage: dense
    repeat: $layers
    body:
      - {concat: ~, from: [in, made]}
      - {conv: {out: 4, kernel: 3}, as: {append: made}}
  - {concat: ~, from: [in, made]}
"""
BY_HAND = """
input: [8, 16, 16]
net:
  - {conv: {out: 4, kernel: 3}, as: a}
  - {concat: ~, from: [in, a]}
  - {conv: {out: 4, kernel: 3}, as: b}
  - {concat: ~, from: [in, a, b]}
  - {conv: {out: 4, kernel: 3}, as: c}
  - {concat: ~, from: [in, a, b, c]}
"""


def graph(net: str, head: str = "", **given: Any) -> Graph:
    """The verified graph of steps over a map of 8x16x16."""
    return verify(archdsl.loads(f"input: [8, 16, 16]\n{head}\nnet: {net}\n", **given).graph(), "elaboration")


def inputs(name: str, net: str, head: str = "", **given: Any) -> str:
    """What a node reads."""
    return " ".join(graph(net, head, **given)[name].inputs)


def channels(found: Graph) -> Any:
    """Those that leave a network."""
    return found[found.output].shape[0]


# -- several labels ------------------------------------------------------------------------------------------------------------


def test_a_pattern_stands_for_labels_in_the_order_of_their_making() -> None:
    net = "[{relu: ~, as: x2}, {relu: ~, as: y}, {relu: ~, as: x1}, {add: ~, from: 'x*'}]"
    assert inputs("add", net) == "relu_1 relu_3"
    assert inputs("add", "[{relu: ~, as: x1}, {norm: ~, as: x2}, {relu: ~, as: x1}, {add: ~, from: x*}]") == "norm relu_2"
    assert inputs("add", "[{relu: ~, as: x$i, repeat: 3}, {add: ~, from: [in, '*']}]") == "input relu_1 relu_2 relu_3"


def test_a_pattern_that_fits_one_label_is_no_join() -> None:
    assert "add" not in graph("[{relu: ~, as: x$i, repeat: $n}, {add: ~, from: x*}]", "knobs: {n: 1}").nodes


def test_arithmetic_in_labels() -> None:
    net = "[{relu: ~, as: 's{$i}', repeat: 3}, {add: ~, from: ['s{$i}', 's{$i+1}'], repeat: 2, as: 't{2*$i}', name: 'sum{$i+1}'}]"
    assert inputs("sum1", net) == "relu_1 relu_2"
    assert inputs("sum2", net) == "relu_2 relu_3"
    assert inputs(
        "sum2", "[{relu: ~, as: 's{$i}', repeat: $n}, {add: ~, from: [in, 's{$n-1}'], name: sum2}]", "knobs: {n: 5}"
    ) == ("input relu_5")


def test_a_label_sees_the_loop_of_its_own_step() -> None:
    net = "[{relu: ~, as: a}, {norm: ~, as: b}, {conv: 8, from: $p, for: {p: [a, b, in]}}]"
    found = graph(net)
    assert [found[f"conv_{n}"].inputs for n in (1, 2, 3)] == [("relu",), ("norm",), ("input",)]


def test_a_list_of_labels_may_be_a_value() -> None:
    head = "knobs: {edges: [in, a]}"
    net = "[{relu: ~, as: a}, {norm: ~, as: b}, {add: ~, from: $edges}]"
    assert inputs("add", net, head) == "input relu"
    assert "add" not in graph(net, head, edges=["b"]).nodes
    loops = "[{relu: ~, as: n0}, {norm: ~, as: n1}, {add: ~, from: '{$e}', for: {e: $edges}}]"
    assert inputs("add_1", loops, "knobs: {edges: {default: [[n0, n1], [n0, in]], type: any}}") == "relu norm"


# -- labels that gather --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layers", [1, 2, 3, 7])
def test_a_label_that_gathers_makes_depth_a_knob(layers: int) -> None:
    net = archdsl.loads(DENSE, layers=layers)
    assert net.warnings == ()
    found = verify(net.graph(), "elaboration")
    assert channels(found) == 8 + 4 * layers
    assert len([node for node in found if node.op.word == "concat"]) == layers


def test_what_is_gathered_equals_a_network_written_out() -> None:
    assert canonical_hash(archdsl.loads(DENSE).graph()) == canonical_hash(archdsl.loads(BY_HAND).graph())


def test_a_block_gathers_for_itself() -> None:
    text = """
input: [8, 16, 16]
blocks:
  layer: {args: {growth: 4}, body: [concat, norm, {conv: {out: $growth, kernel: 3}}]}
  dense:
    args: {layers: int}
    body:
      - {layer: ~, from: [in, made], as: {append: made}, repeat: $layers}
      - {concat: ~, from: [in, made]}
net: [dense: 2, dense: 3, dense: 0]
"""
    found = verify(archdsl.loads(text).graph(), "elaboration")
    assert channels(found) == 8 + 5 * 4
    assert [len(node.inputs) for node in found if node.op.word == "concat"] == [2, 3, 2, 3, 4]


def test_a_label_may_begin_with_one_step_and_then_gather() -> None:
    net = "[{relu: ~, as: made}, {norm: ~, as: {append: made}, repeat: 2}, {add: ~, from: made}]"
    assert inputs("add", net) == "relu norm_1 norm_2"
    again = "[{relu: ~, as: {append: a}}, {relu: ~, as: {append: a}}, {norm: ~, as: a}, {relu: ~, as: {append: a}}, {add: ~, from: a}]"
    assert inputs("add", again) == "norm relu_3"


def test_a_join_of_one_plain_label_still_is_a_mistake() -> None:
    with pytest.raises(SpecError, match="add takes two or more tensors"):
        graph("[{relu: ~, as: a}, {add: ~, from: a}]")


def test_nothing_gathered_is_a_mistake_where_nothing_else_comes() -> None:
    text = "[{relu: ~, repeat: $n, as: {append: made}}, {concat: ~, from: made}]"
    assert "concat" in graph(text, "knobs: {n: 2}").nodes
    with pytest.raises(SpecError, match="nothing has been gathered under 'made'"):
        graph(text, "knobs: {n: 2}", n=0)


def test_gathering_over_a_grid() -> None:
    rows = archdsl.loads(DENSE).sweep(layers=[1, 2, 3, 4]).rows()
    assert [row["params"] for row in rows] == [archdsl.loads(DENSE, layers=n).cost().params for n in (1, 2, 3, 4)]


# -- labels that are given again -----------------------------------------------------------------------------------------------


def test_a_label_stands_for_what_it_was_last_given() -> None:
    net = "[{relu: ~, as: x}, {norm: ~, from: x, as: x}, {add: ~, from: [in, x]}]"
    found = archdsl.loads(f"input: [8, 16, 16]\nnet: {net}\n")
    assert found.warnings == ()
    assert found.graph()["add"].inputs == ("input", "norm")


def test_a_label_that_is_given_again_unread_is_warned_of() -> None:
    warnings = archdsl.loads("input: [8, 16, 16]\nnet: [{relu: ~, as: x}, {norm: ~, as: x}, {add: ~, from: [in, x]}]\n").warnings
    assert [warning.message for warning in warnings] == ["the label 'x' is given again before anything reads it"]


def test_what_is_read_by_nothing() -> None:
    net = "[{relu: ~, as: {append: made}}, {relu: ~, as: x$i, repeat: 2}, {relu: ~, as: y$i, repeat: 2}, {add: ~, from: y*}]"
    warnings = archdsl.loads(f"input: [8, 16, 16]\nnet: {net}\n").warnings
    assert [warning.message for warning in warnings] == [f"the label '{label}' is read by nothing" for label in ("made", "x$i")]


@pytest.mark.parametrize(
    ("a", "b", "do"),
    [
        ("x*", "x1", True),
        ("x*", "*y", True),
        ("x*", "y*", False),
        ("*", "", True),
        ("a*b", "ab", True),
        ("a*b", "ba", False),
        ("x", "x", True),
        ("x", "xx", False),
        ("a*c*e", "abcde", True),
        ("a*c*e", "*d*", True),
        ("ab*", "a", False),
    ],
)
def test_patterns_that_may_stand_for_one_label(a: str, b: str, do: bool) -> None:
    assert overlap(a, b) is overlap(b, a) is do


def test_a_pattern_fits_whole_labels_and_never_what_arrives() -> None:
    assert fitting("i*", ["in", "i1", "xi", "i"]) == ["i1", "i"]
    assert fitting("a.b*", ["a.b1", "axb1"]) == ["a.b1"]


# -- sizes of what arrives -----------------------------------------------------------------------------------------------------


def test_sizes_of_a_map_and_of_tokens() -> None:
    found = graph("[{conv: $height + $width}, {maxpool: 2, when: $height > 8, repeat: 3}, tokens, {linear: $tokens}]")
    assert [node.shape for node in found][1:] == [(32, 16, 16), (32, 8, 8), (64, 32), (64, 64)]


def test_a_knob_of_the_same_name_comes_first() -> None:
    assert channels(graph("[{conv: $width * $height}]", "knobs: {width: 2}")) == 32


def test_a_block_that_reads_sizes_is_not_copied_from_another_size() -> None:
    text = """
input: [8, 16, 32]
blocks:
  by_size: {args: {plus: 0}, body: [{conv: {out: $width + $plus}}]}
  outer: {body: [by_size, {maxpool: 2}]}
  given: {args: {learn: block}, body: [$learn, {maxpool: 2}]}
net: [outer, outer, {given: {learn: by_size}}, {given: {learn: by_size}}, by_size, {conv: 8}, by_size, {by_size: {plus: $height}}]
"""
    convs = [node.shape[0] for node in archdsl.loads(text).graph() if node.op.word == "conv"]
    assert convs == [32, 16, 8, 4, 2, 8, 2, 3]
    net = archdsl.loads(text.replace("16, 32", "$res, 2*$res").replace("blocks:", "knobs: {res: 16}\nblocks:"))
    for res in (16, 32, 64, 16):
        widths = [node.shape[0] for node in net.set(res=res).graph() if node.op.word == "conv"]
        assert widths == [2 * res, res, res // 2, res // 4, res // 8, 8, res // 8, res // 8 + res // 16]


def test_sizes_in_a_grid_and_with_letters() -> None:
    text = "input: [8, $res, $res]\nknobs: {res: 16}\nnet: [{conv: $height + 1}, {if: $width > 20, then: {maxpool: $width//2}}]\n"
    for row in archdsl.loads(text).sweep(res=[16, 32, 64]).rows():
        alone = archdsl.loads(text, res=row["res"]).cost()
        assert (row["params"], row["macs"]) == (alone.params, alone.macs)
    letter = archdsl.loads("input: [8, $res, 4]\nknobs: {res: 16}\nnet: {conv: 2*$height}\n", res=symbols("H")[0])
    assert str(channels(letter.graph())) == "2H"


def test_a_size_that_does_not_arrive() -> None:
    with pytest.raises(SpecError, match=r"no \$tokens: a map of 8x16x16 arrives; it has \$height and \$width"):
        graph("[{conv: $tokens}]")
    with pytest.raises(SpecError, match=r"no \$height: a vector of 8 arrives; it has channels alone"):
        graph("[adaptive_pool, flatten, {linear: $height}]")
    with pytest.raises(SpecError, match=r"unknown name '\$height'"):
        archdsl.loads("input: [8, 16, $height]\nnet: relu\n")


def test_a_width_that_is_no_knob_is_warned_of() -> None:
    warnings = archdsl.loads("input: [8, 16, 16]\nnet: {conv: 8*$width}\n").warnings
    assert [(warning.message, warning.hint) for warning in warnings] == [
        ("$width is the width of the map that arrives", "a multiplier is a knob: knobs: {width: 1}")
    ]
    assert archdsl.loads("input: [8, 16, 16]\nnet: {conv: $height*$width}\n").warnings == ()


# -- shares and counts of a split ----------------------------------------------------------------------------------------------


def cut(shares: str, paths: int = 2, head: str = "", **given: Any) -> list[int]:
    """The channels of each path of a split of 8."""
    found = graph(f"[{{split: {shares}, paths: [{', '.join(['[]'] * paths)}], join: concat}}]", head, **given)
    return [node.shape[0] for node in found if node.op.word == "slice"]


def test_counts_of_channels_and_shares() -> None:
    assert cut("[6, rest]") == [6, 2]
    assert cut("[2, 1/2, rest]", 3) == [2, 4, 2]
    assert cut("[3, 5]") == [3, 5]
    assert cut("[2, 2, 1/2]", 3) == [2, 2, 4]
    assert cut("[$n, rest]", head="knobs: {n: 3}") == [3, 5]
    assert cut("[1/$in, rest]") == [1, 7]


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ("[12, rest]", "the split of 8 channels leaves path 2 no channel: those before it take 12"),
        ("[8, rest]", "leaves path 2 no channel"),
        ("[3, 4]", "the shares come to 7 channels, 8 arrive"),
        ("[3, 6]", "the shares come to 9 channels, 8 arrive"),
        ("[1, rest]", "leaves path 2 no channel"),
        ("[1, 7]", "the shares add up to the whole, which leaves nothing for the counts"),
        ("[3/2, rest]", "a share must lie between 0 and 1, 3/2"),
        ("[$in/5, rest]", "or a count of channels, 1.6 came"),
        ("[-2, rest]", "a share must lie between 0 and 1, -2 came"),
    ],
)
def test_counts_that_do_not_fit(shares: str, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        cut(shares)


def test_counts_over_a_grid() -> None:
    text = "input: [8, 4, 4]\nknobs: {n: {default: 4, type: number}}\nnet: [{split: [$n, rest], paths: [{conv: 3}, []], join: concat}]\n"
    rows = archdsl.loads(text).sweep(n=[0.25, 0.5, 2, 4, 6]).rows()
    assert [row["params"] for row in rows] == [6, 12, 6, 12, 18]
