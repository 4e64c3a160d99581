"""Where a value was written: from the name in a block that a mistake was met at, back through the calls to the user's text.

Looked for once there is a mistake, so that nothing is kept of values that fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from archdsl.errors import Mark
from archdsl.spec.model import Block, Call, Constant, Formula, ListOf, Modifiers, Parallel, Spec, Value
from archdsl.spec.settings import setting_mark
from archdsl.spec.values import is_plain
from archdsl.spec.walk import parts


class Opened(NamedTuple):
    """A block that is open, and the call that opened it."""

    block: Block
    call: Call


def origin(spec: Spec, knobs: dict[str, Any], opened: Sequence[Opened], holder: Any, name: str, word: str = "") -> Mark | None:
    """Where the value of a name was written: a cell or an argument of a call, the default of an argument or knob, a setting.

    Args:
        opened: the blocks around the place, outermost first.
        holder: what reads the name, as it stands in the body of one of them or of the net.
        word: which of a list it is about.

    Returns:
        None where the name stands for nothing that was written, as `$in` and `$i`.
    """
    opened = _around(opened, holder)
    while (found := _given(spec, opened, name)) is not None:
        value, opened = found
        if not isinstance(value, Formula) or value.bare is None:
            return _item(value, word).mark
        name, opened = value.bare, _around(opened, value)
    return _of_knob(spec, knobs, name)


def _item(value: Value, word: str) -> Value:
    """The word in a list, where the value is one that has it."""
    items = value.items if isinstance(value, ListOf) else ()
    return next((item for item in items if isinstance(item, Constant) and item.value == word), value)


def _around(opened: Sequence[Opened], holder: Any) -> Sequence[Opened]:
    """The blocks up to the one whose text holds something: steps that were given to a block run inside of it and stand outside."""
    for level in range(len(opened), 0, -1):
        block = opened[level - 1].block
        if any(part is holder for part in parts((block.body, block.args, block.wraps))):
            return opened[:level]
    return ()


def _given(spec: Spec, opened: Sequence[Opened], name: str) -> tuple[Value, Sequence[Opened]] | None:
    """What a name in a body stands for, if something that is written there, and the blocks around the place where it is written."""
    body = opened[-1].block.body if opened else spec.net
    if (listed := _loop_list(body, name)) is not None:
        return listed, opened
    if not opened or name not in opened[-1].block.args:
        return None
    block, call = opened[-1]
    if (forced := spec.forced.get(block.name, {}).get(name)) is not None:
        return forced, ()
    value = call.args.get(name)
    if value is None and call.positional is not None and name == next(iter(block.args)):
        value = call.positional
    if value is not None and not (isinstance(value, Constant) and value.value is None):
        return value, opened[:-1]
    default = block.args[name].default
    return None if default is None else (default, opened)


def _loop_list(body: Any, name: str) -> Value | None:
    """The list of a `for` in a body that gives the name its values."""
    for part in parts(body):
        if isinstance(part, (Modifiers, Parallel)):
            for variable, value in part.loop:
                if variable == name:
                    return value
    return None


def _of_knob(spec: Spec, knobs: dict[str, Any], name: str) -> Mark | None:
    """Where the value of a knob stands: its default, or the setting that replaced it."""
    knob = spec.knobs.get(name)
    if knob is None:
        return None
    default = knob.default
    if default is not None and not (is_plain(default) and default.evaluate({}) != knobs.get(name)):
        return default.mark
    return setting_mark(name, knobs.get(name))
