"""Putting changed blocks into stages of the net: beside the old ones where only some rounds of a stage are meant."""

from __future__ import annotations

import dataclasses
import re

from archdsl.spec.model import Block, Body, Call
from archdsl.spec.yaml_text import Plain
from archdsl.transform.copies import added, copies
from archdsl.transform.draft import Draft
from archdsl.transform.forms import NOTHING, PLAIN_FORM, Form, RefusedError, Rewriter, declare, knob_for
from archdsl.transform.net_stages import Change, Meant, NetStage, changed_in, meant, net_stages, shadows, steps_of
from archdsl.transform.reach import resolved
from archdsl.transform.roles import calls
from archdsl.transform.scaling import Place
from archdsl.transform.where import Where


def in_stages(draft: Draft, form: Form, where: Where, how: tuple[Rewriter, Change]) -> tuple[list[str], list[str]]:
    """Give stages blocks of their own: copies of what they call, with what is changed in them; and change their own steps."""
    named = net_stages(draft.spec, draft.graph)
    changed: list[str] = []
    reasons: list[str] = []
    for place, rounds in meant([named[name] for name in where.stages]).items():
        at = _now(draft, place, named)
        title = ", ".join(name for name in where.stages if named[name].place == place)
        why = _put(draft, form, (at, rounds, title), how)
        if why:
            reasons.append(f"{title}: {why}")
        else:
            changed.append(title)
    return changed, reasons


def _now(draft: Draft, place: Place, before: dict[str, NetStage]) -> Place:
    """Where a stage stands after others were changed."""
    name = next(name for name, stage in before.items() if stage.place == place)
    return net_stages(draft.spec, draft.graph)[name].place


def _put(draft: Draft, form: Form, stage: tuple[Place, Meant, str], how: tuple[Rewriter, Change]) -> str:
    """Change a stage; gives why it cannot be."""
    (place, rounds, _), (rewriter, own) = stage, how
    step = steps_of(draft.spec.net, place)
    made: dict[str, Block] = {}
    new: dict[str, str] = {}
    try:
        for target in dict.fromkeys(call.target for call in calls(step.steps)):
            found = copies(draft, form, target, rewriter)
            if found:
                names = resolved(target[1:], None, draft.spec, draft.knobs) if target.startswith("$") else [target]
                new[target] = found[names[0]].name
                made |= found
    except RefusedError as refused:
        return str(refused)
    if shadows(step) and (rounds.condition or form.knob):
        return "steps in it have rounds of their own; give all of its rounds, or the blocks by name"

    def change(call: Call) -> Body | None:
        body = own(call)
        if call.target not in new:
            return body
        return tuple(
            dataclasses.replace(each, target=new[call.target]) if isinstance(each, Call) and each.target == call.target else each
            for each in body or (call,)
        )

    if not new and all(own(call) is None for call in calls(step.steps)):
        return NOTHING
    with draft.trial() as trial:
        for block in added(made, form, draft):
            draft.put(block)
        net = changed_in(draft.spec.net, place, change, _condition(draft, form, stage))
        draft.put_net(net)
    return trial.failed


def _condition(draft: Draft, form: Form, stage: tuple[Place, Meant, str]) -> str:
    """When steps of a stage are those of the new form; declares the knob that says so where there is one."""
    _, rounds, title = stage
    if not form.knob:
        return rounds.condition
    if rounds.of == 1:
        knob = knob_for(draft, form, f"form_{re.sub(r'[^0-9A-Za-z_]', '_', title)}")
        declare(draft, form, knob, f"what {title} is made of")
        return form.is_chosen(knob)
    knob = "forms"
    while knob in draft.spec.knobs:
        knob = f"{knob}_{form.word}"
    words: list[Plain] = [form.word if at in rounds.rounds else PLAIN_FORM for at in range(rounds.of)]
    draft.overlay.knobs[knob] = {"default": words, "choices": [PLAIN_FORM, form.word], "doc": "what each stage is made of"}
    return f'${knob}[$i] == "{form.word}"'
