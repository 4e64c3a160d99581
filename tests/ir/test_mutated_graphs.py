"""graph.json that somebody or something has damaged: it is refused, or it is a graph like any other."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

import archdsl
from archdsl.cost.counting.bill import Bill
from archdsl.cost.memory.peak import memory
from archdsl.cost.memory.receptive import receptive_fields
from archdsl.cost.memory.training import training
from archdsl.errors import InputError
from archdsl.ir.canonical import canonical_hash
from archdsl.ir.graph import Graph
from archdsl.ir.serialize import dump, load
from archdsl.ir.verify import verify

MANY = 1_500

BLOCKS = """\
name: Blocks
input: [3, 16, 16]
init: {conv: {normal: 0.02}}
knobs: {width: 0.5}
blocks:
  unit:
    args: {out: int, act: relu, dilations: [1, 2]}
    body:
      - split: [1/2, 1/2]
        paths: [[{conv: {out: $out/2, kernel: 3, groups: 2}}, norm, $act], [{pad: 1}, {avgpool: {kernel: 3, stride: 1}},
          {conv: {out: $out/2, kernel: [3, 1], padding: [1, 0]}}]]
        join: concat
net:
  - stage: stem
    body: [{conv: {out: floor(16*$width), kernel: 3, stride: 2}}, {unit: {out: 8}}]
  - table: {columns: [op, out, act], rows: [[unit, 16, hswish], [unit, 8, ~]]}
  - {adaptive_pool: {}}
  - flatten
  - {dropout: {rate: 0.2}}
  - {linear: 10}
"""

TOKENS = """\
input: [4, 6, 6]
net:
  - {conv: {out: 8, kernel: 2, stride: 2, padding: 0}}
  - tokens
  - {class_token: {}}
  - {position: {}, as: a}
  - {layer_norm: {eps: 1e-6}}
  - {split_heads: 2, as: h}
  - {matmul: {transpose: true, scaled: true}, from: [h, h], as: s}
  - {softmax: {}, as: p}
  - {matmul: {}, from: [p, h]}
  - {merge_heads: {}, as: m}
  - {add: {}, from: [m, a]}
  - {select_token: 0}
"""


def plain(text: str) -> dict[str, Any]:
    data: dict[str, Any] = dump(archdsl.loads(text).graph())
    return data


VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 3, 8, 0.5, 1e-9, 2**31, 2**40, 2**41, 10**30, 10**90, 10**5000),
    *(float("nan"), float("inf"), -0.0, "", "x", "input", "conv", "relu", "a.b", "..", "\0", "\ud800", "é", "x" * 5000),
    *([], [1], [1, 2], [3, 16, 16], [[]], {}, {"size": [3, 4, 4]}, {"out": 4}, {"x": {"y": 1}}, object, {1: 2}, (1, 2)),
)


def places(data: Any) -> list[tuple[Any, Any]]:
    """Every container of a tree with a key or number in it."""
    found: list[tuple[Any, Any]] = []
    waiting = [data]
    while waiting:
        at = waiting.pop()
        for key, value in list(at.items()) if isinstance(at, dict) else list(enumerate(at)):
            found.append((at, key))
            if isinstance(value, (dict, list)):
                waiting.append(value)
    return found


def deep() -> Any:
    value: Any = 1
    for _ in range(3000):
        value = [value]
    return value


def replaced(data: Any, dice: random.Random) -> None:
    at, key = dice.choice(places(data))
    at[key] = copy.deepcopy(dice.choice(VALUES))


def deepened(data: Any, dice: random.Random) -> None:
    at, key = dice.choice(places(data))
    at[key] = deep()


def removed(data: Any, dice: random.Random) -> None:
    at, key = dice.choice(places(data))
    del at[key]


def added(data: Any, dice: random.Random) -> None:
    at, _ = dice.choice(places(data))
    value = copy.deepcopy(dice.choice(VALUES))
    if isinstance(at, dict):
        at[dice.choice(["speed", "out", "eps", "", "size"])] = value
    else:
        at.insert(dice.randrange(len(at) + 1), value)


def swapped(data: Any, dice: random.Random) -> None:
    (one, first), (other, second) = dice.sample(places(data), 2)
    one[first], other[second] = copy.deepcopy(other[second]), copy.deepcopy(one[first])


def nudged(data: Any, dice: random.Random) -> None:
    numbers = [(at, key) for at, key in places(data) if type(at[key]) in (int, float)]
    at, key = dice.choice(numbers)
    at[key] += dice.choice([-1, 1, 1.0, -1000, 2**40])


def rewired(data: Any, dice: random.Random) -> None:
    """Cycles, loops, inputs of nothing, doubled names."""
    nodes = data["nodes"]
    node, other = dice.choice(nodes), dice.choice(nodes)
    what = dice.choice(["inputs", "name", "op", "args", "shape", "scope", "order"])
    if what == "inputs":
        node["inputs"] = [dice.choice(nodes)["name"] for _ in range(dice.randrange(4))]
    elif what == "order":
        dice.shuffle(nodes)
    else:
        node[what] = copy.deepcopy(other[what])


CHANGES: tuple[Callable[[Any, random.Random], None], ...] = (replaced, removed, added, swapped, nudged, nudged, rewired, rewired)


def read(data: Any) -> Graph | str:
    """The graph, or why it is refused."""
    try:
        return load(data)
    except InputError as error:
        return str(error)


@pytest.mark.parametrize("text", [BLOCKS, TOKENS], ids=["blocks", "tokens"])
def test_a_damaged_graph_is_refused_or_is_a_graph(text: str) -> None:
    dice = random.Random(13)
    sound = json.dumps(plain(text))
    taken = 0
    for number in range(MANY):
        data = json.loads(sound)
        for _ in range(dice.choice([1, 1, 1, 2, 3])):
            with suppress(TypeError, KeyError, AttributeError, IndexError):  # of a part that an earlier change has taken away
                dice.choice(CHANGES)(data, dice)
        if number % 50 == 0:
            deepened(data, dice)
        found = read(data)
        if isinstance(found, str):
            assert 0 < len(found) < 2_000, number
            continue
        graph = found
        taken += 1
        verify(graph, "a test")
        bill = Bill(graph)
        assert bill.params >= 0, number
        assert bill.macs >= 0, number
        memory(graph)
        receptive_fields(graph)
        training(graph)
        again = json.loads(json.dumps(dump(graph)))
        assert canonical_hash(load(again)) == canonical_hash(graph), number
    assert MANY / 50 < taken < MANY / 2
