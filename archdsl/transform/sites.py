"""Putting changed blocks into a network: in the place of the old ones, or beside them for some rows; what does not fit is told."""

from __future__ import annotations

from archdsl.ir.graph import Graph
from archdsl.ops.operator import Shape
from archdsl.spec.model import Block
from archdsl.transform.draft import Draft
from archdsl.transform.forms import Form, RefusedError, Rewriter, chosen, declare, knob_for, shapes
from archdsl.transform.net_sites import in_net
from archdsl.transform.net_stages import Change
from archdsl.transform.row_sites import in_rows
from archdsl.transform.stage_sites import in_stages
from archdsl.transform.where import Where


def change_blocks(
    draft: Draft, form: Form, where: Where, rewriter: Rewriter, own: Change | None = None
) -> tuple[list[str], list[str]]:
    """Change the blocks that are meant, where they stand, or in stages or rows. Gives the names of those changed, and reasons.

    Args:
        own: changes the steps that stages have themselves; where there is none, the rewriter changes those of the net too.
    """
    if where.in_net:
        rowwise, why = in_rows(draft, form, where, rewriter)
        staged, others = in_stages(draft, form, where, (rewriter, own or (lambda call: None)))
        return [*rowwise, *staged], [*why, *others]
    knob = knob_for(draft, form) if form.knob else ""
    made, reasons = _made(draft, form.is_chosen(knob) if knob else "", where, rewriter)
    changed, failed = _put_all(draft, made, (form, knob))
    if own is None and where.everywhere:
        steps, why = in_net(draft, form, rewriter)
        changed, failed = [*changed, *steps], [*failed, *why]
    return changed, [*reasons, *failed]


def _made(draft: Draft, condition: str, where: Where, rewriter: Rewriter) -> tuple[dict[str, Block], list[str]]:
    made: dict[str, Block] = {}
    reasons: list[str] = []
    for block in draft.blocks():
        if not where.has(block.name):
            continue
        try:
            new = rewriter(block)
            if new is not None:
                made[block.name] = chosen(new, block, condition) if condition else new
        except RefusedError as refused:
            reasons.append(f"{block.name} ({block.mark}): {refused}")
    return made, reasons


def _put_all(draft: Draft, made: dict[str, Block], how: tuple[Form, str]) -> tuple[list[str], list[str]]:
    """Put blocks in; together where that works, otherwise one by one, to know which of them does not."""
    if not made:
        return [], []
    if not _put(draft, made, how):
        return list(made), []
    changed: list[str] = []
    failed: list[str] = []
    for name, block in made.items():
        old = draft.spec.blocks[name]
        why = _put(draft, {name: block}, how)
        if why:
            failed.append(f"{name} ({old.mark}): {why}")
        else:
            changed.append(name)
    return changed, failed


def _put(draft: Draft, made: dict[str, Block], how: tuple[Form, str]) -> str:
    """Put blocks in on trial; gives why they do not fit."""
    form, knob = how
    before = {name: shapes(draft.graph, name) for name in made} if form.keeps_shape else {}
    with draft.trial() as trial:
        if knob:
            declare(draft, form, knob, f"whether blocks are {form.word}")
        for block in made.values():
            draft.put(block)
        trial.check = lambda graph: _kept(graph, before)
    return trial.failed


def _kept(graph: Graph, before: dict[str, list[Shape]]) -> str:
    """Why blocks do not give what they gave; nothing where they do."""
    for name, shapes_before in before.items():
        after = shapes(graph, name)
        for old, new in zip(shapes_before, after, strict=False):
            if tuple(old) != tuple(new):
                return f"its channels do not follow from its arguments: it would give {_shape(new)} in place of {_shape(old)}"
    return ""


def _shape(shape: Shape) -> str:
    return "x".join(map(str, shape))
