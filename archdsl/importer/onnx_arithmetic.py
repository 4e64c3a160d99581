"""Sums, products and what is done to scores, in ONNX."""

from __future__ import annotations

import functools
import math
from typing import Any

import torch

from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.lower import arithmetic, layers, maps, shapes
from archdsl.importer.lower.along import as_heads, same_order
from archdsl.importer.onnx_call import OPERATORS, Call, Lower, eps_of, operator
from archdsl.importer.onnx_tables import added_to_scores
from archdsl.importer.values import Const, Operand, Value


def _binary(word: str) -> Lower:
    def lower(draft: Draft, call: Call) -> Any:
        x, y = call.x, call.at(1)
        if y is None:
            raise NotSaid(f"{word} of one tensor")
        return arithmetic.combined(draft, word, x, y)

    return lower


@operator("Add")
def _add(draft: Draft, call: Call) -> Any:
    for x, y in (call.operands[:2], call.operands[1::-1]):
        if isinstance(x, Value) and isinstance(y, Const) and (made := added_to_scores(draft, x, y)) is not None:
            return made
        if isinstance(x, Value) and isinstance(y, Const) and len(x.sizes) == 4 and y.tensor.numel() == math.prod(x.sizes[1:]) > 1:
            return _positioned(draft, x, y)
    return _binary("add")(draft, call)


def _positioned(draft: Draft, x: Value, table: Const) -> Operand:
    """A number for each place and channel of a map, added to its places as tokens."""
    _, channels, height, width = x.sizes
    tokens = shapes.swapped(shapes.reshaped(draft, x, [-1, channels, height * width]), 1, 2)
    by_token = table._replace(tensor=table.tensor.reshape(channels, height * width).t())
    made = arithmetic.combined(draft, "add", tokens, by_token)
    return shapes.reshaped(draft, shapes.swapped(made, 1, 2), [-1, channels, height, width])


OPERATORS.update(Mul=_binary("mul"), Sub=_binary("sub"), Div=_binary("div"))


@operator("Sum")
def _sum(draft: Draft, call: Call) -> Any:
    parts = [part for part in call.operands if part is not None]
    if len(parts) > 2 and all(isinstance(part, Value) and part.sizes == parts[0].sizes for part in parts):
        values = same_order(draft, parts)
        return draft.add("add", *values)._replace(view=values[0].view)
    return functools.reduce(lambda total, part: arithmetic.combined(draft, "add", total, part), parts)


@operator("CausalMask")
def _causal_mask(draft: Draft, call: Call) -> Any:
    """Scores of what comes later taken out (see `onnx_moves`)."""
    value = as_heads(draft, call.x)
    return draft.add("causal_mask", value)._replace(view=value.view)


@operator("Roll")
def _roll(draft: Draft, call: Call) -> Any:
    """Ends of axes put before their beginnings (see `onnx_moves`)."""
    x = call.x
    axes = [axis % len(x.sizes) for axis in call.get("axes")]
    extents = [x.sizes[axis] for axis in axes]
    if any(end < extent for end, extent in zip(call.get("ends"), extents, strict=True)):
        raise NotSaid("a roll that leaves out an end")
    shifts = [shift % extent for shift, extent in zip(call.get("shifts"), extents, strict=True)]
    shorter = [shift - extent if 2 * shift > extent else shift for shift, extent in zip(shifts, extents, strict=True)]
    return maps.rolled(draft, x, shorter, axes)


@operator("Neg")
def _neg(draft: Draft, call: Call) -> Any:
    return arithmetic.combined(draft, "mul", call.x, Const(torch.tensor(-1.0)))


@operator("L2Norm")
def _l2_norm(draft: Draft, call: Call) -> Any:
    """A tensor divided by its length along an axis (see `onnx_compounds`)."""
    return arithmetic.l2_norm(draft, call.x, call.get("axis"), eps_of(call))


@operator("GlobalResponseNorm")
def _grn(draft: Draft, call: Call) -> Any:
    """Global response normalisation (see `onnx_compounds`)."""
    return layers.grn(draft, call.x, call.weight(1), call.weight(2), eps_of(call))
