"""What an idiom of a program of torch.export is, and what all of them ask of its calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from torch import fx


class Idiom(NamedTuple):
    """What stands for several calls: the name of an entry in the table of calls, and its arguments."""

    name: str
    args: tuple[Any, ...]


Find = Callable[[fx.Node], Idiom | None]


def is_call(value: Any, *names: str) -> bool:
    """Whether a value is what a call of one of these operators gives."""
    return isinstance(value, fx.Node) and value.op == "call_function" and word_of(value) in names


def word_of(node: fx.Node) -> str:
    """The name of an operator without its overload and the mark of those that overwrite."""
    name = getattr(node.target, "__name__", str(node.target)).partition(".")[0]
    return name.removesuffix("_") if not name.startswith("_") else name


def either(node: fx.Node) -> list[tuple[Any, Any]]:
    """Both orders of the operands of a sum or product."""
    one, other = node.args[:2]
    return [(one, other), (other, one)]
