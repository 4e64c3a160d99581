"""Learned positions of a map at a size of their own: resized to the map, or in tiles; and sums of several."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from archdsl.compilers.torch.tokens import FilledPosition
from archdsl.importer.draft import Draft
from archdsl.importer.lower.places import over_map
from archdsl.importer.values import Const, Value

EQUAL = 1e-9
"""What sums in double precision may be off, as a share of the largest number."""
RESIZED = {"upsample_bicubic2d": "bicubic", "upsample_bilinear2d": "bilinear", "tile": "tiles", "repeat": "tiles"}
"""Calls that make a learned map larger, and how."""
MOVED = frozenset(
    ["permute", "transpose", "reshape", "view", "flatten", "to", "contiguous", "unsqueeze", "expand", "alias", "slice"]
)


class Learned(NamedTuple):
    """What is learned at a size of its own (channels, height, width), and how it fills a map."""

    table: Const
    fill: str


def positions(draft: Draft, value: Value, const: Const) -> Value | None:
    """The sum with positions that are learned at a size of their own, as operators; None where these do not give it."""
    over = over_map(draft, value) if const.learned else None
    if over is None:
        return None
    channels, height, width = draft.shape(over)
    parts = list(_parts(const))
    if not parts or any(part.table.sizes[0] != channels for part in parts):
        return None
    if any(part.fill == "tiles" and (height % part.table.sizes[1] or width % part.table.sizes[2]) for part in parts):
        return None
    if all(part.table.sizes[1:] == (height, width) for part in parts):
        return None
    filled = torch.stack([_filled(part, (height, width)) for part in parts]).sum(0)
    seen, wanted = over.view.of(filled[None]), const.tensor.double()
    if len(seen.shape) != len(wanted.shape) or seen.shape[1:] != wanted.shape[1:] or wanted.shape[0] not in (1, draft.batch):
        return None
    if float((seen - wanted).abs().max()) > EQUAL * float(wanted.abs().max()):
        return None
    made = draft.value(over.node)
    for table, fill in parts:
        made = draft.add("position", made, weights={"weight": table}, size=list(table.sizes[1:]), fill=fill)
    return made._replace(view=over.view)


def _parts(const: Const) -> Iterator[Learned]:
    """The learned maps that a constant is the sum of, each with how it was made larger; none where it is something else."""
    fill = "tiles"
    while const.call is not None:
        learned = [operand for operand in const.call.operands if operand.learned]
        if const.call.word == "add" and len(learned) == len(const.call.operands) == 2:
            found = [list(_parts(operand)) for operand in learned]
            yield from [part for each in found for part in each] if all(found) else []
            return
        if len(learned) != 1 or const.call.word not in (*MOVED, *RESIZED):
            return
        fill = RESIZED.get(const.call.word, fill)
        const = learned[0]
    if const.learned and len(const.sizes) == 4 and const.sizes[0] == 1:
        yield Learned(const._replace(tensor=const.tensor[0]), fill)


def _filled(part: Learned, places: tuple[int, int]) -> Tensor:
    channels, height, width = part.table.sizes
    module = FilledPosition(channels, (height, width), places, part.fill, 0.02).double()
    with torch.no_grad():
        module.weight.copy_(part.table.tensor)
        made: Tensor = module(torch.zeros(1, channels, *places, dtype=torch.float64))
    return made[0]
