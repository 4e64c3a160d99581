"""`net.cost()`: the bill of a network as an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archdsl.cost.counting.bill import Bill
from archdsl.cost.dtypes import USUAL
from archdsl.cost.tables.result import WIDTH, Result
from archdsl.cost.tables.sheet import Sheet
from archdsl.ir.graph import Graph
from archdsl.spec.model import Spec

if TYPE_CHECKING:
    from archdsl.cost.latency.device import Device
    from archdsl.cost.tables.predicted import Predicted
    from archdsl.cost.tables.tree import Tree

DEPTH = 3
"""Levels of a tree where nobody says how many."""


class Costs(Bill, Result):
    """What a network costs, layer by layer: `params`, `macs`, `flops["thop"]`, `layers`. It may be iterated over layer by layer."""

    def __init__(self, graph: Graph, spec: Spec, batch: int = 1, dtype: str = USUAL):
        super().__init__(graph, batch, dtype)
        self._spec = spec

    def latency(self, device: Device | str) -> Predicted:
        """What a device is predicted to take, in seconds, by layer and in all: a device, its name, or the path of its file.

        Raises:
            InputError: there is no such device, or it has no time for a kind of layer.
            SpecError: mistakes in its file.
        """
        from archdsl.cost.latency.devices import load_device
        from archdsl.cost.tables.predicted import predicted

        return predicted(self, load_device(device) if isinstance(device, str) else device)

    def tree(self, depth: int = DEPTH) -> Tree:
        """The stages, blocks and layers inside each other, so many levels deep, each with the sums of what is inside."""
        from archdsl.cost.tables.tree import tree

        return tree(self, depth)

    def sheets(self, width: int = WIDTH) -> list[Sheet]:
        from archdsl.cost.comparing.blame import blame
        from archdsl.cost.tables.entries import EntryTable

        source = self._spec.source
        return [EntryTable(self, "layer", None, None, True).sheet(self.graph.name, blame(self, source, "layer"), source)]

    def notes(self) -> list[str]:
        from archdsl.cost.tables.summary import summary

        return summary(self)

    def as_dict(self) -> dict[str, Any]:
        from archdsl.cost.tables.document import document

        return document(self.graph.name, self._spec, self)

    def _records(self) -> list[dict[str, Any]]:
        layers: list[dict[str, Any]] = self.as_dict()["layers"]
        return layers

    def _repr_html_(self) -> str:
        from archdsl.cost.tables.notebook import bill_card

        return bill_card(self)
