"""The layers of a bill by line: one for each row of the network's table, or for each step where there is no table.

A line is what stands outermost: a block that the network calls with all that is in it, or a single operator. Stages are no lines.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from archdsl.cost.counting.bill import Bill
from archdsl.cost.counting.layer import Layer
from archdsl.ir.graph import Frame
from archdsl.ops.operator import Shape


@dataclass
class Line:
    """One line: what came in, the operator or block with its arguments, what goes out, and what it costs.

    Attributes:
        number: of the table row, from 1; None for a step outside of tables.
        block: whether it is a block; a single operator otherwise.
        times: how often it ran (`repeat`).
        shared: the line that owns its weights, by number or name, where all of them are another's.
        layers: its operators.
    """

    number: int | None
    name: str
    operator: str
    args: dict[str, Any]
    input: Shape
    output: Shape
    block: bool = False
    times: int = 1
    shared: str = ""
    layers: list[Layer] = field(default_factory=list)

    @property
    def params(self) -> Any:
        return sum(layer.params for layer in self.layers)

    @property
    def macs(self) -> Any:
        return sum(layer.macs for layer in self.layers)


def lines(bill: Bill) -> list[Line]:
    """The lines of a network in the order in which they run."""
    found: list[Line] = []
    key: Any = None
    for layer in bill:
        frame = next((frame for frame in layer.node.scope if frame.kind == "block"), None)  # the outermost block
        call = layer.node if frame is None else frame
        row = call.row
        here = (row, call.mark, layer.node.name if frame is None else frame.path)
        if found and row is not None and key[:2] == here[:2] and here != key:
            found[-1].times += 1
        elif here != key:
            found.append(_line(layer, frame, row))
        key = here
        found[-1].layers.append(layer)
        found[-1].output = layer.output
    _share(found)
    return found


def _share(found: list[Line]) -> None:
    """Say of each line whose weights it uses, where it has none of its own."""
    if not any(layer.node.shared for line in found for layer in line.layers):
        return
    owner = {layer.node.name: line for line in found for layer in line.layers}
    for line in found:
        used = [layer for layer in line.layers if layer.node.op.weights(*layer.inputs)]
        others = [owner[layer.node.shared] for layer in used if layer.node.shared]
        if used and len(others) == len(used) and others[0] is not line:
            line.shared = others[0].name if others[0].number is None else str(others[0].number)


def _line(layer: Layer, frame: Frame | None, row: int | None) -> Line:
    if frame is None:
        node = layer.node
        return Line(row, node.name, node.op.word, node.op.arguments(), layer.inputs[0], layer.output)
    return Line(row, frame.path, frame.block, dict(frame.args), layer.inputs[0], layer.output, block=True)
