"""Convolutions of one map as one: kernels laid out over the same channels and places, and one after another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

import numpy as np

from archdsl.compilers.passes.pointwise import Map
from archdsl.compilers.passes.weights import Array, Lazy, lazy, regrouped
from archdsl.ops.convolution import Conv2d
from archdsl.ops.errors import ShapeError
from archdsl.ops.operator import Shape
from archdsl.ops.window import OF_SIZE


def total(maps: Sequence[Map], arriving: Shape) -> Map | None:
    """One convolution that gives the sum of these, which have one stride; None where no padding of both ends alike would do.

    Its kernel covers the places of all, its groups hold those of all. What lies outside of the map is zero for each of them, so
    that places may be added to a kernel as long as their weights are zero.

    Args:
        arriving: shape of the map that they read.
    """
    hull = _hull([_places(of.op, arriving) for of in maps])
    groups = math.gcd(*[of.op.groups for of in maps])
    bias = any(of.bias is not None for of in maps)
    op = _sliding(maps, hull, arriving)
    if op is None:
        return None
    parts = [_laid(of, groups, hull, arriving) for of in maps]
    biases = [of.bias for of in maps if of.bias is not None]
    weight, summands = lazy(lambda: _sum(parts)), lazy(lambda: _sum(biases)) if bias else None
    return Map(replace(op, groups=groups, bias=bias), maps[0].source, weight, summands)


def through(outer: Map, inner: Map, arriving: Shape) -> Map | None:
    """One convolution that does what `outer` does of the output of `inner`; None where there is none.

    One of the two has a kernel of one place. Where that is the inner one, `outer` must not pad what has a bias: the padding is zero,
    and not what the inner one would make of zero.

    Args:
        arriving: shape of the map that `inner` reads.
    """
    kept = inner if _is_single(outer, inner.op.shape(arriving)) else outer
    if kept is outer and not _is_single(inner, arriving):
        return None
    window = outer.op.over(inner.op.shape(arriving))
    padded = any((*window.pads, *window.ends))
    if kept is outer and ((padded and inner.bias is not None) or any(s != 1 for s in inner.op.over(arriving).stride)):
        return None
    if kept is inner and inner.op.padding in OF_SIZE and any(s != 1 for s in window.stride):
        return None  # its padding would be another at another stride
    stride = tuple([a * b for a, b in zip(inner.op.over(arriving).stride, window.stride, strict=True)])
    groups = math.gcd(outer.op.groups, inner.op.groups)
    bias = outer.bias is not None or inner.bias is not None
    op = replace(kept.op, out=outer.op.out, stride=stride, groups=groups, bias=bias)
    weight = lazy(lambda: _composed(outer.weight(), inner.weight(), (outer.op.groups, inner.op.groups)))
    return Map(op, inner.source, weight, _moved_bias(outer, inner))


def _moved_bias(outer: Map, inner: Map) -> Lazy | None:
    """What the outer convolution makes of the bias of the inner one, and its own."""
    own, moved = outer.bias, inner.bias
    if moved is None:
        return own

    def make() -> Array:
        column = moved().reshape(-1, *[1] * (outer.weight().ndim - 1))
        found = _composed(outer.weight(), column, (outer.op.groups, 1)).sum(axis=tuple(range(1, column.ndim)))
        return found if own is None else np.asarray(found + own())

    return lazy(make)


def _composed(outer: Array, inner: Array, groups: tuple[int, int]) -> Array:
    """The weight of two convolutions one after the other, one of which has a kernel of one place, for the groups that both can have."""
    if groups[0] == len(outer) == len(inner) and outer[0].size == 1:
        return outer.reshape(-1, *[1] * (inner.ndim - 1)) * inner
    common = math.gcd(*groups)
    outside, inside = regrouped(outer, groups[0], common), regrouped(inner, groups[1], common)
    kernel = outer.shape[2:] if outer[0, 0].size > 1 else inner.shape[2:]
    product = _matrices(outside, common) @ _matrices(inside, common)  # (places, groups, out / groups, in / groups)
    whole = np.moveaxis(product, 0, -1)
    return whole.reshape(len(outer), inside.shape[1], *kernel)


def _matrices(weight: Array, groups: int) -> Array:
    """The weight as (places, groups, out / groups, in / groups)."""
    return np.moveaxis(weight.reshape(groups, len(weight) // groups, weight.shape[1], -1), -1, 0)


Places = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
"""Which places a kernel reads along each axis, from the place that its stride has reached: the first, their distance, their number."""


def _places(op: Conv2d, arriving: Shape) -> Places:
    window = op.over(arriving)
    return tuple([-pad for pad in window.pads]), tuple(window.dilation), tuple(window.kernel)


def _hull(kernels: Sequence[Places]) -> Places:
    """The smallest kernel that reads all the places of these. It begins at the latest where its stride has reached."""
    axes = [_axis([(b[axis], s[axis], n[axis]) for b, s, n in kernels]) for axis in range(len(kernels[0][0]))]
    begins, steps, counts = zip(*axes, strict=True)
    return begins, steps, counts


def _axis(kernels: Sequence[tuple[int, int, int]]) -> tuple[int, int, int]:
    first = min(0, *[begin for begin, _, _ in kernels])
    last = max(begin + step * (count - 1) for begin, step, count in kernels)
    step = reduce(math.gcd, [begin - first for begin, _, _ in kernels] + [step for _, step, count in kernels if count > 1])
    return first, step or 1, (last - first) // (step or 1) + 1


def _sliding(maps: Sequence[Map], hull: Places, arriving: Shape) -> Conv2d | None:
    """A convolution that reads these places and gives as many values as the maps do, with the padding of one of them if that will do."""
    begins, steps, counts = hull
    before = tuple([-begin for begin in begins])
    for padding in (*[of.op.padding for of in maps], before):
        op = replace(maps[0].op, kernel=counts, padding=padding, dilation=steps)
        try:
            if op.over(arriving).pads == before and op.shape(arriving) == maps[0].op.shape(arriving):
                return op
        except ShapeError:  # a padding that is of kernels of odd extent
            continue
    return None


def _laid(of: Map, groups: int, hull: Places, arriving: Shape) -> Lazy:
    """The weight of a convolution for fewer groups and a larger kernel."""
    begins, steps, counts = _places(of.op, arriving)
    axes = zip(begins, steps, counts, *hull, strict=True)
    where = tuple([_range(begin - first, step, count, apart) for begin, step, count, first, apart, _ in axes])

    def make() -> Array:
        found = regrouped(of.weight(), of.op.groups, groups)
        whole = np.zeros((*found.shape[:2], *hull[2]))
        whole[(slice(None), slice(None), *where)] = found
        return whole

    return lazy(make)


def _range(offset: int, step: int, count: int, apart: int) -> slice:
    """Where the places of a kernel lie among those of a larger one, which lie `apart`."""
    start, by = offset // apart, max(1, step // apart)
    return slice(start, start + by * (count - 1) + 1, by)


def _is_single(of: Map, arriving: Shape) -> bool:
    """Whether the kernel is of one place and nothing is padded."""
    window = of.op.over(arriving)
    return all(extent == 1 for extent in window.kernel) and not any((*window.pads, *window.ends))


def _sum(parts: Sequence[Lazy]) -> Array:
    found = parts[0]()
    for part in parts[1:]:
        found = found + part()
    return found
