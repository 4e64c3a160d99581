"""Activations of ONNX, and what changes nothing at inference."""

from __future__ import annotations

from typing import Any

from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.lower import arithmetic, reductions
from archdsl.importer.lower.along import alike
from archdsl.importer.onnx_call import OPERATORS, Call, Lower, operator, short

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
        return alike(draft, call.x, word, **{argument: short(call.get("alpha", default))})

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
        return alike(draft, call.x, "hardtanh", low=short(low), high=short(high))
    bounds = {name: short(value) for name, value in (("least", low), ("most", high)) if value is not None}
    return alike(draft, call.x, "clamp", **bounds) if bounds else call.x


@operator("PRelu")
def _prelu(draft: Draft, call: Call) -> Any:
    return arithmetic.prelu(draft, call.x, call.weight(1))


@operator("Softmax", "LogSoftmax")
def _softmax(draft: Draft, call: Call) -> Any:
    x = call.x
    axis = call.get("axis", 1 if call.opset < 13 else -1) % len(x.sizes)
    if call.opset < 13 and axis != len(x.sizes) - 1:  # from that axis on as one
        raise NotSaid("a softmax over several axes")
    return reductions.softmax(draft, x, axis, "log_softmax" if call.op == "LogSoftmax" else "softmax")
