"""Sums, products and other arithmetic, between tensors and with numbers and weights; activations; means."""

from __future__ import annotations

from collections.abc import Sequence as Numbers
from typing import Any

from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.lower import scores
from archdsl.importer.lower.along import alike, kind, over_last, same_order, worked_out
from archdsl.importer.lower.layers import number
from archdsl.importer.settle import settled
from archdsl.importer.values import Const, Operand, Value
from archdsl.ops.attention import MatMul
from archdsl.ops.shapes import Heads, Map, Sequence


def combined(draft: Draft, word: str, x: Operand, y: Operand) -> Value:
    """`add`, `mul`, `sub` or `div` of two tensors, of which one may be a number or a weight."""
    if isinstance(x, Value) and isinstance(y, Value):
        return _joined(draft, word, x, y)
    if isinstance(x, Const):
        if word not in ("add", "mul"):
            raise NotSaid(f"{word} from a number or a weight")
        x, y = y, x
    value, const = worked_out(x), y
    assert isinstance(const, Const)
    return _weighed(draft, word, value, const)


def _joined(draft: Draft, word: str, x: Value, y: Value) -> Value:
    count = max(len(x.sizes), len(y.sizes))
    x, y = (v._replace(view=_with_axes(v, count)) for v in (x, y))
    first, second = same_order(draft, [x, y])
    made = draft.add(word, first, second)
    view = first.view
    for axis, (one, other) in enumerate(zip(first.sizes, second.sizes, strict=True)):
        if one != other:
            view = view.with_length(axis, max(one, other))
    return made._replace(view=view)


def _with_axes(value: Value, count: int) -> Any:
    view = value.view
    while len(view.axes) < count:  # as broadcasting has it, where the batch comes first
        if view.axes[0] != (0,) or len(view.axes) == 1:
            raise NotSaid("tensors of unequal rank")
        raise NotSaid("a tensor stretched over another of more axes")
    return view


def _weighed(draft: Draft, word: str, value: Value, const: Const) -> Value:
    """With a number, or with a weight for each channel, token or head."""
    if const.tensor.numel() == 1 and not const.learned:
        return _with_number(draft, word, value, float(const.tensor))
    if word == "mul" and const.learned:
        if const.tensor.numel() == 1:
            made = draft.add("gain", value, weights={"weight": const._replace(tensor=const.tensor.reshape(1))})
            return made._replace(view=value.view)
        return _scaled(draft, value, const)
    if word == "add" and (added := scores.added(draft, value, const)) is not None:
        return added
    if word == "add" and const.learned:
        return _positioned(draft, value, const)
    raise NotSaid(f"{word} with a tensor of {'x'.join(map(str, const.sizes))} that is {'learned' if const.learned else 'fixed'}")


def _with_number(draft: Draft, word: str, value: Value, amount: float) -> Value:
    if (word in ("add", "sub") and amount == 0) or (word in ("mul", "div") and amount == 1):
        return value
    if word in ("mul", "div"):
        factor = amount if word == "mul" else 1 / amount
        if (made := _scaled_product(draft, value, factor)) is not None:
            return made
        return alike(draft, value, "gain", begin=number(factor), learned=False)
    raise NotSaid(f"{word} of the number {amount:g}")


def _scaled_product(draft: Draft, value: Value, factor: float) -> Value | None:
    """A product of two tensors divided by the square root of the length that is summed over."""
    node = draft.graph[value.node]
    if not isinstance(node.op, MatMul) or node.op.scaled:
        return None
    inner = draft.graph[node.inputs[0]].shape[-1]
    if abs(factor * inner**0.5 - 1) > 1e-6:
        return None
    sides = [draft.value(name) for name in node.inputs]
    return draft.add("matmul", *sides, transpose=node.op.transpose, scaled=True)._replace(view=value.view)


def _along(value: Value, const: Const) -> int | None:
    """The one axis of the value along which a weight differs."""
    sizes = (1,) * (len(value.sizes) - len(const.sizes)) + const.sizes
    differing = [axis for axis, size in enumerate(sizes) if size != 1]
    return differing[0] if len(differing) == 1 and sizes[differing[0]] == value.sizes[differing[0]] else None


def _scaled(draft: Draft, value: Value, const: Const) -> Value:
    axis = _along(value, const)
    flat = const._replace(tensor=const.tensor.reshape(-1))
    if kind(draft, value) is Heads and axis == len(value.sizes) - 3 and value.view.axes[-3:] == value.view.source[-3:]:
        by_head = flat._replace(tensor=flat.tensor.reshape(-1, 1, 1))
        return draft.add("gain", value, weights={"weight": by_head}, per="head")._replace(view=value.view)
    if axis == len(value.sizes) - 1:
        value = over_last(draft, value)
    if axis is None or value.view.axes[axis] != value.view.source[1 if kind(draft, value) is Map else -1]:
        raise NotSaid("a factor along an axis that is not the channels")
    begins = number(float(flat.tensor[0])) if bool((flat.tensor == flat.tensor[0]).all()) else None
    return draft.add("layer_scale", value, weights={"weight": flat}, begin=begins)._replace(view=value.view)


def _positioned(draft: Draft, value: Value, const: Const) -> Value:
    value = over_last(draft, value, maps=False)
    if kind(draft, value) is Sequence and value.view.is_plain and const.tensor.numel() == value.sizes[1] * value.sizes[2]:
        table = const._replace(tensor=const.tensor.reshape(value.sizes[1:]))
        return draft.add("position", value, weights={"weight": table})
    raise NotSaid(f"a sum with a weight of {'x'.join(map(str, const.sizes))}")


def mean(draft: Draft, x: Operand, axes: Numbers[int], keep: bool, mode: str = "avg") -> Operand:
    """The mean, or the largest value, over the places of a map or over tokens."""
    value = worked_out(x)
    count = len(value.sizes)
    over = sorted(axis % count for axis in axes)
    added = [axis for axis in over if not value.view.axes[axis]] if count > len(value.view.source) else []
    if added:  # an axis that was put in, so that a sound is a map of two places, has nothing to take a mean of
        axis, rest = added[0], [axis for axis in over if axis != added[0]]
        inner = value._replace(view=value.view.without_axis(axis))
        made = worked_out(mean(draft, inner, [other - (other > axis) for other in rest], keep, mode) if rest else inner)
        return made._replace(view=made.view.with_axis(axis)) if keep else made
    if value.view.permutation is None:
        value = settled(draft, value, "")
    view = value.view
    seen = sorted(view.source.index(view.axes[axis]) if view.axes[axis] else axis for axis in over)
    if kind(draft, value) is Map and seen == list(range(2, len(view.source))):
        made = draft.add("adaptive_pool", value, mode=None if mode == "avg" else mode)
        for axis in over:
            view = view.with_length(axis, 1)
    elif kind(draft, value) is Sequence and seen == [1] and len(view.source) == 3 and mode == "avg" and view.is_plain:
        made = draft.add("token_mean", value)
        return made._replace(view=made.view.with_axis(1)) if keep else made
    else:
        raise NotSaid(f"a {'mean' if mode == 'avg' else 'maximum'} over axes {', '.join(map(str, over))}")
    if not keep:
        for axis in reversed(over):
            view = view.without_axis(axis)
    return made._replace(view=view)


def prelu(draft: Draft, x: Operand, weight: Operand) -> Value:
    if not isinstance(weight, Const):
        raise NotSaid("slopes that an input changes")
    value, shared = worked_out(x), weight.tensor.numel() == 1
    slope = number(float(weight.tensor.flatten()[0])) if bool((weight.tensor == weight.tensor.flatten()[0]).all()) else None
    flat = weight._replace(tensor=weight.tensor.reshape(-1))
    made = draft.add("prelu", value, weights={"weight": flat}, shared=shared, slope=slope)
    return made._replace(view=value.view)


def l2_norm(draft: Draft, x: Operand, axis: int, eps: float) -> Value:
    """Vectors divided by their length, over the channels or over tokens."""
    value = worked_out(x)
    if value.view.permutation is None:
        value = settled(draft, value, "")
    view, shape = value.view, draft.shape(value)
    along = view.source.index(view.axes[axis]) - 1
    channels = 0 if kind(draft, value) is Map else len(shape) - 1
    if along != channels and (kind(draft, value) is Map or along != len(shape) - 2):
        raise NotSaid(f"a length over axis {axis}")
    over = None if along == channels else "tokens"
    return draft.add("l2_norm", value, over=over, eps=number(eps))._replace(view=view)
