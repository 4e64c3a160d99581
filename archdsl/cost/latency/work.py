"""Units of work that a layer's time is counted in: exact, as ints or grids, for the batch and block of a device.

::

    kernel      1: what starting it takes
    macs        multiply-accumulates with weights
    products    multiply-accumulates of two computed tensors
    inside      multiply-accumulates with weights, without those of a convolution by the zeros around its map
    blocks      the same, channels of input and output rounded up to blocks; fewer channels of the input than a block stay as they are
    in          elements of all inputs
    out         elements of the output
    in_blocks   elements of all inputs, channels rounded up to blocks
    out_blocks  elements of the output, channels rounded up to blocks
    weights     learned values, read once for the batch; of a convolution those that lie on its map for some place
    window      elements that pooling looks at
    lines       channels times rows of the output: each row that a window slides along begins anew
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from archdsl.cost.counting.layer import Layer
from archdsl.cost.counting.quantities import QUANTITIES
from archdsl.cost.latency.taps import taps
from archdsl.exact import product, select
from archdsl.ops.convolution import Conv2d, ConvTranspose
from archdsl.ops.lego import ChooseAdd, SharedConv
from archdsl.ops.linear import Linear
from archdsl.ops.operator import Dim, NoMacs, Shape
from archdsl.ops.readers import Rules
from archdsl.ops.recurrent import Recurrent
from archdsl.ops.scores import RelativeMlp
from archdsl.ops.shapes import channel_axis
from archdsl.ops.standardised import StdConv2d

Work = Callable[[Layer, int, int], Dim]
"""Work of a layer for a batch, with channels in blocks of a size."""


def _of_batch(name: str) -> Work:
    return lambda layer, batch, block: QUANTITIES[name](layer) * batch


def _round(channels: Dim, block: int) -> Dim:
    return channels if block == 1 else (channels + (block - 1)) // block * block


def _elements(shape: Shape, block: int) -> Dim:
    axis = channel_axis(shape)
    return product(_round(d, block) if index == axis else d for index, d in enumerate(shape))


def _inside(layer: Layer, batch: int, block: int) -> Dim:
    op = layer.node.op
    if not isinstance(op, Conv2d):
        return layer.macs * batch
    return layer.output[0] * (layer.inputs[0][0] // op.groups) * taps(op, layer.inputs[0], layer.output).pairs * batch


def _blocks(layer: Layer, batch: int, block: int) -> Dim:
    return BLOCKS.of(layer.node)(layer, block) * batch


def _blocks_of_conv(layer: Layer, block: int) -> Dim:
    op = layer.node.op
    assert isinstance(op, Conv2d)
    out, *_ = layer.output
    each, within = out // op.groups, layer.inputs[0][0] // op.groups
    grouped = select((each == 1) & (within == 1), _round(out, block), op.groups * _round(each, block) * within)
    return select(op.groups == 1, _dense(out, within, block), grouped) * taps(op, layer.inputs[0], layer.output).pairs


def _blocks_of_shared_conv(layer: Layer, block: int) -> Dim:
    op = layer.node.op
    assert isinstance(op, SharedConv)
    channels = op.groups * _dense(op.filters, layer.inputs[0][0] // op.groups, block)
    return channels * taps(op, layer.inputs[0], layer.output).pairs


def _dense(out: Dim, within: Dim, block: int) -> Dim:
    """Pairs of channels of the output and the input of a dense convolution, in blocks."""
    return _round(out, block) * select(within < block, within, _round(within, block))


def _blocks_of_linear(layer: Layer, block: int) -> Dim:
    return product(layer.output[:-1]) * _round(layer.output[-1], block) * layer.inputs[0][-1]


def _as_they_are(layer: Layer, block: int) -> Dim:
    return layer.macs


BLOCKS = Rules[Callable[[Layer, int], Dim]](
    "blocks of channels",
    __name__,
    {
        Conv2d: _blocks_of_conv,
        Linear: _blocks_of_linear,
        ConvTranspose: _as_they_are,
        SharedConv: _blocks_of_shared_conv,
        ChooseAdd: _as_they_are,
        Recurrent: _as_they_are,
        StdConv2d: _as_they_are,
        RelativeMlp: _as_they_are,
        NoMacs: _as_they_are,
    },
)


def _in_blocks(layer: Layer, batch: int, block: int) -> Dim:
    return sum(_elements(shape, block) for shape in layer.inputs) * batch


def _out_blocks(layer: Layer, batch: int, block: int) -> Dim:
    return _elements(layer.output, block) * batch


def _lines(layer: Layer, batch: int, block: int) -> Dim:
    return product(layer.output[:2]) * batch


def _weights(layer: Layer, batch: int, block: int) -> Dim:
    op = layer.node.op
    if not isinstance(op, Conv2d):
        return layer.used
    return op.out * (layer.inputs[0][0] // op.groups) * taps(op, layer.inputs[0], layer.output).used


def _kernel(layer: Layer, batch: int, block: int) -> Any:
    return 1


WORK: dict[str, Work] = {
    "kernel": _kernel,
    "macs": _of_batch("macs"),
    "products": _of_batch("products"),
    "inside": _inside,
    "blocks": _blocks,
    "in": _of_batch("in"),
    "out": _of_batch("out"),
    "in_blocks": _in_blocks,
    "out_blocks": _out_blocks,
    "weights": _weights,
    "window": _of_batch("window"),
    "lines": _lines,
}
