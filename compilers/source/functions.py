"""Functions of the forward pass as expressions: what the torch back end writes as fx, as a person would write it."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import torch
from torch import fx

from archdsl.compilers.source.parts import NoForm, Ref, Slot, Text
from archdsl.compilers.torch.rule import Call, Layer, Padding
from archdsl.ops import Operator, Shape
from archdsl.ops.reorder import Rearrange


def expression(rule: Call, op: Operator, shapes: tuple[Shape, ...]) -> Text:
    """An operator that becomes a function, in terms of the tensors that arrive.

    Raises:
        NoForm: it uses a function that has none here.
    """
    code = fx.Graph()
    arguments = [code.placeholder(f"x{position}") for position in range(len(shapes))]
    for position, argument in enumerate(arguments):
        argument.meta["position"] = position

    def write(function: Callable[..., Any], *given: Any, **named: Any) -> fx.Node:
        return code.create_node("call_function", function, given, named)

    text = _text(rule.emit(op, shapes, arguments, write))
    return _axes_named(text, op) if isinstance(op, Rearrange) else text


def _axes_named(text: Text, op: Rearrange) -> Text:
    """The lengths of axes under the names that the pattern gives them: of those that are taken apart, then of those put together."""
    pattern = op.parsed
    apart = pattern.arriving if any(len(group) != 1 for group in pattern.left) else ()
    names = iter([*apart, *("_".join(group) or "one" for group in pattern.right)])
    return tuple([piece._replace(hint=next(names)) if isinstance(piece, Slot) else piece for piece in text])


def taken(rule: Layer, op: Operator) -> str:
    """What stands behind the call of a submodule that gives several tensors: `[0]`. Raises NoForm as `expression` does."""
    code = fx.Graph()

    def write(function: Callable[..., Any], *given: Any, **named: Any) -> fx.Node:
        return code.create_node("call_function", function, given, named)

    if rule.take is None:
        return ""
    made = code.placeholder("made")
    made.meta["position"] = 0
    _, *behind = _text(rule.take(op, made, write))
    return "".join(str(piece.value if isinstance(piece, Slot) else piece) for piece in behind)


def _text(node: fx.Node) -> Text:
    if node.op == "placeholder":
        return (Ref(node.meta["position"]),)
    target: Any = node.target
    if target not in FUNCTIONS:
        raise NoForm(f"the function {getattr(target, '__name__', target)} has no form there")
    return FUNCTIONS[target](*node.args, **node.kwargs)


def _narrow(x: fx.Node, axis: int, start: int, length: int) -> Text:
    return (*_text(x), "[" + ":, " * axis, Slot(start, "start"), ":", Slot(start + length, "stop"), "]")


def _cat(tensors: list[fx.Node], axis: int) -> Text:
    return ("torch.cat([", *_joined(", ", *map(_text, tensors)), f"], {axis})")


def _infix(sign: str) -> Callable[..., Text]:
    def text(left: fx.Node, right: Any) -> Text:
        return _joined(
            f" {sign} ", _text(left), _text(right) if isinstance(right, fx.Node) else (Slot(right, "factor", "factor"),)
        )

    return text


def _joined(between: str, *texts: Text) -> Text:
    return tuple(piece for index, text in enumerate(texts) for piece in ((between, *text) if index else text))


def _unflatten(x: fx.Node, axis: int, sizes: tuple[int, ...]) -> Text:
    first, rest = sizes
    unit = "height" if x.target is torch.transpose else "heads"  # tokens become rows of a map, channels become heads
    return ("torch.unflatten(", *_text(x), f", {axis}, (", Slot(first, unit, unit), f", {rest}))")


def _getitem(x: fx.Node, cuts: int | slice | tuple[slice, ...]) -> Text:
    axes = cuts if isinstance(cuts, tuple) else (cuts,)
    return (*_text(x), "[", *_joined(", ", *map(_cut, axes)), "]")


def _cut(cut: int | slice) -> Text:
    """What is taken of one axis."""
    if isinstance(cut, int):
        return (str(cut),)
    stop: Text = ("",) if cut.stop is None else (Slot(cut.stop, "stop", "place"),)
    step: Text = () if cut.step in (None, 1) else (":", Slot(cut.step, "stride", "stride"))
    return (Slot(cut.start or 0, "start", "place"), ":", *stop, *step)


def padded(padding: Padding) -> Text:
    """What a layer reads that cannot pad by itself."""
    amounts, value = padding
    filled = "" if value == 0 else f', "constant", float("{value}")'
    return ("functional.pad(", Ref(0), ", (", *sides(amounts), f"){filled})")


def sides(amounts: tuple[int, ...]) -> Text:
    """Amounts on both sides of each axis, the last axis first, as `torch.nn.functional.pad` takes them."""
    places = ("left", "right", "top", "bottom", "front", "back")
    return _joined(", ", *((Slot(amount, side, "padding"),) for amount, side in zip(amounts, places, strict=False)))


def _reshape(x: fx.Node, sizes: tuple[int, ...]) -> Text:
    return (*_text(x), ".reshape(", *_extents(sizes), ")")


def _extents(sizes: tuple[int, ...]) -> Text:
    """Lengths of axes; -1 is the batch."""
    return _joined(", ", *((str(size) if size == -1 else Slot(size, "extent", "extent"),) for size in sizes))


def _roll(x: fx.Node, shifts: tuple[int, int], axes: tuple[int, int]) -> Text:
    down, right = shifts
    return ("torch.roll(", *_text(x), ", (", Slot(down, "down", "shift"), ", ", Slot(right, "right", "shift"), f"), {axes})")


def _repeat(x: fx.Node, times: int, axis: int) -> Text:
    return (*_text(x), ".repeat_interleave(", Slot(times, "times", "times"), f", {axis})")


def _clamp(x: fx.Node, least: float | None, most: float | None) -> Text:
    return (*_text(x), f".clamp({least}, {most})")


def _stack(tensors: list[fx.Node], axis: int) -> Text:
    return ("torch.stack([", *_joined(", ", *map(_text, tensors)), f"], {axis})")


def _reduced(method: str) -> Callable[..., Text]:
    def text(x: fx.Node, axes: int | tuple[int, ...], keep: bool = False) -> Text:
        return (*_text(x), f".{method}({axes}, keepdim=True)" if keep else f".{method}({axes})")

    return text


FUNCTIONS: dict[Callable[..., Any], Callable[..., Text]] = {
    torch.narrow: _narrow,
    operator.getitem: _getitem,
    torch.cat: _cat,
    torch.flatten: lambda x, start: (*_text(x), f".flatten({start})"),
    torch.transpose: lambda x, a, b: (*_text(x), f".transpose({a}, {b})"),
    torch.unflatten: _unflatten,
    torch.matmul: _infix("@"),
    torch.select: lambda x, axis, index: (*_text(x), "[" + ":, " * axis, Slot(index, "index", "index"), "]"),
    **{function: _reduced(function.__name__) for function in (torch.mean, torch.amax, torch.amin, torch.sum)},
    torch.positive: lambda x: _text(x),
    torch.reshape: _reshape,
    torch.permute: lambda x, order: (*_text(x), f".permute({', '.join(map(str, order))})"),
    torch.clone: lambda x, **_: (*_text(x), ".contiguous()"),
    torch.roll: _roll,
    torch.repeat_interleave: _repeat,
    torch.clamp: _clamp,
    torch.stack: _stack,
    operator.add: _infix("+"),
    operator.sub: _infix("-"),
    operator.truediv: _infix("/"),
    operator.mul: _infix("*"),
}
