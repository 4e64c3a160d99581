"""Tables that an exporter spread out: the learned number of each offset between two places, told from the sums with scores."""

from __future__ import annotations

import torch
from torch import Tensor

from archdsl.compilers.onnx_direct.constants import relative_index
from archdsl.importer.draft import Draft
from archdsl.importer.lower import scores
from archdsl.importer.values import Const, Value
from archdsl.ops.scores import RelativeBias
from archdsl.ops.shapes import Heads, typed


def added_to_scores(draft: Draft, value: Value, const: Const) -> Value | None:
    """A sum with scores of attention as an operator; None where none adds these numbers.

    A file does not tell parameters from tables, so that a mask is told by its numbers alone. Of relative positions it often has what
    is added and no longer the table from which that came; where all places at one offset add the same, the table follows.
    """
    shape = draft.shape(value)
    if const.tensor.numel() < 2 or not isinstance(typed(shape), Heads) or shape[-1] != shape[-2]:
        return None
    if (made := scores.added(draft, value, const._replace(learned=False))) or (made := scores.added(draft, value, const)):
        return made
    heads, tokens = shape[-3], shape[-1]
    if const.tensor.numel() != heads * tokens * tokens:
        return None
    spread = const.tensor.reshape(heads, tokens * tokens)
    for height in sorted(
        (side for side in range(1, tokens + 1) if tokens % side == 0), key=lambda side: abs(side * side - tokens)
    ):
        if (table := _table(spread, height, tokens // height)) is not None:
            return scores.added(draft, value, const._replace(origin=table, learned=True))
    return None


def _table(spread: Tensor, height: int, width: int) -> Tensor | None:
    """The number of each offset (offsets, heads); None where places at one offset differ."""
    index = torch.from_numpy(relative_index(_swin(height, width))).flatten()
    table = spread.new_zeros((2 * height - 1) * (2 * width - 1), spread.shape[0])
    table[index] = spread.t()
    return table if torch.equal(table[index], spread.t()) else None


def _swin(height: int, width: int) -> RelativeBias:
    found = RelativeBias.read({"window": [height, width]})
    assert isinstance(found, RelativeBias)
    return found
