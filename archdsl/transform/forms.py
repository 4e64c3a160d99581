"""The new form of blocks beside the old: what it is called, and the knob that chooses between them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from archdsl.ir.graph import Graph
from archdsl.ops.operator import Shape
from archdsl.spec.model import PLAIN, Block, Body, Choice, Constant, Formula, Modifiers, Parallel, Parameter, Value
from archdsl.spec.walk import parts
from archdsl.transform import make
from archdsl.transform.draft import Draft

PLAIN_FORM = "plain"
NOTHING = "nothing in it can be changed"


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

    def is_chosen(self, knob: str) -> str:
        """The condition under which the new form is there."""
        return f'${knob} == "{self.word}"'


def knob_for(draft: Draft, form: Form, name: str = "form") -> str:
    """The knob that is to choose the form: of that name, or where another form is chosen by it, with this form's word."""
    held = draft.spec.knobs.get(name)
    return name if held is None or form.word in (held.choices or ()) else f"{name}_{form.word}"


def declare(draft: Draft, form: Form, knob: str, doc: str) -> None:
    """Have a knob that chooses between the form and the plain one."""
    draft.overlay.knobs[knob] = {"default": form.word, "choices": [PLAIN_FORM, form.word], "doc": doc}


def either(condition: str, new: Body, old: Body) -> Choice:
    """New steps under a condition, old ones elsewhere."""
    return Choice(mark=make.NOWHERE, condition=make.formula(condition), then=new, otherwise=old, mods=PLAIN)


def chosen(new: Block, old: Block, condition: str) -> Block:
    """The new form of a block under a condition, the old one elsewhere.

    Raises:
        RefusedError: the new form has other arguments.
    """
    if set(new.args) != set(old.args):
        raise RefusedError("it gets other arguments, so that no knob can choose between its forms")
    args = {name: _default(new.args[name], parameter, condition) for name, parameter in old.args.items()}
    return dataclasses.replace(old, body=_differing(new.body, old.body, condition), args=args)


def _differing(new: Body, old: Body, condition: str) -> Body:
    """Steps of which those that differ are chosen by a condition, and those that labels join with them; the others stand around them."""
    if new is old:
        return old
    most = min(len(new), len(old))
    before = next((at for at in range(most) if new[at] is not old[at]), most)
    after = next((at for at in range(most - before) if new[-1 - at] is not old[-1 - at]), most - before)
    while before and _joined(old[:before], (new[before:], old[before:])):
        before -= 1
    while after and _joined(old[len(old) - after :], (new[: len(new) - after], old[: len(old) - after])):
        after -= 1
    steps, others = new[before : len(new) - after], old[before : len(old) - after]
    return (*old[:before], *_chosen_steps(steps, others, condition), *old[len(old) - after :])


def _chosen_steps(new: Body, old: Body, condition: str) -> Body:
    """Steps under a condition; of a split or fork whose paths alone differ, the steps in these."""
    if len(new) == len(old) == 1 and isinstance(new[0], Parallel) and isinstance(old[0], Parallel):
        one, other = new[0], old[0]
        if len(one.paths) == len(other.paths) and _alike(one, other):
            pairs = zip(one.paths, other.paths, strict=True)
            paths = tuple(dataclasses.replace(was, body=_differing(now.body, was.body, condition)) for now, was in pairs)
            return (dataclasses.replace(other, paths=paths),)
    return (either(condition, new, old),)


def _alike(one: Parallel, other: Parallel) -> bool:
    """Whether two splits or forks differ in the steps of their paths alone."""
    fields = ("kind", "shares", "join", "loop", "mods")
    same = all(getattr(one, field) is getattr(other, field) for field in fields)
    return same and all(now.name == was.name and now.when is was.when for now, was in zip(one.paths, other.paths, strict=True))


def _joined(one: object, other: object) -> bool:
    """Whether a label that some steps carry is read by others."""
    (made, read), (others_made, others_read) = _labels(one), _labels(other)
    return bool(made & others_read or others_made & read)


def _labels(steps: object) -> tuple[set[str], set[str]]:
    """The labels that steps carry, and those that they read."""
    mods = [part for part in parts(steps) if isinstance(part, Modifiers)]
    return {label.text for each in mods for label in each.labels}, {label.text for each in mods for label in each.sources}


def _default(new: Parameter, old: Parameter, condition: str) -> Parameter:
    """An argument whose default is the new one under a condition."""
    if new.default is old.default or new.default is None or old.default is None:
        return old
    return dataclasses.replace(old, default=conditional(new.default, old.default, condition))


def conditional(new: Value, old: Value | None, condition: str) -> Value:
    """A value under a condition, another elsewhere. Raises RefusedError where one of them cannot stand in an expression."""
    old = make.constant(None) if old is None else old
    if not isinstance(new, (Constant, Formula)) or not isinstance(old, (Constant, Formula)):
        raise RefusedError("a value in it cannot be chosen by a knob")
    return make.formula(f"{_written(new)} if {condition} else {_written(old)}")


def _written(value: Constant | Formula) -> str:
    if isinstance(value, Formula):
        return value.expression.text
    if isinstance(value.value, (list, tuple)):
        return f"[{', '.join(_written(make.constant(item)) for item in value.value)}]"
    if value.value is None:
        return "~"
    return str(value.value).lower() if isinstance(value.value, bool) else str(value.value)


def shapes(graph: Graph, block: str) -> list[Shape]:
    """What every call of a block gives, in order."""
    found: dict[str, Shape] = {}
    for node in graph:
        for frame in node.scope:
            if frame.kind == "block" and frame.block == block:
                found[frame.path] = node.shape
    return list(found.values())
