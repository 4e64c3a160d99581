"""Putting changed blocks into a network: in the place of the old ones, or beside them for some rows; what does not fit is told."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from archdsl.errors import InputError
from archdsl.ir.graph import Graph
from archdsl.ops.operator import Shape
from archdsl.spec.model import PLAIN, Block, Body, Call, Choice, Constant, Value
from archdsl.transform import make
from archdsl.transform.draft import Draft
from archdsl.transform.reach import called, reachable, resolved
from archdsl.transform.rewrite import rewritten
from archdsl.transform.where import Where, rows


class RefusedError(Exception):
    """A block that cannot be changed; says why."""


Rewriter = Callable[[Block], Block | None]
"""From a block to its new form, None where nothing of it is meant. Raises RefusedError."""


@dataclasses.dataclass(frozen=True)
class Form:
    """How the new blocks are called beside the old ones, and whether a knob chooses between them."""

    word: str
    knob: bool = False
    keeps_shape: bool = True

    def name(self, block: str) -> str:
        return f"{self.word}_{block}"


def change_blocks(draft: Draft, form: Form, where: Where, rewriter: Rewriter) -> tuple[list[str], list[str]]:
    """Change the blocks that are meant, where they stand or in rows of the table. Gives the names of those changed, and reasons."""
    if where.rows:
        return _in_rows(draft, form, where, rewriter)
    made, reasons = _made(draft, where, rewriter)
    if form.knob:
        made = {name: _chosen(block, draft.spec.blocks[name], form.word) for name, block in made.items()}
    changed, failed = _put_all(draft, made, form)
    if changed and form.knob:
        draft.overlay.knobs["form"] = {
            "default": form.word,
            "choices": ["plain", form.word],
            "doc": f"whether blocks are {form.word}",
        }
    return changed, [*reasons, *failed]


def _made(draft: Draft, where: Where, rewriter: Rewriter) -> tuple[dict[str, Block], list[str]]:
    made: dict[str, Block] = {}
    reasons: list[str] = []
    for block in draft.blocks():
        if not where.has(block.name):
            continue
        try:
            new = rewriter(block)
        except RefusedError as refused:
            reasons.append(f"{block.name} ({block.mark}): {refused}")
            continue
        if new is not None:
            made[block.name] = new
    return made, reasons


def _put_all(draft: Draft, made: dict[str, Block], form: Form) -> tuple[list[str], list[str]]:
    """Put blocks in; together where that works, otherwise one by one, to know which of them does not."""
    if not made:
        return [], []
    if not _put(draft, made, form):
        return list(made), []
    changed: list[str] = []
    failed: list[str] = []
    for name, block in made.items():
        old = draft.spec.blocks[name]
        why = _put(draft, {name: block}, form)
        if why:
            failed.append(f"{name} ({old.mark}): {why}")
        else:
            changed.append(name)
    return changed, failed


def _put(draft: Draft, made: dict[str, Block], form: Form) -> str:
    """Put blocks in on trial; gives why they do not fit."""
    before = {name: shapes(draft.graph, name) for name in made} if form.keeps_shape else {}
    with draft.trial() as trial:
        if form.knob:
            draft.overlay.knobs["form"] = {"default": form.word, "choices": ["plain", form.word]}
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


def shapes(graph: Graph, block: str) -> list[Shape]:
    """What every call of a block gives, in order."""
    found: dict[str, Shape] = {}
    for node in graph:
        for frame in node.scope:
            if frame.kind == "block" and frame.block == block:
                found[frame.path] = node.shape
    return list(found.values())


def _chosen(new: Block, old: Block, word: str) -> Block:
    """The new form where the knob `form` says so, the old one elsewhere."""
    if new.args is not old.args and set(new.args) != set(old.args):
        raise InputError(f"'{old.name}' gets other arguments, so that no knob can choose between its forms")
    body: Body = (
        Choice(mark=make.NOWHERE, condition=make.formula(f'$form == "{word}"'), then=new.body, otherwise=old.body, mods=PLAIN),
    )
    return dataclasses.replace(old, body=body)


def _in_rows(draft: Draft, form: Form, where: Where, rewriter: Rewriter) -> tuple[list[str], list[str]]:
    """Give rows blocks of their own: copies of what they call, with what is changed in them."""
    known = rows(draft.spec)
    by_target: dict[str, list[int]] = {}
    for row in sorted(where.rows):
        by_target.setdefault(known[row].target, []).append(row)
    changed: list[str] = []
    reasons: list[str] = []
    for target, listed in by_target.items():
        place = f"{_listed(listed)} ({target})"
        try:
            copies = _copies(draft, form, target, rewriter)
        except RefusedError as refused:
            reasons.append(f"{place}: {refused}")
            continue
        if not copies:
            reasons.append(f"{place}: nothing in it can be changed")
            continue
        why = _put_rows(draft, form, copies, target, listed)
        if why:
            reasons.append(f"{place}: {why}")
        else:
            changed.append(place)
    return changed, reasons


def _put_rows(draft: Draft, form: Form, copies: dict[str, Block], target: str, listed: Sequence[int]) -> str:
    with draft.trial() as trial:
        for old, block in copies.items():
            if block.name == form.name(old):
                draft.put(block)
        names = resolved(target[1:], None, draft.spec, draft.knobs) if target.startswith("$") else [target]
        new = copies[names[0]].name
        cell: Value = make.constant(new)
        if form.knob:
            draft.overlay.knobs[f"form_{names[0]}"] = {
                "default": new,
                "choices": [names[0], new],
                "doc": f"what {_listed(listed)} {'is' if len(listed) == 1 else 'are'} made of",
            }
            cell = make.formula(f"$form_{names[0]}")
        for row in listed:
            draft.set_cells(row, {"op": cell})
    return trial.failed


def _copies(draft: Draft, form: Form, target: str, rewriter: Rewriter) -> dict[str, Block]:
    """New blocks by the name of the old: those that the rewriter changes, and those on the way to them."""
    spec, knobs = draft.spec, draft.knobs
    start = resolved(target[1:], None, spec, knobs) if target.startswith("$") else [target]
    names = [name for name in start if name in spec.blocks]
    if not names:
        return {}
    made: dict[str, Block] = {}
    for block in reversed(reachable(spec, knobs, names)):
        new = rewriter(block) if shapes(draft.graph, block.name) else None
        if new is not None and new.name != block.name:  # one that is there already
            made[block.name] = new
            continue
        below = [name for name in called(spec, block, knobs) if name in made]
        if new is None and not below:
            continue
        renamed = dataclasses.replace(new or block, name=form.name(block.name))
        made[block.name] = _calling(renamed, {name: made[name].name for name in below}, block, draft)
    return made if names[0] in made else {}


def _calling(block: Block, names: dict[str, str], old: Block, draft: Draft) -> Block:
    """A block that calls others in the place of some."""

    def change(call: Call) -> Body | None:
        target = call.target
        if target.startswith("$") and target[1:] not in old.args:
            held = resolved(target[1:], old, draft.spec, draft.knobs)
            target = held[0] if len(held) == 1 and held[0] in names else target
        target = names.get(target, target)
        args = {name: _renamed(value, names) for name, value in call.args.items()}
        return (dataclasses.replace(call, target=target, args=args),)

    args = {
        name: dataclasses.replace(item, default=_renamed(item.default, names)) if item.default is not None else item
        for name, item in block.args.items()
    }
    return dataclasses.replace(block, body=rewritten(block.body, change), args=args)


def _renamed(value: Value, names: dict[str, str]) -> Value:
    if isinstance(value, Constant) and isinstance(value.value, str) and value.value in names:
        return make.constant(names[value.value])
    return value


def _listed(numbers: Sequence[int]) -> str:
    return "row " + ", ".join(map(str, numbers)) if len(numbers) == 1 else f"rows {numbers[0]} to {numbers[-1]}"
