"""`--groups N`: dense convolutions over places become grouped (Krizhevsky et al. 2012, Xie et al. 2017)."""

from __future__ import annotations

import dataclasses

from archdsl.errors import InputError
from archdsl.spec.model import Block, Body, Call, Formula
from archdsl.transform import make
from archdsl.transform.asked import How
from archdsl.transform.call_changes import Changes, change_calls
from archdsl.transform.convolutions import Convolutions, together, truth
from archdsl.transform.draft import Draft
from archdsl.transform.forms import Form
from archdsl.transform.roles import Roles


def groups(draft: Draft, text: str, how: How) -> None:
    if not text.isdigit() or int(text) < 2:
        raise InputError(f"--groups takes a number from 2 on, '{text}' came")
    roles, convolutions = Roles(draft.spec, draft.knobs), Convolutions(draft)

    def change(call: Call, block: Block | None) -> Body | None:
        if not convolutions.is_simple(call, block):
            return None
        given = roles.args(call, block)
        old = given.get("groups")
        dense = together(truth(given.get("kernel"), 1, "> 1"), truth(old, 1, "== 1"))
        if dense == "false":
            return None
        condition = together(dense, convolutions.inside(block))
        otherwise = make.text(old) if isinstance(old, Formula) else "1"
        new = make.constant(int(text)) if condition == "true" else make.formula(f"{text} if {condition} else {otherwise}")
        return (dataclasses.replace(call, args={**given, "groups": new}, positional=None),)

    change_calls(draft, Changes(change), Form(f"grouped{text}", how.knob), how.where, "dense convolution over places")
