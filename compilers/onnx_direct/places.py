"""Operators over the places of maps as ONNX nodes: padding, cuts, blocks of places for channels, other sizes."""

from __future__ import annotations

from typing import Any

import numpy as np

from archdsl.compilers.onnx_direct.rule import Rule
from archdsl.compilers.onnx_direct.weights import Tensors
from archdsl.compilers.onnx_direct.writer import Writer
from archdsl.ops import Operator, Shape
from archdsl.ops.axes import spread
from archdsl.ops.places import Crop, Pad, PixelShuffle, PixelUnshuffle
from archdsl.ops.resize import ResizeLike, Upsample

MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge"}


def _pad(op: Pad, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    sides = spread(op, "sides", shapes[0], 2)
    begin, end = sides[::2][::-1], sides[1::2][::-1]
    before, after = op.channels
    return write("Pad", inputs[0], write.integers(0, before, *begin, 0, after, *end), mode=MODES[op.mode])


def _crop(op: Crop, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    starts, stops, steps = zip(*op.bounds(shapes[0]), strict=True)
    axes = range(2, 2 + len(starts))
    return write("Slice", inputs[0], *[write.integers(*values) for values in (starts, stops, axes, steps)])


def _pixel_shuffle(op: PixelShuffle, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return write("DepthToSpace", inputs[0], blocksize=op.factor, mode="CRD" if op.first == "channels" else "DCR")


def _pixel_unshuffle(op: PixelUnshuffle, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    if op.first == "places":
        return write("SpaceToDepth", inputs[0], blocksize=op.factor)
    (channels, height, width), factor = shapes[0], op.factor
    apart = write.integers(-1, channels, height // factor, factor, width // factor, factor)
    turned = write("Transpose", write("Reshape", inputs[0], apart), perm=[0, 1, 3, 5, 2, 4])
    return write("Reshape", turned, write.integers(-1, channels * factor * factor, height // factor, width // factor))


def _how(op: Upsample | ResizeLike) -> dict[str, Any]:
    if op.mode == "nearest":
        return {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    corners = "align_corners" if op.align_corners else "half_pixel"
    if op.mode == "bilinear":
        return {"mode": "linear", "coordinate_transformation_mode": corners}
    return {"mode": "cubic", "coordinate_transformation_mode": corners, "cubic_coeff_a": -0.75}


def _upsample(op: Upsample, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    factors = op.factors(shapes[0])
    if factors is None:
        return _to_size(inputs[0], op.shape(*shapes), op, write)
    return write("Resize", inputs[0], "", write.weight("scale", np.array([1, 1, *factors], np.float32)), **_how(op))


def _resize_like(op: ResizeLike, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return _to_size(inputs[0], op.shape(*shapes), op, write)


def _to_size(value: str, shape: Shape, op: Upsample | ResizeLike, write: Writer) -> str:
    batch = write("Shape", value, start=0, end=1)
    return write("Resize", value, "", "", write("Concat", batch, write.integers(*shape), axis=0), **_how(op))


PLACES: dict[type[Operator], Rule] = {
    Pad: _pad,
    Crop: _crop,
    PixelShuffle: _pixel_shuffle,
    PixelUnshuffle: _pixel_unshuffle,
    Upsample: _upsample,
    ResizeLike: _resize_like,
}
