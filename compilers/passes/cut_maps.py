"""Make the shares of a map apart: a pointwise convolution whose result is only split becomes one convolution for each share.

What was learned from and what passes are then tensors of their own, so nothing is sliced, and a runtime can keep both in the layout
that its convolutions like. It costs one kernel more and no multiply-accumulates.
"""

from __future__ import annotations

from dataclasses import replace

from archdsl.compilers.passes.draft import Draft, Site
from archdsl.compilers.passes.pointwise import Map, is_pointwise, place, read
from archdsl.compilers.passes.views import View, shares
from archdsl.compilers.passes.weights import Lazy, lazy


def cut_maps(draft: Draft) -> bool:
    """Every pointwise convolution without groups that nothing but slices read, where that is chosen."""
    changed = False
    for name in list(draft.nodes):
        node = draft.nodes.get(name)
        if node is None or not is_pointwise(node) or read(draft, node).op.groups != 1:
            continue
        found = shares(draft, name)
        if found is None or draft.choose(Site("cut_maps", "map", name, ("whole", "cut"))) == "whole":
            continue
        conv = read(draft, node)
        for slice_name, share in found:
            part = draft.free(f"{name}_{share.start}_{share.stop}")
            bias = None if conv.bias is None else _rows(conv.bias, share)
            place(draft, part, Map(replace(conv.op, out=share.size), conv.source, _rows(conv.weight, share), bias), node)
            draft.redirect(slice_name, part)
        draft.drop(name)
        draft.note("cut_maps", f"{name}: {len(found)} shares are made apart")
        changed = True
    return draft.settle() or changed


def _rows(weight: Lazy, share: View) -> Lazy:
    return lazy(lambda: weight()[share.start : share.stop])
