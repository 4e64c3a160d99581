"""Fold linear maps that follow one another: a projection into the transition after it, and a concatenation into a sum.

Between the last activation of a block and the first of the next everything is linear: projections, the concatenation with what
passed, the transition layer. W [P d; x] is (W_1 P) d + W_2 x: two convolutions and a sum, without the copy of the concatenation,
and with one kernel less where the projection was a kernel of its own. What that costs in multiply-accumulates depends on the
sizes, and what it gains on the machine.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

import numpy as np

from archdsl.compilers.passes.draft import Draft, Site
from archdsl.compilers.passes.pointwise import Map, after, is_pointwise, place, read
from archdsl.compilers.passes.views import View, is_join, simplify, view
from archdsl.compilers.passes.weights import Array, Lazy, lazy
from archdsl.ir.graph import Node
from archdsl.ops.join import Add

DEARER = 1.5
"""Multiply-accumulates that one kernel less may cost, over those of the two. Measured by benchmarks/passes.py."""
MOST_TERMS = 2
"""Tensors that a concatenation is resolved into; more would be as many convolutions and sums."""


def fold_projections(draft: Draft) -> bool:
    """Every pointwise convolution with stride 1 that reads a projection or a concatenation which nothing else reads."""
    changed = False
    for name in list(draft.nodes):
        node = draft.nodes.get(name)
        if node is None or not is_pointwise(node):
            continue
        outer, before = read(draft, node), draft[node.inputs[0]]
        if outer.op.stride != (1, 1) or outer.op.groups != 1 or before.name in draft.ends:
            continue
        if draft.readers()[before.name] != [name]:
            continue
        if is_join(before):
            changed |= _join(draft, node, before)
        elif is_pointwise(before) and before.shape[1:] != (1, 1):
            changed |= _chain(draft, node, before)
    return simplify(draft) or changed


def _chain(draft: Draft, node: Node, before: Node) -> bool:
    """Two convolutions as one, where that is chosen; whether it was."""
    outer, inner = read(draft, node), read(draft, before)
    made = after(outer, inner)
    dearer = _size(draft, made) > DEARER * (_size(draft, outer) + _size(draft, inner))
    options = ("apart", "folded") if dearer else ("folded", "apart")
    if draft.choose(Site("fold_projections", "fold", node.name, options)) == "apart":
        return False
    place(draft, node.name, made, node)
    draft.drop(before.name)
    draft.note("fold_projections", f"{before.name} is part of {node.name}")
    return True


def _join(draft: Draft, node: Node, join: Node) -> bool:
    """A convolution of a concatenation as a sum of convolutions, where that is chosen; whether it was."""
    parts = [view(draft, source) for source in join.inputs]
    bases = list(dict.fromkeys(part.base for part in parts))
    if not 2 <= len(bases) <= MOST_TERMS:
        return False
    readers = draft.readers()
    projections = [
        base for base in bases if is_pointwise(draft[base]) and readers[base] == [join.name] and base not in draft.ends
    ]
    options = ("concat", "sum", *(["folded"] if projections else []))
    form = draft.choose(Site("fold_projections", "join", node.name, options))
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
    draft.note("fold_projections", f"{node.name}: a sum of {len(terms)} convolutions in place of a concatenation{folded}")
    return True


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


def _size(draft: Draft, of: Map) -> int:
    """Multiply-accumulates."""
    arriving = draft[of.source].shape
    return int(of.op.macs((arriving,), of.op.shape(arriving)))
