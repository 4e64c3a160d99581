"""Transformations that change single calls wherever they stand: in blocks, in rows, in other steps of the net."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from archdsl.errors import InputError
from archdsl.ir.canonical import canonical_hash
from archdsl.spec.model import Block, Body, Call, Parameter, Value
from archdsl.transform.draft import Draft
from archdsl.transform.forms import NOTHING, Form, RefusedError, conditional, declare, either, knob_for
from archdsl.transform.make import constant
from archdsl.transform.rewrite import rewritten
from archdsl.transform.sites import change_blocks
from archdsl.transform.where import Where, rows

Change = Callable[[Call, Block | None], Body | None]
"""What stands in the place of a call in a block, or in the net where it is None; None where the call stays."""


STAYS = "steps of the net stay as they are"


@dataclasses.dataclass(frozen=True)
class Changes:
    """What is changed: calls, and defaults of arguments."""

    call: Change
    argument: Callable[[Parameter], Parameter] = lambda parameter: parameter


def change_calls(draft: Draft, changes: Changes, form: Form, where: Where, what: str) -> None:
    """Change calls where they are meant.

    Args:
        what: what is changed, for messages.

    Raises:
        InputError: nothing is.
    """

    def rewriter(block: Block) -> Block | None:
        body = rewritten(block.body, lambda call: changes.call(call, block))
        args = {name: changes.argument(parameter) for name, parameter in block.args.items()}
        if all(args[name] is parameter for name, parameter in block.args.items()):
            args = block.args
        return None if body is block.body and args is block.args else dataclasses.replace(block, body=body, args=args)

    own: list[str] = []
    noted = len(draft.notes)
    before = canonical_hash(draft.graph)
    condition = form.is_chosen(knob_for(draft, form)) if form.knob else ""
    if where.everywhere:
        own = _net(draft, changes, (form, condition))
    elif where.rows:
        own = _cells(draft, changes, where, (form, condition))
    changed, reasons = change_blocks(draft, form, where, rewriter, lambda call: changes.call(call, None))
    if own and reasons:
        reasons = [why for why in reasons if not why.endswith(NOTHING)]
    draft.notes += [f"{name}: {form.word}" for name in (*own, *changed)] + [f"stays as it is: {why}" for why in reasons]
    if (not own and not changed) or canonical_hash(draft.graph) == before:
        reasons = [*reasons, *(note for note in draft.notes[noted:] if note.startswith(STAYS))]
        told = "\n".join(f"  {why}" for why in reasons)
        raise InputError(f"{what} cannot be changed:\n{told}" if reasons else f"there is no {what} to change")


def _own_change(draft: Draft, changes: Changes, condition: str) -> Callable[[Call], Body | None]:
    """How a step of the net is changed; what no knob can choose is noted, and stays."""
    told: set[int] = set()

    def change(call: Call) -> Body | None:
        made = changes.call(call, None)
        try:
            return made if made is None else _under(condition, made, call)
        except RefusedError as refused:
            if id(call) not in told:
                draft.notes.append(f"stays as it is: row {call.row} ({call.target}): {refused}")
            told.add(id(call))
            return None

    return change


def _net(draft: Draft, changes: Changes, how: tuple[Form, str]) -> list[str]:
    """Change steps of the net: cells of rows by `rows`, other steps by a net of its own."""
    spec = draft.spec
    change = _own_change(draft, changes, how[1])
    net = rewritten(spec.net, change)
    if net is spec.net:
        return []
    outside = rewritten(spec.net, lambda call: change(call) if call.row is None else None)
    with draft.trial() as trial:
        _declare(draft, how)
        if outside is not spec.net or draft.overlay.net is not None:
            draft.put_net(net)
        else:
            _edit(draft, change, set(rows(spec)))
    if trial.failed:
        draft.notes.append(f"{STAYS}: {trial.failed}")
        return []
    return ["net"]


def _declare(draft: Draft, how: tuple[Form, str]) -> None:
    form, condition = how
    if condition:
        declare(draft, form, knob_for(draft, form), f"whether blocks are {form.word}")


def _under(condition: str, made: Body, call: Call) -> Body | None:
    """A step that is changed under a condition, its arguments apart where it is the same step; a row stays one step."""
    if not condition:
        return made
    new = made[0] if len(made) == 1 else None
    if isinstance(new, Call) and new.target == call.target and new.positional is None and call.positional is None:
        pairs = {name: (value, call.args.get(name)) for name, value in new.args.items()}
        args = {name: new_ if new_ is old else conditional(new_, old, condition) for name, (new_, old) in pairs.items()}
        return (dataclasses.replace(call, args=args),)
    if call.row is not None:
        raise RefusedError("no knob can choose the operator of a row; leave --knob out, or set the row's `op`")
    return (either(condition, made, (call,)),)


def _cells(draft: Draft, changes: Changes, where: Where, how: tuple[Form, str]) -> list[str]:
    change = _own_change(draft, changes, how[1])
    with draft.trial() as trial:
        _declare(draft, how)
        edited = _edit(draft, change, set(where.rows))
    return [] if trial.failed or not edited else [f"row {row}" for row in edited]


def _edit(draft: Draft, change: Callable[[Call], Body | None], wanted: set[int]) -> list[int]:
    """Give rows the cells that a changed call of theirs has."""
    edited: list[int] = []
    for row, call in rows(draft.spec).items():
        made = change(call) if row in wanted else None
        if made is None or len(made) != 1 or not isinstance(made[0], Call):
            continue
        new = made[0]
        cells: dict[str, Value] = {name: value for name, value in new.args.items() if call.args.get(name) is not value}
        if new.target != call.target:
            cells = {"op": constant(new.target), **cells}
        if cells:
            draft.set_cells(row, cells)
            edited.append(row)
    return edited
