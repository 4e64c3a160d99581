"""Calls of ATen that do the same to every value: activations, dropout, and what changes nothing."""

from __future__ import annotations

from typing import Any

from archdsl.importer.aten_call import CALLS, Call, call
from archdsl.importer.aten_views import chunk
from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.lower import arithmetic, layers
from archdsl.importer.lower.along import alike
from archdsl.importer.values import Operand

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
    "squared_relu": "squared_relu",
    "softsign": "softsign",
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


@call("pow")
def _pow(draft: Draft, x: Operand, exponent: Any) -> Any:
    if exponent == 2:
        return _square(draft, x)
    raise NotSaid(f"a power of {exponent}")


@call("square")
def _square(draft: Draft, x: Operand) -> Any:
    return arithmetic.combined(draft, "mul", x, x)


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
    if threshold != 20:
        raise NotSaid(f"softplus that is straight from {threshold:g} on")
    return alike(draft, x, "softplus", beta=layers.number(beta))


@call("clamp", "clip")
def _clamp(draft: Draft, x: Operand, low: float | None = None, high: float | None = None) -> Any:
    if (low, high) == (0, 6):
        return alike(draft, x, "relu6")
    bounds = {name: layers.number(value) for name, value in (("least", low), ("most", high)) if value is not None}
    return alike(draft, x, "clamp", **bounds)


@call("clamp_min")
def _clamp_min(draft: Draft, x: Operand, low: float) -> Any:
    return alike(draft, x, "relu") if low == 0 else _clamp(draft, x, low)


@call("hardtanh")
def _hardtanh(draft: Draft, x: Operand, low: float = -1.0, high: float = 1.0) -> Any:
    if (low, high) == (0, 6):
        return alike(draft, x, "relu6")
    return alike(draft, x, "hardtanh", low=layers.number(low), high=layers.number(high))


@call("prelu")
def _prelu(draft: Draft, x: Operand, weight: Any) -> Any:
    return arithmetic.prelu(draft, x, weight)


@call("glu")
def _glu(draft: Draft, x: Operand, axis: int = -1) -> Any:
    first, second = chunk(draft, x, 2, axis)
    return arithmetic.combined(draft, "mul", first, alike(draft, second, "sigmoid"))


@call("dropout", "alpha_dropout")
def _dropout(draft: Draft, x: Operand, rate: float, training: bool = False) -> Any:
    return alike(draft, x, "dropout", rate=layers.number(rate)) if rate else x


@call("feature_dropout")
def _feature_dropout(draft: Draft, x: Operand, rate: float, training: bool = False) -> Any:
    """Whole maps dropped at random: the same at inference, and the nearest that there is while training."""
    return _dropout(draft, x, rate)


@call("drop_path")
def _drop_path(draft: Draft, x: Operand, rate: float, training: bool = False) -> Any:
    """What stands for stochastic depth in what is traced (see `tracing`)."""
    return alike(draft, x, "drop_path", rate=layers.rate(rate))
