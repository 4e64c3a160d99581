"""Layers with weights in ONNX: convolutions, products with matrices, norms."""

from __future__ import annotations

from typing import Any

import torch

from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.lower import attention, layers, shapes
from archdsl.importer.lower.along import alike, as_map
from archdsl.importer.lower.windows import Steps
from archdsl.importer.onnx_call import Call, eps_of, operator, short
from archdsl.importer.onnx_windows import ahead, window
from archdsl.importer.values import Const, Operand


@operator("Conv")
def _conv(draft: Draft, call: Call) -> Any:
    weight = call.weight(1)
    kernel = weight.sizes[2:]
    given = window(call, kernel, call.x.sizes[2:])
    x, padding = ahead(draft, call.x, given)
    return layers.convolution(draft, x, weight, call.at(2), Steps(given.stride, padding, given.dilation), call.get("group", 1))


@operator("ConvTranspose")
def _conv_transpose(draft: Draft, call: Call) -> Any:
    weight = call.weight(1)
    places = len(weight.sizes) - 2
    stride, dilation = call.get("strides", [1] * places), call.get("dilations", [1] * places)
    more, pads = call.get("output_padding", [0] * places), call.get("pads", [0] * 2 * places)
    if call.get("output_shape") or call.get("auto_pad", "NOTSET") not in ("NOTSET", "VALID"):
        raise NotSaid("a transposed convolution that is told its output")
    begin, end = pads[:places], pads[places:]
    more = [extra + first - last for extra, first, last in zip(more, begin, end, strict=True)]  # less is cut off at the end
    if any(extra < 0 for extra in more):
        raise NotSaid("a transposed convolution that cuts off more at the end than at the beginning")
    return layers.transposed_convolution(
        draft, call.x, weight, call.at(2), Steps(stride, begin, dilation), more, call.get("group", 1)
    )


@operator("Gemm")
def _gemm(draft: Draft, call: Call) -> Any:
    x, weight, bias = call.x, call.weight(1), call.at(2)
    if call.get("transA"):
        x = shapes.swapped(x, 0, 1)
    alpha, beta = call.get("alpha", 1.0), call.get("beta", 1.0)
    by_row = weight if call.get("transB") else _matrix(weight)
    if bias is not None:
        flat = layers.known(bias)
        bias = (
            flat._replace(tensor=flat.tensor.expand(1, by_row.sizes[0]).flatten() * beta)
            if flat.tensor.dim() < 2 or flat.sizes[0] == 1
            else flat
        )
    if alpha != 1:
        by_row = by_row._replace(tensor=by_row.tensor * alpha)
    return layers.linear(draft, x, by_row, bias)


@operator("Linear")
def _linear(draft: Draft, call: Call) -> Any:
    """A product with a matrix and the bias after it (see `onnx_compounds`)."""
    return layers.linear(draft, call.x, _matrix(call.weight(1)), call.at(2))


@operator("MatMul")
def _matmul(draft: Draft, call: Call) -> Any:
    x, y = call.x, call.at(1)
    if isinstance(y, Const) and len(y.sizes) == 2:
        return layers.linear(draft, x, _matrix(y), None)
    if y is None or isinstance(x, Const) or isinstance(y, Const):
        raise NotSaid("a product with a stack of matrices that no input changes")
    return attention.matmul(draft, x, y)


@operator("ScaledMatMul")
def _scaled_matmul(draft: Draft, call: Call) -> Any:
    """A product that is scaled (see `onnx_compounds`), as attention has it or by another number."""
    x, y, scale = call.x, call.at(1), call.get("scale")
    if y is None or isinstance(x, Const) or isinstance(y, Const):
        raise NotSaid("a product with a stack of matrices that no input changes")
    usual = abs(scale * x.sizes[-1] ** 0.5 - 1) < 1e-5
    made = attention.matmul(draft, x, y, usual)
    return made if usual else alike(draft, made, "gain", begin=short(scale), learned=False)


def _matrix(const: Const) -> Const:
    """A matrix from inputs to outputs, as rows of outputs."""
    return const._replace(tensor=const.tensor.t())


@operator("BatchNormalization")
def _batch_norm(draft: Draft, call: Call) -> Any:
    if call.get("training_mode"):
        raise NotSaid("a batch norm in training")
    weight, bias, mean, variance = (call.weight(place) for place in range(1, 5))
    momentum = float(f"{1 - call.get('momentum', 0.9):.6g}")
    return layers.batch_norm(draft, call.x, weight, bias, (mean, variance), momentum, eps_of(call))


@operator("LayerNormalization")
def _layer_norm(draft: Draft, call: Call) -> Any:
    axes = -call.get("axis", -1) if call.get("axis", -1) < 0 else len(call.x.sizes) - call.get("axis")
    weight, bias = call.at(1), call.at(2)
    if weight is not None and bias is None:
        bias = Const(torch.zeros_like(layers.known(weight).tensor))
    if weight is not None and _is(weight, 1) and _is(bias, 0) and not (_named(weight) or _named(bias)):
        weight = bias = None
    return layers.layer_norm(draft, call.x, axes, weight, bias, eps_of(call))


@operator("RMSNormalization")
def _rms_norm(draft: Draft, call: Call) -> Any:
    if call.get("axis", -1) not in (-1, len(call.x.sizes) - 1):
        raise NotSaid("an RMS norm over several axes")
    return layers.rms_norm(draft, call.x, call.at(1), eps_of(call))


@operator("InstanceNormalization")
def _instance_norm(draft: Draft, call: Call) -> Any:
    value, weight, bias = as_map(draft, call.x), call.weight(1), call.weight(2)
    affine = not (_is(weight, 1) and _is(bias, 0))
    tensors = {"weight": weight, "bias": bias} if affine else {}
    return draft.add("instance_norm", value, weights=tensors, eps=layers.number(eps_of(call)), affine=affine)


@operator("GroupNormalization")
def _group_norm(draft: Draft, call: Call) -> Any:
    weight, bias, groups = call.weight(1), call.weight(2), call.get("num_groups")
    channels = call.x.sizes[1]
    if weight.sizes == (groups,) and groups != channels:  # before opset 21 a number for each group
        weight, bias = (c._replace(tensor=c.tensor.repeat_interleave(channels // groups)) for c in (weight, bias))
    return layers.group_norm(draft, call.x, groups, weight, bias, eps_of(call))


def _is(operand: Operand | None, number: float) -> bool:
    return isinstance(operand, Const) and bool((operand.tensor == number).all())


def _named(operand: Operand | None) -> bool:
    return isinstance(operand, Const) and bool(operand.name)
