"""Products of two tensors, softmax, and attention as one call."""

from __future__ import annotations

import math

from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.lower.along import alike, as_heads, refuse_across, worked_out
from archdsl.importer.lower.layers import number
from archdsl.importer.lower.scores import added
from archdsl.importer.lower.shapes import permuted, swapped
from archdsl.importer.values import Const, Operand, Value
from archdsl.ops.arithmetic import Gain
from archdsl.ops.attention import MatMul


def matmul(draft: Draft, x: Operand, y: Operand, scaled: bool = False) -> Value:
    """A matrix product over the last two axes; where the second was transposed for it, that is said in place of doing it."""
    right = worked_out(y)
    turned = _is_turned(right)
    if turned:
        right = worked_out(swapped(right, -1, -2))
    left = worked_out(x)
    if not scaled:
        left, right, scaled = _with_scale(draft, left, worked_out(right))
    left, right = as_heads(draft, left), as_heads(draft, right)
    if not scaled:
        left, right, scaled = _with_scale(draft, left, right)
    made = draft.add("matmul", left, right, transpose=turned, scaled=scaled)
    return made._replace(view=left.view.with_length(-1, right.sizes[-2] if turned else right.sizes[-1]))


def _with_scale(draft: Draft, left: Value, right: Value) -> tuple[Value, Value, bool]:
    """Both sides of a product, without the usual scale of attention where they have it, and whether they do."""
    (one, by), (other, times) = _unscaled(draft, left), _unscaled(draft, right)
    if by * times != 1 and _is_usual(by * times, left):
        return one, other, True
    return left, right, False


def _unscaled(draft: Draft, value: Value) -> tuple[Value, float]:
    """What is multiplied by a fixed number, and that; 1 where nothing is."""
    node = draft.graph[value.node]
    if not isinstance(node.op, Gain) or node.op.learned:
        return value, 1.0
    return value._replace(node=node.inputs[0]), float(node.op.begin)


def _is_usual(scale: float, queries: Value) -> bool:
    """Whether a scale is one over the root of the channels of a head."""
    return abs(scale * math.sqrt(queries.sizes[-1]) - 1) < ROUNDING


ROUNDING = 1e-12
"""Share by which a scale may be off that somebody worked out in double precision and that was then written down in short."""


def scaled_scores(draft: Draft, value: Value, scale: float) -> Value | None:
    """Scores of attention times a number, where that is the usual one; None where it is another, or they are no scores."""
    node = draft.graph[value.node]
    if not isinstance(node.op, MatMul) or not node.op.transpose or node.op.scaled:
        return None
    queries = draft.value(node.inputs[0])
    if not _is_usual(scale, queries):
        return None
    made = draft.add("matmul", queries, draft.value(node.inputs[1]), transpose=True, scaled=True)
    return made._replace(view=value.view)


def _is_turned(value: Value) -> bool:
    """Whether what changes fastest in the node is the last but one axis that is seen."""
    last = value.view.source[-1]
    return bool(last) and last[-1] in value.view.axes[-2]


def summed(draft: Draft, equation: str, x: Operand, y: Operand) -> Operand:
    """A product of two tensors over one axis, in the letters of einsum."""
    left, _, out = equation.partition("->")
    one, _, other = left.partition(",")
    over = [letter for letter in one if letter in other and letter not in out]
    batch = [letter for letter in out if letter in one and letter in other]
    rows = [letter for letter in out if letter in one and letter not in other]
    columns = [letter for letter in out if letter in other and letter not in one]
    if not len(over) == len(rows) == len(columns) == 1 or len(set(one)) != len(one) or len(set(other)) != len(other):
        raise NotSaid(f"einsum {equation}")
    first = permuted(x, [one.index(letter) for letter in [*batch, *rows, *over]])
    second = permuted(y, [other.index(letter) for letter in [*batch, *over, *columns]])
    order = [*batch, *rows, *columns]
    return permuted(matmul(draft, first, second), [order.index(letter) for letter in out])


def attention(
    draft: Draft,
    operands: tuple[Operand, Operand, Operand],
    mask: Operand | None,
    causal: bool,
    scale: float | None,
    grouped: bool,
) -> Value:
    """Scaled dot-product attention over queries, keys and values, step by step."""
    refuse_across(*[operand for operand in operands if isinstance(operand, Value)])
    query, key, values = (as_heads(draft, operand) for operand in operands)
    alone = len(query.sizes) == 4 and key.sizes[1] == values.sizes[1] == 1
    if (grouped or alone) and query.sizes[1] != key.sizes[1]:
        times = query.sizes[1] // key.sizes[1]
        key, values = (draft.add("repeat_heads", value, times=times) for value in (key, values))
    usual = scale is None or abs(scale * query.sizes[-1] ** 0.5 - 1) < 1e-6
    if scale is not None and not usual:
        query = alike(draft, query, "gain", begin=number(scale), learned=False)
    scores = draft.add("matmul", query, key, transpose=True, scaled=usual)
    scores = scores._replace(view=query.view.with_length(-1, key.sizes[-2]))
    if mask is not None:
        masked = added(draft, scores, mask) if isinstance(mask, Const) else None
        if masked is None:
            raise NotSaid("attention with a mask that the language has no operator for")
        scores = masked
    if causal:
        scores = draft.add("causal_mask", scores)
    made = draft.add("matmul", draft.add("softmax", scores), values)
    return made._replace(view=query.view.with_length(-1, values.sizes[-1]))
