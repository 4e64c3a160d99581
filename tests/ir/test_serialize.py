"""graph.json: every network of the zoo comes back as it was, and what is no graph is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

import archdsl
from archdsl.errors import ArchdslError, InputError
from archdsl.ir.canonical import canonical_hash
from archdsl.ir.serialize import dump, load
from archdsl.spec.locate import zoo_names


@pytest.mark.parametrize("name", zoo_names())
def test_round_trip(name: str) -> None:
    graph = archdsl.load(name).graph()
    text = json.dumps(dump(graph))
    back = load(json.loads(text))
    assert json.dumps(dump(back)) == text
    assert canonical_hash(back) == canonical_hash(graph)
    assert list(back.nodes) == list(graph.nodes)
    for node in graph:
        other = back[node.name]
        assert (other.op, other.inputs, other.shape, other.row, str(other.mark)) == (
            *(node.op, node.inputs, node.shape, node.row),
            str(node.mark),
        )
        assert [frame[:1] + frame[1:3] for frame in other.scope] == [frame[:1] + frame[1:3] for frame in node.scope]


def change(*keys: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    def apply(data: dict[str, Any]) -> None:
        at: Any = data
        for key in keys[:-1]:
            at = at[key]
        at[keys[-1]] = value

    return apply


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (change("archdsl", value=99), "format 99, this archdsl reads 2"),
        (change("nodes", value=None), "not a graph of archdsl"),
        (change("nodes", 1, "op", value="warp"), "the operator 'warp', which this archdsl does not know"),
        (change("nodes", 1, "args", value={"out": 0}), "not a graph of archdsl"),
        (change("nodes", 1, "args", value={"out": 4, "speed": 3}), "not a graph of archdsl"),
        (change("nodes", 1, "inputs", value=["nowhere"]), "reads nowhere"),
        (change("nodes", 1, "shape", value=[5, 8, 8]), "its rule gives 4x8x8"),
        (change("nodes", 1, "scope", value=[7]), "not a graph of archdsl"),
        (change("nodes", 1, value={}), "not a graph of archdsl"),
        (change("outputs", "output", value="nowhere"), "the output 'nowhere' is no node"),
        (change("sources", value=[]), "not a graph of archdsl"),
    ],
)
def test_what_is_no_graph(harm: Callable[[dict[str, Any]], None], message: str) -> None:
    data = dump(archdsl.loads("input: [3, 8, 8]\nnet: [{conv: 4}, relu]\n").graph())
    harm(data)
    with pytest.raises(ArchdslError, match=message):
        load(data)


def test_a_grid_has_no_file() -> None:
    with pytest.raises(InputError, match="stands for many networks"):
        dump(archdsl.load("resnet18", width=[1, 2]).graph())
