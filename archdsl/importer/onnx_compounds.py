"""What exporters write as several nodes of ONNX, found again as the one thing that it is. They run in the order of `COMPOUNDS`."""

from __future__ import annotations

import math
from collections.abc import Callable

from onnx import NodeProto

from archdsl.importer.onnx_file import File, attributes
from archdsl.importer.onnx_moves import causal, crop, roll, sums
from archdsl.importer.onnx_norms import grn, group_norm, l2_norm, layer_norm, rms_norm
from archdsl.importer.onnx_web import Found, Web, instead, near, rewrite

DEPTHS = (1, 2, 3)
"""Of products: the least that tells what it is, so that a factor that is a product too stays whole."""


def gelu(file: File) -> None:
    """x * (1 + erf(x / sqrt 2)) / 2, its factors in any order; and the form with a tanh."""

    def find(web: Web, node: NodeProto) -> Found:
        for depth in DEPTHS:
            number, names = web.factors(node.output[0], depth)
            if len(names) != 2 or not near(number, 0.5):
                continue
            for x, other in (names, names[::-1]):
                if (summed := web.plus(other)) is None or summed[1] != 1:
                    continue
                if (inner := web.maker(summed[0], "Erf")) is not None and _is_erf(web, inner.input[0], x):
                    return [instead(node, "Gelu", [x])]
                if (inner := web.maker(summed[0], "Tanh")) is not None and _is_cubic(web, inner.input[0], x):
                    return [instead(node, "Gelu", [x], approximate="tanh")]
        return None

    rewrite(file, ["Mul", "Div"], find)


def _is_erf(web: Web, name: str, x: str) -> bool:
    number, names = web.factors(name, 1)
    return near(number, math.sqrt(0.5)) and names == [x]


def _is_cubic(web: Web, name: str, x: str) -> bool:
    """Whether a value is sqrt(2 / pi) * (x + 0.044715 x^3)."""
    number, names = web.factors(name, 1)
    if not near(number, math.sqrt(2 / math.pi)) or len(names) != 1 or (node := web.maker(names[0], "Add")) is None:
        return False
    for one, other in (node.input, list(node.input)[::-1]):
        for depth in DEPTHS:
            factor, cubed = web.factors(other, depth)
            if one == x and near(factor, 0.044715) and cubed == [x] * 3:
                return True
    return False


def hard_sigmoid(file: File) -> None:
    """clip(x + 3, 0, 6) / 6."""

    def find(web: Web, node: NodeProto) -> Found:
        number, names = web.factors(node.output[0], 1)
        if len(names) != 1 or not near(number, 1 / 6) or (x := _clipped(web, names[0])) is None:
            return None
        return [instead(node, "HardSigmoid", [x], alpha=1 / 6, beta=0.5)]

    rewrite(file, ["Mul", "Div"], find)


def _clipped(web: Web, name: str) -> str | None:
    """x, where a value is clip(x + 3, 0, 6)."""
    node = web.maker(name, "Clip")
    if node is None:
        return None
    more = attributes(node)
    bounds = [web.number(bound) for bound in node.input[1:]] if len(node.input) > 1 else [more.get("min"), more.get("max")]
    summed = web.plus(node.input[0])
    return summed[0] if bounds == [0, 6] and summed is not None and summed[1] == 3 else None


def gated(file: File) -> None:
    """x times a function of x: swish, its hard and quick forms, mish."""

    def find(web: Web, node: NodeProto) -> Found:
        for depth in DEPTHS:
            number, names = web.factors(node.output[0], depth)
            if len(names) != 2:
                continue
            for x, gate in (names, names[::-1]):
                if near(number, 1) and (word := _gate(web, x, gate)):
                    return [instead(node, word, [x])]
                if near(number, 1 / 6) and _clipped(web, gate) == x:
                    return [instead(node, "HardSwish", [x])]
        return None

    rewrite(file, ["Mul", "Div"], find)


def _gate(web: Web, x: str, gate: str) -> str | None:
    """What x times another value is called, if that follows from x alone."""
    node = web.maker(gate, "Sigmoid", "HardSigmoid", "Tanh")
    if node is None:
        return None
    inner = node.input[0]
    if node.op_type == "Tanh":
        softplus = web.maker(inner, "Softplus")
        return "Mish" if softplus is not None and softplus.input[0] == x else None
    if inner == x:
        return "Silu" if node.op_type == "Sigmoid" else "HardSwish" if near(attributes(node).get("alpha", 0.2), 1 / 6) else None
    number, names = web.factors(inner, 1)
    return "QuickGelu" if node.op_type == "Sigmoid" and near(number, 1.702) and names == [x] else None


def squared_relu(file: File) -> None:
    """relu(x)^2."""

    def find(web: Web, node: NodeProto) -> Found:
        number, names = web.factors(node.output[0], 1)
        if number != 1 or len(names) != 2 or names[0] != names[1] or (relu := web.maker(names[0], "Relu")) is None:
            return None
        return [instead(node, "SquaredRelu", [relu.input[0]])]

    rewrite(file, ["Mul", "Pow"], find)


def softplus(file: File) -> None:
    """softplus(beta x) / beta, and -softplus(-x), which is the logarithm of a sigmoid."""

    def find(web: Web, node: NodeProto) -> Found:
        if node.op_type == "Neg":
            inner = web.maker(node.input[0], "Softplus")
            turned = web.maker(inner.input[0], "Neg") if inner is not None else None
            return None if turned is None else [instead(node, "LogSigmoid", [turned.input[0]])]
        number, names = web.factors(node.output[0], 1)
        inner = web.maker(names[0], "Softplus") if len(names) == 1 else None
        if inner is None or number == 1:
            return None
        beta, inside = web.factors(inner.input[0], 1)
        return [instead(node, "Softplus", inside, alpha=beta)] if len(inside) == 1 and near(beta * number, 1) else None

    rewrite(file, ["Neg", "Mul", "Div"], find)


def linear(file: File) -> None:
    """A product with a matrix and the bias after it."""

    def find(web: Web, node: NodeProto) -> Found:
        for one, other in (node.input, list(node.input)[::-1]):
            product, bias = web.maker(one, "MatMul"), web.tensor(other)
            if product is None or bias is None or web.reader(product, "Add") is not node:
                continue
            weight = web.tensor(product.input[1])
            if weight is not None and weight.ndim == 2 and bias.size == weight.shape[1] and bias.shape[-1:] == weight.shape[1:]:
                flat = other if bias.ndim == 1 else web.constant(other, bias.flatten())
                return [instead(node, "Linear", [*product.input, flat])]
        return None

    rewrite(file, ["Add"], find)


def attention_scale(file: File) -> None:
    """A product of two tensors that is scaled, or whose two sides are before it, as torch's exporter has it."""

    def find(web: Web, node: NodeProto) -> Found:
        if node.op_type == "MatMul":
            sides = [web.factors(name, 1) for name in node.input]
            if any(len(names) != 1 for _, names in sides) or all(number == 1 for number, _ in sides):
                return None
            (left, (x,)), (right, (y,)) = sides
            return [instead(node, "ScaledMatMul", [x, y], scale=left * right)]
        number, names = web.factors(node.output[0], 1)
        product = web.maker(names[0], "MatMul") if len(names) == 1 and number != 1 else None
        if product is None or web.tensor(product.input[1]) is not None or web.reader(product, node.op_type) is not node:
            return None
        return [instead(node, "ScaledMatMul", product.input, scale=number)]

    rewrite(file, ["MatMul", "Mul", "Div"], find)


COMPOUNDS: tuple[Callable[[File], None], ...] = (
    layer_norm,
    rms_norm,
    group_norm,
    l2_norm,
    gelu,
    hard_sigmoid,
    softplus,
    squared_relu,
    gated,
    linear,
    attention_scale,
    grn,
    causal,
    roll,
    crop,
    sums,
)
"""All of them, in the order in which they run; the nodes that they leave without readers are dropped."""
