"""Calls of ATen over several tensors: sums, products, attention; and constants of a size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from archdsl.importer.aten_call import CALLS, Call, call
from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.lower import arithmetic, attention, scores, turns
from archdsl.importer.values import Const, Operand, Value


def _binary(word: str) -> Call:
    def lower(draft: Draft, x: Any, y: Any, alpha: float = 1) -> Any:
        if alpha != 1:
            raise NotSaid(f"{word} with a factor")
        return arithmetic.combined(draft, word, *(_tensor(operand) for operand in (x, y)))

    return lower


def _tensor(operand: Any) -> Operand:
    return Const(torch.tensor(float(operand), dtype=torch.float64)) if isinstance(operand, (int, float)) else operand


CALLS.update({word: _binary(word) for word in ("add", "mul", "sub", "div")})


@call("rsub")
def _rsub(draft: Draft, x: Any, y: Any, alpha: float = 1) -> Any:
    return CALLS["sub"](draft, y, x, alpha)


@call("baddbmm")
def _baddbmm(draft: Draft, added: Operand, x: Operand, y: Operand, *, beta: float = 1, alpha: float = 1) -> Any:
    """A product of matrices and what is added to it, as attention by hand adds its mask."""
    if (beta, alpha) != (1, 1):
        raise NotSaid("a product and a sum with factors")
    return arithmetic.combined(draft, "add", attention.matmul(draft, x, y), added)


@call("product_of_three")
def _product_of_three(draft: Draft, q: Operand, k: Operand, v: Operand) -> Any:
    return attention.matmul(draft, q, attention.matmul(draft, k, v))


@call("product_with_sums")
def _product_with_sums(draft: Draft, q: Operand, k: Operand) -> Any:
    return attention.matmul(draft, q, CALLS["sum"](draft, k, [-1], True))


@call("einsum")
def _einsum(draft: Draft, equation: str, operands: Sequence[Operand], **ignored: Any) -> Any:
    if len(operands) != 2 or "." in equation or "->" not in equation:
        raise NotSaid(f"einsum {equation}")
    return attention.summed(draft, equation.replace(" ", ""), *operands)


@call("scaled_dot_product_attention")
def _attention(
    draft: Draft,
    q: Any,
    k: Any,
    v: Any,
    mask: Any = None,
    rate: float = 0,
    causal: bool = False,
    *,
    scale: Any = None,
    enable_gqa: bool = False,
) -> Any:
    return attention.attention(draft, (q, k, v), mask, causal, scale, enable_gqa)


def _filled(value: float | None) -> Call:
    def lower(draft: Draft, x: Operand, sizes: Any = None, *more: Any, **ignored: Any) -> Any:
        wanted = x.sizes if sizes is None else sizes
        return Const(torch.full(tuple(wanted), float(more[0]) if value is None else value))

    return lower


CALLS.update(new_zeros=_filled(0.0), new_ones=_filled(1.0), new_full=_filled(None))
CALLS.update(zeros_like=lambda draft, x, **ignored: Const(torch.zeros(x.sizes)))
CALLS.update(ones_like=lambda draft, x, **ignored: Const(torch.ones(x.sizes)))


@call("rotary")
def _rotary(draft: Draft, x: Operand, cos: Operand, sin: Operand, pairs: str, class_tokens: int = 0) -> Any:
    return turns.rotary(draft, x, cos, sin, pairs, class_tokens)


@call("l2_norm")
def _l2_norm(draft: Draft, x: Operand, axis: int, eps: float) -> Any:
    return arithmetic.l2_norm(draft, x, axis, eps)


@call("masked_fill")
def _masked_fill(draft: Draft, x: Operand, mask: Operand, fill: Any) -> Any:
    if isinstance(x, Value) and isinstance(mask, Const) and isinstance(fill, (int, float)):
        found = scores.masked(draft, x, mask, fill)
        if found is not None:
            return found
    raise NotSaid("a mask that is not causal")
