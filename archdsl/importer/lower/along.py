"""Which axis of a value an operator works along, and the value brought into the form in which the operator takes it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from archdsl.importer.draft import AcrossImages, Draft, NotSaid
from archdsl.importer.settle import settled, whole
from archdsl.importer.values import Const, Operand, Value
from archdsl.importer.views import BATCH
from archdsl.ops.shapes import Heads, Ids, Map, Sequence, Typed, Vector, typed


def worked_out(operand: Operand) -> Value:
    """A tensor of the graph. Raises NotSaid for one that no input changes."""
    if isinstance(operand, Const):
        raise NotSaid("a tensor that no input changes")
    return operand


def kind(draft: Draft, value: Value) -> type[Typed]:
    return type(typed(draft.shape(value)))


def as_map(draft: Draft, operand: Operand) -> Value:
    """The value as a map whose axes stand as they are seen: channels first."""
    value = worked_out(operand)
    if kind(draft, value) is Map and value.view.is_plain:
        return value
    made = settled(draft, value, "map")
    if not made.view.is_plain:
        raise NotSaid("a map whose batch does not come first")
    return made


def over_last(draft: Draft, operand: Operand, maps: bool = True) -> Value:
    """The value over a node whose channels are the last axis that is seen.

    Args:
        maps: whether places of a map, with the channels last, will do.
    """
    value = worked_out(operand)
    view, what = value.view, kind(draft, value)
    if what in (Vector, Sequence, Heads) and view.axes[-1] == view.source[-1] and view.axes[-1]:
        return value
    if what is Map and maps and view.permutation is not None and view.axes[-1] == view.source[1] and len(view.axes) > 3:
        return value
    made = settled(draft, value, "last")
    if kind(draft, made) is Map and not maps:
        made = settled(draft, value, "tokens")
    return made


def _mixes(value: Value) -> bool:
    return any(BATCH in group for group in value.view.axes[-2:])


def refuse_across(*values: Value) -> None:
    """Raises AcrossImages where several factors of a product have the images of a batch in their rows or columns."""
    if sum(map(_mixes, values)) > 1:
        raise AcrossImages("a product over the images of a batch")


def as_heads(draft: Draft, operand: Operand) -> Value:
    """The value as heads x tokens x channels, or as tokens where it has no heads; its view may have them in the batch."""
    value = worked_out(operand)
    if _mixes(value):
        raise NotSaid("a product whose rows or columns are the images of a batch")
    if kind(draft, value) in (Heads, Sequence) and value.view.is_plain:
        return value
    try:
        return settled(draft, value, "heads")
    except NotSaid:
        return settled(draft, value, "tokens")


def alike(draft: Draft, operand: Operand, word: str, **arguments: Any) -> Value:
    """An operator that does the same to every value, whatever the order of the axes."""
    value = worked_out(operand)
    if value.view.permutation is None and kind(draft, value) is not Ids:
        with suppress(NotSaid):  # the end of the chain will tell what it makes
            value = settled(draft, value, "")
    return Value(draft.add(word, value, **arguments).node, value.view)


def same_order(draft: Draft, operands: list[Operand]) -> list[Value]:
    """Values whose nodes have their axes in one order, so that they can be joined as they are; the views are equal but for lengths."""
    values = [worked_out(operand) for operand in operands]
    first = values[0]
    orders = {value.view.permutation for value in values}
    kinds = {(kind(draft, value), len(draft.shape(value))) for value in values}
    if len(kinds) == 1 and (len({value.view for value in values}) == 1 or (len(orders) == 1 and None not in orders)):
        return values
    if kind(draft, first) is Map and (order := first.view.permutation) is not None and len(order) > 3:
        back = [order.index(axis) for axis in range(len(order))]
        turned = [_in_order(draft, value, order, back) for value in values]
        if None not in turned:
            return [value for value in turned if value is not None]
    if not all(value.view.is_plain for value in values):
        known = set(draft.graph.nodes)
        made = [settled(draft, value, "") for value in values]
        if len({(kind(draft, value), value.view) for value in made}) == 1:
            return made
        draft.forget(known)
        if (aligned := _as_the_first(draft, values)) is not None:
            return aligned
        draft.forget(known)
    made = [whole(draft, value) for value in values]
    if len({kind(draft, value) for value in made}) > 1 and any(kind(draft, value) is Map for value in made):
        known = set(draft.graph.nodes)
        try:
            return [as_map(draft, value) for value in values]
        except NotSaid:
            draft.forget(known)
    return made


def _as_the_first(draft: Draft, values: list[Value]) -> list[Value] | None:
    """The values in the order of the first, where that is a map."""
    first = settled(draft, values[0], "")
    order = first.view.permutation
    if kind(draft, first) is not Map or order is None or len(order) < 4:
        return None
    back = [order.index(axis) for axis in range(len(order))]
    turned = [_in_order(draft, value, order, back) for value in values[1:]]
    return [first, *(value for value in turned if value is not None)] if None not in turned else None


def _in_order(draft: Draft, value: Value, order: tuple[int, ...], back: list[int]) -> Value | None:
    """A value over a map, seen in the given order of its axes."""
    if value.view.permutation == order and kind(draft, value) is Map:
        return value
    if len(value.view.axes) != len(order):
        return None
    try:
        made = as_map(draft, value._replace(view=value.view.permuted(back)))
    except NotSaid:
        return None
    return made._replace(view=made.view.permuted(order))
