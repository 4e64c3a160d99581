"""From steps to nodes: what each construct of the language builds, and how its nodes are named."""

from __future__ import annotations

from typing import Any

import pytest

import archdsl
from archdsl.errors import SpecError
from archdsl.ir.graph import Graph
from archdsl.ir.verify import verify


def graph(net: str, head: str = "", **knobs: Any) -> Graph:
    """The verified graph of steps over a map of 8x16x16."""
    return verify(archdsl.loads(f"input: [8, 16, 16]\n{head}\nnet: {net}\n", **knobs).graph(), "elaboration")


def nodes(net: str, head: str = "", **knobs: Any) -> dict[str, str]:
    """Each node but the input with what it reads."""
    return {node.name: " ".join(node.inputs) for node in graph(net, head, **knobs) if node.inputs}


def chain(*names: str) -> dict[str, str]:
    return dict(zip(names, ("input", *names), strict=False))


# -- sequences and modifiers ---------------------------------------------------------------------------------------------------


def test_steps_one_after_the_other() -> None:
    assert nodes("[conv: 4, norm, relu]") == chain("conv", "norm", "relu")
    assert nodes("relu") == chain("relu")
    assert nodes("{relu: {}}") == chain("relu")


def test_a_name_that_stands_twice_gets_numbers() -> None:
    assert nodes("[relu, norm, relu]") == chain("relu_1", "norm", "relu_2")
    assert nodes("[{relu: {}, name: first}, relu, {relu: {}, name: relu}]") == chain("first", "relu_1", "relu_2")
    assert nodes("[{relu: {}, name: relu_2}, relu, relu]") == chain("relu_2", "relu_1", "relu_2_2"), "a given name is kept"


def test_when() -> None:
    assert nodes("[{relu: {}, when: $in == 8}, {norm: {}, when: $in != 8}, {tanh: {}, when: false}]") == chain("relu")
    assert nodes("[{relu: {}, when: $k}]", "knobs: {k: true}", k=False) == {}


def test_repeat_and_i() -> None:
    assert nodes("[{relu: {}, repeat: 3}]") == chain("relu_1", "relu_2", "relu_3")
    assert nodes("[{relu: {}, repeat: 0}]") == {}
    shapes = [node.shape[0] for node in graph("[{conv: {out: 4 + $i}, repeat: 3}]")]
    assert shapes == [8, 4, 5, 6]
    assert nodes("[{norm: {}, repeat: 4, when: $i % 2 == 1}]") == chain("norm_1", "norm_2")


def test_repeat_counts_with_what_arrives() -> None:
    assert nodes("[{relu: {}, repeat: $in//4}]") == chain("relu_1", "relu_2")


def test_for_over_lists_in_step() -> None:
    found = graph("[{conv: {out: $c, kernel: $k}, for: {c: [4, 6], k: [1, 3]}}]")
    assert [(node.op.out, node.op.kernel) for node in found if node.inputs] == [(4, (1, 1)), (6, (3, 3))]  # type: ignore[attr-defined]
    assert nodes("[{relu: {}, for: {k: []}}]") == {}


def test_repeat_of_a_for() -> None:
    assert [node.shape[0] for node in graph("[{conv: $c, for: {c: [4, 6]}, repeat: 2}]")] == [8, 4, 6, 4, 6]


def test_names_with_values() -> None:
    assert nodes("[{relu: {}, name: r$i, repeat: 2}]") == chain("r0", "r1")
    assert nodes("[{relu: {}, name: k$k, for: {k: [3, 5]}}]") == chain("k3", "k5")


def test_as_and_from() -> None:
    steps = "{relu: {}, as: a}, {norm: {}, as: b}, {tanh: {}, from: a}, {concat: {}, from: [b, in, a]}, {sigmoid: {}, from: b}"
    found = nodes(f"[{steps}]")
    assert found == {"relu": "input", "norm": "relu", "tanh": "relu", "concat": "norm input relu", "sigmoid": "norm"}


def test_labels_with_values() -> None:
    found = nodes("[{relu: {}, as: a$i, repeat: 3}, {add: {}, from: [a0, a2]}]")
    assert found["add"] == "relu_1 relu_3"
    found = nodes("[{relu: {}, as: x, repeat: 3}, {add: {}, from: [in, x]}]")
    assert found["add"] == "input relu_3", "a label holds the last round"


def test_a_step_that_is_not_taken_passes_on_what_came() -> None:
    assert nodes("[relu, {add: {}, from: [in, in], when: false}, norm]") == chain("relu", "norm")


def test_the_same_tensor_twice_is_two_edges() -> None:
    found = graph("[{add: {}, from: [in, in]}]")
    assert found["add"].inputs == ("input", "input")
    assert found.networkx().number_of_edges("input", "add") == 2


# -- split and fork ------------------------------------------------------------------------------------------------------------


def slices(net: str, head: str = "", **knobs: Any) -> list[tuple[int, int]]:
    return [(node.op.start, node.op.stop) for node in graph(net, head, **knobs) if node.op.word == "slice"]  # type: ignore[attr-defined]


def test_split() -> None:
    text = "[{split: [1/4, rest], paths: [relu, []], join: concat}]"
    assert nodes(text) == {"split_1": "input", "relu": "split_1", "split_2": "input", "concat": "relu split_2"}
    assert slices(text) == [(0, 2), (2, 8)]


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ("even", [(0, 2), (2, 5), (5, 8)]),
        ("[1/3, 1/3, rest]", [(0, 2), (2, 4), (4, 8)]),
        ("[0.3, 0.3, 0.4]", [(0, 2), (2, 4), (4, 8)]),
        ("[1/2, 1/8, rest]", [(0, 4), (4, 5), (5, 8)]),
        ("[$s, $s/2, rest]", [(0, 4), (4, 6), (6, 8)]),
    ],
)
def test_shares_are_rounded_down_and_the_last_takes_what_is_left(shares: str, expected: list[tuple[int, int]]) -> None:
    text = f"[{{split: {shares}, paths: [relu, norm, []], join: concat}}]"
    assert slices(text, "knobs: {s: 1/2}") == ([(0, 2), (2, 4), (4, 8)] if shares == "even" else expected)


def test_fork() -> None:
    assert nodes("[{fork: , paths: [relu, []], join: add}]") == {"relu": "input", "add": "relu input"}
    two = nodes("[{fork: , paths: [relu, [norm, relu]], join: mul}]")
    assert two == {"path_1.relu": "input", "path_2.norm": "input", "path_2.relu": "path_2.norm", "mul": "path_1.relu path_2.relu"}
    named = nodes("[{fork: , paths: {left: relu, right: []}, join: add}]")
    assert named == {"left.relu": "input", "add": "left.relu input"}


def test_one_path_for_each_round() -> None:
    found = nodes("[{fork: , for: {k: $ks}, path: {conv: {out: 4, kernel: $k}}, join: concat}]", "knobs: {ks: [3, 5]}")
    assert found == {"k3.conv": "input", "k5.conv": "input", "concat": "k3.conv k5.conv"}
    alike = nodes("[{fork: , for: {k: [3, 3]}, path: [{conv: {out: $k}}], join: concat}]")
    assert list(alike) == ["k_1.conv", "k_2.conv", "concat"]
    alone = nodes("[{fork: , for: {k: [3]}, path: [{conv: {out: $k}}], join: concat}]")
    assert alone == {"k3.conv": "input"}, "one path needs no join"


def test_labels_reach_into_and_out_of_paths() -> None:
    found = nodes(
        "[{relu: {}, as: a}, {fork: , join: add, paths: [[{norm: {}, as: b}], [{tanh: {}, from: a}]]}, {mul: {}, from: [a, b]}]"
    )
    assert found["mul"] == "relu path_1.norm"


def test_a_fork_with_modifiers() -> None:
    found = nodes("[{fork: , paths: [relu, []], join: add, repeat: 2, name: unit}]")
    assert found["unit_1.add"] == "unit_1.relu input"
    assert found["unit_2.relu"] == "unit_1.add"
    assert found["unit_2.add"] == "unit_2.relu unit_1.add"
    assert nodes("[{fork: , paths: [relu, []], join: add, when: $in > 8}, norm]") == chain("norm")


# -- blocks --------------------------------------------------------------------------------------------------------------------


def test_blocks_name_their_nodes() -> None:
    unit = "unit: {args: {out: int}, body: [{conv: $out}, norm]}"
    head = f"blocks:\n  {unit}\n  twice: {{body: [{{unit: 4}}, {{unit: 6}}]}}\n  alone: {{body: [twice]}}"
    assert list(nodes("[{unit: 4}, relu]", head)) == ["unit.conv", "unit.norm", "relu"]
    assert list(nodes("[{unit: 4}, {unit: 4}]", head)) == ["unit_1.conv", "unit_1.norm", "unit_2.conv", "unit_2.norm"]
    assert list(nodes("[twice, relu]", head))[:3] == ["twice.unit_1.conv", "twice.unit_1.norm", "twice.unit_2.conv"]
    assert next(iter(nodes("[alone, relu]", head))) == "alone.unit_1.conv", "a block that is one call adds nothing"
    assert list(nodes("[{unit: 4, name: stem}, relu]", head))[:2] == ["stem.conv", "stem.norm"]


def test_arguments() -> None:
    args = "{out: int, k: 3, twice: $out*2, w: $w + 1}"
    head = f"knobs: {{w: 2}}\nblocks:\n  b: {{args: {args}, body: [{{conv: {{out: $twice*$w, kernel: $k}}}}]}}"
    assert graph("[{b: 4}]", head)["conv"].shape == (24, 16, 16)
    assert graph("[{b: {out: 4, twice: 3, w: 1}}]", head)["conv"].shape == (3, 16, 16)
    assert graph("[{b: {out: 4, k: ~}}]", head)["conv"].op.kernel == (3, 3), "~ is not given"  # type: ignore[attr-defined]
    assert graph("[{b: {out: $in}}]", head)["conv"].shape[0] == 48


def test_names_are_looked_up_as_argument_then_loop_then_knob() -> None:
    head = "knobs: {k: 2}\nblocks:\n  b: {args: {k: 3}, body: [{conv: $k}]}\n  c: {body: [{conv: $k}]}"
    assert graph("[b]", head)["conv"].shape[0] == 3
    assert graph("[{b: {k: $k}}]", head)["conv"].shape[0] == 2
    assert graph("[{conv: $k, for: {k: [5]}}]", head)["conv_1"].shape[0] == 5
    assert graph("[{c: {}, for: {k: [5]}}]", head)["c_1.conv"].shape[0] == 2, "a block does not see the loops around it"


def test_steps_as_an_argument_see_where_they_stand() -> None:
    head = "knobs: {w: 4}\nblocks:\n  b: {args: {learn: block, w: 9}, body: [{conv: 6}, $learn]}"
    found = graph("[{b: {learn: {conv: $w*$in}}}]", head)
    assert found[found.output].shape[0] == 24, "$w is the knob, $in what arrives inside"
    assert list(nodes("[{b: {learn: [{conv: 2}, norm]}}, tanh]", head))[:3] == ["b.conv", "b.learn.conv", "b.learn.norm"]
    assert list(nodes("[{b: {learn: norm}}, tanh]", head)) == ["b.conv", "b.norm", "tanh"]
    assert list(nodes("[{b: {learn: [norm, relu]}}, tanh]", head))[1:3] == ["b.learn.norm", "b.learn.relu"]
    assert list(nodes("[{b: {learn: []}}, tanh]", head)) == ["b.conv", "tanh"]


def test_a_block_gives_the_arguments_that_its_argument_lacks() -> None:
    head = "blocks:\n  b: {args: {op: block}, body: [{$op: {out: 6}}]}"
    assert graph("[{b: {op: conv}}]", head)["conv"].op.arguments() == {"out": 6}
    assert graph("[{b: {op: {conv: {kernel: 3}}}}]", head)["conv"].op.kernel == (3, 3)  # type: ignore[attr-defined]
    assert graph("[{b: {op: {conv: {out: 2, kernel: 3}}}}]", head)["conv"].shape[0] == 6, "what the call gives comes last"


def test_a_knob_holds_the_name_of_a_block() -> None:
    blocks = "blocks:\n  small: {body: [relu]}\n  large: {body: [norm, relu]}"
    head = f"knobs: {{unit: {{default: small, choices: [small, large]}}}}\n{blocks}"
    assert list(nodes("[$unit, tanh]", head)) == ["small.relu", "tanh"]
    assert list(nodes("[$unit, tanh]", head, unit="large")) == ["large.norm", "large.relu", "tanh"]


def test_a_list_of_blocks_is_called_in_order() -> None:
    assert list(nodes("[$all, tanh]", "knobs: {all: [relu, norm, relu]}"))[:3] == ["all.relu_1", "all.norm", "all.relu_2"]
    assert list(nodes("[{$one: {}, for: {one: [relu, norm]}}]")) == ["relu_1", "norm_1"]


def test_a_block_of_nothing() -> None:
    assert nodes("[b, relu]", "blocks: {b: {body: []}}") == chain("relu")


# -- stages and tables ---------------------------------------------------------------------------------------------------------


def test_stages() -> None:
    found = nodes("[{stage: low, body: [relu], end: [norm]}, {stage: s$i, body: [{conv: $c}], for: {c: [4, 6]}}]")
    assert found == chain("low.relu", "low.norm", "s0.conv", "s1.conv")
    scope = graph("[{stage: low, body: [relu]}]")["low.relu"].scope
    assert [(frame.kind, frame.block, frame.path) for frame in scope] == [("stage", "low", "low")]


TABLE = """
  - table:
      columns: [op, out, kernel, repeat, name]
      scale: {out: $value*$w}
      stage_end: [norm]
      rows:
        - [conv, 4, 1, ~, stem]
        - {stage: a}
        - [conv, 6, 3, 2, ~]
        - [relu, ~, ~, ~, ~]
        - {stage: ~}
        - [conv, $n, 1, ~, ~]
"""


def test_tables() -> None:
    found = graph(TABLE, "knobs: {w: 2, n: 5}")
    assert [(node.name, node.shape[0], node.row) for node in found if node.inputs] == [
        ("stem", 8, 1),
        ("conv_1", 12, 2),
        ("conv_2", 12, 2),
        ("relu", 12, 3),
        ("norm", 12, None),
        ("conv_3", 5, 4),
    ]
    assert [frame.block for frame in found["conv_1"].scope] == ["a"]
    assert found["conv_3"].scope == ()


def test_rows_are_counted_over_all_tables() -> None:
    two = "[{table: {columns: [op], rows: [[relu], [norm]]}}, {table: {columns: [op], rows: [[relu]]}}]"
    assert [node.row for node in graph(two)] == [None, 1, 2, 3]


def test_a_row_says_which_block_call_it_was() -> None:
    found = graph("[{table: {columns: [op], rows: [[b], [b]]}}]", "blocks: {b: {body: [relu, norm]}}")
    assert [frame.row for frame in found["b_2.norm"].scope] == [2]
    assert found["b_2.norm"].row is None


# -- the paper -----------------------------------------------------------------------------------------------------------------


def test_names_of_the_paper_mirror_its_table() -> None:
    found = archdsl.load("dpnet").graph()
    node = found["dp_a_3.k5.project.conv"]
    assert node.shape == (10, 28, 28)
    assert node.mark is not None
    assert node.mark.source.name.endswith("blocks/mobile.yaml")
    assert node.mark.text == "conv"
    frames = [(frame.kind, frame.block) for frame in node.scope if frame.kind != "path" or frame.block == "k5"]
    assert frames[:3] == [("stage", "stage3"), ("block", "dp_a"), ("path", "k5")]
    assert [frame.row for frame in node.scope if frame.row] == [6]
    assert all(frame.path == "" or node.name.startswith(f"{frame.path}.") for frame in node.scope)


@pytest.mark.parametrize("name", ["dpnet", "resnet18", "ghostnet", "mobilenet_v3"])
def test_names_stay_from_one_build_to_the_next(name: str) -> None:
    assert list(archdsl.load(name).graph().nodes) == list(archdsl.load(name).graph().nodes)


def test_transition_placement() -> None:
    def found(place: str) -> list[str]:
        names = archdsl.load("dpnet", transition=place).graph().nodes
        return [name for name in names if "transition" in name and name.endswith("conv")]

    assert len(found("block")) == 15
    assert found("stage") == [f"transition_{i}.conv" for i in range(1, 6)]
    assert found("none") == []


# -- mistakes keep their lines -------------------------------------------------------------------------------------------------


def test_mistakes_in_paths_that_do_not_follow_from_each_other() -> None:
    with pytest.raises(SpecError) as caught:
        graph("[{fork: , join: add, paths: [[{conv: $in - 9}], [{conv: $in/3}], [relu]]}, {conv: $in/0}]")
    assert len(caught.value.diagnostics) == 2, "the join and what follows hang on the paths that failed"
