"""What an operator computes over what arrives, in one form for all ways to write it: paddings and sizes as numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from archdsl.ops.axes import told
from archdsl.ops.operator import Operator, Shape
from archdsl.ops.passing import Identity, Input
from archdsl.ops.pool import AdaptivePool, AvgPool, Pool
from archdsl.ops.resize import Resize, Upsample
from archdsl.ops.window import Sliding


class Form(NamedTuple):
    """What stands for an operator.

    Attributes:
        word: its class.
        arguments: those that differ from their defaults.
        reads: how many of its inputs it computes from; None for all.
    """

    word: str
    arguments: dict[str, Any]
    reads: int | None = None


def written(op: Operator, inputs: tuple[Shape, ...]) -> Form:
    """An operator as it is written."""
    arguments = {"size": op.size} if isinstance(op, Input) else told(op.arguments(), inputs)
    return Form(type(op).__name__, arguments)


def computed(op: Operator, inputs: tuple[Shape, ...], output: Shape) -> Form | None:
    """What an operator computes from inputs of these shapes; None where the first of them is what it gives."""
    if isinstance(op, Identity):
        return None
    for kind, rule in RULES:
        if isinstance(op, kind):
            return rule(op, inputs, output)
    return written(op, inputs)


def _same(one: Shape, other: Shape) -> bool:
    """Whether two shapes are equal, as numbers. Of grids nothing is said."""
    return all(type(extent) is int for extent in (*one, *other)) and tuple(one) == tuple(other)


def _sliding(op: Any, inputs: tuple[Shape, ...], output: Shape) -> Form | None:
    """Numbers for each axis, in place of `same` and of a stride that is the kernel's."""
    window = op.over(inputs[0])
    form = written(op, inputs)
    if isinstance(op, Pool) and _same(inputs[0], output) and all(type(extent) is int and extent == 1 for extent in window.kernel):
        return None
    arguments = {name: value for name, value in form.arguments.items() if name not in WINDOW}
    if isinstance(op, AvgPool) and not any(type(pad) is not int or pad for pad in (*window.pads, *window.ends)):
        arguments.pop("count_padding", None)
    sizes = [window.kernel, window.stride, window.pads, window.ends, window.dilation]
    return form._replace(arguments={**arguments, "window": sizes})


WINDOW = ("kernel", "stride", "padding", "dilation")
"""Arguments that a window says."""


def _adaptive(op: Any, inputs: tuple[Shape, ...], output: Shape) -> Form | None:
    """Windows of one place give what they are given."""
    return None if _same(inputs[0], output) else written(op, inputs)


def _resized(op: Any, inputs: tuple[Shape, ...], output: Shape) -> Form | None:
    """To a size, unless a factor that leaves a rest says where the values lie."""
    if _same(inputs[0], output):
        return None
    arguments = {"mode": op.mode, "align_corners": op.align_corners}
    if isinstance(op, Upsample) and op.size is None:
        scales = told({"scale": op.scale}, inputs)["scale"]
        extents = zip(inputs[0][1:], scales, output[1:], strict=True)
        if not all((extent * scale == made) is True for extent, scale, made in extents):
            arguments["scale"] = scales
    return Form("Resize", {**arguments, "size": tuple(output[1:])}, 1)


RULES: tuple[tuple[type[Operator], Callable[..., Form | None]], ...] = (
    (Sliding, _sliding),
    (AdaptivePool, _adaptive),
    (Resize, _resized),
)
"""By kind of operator; any other is what is written."""
