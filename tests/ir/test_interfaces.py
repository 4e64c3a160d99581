"""Several inputs and outputs, of networks and of blocks: what is read, what is refused, and what the analyses make of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import archdsl
from archdsl.cost.memory.peak import memory
from archdsl.cost.memory.schedule import best_schedule
from archdsl.errors import SpecError
from archdsl.ir.canonical import canonical_hash
from archdsl.ir.inplace import in_place
from archdsl.ir.serialize import dump, load
from archdsl.ir.verify import dead, verify
from archdsl.ops.shapes import Ids, Map, Sequence

TWO = """
input: {left: [3, 8, 8], right: [3, 8, 8]}
net:
  - {conv: {out: 4, kernel: 1}, as: a}
  - {conv: {out: 4, kernel: 3}, from: right, as: b}
  - {add: {}, from: [a, b], as: c}
  - {relu: {}, as: d}
outputs: OUTPUTS
"""
EXCHANGE = """
blocks:
  exchange:
    inputs: [high, low]
    outputs: [up, down]
    args: {out: int}
    body:
      - {conv: {out: $out, kernel: 1}, as: up}
      - {conv: {out: $out, kernel: 1}, from: [low], as: own}
      - {add: {}, from: [up, own], as: down}
"""


def peak(net: archdsl.Net) -> Any:
    return memory(net.graph()).peak_activation_bytes


def net(outputs: str = "{sum: c, last: d}") -> archdsl.Net:
    return archdsl.loads(TWO.replace("OUTPUTS", outputs))


@pytest.mark.parametrize(
    ("outputs", "names", "returns"),
    [
        ("{sum: c, last: d}", {"sum": "add", "last": "relu"}, "dict"),
        ("[a, d]", {"a": "conv_1", "d": "relu"}, "tuple"),
        ("[d]", {"d": "relu"}, "tuple"),
        ("c", {"output": "add"}, "tensor"),
        ("[left, d]", {"left": "left", "d": "relu"}, "tuple"),
    ],
)
def test_outputs(outputs: str, names: dict[str, str], returns: str) -> None:
    graph = verify(net(outputs).graph(), "elaboration")
    assert (graph.outputs, graph.returns) == (names, returns)
    assert [node.name for node in graph.inputs] == ["left", "right"]
    assert json.dumps(dump(load(dump(graph)))) == json.dumps(dump(graph))


def test_what_is_an_output_is_neither_dead_nor_overwritten() -> None:
    graph = net("{sum: c, last: d}").graph()
    assert dead(graph) == []
    assert in_place(graph) == set()
    assert in_place(net("d").graph()) == {"relu"}
    assert [node.name for node in dead(net("{sum: c}").graph())] == ["relu"]


def test_memory_holds_inputs_and_outputs() -> None:
    """All of 8x8 float32: two inputs of 3 channels, then a, b, their sum and what comes of it, of 4 channels each."""
    image, hidden = 3 * 64 * 4, 4 * 64 * 4
    assert peak(net("{sum: c, last: d}")) == 2 * image + 3 * hidden
    assert peak(net("[a, b, c, d]")) == 2 * image + 4 * hidden
    found = best_schedule(net("[b, d]").graph())
    assert found.order[:2] == ("left", "right")
    assert found.peak_bytes <= found.given_bytes


def test_the_hash_knows_what_comes_and_goes() -> None:
    texts = ["{sum: c, last: d}", "{other: c, last: d}", "[c, d]", "[d, c]", "d", "[a, d]"]
    assert len({canonical_hash(net(text).graph()) for text in texts}) == len(texts)
    swapped = TWO.replace("OUTPUTS", "d").replace("from: right", "from: left")
    assert canonical_hash(archdsl.loads(swapped).graph()) != canonical_hash(net("d").graph())


def test_the_kind_of_an_input() -> None:
    text = "input: {sound: {map: [1, 100]}, words: {ids: [12]}, parts: {sequence: [4, 6]}, plain: [3, 8, 8]}\nnet: [relu]\n"
    shapes = [node.shape for node in archdsl.loads(text).graph().inputs]
    assert [type(shape) for shape in shapes] == [Map, Ids, Sequence, Map]
    alone = archdsl.loads("input: {map: [1, 100]}\nnet: [relu]\n").graph()
    assert [(node.name, type(node.shape)) for node in alone.inputs] == [("input", Map)]


def test_a_grid_of_networks_has_the_outputs_of_each() -> None:
    text = "knobs: {w: 4}\ninput: {a: [3, 8, 8], b: [$w, 8, 8]}\nnet:\n  - {conv: {out: $w, kernel: 1}, as: c}\n"
    text += "  - {add: {}, from: [b, c], as: d}\noutputs: [c, d]\n"
    many = archdsl.loads(text, w=[4, 8])
    each = [archdsl.loads(text, w=w) for w in (4, 8)]
    assert np.array_equal(many.cost().macs, [one.cost().macs for one in each])
    assert np.array_equal(peak(many), [peak(one) for one in each])


# -- blocks --------------------------------------------------------------------------------------------------------------------


def calls(*steps: str) -> archdsl.Net:
    lines = "\n".join(f"  - {step}" for step in steps)
    return archdsl.loads(f"input: {{x: [4, 8, 8], y: [4, 8, 8]}}\n{EXCHANGE}net:\n{lines}\n")


def test_a_block_of_two_inputs_and_outputs() -> None:
    graph = calls(
        "{exchange: {out: 6}, from: [x, y], as: [a, b]}",
        "{exchange: {out: 6}, from: [b, a]}",
        "{exchange: {out: 5}}",
        "concat",
    ).graph()
    assert graph["exchange_1.conv_1"].inputs == ("x",)
    assert graph["exchange_1.conv_2"].inputs == ("y",)
    assert graph["exchange_2.conv_1"].inputs == ("exchange_1.add",)
    assert graph["exchange_2.conv_2"].inputs == ("exchange_1.conv_1",)
    assert graph["exchange_3.conv_1"].inputs == ("exchange_2.conv_1",)
    assert graph["exchange_3.conv_2"].inputs == ("exchange_2.add",)
    assert graph["concat"].inputs == ("exchange_3.conv_1", "exchange_3.add")


def test_a_block_is_copied_with_its_own_inputs() -> None:
    """The second call is a copy of the first; a call with one tensor twice is no copy of one with two."""
    graph = calls(
        "{exchange: {out: 4}, from: [x, x], as: [a, b]}",
        "{exchange: {out: 4}, from: [x, y], as: [c, d]}",
        "{exchange: {out: 4}, from: [d, b]}",
        "concat",
    ).graph()
    read = [[graph[f"exchange_{n}.conv_{k}"].inputs[0] for k in (1, 2)] for n in (1, 2, 3)]
    assert read == [["x", "x"], ["x", "y"], ["exchange_2.add", "exchange_1.add"]]


WRONG = [
    (
        lambda: calls("{exchange: {out: 4}, from: x}"),
        ["the block 'exchange' takes 2 tensors (high, low), 1 arrives", "declared here"],
    ),
    (lambda: calls("{exchange: {out: 4}, from: [x, y], as: [a, b, c]}", "concat"), ["3 labels, 2 tensors leave this step"]),
    (lambda: calls("{exchange: {out: 4}, from: [x, y]}"), ["the net ends in 2 tensors", "outputs: [a, b]"]),
    (lambda: net("{sum: cc}"), ["no label 'cc' is in reach"]),
    (lambda: net("[c, c]"), ["two outputs are called 'c'"]),
    (lambda: net("[]"), ["'outputs' names no label"]),
    (lambda: archdsl.loads("input: {a: {maps: [3, 8, 8]}}\nnet: [relu]\n"), ["the input 'a' is a shape", "map: […]"]),
    (lambda: archdsl.loads("input: {a: []}\nnet: [relu]\n"), ["the input 'a' is [channels, height, width]"]),
]


@pytest.mark.parametrize(("make", "said"), WRONG)
def test_what_is_refused(make: Callable[[], archdsl.Net], said: list[str]) -> None:
    with pytest.raises(SpecError) as caught:
        make().graph()
    for words in said:
        assert words in str(caught.value)
