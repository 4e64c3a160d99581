"""Networks side by side: every cost of each, the lowest marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from archdsl.cost.comparing.totals import FLOPS, LATENCY, Value, costs, in_words
from archdsl.cost.dtypes import whole_numbers
from archdsl.cost.tables.result import WIDTH, Result
from archdsl.cost.tables.sheet import Sheet
from archdsl.cost.words import kibibytes, mebibytes
from archdsl.exact.partly import is_partly
from archdsl.exact.shown import jsonable

if TYPE_CHECKING:
    from archdsl.cost.costed import Costed

USUAL = ("thop", "fvcore", "ptflops")
"""Conventions that are counted in where none is named."""


@dataclass(frozen=True)
class Compared:
    """One network.

    Attributes:
        spec: as it was asked for.
        costs: by name.
        dtype: what bytes are of.
    """

    spec: str
    name: str
    costs: dict[str, Value]
    dtype: str


@dataclass(frozen=True, repr=False)
class Comparison(Result):
    """Networks side by side, in the order in which they were given. Costs that are not all known have no lowest."""

    networks: tuple[Compared, ...]

    def sheets(self, width: int = WIDTH) -> list[Sheet]:
        return [self.sheet()]

    def sheet(self, plain: bool = False) -> Sheet:
        """The table; `plain`: of bare numbers, without a mark at the lowest."""
        names = list(self.networks[0].costs)
        lowest = {cost: self.lowest(cost) for cost in names}

        def cell(cost: str, place: int, network: Compared) -> object:
            star = " *" if place in lowest[cost] else "  "
            return jsonable(network.costs[cost]) if plain else self.words(cost, network) + star

        head = ("network", *map(title_of, names))
        rows = tuple((n.name, *(cell(cost, place, n) for cost in n.costs)) for place, n in enumerate(self.networks))
        return Sheet("Comparison", head, rows, frozenset(head[1:]))

    def lowest(self, cost: str) -> frozenset[int]:
        """Places of the networks with the lowest of a cost; none where all have the same, or one is known in part alone."""
        values = [network.costs[cost] for network in self.networks]
        if is_partly(values) or all(value == values[0] for value in values):
            return frozenset()
        return frozenset(place for place, value in enumerate(values) if value == min(values))

    def words(self, cost: str, network: Compared) -> str:
        """A cost of one of the networks for people."""
        return _in_words(cost, network.costs[cost], network.dtype)

    def as_dict(self) -> dict[str, Any]:
        return {"networks": self._records()}

    def _records(self) -> list[dict[str, Any]]:
        return [
            {"spec": n.spec, "name": n.name, **{cost: jsonable(value) for cost, value in n.costs.items()}} for n in self.networks
        ]


def compare(nets: Mapping[str, Costed], conventions: tuple[str, ...] = (), devices: tuple[str, ...] = ()) -> Comparison:
    """Every cost of networks side by side.

    Args:
        nets: by what they were asked for.
        conventions: to count in; thop, fvcore and ptflops where none is given.
        devices: to predict the latency on.

    Raises:
        InputError: there is no such convention or device.
    """
    found = {spec: costs(net, conventions or USUAL, devices) for spec, net in nets.items()}
    return Comparison(
        tuple(Compared(spec, nets[spec].spec.name, totals, nets[spec].cost().dtype) for spec, totals in found.items())
    )


def _in_words(cost: str, value: Value, dtype: str) -> str:
    if cost not in ("weights", "peak"):
        return in_words(cost, value)
    return kibibytes(value) if whole_numbers(dtype) else mebibytes(value)


def title_of(cost: str) -> str:
    """The head of a column: of a convention or a device its name, without the folder and the ending of its file."""
    if cost.startswith(FLOPS):
        return PurePath(cost.removeprefix(FLOPS)).stem
    if cost.startswith(LATENCY):
        return f"latency {PurePath(cost.removeprefix(LATENCY)).stem}"
    return "MACs" if cost == "macs" else cost
