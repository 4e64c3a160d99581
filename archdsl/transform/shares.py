"""Steps that work on a share of the channels: copies in which every number of channels is scaled."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Collection

from archdsl.spec.model import Block, Body, Call, Constant, Formula, Inline, ListOf, Modifiers, Parallel, Stage, Value
from archdsl.spec.walk import parts
from archdsl.transform import make
from archdsl.transform.rewrite import rewritten
from archdsl.transform.roles import CHANNELS, KERNEL, Roles, compared, over_places, reads_in
from archdsl.transform.whole_groups import rounded_to, told_apart

Scale = Callable[[str], str]
"""From an expression of all channels to that of a share of them."""


def learned(share: str) -> Scale:
    """The share that is learned from, rounded down."""

    def scale(whole: str) -> str:
        return f"floor({make.factor(make.floored(whole) or whole)}*{share})"

    return scale


def passed(share: str) -> Scale:
    """What is left of it."""

    def scale(whole: str) -> str:
        return f"{whole if make.is_product(whole) else f'({whole})'} - {learned(share)(whole)}"

    return scale


def dealt(count: str) -> Scale:
    """The part of the path of this round of a `for`."""
    return lambda whole: f"part({whole}, {count}, $i)"


def even(count: str) -> Scale:
    """An even part of a path, for where `$i` is another's."""
    return lambda whole: f"floor({make.factor(make.floored(whole) or whole)}/{count})"


def scaled(body: Body, block: Block, roles: Roles, scale: Scale, kernel: str = "") -> Body:
    """A copy of steps of a block whose channels are scaled. What follows from `$in` stays: fewer channels arrive.

    Args:
        kernel: an expression in the place of every kernel but 1.
    """

    channels = [name for name, role in roles.of(block.name).items() if role == CHANNELS]
    body, whole = told_apart(body, block, roles)
    places = over_places(body)

    def change(call: Call) -> Body | None:
        if id(call) in places:
            return None
        target = roles.of(call.target, block)
        given = roles.args(call, block)
        args = dict(given)
        out = {_written(value) for name, value in given.items() if target.get(name) == CHANNELS}
        for name, value in given.items():
            depthwise = name == "groups" and _written(value) in out
            if (target.get(name) == CHANNELS or depthwise) and not reads_in(value):
                args[name] = _scaled(value, scale)
                if id(call) in whole:
                    args[name] = rounded_to(args[name], whole[id(call)])
            elif kernel and target.get(name) == KERNEL and not _is_one(value):
                args[name] = _kernel(value, kernel, block)
        if kernel:
            for name in _silent_kernels(call, given, target, roles, block):
                args[name] = make.formula(kernel)
        mods = _compared(call.mods, channels, scale)
        return (
            (dataclasses.replace(call, args=args, positional=None, mods=mods),)
            if args != given or mods is not call.mods
            else None
        )

    return rewritten(body, change)


def _compared(mods: Modifiers, channels: Collection[str], scale: Scale) -> Modifiers:
    """The condition of a step: where it compares what arrives with channels, with the share of them."""
    return compared(mods, {name: make.factor(scale(f"${name}")) for name in channels})


def _silent_kernels(call: Call, given: dict[str, Value], target: dict[str, str], roles: Roles, block: Block) -> list[str]:
    """Kernels of a block that a call leaves at a default above 1."""
    called = roles.spec.blocks.get(call.target)
    if called is None:
        return []
    left = [name for name, role in target.items() if role == KERNEL and name not in given]
    return [name for name in left if (default := called.args[name].default) is not None and not _is_one(default)]


def _kernel(value: Value, kernel: str, block: Block) -> Value:
    """Another kernel, unless it is one of several along the axes, or may be 1."""
    if isinstance(value, ListOf):
        return value
    if isinstance(value, Formula):
        declared = block.args.get(value.bare or "")
        default = declared.default if declared is not None else None
        if isinstance(default, Constant) and default.value is None:
            return make.formula(f"{kernel} if given({value.expression.text}) else ~")
        if default is not None and _is_one(default):
            return make.formula(f"{kernel} if {value.expression.text} > 1 else 1")
    return make.formula(kernel)


def _written(value: Value) -> str:
    return make.text(value) if isinstance(value, (Constant, Formula)) else ""


def _is_one(value: Value) -> bool:
    return isinstance(value, Constant) and value.value in (1, None)


def _scaled(value: Value, scale: Scale) -> Value:
    if isinstance(value, Inline):
        return value
    if isinstance(value, ListOf):
        return ListOf(value.mark, tuple(_scaled(item, scale) for item in value.items))
    if isinstance(value, Constant) and value.value is None:
        return value
    return make.formula(scale(make.text(value)))


def opened(body: Body, block: Block, roles: Roles) -> Body:
    """The steps of a block where a body is nothing but a call of it, with the arguments that the call gives. Else the body itself.

    So a number that the block has for itself, as the 3 of `kernel: 3`, can be another in each path.
    """
    if len(body) != 1 or not isinstance(body[0], Call):
        return body
    call = body[0]
    called = roles.spec.blocks.get(call.target)
    if called is None or called.wraps is not None or called.outputs or called.inputs or call.mods.repeat or call.mods.loop:
        return body
    given = roles.args(call, block)
    values: dict[str, Value] = {}
    for name, parameter in called.args.items():
        value = given.get(name, parameter.default)
        if value is None or isinstance(value, (Inline, ListOf)) or (name not in given and isinstance(value, Formula)):
            return body
        values[name] = value
    if any(isinstance(part, (Parallel, Stage)) or _calls_argument(part, values) for part in parts(called.body)):
        return body
    return tuple(_filled(step, values) for step in called.body if isinstance(step, Call))


def _calls_argument(part: object, values: dict[str, Value]) -> bool:
    return isinstance(part, Call) and part.reference is not None and part.reference in values


def _filled(step: Call, values: dict[str, Value]) -> Call:
    """A step of the block with values in the place of its arguments."""
    args = {name: _fill(value, values) for name, value in step.args.items()}
    positional = None if step.positional is None else _fill(step.positional, values)
    when = None if step.mods.when is None else _fill(step.mods.when, values)
    return dataclasses.replace(step, args=args, positional=positional, mods=dataclasses.replace(step.mods, when=when))


def _fill(value: Value, values: dict[str, Value]) -> Value:
    if not isinstance(value, Formula):
        return value
    if value.bare in values:
        return values[value.bare]

    def put(found: re.Match[str]) -> str:
        given = values.get(found[1])
        return found[0] if given is None else make.factor(make.text(given))

    return make.formula(re.sub(r"\$(\w+)", put, value.expression.text))
