"""What an idiom of a program of torch.export is, and what all of them ask of its calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from torch import Tensor, fx


class Idiom(NamedTuple):
    """What stands for several calls: the name of an entry in the table of calls, and its arguments."""

    name: str
    args: tuple[Any, ...]


Find = Callable[[fx.Node], Idiom | None]


def is_call(value: Any, *names: str) -> bool:
    """Whether a value is what a call of one of these operators gives, without a factor or a rounding in it."""
    if not isinstance(value, fx.Node) or value.op != "call_function" or word_of(value) not in names:
        return False
    return value.kwargs.get("rounding_mode") is None and bool(value.kwargs.get("alpha", 1) == 1)


def keeps_kind(node: fx.Node) -> bool:
    """Whether a call gives numbers of the kind that it takes: floating ones, whatever their precision, or the very same type."""
    first = node.args[0] if node.args else None
    given, made = (each.meta.get("val") if isinstance(each, fx.Node) else None for each in (first, node))
    if not isinstance(given, Tensor) or not isinstance(made, Tensor):
        return True
    return bool(given.dtype == made.dtype) or (given.is_floating_point() and made.is_floating_point())


def word_of(node: fx.Node) -> str:
    """The name of an operator without its overload and the mark of those that overwrite."""
    name = getattr(node.target, "__name__", str(node.target)).partition(".")[0]
    return name.removesuffix("_") if not name.startswith("_") else name


def either(node: fx.Node) -> list[tuple[Any, Any]]:
    """Both orders of the operands of a sum or product."""
    one, other = node.args[:2]
    return [(one, other), (other, one)]
