"""The paper's tables computed again: reported, computed, and whether the one is the other as it would be printed.

Every count is of the network with 1000 classes at 224x224; that is what the paper prints, for CIFAR too. Parameters are printed
rounded, FLOPs truncated, in the convention of the ptflops of 2021.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import Any

from archdsl.design import Design
from archdsl.errors import InputError, Source, near_miss
from archdsl.spec.read_reported import parse_size
from archdsl.spec.yaml import Mapping, Node, Scalar, Sequence, compose

COUNTS = ("params", "flops")
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


def tables() -> list[str]:
    """Names of the tables that hold counts."""
    return [name for name, table in _data().items() if any(metric in row for row in table["rows"] for metric in COUNTS)]


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


def table_data(name: str) -> dict[str, Any]:
    """What a table prints; values are texts. Raises InputError where there is none of the name."""
    found = _data().get(name)
    if found is None:
        near = near_miss(name, _data())
        raise InputError(f"no table '{name}'; {near or 'known: ' + ', '.join(_data())}")
    return dict(found)


@cache
def _data() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("tables.yaml").read_text(encoding="utf-8")
    read = _plain(compose(Source("tables.yaml", text)))
    assert isinstance(read, dict)
    return read


def _plain(node: Node) -> Any:
    """Texts, so that sizes keep the places that were printed."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        return [_plain(item) for item in node.items]
    assert isinstance(node, Mapping)
    return {key.text: _plain(value) for key, value in node.pairs}
