"""Model Explorer: its fields, and the network in them."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
from graphs import Builder, block

import archdsl
from archdsl.errors import InputError
from archdsl.net import Net
from archdsl.viz.model_explorer import graph_collection, namespaces, node_data
from archdsl.viz.view import Scene

FIELDS = {"id", "label", "namespace", "attrs", "incomingEdges", "outputsMetadata"}


def scene(net: Net, block: str | None = None, **options: Any) -> Scene:
    found = net.diagram(block, **options).scene
    assert found is not None
    return found


@pytest.fixture(scope="module")
def graph() -> dict[str, Any]:
    data = graph_collection(scene(archdsl.load("dpnet")))
    assert list(data) == ["label", "graphs"]
    return json.loads(json.dumps(data["graphs"][0]))


def test_every_operator_with_its_edges(graph: dict[str, Any]) -> None:
    ours = archdsl.load("dpnet").graph()
    assert [node["id"] for node in graph["nodes"]] == list(ours.nodes)
    assert all(set(node) == FIELDS for node in graph["nodes"])
    for node in graph["nodes"]:
        assert [edge["sourceNodeId"] for edge in node["incomingEdges"]] == list(ours[node["id"]].inputs)
        assert [edge["targetNodeInputId"] for edge in node["incomingEdges"]] == [
            str(n) for n in range(len(node["incomingEdges"]))
        ]


def test_a_node_tells_its_shape_cost_and_line(graph: dict[str, Any]) -> None:
    node = next(node for node in graph["nodes"] if node["id"] == "dp_b_1.k5.depthwise.conv")
    assert node["label"] == "5x5 depthwise conv, stride 2, pad 2"
    assert node["namespace"] == "stage1/dp_b_1/k5/depthwise"
    assert node["outputsMetadata"] == [{"id": "0", "attrs": [{"key": "tensor_shape", "value": "float32[1,32,56,56]"}]}]
    told = {pair["key"]: pair["value"] for pair in node["attrs"]}
    assert told["parameters"] == "800"
    assert told["MACs"] == "2,508,800"
    assert told["groups"] == "32"
    assert told["line"] == "34"
    assert all(type(value) is str for value in told.values())


def test_groups_tell_their_arguments_and_sums(graph: dict[str, Any]) -> None:
    net = archdsl.load("dpnet")
    told = graph["groupNodeAttributes"]
    assert told[""] == {"source": "Zhao & Wang 2022, Table 1", "parameters": "3,458,986", "MACs": "106,148,272"}
    assert told["stage1/dp_a_1"]["block"] == "dp_a"
    assert told["stage1/dp_a_1"]["exp"] == "16"
    inside = [layer for layer in net.cost() if layer.node.name.startswith("dp_a_1.")]
    assert told["stage1/dp_a_1"]["MACs"] == f"{sum(layer.macs for layer in inside):,}"
    assert {node["namespace"] for node in graph["nodes"]} <= set(told)


def test_a_slash_in_a_name_makes_no_level() -> None:
    build = Builder((4, 8, 8))
    name = build("a/b.relu", "relu", scope=(block("", "s/t", "stage"), block("a/b", "wide")))
    assert [space for space, _ in namespaces(build.graph[name])] == ["s∕t", "s∕t/a∕b"]


def test_a_part_has_its_nodes_alone() -> None:
    (graph,) = graph_collection(scene(archdsl.load("dpnet"), "dp_a"))["graphs"]
    assert graph["id"] == "dp_a of DP-Net"
    assert {node["id"].split(".")[0] for node in graph["nodes"]} == {"dp_a_1"}
    assert graph["nodes"][0]["incomingEdges"] == []


def test_node_data_has_the_share_of_each_node_and_the_colours_of_drawings() -> None:
    net = archdsl.load("dpnet")
    data = node_data(scene(net, heat="macs"))
    assert list(data) == [net.name]
    results = {name: result["value"] for name, result in data[net.name]["results"].items()}
    assert set(results) == set(net.graph().nodes)
    assert sum(results.values()) == pytest.approx(100, abs=0.05)
    assert results["conv1x1.conv"] == round(100 * 7_526_400 / net.cost().macs, 4)
    steps = data[net.name]["thresholds"]
    assert [step["value"] for step in steps] == [0.9999, 1.9999, 4.9999, 9.9999, 19.9999, 100.0]
    assert all(re.fullmatch("#[0-9a-f]{6}", step[key]) for step in steps for key in ("bgColor", "textColor"))


def test_the_peak_of_memory_has_the_last_colour() -> None:
    data = node_data(scene(archdsl.load("dpnet"), heat="memory"))["DP-Net"]
    ends = [step["value"] for step in data["thresholds"]]
    assert sum(end < 100 for end in ends) == 5
    assert max(result["value"] for result in data["results"].values()) == 100


def test_a_grid_is_refused() -> None:
    with pytest.raises(InputError, match="Model Explorer shows one network"):
        graph_collection(scene(archdsl.load("dpnet", width=np.array([0.5, 1.0]))))
