"""A network made narrower, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from archdsl.design import Design
from archdsl.errors import InputError
from archdsl.exact.shown import shown
from archdsl.transform.draft import Draft
from archdsl.transform.pruning.carry import Weights, carried, norms, read_weights
from archdsl.transform.pruning.channels import Channels
from archdsl.transform.pruning.keep import Keep, parse_keep
from archdsl.transform.pruning.norms import by_norm
from archdsl.transform.pruning.stages import by_stage
from archdsl.transform.pruning.uniform import uniform
from archdsl.transform.run import Transformed, told
from archdsl.transform.start import start

WAYS = ("uniform", "stage", "norm")


@dataclass(frozen=True, repr=False)
class Pruned(Transformed):
    """A narrower network.

    Attributes:
        reached: the cost that was asked for, over that of the network as it was.
        factors: of all channels, or of each stage.
        weights: those of the narrower network by name, where there were some to carry over.
    """

    reached: Fraction
    factors: tuple[Fraction, ...]
    weights: Weights | None

    def as_dict(self) -> dict[str, Any]:
        return {**super().as_dict(), "reached": float(self.reached), "factors": [float(factor) for factor in self.factors]}


def prune(design: Design, keep: str, by: str = "uniform", weights: Path | None = None, folder: Path | None = None) -> Pruned:
    """A network with fewer channels, as a spec that extends the old one.

    Args:
        keep: the cost and how much of it may stay: `macs=50%`.
        by: uniform, stage or norm.
        weights: a file of those of the network, to be carried over; norms need one.

    Raises:
        InputError: the bound cannot be kept, or channels or weights cannot be told apart; says why.
    """
    if by not in WAYS:
        raise InputError(f"--by is one of {', '.join(WAYS)}; '{by}' came")
    if by == "norm" and weights is None:
        raise InputError("--by norm goes by the norms of weights; give a file with --weights")
    asked = parse_keep(keep, design)
    draft = Draft(design, start(design, folder), folder)
    given = read_weights(weights, design.graph()) if weights is not None else None
    left: Weights | None = None
    if by == "norm" and given is not None:
        factors, left = by_norm(draft, asked, given)
    else:
        factors = [uniform(draft, asked)] if by == "uniform" else by_stage(draft, asked)
        if given is not None:
            channels = Channels(design.graph())
            left = carried(given, design.graph(), draft.graph, channels, norms(given, design.graph(), channels))
    draft.overlay.name = f"{design.name}, {keep}"
    draft.refresh()
    return _told(design, draft, asked, factors, left)


def _told(design: Design, draft: Draft, asked: Keep, factors: list[Fraction], left: Weights | None) -> Pruned:
    cost = asked.of(draft.design)
    assert cost is not None
    reached = cost / asked.whole
    words = ", ".join(map(shown, factors))
    kept, whole = asked.words(cost), asked.words(asked.whole)
    draft.notes = [f"{asked.cost} {kept} of {whole}: {float(reached):.2%}", f"channels: {words}"]
    found = told(design, draft)
    return Pruned(found.text, found.design, found.totals, found.done, reached, tuple(factors), left)
