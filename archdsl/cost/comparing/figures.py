"""Figures that a source prints beside ours: which total each is, and whether ours would be printed so."""

from __future__ import annotations

from typing import Any

from archdsl.cost.comparing.totals import FLOPS
from archdsl.spec.model import Reported


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
