"""Calls of ATen that bring axes down to one value, or share a sum of 1 out along them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from archdsl.importer.aten_call import CALLS, Call, call
from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.lower import reductions
from archdsl.importer.values import Operand

Axes = int | Sequence[int] | None


def _over(x: Operand, axes: Axes) -> Sequence[int]:
    """The axes that are meant; none given are all of them."""
    found = [axes] if isinstance(axes, int) else list(axes or ())
    return found or range(len(x.sizes))


def _reduced(mode: str) -> Call:
    def lower(draft: Draft, x: Operand, axes: Axes = None, keep: bool = False, **ignored: Any) -> Any:
        return reductions.reduced(draft, x, _over(x, axes), keep, mode)

    return lower


CALLS.update(mean=_reduced("mean"), sum=_reduced("sum"), amax=_reduced("max"), amin=_reduced("min"))


def _extreme(mode: str) -> Call:
    """A largest or least value with its place, which no operator gives, or of two tensors."""

    def lower(draft: Draft, x: Operand, axis: Any = None, keep: bool = False) -> Any:
        if not isinstance(axis, int):
            raise NotSaid("an extreme of all values" if axis is None else "the larger or smaller of two tensors")
        return (reductions.reduced(draft, x, [axis], keep, mode), None)

    return lower


CALLS.update(max=_extreme("max"), min=_extreme("min"))


@call("softmax", "_softmax")
def _softmax(draft: Draft, x: Operand, axis: int, *ignored: Any) -> Any:
    return reductions.softmax(draft, x, axis)


@call("log_softmax", "_log_softmax")
def _log_softmax(draft: Draft, x: Operand, axis: int, *ignored: Any) -> Any:
    return reductions.softmax(draft, x, axis, "log_softmax")
