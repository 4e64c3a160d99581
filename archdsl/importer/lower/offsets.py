"""What attention adds to its scores by two learned layers over offsets of places, which no input changes."""

from __future__ import annotations

from math import prod
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from archdsl.compilers.torch.positions import RelativeMlp
from archdsl.importer.draft import Draft
from archdsl.importer.lower.layers import number
from archdsl.importer.values import Const, Folded, Value

NEAR = 1e-5
"""What the offsets that a program holds may be off, which it works out in single precision."""
EQUAL = 1e-9
"""The same of what layers in double precision make of one table, as a share of the largest number."""
Layers = tuple[Const, ...]
"""A table of offsets, the weight and bias of the first layer, those of the second."""


def by_mlp(draft: Draft, value: Value, const: Const) -> Value | None:
    """Learned scores as an operator that works them out from the offsets within a window; None where none gives them."""
    shape = tuple(draft.shape(value))[-3:]
    if (found := _layers(const)) is None or const.tensor.numel() != prod(shape) or shape[-1] != shape[-2]:
        return None
    table, first, shift, second, *more = found
    wanted, heads = const.tensor.double().reshape(shape), second.sizes[0]
    if heads != shape[0] or first.sizes[1] != 2:
        return None
    for height in [rows for rows in range(1, shape[-1] + 1) if shape[-1] % rows == 0]:
        for shares in (True, False):
            made = RelativeMlp(heads, height, shape[-1] // height, first.sizes[0], shares, None, bool(more)).double()
            if (apart := _apart(table, made)) is None:
                continue
            most = _most(wanted, _worked_out(apart, found, made))
            if most is False:
                continue
            draft.rounded |= not torch.equal(apart, made.table)
            weights = {"hidden_weight": first, "hidden_bias": shift, "weight": second, **({"bias": more[0]} if more else {})}
            return draft.add(
                "relative_mlp",
                value,
                weights=weights,
                window=[height, shape[-1] // height],
                hidden=first.sizes[0],
                offsets="shares" if shares else "places",
                most=None if most is None else number(most),
                bias=bool(more),
            )
    return None


def _layers(const: Const) -> Layers | None:
    """Two linear layers, a ReLU between them, over a table that is not learned, from which a constant follows."""
    last = _behind(const, "linear")
    relu = None if last is None else _behind(last.operands[0], "relu")
    first = None if relu is None else _behind(relu.operands[0], "linear")
    if last is None or first is None or first.operands[0].learned or len(first.operands) != 3:
        return None
    return (*first.operands, *last.operands[1:])


PASSED = frozenset(["dropout", "contiguous", "clone", "alias", "to"])
"""Calls that change nothing here."""


def _behind(const: Const, word: str) -> Folded | None:
    """The call that gave a constant, whatever looked it up and moved it afterwards; before a layer calls that change nothing alone."""
    while const.call is not None and const.call.word != word:
        if not const.call.operands or const.call.word == "linear":
            return None
        if word == "relu" and const.call.word not in PASSED:
            return None
        const = const.call.operands[0]
    return const.call


def _apart(table: Const, module: RelativeMlp) -> Tensor | None:
    """The program's own offsets in the operator's order, one for each; None where they are others."""
    given, pairs = table.tensor.double().reshape(-1, table.sizes[-1]), module.index
    if given.shape[1] != 2:
        return None
    if len(given) == len(pairs) != len(module.table):  # one for each pair of places
        made = torch.zeros_like(module.table).index_copy_(0, pairs.long(), given)
        given = made if torch.equal(made[pairs.long()], given) else given
    near = given.shape == module.table.shape and float((given - module.table).abs().max()) <= NEAR
    return given if near else None


def _worked_out(apart: Tensor, layers: Layers, module: RelativeMlp) -> Tensor:
    """What the layers make of each pair of places: heads x tokens x tokens."""
    _, first, shift, second, *more = (const.tensor.double() for const in layers)
    made = functional.linear(functional.linear(apart, first, shift).relu(), second, *more)
    tokens = int(len(module.index) ** 0.5)
    return made.t().index_select(1, module.index).reshape(-1, tokens, tokens)


def _most(wanted: Tensor, made: Tensor) -> Any:
    """What a sigmoid of the layers is multiplied by to give the scores; None where they are the scores, False where neither is."""
    bound = EQUAL * float(wanted.abs().max())
    if float((made - wanted).abs().max()) <= bound:
        return None
    most = float(wanted.flatten()[0] / made.sigmoid().flatten()[0])
    most = float(f"{most:.6g}")
    return most if most > 0 and float((made.sigmoid() * most - wanted).abs().max()) <= bound else False
