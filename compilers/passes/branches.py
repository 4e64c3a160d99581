"""The branches of a sum: paths along which nothing but linear maps lie, each as one convolution of the map that it begins from.

Beside convolutions these are what says the same of every place: a norm, whose factors are a unit impulse for each channel and whose
summands are a bias; a learned factor for each channel; the mean of a window; and nothing at all, a unit impulse.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from archdsl.compilers.passes.draft import Draft
from archdsl.compilers.passes.fold_norms import affine
from archdsl.compilers.passes.kernels import through
from archdsl.compilers.passes.pointwise import Map, read
from archdsl.compilers.passes.weights import Lazy, lazy
from archdsl.ir.graph import Node
from archdsl.ops.convolution import Conv2d
from archdsl.ops.norm import FoldableNorm
from archdsl.ops.pool import AvgPool
from archdsl.ops.scale import LayerScale
from archdsl.ops.shapes import is_map


class Branch(NamedTuple):
    """A path to a sum as one convolution of the map that it begins from.

    Attributes:
        term: what is added.
        nodes: of the path, from the sum back; nothing else reads them. Without any, the map itself is added.
        macs: multiply-accumulates of the path as it stands.
    """

    term: str
    conv: Map
    nodes: tuple[Node, ...]
    macs: int

    @property
    def layer(self) -> Node | None:
        """The last convolution of the path."""
        return next((node for node in self.nodes if isinstance(node.op, Conv2d)), None)


def branch(draft: Draft, term: str, readers: Mapping[str, Sequence[str]]) -> Branch:
    """The longest such path to a term of a sum, which may be no node at all."""
    channels = draft[term].shape[0]
    made = each_channel(draft, term, lazy(lambda: np.ones(channels)), None)
    nodes: list[Node] = []
    while (node := draft[made.source]).inputs and len(readers[node.name]) == 1 and node.name not in draft.ends:
        step = _linear(draft, node)
        longer = through(made, step, draft[step.source].shape) if step else None
        if longer is None:
            break
        made = longer
        nodes.append(node)
    return Branch(term, made, tuple(nodes), sum(_macs(draft, node) for node in nodes))


def each_channel(draft: Draft, source: str, factors: Lazy, summands: Lazy | None) -> Map:
    """Every channel of a map times its factor, and its summand added: a convolution whose kernel is of one place."""
    shape = draft[source].shape
    op = Conv2d.read({"out": shape[0], "groups": shape[0], "bias": summands is not None})
    assert isinstance(op, Conv2d)
    return Map(op, source, lazy(lambda: factors().reshape(-1, *[1] * len(shape))), summands)


def _linear(draft: Draft, node: Node) -> Map | None:
    """A node as a convolution, where it is one."""
    op = node.op
    if not is_map(node.shape, None):
        return None
    if isinstance(op, Conv2d):
        return read(draft, node)
    if isinstance(op, FoldableNorm):
        return each_channel(draft, node.inputs[0], *affine(draft, node))
    if isinstance(op, LayerScale):
        return each_channel(draft, node.inputs[0], draft.weight(node.name), None)
    if isinstance(op, AvgPool):
        return _mean(draft, node)
    return None


def _mean(draft: Draft, node: Node) -> Map | None:
    """A mean of windows, where each is of as many places: the padding counts, or there is none, and no window is cut off."""
    op, arriving = node.op, draft[node.inputs[0]].shape
    assert isinstance(op, AvgPool)
    window = op.over(arriving)
    if not op.count_padding and any((*window.pads, *window.ends)):
        return None
    channels = arriving[0]
    like = each_channel(draft, node.inputs[0], lazy(lambda: np.ones(channels)), None)
    conv = replace(like.op, kernel=window.kernel, stride=window.stride, padding=op.padding)
    if conv.shape(arriving) != node.shape:
        return None
    return like._replace(op=conv, weight=lazy(lambda: np.full((channels, 1, *window.kernel), 1 / math.prod(window.kernel))))


def _macs(draft: Draft, node: Node) -> int:
    return int(node.op.macs((draft[node.inputs[0]].shape,), node.shape)) if isinstance(node.op, Conv2d) else 0
