"""Ones put beside the values of linear attention, so that one product gives sums and what they are divided by: idioms of ATen."""

from __future__ import annotations

from typing import Any

from torch import fx

from archdsl.importer.idiom import Idiom, is_call
from archdsl.importer.idioms_of_norms import bare


def of_values(node: fx.Node) -> Idiom | None:
    """Of q (k [v 1]) all channels but the last: q (k v)."""
    if (found := _last_apart(node)) is None or found[3]:
        return None
    return Idiom("product_of_three", found[:3])


def of_ones(node: fx.Node) -> Idiom | None:
    """Of q (k [v 1]) the last channel: q times the sums of k."""
    if (found := _last_apart(node)) is None or not found[3]:
        return None
    return Idiom("product_with_sums", found[:2])


def _last_apart(node: fx.Node) -> tuple[Any, Any, Any, bool] | None:
    """q, k and v of a product that is cut before its last channel, and whether the last one is what is taken."""
    if not is_call(node, "slice") or len(node.args) != 4 or not is_call(bare(node.args[0]), "matmul"):
        return None
    outer = bare(node.args[0])
    q, inner = outer.args[0], bare(outer.args[1])
    axis, channels = outer.meta["val"].dim() - 1, outer.meta["val"].shape[-1]
    if node.args[1] not in (axis, -1) or not is_call(inner, "matmul"):
        return None
    k, values = inner.args[0], bare(inner.args[1])
    if not is_call(values, "pad", "constant_pad_nd") or not _is_one(values):
        return None
    bounds = tuple([bound + channels if bound < 0 else min(bound, channels) for bound in node.args[2:]])  # type: ignore[operator]
    if bounds not in ((0, channels - 1), (channels - 1, channels)):
        return None
    return q, k, values.args[0], bounds[0] > 0


def _is_one(pad: fx.Node) -> bool:
    """Whether a call puts a one after the last channel, and nothing else."""
    given: list[Any] = list(pad.args)
    _, sides, *more = given
    return list(sides) == [0, 1] and more in (["constant", 1], [1])
