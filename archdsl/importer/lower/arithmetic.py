"""Sums, products and other arithmetic, between tensors and with numbers and weights; activations."""

from __future__ import annotations

from typing import Any

from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.lower import filled, places, scores
from archdsl.importer.lower.along import alike, as_map, kind, over_last, same_order, worked_out
from archdsl.importer.lower.attention import scaled_scores
from archdsl.importer.lower.layers import is_typed, number
from archdsl.importer.settle import settled
from archdsl.importer.values import Const, Operand, Value
from archdsl.ops.shapes import Heads, Map, Sequence


def combined(draft: Draft, word: str, x: Operand, y: Operand) -> Value:
    """`add`, `mul`, `sub` or `div` of two tensors, of which one may be a number or a weight."""
    if isinstance(x, Value) and isinstance(y, Value):
        return _joined(draft, word, x, y)
    if isinstance(x, Const):
        x, y = y, x
        if word == "sub":
            word, x = "add", alike(draft, x, "gain", begin=number(-1), learned=False)
        elif word == "div":
            raise NotSaid("a number or a weight by a tensor")
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
    if word == "add" and (learned := places.projected(draft, value, const)) is not None:
        return _joined(draft, "add", value, learned)
    if word == "add" and (placed := filled.positions(draft, value, const)) is not None:
        return placed
    if word == "add" and const.learned:
        return _offset(draft, value, const) if const.tensor.numel() == 1 else _shifted(draft, value, const)
    raise NotSaid(f"{word} with a tensor of {'x'.join(map(str, const.sizes))} that is {'learned' if const.learned else 'fixed'}")


def _with_number(draft: Draft, word: str, value: Value, amount: float) -> Value:
    if (word in ("add", "sub") and amount == 0) or (word in ("mul", "div") and amount == 1):
        return value
    if word in ("mul", "div"):
        factor = amount if word == "mul" else 1 / amount
        if (scores := scaled_scores(draft, value, factor)) is not None:
            return scores
        return draft.add("gain", value, begin=number(factor), learned=False)._replace(view=value.view)
    return alike(draft, value, "offset", begin=number(amount if word == "add" else -amount), learned=False)


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
    if axis is None:
        raise NotSaid("a factor along several axes")
    value = _of_channels(draft, value, axis, "a factor")
    begins = number(float(flat.tensor[0])) if bool((flat.tensor == flat.tensor[0]).all()) else None
    return draft.add("layer_scale", value, weights={"weight": flat}, begin=begins)._replace(view=value.view)


def _offset(draft: Draft, value: Value, const: Const, per: str | None = None) -> Value:
    flat = const._replace(tensor=const.tensor.reshape(-1))
    begin = number(float(flat.tensor[0])) if is_typed(flat.tensor) else None
    return draft.add("offset", value, weights={"weight": flat}, begin=begin, per=per)._replace(view=value.view)


def _shifted(draft: Draft, value: Value, const: Const) -> Value:
    """With a learned number for each channel or head, or for each channel of each token."""
    axis = _along(value, const)
    if axis is None:
        return _positioned(draft, value, const)
    if kind(draft, value) is Heads and axis == len(value.sizes) - 3 and value.view.axes[-3:] == value.view.source[-3:]:
        return _offset(draft, value, const, "head")
    return _offset(draft, _of_channels(draft, value, axis, "a summand"), const, "channel")


def _of_channels(draft: Draft, value: Value, axis: int, what: str) -> Value:
    """The value over a node whose channels are the axis that is seen at a place."""
    if axis == len(value.sizes) - 1:
        value = over_last(draft, value)
    elif axis == 1 and value.view.axes[axis] != value.view.source[1]:
        value = as_map(draft, value)
    if value.view.axes[axis] != value.view.source[1 if kind(draft, value) is Map else -1]:
        raise NotSaid(f"{what} along an axis that is not the channels")
    return value


def _positioned(draft: Draft, value: Value, const: Const) -> Value:
    """With a weight for every place of every channel: an embedding of positions."""
    refused = f"a sum with a weight of {'x'.join(map(str, const.sizes))}"
    if value.view.permutation is None:
        value = settled(draft, value, "")
    order, shape = value.view.permutation, draft.shape(value)
    const = _of_one(const, len(value.sizes), order.index(0) if order else 0)
    sizes = (1,) * (len(value.sizes) - len(const.sizes)) + const.sizes
    if order is None or kind(draft, value) not in (Map, Sequence) or len(sizes) != len(order):
        raise NotSaid(refused)
    if [size for axis, size in zip(order, sizes, strict=True) if axis] != [shape[axis - 1] for axis in order if axis]:
        raise NotSaid(refused)
    if sizes[order.index(0)] != 1:
        raise NotSaid(refused)
    back = sorted(range(len(order)), key=order.__getitem__)
    table = const.tensor.reshape(sizes).permute(back)[0]
    return draft.add("position", value, weights={"weight": const._replace(tensor=table)})._replace(view=value.view)


def _of_one(const: Const, count: int, batch: int) -> Const:
    """A weight that was repeated for every image of the batch, once."""
    axis = batch - count + len(const.sizes)
    if axis < 0 or const.sizes[axis] == 1:
        return const
    one = const.tensor.narrow(axis, 0, 1)
    return const._replace(tensor=one) if bool((const.tensor == one).all()) else const


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
