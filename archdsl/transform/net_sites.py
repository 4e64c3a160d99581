"""Shortcuts that stand in the net itself, or in the steps of its stages: each list of steps is changed as the body of a block is."""

from __future__ import annotations

import dataclasses

from archdsl.spec.model import Block, Body, Stage, Step
from archdsl.transform.draft import Draft
from archdsl.transform.forms import Form, RefusedError, Rewriter, chosen, declare, knob_for

OWN = ""
"""The name of the block that stands for a list of steps of the net; no block of a spec has it."""


def in_net(draft: Draft, form: Form, rewriter: Rewriter) -> tuple[list[str], list[str]]:
    """Change the steps of the net. Gives `net` where some are changed, and reasons."""
    reasons: list[str] = []
    knob = knob_for(draft, form) if form.knob else ""

    def changed(body: Body) -> Body:
        inside = tuple(_with_body(step, changed(step.body)) if isinstance(step, Stage) else step for step in body)
        old = Block(name=OWN, mark=draft.spec.net[0].mark, doc="", args={}, body=inside)
        try:
            new = rewriter(old)
            if new is not None and knob:
                new = chosen(new, old, form.is_chosen(knob))
        except RefusedError as refused:
            reasons.append(f"net: {refused}")
            new = None
        made = inside if new is None else new.body
        return body if len(made) == len(body) and all(one is other for one, other in zip(made, body, strict=True)) else made

    net = changed(draft.spec.net)
    if net is draft.spec.net:
        return [], reasons
    with draft.trial() as trial:
        if knob:
            declare(draft, form, knob, f"whether blocks are {form.word}")
        draft.put_net(net)
    return ([], [*reasons, f"net: {trial.failed}"]) if trial.failed else (["net"], reasons)


def _with_body(step: Stage, body: Body) -> Step:
    return step if body is step.body else dataclasses.replace(step, body=body)
