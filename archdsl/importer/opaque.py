"""What the language lacks: a step with a name and shapes in its place."""

from __future__ import annotations

import collections.abc

from archdsl.errors import BackendError
from archdsl.importer.draft import Draft
from archdsl.importer.settle import seen
from archdsl.importer.values import Const, Operand, Value
from archdsl.ops.shapes import RANKS, Heads, Map, Sequence, Typed, typed


def stand_in(draft: Draft, what: str, operands: collections.abc.Sequence[Operand], sizes: tuple[int, ...], why: str) -> Value:
    """An opaque step for a call.

    Args:
        operands: what it reads; of weights the shapes are known, so that its parameters are counted.
        sizes: of what it gives, with the batch.
        why: no operator does it, for the report.

    Raises:
        BackendError: what it gives has no batch, so that its shape cannot be said.
    """
    values = [seen(draft, operand) for operand in operands if isinstance(operand, Value)]
    if len(sizes) < 2:
        raise BackendError(f"{what} gives {'x'.join(map(str, sizes)) or 'one number'}, which has no channels: {why}")
    if sizes[0] % draft.batch:
        return _turned(draft, what, operands, sizes, why)
    learned = [list(const.sizes) for const in _parameters(operands) if draft.counts(const)]
    takes = [_said(typed(draft.shape(value))) for value in values]
    inside = sizes[0] // draft.batch
    gives = _kind(sizes[1:]) if inside == 1 else _in_groups((inside, *sizes[1:]))
    made = draft.add("opaque", *values, what=what, gives=_said(gives), takes=takes, learns=learned)
    draft.reasons[made.node] = why
    view = made.view if inside == 1 else made.view.reshaped(sizes)
    assert view is not None
    return made._replace(view=view)


def _parameters(operands: collections.abc.Iterable[Operand]) -> collections.abc.Iterator[Const]:
    """The parameters that are given, or that what is given follows from."""
    for operand in operands:
        if isinstance(operand, Const) and operand.learned:
            if operand.call is not None:
                yield from _parameters(operand.call.operands)
            else:
                yield operand


def _turned(draft: Draft, what: str, operands: collections.abc.Sequence[Operand], sizes: tuple[int, ...], why: str) -> Value:
    """The same for a call that has its batch elsewhere, such as ends of recurrent layers: layers, batch, channels."""
    if draft.batch not in sizes:
        raise BackendError(f"{what} gives {'x'.join(map(str, sizes))}, which has no batch of {draft.batch}: {why}")
    place = sizes.index(draft.batch)
    made = stand_in(draft, what, operands, (draft.batch, *sizes[:place], *sizes[place + 1 :]), why)
    order = [*range(1, place + 1), 0, *range(place + 1, len(sizes))]
    return made._replace(view=made.view.permuted(order))


def _kind(sizes: tuple[int, ...]) -> Typed:
    """A tensor of unknown kind: what its number of axes stands for."""
    kind = RANKS.get(len(sizes))
    return Heads(sizes) if kind is None or len(sizes) == 4 else kind(sizes)


def _in_groups(sizes: tuple[int, ...]) -> Typed:
    """A tensor whose batch holds more than the images: groups of tokens, or tokens themselves."""
    return (Sequence if len(sizes) < 4 else Heads)(sizes)


def _said(shape: Typed) -> list[object]:
    plain = RANKS.get(len(shape)) is type(shape)
    return [*shape] if plain and not (isinstance(shape, Map) and len(shape) > 3) else [shape.word, *shape]
