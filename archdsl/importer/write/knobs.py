"""Numbers that people change first become knobs: the size of the image, the number of classes, a multiplier of the channels."""

from __future__ import annotations

import re
from typing import Any

from archdsl.importer.write.steps import Body
from archdsl.importer.write.values import Named
from archdsl.ir.graph import Graph
from archdsl.ops.shapes import Map, Vector, typed

LEAST = 16
"""Height and width from which on a map is an image."""


def resolution(graph: Graph) -> int | None:
    """Height and width of the image, where there is one that is square."""
    shapes = [typed(node.shape) for node in graph.inputs]
    if len(shapes) != 1 or not isinstance(shapes[0], Map) or len(shapes[0]) != 3:
        return None
    _, height, width = shapes[0]
    return int(height) if height == width and height >= LEAST else None


def name_classes(body: Body, graph: Graph) -> int | None:
    """Put a knob in the place of the output channels of the last linear layer; gives how many there are."""
    last = next((step for step in reversed(body.steps) if step.args and step.word not in ("softmax", "dropout")), None)
    if last is None or last.word != "linear" or len(graph.outputs) != 1 or last.share:
        return None
    (count,) = last.args["out"]
    if not isinstance(typed(graph[graph.output].shape), Vector) or graph[graph.output].shape[-1] != count:
        return None
    last.args["out"] = (Named("$classes"),)
    return int(count)


def widen(data: Any, channels: frozenset[str]) -> Any:
    """The steps of a net with all of its channels times the knob `width`.

    Args:
        channels: names of arguments and columns that hold channels.
    """
    if isinstance(data, list):
        return [widen(item, channels) for item in data]
    if not isinstance(data, dict):
        return data
    if "table" in data:
        table = data["table"]
        scale = {name: "round8($value*$width)" for name in table["columns"] if name in channels}
        return {"table": {"columns": table["columns"], "scale": {**scale, **table.get("scale", {})}, "rows": table["rows"]}}
    if "stage" in data:
        names = [name for name in data.get("for", {}) if name in channels]
        return {key: _scaled(value, names) if key == "body" else value for key, value in data.items()}
    return {key: _argument(key, value, channels) for key, value in data.items()}


def _argument(key: str, value: Any, channels: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {name: _argument(name, item, channels) for name, item in value.items()}
    if isinstance(value, list):
        return widen(value, channels)
    if isinstance(value, str) and re.fullmatch(r"[0-9]+", value) and int(value) > 1 and (key in channels or key in ALONE):
        return f"round8({value}*$width)"
    return value


ALONE = frozenset(["conv", "conv_norm"])
"""Words whose first argument, which may stand alone, is channels."""


def _scaled(data: Any, names: list[str]) -> Any:
    if isinstance(data, dict):
        return {key: _scaled(value, names) for key, value in data.items()}
    if isinstance(data, list):
        return [_scaled(item, names) for item in data]
    if isinstance(data, str):
        for name in names:
            data = re.sub(rf"\${name}\b", f"round8(${name}*$width)", data)
    return data
