"""Channels turned in pairs by the place of their token, as rotary positions are: idioms of ATen (see `idioms`)."""

from __future__ import annotations

from typing import Any

from torch import fx

from archdsl.importer.idiom import Idiom, either, is_call
from archdsl.importer.idioms_of_norms import bare


def turned(node: fx.Node) -> Idiom | None:
    """x cos + y sin, where y is x with the channels of each pair exchanged, one of them with the other sign."""
    if not is_call(node, "add") or len(node.args) != 2 or node.kwargs:
        return None
    for along, across in either(node):
        if not is_call(along, "mul") or not is_call(across, "mul"):
            continue
        for x, cos in either(along):
            for y, sin in either(across):
                if (pairs := _pairs(bare(y), x)) is not None and isinstance(cos, fx.Node) and isinstance(sin, fx.Node):
                    return Idiom("rotary", (x, cos, sin, pairs))
    return None


def after_class_tokens(node: fx.Node) -> Idiom | None:
    """The same of all tokens but the first ones, which are put before them again."""
    if not is_call(node, "cat") or len(node.args) != 2 or not isinstance(node.args[0], list) or len(node.args[0]) != 2:
        return None
    first, rest = (bare(part) for part in node.args[0])
    axis = node.meta["val"].dim() - 2
    if not is_call(rest, "rotary") or len(rest.args) != 4 or node.args[1] not in (axis, -2):
        return None
    x, cos, sin, pairs = rest.args
    before, after = _cut(first, axis), _cut(bare(x), axis)
    if before is None or after is None or bare(before[0]) is not bare(after[0]):
        return None
    count, length = before[2], after[0].meta["val"].shape[axis]
    if before[1] != 0 or after[1] != count or after[2] < length:
        return None
    return Idiom("rotary", (after[0], cos, sin, pairs, count))


def _cut(value: Any, axis: int) -> tuple[fx.Node, int, int] | None:
    """What is cut along an axis, from where to where."""
    if not is_call(value, "slice") or len(value.args) != 4 or value.args[1] not in (axis, axis - value.meta["val"].dim()):
        return None
    return value.args[0], value.args[2], value.args[3]


def _pairs(value: Any, x: Any) -> str | None:
    """Which channels of x are exchanged in a value, the one that comes first with the other sign; None where it is not that."""
    if is_call(value, "cat") and value.args[1:] in ((-1,), (value.meta["val"].dim() - 1,)) and len(value.args[0]) == 2:
        found, word = _signed(value.args[0], x), "halves"
    elif is_call(value, "reshape", "view", "flatten") and is_call(bare(value.args[0]), "stack"):
        stack = bare(value.args[0])
        last = stack.args[1:] in ((-1,), (stack.meta["val"].dim() - 1,))
        same = isinstance(x, fx.Node) and value.meta["val"].shape == x.meta["val"].shape
        found, word = _signed(stack.args[0], x) if last and same and len(stack.args[0]) == 2 else None, "neighbours"
    else:
        return None
    return word if found == ((word, 1), (word, 0)) else None


def _signed(parts: Any, x: Any) -> Any:
    """What two parts are of x, where the first has the other sign."""
    first, second = (bare(part) for part in parts)
    return (_part(bare(first.args[0]), x), _part(second, x)) if is_call(first, "neg") else None


def _part(value: Any, x: Any) -> tuple[str, int] | None:
    """Whether a value is one half of the channels of x, or every other of them, and which: 0 for the first."""
    if not isinstance(x, fx.Node):
        return None
    channels, last = x.meta["val"].shape[-1], x.meta["val"].dim() - 1
    if is_call(value, "getitem") and is_call(value.args[0], "chunk", "split"):
        pieces, place = value.args
        whole, by, *axis = pieces.args
        halves = by == 2 if is_call(pieces, "chunk") else by in (channels // 2, [channels // 2] * 2)
        return ("halves", place) if halves and axis in ([-1], [last]) and bare(whole) is bare(x) else None
    if not is_call(value, "slice") or value.args[1] not in (-1, last) or bare(value.args[0]) is not bare(x):
        return None
    given: list[Any] = [*value.args[2:]]
    start, stop, step = (given + [0, channels, 1][len(given) :])[:3]
    start, stop = start or 0, min(stop, channels)
    if step == 1 and channels % 2 == 0 and (start, stop) in ((0, channels // 2), (channels // 2, channels)):
        return "halves", int(start > 0)
    return ("neighbours", start) if step == 2 and start in (0, 1) and stop == channels else None
