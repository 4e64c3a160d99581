"""Fold linear maps that follow one another: a projection into the pointwise convolution after it, such as a transition layer.

Between the last activation of a block and the first of the next everything is linear. W P d is one convolution in place of two. What
that costs in multiply-accumulates depends on the sizes, and what it gains on the machine.
"""

from __future__ import annotations

from archdsl.compilers.passes.draft import Draft, Site
from archdsl.compilers.passes.pointwise import DEARER, after, is_pointwise, mixes, place, read, size
from archdsl.compilers.passes.views import simplify
from archdsl.ir.graph import Node


def fold_projections(draft: Draft) -> bool:
    """Every pointwise convolution with stride 1 that reads another which nothing else reads."""
    changed = False
    for name in list(draft.nodes):
        node = draft.nodes.get(name)
        if node is None or not mixes(draft, node):
            continue
        before = draft[node.inputs[0]]
        alone = draft.readers()[before.name] == [name] and before.name not in draft.ends
        if alone and is_pointwise(before) and before.shape[1:] != (1, 1):
            changed |= _chain(draft, node, before)
    return simplify(draft) or changed


def _chain(draft: Draft, node: Node, before: Node) -> bool:
    """Two convolutions as one, where that is chosen; whether it was."""
    outer, inner = read(draft, node), read(draft, before)
    made = after(outer, inner)
    dearer = size(draft, made) > DEARER * (size(draft, outer) + size(draft, inner))
    options = ("apart", "folded") if dearer else ("folded", "apart")
    if draft.choose(Site("fold_projections", "fold", node.name, options)) == "apart":
        return False
    place(draft, node.name, made, node)
    draft.drop(before.name)
    draft.note("fold_projections", f"{before.name} is part of {node.name}")
    return True
