"""From networks to the regressors of a fit: how much work of each kind every network is."""

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
    """What the times of networks are explained by.

    Attributes:
        columns: one for each coefficient of the fit.
        work: (networks, columns), how much of that work each network is.
    """

    columns: list[Column]
    work: Array


@dataclass(frozen=True, eq=False)
class Sample:
    """A network and the kinds of its layers.

    Attributes:
        kinds: pairs of a layer's number in the bill and a kind that it is; a layer may be of several.
    """

    bill: Bill
    kinds: list[tuple[int, str]]

    @classmethod
    def of(cls, graph: Graph) -> Sample:
        bill, neighbours = Bill(graph), Neighbours(graph)
        found = [(number, kind) for number, layer in enumerate(bill) for kind, _ in kinds(layer, neighbours.of(layer.node))]
        return cls(bill, found)


def regressors(samples: Sequence[Sample], batch: int, block: int) -> Regressors:
    """The work of networks for a batch, where `block` channels go through the processor together."""
    seen = Counter(kind for sample in samples for kind in {kind for _, kind in sample.kinds})
    owner = {kind: _owner(kind, seen) for kind in seen}
    rows: list[Counter[Column]] = []
    for sample in samples:
        row: Counter[Column] = Counter()
        for number, kind in sample.kinds:
            for unit in units(owner[kind]):
                row[owner[kind], unit] += WORK[unit](sample.bill.layers[number], batch, block)
        rows.append(row)
    columns = sorted(set().union(*rows))
    return Regressors(columns, np.array([[float(row[column]) for column in columns] for row in rows]))


def units(kind: str) -> tuple[str, ...]:
    """Units of work that the time of a kind may depend on."""
    return BASIS[_in_basis(kind) or ANY]


def _owner(kind: str, seen: Counter[str]) -> str:
    """The kind whose coefficients a kind has: the one above it that the basis names, or itself where the basis names none."""
    if name := _in_basis(kind):
        return name
    while seen[kind] < FEWEST and "." in kind:
        kind = kind.rpartition(".")[0]
    return kind if seen[kind] >= FEWEST else ANY


def _in_basis(kind: str) -> str | None:
    """The kind itself or the nearest one above it that the basis names, if it names one."""
    while kind not in BASIS and "." in kind:
        kind = kind.rpartition(".")[0]
    return kind if kind in BASIS else None
