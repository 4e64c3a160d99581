"""`--depthwise`: dense 3x3 convolutions become depthwise separable (Howard et al. 2017): a depthwise and a pointwise one."""

from __future__ import annotations

import dataclasses

from archdsl.spec.labels import Label
from archdsl.spec.model import Block, Body, Call
from archdsl.transform import make
from archdsl.transform.asked import How
from archdsl.transform.call_changes import Changes, change_calls
from archdsl.transform.convolutions import Convolutions, instead, together, truth
from archdsl.transform.draft import Draft
from archdsl.transform.forms import Form
from archdsl.transform.roles import Roles, calls

POINTWISE = ("out", "bias")


def depthwise(draft: Draft, _: str, how: How) -> None:
    roles, convolutions = Roles(draft.spec, draft.knobs), Convolutions(draft)

    def change(call: Call, block: Block | None) -> Body | None:
        if not convolutions.is_simple(call, block):
            return None
        given = roles.args(call, block)
        dense = together(truth(given.get("kernel"), 1, "== 3"), truth(given.get("groups"), 1, "== 1"))
        if dense == "false":
            return None
        name = call.mods.name.text if call.mods.name else _number(call, draft.spec.net if block is None else block.body)
        mods = dataclasses.replace(call.mods, name=_label(name, "depthwise"))
        first = {"out": make.formula("$in"), **{arg: value for arg, value in given.items() if arg not in POINTWISE}}
        spread = dataclasses.replace(call, args={**first, "groups": make.formula("$in")}, positional=None, mods=mods)
        point = dataclasses.replace(call, args={arg: value for arg, value in given.items() if arg in POINTWISE}, positional=None)
        named = dataclasses.replace(point, mods=dataclasses.replace(call.mods, name=_label(name, "pointwise")))
        return instead(call, together(dense, convolutions.inside(block)), (spread, named))

    change_calls(draft, Changes(change), Form("depthwise", how.knob), how.where, "dense 3x3 convolution")


def _number(call: Call, body: Body) -> str:
    """The number of a convolution without a name among those of its steps, from 1; nothing where it is alone."""
    unnamed = [each for each in calls(body) if each.target == "conv" and each.mods.name is None]
    ordered = sorted(unnamed, key=lambda each: (each.mark.line, each.mark.column))
    at = next((at for at, each in enumerate(ordered, 1) if each.mark is call.mark), 0)
    return f"conv{at}" if at and len(unnamed) > 1 else ""


def _label(name: str, word: str) -> Label:
    return make.label(f"{name}_{word}" if name else word)
