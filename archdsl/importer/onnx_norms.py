"""Norms that exporters write as means, roots and quotients."""

from __future__ import annotations

from typing import NamedTuple

from onnx import NodeProto

from archdsl.importer.onnx_file import File, attributes
from archdsl.importer.onnx_web import Found, Web, before, even, instead, rewrite


class Quotient(NamedTuple):
    """top / sqrt(mean of squares + eps).

    Attributes:
        squares: what the mean is taken of.
        axes: over which it is taken.
    """

    top: str
    squares: str
    axes: list[int]
    eps: float


def layer_norm(file: File) -> None:
    """(x - mean) / sqrt(variance + eps), over the last axis or, where weights are (C, 1, 1), over the channels of maps."""

    def find(web: Web, node: NodeProto) -> Found:
        if (found := _quotient(web, node)) is None or (top := web.maker(found.top, "Sub")) is None:
            return None
        x, mean = top.input[0], web.maker(top.input[1], "ReduceMean")
        if mean is None or mean.input[0] != x or web.axes(mean) != found.axes:
            return None
        number, names = web.factors(found.squares, 1)
        makers = [web.maker(name, "Sub") for name in names]
        if number != 1 or len(names) != 2 or any(maker is None or list(maker.input) != list(top.input) for maker in makers):
            return None
        return _affine(web, node, x, found, "LayerNormalization")

    rewrite(file, ["Div", "Mul"], find)


def rms_norm(file: File) -> None:
    """x / sqrt(mean of x^2 + eps)."""

    def find(web: Web, node: NodeProto) -> Found:
        if (found := _quotient(web, node)) is None or web.factors(found.squares, 1) != (1.0, [found.top] * 2):
            return None
        return _affine(web, node, found.top, found, "RMSNormalization")

    rewrite(file, ["Div", "Mul"], find)


def _quotient(web: Web, node: NodeProto) -> Quotient | None:
    top, root = _over_root(web, node)
    inside = web.plus(root) if root else None
    mean = web.maker(inside[0], "ReduceMean") if inside else None
    axes = web.axes(mean) if mean is not None else None
    if inside is None or mean is None or axes is None or not attributes(mean).get("keepdims", 1):
        return None
    return Quotient(top, mean.input[0], axes, inside[1])


def _over_root(web: Web, node: NodeProto) -> tuple[str, str]:
    """What is divided, and what stands under the root that divides it; '' where there is none."""
    if node.op_type == "Div":
        return node.input[0], _under(web, node.input[1], 0.5)
    for top, factor in (node.input, list(node.input)[::-1]):
        if inner := _under(web, factor, -0.5):
            return top, inner
        turned = web.maker(factor, "Reciprocal", "Div")
        is_one_over = turned is not None and (turned.op_type == "Reciprocal" or web.number(turned.input[0]) == 1)
        if turned is not None and is_one_over and (inner := _under(web, turned.input[-1], 0.5)):
            return top, inner
    return "", ""


def _under(web: Web, name: str, power: float) -> str:
    node = web.maker(name, "Sqrt", "Pow")
    if (
        node is None
        or (node.op_type == "Sqrt" and power != 0.5)
        or (node.op_type == "Pow" and web.number(node.input[1]) != power)
    ):
        return ""
    return str(node.input[0])


def _affine(web: Web, node: NodeProto, x: str, found: Quotient, word: str) -> Found:
    """The norm with the weight and bias that come after it."""
    end, weight, bias = node, None, None
    if (times := _followed(web, end, "Mul")) is not None:
        end, weight = times
    plus = _followed(web, end, "Add") if word == "LayerNormalization" and weight else None
    if plus is not None and weight and web.file.tensors[plus[1]].size == web.file.tensors[weight].size:
        end, bias = plus
    shape = web.file.tensors[weight].shape if weight else ()
    if len(found.axes) != 1 or (found.axes[0] != -1 and not weight):
        return None
    flat = [web.constant(name, web.file.tensors[name].flatten()) if len(shape) > 1 else name for name in (weight, bias) if name]
    if found.axes[0] == -1 or (len([extent for extent in shape if extent > 1]) == 1 and shape[-1] > 1):
        return [instead(end, word, [x, *flat], axis=-1, epsilon=found.eps)]
    places = len(shape) - (2 if shape[0] == 1 else 1)  # (C, 1, 1), with or without the batch before it
    if places < 1 or found.axes[0] != 1:
        return None
    count = places + 2
    there = before(end, "Transpose", [x], "places first", perm=[0, *range(2, count), 1])
    norm = before(end, word, [there.output[0], *flat], "normed", axis=-1, epsilon=found.eps)
    return [there, norm, instead(end, "Transpose", [norm.output[0]], perm=[0, count - 1, *range(1, count - 1)])]


def _followed(web: Web, node: NodeProto, op_type: str) -> tuple[NodeProto, str] | None:
    """The only reader of a node, where it adds or multiplies a tensor that is known along one axis; with that tensor."""
    reader = web.reader(node, op_type)
    for name in reader.input if reader is not None else ():
        tensor = web.tensor(name)
        if reader is not None and tensor is not None and tensor.size > 1 and max(tensor.shape) == tensor.size:
            return reader, name
    return None


def group_norm(file: File) -> None:
    """An instance norm over groups put together, and the weight and bias of the channels after it."""

    def find(web: Web, node: NodeProto) -> Found:
        inside, after = web.maker(node.input[0], "Reshape"), web.reader(node, "Reshape")
        scale, shift = (web.tensor(name) for name in node.input[1:])
        sizes = web.tensor(inside.input[1]) if inside is not None else None
        if inside is None or after is None or scale is None or not (even(scale, 1) and even(shift, 0)):
            return None
        if sizes is None or sizes.size != 3 or sizes[2] != -1 or int(sizes[1]) != scale.size:
            return None
        if (times := _followed(web, after, "Mul")) is None or (plus := _followed(web, times[0], "Add")) is None:
            return None
        flat = [web.constant(name, web.file.tensors[name].flatten()) for name in (times[1], plus[1])]
        eps = attributes(node).get("epsilon", 1e-5)
        return [instead(plus[0], "GroupNormalization", [inside.input[0], *flat], num_groups=int(scale.size), epsilon=eps)]

    rewrite(file, ["InstanceNormalization"], find)


def l2_norm(file: File) -> None:
    """x / max(|x|, eps), |x| its length along an axis."""

    def find(web: Web, node: NodeProto) -> Found:
        x, bounded = node.input[0], web.maker(node.input[1], "Max", "Clip", "Expand")
        if bounded is not None and bounded.op_type == "Expand":
            bounded = web.maker(bounded.input[0], "Max", "Clip")
        length = web.maker(bounded.input[0], "ReduceL2") if bounded is not None else None
        if bounded is None or length is None or length.input[0] != x or len(bounded.input) < 2:
            return None
        axes, eps = web.axes(length), web.number(bounded.input[1])
        if axes is None or len(axes) != 1 or eps is None:
            return None
        return [instead(node, "L2Norm", [x], axis=axes[0], epsilon=eps)]

    rewrite(file, ["Div"], find)


def grn(file: File) -> None:
    """Global response normalisation: x + bias + weight * x * g / (mean of g + eps), g the length of each channel (Woo et al. 2023)."""

    def find(web: Web, node: NodeProto) -> Found:
        terms = web.terms(node.output[0])
        biases = [name for name in terms if web.tensor(name) is not None]
        if len(terms) != 3 or len(biases) != 1:
            return None
        for product in terms:
            _, names = web.factors(product, 2)
            weights = [name for name in names if web.tensor(name) is not None]
            ratio = next((maker for name in names if (maker := web.maker(name, "Div")) is not None), None)
            if len(names) != 3 or len(weights) != 1 or ratio is None:
                continue
            length, mean = web.maker(ratio.input[0], "ReduceL2"), web.plus(ratio.input[1])
            spread = web.maker(mean[0], "ReduceMean") if mean is not None else None
            if length is None or mean is None or spread is None or spread.input[0] != ratio.input[0]:
                continue
            if (x := length.input[0]) in names and x in terms:
                return [instead(node, "GlobalResponseNorm", [x, weights[0], biases[0]], epsilon=mean[1])]
        return None

    rewrite(file, ["Add"], find)
