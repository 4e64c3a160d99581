"""Products of two tensors, softmax, and attention as one call."""

from __future__ import annotations

from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.lower.along import alike, as_heads, worked_out
from archdsl.importer.lower.scores import added
from archdsl.importer.lower.shapes import permuted, swapped
from archdsl.importer.values import Const, Operand, Value
from archdsl.ops.arithmetic import Gain


def matmul(draft: Draft, x: Operand, y: Operand, scaled: bool = False) -> Value:
    """A matrix product over the last two axes; where the second was transposed for it, that is said in place of doing it."""
    right = worked_out(y)
    turned = _is_turned(right)
    if turned:
        right = worked_out(swapped(right, -1, -2))
    if not scaled and isinstance(x, Value) and _is_scaled(draft, x):
        x, scaled = x._replace(node=draft.graph[x.node].inputs[0]), True
    left, right = as_heads(draft, x), as_heads(draft, right)
    made = draft.add("matmul", left, right, transpose=turned, scaled=scaled)
    return made._replace(view=left.view.with_length(-1, right.sizes[-2] if turned else right.sizes[-1]))


def _is_scaled(draft: Draft, x: Value) -> bool:
    """Whether queries come from a factor that is one by the root of their length."""
    op = draft.graph[x.node].op
    return isinstance(op, Gain) and not op.learned and abs(float(op.begin) * x.sizes[-1] ** 0.5 - 1) < 1e-6


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
    query, key, values = (as_heads(draft, operand) for operand in operands)
    alone = len(query.sizes) == 4 and key.sizes[1] == values.sizes[1] == 1
    if (grouped or alone) and query.sizes[1] != key.sizes[1]:
        times = query.sizes[1] // key.sizes[1]
        key, values = (draft.add("repeat_heads", value, times=times) for value in (key, values))
    usual = scale is None or abs(scale * query.sizes[-1] ** 0.5 - 1) < 1e-6
    if not usual:
        query = alike(draft, query, "gain", begin=scale, learned=False)
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
