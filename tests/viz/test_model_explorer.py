"""Model Explorer: its fields, and the network in them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from graphs import Builder, block

import archdsl
from archdsl.errors import InputError
from archdsl.viz.model_explorer import graph_collection, namespaces, node_data

FIELDS = {"id", "label", "namespace", "attrs", "incomingEdges", "outputsMetadata"}


@pytest.fixture(scope="module")
def graph() -> dict[str, Any]:
    data = graph_collection(archdsl.load("dpnet"))
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
    assert node["namespace"] == "112x112/dp_b_1/k5/depthwise"
    assert node["outputsMetadata"] == [{"id": "0", "attrs": [{"key": "tensor_shape", "value": "float32[1,32,56,56]"}]}]
    told = {pair["key"]: pair["value"] for pair in node["attrs"]}
    assert told["parameters"] == "800"
    assert told["MACs"] == "2,508,800"
    assert told["groups"] == "32"
    assert told["line"] == "27"
    assert all(type(value) is str for value in told.values())


def test_groups_tell_their_arguments_and_sums(graph: dict[str, Any]) -> None:
    net = archdsl.load("dpnet")
    told = graph["groupNodeAttributes"]
    assert told[""] == {"source": "Zhao & Wang 2022, Table 1", "parameters": "3,458,986", "MACs": "106,148,272"}
    assert told["112x112/dp_a_1"]["block"] == "dp_a"
    assert told["112x112/dp_a_1"]["exp"] == "16"
    inside = [layer for layer in net.cost() if layer.node.name.startswith("dp_a_1.")]
    assert told["112x112/dp_a_1"]["MACs"] == f"{sum(layer.macs for layer in inside):,}"
    assert {node["namespace"] for node in graph["nodes"]} <= set(told)


def test_a_slash_in_a_name_makes_no_level() -> None:
    build = Builder((4, 8, 8))
    name = build("a/b.relu", "relu", scope=(block("", "s/t", "stage"), block("a/b", "wide")))
    assert [space for space, _ in namespaces(build.graph[name])] == ["s∕t", "s∕t/a∕b"]


def test_node_data_has_a_value_for_each_node_and_a_gradient() -> None:
    net = archdsl.load("dpnet")
    data = node_data(net.name, {layer.node.name: layer.macs for layer in net.cost()}, ["#ffffff", "#888888", "#000000"])
    assert list(data) == ["DP-Net"]
    assert sum(result["value"] for result in data["DP-Net"]["results"].values()) == net.cost().macs
    assert data["DP-Net"]["gradient"] == [
        {"stop": 0.0, "bgColor": "#ffffff"}, {"stop": 0.5, "bgColor": "#888888"}, {"stop": 1.0, "bgColor": "#000000"}
    ]  # fmt: skip


def test_a_grid_is_refused() -> None:
    with pytest.raises(InputError, match="Model Explorer shows one network"):
        graph_collection(archdsl.load("dpnet", width=np.array([0.5, 1.0])))
