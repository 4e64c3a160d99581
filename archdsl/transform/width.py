"""`--width F`: all channels but those of the classes are scaled. A network that has a knob for it gets another value; any other gets the
knob `width`."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from functools import partial
from typing import Any

from archdsl.errors import InputError
from archdsl.exact import is_number
from archdsl.spec.model import Block, Body, Call, Constant
from archdsl.spec.scalars import resolve
from archdsl.spec.yaml_text import Plain
from archdsl.transform import plain
from archdsl.transform.asked import How
from archdsl.transform.draft import Draft
from archdsl.transform.rewrite import rewritten
from archdsl.transform.roles import CHANNELS, Roles, calls, over_places
from archdsl.transform.scaling import Place, Scaling, final_places, place_of

KNOB = "width"
RANGE = (Fraction(1, 64), 4)


def width(draft: Draft, text: str, how: How) -> None:
    factor = resolve(text)
    if not is_number(factor) or factor <= 0:
        raise InputError(f"--width takes a number above 0, '{text}' came")
    if not how.where.everywhere:
        raise InputError("--width scales all of the network; `archdsl prune --by stage` scales stages apart")
    name = with_knob(draft)
    set_factor(draft, name, draft.knobs[name] * factor)
    draft.notes.append(f"{name}: {plain.constant(draft.knobs[name])}")


def set_factor(draft: Draft, name: str, value: Any) -> None:
    """Give the knob a value, and a range that has it. Raises SpecError where the network cannot be put together."""
    bounds = draft.spec.knobs[name].range
    held: Plain = plain.constant(value)
    if bounds is not None and not bounds[0] <= value <= bounds[1]:
        held = {"default": held, "range": plain.constant([min(bounds[0], value), max(bounds[1], value)])}
    old = draft.overlay.knobs.get(name)
    if isinstance(old, dict):
        held = {**old, **(held if isinstance(held, dict) else {"default": held})}
    draft.overlay.knobs[name] = held
    draft.refresh()


def with_knob(draft: Draft) -> str:
    """The knob that all channels are multiples of; made where there is none. Gives its name.

    Raises:
        InputError: channels cannot be told from other numbers.
    """
    knob = draft.spec.knobs.get(KNOB)
    if knob is not None and knob.type == "number" and is_number(draft.knobs[KNOB]):
        return KNOB
    name = KNOB if not _taken(draft, KNOB) else "width_factor"
    draft.overlay.knobs[name] = {"default": "1", "range": plain.constant(RANGE), "doc": "channel multiplier"}
    scaling, last = Scaling(draft), classes(draft)
    finals = final_places(draft.graph)
    for block in draft.blocks():
        places = over_places(block.body)
        changed = partial(_constants, block=block, scaling=scaling, factor=f"${name}", kept=(places, finals))
        body = rewritten(block.body, changed)
        if body is not block.body:
            draft.put(dataclasses.replace(block, body=body))
    net = rewritten(draft.spec.net, lambda call: scaling.step(call, f"${name}") if call is not last else None)
    if net is not draft.spec.net:
        draft.put_net(net)
    draft.refresh()
    return name


def _taken(draft: Draft, name: str) -> bool:
    """Whether a block has an argument of that name, which would hide the knob, or a knob means something else."""
    return name in draft.spec.knobs or any(name in block.args for block in draft.blocks())


def classes(draft: Draft) -> Call | None:
    """The step of the net that gives what the network is asked for: its channels are classes and stay."""
    roles = Roles(draft.spec, draft.knobs)
    finals = final_places(draft.graph)
    found = [
        call for call in calls(draft.spec.net) if CHANNELS in roles.of(call.target).values() and place_of(call.mark) in finals
    ]
    return found[0] if found and len(draft.graph.outputs) == 1 else None


def _constants(call: Call, *, block: Block, scaling: Scaling, factor: str, kept: tuple[set[int], set[Place]]) -> Body | None:
    """A step of a block with its numbers of channels scaled; what follows from arguments is scaled already.

    Args:
        kept: steps over places, and those that give classes, which stay.
    """
    places, finals = kept
    if id(call) in places or place_of(call.mark) in finals:
        return None
    target = scaling.roles.of(call.target, block)
    given = scaling.roles.args(call, block)
    args = {
        arg: scaling.value(value, factor) if target.get(arg) == CHANNELS and isinstance(value, Constant) else value
        for arg, value in given.items()
    }
    if all(args[arg] is value for arg, value in given.items()):
        return None
    return (dataclasses.replace(call, args=args, positional=None),)
