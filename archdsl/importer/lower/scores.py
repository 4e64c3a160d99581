"""Tensors that attention adds to its scores: learned numbers for offsets, masks of windows and of what comes later.

What is added is compared, number by number, with what an operator of the language would add.
"""

from __future__ import annotations

from math import isqrt

import torch

from archdsl.compilers.torch.positions import RelativeBias, WindowMask
from archdsl.importer.draft import Draft
from archdsl.importer.lower.along import kind
from archdsl.importer.lower.layers import number
from archdsl.importer.values import Const, Value
from archdsl.importer.views import View
from archdsl.ops.shapes import Heads


def added(draft: Draft, value: Value, const: Const) -> Value | None:
    """The sum as an operator over scores; None where there is none that adds these numbers."""
    shape = draft.shape(value)
    if kind(draft, value) is not Heads or not _in_order(value.view) or shape[-1] != shape[-2]:
        return None
    forms = (_relative,) if const.learned else (_causal, _windows)
    found = next((made for form in forms if (made := form(draft, value, const)) is not None), None)
    return None if found is None else found._replace(view=value.view)


def _in_order(view: View) -> bool:
    """Whether scores are seen as they lie, with heads by themselves or in the batch."""
    return view.axes[-2:] == view.source[-2:] and sum(view.axes[:-2], ()) == sum(view.source[:-2], ())


def masked(draft: Draft, value: Value, mask: Const, fill: float) -> Value | None:
    """Scores that are not looked at, as an operator: what is filled with so little is nothing after the softmax."""
    return added(draft, value, mask._replace(tensor=mask.tensor * -1e9)) if fill < -1e4 else None


def _relative(draft: Draft, value: Value, const: Const) -> Value | None:
    *_, heads, tokens, _ = draft.shape(value)
    if const.origin is None or const.tensor.numel() != heads * tokens * tokens:
        return None
    table, wanted = const.origin, const.tensor.reshape(heads, tokens, tokens)
    for height in range(1, tokens + 1):
        width = tokens // height
        if height * width != tokens:
            continue
        for first in (False, True):
            shape = (heads, 2 * height - 1, 2 * width - 1) if first else ((2 * height - 1) * (2 * width - 1), heads)
            if table.shape != shape:
                continue
            module = RelativeBias(heads, height, width, first).to(table.dtype)
            with torch.no_grad():
                module.weight.copy_(table)
                equal = torch.equal(module(torch.zeros(1, heads, tokens, tokens, dtype=table.dtype))[0], wanted)
            if equal:
                given = const._replace(tensor=table)
                return draft.add("relative_bias", value, weights={"weight": given}, window=[height, width], heads_first=first)
    return None


def _causal(draft: Draft, value: Value, const: Const) -> Value | None:
    tokens, mask = draft.shape(value)[-1], const.tensor
    if mask.numel() != tokens * tokens:
        return None
    flat = mask.reshape(tokens, tokens)
    later = torch.ones_like(flat, dtype=torch.bool).triu(1)
    if bool((flat[~later] == 0).all()) and bool((flat[later] < -1e4).all()) and tokens > 1:
        return draft.add("causal_mask", value)
    return None


def _windows(draft: Draft, value: Value, const: Const) -> Value | None:
    shape, mask = draft.shape(value), const.tensor
    if len(shape) != 4 or mask.numel() != shape[0] * shape[-1] * shape[-1]:
        return None
    windows, side, apart = shape[0], isqrt(shape[-1]), mask[mask != 0]
    if side * side != shape[-1] or apart.numel() == 0 or bool((apart != apart[0]).any()):
        return None
    filled, wanted = float(apart[0]), mask.reshape(windows, 1, shape[-1], shape[-1]).float()
    for rows in [rows for rows in range(1, windows + 1) if windows % rows == 0]:
        height, width = rows * side, windows // rows * side
        for down in range(side):
            for across in {down, 0, side // 2}:
                made = WindowMask(height, width, (side, side), (down, across), filled)
                if torch.equal(made.mask, wanted):
                    window, shifts = [side, side], [down, across]
                    return draft.add(
                        "window_mask", value, map=[height, width], window=window, shifts=shifts, value=number(filled)
                    )
    return None
