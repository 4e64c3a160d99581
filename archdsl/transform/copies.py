"""Blocks of their own for some rows or stages: copies of what they call, with what is changed in them."""

from __future__ import annotations

import dataclasses

from archdsl.spec.model import Block, Body, Call, Constant, Value
from archdsl.transform import make
from archdsl.transform.draft import Draft, library_of
from archdsl.transform.forms import Form, Rewriter, shapes
from archdsl.transform.reach import called, reachable, resolved
from archdsl.transform.rewrite import rewritten


def added(made: dict[str, Block], form: Form, draft: Draft) -> list[Block]:
    """The blocks among copies that are to be written: those that the network does not have, nor the file of the zoo that it imports."""
    there = {id(block) for blocks in (draft.spec.blocks, *_brought(draft)) for block in blocks.values()}
    return [block for name, block in made.items() if block.name == form.name(name) and id(block) not in there]


def _brought(draft: Draft) -> list[dict[str, Block]]:
    return [library_of(name).blocks for name in draft.overlay.imports]


def copies(draft: Draft, form: Form, target: str, rewriter: Rewriter) -> dict[str, Block]:
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
