"""Merge what parallel paths do alike into one operator: fewer, larger kernels, and no slices and concatenations in between.

Where several paths begin with pointwise convolutions of one map (or of shares of it), one convolution makes the channels of all.
What follows them alike follows along: activations, depthwise convolutions (the smaller kernel padded with zeros to the larger),
pools, gates, projections. A path that differs somewhere reads its channels from there on by a slice.
"""

from __future__ import annotations

from archdsl.compilers.passes.draft import Draft, Site
from archdsl.compilers.passes.gather import gather
from archdsl.compilers.passes.siblings import Group, groups
from archdsl.compilers.passes.side_by_side import merge
from archdsl.compilers.passes.views import simplify
from archdsl.ops.rearrange import Slice


def merge_paths(draft: Draft) -> bool:
    """By every map that paths begin from, in order. Where merging costs slices, paths stay apart unless asked otherwise."""
    changed = False
    for name in list(draft.nodes):
        refused: set[str] = set()
        while name in draft.nodes:
            group = next((found for found in groups(draft, name) if found.first not in refused), None)
            if group is None:
                break
            if _try(draft, group):
                changed = True
            else:
                refused.add(group.first)
    return changed


def _try(draft: Draft, group: Group) -> bool:
    """Merge from here on where that is chosen; whether it was."""
    trial = draft.copy()
    paths = merge(trial, group)
    queue, merged = [paths], 1
    while queue:
        base = queue.pop(0)
        while found := next(iter(groups(trial, base)), None):
            queue.append(merge(trial, found))
            merged += 1
    simplify(trial)
    gather(trial)
    pays = len(trial.nodes) < len(draft.nodes) and _slices(trial) <= _slices(draft)
    inner = trial.sites[len(draft.sites) :]
    options = ("merged", "apart") if pays else ("apart", "merged")
    if draft.choose(Site("merge_paths", "merge", group.first, options)) == "apart":
        return False
    trial.sites = [*draft.sites, *inner]
    trial.note("merge_paths", f"{paths}: {len(group.members)} paths as one, {merged} operators merged")
    draft.take(trial)
    return True


def _slices(draft: Draft) -> int:
    return sum(isinstance(node.op, Slice) for node in draft.nodes.values())
