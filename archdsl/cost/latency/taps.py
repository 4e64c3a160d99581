"""Elements of a kernel that lie on the map: runtimes skip those that lie on the zeros around it, which on small maps are many.

A 3x3 convolution of a 2x2 map with one zero on each side has 4 places and 9 elements, of whose 36 pairs 16 lie on the map.
"""

from __future__ import annotations

from typing import NamedTuple

from archdsl.exact import elements, is_array, maximum, minimum, product, select
from archdsl.ops.operator import Dim, Shape
from archdsl.ops.window import Sliding


class Taps(NamedTuple):
    """Elements of a kernel over a map.

    Attributes:
        pairs: of a place of the output and an element of the kernel that lies on the map.
        used: elements that lie on the map for some place.
    """

    pairs: Dim
    used: Dim


def taps(op: Sliding, shape: Shape, output: Shape) -> Taps:
    """Of a window that slides over a map of this shape, for one channel; exact, for one network or a grid alike."""
    window = op.over(shape)
    axes = zip(shape[1:], window.kernel, window.stride, window.pads, window.dilation, output[1:], strict=True)
    found = [_along(*axis) for axis in axes]
    return Taps(product(axis.pairs for axis in found), product(axis.used for axis in found))


def _along(extent: Dim, kernel: Dim, stride: Dim, before: Dim, dilation: Dim, out: Dim) -> Taps:
    """Along one axis: element t of place o lies at o stride + t dilation - before, which is on the map from 0 to extent - 1."""
    pairs: Dim = 0
    used: Dim = 0
    for tap in range(int(elements(kernel).max()) if is_array(kernel) else kernel):
        first = maximum((before - tap * dilation + stride - 1) // stride, 0)
        last = minimum((extent - 1 + before - tap * dilation) // stride, out - 1)
        count = select(tap < kernel, maximum(last - first + 1, 0), 0)
        pairs += count
        used += minimum(count, 1)
    return Taps(pairs, used)
