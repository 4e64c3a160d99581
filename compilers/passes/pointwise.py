"""Pointwise convolutions as the affine maps that they are: read from the graph, composed, and put back."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from archdsl.compilers.passes.draft import Draft
from archdsl.compilers.passes.weights import Array, Lazy, lazy, regrouped
from archdsl.ir.graph import Node
from archdsl.ops.convolution import Conv2d
from archdsl.ops.shapes import is_map

DEARER = 1.5
"""Multiply-accumulates that one kernel less may cost, over those of the two. Measured by benchmarks/passes.py."""


class Map(NamedTuple):
    """A 1x1 convolution, in the graph or not yet.

    Attributes:
        source: name of the map that it reads.
        weight: (out, in / groups, 1, 1).
        bias: (out,), or none.
    """

    op: Conv2d
    source: str
    weight: Lazy
    bias: Lazy | None


def is_pointwise(node: Node) -> bool:
    """Whether a node is a 1x1 convolution without padding, of any stride and groups."""
    op = node.op
    return isinstance(op, Conv2d) and is_map(node.shape) and op.kernel == (1, 1) and op.window.pads == (0, 0)


def mixes(draft: Draft, node: Node) -> bool:
    """Whether a node mixes all channels of a map, place by place: a pointwise convolution without stride and groups."""
    if not is_pointwise(node):
        return False
    op = read(draft, node).op
    return bool(op.stride == (1, 1) and op.groups == 1)


def size(draft: Draft, of: Map) -> int:
    """Multiply-accumulates."""
    arriving = draft[of.source].shape
    return int(of.op.macs((arriving,), of.op.shape(arriving)))


def read(draft: Draft, node: Node) -> Map:
    """The map of a node."""
    assert isinstance(node.op, Conv2d)
    bias = draft.weight(node.name, "bias") if node.op.bias else None
    return Map(node.op, node.inputs[0], draft.weight(node.name), bias)


def after(outer: Map, inner: Map) -> Map:
    """The map that does what `outer` does of the output of `inner`: W_outer W_inner x + W_outer b_inner + b_outer.

    `outer` has neither stride nor groups; the result has no groups.
    """
    outside, inside, inner_bias, outer_bias = outer.weight, inner.weight, inner.bias, outer.bias
    groups = inner.op.groups
    weight = lazy(lambda: (_matrix(outside()) @ dense(inside(), groups))[:, :, None, None])
    bias = outer_bias
    if inner_bias is not None:
        moved = lazy(lambda: _matrix(outside()) @ inner_bias())
        bias = moved if outer_bias is None else lazy(lambda: moved() + outer_bias())
    return Map(replace(inner.op, out=outer.op.out, groups=1, bias=bias is not None), inner.source, weight, bias)


def place(draft: Draft, name: str, made: Map, like: Node) -> None:
    """Put a map into the graph under this name, where `like` stands."""
    draft.put(name, made.op, (made.source,), like)
    draft.weights[f"{name}.weight"] = made.weight
    if made.bias is not None:
        draft.weights[f"{name}.bias"] = made.bias


def _matrix(weight: Array) -> Array:
    return weight[:, :, 0, 0]


def dense(weight: Array, groups: int) -> Array:
    """A grouped weight as the matrix of all channels, zero between groups."""
    return _matrix(regrouped(weight, groups, 1))
