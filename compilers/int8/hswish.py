"""Hard swish in two operators that ONNX Runtime has in int8, where it has none for the whole (`HardSwish` is run in float32).

hswish(x) = x clip(x + 3, 0, 6) / 6. Before quantising it is written so. The clip costs nothing then: 8 bits from 0 on clip by themselves.
Nor does the sixth: it is multiplied into the scale by which the clipped sum is read. A sum and a product are left. OpenVINO, which has
the whole in float32 only, is quicker by it too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

SUM, CLIPPED, SIXTH = "/sum", "/clipped", "/sixth"
"""What is put behind the name of a hard swish for each of its steps."""


def apart(made: Any) -> None:
    """Write every hard swish of a float32 model as sum, clip and products."""
    from onnx import helper, numpy_helper

    nodes: list[Any] = []
    for node in made.graph.node:
        if node.op_type != "HardSwish":
            nodes.append(node)
            continue
        x, y = node.input[0], node.output[0]
        steps = [
            ("Add", [x, "hswish 3"], y + SUM),
            ("Clip", [y + SUM, "hswish 0", "hswish 6"], y + CLIPPED),
            ("Mul", [y + CLIPPED, "hswish 1/6"], y + SIXTH),
            ("Mul", [x, y + SIXTH], y),
        ]
        nodes += [helper.make_node(kind, inputs, [output], name=output) for kind, inputs, output in steps]
    if len(nodes) == len(made.graph.node):
        return
    for name, value in {"hswish 0": 0.0, "hswish 1/6": 1 / 6, "hswish 3": 3.0, "hswish 6": 6.0}.items():
        made.graph.initializer.append(numpy_helper.from_array(np.array(value, np.float32), name))
    del made.graph.node[:]
    made.graph.node.extend(nodes)


def join_sixths(made: Any) -> None:
    """Multiply each sixth of a quantised model into the scale before it, where its factor is quantised and read by it alone."""
    from onnx import helper, numpy_helper

    makers = {name: node for node in made.graph.node for name in node.output}
    readers: dict[str, list[Any]] = {}
    for node in made.graph.node:
        for name in node.input:
            readers.setdefault(name, []).append(node)
    constants = {tensor.name: tensor for tensor in made.graph.initializer}
    for product in [node for node in made.graph.node if node.name.endswith(SIXTH) and node.op_type == "Mul"]:
        before: Any = makers.get(product.input[0])
        after = readers.get(product.output[0], [])
        if not _is(before, "DequantizeLinear") or len(after) != 1 or not _is(after[0], "QuantizeLinear"):
            continue
        last = readers[after[0].output[0]]
        if len(readers[before.output[0]]) != 1 or len(last) != 1 or not _is(last[0], "DequantizeLinear"):
            continue
        scale = f"{before.input[1]}/6"
        sixth = numpy_helper.to_array(constants[before.input[1]]) / np.float32(6)
        made.graph.initializer.append(numpy_helper.from_array(sixth, scale))
        read = helper.make_node(
            "DequantizeLinear", [before.input[0], scale, before.input[2]], list(last[0].output), name=before.name
        )
        made.graph.node.insert(list(made.graph.node).index(before), read)
        for node in (before, product, after[0], last[0]):
            made.graph.node.remove(node)


def _is(node: Any, kind: str) -> bool:
    return node is not None and node.op_type == kind
