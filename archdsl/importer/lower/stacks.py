"""Tensors put one beside another along a new axis."""

from __future__ import annotations

from collections.abc import Sequence as Numbers

from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.lower.along import kind, same_order
from archdsl.importer.values import Operand, Value
from archdsl.importer.views import normal
from archdsl.ops.arithmetic import Stack
from archdsl.ops.shapes import typed


def stacked(draft: Draft, parts: Numbers[Operand], axis: int) -> Value:
    """Tensors of one shape along a new axis, which is seen at a place. Where it is in the node is the operator's own."""
    first, *others = same_order(draft, list(parts))
    if any(other.view != first.view or kind(draft, other) is not kind(draft, first) for other in others):
        raise NotSaid("a stack of tensors whose axes differ")
    made = draft.add("stack", first, *others)
    place = 1 + Stack().along(typed(draft.shape(first)))
    view, new = first.view, len(first.view.lengths)
    axis %= len(view.axes) + 1
    source = [*view.source[:place], (new,), *view.source[place:]]
    axes = [*view.axes[:axis], (new,), *view.axes[axis:]]
    return made._replace(view=normal((*view.lengths, len(parts)), source, axes))
