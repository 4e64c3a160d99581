"""Norms that programs write as means, roots and quotients, and squares: idioms of ATen (see `idioms`)."""

from __future__ import annotations

from typing import Any, NamedTuple

from torch import fx

from archdsl.importer.idiom import Idiom, either, is_call, keeps_kind

UNCHANGED = ("to", "_to_copy", "type_as", "contiguous", "clone", "alias", "detach")
"""Calls that change nothing here, which stand between the parts of a norm."""


class Quotient(NamedTuple):
    """top / sqrt(inside + eps)."""

    top: Any
    inside: Any
    eps: float


def square(node: fx.Node) -> Idiom | None:
    """x^2, of a ReLU or of anything."""
    x = _squared(node)
    if x is None:
        return None
    inner = bare(x)
    return Idiom("squared_relu", (inner.args[0],)) if is_call(inner, "relu") else Idiom("square", (x,))


def rms_norm(node: fx.Node) -> Idiom | None:
    """x / sqrt(mean(x^2) + eps)."""
    for found in _quotients(node):
        mean = bare(found.inside)
        axes = _axes(mean, "mean")
        if axes is not None and bare(_squared(mean.args[0])) is bare(found.top):
            return Idiom("rms_norm_along", (found.top, axes, found.eps))
    return None


def standardised(node: fx.Node) -> Idiom | None:
    """(x - mean) / sqrt(variance + eps), over any axes."""
    for found in _quotients(node):
        top, spread = bare(found.top), bare(found.inside)
        if not is_call(top, "sub") or len(top.args) != 2 or top.kwargs:
            continue
        x, axes = top.args[0], _axes(bare(top.args[1]), "mean")
        if axes is None or bare(bare(top.args[1]).args[0]) is not bare(x):
            continue
        by_hand = _axes(spread, "mean") == axes and bare(_squared(spread.args[0])) is top
        if by_hand or (_variance_axes(spread) == axes and bare(spread.args[0]) is bare(x)):
            return Idiom("standardised_along", (x, axes, found.eps))
    return None


def scaled(node: fx.Node) -> Idiom | None:
    """A norm that was written out, times something: its weight where no input changes that."""
    return _followed(node, "mul", ("rms_norm_along", "standardised_along"), 3)


def shifted(node: fx.Node) -> Idiom | None:
    """The same, plus something."""
    return _followed(node, "add", ("standardised_along",), 4)


def _followed(node: fx.Node, word: str, norms: tuple[str, ...], given: int) -> Idiom | None:
    if not is_call(node, word) or len(node.args) != 2 or node.kwargs:
        return None
    for norm, other in either(node):
        inner = bare(norm)
        if is_call(inner, *norms) and len(inner.args) == given and len(inner.users) == 1 and isinstance(other, fx.Node):
            return Idiom(inner.target.__name__, (*inner.args, other))
    return None


def _quotients(node: fx.Node) -> list[Quotient]:
    """The ways in which a call may be a quotient by a root."""
    found = []
    if is_call(node, "div") and len(node.args) == 2 and not node.kwargs:
        found = [(node.args[0], _under(node.args[1], 0.5))]
    elif is_call(node, "mul"):
        found = [(top, _under(factor, -0.5)) for top, factor in either(node)]
    return [Quotient(top, *_plus(inner)) for top, inner in found if inner is not None and _plus(inner) is not None]  # type: ignore[misc]


def _under(value: Any, power: float) -> Any:
    """What stands under a root, or under one that divides; None where there is none."""
    value = bare(value)
    if is_call(value, "sqrt" if power > 0 else "rsqrt"):
        return value.args[0]
    if is_call(value, "pow") and value.args[1] == power:
        return value.args[0]
    if power < 0 and is_call(value, "reciprocal"):
        return _under(value.args[0], 0.5)
    if power < 0 and is_call(value, "div") and value.args[0] == 1:
        return _under(value.args[1], 0.5)
    return None


def _plus(value: Any) -> tuple[Any, float] | None:
    """A sum with a number."""
    value = bare(value)
    if not is_call(value, "add") or value.kwargs:
        return None
    return next(((x, eps) for x, eps in either(value) if isinstance(x, fx.Node) and isinstance(eps, float)), None)


def _squared(value: Any) -> Any:
    """What is squared; None where nothing is."""
    value = bare(value)
    if is_call(value, "square"):
        return value.args[0]
    if is_call(value, "pow") and value.args[1] == 2:
        return value.args[0]
    return value.args[0] if is_call(value, "mul") and value.args[0] is value.args[1] else None


def _axes(value: Any, word: str) -> tuple[int, ...] | None:
    """The axes of a mean that keeps them."""
    if not is_call(value, word) or len(value.args) < 3 or not value.args[2] or not value.args[1]:
        return None
    return _counted(value.args[1], value)


def _variance_axes(value: Any) -> tuple[int, ...] | None:
    """The axes of a variance that keeps them, over the number of values and not one less."""
    if not is_call(value, "var") or len(value.args) < 2 or not value.args[1]:
        return None
    biased = value.args[2:3] == (False,) or value.kwargs.get("correction") == 0
    kept = value.args[3:4] == (True,) or value.kwargs.get("keepdim") is True
    return _counted(value.args[1], value) if biased and kept else None


def _counted(axes: Any, value: fx.Node) -> tuple[int, ...]:
    count = value.meta["val"].dim()
    return tuple(sorted(axis % count for axis in ([axes] if isinstance(axes, int) else axes)))


def bare(value: Any) -> Any:
    """A value without the calls around it that change nothing."""
    while is_call(value, *UNCHANGED) and keeps_kind(value):
        value = value.args[0]
    return value
