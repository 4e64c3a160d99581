"""Factors of stages by the norms of weights: of each stage the channels stay whose norms, over the mean of their layer, are above one
threshold for all. The threshold is the lowest with which the cost is within its bound."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from archdsl.errors import InputError
from archdsl.transform.draft import Draft
from archdsl.transform.pruning.carry import Weights, carried, norms
from archdsl.transform.pruning.channels import MAKERS, Channels
from archdsl.transform.pruning.keep import Keep
from archdsl.transform.pruning.stages import KNOB, set_factors, with_stages

PARTS = 64


def by_norm(draft: Draft, keep: Keep, weights: Weights) -> tuple[list[Fraction], Weights]:
    """Narrow the network. Gives the factors and the weights that are left.

    Raises:
        InputError: no threshold is high enough, or channels cannot be followed.
    """
    graph = draft.graph
    channels = Channels(graph)
    scores = norms(weights, graph, channels)
    stages = with_stages(draft)
    made = [node for node in graph if node.op.word in MAKERS and node.inputs]
    of_stage: list[list[float]] = [[] for _ in range(stages.count)]
    members = _members(channels)
    for node in made:
        at = stages.of(draft.graph.nodes[node.name])
        if at is not None:
            of_stage[at] += [scores[atom] / members[atom] for atom in (channels.same(each) for each in channels.of[node.name])]
    design = draft.design

    def factors(threshold: float) -> list[Fraction]:
        shares = [Fraction(sum(norm >= threshold for norm in found), max(1, len(found))) for found in of_stage]
        return [max(Fraction(1, PARTS), Fraction(int(share * PARTS), PARTS)) for share in shares]

    thresholds = sorted({norm for found in of_stage for norm in found})
    low, high = 0, len(thresholds)
    while low < high:
        middle = (low + high) // 2
        cost = keep.of(design, **{KNOB: factors(thresholds[middle])})
        if cost is None or keep.fits(cost):  # no layer is left without a channel only below some threshold
            high = middle
        else:
            low = middle + 1
    if low == len(thresholds) or not keep.fits(keep.of(design, **{KNOB: factors(thresholds[low])})):
        raise InputError(f"no threshold of norms brings {keep.cost} to {keep.words(keep.most)}")
    found = factors(thresholds[low])
    set_factors(draft, found)
    return found, carried(weights, graph, draft.graph, channels, scores)


def _members(channels: Channels) -> dict[int, int]:
    """How many layers make each channel."""
    found: Counter[int] = Counter()
    for atom in range(len(channels.parent)):
        found[channels.same(atom)] += 1
    return dict(found)
