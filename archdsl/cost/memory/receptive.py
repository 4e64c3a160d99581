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

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from archdsl.exact import Disagreement, divide, maximum, one_answer
from archdsl.exact.grid_context import current
from archdsl.exact.kinds import NO_KNOBS
from archdsl.ir.graph import Graph, Node
from archdsl.ir.wiring import any_of
from archdsl.ops.facts import Reach, Window
from archdsl.ops.operator import Dim, Shape
from archdsl.ops.readers import Facts
from archdsl.ops.select import Select
from archdsl.ops.shapes import is_map

RECEPTIVE = Facts("receptive fields", __name__, sees="what one value of its output sees of its input")


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What one value of a tensor sees of the image.

    Attributes:
        field: the extent along every axis in pixels, the part that padding adds included; None where it sees the whole image.
        stride: pixels between the centres of neighbours, down and to the right (below 1 after upsampling); None likewise.
        known: False behind an opaque step, where nothing can be said; field and stride are None.
    """

    field: tuple[Dim, ...] | None
    stride: tuple[Dim | Fraction, ...] | None
    known: bool = True


WHOLE = View(None, None)
UNKNOWN = View(None, None, known=False)


def _pixel(shape: Shape) -> View:
    """What a value of the input sees: itself."""
    ones = (1,) * (len(shape) - 1)
    return View(ones, ones)


def receptive_fields(graph: Graph, sizes: bool = True) -> dict[str, View]:
    """The view of every node, by name. On a grid of networks its numbers are grids.

    Args:
        sizes: whether fields are worked out; else they are those of a pixel, and only strides, and what sees the whole image, tell.

    Raises:
        Disagreement: some networks of a grid see the whole image where others do not.
    """
    views: dict[str, View] = {}
    for node in graph:
        if isinstance(node.op, Select):
            views[node.name] = _selected(node.op, [views[name] for name in node.inputs])
        elif node.present is None:
            views[node.name] = _view(graph, node, views, sizes)
        else:
            with current().branch(node.present):
                views[node.name] = _view(graph, node, views, sizes)
    return views


def _view(graph: Graph, node: Node, views: dict[str, View], sizes: bool) -> View:
    if not node.inputs:
        return _pixel(node.shape) if is_map(node.shape, None) else WHOLE
    arriving = _joined([views[name] for name in _placed(graph, node)])
    seen = RECEPTIVE.of(node).sees(graph.input_shapes(node), node.shape) if arriving.field is not None else Reach.EVERYTHING
    if seen is Reach.UNKNOWN or not arriving.known:
        return UNKNOWN
    if isinstance(seen, Window):
        return _slid(arriving, seen if sizes else seen._replace(kernel=(1,) * len(seen.kernel)))
    return arriving if seen is Reach.PLACE else WHOLE


def _selected(op: Select, views: list[View]) -> View:
    """The view of whichever alternative a variant takes. Raises Disagreement where some see the whole image."""
    whole = [view.field is None for view in views]
    if all(whole):
        return views[0] if all(view.known for view in views) else UNKNOWN
    if any(whole):
        raise Disagreement(NO_KNOBS, any_of([mask for mask, all_ in zip(op.masks, whole, strict=True) if all_]))
    fields, strides = ([getattr(view, side) for view in views] for side in ("field", "stride"))
    return View(_chosen(op, fields), _chosen(op, strides))


def _chosen(op: Select, sides: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    from archdsl.exact.selection import chosen

    return tuple([chosen(op.masks, axis) for axis in zip(*sides, strict=True)])


def _placed(graph: Graph, node: Node) -> list[str]:
    """The inputs that say something about places: all, except those of 1x1 that are stretched over larger ones."""
    if not node.op.stretches:
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
    if not all(view.known for view in views):
        return UNKNOWN
    if any(view.field is None for view in views):
        return WHOLE
    fields = [view.field for view in views if view.field is not None]
    strides = [view.stride for view in views if view.stride is not None]
    return View(_largest(fields), _largest(strides))


def _largest(sizes: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    return tuple(maximum(*axis) for axis in zip(*sizes, strict=True))


def _slid(view: View, window: Window) -> View:
    assert view.field is not None
    assert view.stride is not None
    axes = zip(view.field, view.stride, window.kernel, window.dilation, strict=True)
    field = tuple(extent + (kernel - 1) * dilation * step for extent, step, kernel, dilation in axes)
    stride: tuple[Any, ...] = tuple(step * by for step, by in zip(view.stride, window.stride, strict=True))
    if window.scale is not None:
        stride = tuple(divide(step, by) for step, by in zip(stride, window.scale, strict=True))
    return View(field, stride)
