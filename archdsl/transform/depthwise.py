"""`--depthwise`: dense 3x3 convolutions become depthwise separable (Howard et al. 2017): a depthwise and a pointwise one."""

from __future__ import annotations

import dataclasses

from archdsl.spec.model import Block, Body, Call
from archdsl.transform import make
from archdsl.transform.asked import How
from archdsl.transform.call_changes import Changes, change_calls
from archdsl.transform.convolutions import Convolutions, instead, together, truth
from archdsl.transform.draft import Draft
from archdsl.transform.forms import Form
from archdsl.transform.roles import Roles

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
        name = call.mods.name.text if call.mods.name else ""
        mods = dataclasses.replace(call.mods, name=make.label(f"{name}_depthwise" if name else "depthwise"))
        first = {"out": make.formula("$in"), **{arg: value for arg, value in given.items() if arg not in POINTWISE}}
        spread = dataclasses.replace(call, args={**first, "groups": make.formula("$in")}, positional=None, mods=mods)
        point = dataclasses.replace(call, args={arg: value for arg, value in given.items() if arg in POINTWISE}, positional=None)
        named = dataclasses.replace(
            point, mods=dataclasses.replace(call.mods, name=make.label(f"{name}_pointwise" if name else "pointwise"))
        )
        return instead(call, together(dense, convolutions.inside(block)), (spread, named))

    change_calls(draft, Changes(change), Form("depthwise", how.knob), how.where, "dense 3x3 convolution")
