"""Groups of a width: `groups: $in/8` takes channels by eights, so a share of the channels is rounded to whole groups before it."""

from __future__ import annotations

import dataclasses
import math
import re

from archdsl.spec.model import Block, Body, Call, Constant, Formula, Step, Value
from archdsl.transform import make
from archdsl.transform.roles import CHANNELS, Roles, calls

_WIDE = re.compile(r"\$in/(\$?\w+)\Z")
_SHARE = re.compile(r"\$(\w+)/(\d+)\Z")


def width_of(call: Call) -> str:
    """What channels of a call must be multiples of: those of each of its groups, or the number of groups; else nothing."""
    groups = call.args.get("groups")
    if isinstance(groups, Constant) and type(groups.value) is int and groups.value > 1:
        return str(groups.value)
    found = _WIDE.match(groups.expression.text.replace(" ", "")) if isinstance(groups, Formula) else None
    return found[1] if found else ""


def told_apart(body: Body, block: Block, roles: Roles) -> tuple[Body, dict[int, str]]:
    """Steps in which what follows from rounded channels is written out, and the width of the groups after a step, by its identity.

    Between the step that is rounded and the next one that mixes channels, `$in` is the rounded number; a step that mixes them and gives as
    many as arrive gives the number that was meant.
    """
    made: list[Step] = []
    rounded: dict[int, str] = {}
    whole: Value | None = None
    for place, step in enumerate(body):
        if isinstance(step, Call) and (width := _width_after(body, place)):
            whole = _channels(step, block, roles)
            if whole is not None:
                rounded[id(step)] = width
        elif isinstance(step, Call) and whole is not None and "groups" not in step.args:
            given = roles.args(step, block)
            name = next((arg for arg, role in roles.of(step.target, block).items() if role == CHANNELS), "")
            out = given.get(name)
            if isinstance(out, Formula) and out.bare == "in":
                step = dataclasses.replace(step, args={**given, name: whole}, positional=None)
            whole = None if name else whole
        made.append(step)
    return tuple(made), rounded


def _width_after(body: Body, place: int) -> str:
    """The width of the groups of the next step that has weights, where it is grouped so."""
    following = body[place + 1] if place + 1 < len(body) else None
    return width_of(following) if isinstance(following, Call) else ""


def _channels(step: Call, block: Block, roles: Roles) -> Value | None:
    given = roles.args(step, block)
    return next((given[arg] for arg, role in roles.of(step.target, block).items() if role == CHANNELS and arg in given), None)


def rounded_to(value: Value, width: str) -> Value:
    """A number of channels rounded to whole groups."""
    text = make.text(value)
    return make.formula(f"round8({make.floored(text) or text}{f', {width}' if width != '8' else ''})")


def common_width(blocks: list[Block], roles: Roles) -> int:
    """What channels must be multiples of, so that groups, and shares such as `$out/4`, stay whole; 1 where anything will do."""
    found = [call for block in blocks for call in calls(block.body)]
    widths = [int(width) for call in found if (width := width_of(call)).isdigit()]
    shares = [int(share) for block in blocks for call in calls(block.body) for share in _shares(call, block, roles)]
    return math.lcm(*widths) * math.lcm(*shares)


def _shares(call: Call, block: Block, roles: Roles) -> list[str]:
    """What a call divides channels of the block by."""
    given, channels = roles.args(call, block), roles.of(block.name)
    named = [given[arg] for arg, role in roles.of(call.target, block).items() if role == CHANNELS and arg in given]
    texts = [make.text(value) for value in named if isinstance(value, Formula)]
    matches = [_SHARE.match(text.replace(" ", "")) for text in texts]
    return [match[2] for match in matches if match is not None and channels.get(match[1]) == CHANNELS]
