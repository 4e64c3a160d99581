"""Calls of ATen that have weights: convolutions, products with a matrix, norms, embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from archdsl.importer.aten_call import CALLS, call
from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.lower import attention, layers, norms, shapes
from archdsl.importer.lower.windows import Steps, spread
from archdsl.importer.values import Const, Operand


@call("conv1d", "conv2d", "conv3d")
def _conv(
    draft: Draft, x: Operand, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Any:
    kernel = weight.sizes[2:]
    step, gap = spread(stride, len(kernel)), spread(dilation, len(kernel))
    pads = _worded(padding, kernel, step, gap) if isinstance(padding, str) else spread(padding, len(kernel))
    return layers.convolution(draft, x, weight, bias, Steps(step, pads, gap), groups)


@call("std_conv")
def _std_conv(
    draft: Draft,
    x: Operand,
    weight: Any,
    gain: Any,
    eps: float,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    kernel = weight.sizes[2:]
    step, gap = spread(stride, len(kernel)), spread(dilation, len(kernel))
    pads = _worded(padding, kernel, step, gap) if isinstance(padding, str) else spread(padding, len(kernel))
    return layers.standardised_convolution(draft, x, (weight, gain, bias), Steps(step, pads, gap), groups, eps)


def _worded(padding: str, kernel: Sequence[int], stride: Sequence[int], dilation: Sequence[int]) -> list[int]:
    """The padding that a word stands for."""
    if padding == "valid":
        return [0] * len(kernel)
    both = [(size - 1) * gap for size, gap in zip(kernel, dilation, strict=True)]
    if any(step != 1 for step in stride) or any(amount % 2 for amount in both):
        raise NotSaid("padding that differs from side to side")
    return [amount // 2 for amount in both]


@call("convolution")
def _convolution(
    draft: Draft,
    x: Operand,
    weight: Any,
    bias: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    transposed: bool,
    output_padding: Any,
    groups: int,
) -> Any:
    if transposed:
        return _conv_transpose(draft, x, weight, bias, stride, padding, output_padding, groups, dilation)
    return _conv(draft, x, weight, bias, stride, padding, dilation, groups)


@call("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
def _conv_transpose(
    draft: Draft,
    x: Operand,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Any:
    step, pads, more, gap = (spread(value, len(weight.sizes) - 2) for value in (stride, padding, output_padding, dilation))
    return layers.transposed_convolution(draft, x, weight, bias, Steps(step, pads, gap), more, groups)


@call("linear")
def _linear(draft: Draft, x: Operand, weight: Operand, bias: Operand | None = None) -> Any:
    return layers.linear(draft, x, weight, bias)


@call("addmm")
def _addmm(draft: Draft, bias: Operand, x: Operand, weight: Operand) -> Any:
    return layers.linear(draft, x, shapes.swapped(weight, 0, 1), bias)


@call("matmul", "bmm", "mm")
def _matmul(draft: Draft, x: Operand, y: Operand) -> Any:
    if isinstance(y, Const) and len(y.sizes) == 2:
        return layers.linear(draft, x, shapes.swapped(y, 0, 1), None)
    return attention.matmul(draft, x, y)


@call("batch_norm")
def _batch_norm(
    draft: Draft,
    x: Operand,
    weight: Any,
    bias: Any,
    mean: Any,
    variance: Any,
    training: bool,
    momentum: float,
    eps: float,
    cudnn: bool = False,
) -> Any:
    if training:
        raise NotSaid("a batch norm in training")
    return layers.batch_norm(draft, x, weight, bias, (mean, variance), momentum, eps)


@call("_native_batch_norm_legit_no_training")
def _batch_norm_at_inference(
    draft: Draft, x: Operand, weight: Any, bias: Any, mean: Any, variance: Any, momentum: float, eps: float
) -> Any:
    """Beside what the norm gives there are statistics of the batch, which are empty."""
    return [_batch_norm(draft, x, weight, bias, mean, variance, False, momentum, eps), None, None]


@call("_native_batch_norm_legit_no_training")
def _native_batch_norm(
    draft: Draft, x: Operand, weight: Any, bias: Any, mean: Any, variance: Any, momentum: float, eps: float
) -> Any:
    return (layers.batch_norm(draft, x, weight, bias, (mean, variance), momentum, eps), None, None)


@call("layer_norm")
def _layer_norm(
    draft: Draft, x: Operand, shape: Sequence[int], weight: Any = None, bias: Any = None, eps: float = 1e-5, cudnn: bool = True
) -> Any:
    return layers.layer_norm(draft, x, len(shape), weight, bias, eps)


@call("native_layer_norm")
def _native_layer_norm(draft: Draft, x: Operand, shape: Sequence[int], weight: Any, bias: Any, eps: float) -> Any:
    return (layers.layer_norm(draft, x, len(shape), weight, bias, eps), None, None)


@call("rms_norm")
def _rms_norm(draft: Draft, x: Operand, shape: Sequence[int], weight: Any = None, eps: float | None = None) -> Any:
    return layers.rms_norm(draft, x, weight, torch.finfo(torch.float32).eps if eps is None else eps)


@call("group_norm")
def _group_norm(
    draft: Draft, x: Operand, groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5, cudnn: bool = True
) -> Any:
    return layers.group_norm(draft, x, groups, weight, bias, eps)


@call("embedding")
def _embedding(draft: Draft, weight: Operand, ids: Operand, *ignored: Any) -> Any:
    return layers.embedding(draft, weight, ids)


@call("grn")
def _grn(draft: Draft, x: Operand, weight: Operand, bias: Operand, eps: float) -> Any:
    return layers.grn(draft, x, weight, bias, eps)


CALLS.update(rms_norm_along=norms.rms_norm_along, standardised_along=norms.standardised_along)  # see `idioms_of_norms`


@call("instance_norm")
def _instance_norm(
    draft: Draft,
    x: Operand,
    weight: Any,
    bias: Any,
    mean: Any,
    variance: Any,
    by_input: bool,
    momentum: float,
    eps: float,
    *more: Any,
) -> Any:
    if not by_input:
        raise NotSaid("an instance norm by running statistics")
    return norms.instance_norm(draft, x, weight, bias, eps)
