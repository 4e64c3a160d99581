"""Calls of ATen, as torch.export writes them: a table from each to what it computes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch

from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.lower import arithmetic, attention, layers, maps, scores, shapes
from archdsl.importer.lower.along import alike
from archdsl.importer.values import Const, Operand, Value

Call = Callable[..., Any]
CALLS: dict[str, Call] = {}
"""By the name of the operator without its overload, what takes the draft and the arguments as ATen has them."""


def call(*names: str) -> Callable[[Call], Call]:
    def register(function: Call) -> Call:
        CALLS.update(dict.fromkeys(names, function))
        return function

    return register


def _pair(value: int | Sequence[int], count: int) -> list[int]:
    found = [value] if isinstance(value, int) else list(value)
    return found * count if len(found) == 1 else found


# -- layers --------------------------------------------------------------------------------------------------------------------


@call("conv1d", "conv2d", "conv3d")
def _conv(
    draft: Draft, x: Operand, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Any:
    count = len(weight.sizes) - 2
    pads = padding if isinstance(padding, str) else _pair(padding, count)
    return layers.convolution(draft, x, weight, bias, _pair(stride, count), pads, _pair(dilation, count), groups)


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
        return layers.transposed_convolution(draft, x, weight, bias, stride, padding, output_padding, groups, dilation)
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
    count = len(weight.sizes) - 2
    each = [_pair(value, count) for value in (stride, padding, output_padding)]
    return layers.transposed_convolution(draft, x, weight, bias, *each, groups, _pair(dilation, count))


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
    return layers.batch_norm(draft, x, weight, bias, mean, variance, momentum, eps)


@call("_native_batch_norm_legit_no_training")
def _native_batch_norm(
    draft: Draft, x: Operand, weight: Any, bias: Any, mean: Any, variance: Any, momentum: float, eps: float
) -> Any:
    return (layers.batch_norm(draft, x, weight, bias, mean, variance, momentum, eps), None, None)


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


# -- activations ---------------------------------------------------------------------------------------------------------------

PLAIN = {
    "relu": "relu",
    "relu6": "relu6",
    "hardswish": "hswish",
    "hardsigmoid": "hsigmoid",
    "sigmoid": "sigmoid",
    "silu": "silu",
    "tanh": "tanh",
    "mish": "mish",
    "selu": "selu",
    "log_sigmoid": "logsigmoid",
    "alias": "",
    "contiguous": "",
    "clone": "",
    "detach": "",
    "_assert_tensor_metadata": "",
    "lift_fresh_copy": "",
    "to": "",
    "_to_copy": "",
    "type_as": "",
}
"""Activations without arguments, and calls that change nothing here."""


def _plain(word: str) -> Call:
    def lower(draft: Draft, x: Operand, *ignored: Any, **more: Any) -> Any:
        return alike(draft, x, word) if word else x

    return lower


CALLS.update({name: _plain(word) for name, word in PLAIN.items()})


@call("gelu")
def _gelu(draft: Draft, x: Operand, approximate: str = "none") -> Any:
    return alike(draft, x, "gelu", approximate=None if approximate == "none" else approximate)


@call("leaky_relu")
def _leaky_relu(draft: Draft, x: Operand, slope: float = 0.01) -> Any:
    return alike(draft, x, "leaky_relu", slope=layers.number(slope))


@call("elu")
def _elu(draft: Draft, x: Operand, alpha: float = 1.0, scale: float = 1.0, input_scale: float = 1.0) -> Any:
    if (scale, input_scale) != (1, 1):
        raise NotSaid("a scaled ELU")
    return alike(draft, x, "elu", alpha=layers.number(alpha))


@call("celu")
def _celu(draft: Draft, x: Operand, alpha: float = 1.0) -> Any:
    return alike(draft, x, "celu", alpha=layers.number(alpha))


@call("softplus")
def _softplus(draft: Draft, x: Operand, beta: float = 1.0, threshold: float = 20.0) -> Any:
    return alike(draft, x, "softplus", beta=layers.number(beta))


@call("hardtanh", "clamp", "clip")
def _clamp(draft: Draft, x: Operand, low: float | None = None, high: float | None = None) -> Any:
    if (low, high) == (0, 6):
        return alike(draft, x, "relu6")
    bounds = {name: layers.number(value) for name, value in (("least", low), ("most", high)) if value is not None}
    return alike(draft, x, "clamp", **bounds)


@call("clamp_min")
def _clamp_min(draft: Draft, x: Operand, low: float) -> Any:
    return alike(draft, x, "relu") if low == 0 else _clamp(draft, x, low)


CALLS["hardtanh"] = lambda draft, x, low=-1.0, high=1.0: (
    alike(draft, x, "relu6")
    if (low, high) == (0, 6)
    else alike(draft, x, "hardtanh", low=layers.number(low), high=layers.number(high))
)


@call("prelu")
def _prelu(draft: Draft, x: Operand, weight: Any) -> Any:
    return arithmetic.prelu(draft, x, weight)


@call("glu")
def _glu(draft: Draft, x: Operand, axis: int = -1) -> Any:
    first, second = _chunk(draft, x, 2, axis)
    return arithmetic.combined(draft, "mul", first, alike(draft, second, "sigmoid"))


@call("dropout", "alpha_dropout")
def _dropout(draft: Draft, x: Operand, rate: float, training: bool = False) -> Any:
    return alike(draft, x, "dropout", rate=layers.number(rate)) if rate else x


@call("feature_dropout")
def _drop_path(draft: Draft, x: Operand, rate: float, training: bool = False) -> Any:
    """What stands for stochastic depth in what is traced (see `program`)."""
    return alike(draft, x, "drop_path", rate=layers.number(rate))


# -- maps ----------------------------------------------------------------------------------------------------------------------


@call("max_pool1d", "max_pool2d", "max_pool3d", "max_pool2d_with_indices")
def _max_pool(
    draft: Draft, x: Operand, kernel: Any, stride: Any = (), padding: Any = 0, dilation: Any = 1, ceil: bool = False
) -> Any:
    return maps.pool(draft, x, "maxpool", kernel, stride, padding, ceil, dilation)


@call("avg_pool1d", "avg_pool2d", "avg_pool3d")
def _avg_pool(
    draft: Draft,
    x: Operand,
    kernel: Any,
    stride: Any = (),
    padding: Any = 0,
    ceil: bool = False,
    counted: bool = True,
    divisor: Any = None,
) -> Any:
    if divisor is not None:
        raise NotSaid("an average with a divisor of its own")
    return maps.pool(draft, x, "avgpool", kernel, stride, padding, ceil, 1, counted)


@call("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "_adaptive_avg_pool2d")
def _adaptive_avg_pool(draft: Draft, x: Operand, size: Any) -> Any:
    return maps.adaptive_pool(draft, x, size, "avg")


@call("adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d")
def _adaptive_max_pool(draft: Draft, x: Operand, size: Any) -> Any:
    return (maps.adaptive_pool(draft, x, size, "max"), None)


@call("upsample_nearest1d", "upsample_nearest2d", "upsample_nearest3d")
def _nearest(draft: Draft, x: Operand, size: Any = None, *scales: Any) -> Any:
    return maps.resized(draft, x, "nearest", size, _scales(scales), False)


@call("upsample_bilinear2d", "upsample_linear1d", "upsample_trilinear3d")
def _bilinear(draft: Draft, x: Operand, size: Any, corners: bool, *scales: Any) -> Any:
    return maps.resized(draft, x, "bilinear", size, _scales(scales), corners)


@call("upsample_bicubic2d")
def _bicubic(draft: Draft, x: Operand, size: Any, corners: bool, *scales: Any) -> Any:
    return maps.resized(draft, x, "bicubic", size, _scales(scales), corners)


def _scales(given: Sequence[Any]) -> list[float] | None:
    flat = [scale for item in given for scale in (item if isinstance(item, (list, tuple)) else [item]) if scale is not None]
    return flat or None


@call("pixel_shuffle")
def _pixel_shuffle(draft: Draft, x: Operand, factor: int) -> Any:
    return maps.shuffled(draft, x, "pixel_shuffle", factor)


@call("pixel_unshuffle")
def _pixel_unshuffle(draft: Draft, x: Operand, factor: int) -> Any:
    return maps.shuffled(draft, x, "pixel_unshuffle", factor)


@call("channel_shuffle")
def _channel_shuffle(draft: Draft, x: Operand, groups: int) -> Any:
    return draft.add("shuffle", maps.as_map(draft, x), groups=groups)


@call("roll")
def _roll(draft: Draft, x: Operand, shifts: Sequence[int], axes: Sequence[int] = ()) -> Any:
    return maps.rolled(draft, x, shifts, axes)


@call("pad", "constant_pad_nd")
def _pad(draft: Draft, x: Operand, amounts: Sequence[int], mode: Any = "constant", value: Any = None) -> Any:
    if not isinstance(mode, str):
        mode, value = "constant", mode
    return shapes.padded(draft, x, amounts, mode, value or 0)


# -- views ---------------------------------------------------------------------------------------------------------------------


@call("view", "reshape", "_unsafe_view", "view_copy")
def _view(draft: Draft, x: Operand, sizes: Sequence[int]) -> Any:
    return shapes.reshaped(draft, x, sizes)


@call("reshape_as", "view_as")
def _reshape_as(draft: Draft, x: Operand, other: Operand) -> Any:
    return shapes.reshaped(draft, x, other.sizes)


@call("flatten")
def _flatten(draft: Draft, x: Operand, first: int = 0, last: int = -1) -> Any:
    return shapes.flattened(draft, x, first, last)


@call("unflatten")
def _unflatten(draft: Draft, x: Operand, axis: int, sizes: Sequence[int]) -> Any:
    axis %= len(x.sizes)
    wanted = list(sizes)
    if -1 in wanted:
        wanted[wanted.index(-1)] = x.sizes[axis] // -math.prod(wanted)
    return shapes.reshaped(draft, x, [*x.sizes[:axis], *wanted, *x.sizes[axis + 1 :]])


@call("permute", "permute_copy")
def _permute(draft: Draft, x: Operand, order: Sequence[int]) -> Any:
    return shapes.permuted(x, order)


@call("transpose", "swapaxes")
def _transpose(draft: Draft, x: Operand, one: int, other: int) -> Any:
    return shapes.swapped(x, one, other)


@call("movedim", "moveaxis")
def _moved(draft: Draft, x: Operand, sources: Any, targets: Any) -> Any:
    return shapes.moved(x, sources, targets)


@call("masked_fill")
def _masked_fill(draft: Draft, x: Operand, mask: Operand, fill: Any) -> Any:
    known = isinstance(x, Value) and isinstance(mask, Const) and isinstance(fill, (int, float))
    found = scores.masked(draft, x, mask, fill) if known else None
    if found is None:
        raise NotSaid("a mask that is not causal")
    return found


@call("t")
def _t(draft: Draft, x: Operand) -> Any:
    return shapes.swapped(x, 0, 1) if len(x.sizes) == 2 else x


@call("squeeze")
def _squeeze(draft: Draft, x: Operand, axes: int | Sequence[int] | None = None) -> Any:
    found = range(len(x.sizes)) if axes is None else [axes] if isinstance(axes, int) else axes
    for axis in sorted((axis % len(x.sizes) for axis in found), reverse=True):
        x = shapes.squeezed(x, axis) if x.sizes[axis] == 1 else x
    return x


@call("unsqueeze")
def _unsqueeze(draft: Draft, x: Operand, axis: int) -> Any:
    return shapes.unsqueezed(x, axis)


@call("expand", "expand_as")
def _expand(draft: Draft, x: Operand, sizes: Any, **more: Any) -> Any:
    wanted = sizes.sizes if isinstance(sizes, tuple) and hasattr(sizes, "sizes") else sizes
    if isinstance(x, Const):
        return x._replace(tensor=x.tensor.expand(*wanted))
    lengths = [old if new == -1 else new for old, new in zip(x.sizes, wanted[-len(x.sizes) :], strict=True)]
    if len(wanted) == len(x.sizes) and all(old in (new, 1) for old, new in zip(x.sizes, lengths, strict=True)):
        return x  # what it is combined with stretches it
    raise NotSaid("a tensor that is repeated")


@call("slice", "slice_copy")
def _slice(draft: Draft, x: Operand, axis: int = 0, start: int | None = None, stop: int | None = None, step: int = 1) -> Any:
    length = x.sizes[axis]
    return shapes.narrowed(draft, x, axis, start or 0, length if stop is None else min(stop, length), step)


@call("narrow")
def _narrow(draft: Draft, x: Operand, axis: int, start: int, length: int) -> Any:
    return shapes.narrowed(draft, x, axis, start, start + length)


@call("select", "select_copy")
def _select(draft: Draft, x: Operand, axis: int, index: int) -> Any:
    return shapes.selected(draft, x, axis, index)


@call("split", "split_with_sizes", "split_copy", "split_with_sizes_copy")
def _split(draft: Draft, x: Operand, lengths: int | Sequence[int], axis: int = 0) -> Any:
    length = x.sizes[axis]
    if isinstance(lengths, int):
        lengths = [min(lengths, length - start) for start in range(0, length, lengths)]
    return shapes.pieces(draft, x, axis, lengths)


@call("chunk")
def _chunk(draft: Draft, x: Operand, count: int, axis: int = 0) -> Any:
    return _split(draft, x, -(-x.sizes[axis] // count), axis)


@call("unbind")
def _unbind(draft: Draft, x: Operand, axis: int = 0) -> Any:
    return [shapes.selected(draft, x, axis, index) for index in range(x.sizes[axis])]


@call("cat", "concat")
def _cat(draft: Draft, parts: Sequence[Operand], axis: int = 0) -> Any:
    return shapes.concatenated(draft, parts, axis)


# -- arithmetic ----------------------------------------------------------------------------------------------------------------


def _binary(word: str) -> Call:
    def lower(draft: Draft, x: Any, y: Any, alpha: float = 1) -> Any:
        if alpha != 1:
            raise NotSaid(f"{word} with a factor")
        return arithmetic.combined(draft, word, *(_tensor(operand) for operand in (x, y)))

    return lower


def _tensor(operand: Any) -> Operand:
    return Const(torch.tensor(float(operand), dtype=torch.float64)) if isinstance(operand, (int, float)) else operand


CALLS.update({word: _binary(word) for word in ("add", "mul", "sub", "div")})


@call("mean")
def _mean(draft: Draft, x: Operand, axes: Sequence[int] | None = None, keep: bool = False, **more: Any) -> Any:
    return arithmetic.mean(draft, x, range(1, len(x.sizes)) if axes is None else [axes] if isinstance(axes, int) else axes, keep)


@call("amax")
def _amax(draft: Draft, x: Operand, axes: Sequence[int], keep: bool = False) -> Any:
    return arithmetic.mean(draft, x, axes, keep, "max")


@call("softmax", "_softmax")
def _softmax(draft: Draft, x: Operand, axis: int, *ignored: Any) -> Any:
    return attention.softmax(draft, x, axis)


@call("einsum")
def _einsum(draft: Draft, equation: str, operands: Sequence[Operand], **ignored: Any) -> Any:
    if len(operands) != 2 or "." in equation or "->" not in equation:
        raise NotSaid(f"einsum {equation}")
    return attention.summed(draft, equation.replace(" ", ""), *operands)


@call("scaled_dot_product_attention")
def _attention(
    draft: Draft,
    q: Any,
    k: Any,
    v: Any,
    mask: Any = None,
    rate: float = 0,
    causal: bool = False,
    *,
    scale: Any = None,
    enable_gqa: bool = False,
) -> Any:
    return attention.attention(draft, q, k, v, mask, causal, scale, enable_gqa)


# -- what depends on sizes alone ------------------------------------------------------------------------------------------------


def _filled(value: float | None) -> Call:
    def lower(draft: Draft, x: Operand, sizes: Any = None, *more: Any, **ignored: Any) -> Any:
        wanted = x.sizes if sizes is None else sizes
        return Const(torch.full(tuple(wanted), float(more[0]) if value is None else value))

    return lower


CALLS.update(new_zeros=_filled(0.0), new_ones=_filled(1.0), new_full=_filled(None))
CALLS.update(zeros_like=lambda draft, x, **ignored: Const(torch.zeros(x.sizes)))
CALLS.update(ones_like=lambda draft, x, **ignored: Const(torch.ones(x.sizes)))


# -- idioms --------------------------------------------------------------------------------------------------------------------


@call("l2_norm")
def _l2_norm(draft: Draft, x: Operand, axis: int, eps: float) -> Any:
    return arithmetic.l2_norm(draft, x, axis, eps)


@call("grn")
def _grn(draft: Draft, x: Operand, weight: Operand, bias: Operand, eps: float) -> Any:
    return layers.grn(draft, x, weight, bias, eps)
