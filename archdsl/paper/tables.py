"""The paper's tables computed again: reported, computed, and whether ours would be printed so.

Every count is of the network with 1000 classes at 224x224; that is what the paper prints, for CIFAR too. Parameters are printed
rounded, FLOPs truncated, in the convention of the ptflops of 2021.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from archdsl.design import Design
from archdsl.errors import InputError, near_miss
from archdsl.paper.printed import printed
from archdsl.spec.read_reported import parse_size

DATA = "tables.yaml"

COUNTS = ("params", "flops")
ACCURACIES = ("top1", "top5")
CONVENTION = "ptflops-2021"


@dataclass(frozen=True)
class Figure:
    """One printed count beside ours.

    Attributes:
        metric: params or flops.
        text: as printed.
        reported: its exact value; `step` is one unit of the last printed place.
    """

    network: str
    spec: str
    metric: str
    text: str
    reported: Fraction
    step: Fraction
    computed: int

    @property
    def matches(self) -> bool:
        """Whether ours would be printed so: parameters rounded, FLOPs truncated."""
        distance = self.computed - self.reported
        return abs(distance) * 2 <= self.step if self.metric == "params" else 0 <= distance < self.step

    @property
    def difference(self) -> Fraction:
        """Relative to what is reported."""
        return (self.computed - self.reported) / self.reported

    def as_dict(self) -> dict[str, Any]:
        return {
            "network": self.network,
            "spec": self.spec,
            "metric": self.metric,
            "reported": self.text,
            "computed": self.computed,
            "difference": float(self.difference),
            "matches": self.matches,
        }


@dataclass(frozen=True)
class Trained:
    """Our accuracy of a network.

    Attributes:
        mean: over the runs, in per cent.
        deviation: standard deviation of the runs, over one less than they are; None for a single run.
        runs: how many, each with a seed of its own.
        label: what has to be said of it: another set, a short version; "" for nothing.
    """

    mean: float
    deviation: float | None
    runs: int
    label: str


@dataclass(frozen=True)
class Accuracy:
    """One printed accuracy, which needs training.

    Attributes:
        metric: top1 or top5.
        text: as printed, in per cent.
        ours: trained again; None where it was not.
    """

    network: str
    spec: str
    metric: str
    text: str
    ours: Trained | None = None

    @property
    def difference(self) -> float | None:
        """Points of per cent that ours is above what is reported."""
        return None if self.ours is None else self.ours.mean - float(self.text)

    def as_dict(self) -> dict[str, Any]:
        ours = {} if self.ours is None else {**asdict(self.ours), "difference": self.difference}
        return {"network": self.network, "spec": self.spec, "metric": self.metric, "reported": self.text, **ours}


def tables() -> list[str]:
    """Names of the tables that hold counts."""
    return [name for name, table in printed(DATA).items() if any(metric in row for row in table["rows"] for metric in COUNTS)]


def names() -> list[str]:
    """Names of all tables that can be computed or measured."""
    return list(printed(DATA))


def title(table: str) -> str:
    """What a table is about."""
    return str(table_data(table)["title"])


def counts(table: str) -> list[Figure]:
    """Every printed count of a table beside ours, in the order of the table.

    Raises:
        InputError: no such table, or it holds no counts.
    """
    rows = table_data(table)["rows"]
    if table not in tables():
        raise InputError(f"{table} holds running times, no counts")
    figures = []
    for row in rows:
        bill = Design.load(row["spec"]).cost()
        for metric in COUNTS:
            if metric in row:
                size = parse_size(row[metric])
                assert size is not None
                computed = int(bill.params) if metric == "params" else int(bill.flops(CONVENTION))
                figures.append(Figure(row["network"], row["spec"], metric, row[metric], size[0], size[1], computed))
    return figures


def accuracies(table: str) -> list[Accuracy]:
    """Every accuracy that a table prints, in the order of the table. Raises InputError where there is no such table."""
    rows = table_data(table)["rows"]
    return [Accuracy(row["network"], row["spec"], metric, row[metric]) for row in rows for metric in ACCURACIES if metric in row]


def table_data(name: str) -> dict[str, Any]:
    """What a table prints; values are texts. Raises InputError where there is none of the name."""
    found = printed(DATA).get(name)
    if found is None:
        near = near_miss(name, printed(DATA))
        raise InputError(f"no table '{name}'; {near or 'known: ' + ', '.join(printed(DATA))}")
    return dict(found)
