"""Operators over maps in PyTorch: convolution, pooling, padding and resizing, over one, two or three places."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from torch import fx, nn

from archdsl.compilers.torch import layers, sharing, standardised
from archdsl.compilers.torch.rule import Call, Layer, Padding, Rule, Write
from archdsl.ops import Operator, Shape
from archdsl.ops.axes import spread
from archdsl.ops.convolution import Conv2d, ConvTranspose
from archdsl.ops.lego import ChooseAdd, SharedConv
from archdsl.ops.places import Crop, Pad, PixelShuffle, PixelUnshuffle
from archdsl.ops.pool import AdaptivePool, AvgPool, MaxPool
from archdsl.ops.rearrange import Shift, Shuffle
from archdsl.ops.resize import ResizeLike, Upsample
from archdsl.ops.standardised import StdConv2d
from archdsl.ops.window import Sliding, uneven

Makes = dict[int, Callable[..., nn.Module]]
"""A class by the number of places."""

CONV: Makes = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
CONV_TRANSPOSE: Makes = {1: nn.ConvTranspose1d, 2: nn.ConvTranspose2d, 3: nn.ConvTranspose3d}
MAX_POOL: Makes = {1: nn.MaxPool1d, 2: nn.MaxPool2d, 3: nn.MaxPool3d}
AVG_POOL: Makes = {1: nn.AvgPool1d, 2: nn.AvgPool2d, 3: nn.AvgPool3d}
ADAPTIVE: dict[str, Makes] = {
    "avg": {1: nn.AdaptiveAvgPool1d, 2: nn.AdaptiveAvgPool2d, 3: nn.AdaptiveAvgPool3d},
    "max": {1: nn.AdaptiveMaxPool1d, 2: nn.AdaptiveMaxPool2d, 3: nn.AdaptiveMaxPool3d},
}
PAD: dict[str, Makes] = {
    "zeros": {1: nn.ZeroPad1d, 2: nn.ZeroPad2d, 3: nn.ZeroPad3d},
    "reflect": {1: nn.ReflectionPad1d, 2: nn.ReflectionPad2d, 3: nn.ReflectionPad3d},
    "replicate": {1: nn.ReplicationPad1d, 2: nn.ReplicationPad2d, 3: nn.ReplicationPad3d},
}
LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}
"""What PyTorch calls linear interpolation along every axis."""


def places(shape: Shape) -> int:
    """How many places a map has."""
    return len(shape) - 1


def _window(op: Sliding, shape: Shape) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Kernel, stride and the padding that the module itself does."""
    window = op.over(shape)
    pads = (0,) * places(shape) if uneven(window) else window.pads
    return tuple(window.kernel), tuple(window.stride), tuple(pads)


def _before(value: float) -> Callable[[Any, tuple[Shape, ...]], Padding | None]:
    """Padding that differs at the two ends of an axis, which no module does."""

    def pads(op: Sliding, shapes: tuple[Shape, ...]) -> Padding | None:
        window = op.over(shapes[0])
        if not uneven(window):
            return None
        axes = zip(reversed(window.pads), reversed(window.ends), strict=True)
        return tuple([int(amount) for sides in axes for amount in sides]), value

    return pads


def _conv(op: Conv2d, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    (shape,) = shapes
    dilation = tuple(op.over(shape).dilation)
    return CONV[places(shape)](shape[0], op.out, *_window(op, shape), dilation, op.groups, op.bias, device="meta")


def _std_conv(op: StdConv2d, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    (shape,) = shapes
    dilation = tuple(op.over(shape).dilation)
    sizes = (shape[0], op.out, *_window(op, shape), dilation, op.groups, op.bias)
    return standardised.StdConv2d(*sizes, gain=op.gain, eps=op.eps, device="meta")


def _conv_transpose(op: ConvTranspose, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    (shape,) = shapes
    kernel, stride, padding, more, dilation = map(tuple, op.axes(shape))
    made = CONV_TRANSPOSE[places(shape)]
    return made(shape[0], op.out, kernel, stride, padding, more, op.groups, op.bias, dilation, device="meta")


def _shared_conv(op: SharedConv, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    channels = shapes[0][0] // op.groups
    return sharing.SharedConv2d(op.groups, channels, op.filters, *_window(op, shapes[0]), bias=False, device="meta")


def _max_pool(op: MaxPool, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    return MAX_POOL[places(shapes[0])](*_window(op, shapes[0]), ceil_mode=op.ceil)


def _avg_pool(op: AvgPool, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    return AVG_POOL[places(shapes[0])](*_window(op, shapes[0]), op.ceil, op.count_padding)


def _adaptive_pool(op: AdaptivePool, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    return ADAPTIVE[op.mode][places(shapes[0])](tuple(spread(op, "size", shapes[0])))


def _mode(op: Upsample | ResizeLike, shape: Shape) -> dict[str, Any]:
    mode = LINEAR[places(shape)] if op.mode == "bilinear" else op.mode
    return {"mode": mode, "align_corners": None if op.mode == "nearest" else op.align_corners}


def _upsample(op: Upsample, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    (shape,) = shapes
    factors = op.factors(shape)
    to = {"scale_factor": factors} if factors else {"size": tuple(op.shape(shape)[1:])}
    return nn.Upsample(**to, **_mode(op, shape))


def _resize_like(op: ResizeLike, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    return layers.ResizeLike(**_mode(op, shapes[0]))


def _pad(op: Pad, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    sides = tuple(spread(op, "sides", shapes[0], 2))
    return layers.ChannelPad((*sides, *op.channels)) if any(op.channels) else PAD[op.mode][places(shapes[0])](sides)


def _crop(op: Crop, shapes: tuple[Shape, ...], arguments: list[fx.Node], write: Write) -> fx.Node:
    bounds = zip(op.bounds(shapes[0]), shapes[0][1:], strict=True)
    cuts = [slice(int(start), None if stop == size else int(stop), int(step)) for (start, stop, step), size in bounds]
    return write(operator.getitem, arguments[0], (slice(None), slice(None), *cuts))


def _pixel_shuffle(op: PixelShuffle, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    return nn.PixelShuffle(op.factor) if op.first == "channels" else layers.DepthToSpace(op.factor)


def _pixel_unshuffle(op: PixelUnshuffle, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    return nn.PixelUnshuffle(op.factor) if op.first == "channels" else layers.SpaceToDepth(op.factor)


MAPS: dict[type[Operator], Rule] = {
    Conv2d: Layer(_conv, _before(0.0)),
    StdConv2d: Layer(_std_conv, _before(0.0)),
    ConvTranspose: Layer(_conv_transpose),
    SharedConv: Layer(_shared_conv, _before(0.0)),
    ChooseAdd: Layer(lambda op, shapes, in_place: sharing.ChooseAdd(shapes[0][0], op.out, op.groups)),
    MaxPool: Layer(_max_pool, _before(-math.inf)),
    AvgPool: Layer(_avg_pool, _before(0.0)),
    AdaptivePool: Layer(_adaptive_pool),
    Upsample: Layer(_upsample),
    ResizeLike: Layer(_resize_like),
    Pad: Layer(_pad),
    Crop: Call(_crop),
    PixelShuffle: Layer(_pixel_shuffle),
    PixelUnshuffle: Layer(_pixel_unshuffle),
    Shuffle: Layer(lambda op, shapes, in_place: nn.ChannelShuffle(op.groups)),
    Shift: Layer(lambda op, shapes, in_place: layers.Shift(shapes[0][0], op.kernel, op.dilation)),
}
