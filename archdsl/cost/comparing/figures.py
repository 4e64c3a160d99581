"""Figures that a source prints beside ours: which total each is, and whether ours would be printed so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from archdsl.cost.comparing.totals import FLOPS, total
from archdsl.exact.partly import is_partly
from archdsl.spec.model import Reported

if TYPE_CHECKING:
    from archdsl.cost.costed import Costed


class Match(NamedTuple):
    """A figure that a source prints beside what is counted.

    Attributes:
        alike: whether the count would be printed so; False where a part of it is not known.
    """

    figure: Reported
    ours: Any
    alike: bool

    @property
    def verdict(self) -> str:
        """How the two compare, in words."""
        if self.alike:
            return "as printed"
        if is_partly(self.ours):
            return "not all known"
        return f"differs by {float((self.ours - self.figure.value) / self.figure.value):+.1%}"


def matches(net: Costed) -> list[Match]:
    """Each figure that the source of a network prints and that can be counted, beside ours."""
    found = []
    for figure in net.spec.reported:
        name = total_of(figure)
        if name is not None:
            ours = total(net, name)
            found.append(Match(figure, ours, not is_partly(ours) and bool(printed_alike(ours, figure.value, figure.step))))
    return found


def total_of(figure: Reported) -> str | None:
    """The name of the total that a figure is about; None for what cannot be counted, such as an accuracy."""
    if figure.metric in ("params", "macs"):
        return figure.metric
    return FLOPS + figure.convention if figure.metric == "flops" and figure.convention else None


def printed_alike(ours: Any, value: Any, step: Any) -> Any:
    """Whether a count, rounded or truncated to the places that were printed, is the printed figure. For arrays, element by element.

    Args:
        value: the printed figure.
        step: one unit of its last place.
    """
    return (abs(ours - value) * 2 <= step) | ((ours >= value) & (ours < value + step))


def words(figure: Reported) -> str:
    """A figure as text: `params 3.41M (Table 4)`."""
    convention = f" in {figure.convention}" if figure.convention else ""
    return f"{figure.metric} {figure.text}{convention}" + (f" ({figure.source})" if figure.source else "")
