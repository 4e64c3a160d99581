"""Where a block has a shortcut: what is learned beside it, and what the shortcut itself does."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from archdsl.ops import OPERATORS
from archdsl.ops.activation import Activation
from archdsl.spec.model import Block, Body, Call, Choice, Formula, Modifiers, Parallel, Path, Spec, Value

SHORTCUTS = ("shortcut", "passed", "skip", "identity", "downsample")
"""Names that people give to the path beside which something is learned."""


@dataclass(frozen=True)
class Residual:
    """An addition of what is learned and of what arrives.

    Attributes:
        first, last: the steps of the body that it takes, the last one included.
        learned: the steps beside the shortcut.
        shortcut: its steps; none where it passes on what arrives.
        when: the condition under which there is an addition.
        otherwise: whether the steps that are learned run without the condition too, then without the addition.
        mods: what the fork carries beside its condition.
    """

    first: int
    last: int
    learned: Body
    shortcut: Body
    when: str = ""
    otherwise: bool = False
    mods: Modifiers | None = None


def residuals(block: Block, spec: Spec) -> list[Residual]:
    """The additions in a body, first ones first."""
    found: list[Residual] = []
    for place, step in enumerate(block.body):
        if isinstance(step, Parallel):
            made = _fork(place, step, spec)
        elif isinstance(step, Call):
            made = _labels(place, step, block.body)
        else:
            made = None
        if made is not None:
            found.append(made)
    return found


def _fork(place: int, step: Parallel, spec: Spec) -> Residual | None:
    """A fork of two paths that an addition joins, one of which is a shortcut."""
    if step.kind != "fork" or step.join.target != "add" or step.loop or len(step.paths) != 2:
        return None
    asked = [path for path in step.paths if path.when is not None]
    shortcut = _shortcut(step.paths, spec)
    if shortcut is None or (asked and (asked != [shortcut] or step.mods.when is not None)):
        return None
    learned = step.paths[0] if shortcut is step.paths[1] else step.paths[1]
    when = _written(shortcut.when) if asked else _condition(step.mods)
    return Residual(place, place, learned.body, shortcut.body, when, otherwise=bool(asked), mods=step.mods)


def _shortcut(paths: tuple[Path, ...], spec: Spec) -> Path | None:
    """The path that passes on what arrives, at least where the shape stays."""
    for path in paths:
        if not path.body:
            return path
    for path in paths:
        if path.name in SHORTCUTS or passes(path.body, spec):
            return path
    return None


def passes(body: Body, spec: Spec) -> bool:
    """Whether all steps are there only under a condition, so that the body may pass on what arrives."""
    for step in body:
        if isinstance(step, Choice):
            if step.otherwise and not passes(step.otherwise, spec):
                return False
        elif step.mods.when is None:
            called = spec.blocks.get(step.target) if isinstance(step, Call) else None
            if called is None or not passes(called.body, spec):
                return False
    return True


def _labels(place: int, step: Call, body: Body) -> Residual | None:
    """`{add: {}, from: [in, learned]}` right after the step that is called so; in the place of `in`, a step before what is learned."""
    if step.target != "add" or len(step.mods.sources) != 2 or not place:
        return None
    names = [label.text for label in step.mods.sources]
    before = body[place - 1]
    last = _label(before)
    start = next((name for name in names if name != last), "")
    at = -1 if start == "in" else next((at for at in range(place - 1) if _label(body[at]) == start), None)
    if not isinstance(before, Call) or last not in names or at is None:
        return None
    inside = body[at + 1 : place]
    if any(not isinstance(inner, Call) or inner.mods.sources for inner in inside) or any(_label(inner) for inner in inside[:-1]):
        return None
    return Residual(at + 1, place, _unlabelled(inside), (), _condition(step.mods), otherwise=step.mods.when is not None)


def _label(step: object) -> str:
    """The one label of a step; nothing where it has none or several."""
    labels = step.mods.labels if isinstance(step, (Call, Parallel)) else ()
    return labels[0].text if len(labels) == 1 else ""


def _unlabelled(body: Body) -> Body:
    """Steps whose last has no label any more."""
    *before, last = body
    return (*before, dataclasses.replace(last, mods=dataclasses.replace(last.mods, labels=())))


def _condition(mods: Modifiers) -> str:
    return _written(mods.when)


def _written(when: Value | None) -> str:
    if when is None:
        return ""
    return when.expression.text if isinstance(when, Formula) else str(getattr(when, "value", "")).lower()


def is_activation(step: object) -> bool:
    """Whether a step is an activation, by its operator."""
    return isinstance(step, Call) and step.target in OPERATORS and issubclass(OPERATORS[step.target], Activation)
