"""Operators of ONNX: a table from each to what it computes."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch

from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.lower import arithmetic, attention, layers, maps, shapes
from archdsl.importer.lower.along import alike, as_heads, as_map, kind, same_order, worked_out
from archdsl.importer.onnx_tables import added_to_scores
from archdsl.importer.onnx_windows import ahead, window
from archdsl.importer.values import Const, Operand, Value
from archdsl.ops.shapes import Map


class Call(NamedTuple):
    """One node of a file: its inputs (None where left out) and attributes.

    Attributes:
        opset: tells what attributes and inputs mean.
        outputs: how many it has.
    """

    op: str
    operands: list[Operand | None]
    attributes: dict[str, Any]
    opset: int
    outputs: int

    @property
    def x(self) -> Operand:
        """What it works on."""
        found = self.operands[0]
        if found is None:
            raise NotSaid(f"{self.op} without an input")
        return found

    def at(self, place: int) -> Operand | None:
        """The input at a place, if it is given."""
        return self.operands[place] if place < len(self.operands) else None

    def weight(self, place: int) -> Const:
        return layers.known(self.at(place))

    def numbers(self, place: int) -> list[Any] | None:
        """The numbers of an input that says how, not what; None where it is not given."""
        found = self.at(place)
        return None if found is None else layers.known(found).tensor.flatten().tolist()

    def get(self, name: str, default: Any = None) -> Any:
        return self.attributes.get(name, default)

    def moved(self, name: str, since: int, place: int = 1) -> list[Any] | None:
        """Numbers that were an attribute and became an input in an opset."""
        return self.get(name) if self.opset < since else self.numbers(place)


Lower = Callable[[Draft, Call], Any]
OPERATORS: dict[str, Lower] = {}
"""By `op_type`, what takes the draft and the node."""


def operator(*names: str) -> Callable[[Lower], Lower]:
    def register(function: Lower) -> Lower:
        OPERATORS.update(dict.fromkeys(names, function))
        return function

    return register


# -- layers --------------------------------------------------------------------------------------------------------------------


@operator("Conv")
def _conv(draft: Draft, call: Call) -> Any:
    weight = call.weight(1)
    kernel = weight.sizes[2:]
    given = window(call, kernel, call.x.sizes[2:])
    x, padding = ahead(draft, call.x, given)
    return layers.convolution(draft, x, weight, call.at(2), given.stride, padding, given.dilation, call.get("group", 1))


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
    return layers.transposed_convolution(draft, call.x, weight, call.at(2), stride, begin, more, call.get("group", 1), dilation)


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
    return made if usual else alike(draft, made, "gain", begin=_short(scale), learned=False)


def _matrix(const: Const) -> Const:
    """A matrix from inputs to outputs, as rows of outputs."""
    return const._replace(tensor=const.tensor.t())


@operator("BatchNormalization")
def _batch_norm(draft: Draft, call: Call) -> Any:
    if call.get("training_mode"):
        raise NotSaid("a batch norm in training")
    tensors = [call.weight(place) for place in range(1, 5)]
    momentum = float(f"{1 - call.get('momentum', 0.9):.6g}")
    return layers.batch_norm(draft, call.x, *tensors, momentum, _eps(call))


@operator("LayerNormalization")
def _layer_norm(draft: Draft, call: Call) -> Any:
    axes = -call.get("axis", -1) if call.get("axis", -1) < 0 else len(call.x.sizes) - call.get("axis")
    weight, bias = call.at(1), call.at(2)
    if weight is not None and bias is None:
        bias = Const(torch.zeros_like(layers.known(weight).tensor))
    if weight is not None and _is(weight, 1) and _is(bias, 0) and not (_named(weight) or _named(bias)):
        weight = bias = None
    return layers.layer_norm(draft, call.x, axes, weight, bias, _eps(call))


@operator("RMSNormalization")
def _rms_norm(draft: Draft, call: Call) -> Any:
    if call.get("axis", -1) not in (-1, len(call.x.sizes) - 1):
        raise NotSaid("an RMS norm over several axes")
    return layers.rms_norm(draft, call.x, call.at(1), _eps(call))


@operator("InstanceNormalization")
def _instance_norm(draft: Draft, call: Call) -> Any:
    value, weight, bias = as_map(draft, call.x), call.weight(1), call.weight(2)
    affine = not (_is(weight, 1) and _is(bias, 0))
    tensors = {"weight": weight, "bias": bias} if affine else {}
    return draft.add("instance_norm", value, weights=tensors, eps=layers.number(_eps(call)), affine=affine)


@operator("GroupNormalization")
def _group_norm(draft: Draft, call: Call) -> Any:
    weight, bias, groups = call.weight(1), call.weight(2), call.get("num_groups")
    channels = call.x.sizes[1]
    if weight.sizes == (groups,) and groups != channels:  # before opset 21 a number for each group
        weight, bias = (c._replace(tensor=c.tensor.repeat_interleave(channels // groups)) for c in (weight, bias))
    return layers.group_norm(draft, call.x, groups, weight, bias, _eps(call))


def _eps(call: Call) -> float:
    """A number that a file keeps as float32, as the decimal that somebody typed."""
    return float(f"{call.get('epsilon', 1e-5):.7g}")


def _is(operand: Operand | None, number: float) -> bool:
    return isinstance(operand, Const) and bool((operand.tensor == number).all())


def _named(operand: Operand | None) -> bool:
    return isinstance(operand, Const) and bool(operand.name)


# -- activations ---------------------------------------------------------------------------------------------------------------

PLAIN = {
    "Relu": "relu",
    "HardSwish": "hswish",
    "Sigmoid": "sigmoid",
    "Silu": "silu",
    "Tanh": "tanh",
    "Mish": "mish",
    "Softsign": "softsign",
    "LogSigmoid": "logsigmoid",
    "QuickGelu": "quick_gelu",
    "SquaredRelu": "squared_relu",
    "Identity": "",
    "Dropout": "",
}
"""Activations without arguments, those that compounds made among them, and what changes nothing at inference."""


def _plain(word: str) -> Lower:
    def lower(draft: Draft, call: Call) -> Any:
        made = alike(draft, call.x, word) if word else call.x
        return [made, *[None] * (call.outputs - 1)]

    return lower


OPERATORS.update({name: _plain(word) for name, word in PLAIN.items()})


@operator("Cast", "CastLike")
def _cast(draft: Draft, call: Call) -> Any:
    floats = (1, 10, 11, 16)  # float, float16, double, bfloat16
    if call.op == "Cast" and call.get("to") not in floats:
        raise NotSaid("numbers made whole")
    return call.x


@operator("HardSigmoid")
def _hsigmoid(draft: Draft, call: Call) -> Any:
    if abs(call.get("alpha", 0.2) - 1 / 6) > 1e-6 or call.get("beta", 0.5) != 0.5:
        raise NotSaid("a hard sigmoid of another slope")
    return alike(draft, call.x, "hsigmoid")


@operator("Gelu")
def _gelu(draft: Draft, call: Call) -> Any:
    how = call.get("approximate", "none")
    return alike(draft, call.x, "gelu", approximate=None if how == "none" else how)


def _sloped(word: str, argument: str, default: float) -> Lower:
    def lower(draft: Draft, call: Call) -> Any:
        return alike(draft, call.x, word, **{argument: _short(call.get("alpha", default))})

    return lower


OPERATORS.update(
    LeakyRelu=_sloped("leaky_relu", "slope", 0.01),
    Elu=_sloped("elu", "alpha", 1.0),
    Celu=_sloped("celu", "alpha", 1.0),
    Softplus=_sloped("softplus", "beta", 1.0),
)


@operator("Selu")
def _selu(draft: Draft, call: Call) -> Any:
    usual = {"alpha": 1.6732632, "gamma": 1.0507010}
    if any(abs(call.get(name, value) - value) > 1e-5 for name, value in usual.items()):
        raise NotSaid("a SELU with numbers of its own")
    return alike(draft, call.x, "selu")


def _short(value: float) -> Any:
    """The same of another number."""
    return layers.number(float(f"{value:.7g}"))


@operator("Clip")
def _clip(draft: Draft, call: Call) -> Any:
    low, high = (
        (call.get("min"), call.get("max")) if call.opset < 11 else ((call.numbers(place) or [None])[0] for place in (1, 2))
    )
    if low == 0 and high is None:
        return alike(draft, call.x, "relu")
    if (low, high) == (0, 6):
        return alike(draft, call.x, "relu6")
    if low is not None and high is not None:
        return alike(draft, call.x, "hardtanh", low=_short(low), high=_short(high))
    bounds = {name: _short(value) for name, value in (("least", low), ("most", high)) if value is not None}
    return alike(draft, call.x, "clamp", **bounds) if bounds else call.x


@operator("PRelu")
def _prelu(draft: Draft, call: Call) -> Any:
    return arithmetic.prelu(draft, call.x, call.weight(1))


@operator("Softmax", "LogSoftmax")
def _softmax(draft: Draft, call: Call) -> Any:
    x = call.x
    axis = call.get("axis", 1 if call.opset < 13 else -1) % len(x.sizes)
    if call.op == "LogSoftmax":
        raise NotSaid("the logarithm of a softmax")
    if call.opset < 13 and axis != len(x.sizes) - 1:  # from that axis on as one
        raise NotSaid("a softmax over several axes")
    return attention.softmax(draft, x, axis)


# -- maps ----------------------------------------------------------------------------------------------------------------------


@operator("MaxPool", "AveragePool")
def _pool(draft: Draft, call: Call) -> Any:
    if call.outputs > 1 or call.get("storage_order"):
        raise NotSaid("a pooling that tells where its values stood")
    word = "maxpool" if call.op == "MaxPool" else "avgpool"
    counted = word == "maxpool" or bool(call.get("count_include_pad", 0))
    given = window(call, call.get("kernel_shape"), call.x.sizes[2:])
    x, padding, ceil = call.x, given.begin, bool(call.get("ceil_mode", 0))
    if given.begin != given.end:
        if not counted or word == "maxpool":
            x, padding, ceil = _held(draft, call, given, word)
        else:
            x, padding = ahead(draft, x, given)
    return maps.pool(draft, x, word, call.get("kernel_shape"), given.stride, padding, ceil, given.dilation, counted)


def _held(draft: Draft, call: Call, given: Any, word: str) -> tuple[Operand, Sequence[int], bool]:
    """Padding past the end that only holds the last window is what `ceil` says."""
    places = zip(call.x.sizes[2:], given.kernel, given.stride, given.begin, given.end, strict=True)
    for extent, size, step, begin, end in places:
        plain = (extent + begin + end - size) // step + 1
        ceil = -(-(extent + 2 * begin - size) // step) + 1
        if (ceil - 1) * step >= extent + begin:
            ceil -= 1
        if plain != ceil or not begin <= end:
            if word == "avgpool" or any(extent < 0 for extent in given.begin):
                raise NotSaid("a pooling with padding that differs from side to side and is not counted")
            raise NotSaid("a maximum with padding that differs from side to side")
    return call.x, given.begin, True


@operator("GlobalAveragePool", "GlobalMaxPool")
def _global(draft: Draft, call: Call) -> Any:
    axes = range(2, len(call.x.sizes))
    return arithmetic.mean(draft, call.x, axes, True, "max" if call.op == "GlobalMaxPool" else "avg")


@operator("ReduceMean", "ReduceMax")
def _reduced(draft: Draft, call: Call) -> Any:
    axes = call.moved("axes", 18)
    if not axes:
        axes = range(len(call.x.sizes))
    x, keep = call.x, bool(call.get("keepdims", 1))
    if isinstance(x, Value) and len(x.sizes) > len(x.view.source) and not keep:  # axes that came for the mean and go with it
        axes = sorted(axis % len(x.sizes) for axis in axes)
        spare = [axis for axis in axes if not x.view.axes[axis]][: len(x.sizes) - len(x.view.source)]
        axes = [axis - sum(other < axis for other in spare) for axis in axes if axis not in spare]
        for axis in reversed(spare):
            x = shapes.squeezed(x, axis)
    return arithmetic.mean(draft, x, axes, keep, "avg" if call.op == "ReduceMean" else "max")


@operator("Resize", "Upsample")
def _resize(draft: Draft, call: Call) -> Any:
    x = call.x
    new = call.op == "Resize" and call.opset >= 11
    scales = call.numbers(2 if new else 1) if call.opset >= 9 else call.get("scales")
    size = call.numbers(3) if new else None
    how = call.get("coordinate_transformation_mode", "half_pixel" if new else "asymmetric")
    mode = {"nearest": "nearest", "linear": "bilinear", "bilinear": "bilinear", "cubic": "bicubic"}[call.get("mode", "nearest")]
    if call.get("antialias") or call.get("axes") or (mode == "bicubic" and call.get("cubic_coeff_a", -0.75) != -0.75):
        raise NotSaid("a resizing with smoothing")
    wanted = [int(extent * scale + 1e-4) for extent, scale in zip(x.sizes, scales, strict=True)] if scales else size
    if wanted is None or list(wanted[:2]) != list(x.sizes[:2]):
        raise NotSaid("a resizing of channels")
    factors = list(scales[2:]) if scales else None
    whole = all(new % old == 0 for new, old in zip(wanted[2:], x.sizes[2:], strict=True))
    if mode == "nearest":
        rounding = call.get("nearest_mode", "round_prefer_floor" if new else "floor")
        # In whole steps the place below and the nearest one seen from the middles are the same.
        if not (how == "asymmetric" and rounding == "floor") and not (
            whole and how == "half_pixel" and rounding.startswith("round")
        ):
            raise NotSaid(f"nearest places counted as {how} and rounded by {rounding}")
    elif how == "pytorch_half_pixel" and min(wanted[2:]) == 1:
        raise NotSaid("a resizing to one place")
    elif how not in ("half_pixel", "pytorch_half_pixel", "align_corners"):
        raise NotSaid(f"a resizing with places counted as {how}")
    return maps.resized(draft, x, mode, wanted[2:], factors, how == "align_corners")


@operator("DepthToSpace")
def _depth_to_space(draft: Draft, call: Call) -> Any:
    first = "channels" if call.get("mode", "DCR") == "CRD" else "places"
    return draft.add("pixel_shuffle", as_map(draft, call.x), factor=call.get("blocksize"), first=first)


@operator("SpaceToDepth")
def _space_to_depth(draft: Draft, call: Call) -> Any:
    return draft.add("pixel_unshuffle", as_map(draft, call.x), factor=call.get("blocksize"), first="places")


@operator("LRN")
def _lrn(draft: Draft, call: Call) -> Any:
    numbers = {
        name: _short(call.get(given, usual))
        for name, given, usual in (("alpha", "alpha", 1e-4), ("beta", "beta", 0.75), ("k", "bias", 1.0))
    }
    return draft.add("lrn", as_map(draft, call.x), size=call.get("size"), **numbers)


@operator("Pad")
def _pad(draft: Draft, call: Call) -> Any:
    pads = call.moved("pads", 11)
    if pads is None:
        raise NotSaid("padding that an input changes")
    filled = call.get("value", 0.0) if call.opset < 11 else (call.numbers(2) or [0.0])[0]
    count = len(call.x.sizes)
    axes = [axis % count for axis in (call.numbers(3) or range(count))]
    half = len(axes)
    by_axis = {axis: (int(pads[place]), int(pads[half + place])) for place, axis in enumerate(axes)}
    amounts = [amount for axis in range(count - 1, -1, -1) for amount in by_axis.get(axis, (0, 0))]
    mode = {"edge": "replicate"}.get(call.get("mode", "constant"), call.get("mode", "constant"))
    return shapes.padded(draft, call.x, amounts, mode, filled)


# -- views ---------------------------------------------------------------------------------------------------------------------


@operator("Reshape")
def _reshape(draft: Draft, call: Call) -> Any:
    sizes = call.numbers(1)
    if sizes is None:
        raise NotSaid("a reshape to sizes that an input changes")
    kept = bool(call.get("allowzero", 0))
    wanted = [call.x.sizes[axis] if size == 0 and not kept else int(size) for axis, size in enumerate(sizes)]
    return shapes.reshaped(draft, call.x, wanted)


@operator("Flatten")
def _flatten(draft: Draft, call: Call) -> Any:
    x = call.x
    axis = call.get("axis", 1)
    axis = axis + len(x.sizes) if axis < 0 else axis
    return shapes.reshaped(draft, x, [math.prod(x.sizes[:axis]), math.prod(x.sizes[axis:])])


@operator("Transpose")
def _transpose(draft: Draft, call: Call) -> Any:
    return shapes.permuted(call.x, call.get("perm") or range(len(call.x.sizes))[::-1])


@operator("Squeeze")
def _squeeze(draft: Draft, call: Call) -> Any:
    x, axes = call.x, call.moved("axes", 13)
    if axes is None:
        axes = [axis for axis, size in enumerate(x.sizes) if size == 1 and axis > 0]
    for axis in sorted((axis % len(x.sizes) for axis in axes), reverse=True):
        x = shapes.squeezed(x, axis)
    return x


@operator("Unsqueeze")
def _unsqueeze(draft: Draft, call: Call) -> Any:
    x, axes = call.x, call.moved("axes", 13) or []
    for axis in sorted(axis % (len(x.sizes) + len(axes)) for axis in axes):
        x = shapes.unsqueezed(x, axis)
    return x


@operator("Expand")
def _expand(draft: Draft, call: Call) -> Any:
    x, sizes = call.x, call.numbers(1) or []
    while len(x.sizes) < len(sizes):
        x = shapes.unsqueezed(x, 0) if isinstance(x, Const) else x
    wanted = [max(old, int(new)) for old, new in zip(x.sizes, [1] * (len(x.sizes) - len(sizes)) + list(sizes), strict=True)]
    if tuple(wanted) != x.sizes and isinstance(x, Value):
        raise NotSaid("a tensor that is repeated")
    return x


@operator("Slice")
def _slice(draft: Draft, call: Call) -> Any:
    x = call.x
    if call.opset < 10:
        starts, ends, axes, steps = call.get("starts"), call.get("ends"), call.get("axes"), None
    else:
        starts, ends, axes, steps = (call.numbers(place) for place in range(1, 5))
    if starts is None or ends is None:
        raise NotSaid("a slice between bounds that an input changes")
    found = []
    for place, axis in enumerate(axes or range(len(starts))):
        length, step = x.sizes[axis], (steps or [1] * len(starts))[place]
        if step < 1:
            raise NotSaid("a slice backwards")
        start, stop = (max(-length, min(int(bound), length)) for bound in (starts[place], ends[place]))
        found.append((axis % len(x.sizes), start % length if start < 0 else start, stop % length if stop < 0 else stop, step))
    return _cut(draft, x, found)


def _cut(draft: Draft, x: Operand, bounds: list[tuple[int, int, int, int]]) -> Operand:
    """Axes cut from a start to before a stop in steps; several places of a map at once."""
    bounds = [(axis, *rest) for axis, *rest in bounds if tuple(rest) != (0, x.sizes[axis], 1)]
    if (
        len(bounds) > 1
        and isinstance(x, Value)
        and kind(draft, x) is Map
        and x.view.is_plain
        and all(axis > 1 for axis, *_ in bounds)
    ):
        places = len(x.sizes) - 2
        starts, stops, steps = [0] * places, list(x.sizes[2:]), [1] * places
        for axis, start, stop, step in bounds:
            starts[axis - 2], stops[axis - 2], steps[axis - 2] = start, stop, step
        to_the_end = tuple(stops) == x.sizes[2:]
        return draft.add("crop", x, start=starts, stop=None if to_the_end else stops, step=steps)
    for axis, start, stop, step in bounds:
        x = shapes.narrowed(draft, x, axis, start, stop, step)
    return x


@operator("Split")
def _split(draft: Draft, call: Call) -> Any:
    x, axis = call.x, call.get("axis", 0)
    lengths = call.moved("split", 13)
    if lengths is None:
        count = call.get("num_outputs", call.outputs)
        each = -(-x.sizes[axis] // count)
        lengths = [min(each, x.sizes[axis] - start) for start in range(0, x.sizes[axis], each)]
    return shapes.pieces(draft, x, axis, [int(length) for length in lengths])


@operator("Concat")
def _concat(draft: Draft, call: Call) -> Any:
    return shapes.concatenated(draft, [part for part in call.operands if part is not None], call.get("axis", 1))


@operator("Gather")
def _gather(draft: Draft, call: Call) -> Any:
    x, index = call.x, call.at(1)
    axis = call.get("axis", 0) % len(x.sizes)
    if isinstance(x, Const) and isinstance(index, Value) and axis == 0:
        return layers.embedding(draft, x, index)
    chosen = layers.known(index)
    places = chosen.tensor.flatten().tolist()
    value = worked_out(x)
    if places == list(range(math.prod(chosen.sizes))) and len(places) == value.sizes[axis]:  # each in its turn
        return shapes.reshaped(draft, value, [*value.sizes[:axis], *chosen.sizes, *value.sizes[axis + 1 :]])
    if not chosen.sizes:
        return shapes.selected(draft, value, axis, places[0])
    if len(chosen.sizes) != 1:
        raise NotSaid("places in an order of their own")
    return _picked(draft, value, axis, [place % value.sizes[axis] for place in places])


def _picked(draft: Draft, value: Value, axis: int, places: list[int]) -> Operand:
    """Places along an axis: all of them, some in a row, or each of the heads several times."""
    length, first = value.sizes[axis], places[0]
    if places == list(range(first, first + len(places))):
        return shapes.narrowed(draft, value, axis, first, first + len(places))
    times = len(places) // length
    if (
        axis == len(value.sizes) - 3
        and times * length == len(places)
        and places == [p for p in range(length) for _ in range(times)]
    ):
        heads = draft.whole(value)
        if kind(draft, heads) is not Map:
            return draft.add("repeat_heads", heads, times=times)
    raise NotSaid("places in an order of their own")


# -- arithmetic ----------------------------------------------------------------------------------------------------------------


def _binary(word: str) -> Lower:
    def lower(draft: Draft, call: Call) -> Any:
        x, y = call.x, call.at(1)
        if y is None:
            raise NotSaid(f"{word} of one tensor")
        return arithmetic.combined(draft, word, x, y)

    return lower


@operator("Add")
def _add(draft: Draft, call: Call) -> Any:
    for x, y in (call.operands[:2], call.operands[1::-1]):
        if isinstance(x, Value) and isinstance(y, Const) and (made := added_to_scores(draft, x, y)) is not None:
            return made
        if isinstance(x, Value) and isinstance(y, Const) and len(x.sizes) == 4 and y.tensor.numel() == math.prod(x.sizes[1:]) > 1:
            return _positioned(draft, x, y)
    return _binary("add")(draft, call)


def _positioned(draft: Draft, x: Value, table: Const) -> Operand:
    """A number for each place and channel of a map, added to its places as tokens."""
    _, channels, height, width = x.sizes
    tokens = shapes.swapped(shapes.reshaped(draft, x, [-1, channels, height * width]), 1, 2)
    by_token = table._replace(tensor=table.tensor.reshape(channels, height * width).t())
    made = arithmetic.combined(draft, "add", tokens, by_token)
    return shapes.reshaped(draft, shapes.swapped(made, 1, 2), [-1, channels, height, width])


OPERATORS.update(Mul=_binary("mul"), Sub=_binary("sub"), Div=_binary("div"))


@operator("Sum")
def _sum(draft: Draft, call: Call) -> Any:
    parts = [part for part in call.operands if part is not None]
    if len(parts) > 2 and all(isinstance(part, Value) and part.sizes == parts[0].sizes for part in parts):
        values = same_order(draft, parts)
        return draft.add("add", *values)._replace(view=values[0].view)
    return functools.reduce(lambda total, part: arithmetic.combined(draft, "add", total, part), parts)


@operator("CausalMask")
def _causal_mask(draft: Draft, call: Call) -> Any:
    """Scores of what comes later taken out (see `onnx_moves`)."""
    value = as_heads(draft, call.x)
    return draft.add("causal_mask", value)._replace(view=value.view)


@operator("Roll")
def _roll(draft: Draft, call: Call) -> Any:
    """Ends of axes put before their beginnings (see `onnx_moves`)."""
    x = call.x
    axes = [axis % len(x.sizes) for axis in call.get("axes")]
    extents = [x.sizes[axis] for axis in axes]
    if any(end < extent for end, extent in zip(call.get("ends"), extents, strict=True)):
        raise NotSaid("a roll that leaves out an end")
    shifts = [shift % extent for shift, extent in zip(call.get("shifts"), extents, strict=True)]
    shorter = [shift - extent if 2 * shift > extent else shift for shift, extent in zip(shifts, extents, strict=True)]
    return maps.rolled(draft, x, shorter, axes)


@operator("Neg")
def _neg(draft: Draft, call: Call) -> Any:
    return arithmetic.combined(draft, "mul", call.x, Const(torch.tensor(-1.0)))


@operator("L2Norm")
def _l2_norm(draft: Draft, call: Call) -> Any:
    """A tensor divided by its length along an axis (see `onnx_compounds`)."""
    return arithmetic.l2_norm(draft, call.x, call.get("axis"), _eps(call))


@operator("GlobalResponseNorm")
def _grn(draft: Draft, call: Call) -> Any:
    """Global response normalisation (see `onnx_compounds`)."""
    return layers.grn(draft, call.x, call.weight(1), call.weight(2), _eps(call))
