"""The printed figures of a network that can be counted again."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from archdsl.cost.comparing.figures import total_of, words
from archdsl.cost.comparing.totals import total
from archdsl.design import Design
from archdsl.errors import InputError
from archdsl.exact.partly import is_partly
from archdsl.spec.model import Reported


@dataclass(frozen=True)
class Figure:
    """A printed figure of one network.

    Attributes:
        total: the name of the cost that it prints, see `archdsl.cost.comparing.totals`.
    """

    net: Design
    reported: Reported
    total: str

    def __str__(self) -> str:
        return f"{self.net.name} {words(self.reported)}"

    def counted(self, changes: dict[str, Any]) -> int:
        """What it is counted to be with some settings changed; those of other networks are left out."""
        known = {name: value for name, value in changes.items() if belongs(self.net, name)}
        found = total(self.net.set(**known) if known else self.net, self.total)
        if is_partly(found):
            raise InputError(
                f"{self.total} is not known: {self.net.name} has opaque steps, and no reading of it can be reconciled"
            )
        return int(found)

    def difference(self, ours: int) -> Fraction:
        """How far a count is from the printed figure, as a share of it."""
        return (ours - self.reported.value) / self.reported.value

    def as_dict(self, ours: int) -> dict[str, Any]:
        """For `--json`, with what the figure is counted to be."""
        reported = self.reported
        return {
            "network": self.net.name,
            "figure": reported.metric,
            "convention": reported.convention,
            "reported": reported.text,
            "source": reported.source,
            "counted": ours,
        }


def figures_of(net: Design) -> list[Figure]:
    """The printed figures of a network that can be counted. Raises InputError where there are none."""
    found = [Figure(net, figure, name) for figure in net.base.reported if (name := total_of(figure)) is not None]
    if not found:
        raise InputError(f"{net.name}: no figure is reported that can be counted; give params, macs, or flops with a convention")
    return found


def belongs(net: Design, name: str) -> bool:
    """Whether a setting is one of a network."""
    return name in net.base.knobs or name.startswith("rows.")
