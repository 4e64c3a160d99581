"""Tensors that attention adds to its scores: learned numbers for offsets, masks of windows and of what comes later.

What is added is compared, number by number, with what an operator of the language would add.
"""

from __future__ import annotations

from math import isqrt, prod
from typing import Any

import torch
from torch import Tensor

from archdsl.compilers.torch.positions import RelativeBias as Module
from archdsl.compilers.torch.positions import WindowMask
from archdsl.importer.draft import Draft
from archdsl.importer.lower.along import kind
from archdsl.importer.lower.layers import number
from archdsl.importer.lower.offsets import by_mlp
from archdsl.importer.values import Const, Value
from archdsl.importer.views import View
from archdsl.ops.scores import RelativeBias
from archdsl.ops.shapes import Heads


def added(draft: Draft, value: Value, const: Const) -> Value | None:
    """The sum as an operator over scores; None where there is none that adds these numbers."""
    shape = draft.shape(value)
    if kind(draft, value) is not Heads or not _in_order(value.view):
        return None
    if not const.learned and shape[-1] != shape[-2]:
        return None
    forms = (_relative, by_mlp) if const.learned else (_causal, _windows)
    found = next((made for form in forms if (made := form(draft, value, const)) is not None), None)
    return None if found is None else found._replace(view=value.view)


def _in_order(view: View) -> bool:
    """Whether scores are seen as they lie, with heads by themselves or in the batch."""
    return view.axes[-2:] == view.source[-2:] and sum(view.axes[:-2], ()) == sum(view.source[:-2], ())


def masked(draft: Draft, value: Value, mask: Const, fill: float) -> Value | None:
    """Scores that are not looked at, as an operator: what is filled with so little is nothing after the softmax."""
    return added(draft, value, mask._replace(tensor=mask.tensor * -1e9)) if fill < -1e4 else None


FORMS: tuple[dict[str, Any], ...] = (
    {},
    {"heads_first": True},
    {"absolute": True},
    {"class_token": True},
    {"absolute": True, "stride": 2},
)
"""How tables of offsets are laid out."""


def _relative(draft: Draft, value: Value, const: Const) -> Value | None:
    shape = tuple(draft.shape(value))[-3:]
    if const.origin is None or const.tensor.numel() != prod(shape):
        return None
    for form in FORMS:
        places = shape[-1] - ("class_token" in form)
        for height in [rows for rows in range(1, places + 1) if places % rows == 0]:
            window = [height, places // height]
            if _adds(const.origin, const.tensor.reshape(shape), window, form):
                return draft.add(
                    "relative_bias", value, weights={"weight": const._replace(tensor=const.origin)}, window=window, **form
                )
    return None


def _adds(table: Tensor, wanted: Tensor, window: list[int], form: dict[str, Any]) -> bool:
    """Whether a table gives these numbers, looked up by offsets within a window."""
    op = RelativeBias.read({"window": window, **form})
    if tuple(table.shape) != tuple(op.weights(Heads(wanted.shape))["weight"]):
        return False
    kind_of = next((word for word in ("absolute", "class_token") if word in form), "")
    found = Module(wanted.shape[0], window[0], window[1], "heads_first" in form, form=kind_of, stride=form.get("stride", 1)).to(
        table.dtype
    )
    if found.index.numel() != wanted[0].numel():
        return False
    with torch.no_grad():
        found.weight.copy_(table)
        return torch.equal(found(torch.zeros(1, *wanted.shape, dtype=table.dtype))[0], wanted.to(table.dtype))


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
