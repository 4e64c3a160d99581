"""The bill as plain data: the fixed keys of `--json`."""

from __future__ import annotations

from typing import Any

from archdsl.cost.amounts import plain
from archdsl.cost.comparing.blame import line
from archdsl.cost.comparing.totals import COSTS
from archdsl.cost.counting.bill import Bill
from archdsl.cost.counting.layer import Layer
from archdsl.cost.dtypes import USUAL, whole_numbers
from archdsl.cost.latency.device import FEMTOSECONDS, Device
from archdsl.cost.memory.peak import memory_of
from archdsl.cost.opaque import opaque_steps
from archdsl.errors import Source
from archdsl.exact.shown import jsonable
from archdsl.spec.model import Spec


def document(name: str, spec: Spec, bill: Bill) -> dict[str, Any]:
    """`name, params, macs, flops, memory, layers`, the `batch` where it is not 1, the `dtype` where it is not float32, `requantised` in
    int8, and `unknown` where there are opaque steps.

    On a grid, counts are nested lists.
    """
    found = memory_of(bill)
    return {
        "name": name,
        **({"batch": bill.batch} if bill.batch != 1 else {}),
        **({"dtype": bill.dtype} if bill.dtype != USUAL else {}),
        "params": jsonable(bill.params),
        "macs": jsonable(bill.macs),
        "flops": {tool: jsonable(count) for tool, count in bill.flops.items()},
        "memory": {
            "weights_bytes": jsonable(found.weights_bytes),
            "buffers_bytes": jsonable(found.buffers_bytes),
            "state_bytes": jsonable(found.state_bytes),
            "peak_activation_bytes": jsonable(found.peak_activation_bytes * bill.batch),
        },
        **({"requantised": jsonable(COSTS["requantised"](bill).total)} if whole_numbers(bill.dtype) else {}),
        **({"unknown": opaque_steps(bill)} if bill.opaque else {}),
        "layers": [_layer(layer, spec.source) for layer in bill],
    }


def timed(data: dict[str, Any], bill: Bill, device: Device) -> None:
    """Add what a device is predicted to take, in all and to every layer: `latency` and `latency_seconds`."""
    from archdsl.cost.latency.predict import latency  # with NumPy, which other costs do not need

    found = latency(bill, device)
    seconds = jsonable(found.total / FEMTOSECONDS)
    data["latency"] = {"device": device.name, "batch": device.batch, "seconds": seconds, **device.as_dict()}
    for layer, time, kind in zip(data["layers"], found.layers, found.words(), strict=True):
        layer |= {"latency_seconds": jsonable(plain(time) / FEMTOSECONDS), "kind": kind}


def _layer(layer: Layer, source: Source) -> dict[str, Any]:
    inputs = [[jsonable(d) for d in shape] for shape in layer.inputs]
    return {
        "name": layer.node.name,
        "op": layer.node.op.word,
        "input": inputs[0] if len(inputs) == 1 else inputs,
        "output": [jsonable(d) for d in layer.output],
        "params": jsonable(layer.params),
        "macs": jsonable(layer.macs),
        "line": line(layer, source),
        **({"shared": layer.node.shared} if layer.node.shared else {}),
    }
