"""From networks to the matrix of a fit: how much work of each kind every network is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from archdsl.cost.counting.bill import Bill
from archdsl.cost.latency.device import ANY
from archdsl.cost.latency.layer_kinds import kinds
from archdsl.cost.latency.neighbours import Neighbours
from archdsl.cost.latency.work import WORK
from archdsl.ir.graph import Graph
from archdsl.measure.calibrate.basis import BASIS
from archdsl.measure.calibrate.fit import Array

FEWEST = 4
"""Networks that must have a kind for it to get coefficients of its own; others share those of the kind above."""

Column = tuple[str, str]
"""A kind and a unit of work."""


@dataclass(frozen=True, eq=False)
class Regressors:
    """What is fitted.

    Attributes:
        columns: one for each coefficient.
        work: a row for each network.
    """

    columns: list[Column]
    work: Array


@dataclass(frozen=True, eq=False)
class Laid:
    """A network and the kinds of its layers.

    Attributes:
        kinds: number of a layer in the bill, and a kind that it is.
    """

    bill: Bill
    kinds: list[tuple[int, str]]

    @classmethod
    def out(cls, graph: Graph) -> Laid:
        bill, neighbours = Bill(graph), Neighbours(graph)
        found = [(number, kind) for number, layer in enumerate(bill) for kind, _ in kinds(layer, neighbours.of(layer.node))]
        return cls(bill, found)


def regressors(networks: Sequence[Laid], batch: int, block: int) -> Regressors:
    """The matrix of networks, for a batch and a block of channels."""
    seen = Counter(kind for network in networks for kind in {kind for _, kind in network.kinds})
    owner = {kind: _owner(kind, seen) for kind in seen}
    rows: list[Counter[Column]] = []
    for network in networks:
        row: Counter[Column] = Counter()
        for number, kind in network.kinds:
            for unit in units(owner[kind]):
                row[owner[kind], unit] += WORK[unit](network.bill.layers[number], batch, block)
        rows.append(row)
    columns = sorted(set().union(*rows))
    return Regressors(columns, np.array([[float(row[column]) for column in columns] for row in rows]))


def units(kind: str) -> tuple[str, ...]:
    """Units of work that the time of a kind may depend on."""
    name = kind
    while name not in BASIS and "." in name:
        name = name.rpartition(".")[0]
    return BASIS.get(name, BASIS[ANY])


def _owner(kind: str, seen: Counter[str]) -> str:
    """The kind whose coefficients a kind has: the one above it that the basis names, or itself where the basis names none."""
    name = kind
    while name not in BASIS and "." in name:
        name = name.rpartition(".")[0]
    if name in BASIS:
        return name
    while seen[kind] < FEWEST and "." in kind:
        kind = kind.rpartition(".")[0]
    return kind if seen[kind] >= FEWEST else ANY
