"""Receptive field and stride of every layer: how much of the image one value sees, and how far apart two neighbours look.

By the recursion of Araujo et al. 2019 ("Computing receptive fields of convolutional neural networks"): with a window of k,
dilation d and stride s over an input of field r and stride j,

    r' = r + (k - 1) d j        j' = j s

A join sees the union of its inputs; the larger field is given, and where paths are of odd windows and padded alike, as in every
network of the zoo, the smaller lies inside it. What sees the whole image has the field None: flatten, and pooling to one value.
The gate of squeeze and excitation sees everything too, but says nothing of where; a 1x1 factor of a product is therefore left
out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from archdsl.exact import divide, maximum, one_answer, select
from archdsl.ir.graph import Graph, Node
from archdsl.ops.convolution import Conv2d
from archdsl.ops.join import Mul
from archdsl.ops.linear import Linear
from archdsl.ops.operator import Dim, Operator
from archdsl.ops.pool import AdaptivePool, AvgPool, MaxPool
from archdsl.ops.rearrange import Flatten, Shift, Upsample


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What one value of a tensor sees of the image.

    Attributes:
        field: height and width in pixels, the part that padding adds included; None where it sees the whole image.
        stride: pixels between the centres of neighbours, down and to the right (below 1 after upsampling); None likewise.
    """

    field: tuple[Dim, Dim] | None
    stride: tuple[Dim | Fraction, Dim | Fraction] | None


WHOLE = View(None, None)
PIXEL = View((1, 1), (1, 1))


def receptive_fields(graph: Graph) -> dict[str, View]:
    """The view of every node, by name. On a grid of networks its numbers are grids.

    Raises:
        Disagreement: some networks of a grid see the whole image where others do not.
    """
    views: dict[str, View] = {}
    for node in graph:
        if not node.inputs:
            views[node.name] = PIXEL if len(node.shape) == 3 else WHOLE
            continue
        arriving = _joined([views[name] for name in _placed(graph, node)])
        rule = WINDOWS.get(type(node.op))
        if arriving.field is None or rule is None:
            views[node.name] = arriving
        else:
            views[node.name] = rule(node.op, arriving, graph, node)
    return views


def _placed(graph: Graph, node: Node) -> list[str]:
    """The inputs that say something about places: all, except factors of 1x1 beside larger ones."""
    if not isinstance(node.op, Mul):
        return list(node.inputs)
    here = node.shape[1:]
    kept = [
        name
        for name in node.inputs
        if all(a is b or one_answer(a == b) for a, b in zip(graph[name].shape[1:], here, strict=True))
    ]
    return kept or list(node.inputs)


def _joined(views: list[View]) -> View:
    if len(views) == 1:
        return views[0]
    if any(view.field is None for view in views):
        return WHOLE
    fields = [view.field for view in views if view.field is not None]
    strides = [view.stride for view in views if view.stride is not None]
    return View(_largest(fields), _largest(strides))


def _largest(pairs: list[tuple[Any, Any]]) -> tuple[Any, Any]:
    return (maximum(*(pair[0] for pair in pairs)), maximum(*(pair[1] for pair in pairs)))


def _slide(view: View, kernel: tuple[Dim, Dim], stride: tuple[Dim, Dim], dilation: tuple[Dim, Dim] = (1, 1)) -> View:
    assert view.field is not None
    assert view.stride is not None
    rows, columns = view.field
    down, right = view.stride
    field = (rows + (kernel[0] - 1) * dilation[0] * down, columns + (kernel[1] - 1) * dilation[1] * right)
    return View(field, (down * stride[0], right * stride[1]))


def _conv(op: Conv2d, view: View, graph: Graph, node: Node) -> View:
    return _slide(view, op.kernel, op.stride, op.dilation)


def _pool(op: Any, view: View, graph: Graph, node: Node) -> View:
    return _slide(view, op.kernel, op.steps)


def _adaptive(op: AdaptivePool, view: View, graph: Graph, node: Node) -> View:
    """Windows of equal size where the extents divide evenly; to one value, or of uneven windows, the whole image."""
    (_, height, width), (_, rows, columns) = graph[node.inputs[0]].shape, node.shape
    if one_answer((rows == 1) & (columns == 1)) or not one_answer((height % rows == 0) & (width % columns == 0)):
        return WHOLE
    kernel = (height // rows, width // columns)
    return _slide(view, kernel, kernel)


def _upsample(op: Upsample, view: View, graph: Graph, node: Node) -> View:
    """Nearest repeats values; bilinear mixes two neighbours along each axis that grows."""
    assert view.stride is not None
    spread = [select(scale > 1, 1, 0) if op.mode == "bilinear" else 0 for scale in op.scale]
    wider = _slide(view, (1 + spread[0], 1 + spread[1]), (1, 1))
    return View(wider.field, (divide(view.stride[0], op.scale[0]), divide(view.stride[1], op.scale[1])))


def _shift(op: Shift, view: View, graph: Graph, node: Node) -> View:
    return _slide(view, (op.kernel, op.kernel), (1, 1), (op.dilation, op.dilation))


def _everything(op: Operator, view: View, graph: Graph, node: Node) -> View:
    return WHOLE


WINDOWS: dict[type[Operator], Callable[[Any, View, Graph, Node], View]] = {
    Conv2d: _conv,
    MaxPool: _pool,
    AvgPool: _pool,
    AdaptivePool: _adaptive,
    Upsample: _upsample,
    Shift: _shift,
    Flatten: _everything,
    Linear: _everything,
}
"""Operators that are not here see what their inputs see."""
