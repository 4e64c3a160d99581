"""Layers with weights: convolutions, linear layers, norms, embeddings."""

from __future__ import annotations

import math
from collections.abc import Sequence as Numbers
from fractions import Fraction
from typing import Any

import numpy as np
from torch import Tensor

from archdsl.exact import exact
from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.lower.along import as_map, kind, over_last, worked_out
from archdsl.importer.lower.windows import Steps, each
from archdsl.importer.values import Const, Operand, Value
from archdsl.ops.shapes import Ids, Map

SHORT_DIGITS = 5
"""Digits of a number that somebody may have typed; a longer one is more likely to have been worked out."""
LARGEST_DENOMINATOR = 1024
"""Of a ratio that a number is taken for: rates that grow along a network are a few tenths over its depth."""


def known(operand: Operand | None) -> Const:
    """A weight. Raises NotSaid where it is worked out from an input."""
    if not isinstance(operand, Const):
        raise NotSaid("weights that an input changes")
    return operand


def rate(value: float) -> Any:
    """A rate of stochastic depth. Those that grow from block to block are worked out in single precision, in steps that each round."""
    near = Fraction(value).limit_denominator(LARGEST_DENOMINATOR)
    return exact(near) if near and abs(float(near) / value - 1) < SINGLE else number(value)


SINGLE = 4 * 2.0**-24
"""Share by which a number is off that was rounded a few times in single precision."""


def number(value: float) -> Any:
    """A number of a program as what somebody typed or divided: the shortest decimal or small ratio that rounds to it.

    What was held in single precision on the way, as the rates of `torch.linspace`, is told from its rounding there.
    """
    if isinstance(value, int):
        return exact(value)
    single = float(np.float32(value)) == value
    short = np.format_float_scientific(np.float32(value), trim="-") if single else f"{value:.15g}"
    near = Fraction(value).limit_denominator(LARGEST_DENOMINATOR)
    digits = short.partition("e")[0].replace(".", "").lstrip("-0")
    if len(digits) > SHORT_DIGITS and near and (float(near) == value or (single and float(np.float32(float(near))) == value)):
        return exact(near)
    return exact(float(short))


def is_typed(tensor: Tensor) -> bool:
    """Whether all of a tensor is one number that somebody may have typed, and not what training made of it."""
    first = np.float32(float(tensor.flatten()[0]))
    digits = np.format_float_scientific(first, trim="-").partition("e")[0].replace(".", "").lstrip("-0")
    return len(digits) <= SHORT_DIGITS and bool((tensor == tensor.flatten()[0]).all())


def _tensors(weight: Operand, bias: Operand | None) -> dict[str, Const]:
    return {"weight": known(weight), **({} if bias is None else {"bias": known(bias)})}


def convolution(draft: Draft, x: Operand, weight: Operand, bias: Operand | None, steps: Steps, groups: int) -> Value:
    tensors = _tensors(weight, bias)
    return draft.add("conv", as_map(draft, x), weights=tensors, **_sizes(tensors, steps, groups))


def standardised_convolution(
    draft: Draft,
    x: Operand,
    tensors: tuple[Operand, Operand | None, Operand | None],
    steps: Steps,
    groups: int,
    eps: float,
) -> Value:
    """A convolution by standardised weights.

    Args:
        tensors: the weights, a factor for each output channel or None, the bias or None.
    """
    weight, gain, bias = tensors
    found = _tensors(weight, bias)
    arguments = _sizes(found, steps, groups)
    if gain is not None:  # the language divides by the root of the number of weights, here that is in the factor
        factor = known(gain)
        number_of = math.prod(found["weight"].sizes[1:])
        found["gain"] = factor._replace(tensor=factor.tensor.double() * math.sqrt(number_of))
    return draft.add("std_conv", as_map(draft, x), weights=found, gain=gain is not None, eps=number(eps), **arguments)


def _sizes(tensors: dict[str, Const], steps: Steps, groups: int) -> dict[str, Any]:
    """The arguments that convolutions have in common."""
    out, _, *kernel = tensors["weight"].sizes
    usual = all((size - 1) * gap == 2 * amount for size, gap, amount in zip(kernel, steps.dilation, steps.padding, strict=True))
    return {
        "out": out,
        "kernel": each(kernel),
        "stride": each(steps.stride),
        "padding": None if usual else each(steps.padding),
        "dilation": each(steps.dilation),
        "groups": groups,
        "bias": "bias" in tensors,
    }


def transposed_convolution(
    draft: Draft, x: Operand, weight: Operand, bias: Operand | None, steps: Steps, output_padding: Numbers[int], groups: int
) -> Value:
    _, out, *kernel = known(weight).sizes
    return draft.add(
        "conv_transpose",
        as_map(draft, x),
        weights=_tensors(weight, bias),
        out=out * groups,
        kernel=each(kernel),
        stride=each(steps.stride),
        padding=each(steps.padding),
        output_padding=each(output_padding),
        dilation=each(steps.dilation),
        groups=groups,
        bias=bias is not None,
    )


def linear(draft: Draft, x: Operand, weight: Operand, bias: Operand | None) -> Value:
    """A matrix product over the last axis; over the places of a map, whose channels come last, a pointwise convolution."""
    value = over_last(draft, x)
    given = known(weight)
    out = given.sizes[0]
    if kind(draft, value) is Map:
        shaped = given._replace(tensor=given.tensor.reshape(*given.sizes, *(1,) * (len(draft.shape(value)) - 1)))
        made = draft.add("conv", value, weights=_tensors(shaped, bias), out=out, bias=bias is not None)
    else:
        made = draft.add("linear", value, weights=_tensors(given, bias), out=out, bias=bias is not None)
    return made._replace(view=value.view.with_length(-1, out))


def batch_norm(
    draft: Draft,
    x: Operand,
    weight: Operand | None,
    bias: Operand | None,
    statistics: tuple[Operand | None, Operand | None],
    momentum: float,
    eps: float,
) -> Value:
    """A batch norm as it is in inference, by its running mean and variance."""
    value = as_map(draft, x) if len(x.sizes) > 2 else over_last(draft, x, maps=False)
    affine = _tensors(weight, bias) if weight is not None else {}
    if weight is None and bias is not None:
        raise NotSaid("a batch norm with a bias alone")
    tensors = {
        **affine,
        **{name: known(tensor) for name, tensor in zip(("running_mean", "running_var"), statistics, strict=True)},
    }
    arguments = {"eps": number(eps), "momentum": number(momentum), "affine": weight is not None}
    return draft.add("norm", value, weights=tensors, **arguments)._replace(view=value.view)


def layer_norm(draft: Draft, x: Operand, axes: int, weight: Operand | None, bias: Operand | None, eps: float) -> Value:
    """Over the last axes, of which the language takes one."""
    if axes != 1:
        raise NotSaid(f"a layer norm over {axes} axes")
    value = over_last(draft, x)
    tensors, affine = _scale_and_shift(weight, bias)
    made = draft.add("layer_norm", value, weights=tensors, eps=number(eps), **affine)
    return made._replace(view=value.view)


def rms_norm(draft: Draft, x: Operand, weight: Operand | None, eps: float) -> Value:
    value = over_last(draft, x)
    tensors = {"weight": known(weight)} if weight is not None else {}
    made = draft.add("rms_norm", value, weights=tensors, eps=number(eps), affine=weight is not None)
    return made._replace(view=value.view)


def group_norm(draft: Draft, x: Operand, groups: int, weight: Operand | None, bias: Operand | None, eps: float) -> Value:
    value = as_map(draft, x)
    tensors, affine = _scale_and_shift(weight, bias)
    return draft.add("group_norm", value, weights=tensors, groups=groups, eps=number(eps), **affine)


def _scale_and_shift(weight: Operand | None, bias: Operand | None) -> tuple[dict[str, Const], dict[str, Any]]:
    """The tensors of a norm that may have none, or a scale alone, and what its operator says of that."""
    if weight is None:
        if bias is not None:
            raise NotSaid("a norm with a shift alone")
        return {}, {"affine": False}
    return _tensors(weight, bias), {"bias": None if bias is not None else False}


def embedding(draft: Draft, weight: Operand, ids: Operand) -> Value:
    value, table = worked_out(ids), known(weight)
    if kind(draft, value) is not Ids:
        raise NotSaid("an embedding of what is no input of indices")
    vocabulary, channels = table.sizes
    return draft.add("embedding", value, weights={"weight": table}, vocabulary=vocabulary, channels=channels)


def grn(draft: Draft, x: Operand, weight: Operand, bias: Operand, eps: float) -> Value:
    """Global response normalisation over the places of a map, whichever of its axes come first."""
    value = over_last(draft, x) if known(weight).sizes[-1:] != (1,) else as_map(draft, x)
    tensors = {name: const._replace(tensor=const.tensor.reshape(-1)) for name, const in _tensors(weight, bias).items()}
    return draft.add("grn", value, weights=tensors, eps=number(eps))._replace(view=value.view)
