"""Send what passes a block through it: the channels that a partial residual block passes on go the way of those that it learns from.

A convolution can hand a channel on, by a row of the identity or a depthwise kernel that is 1 in its middle. An activation can where all
values lie in the range that it leaves as it is, and a bias moves them there: what a hard swish gives is at least -0.375, so
relu(x + 0.375) is x + 0.375. The last convolution takes the bias off again. The block is then one chain over all channels, without slice
and concatenation. Exact up to rounding; the bounds are those of `archdsl.ir.ranges`.
"""

from __future__ import annotations

from dataclasses import replace
from math import inf, isfinite
from typing import NamedTuple

import numpy as np

from archdsl.compilers.passes.draft import Draft, Site
from archdsl.compilers.passes.pointwise import Map, dense, is_pointwise, place, read
from archdsl.compilers.passes.siblings import is_depthwise
from archdsl.compilers.passes.views import View, is_join, node_of, view
from archdsl.compilers.passes.weights import Array, Lazy, lazy, zeros
from archdsl.ir.graph import Node
from archdsl.ir.ranges import Range, ranges, unchanged
from archdsl.ops.convolution import Conv2d


class Chain(NamedTuple):
    """What is learned of some channels of a map while others pass, until both are concatenated.

    Attributes:
        nodes: from the first that reads the map to the pointwise convolution before the concatenation.
        learned: the channels that the first one reads.
        passing: the others.
        last: whether what passes comes after what was learned in the concatenation.
    """

    join: Node
    nodes: tuple[Node, ...]
    learned: View
    passing: View
    last: bool

    @property
    def whole(self) -> View:
        """All channels, learned and passing."""
        starts, stops = (self.learned.start, self.passing.start), (self.learned.stop, self.passing.stop)
        return View(self.learned.base, min(starts), max(stops))


def pass_through(draft: Draft) -> bool:
    """Every block whose passing channels have a bound. By rule where it begins with a depthwise convolution, which costs least."""
    changed = False
    for name in list(draft.nodes):
        chain = _chain(draft, draft[name]) if name in draft.nodes and is_join(draft[name]) else None
        shift = _shift(draft, chain) if chain else None
        if chain is None or shift is None:
            continue
        cheap = is_depthwise(draft, chain.nodes[0])
        options = ("through", "beside") if cheap else ("beside", "through")
        if draft.choose(Site("pass_through", "passing", name, options)) == "beside":
            continue
        _widen(draft, chain, shift)
        draft.note("pass_through", f"{name}: {chain.passing.size} channels go through what the others learn")
        changed = True
    return draft.settle() or changed


def _chain(draft: Draft, join: Node) -> Chain | None:
    """The chain before a concatenation of two parts, if it is one."""
    if len(join.inputs) != 2:
        return None
    readers = draft.readers()
    for last, (source, other) in ((True, join.inputs), (False, join.inputs[::-1])):
        nodes: list[Node] = []
        node = draft[source]
        while _goes_along(draft, node) and readers[node.name] == [nodes[-1].name if nodes else join.name]:
            nodes.append(node)
            node = draft[node.inputs[0]]
        learned, passing = view(draft, node.name), view(draft, other)
        alone = node.name not in draft.ends and all(one.name not in draft.ends for one in nodes)
        side_by_side = passing.start == learned.stop or learned.start == passing.stop
        if nodes and alone and learned.base == passing.base and side_by_side and is_pointwise(nodes[0]) and len(nodes) > 1:
            if not isinstance(nodes[-1].op, Conv2d):
                return None  # nothing before the activation could bring the values into its range
            return Chain(join, tuple(reversed(nodes)), learned, passing, last)
    return None


def _goes_along(draft: Draft, node: Node) -> bool:
    """Whether a node keeps the places of a map and can hand channels on."""
    if is_pointwise(node):
        return bool(read(draft, node).op.stride == (1, 1))
    if is_depthwise(draft, node):
        return node.shape[1:] == draft[node.inputs[0]].shape[1:]
    return unchanged(node.op) is not None


def _shift(draft: Draft, chain: Chain) -> float | None:
    """What must be added to the channels that pass, so that every activation leaves them as they are; None where nothing does."""
    kept = Range(-inf, inf)
    for node in chain.nodes:
        if not isinstance(node.op, Conv2d):
            left = unchanged(node.op)
            assert left is not None
            kept = Range(max(kept.low, left.low), min(kept.high, left.high))
    held = ranges(draft.nodes)[chain.passing.base]
    shift = max(0.0, kept.low - held.low)
    return shift if isfinite(shift) and held.high + shift <= kept.high else None


def _widen(draft: Draft, chain: Chain, shift: float) -> None:
    """Have every node of the chain carry the passing channels after, or before, those that it has."""
    first = chain.learned.start < chain.passing.start
    source = node_of(draft, chain.whole, chain.join, f"{chain.join.name}_input")
    count = chain.passing.size
    for index, node in enumerate(chain.nodes):
        name = draft.free(f"{node.name}_through")
        own = draft[source].shape[0] - count
        if not isinstance(node.op, Conv2d):
            draft.put(name, node.op, (source,), node)
        elif index + 1 == len(chain.nodes):
            _project(draft, chain, name, source, shift)
        else:
            _carry(draft, node, name, source, shift if index == 0 else 0.0, (own, count, first))
        source = name
    draft.redirect(chain.join.name, source)


def _carry(draft: Draft, node: Node, name: str, source: str, shift: float, share: tuple[int, int, bool]) -> None:
    """A convolution that hands the passing channels on, with `shift` added."""
    own, count, first = share
    op = node.op
    assert isinstance(op, Conv2d)
    weight = draft.weight(node.name)
    bias = draft.weight(node.name, "bias") if op.bias else zeros(op.out)
    through = np.full(count, shift)
    if is_depthwise(draft, node):
        made = lazy(lambda: _joined(weight(), _impulses(count, op.kernel), first))
        placed = replace(op, out=own + count, groups=own + count, bias=True)
    else:
        made = lazy(lambda: _diagonal(dense(weight(), op.groups), np.eye(count), first)[:, :, None, None])
        placed = replace(op, out=op.out + count, groups=1, bias=True)
    draft.put(name, placed, (source,), node)
    draft.weights[f"{name}.weight"] = made
    draft.weights[f"{name}.bias"] = lazy(lambda: _joined(bias(), through, first))


def _project(draft: Draft, chain: Chain, name: str, source: str, shift: float) -> None:
    """The last convolution, with the passing channels where the concatenation had them, and the shift taken off."""
    node, count = chain.nodes[-1], chain.passing.size
    conv = read(draft, node)
    first = chain.learned.start < chain.passing.start
    bias = conv.bias or zeros(conv.op.out)

    def weight() -> Array:
        rows = _diagonal(dense(conv.weight(), conv.op.groups), np.eye(count), first)
        return (rows if chain.last == first else np.roll(rows, -count if chain.last else count, axis=0))[:, :, None, None]

    offset: Lazy = lazy(lambda: _joined(bias(), np.full(count, -shift), chain.last))
    op = replace(conv.op, out=conv.op.out + count, groups=1, bias=True)
    place(draft, name, Map(op, source, lazy(weight), offset), node)


def _joined(own: Array, passing: Array, first: bool) -> Array:
    return np.concatenate([own, passing] if first else [passing, own])


def _impulses(count: int, kernel: tuple[int, int]) -> Array:
    made = np.zeros((count, 1, *kernel))
    made[:, 0, kernel[0] // 2, kernel[1] // 2] = 1
    return made


def _diagonal(own: Array, passing: Array, first: bool) -> Array:
    """Two matrices as the blocks of one, in this order or the other."""
    upper, lower = (own, passing) if first else (passing, own)
    made = np.zeros((len(upper) + len(lower), upper.shape[1] + lower.shape[1]))
    made[: len(upper), : upper.shape[1]] = upper
    made[len(upper) :, upper.shape[1] :] = lower
    return made
