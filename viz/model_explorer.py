"""A network in the JSON format of Model Explorer (google-ai-edge/model-explorer), and node data that colours it by cost.

A file of a graph collection holds `label` and `graphs`; a file of node data maps the id of a graph to `results` by node, and a
`gradient` of colours. The fields are those of the package ai-edge-model-explorer 0.1.34 (graph_builder, node_data_builder).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from archdsl.cost.comparing.blame import line
from archdsl.cost.words import cell, thousands
from archdsl.errors import InputError
from archdsl.ir.graph import Frame, Node
from archdsl.viz.labels import label
from archdsl.viz.looks import HEAT, TONES
from archdsl.viz.view import Scene

SLASH = "\N{DIVISION SLASH}"  # a slash separates levels, so one in a name becomes a sign that looks like it


def graph_collection(scene: Scene) -> dict[str, Any]:
    """A network, or a part of it, as a graph collection: every operator a node, blocks, stages and paths as namespaces.

    Raises:
        InputError: the net is a grid of networks.
        BackendError: an operator has no label.
    """
    net, graph = scene.net, scene.graph
    assert net is not None
    layers = {layer.node.name: layer for layer in net.cost()}
    drawn = {node.name: node for node in (graph if scene.nodes is None else scene.nodes)}
    if any(type(d) is not int for node in graph for d in node.shape):
        raise InputError(f"Model Explorer shows one network, but a knob of {net.name} holds several values; choose one")
    nodes, groups = [], dict[str, dict[str, Any]]()
    for node in drawn.values():
        layer = layers.get(node.name)
        attributes = {name: cell(value) for name, value in node.op.arguments().items() if value is not None}
        attributes["operator"] = node.op.word
        if layer is not None:
            where = line(layer, net.spec.source)
            attributes |= {"parameters": thousands(layer.params), "MACs": thousands(layer.macs)} | (
                {"line": str(where)} if where else {}
            )
        space = ""
        for space, frame in namespaces(node):
            sums = groups.setdefault(space, {**_told(frame), "parameters": 0, "MACs": 0})
            if layer is not None:
                sums["parameters"] += layer.params
                sums["MACs"] += layer.macs
        inputs = [(str(place), source) for place, source in enumerate(node.inputs) if source in drawn]
        edges = [{"sourceNodeId": source, "sourceNodeOutputId": "0", "targetNodeInputId": place} for place, source in inputs]
        nodes.append(
            {
                "id": node.name,
                "label": label(node, graph.input_shapes(node)),
                "namespace": space,
                "attrs": _pairs(attributes),
                "incomingEdges": edges,
                "outputsMetadata": [
                    {"id": "0", "attrs": _pairs({"tensor_shape": f"float32[{','.join(map(str, (1, *node.shape)))}]"})}
                ],
            }
        )
    told = {
        space: {key: value if isinstance(value, str) else thousands(value) for key, value in sums.items()}
        for space, sums in groups.items()
    }
    bill = net.cost()
    told[""] = {"source": net.spec.paper or "-", "parameters": thousands(bill.params), "MACs": thousands(bill.macs)}
    return {"label": scene.name, "graphs": [{"id": scene.name, "nodes": nodes, "groupNodeAttributes": told}]}


def node_data(scene: Scene) -> dict[str, Any]:
    """Node data for the graph of a scene: the share that each operator has of what it is coloured by, in per cent.

    The colours are those of drawings, with the same steps.
    """
    heat = scene.heat
    assert heat is not None
    drawn = scene.graph if scene.nodes is None else scene.nodes
    results = {node.name: {"value": round(100 * heat.of([node.name]), 4)} for node in drawn}
    ends = [100 * begin - 1e-4 for begin in heat.begins()]  # a threshold is the highest value of its colour
    looks = [TONES[tone] for tone in HEAT]
    steps = [
        {"value": round(end, 4), "bgColor": look["fillcolor"], "textColor": look["fontcolor"]}
        for end, look in zip([*ends, 100.0], looks, strict=True)
    ]
    return {scene.name: {"results": results, "thresholds": steps}}


def namespaces(node: Node) -> Iterator[tuple[str, Frame]]:
    """The namespaces around a node with the frame that each stands for, outermost first; the last is its own."""
    space, path = "", ""
    for frame in node.scope:
        if frame.kind != "stage" and frame.path == path:
            continue  # a block in a path, or one that is the only step of another: one level for both
        rest = frame.path.removeprefix(f"{path}.") if path and frame.path.startswith(f"{path}.") else frame.path
        segment = frame.block if frame.path == path else rest
        space, path = f"{space}/{_segment(segment)}" if space else _segment(segment), frame.path
        yield space, frame


def _segment(name: str) -> str:
    return name.replace("/", SLASH) or "-"


def _told(frame: Frame) -> dict[str, str]:
    return {frame.kind: frame.block, **{name: cell(value) for name, value in frame.args}}


def _pairs(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in values.items()]
