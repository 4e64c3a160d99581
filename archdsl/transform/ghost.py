"""`--ghost`: half of the channels of a dense convolution come from a cheap depthwise one over the other half (Han et al. 2020)."""

from __future__ import annotations

import dataclasses

from archdsl.spec.model import Block, Body, Call
from archdsl.transform import make
from archdsl.transform.asked import How
from archdsl.transform.call_changes import Changes, change_calls
from archdsl.transform.convolutions import Convolutions, instead, together, truth
from archdsl.transform.draft import Draft
from archdsl.transform.forms import Form
from archdsl.transform.make import call as step
from archdsl.transform.roles import Roles

NAME = "ghost_conv"


def ghost(draft: Draft, _: str, how: How) -> None:
    roles, convolutions = Roles(draft.spec, draft.knobs), Convolutions(draft)
    name = NAME if NAME not in draft.spec.blocks else f"new_{NAME}"

    def change(call: Call, block: Block | None) -> Body | None:
        if not convolutions.is_simple(call, block):
            return None
        given = roles.args(call, block)
        if not set(given) <= {"out", "kernel", "stride", "groups"}:
            return None
        dense = together(truth(given.get("groups"), 1, "== 1"), convolutions.inside(block))
        args = {arg: value for arg, value in given.items() if arg != "groups"}
        mods = call.mods
        if mods.name is not None and dense != "true":  # two steps under a condition on what arrives cannot share a name
            mods = dataclasses.replace(mods, name=make.label(f"{mods.name.text}_ghost"))
        return instead(call, dense, (dataclasses.replace(call, target=name, args=args, positional=None, mods=mods),))

    draft.overlay.help(ghost_conv(name))
    change_calls(draft, Changes(change), Form("ghost", how.knob), how.where, "dense convolution without bias")


def ghost_conv(name: str) -> Block:
    """The ghost module without its norms and activations, which stay where they were."""
    out, kernel = make.argument("out", None, "int"), make.argument("kernel", 1, "any")
    args = {"out": dataclasses.replace(out, default=None), "kernel": kernel, "stride": make.argument("stride", 1, "any")}
    primary = dataclasses.replace(step("conv", name="primary", out="ceil($out/2)", kernel="$kernel", stride="$stride"))
    cheap = step("conv", name="cheap", out="$in", kernel=3, groups="$in")
    primary, cheap = (
        dataclasses.replace(made, mods=dataclasses.replace(made.mods, labels=(make.label(word),)))
        for made, word in ((primary, "primary"), (cheap, "cheap"))
    )
    joined = step("concat")
    joined = dataclasses.replace(
        joined, mods=dataclasses.replace(joined.mods, sources=(make.label("primary"), make.label("cheap")))
    )
    rest = step("slice", "$in != $out", start=0, stop="$out")
    doc = "Half of the channels from a convolution, the other half from cheap depthwise ones over the first (Han et al. 2020, Fig. 1b)."
    return Block(name=name, mark=make.NOWHERE, doc=doc, args=args, body=(primary, cheap, joined, rest))
