"""Kinds of convolutions, by their groups, kernel and stride, and by how their channels and maps fill what a processor takes at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from archdsl.cost.counting.layer import Layer
from archdsl.cost.latency.cases import Case, Mask, joined, split
from archdsl.ops.convolution import Conv2d
from archdsl.ops.shapes import is_map

QUAD, BLOCK = 4, 16
"""What runtimes want channels to be a multiple of, so that vectors and blocks of them are full."""
SMALL = 49
"""Places of a map up to which weights are read more than they are used: 7x7, the last maps of most networks of images."""
WIDE = 4
"""Channels of what is still an image."""


def conv_kinds(layer: Layer) -> list[Case]:
    """The kinds of a convolution, which `archdsl.cost.latency.layer_kinds` lists, each with where it holds in a grid."""
    op, (channels, *_) = layer.node.op, layer.inputs[0]
    assert isinstance(op, Conv2d)
    if not is_map(layer.output):
        return _conv_over_others(layer)
    _, height, width = layer.output
    pointwise = (op.kernel[0] == 1) & (op.kernel[1] == 1)
    strides = list(split([("", (op.stride[0] == 1) & (op.stride[1] == 1))], ".s2"))
    sizes = joined(list(_sizes(op.kernel)), strides)
    within, each = channels // op.groups, op.out // op.groups
    partly = list(split([(".full", multiples(BLOCK, within, each)), ("", multiples(QUAD, within, each))], ".odd"))
    image, small = channels <= WIDE, height * width <= SMALL
    even = multiples(QUAD, channels, op.out)
    one = list(split([(".vector", (height == 1) & (width == 1)), (".small", small), ("", even)], ".odd"))
    odd = list(split([("", even)], ".odd"))
    found: list[Case] = []
    groups = [("dense", op.groups == 1), ("depthwise", (op.groups == channels) & (op.out == channels))]
    for word, condition in split(groups, "grouped"):
        for shape, where in split([(".pointwise", pointwise)], ""):
            more: Sequence[Case] = sizes
            if word == "dense" and shape:
                more = joined(one, strides)
            elif word == "dense":
                more = joined(list(split([(".image", image), (".small", small), ("", even)], ".odd")), sizes)
            elif word == "depthwise":
                more = joined(odd, sizes)
            else:
                more = joined(partly, strides)
            kind = "conv.pointwise" if word == "dense" and shape else f"conv.{word}{shape if word == 'grouped' else ''}"
            found += joined([(kind, condition & where)], more)
    return [(word, where) for word, where in found if where is not False]


def _conv_over_others(layer: Layer) -> list[Case]:
    """Convolutions over one place or three."""
    op, places = layer.node.op, len(layer.output) - 1
    assert isinstance(op, Conv2d)
    one: Mask = True
    for extent in op.over(layer.inputs[0]).kernel:
        one = one & (extent == 1)
    return [(f"conv.{places}d{more}", where) for more, where in split([(".pointwise", one)], "")]


def multiples(of: int, *counts: Any) -> Mask:
    """Whether all counts are multiples of a number."""
    found: Mask = True
    for count in counts:
        found = found & (count % of == 0)
    return found


def _sizes(kernel: tuple[Any, Any]) -> Iterator[Case]:
    side = kernel[0]
    square = kernel[0] == kernel[1]
    return split([(f".{n}", square & (side == n)) for n in (1, 3, 5, 7)], ".large")
