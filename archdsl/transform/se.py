"""`--se`: squeeze and excitation (Hu et al. 2018) in every residual block, at the end of what is learned; by its own argument where a
block has one."""

from __future__ import annotations

import dataclasses

from archdsl.errors import InputError
from archdsl.spec.model import Block, Body, Call, Constant, Formula, Parallel, Spec
from archdsl.spec.walk import parts
from archdsl.transform import make
from archdsl.transform.asked import How
from archdsl.transform.call_changes import Changes, change_calls
from archdsl.transform.draft import Draft
from archdsl.transform.forms import NOTHING, Form, RefusedError
from archdsl.transform.reach import reachable, resolved
from archdsl.transform.residual import Residual, residuals
from archdsl.transform.roles import calls
from archdsl.transform.sites import change_blocks

LIBRARY = "blocks/mobile"
SWITCH = "se"
"""The argument by which blocks have squeeze and excitation or not, whatever is under it."""


def se(draft: Draft, _: str, how: How) -> None:
    refused = ""
    before, noted = draft.graph, len(draft.notes)
    try:
        change_calls(
            draft, Changes(lambda call, block: _switched(call, block, draft)), Form("se", how.knob), how.where, "se: false"
        )
    except InputError as error:
        refused = str(error)
        del draft.notes[noted:]
    name = draft.need("squeeze_excite", LIBRARY)

    def rewriter(block: Block) -> Block | None:
        return _with(block, draft, name)

    changed, reasons = change_blocks(draft, Form("se", how.knob), how.where, rewriter)
    told_before = not refused  # then what stays has been told
    draft.notes += [f"{each}: se" for each in changed]
    draft.notes += [f"stays as it is: {why}" for why in reasons if not (told_before and why.endswith(NOTHING))]
    if draft.graph is before or (refused and not changed):
        told = "\n".join(f"  {why}" for why in reasons)
        raise InputError(
            f"no block takes squeeze and excitation:\n{told}"
            if told
            else f"{draft.spec.name} has no residual block for squeeze and excitation"
        )


def _switch(target: str, block: Block | None, draft: Draft) -> str:
    """The argument by which what is called has squeeze and excitation or not; nothing where it has none."""
    spec = draft.spec
    names = resolved(target[1:], block, spec, draft.knobs) if target.startswith("$") else [target]
    found = {_switch_of(spec.blocks[name], draft) if name in spec.blocks else "" for name in names}
    return found.pop() if len(found) == 1 else ""


def _switch_of(block: Block, draft: Draft) -> str:
    """`se`, or else a truth under which alone a step of the block is there that weighs by a gate."""
    if SWITCH in block.args:
        return SWITCH
    for call in calls(block.body):
        name = call.mods.when.bare if isinstance(call.mods.when, Formula) else None
        if name in block.args and block.args[name].type == "bool" and _weighs((call,), draft.spec, draft):
            return name
    return ""


def _switched(call: Call, block: Block | None, draft: Draft) -> Body | None:
    name = _switch(call.target, block, draft)
    given = call.args.get(name)
    if (
        not name
        or _is_on(call, name, draft)
        or (given is not None and not (isinstance(given, Constant) and given.value is False))
    ):
        return None
    return (dataclasses.replace(call, args={**call.args, name: make.constant(True)}),)


def _is_on(call: Call, name: str, draft: Draft) -> bool:
    """Whether a call that does not give the switch has it by its default."""
    called = draft.spec.blocks.get(call.target)
    default = called.args[name].default if called is not None else None
    return name not in call.args and isinstance(default, Constant) and default.value is True


def _with(block: Block, draft: Draft, name: str) -> Block | None:
    """A block with squeeze and excitation at the end of what each shortcut is added to."""
    found = residuals(block, draft.spec)
    if not found or _switch_of(block, draft) or any(_switch(call.target, block, draft) for call in calls(block.body)):
        return None
    if any(_weighs(residual.learned, draft.spec, draft) for residual in found):
        raise RefusedError("something in it is weighed by a gate already")
    body = list(block.body)
    for residual in reversed(found):
        new = make.call(name)
        if residual.mods is None:  # by labels: the step before the addition had one, which goes to the new one
            last = body[residual.last - 1]
            assert isinstance(last, Call)
            labelled = dataclasses.replace(new, mods=dataclasses.replace(new.mods, labels=last.mods.labels))
            body[residual.last - 1 : residual.last] = [_bare(last), labelled]
        else:
            body[residual.first] = _forked(body[residual.first], residual, new)
    return dataclasses.replace(block, body=tuple(body))


def _bare(call: Call) -> Call:
    return dataclasses.replace(call, mods=dataclasses.replace(call.mods, labels=()))


def _forked(step: object, residual: Residual, new: Call) -> Parallel:
    assert isinstance(step, Parallel)
    paths = tuple(
        dataclasses.replace(path, body=(*path.body, new)) if path.body is residual.learned else path for path in step.paths
    )
    return dataclasses.replace(step, paths=paths)


def _weighs(body: Body, spec: Spec, draft: Draft) -> bool:
    """Whether a product of a path and a gate is in some steps, or in what they call."""
    names = [call.target for call in calls(body) if call.target in spec.blocks]
    inside = [body, *(block.body for block in reachable(spec, draft.knobs, names))]
    return any(isinstance(part, Parallel) and part.join.target == "mul" for each in inside for part in parts(each))
