"""Resolve concatenations into sums: a convolution of what was learned and what passes is the sum of two convolutions.

W [P d; x] is (W_1 P) d + W_2 x: two convolutions and a sum, without the copy of the concatenation, and with one kernel less where
the projection was a kernel of its own.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

import numpy as np

from archdsl.compilers.passes.draft import Draft, Site
from archdsl.compilers.passes.pointwise import DEARER, Map, after, is_pointwise, mixes, place, read, size
from archdsl.compilers.passes.views import View, is_join, simplify, view
from archdsl.compilers.passes.weights import Array, Lazy, lazy
from archdsl.ir.graph import Node
from archdsl.ops.join import Add

MOST_TERMS = 2
"""Tensors that a concatenation is resolved into; more would be as many convolutions and sums."""


def sum_joins(draft: Draft) -> bool:
    """Every pointwise convolution with stride 1 that reads a concatenation which nothing but such convolutions read."""
    changed = False
    for name in list(draft.nodes):
        node = draft.nodes.get(name)
        if node is None or not mixes(draft, node):
            continue
        join = draft[node.inputs[0]]
        if is_join(join) and join.name not in draft.ends and all(mixes(draft, draft[one]) for one in draft.readers()[join.name]):
            changed |= _join(draft, node, join)
    return simplify(draft) or changed


def _join(draft: Draft, node: Node, join: Node) -> bool:
    """A convolution of a concatenation as a sum of convolutions, where that is chosen; whether it was."""
    parts = [view(draft, source) for source in join.inputs]
    bases = list(dict.fromkeys(part.base for part in parts))
    if not 2 <= len(bases) <= MOST_TERMS:
        return False
    projections = _projections(draft, node, join, bases)
    options = ("concat", "sum", *(["folded"] if projections else []))
    form = draft.choose(Site("sum_joins", "join", node.name, options))
    if form == "concat":
        return False
    outer = read(draft, node)
    starts = [0, *accumulate(part.size for part in parts)]
    terms: list[str] = []
    for base in bases:
        places = [(part, start) for part, start in zip(parts, starts, strict=False) if part.base == base]
        bias = None if terms else outer.bias  # the first term carries the bias of all
        weight = _columns(outer.weight, places, draft[base].shape[0])
        term = Map(replace(outer.op, bias=bias is not None), base, weight, bias)
        if form == "folded" and base in projections:
            term = after(term, read(draft, draft[base]))
        terms.append(draft.free(f"{node.name}_{len(terms) + 1}"))
        place(draft, terms[-1], term, node)
    total = draft.free(f"{node.name}_sum")
    draft.put(total, Add(), tuple(terms), node)
    draft.redirect(node.name, total)
    draft.settle()
    folded = f", with {' and '.join(projections)} in them" if form == "folded" else ""
    draft.note("sum_joins", f"{node.name}: a sum of {len(terms)} convolutions in place of a concatenation{folded}")
    return True


def _projections(draft: Draft, node: Node, join: Node, bases: list[str]) -> list[str]:
    """Projections before a concatenation which are folded into what reads it: those that are worth it, else the one that costs least."""
    readers = draft.readers()
    outer = read(draft, node)
    dearer = {}
    for base in bases:
        if not is_pointwise(draft[base]) or readers[base] != [join.name] or base in draft.ends:
            continue
        inner = read(draft, draft[base])
        term = Map(replace(outer.op, bias=False), base, outer.weight, None)
        made = Map(replace(inner.op, out=outer.op.out, groups=1), inner.source, outer.weight, None)
        dearer[base] = size(draft, made) / (size(draft, term) + size(draft, inner) / len(readers[join.name]))
    return [base for base, times in dearer.items() if times <= max(DEARER, min(dearer.values()))]


def _columns(weight: Lazy, places: list[tuple[View, int]], width: int) -> Lazy:
    """The weight for a whole tensor, some ranges of which stood in a concatenation: zeros for channels that did not.

    Args:
        places: ranges, and where each began in the concatenation.
        width: channels of the tensor.
    """

    def make() -> Array:
        whole = np.zeros((weight().shape[0], width, 1, 1))
        for part, start in places:
            whole[:, part.start : part.stop] += weight()[:, start : start + part.size]
        return whole

    return lazy(make)
