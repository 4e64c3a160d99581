"""The steps of unknown cost: which they are, and which of them may matter most."""

from __future__ import annotations

from typing import Any

from archdsl.cost.counting.bill import Bill
from archdsl.cost.counting.layer import Layer
from archdsl.exact import has_axes, product
from archdsl.exact.kinds import elements
from archdsl.exact.shown import jsonable
from archdsl.ops.operator import Dim


def moved_elements(layer: Layer) -> Dim:
    """Elements that a layer reads and writes for one image: the size of a step of which no more is known."""
    return sum(product(shape) for shape in layer.inputs) + product(layer.output)


def by_size(bill: Bill) -> list[Layer]:
    """The layers of unknown cost, those first that read and write most."""

    def most(layer: Layer) -> Any:
        found = elements(moved_elements(layer))
        return found.max() if has_axes(found) else found

    return sorted(bill.opaque, key=most, reverse=True)


def opaque_steps(bill: Bill) -> list[dict[str, Any]]:
    """The same as plain data, for `--json`."""
    return [
        {
            "name": layer.node.name,
            "what": layer.node.op.arguments()["what"],
            "inputs": [[jsonable(d) for d in shape] for shape in layer.inputs],
            "output": [jsonable(d) for d in layer.output],
            "elements": jsonable(moved_elements(layer)),
            "params": jsonable(layer.params),
        }
        for layer in by_size(bill)
    ]
