"""The bill as plain data: the fixed keys of `--json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archdsl.cost.counting.bill import Bill, Layer
from archdsl.cost.memory.peak import memory
from archdsl.errors import Source
from archdsl.exact import to_plain
from archdsl.spec.model import Spec

if TYPE_CHECKING:
    from archdsl.cost.latency.device import Device

TOOLS = ("thop", "fvcore", "ptflops", "torchinfo", "torch")


def document(name: str, spec: Spec, bill: Bill) -> dict[str, Any]:
    """`name, params, macs, flops, memory, layers` for batch 1. On a grid, counts are nested lists."""
    found = memory(bill.graph)
    return {
        "name": name,
        "params": number(bill.params),
        "macs": number(bill.macs),
        "flops": {tool: number(bill.flops(tool)) for tool in TOOLS},
        "memory": {
            "weights_bytes": number(found.weights_bytes),
            "peak_activation_bytes": number(found.peak_activation_bytes),
        },
        "layers": [_layer(layer, spec.source) for layer in bill],
    }


def timed(data: dict[str, Any], bill: Bill, device: Device) -> None:
    """Add what a device is predicted to take, in all and to every layer: `latency` and `latency_seconds`."""
    from archdsl.cost.latency.predict import seconds

    found = bill.latency(device)
    data["latency"] = {"device": device.name, "batch": device.batch, "seconds": seconds(found.total), **device.as_dict()}
    for layer, time, kind in zip(data["layers"], found.layers, found.words(), strict=True):
        layer |= {"latency_seconds": seconds(time), "kind": kind}


def _layer(layer: Layer, source: Source) -> dict[str, Any]:
    inputs = [[number(d) for d in shape] for shape in layer.inputs]
    return {
        "name": layer.node.name,
        "op": layer.node.op.word,
        "input": inputs[0] if len(inputs) == 1 else inputs,
        "output": [number(d) for d in layer.output],
        "params": number(layer.params),
        "macs": number(layer.macs),
        "line": line(layer, source),
    }


def line(layer: Layer, source: Source) -> int | None:
    """The line of the spec, from 1, that a layer comes from: the innermost that lies in the spec itself, not in an import."""
    node = layer.node
    for mark in (node.mark, *(frame.mark for frame in reversed(node.scope))):
        if mark is not None and mark.source is source:
            return int(mark.line) + 1
    return node.mark.line + 1 if node.mark is not None else None


def number(value: Any) -> Any:
    """An int as it is, an array as nested lists of ints."""
    return to_plain(value)
