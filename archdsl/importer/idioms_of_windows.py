"""Padding by a call of its own before a window moves over a map, as networks of TensorFlow have it: idioms of ATen (see `idioms`)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from torch import fx

from archdsl.importer.idiom import Idiom, is_call

PLACES = 2
"""Places of a map: height and width."""


def padded_convolution(node: fx.Node) -> Idiom | None:
    """A convolution of what was padded with zeros, alike on both sides."""
    if not is_call(node, "conv2d"):
        return None
    pads = _pads(node.args[0], 0.0)
    given = [*node.args, *[None, [1, 1], [0, 0], [1, 1], 1][len(node.args) - 2 :]]
    if pads is None or any(before != after for before, after in pads) or isinstance(given[4], str):
        return None
    padding = [own + before for own, (before, _) in zip(_each(given[4]), pads, strict=True)]
    return Idiom("conv2d", (node.args[0].args[0], *given[1:4], padding, *given[5:]))  # type: ignore[union-attr]


def padded_max_pool(node: fx.Node) -> Idiom | None:
    """A maximum over windows of what was padded with minus infinity, which the pooling does by itself.

    What is padded after the last place and not before the first is what windows reach that are counted by rounding up.
    """
    if not is_call(node, "max_pool2d") or len(node.args) < 2 or not isinstance(node.args[0], fx.Node):
        return None
    pads = _pads(node.args[0], -math.inf)
    given = [*node.args, *[[], [0, 0], [1, 1], False][len(node.args) - 2 :]]
    if pads is None or any(_each(given[3])) or any(gap != 1 for gap in _each(given[4])) or given[5]:
        return None
    x = node.args[0].args[0]
    kernel, steps = _each(given[1]), _each(given[2] or given[1])
    before = [first for first, _ in pads]
    there = [*x.meta["val"].shape][-PLACES:]  # type: ignore[union-attr]
    wanted = [*node.meta["val"].shape][-PLACES:]
    if any(2 * pad > size for pad, size in zip(before, kernel, strict=True)):
        return None
    for ceil in (False, True):
        sizes = [_windows(*each, ceil) for each in zip(there, kernel, steps, before, strict=True)]
        if sizes == wanted:
            return Idiom("max_pool2d", (x, kernel, steps, before, [1, 1], ceil))
    return None


def _windows(extent: int, kernel: int, step: int, padding: int, ceil: bool) -> int:
    """How many windows PyTorch counts along a side: the last begins inside the map or in the padding before it."""
    rest = extent + 2 * padding - kernel
    count = (-(-rest // step) if ceil else rest // step) + 1
    return count - 1 if ceil and (count - 1) * step >= extent + padding else count


def _pads(value: Any, amount: float) -> list[tuple[int, int]] | None:
    """What a call of `pad` puts before and after height and width; None of anything else, or of another number."""
    if not is_call(value, "pad", "constant_pad_nd"):
        return None
    _, sides, *more = value.args
    mode, number = (
        more[:2] + [None] * (2 - len(more)) if more and isinstance(more[0], str) else ("constant", more[0] if more else 0.0)
    )
    if mode != "constant" or float(number or 0.0) != amount or len(sides) != 2 * PLACES or any(side < 0 for side in sides):
        return None
    return [(sides[2], sides[3]), (sides[0], sides[1])]


def _each(value: Any) -> list[int]:
    found: Sequence[int] = [value] if isinstance(value, int) else list(value)
    return [*found] * PLACES if len(found) == 1 else [*found]
