"""Whether two kinds of a block are told apart plainly enough to be one."""

from __future__ import annotations

from archdsl.importer.write.parameters import Parameter
from archdsl.importer.write.render import Renderer
from archdsl.importer.write.steps import ACTIVATION, Step
from archdsl.importer.write.units import ACT

SWITCHES, TESTS = 2, 3
"""Arguments that switch steps on and off, and different conditions, up to which a block is read easily."""

NATURAL = frozenset(["squeeze_excite", "drop_path", "dropout"])
"""What networks switch on for some of their blocks, be it for one."""


def is_plain(made: Renderer) -> bool:
    """Whether a block that stands for several has few switches, none of them for one call, and few conditions.

    A place of an activation that moves (before a norm here, after it there) is another order of steps and not an option.
    """
    switches = [p for p in made.formulas.used if p.unit == "truth" or (p.asked and p.unit != ACT)]
    moving = {text for step, text in made.whens.items() if isinstance(step, Step) and step.word == ACTIVATION}
    tests = {_side(text) for text in made.whens.values()}
    truths = [p for p in switches if p.unit == "truth"]
    if len(truths) > 1 or len(switches) > SWITCHES or len(moving) > 1 or len(tests) > TESTS:
        return False
    return not any(_is_rare(p, made) for p in truths) and not _chooses(made)


def _chooses(made: Renderer) -> bool:
    """Whether a call has either one step or another: then these are two blocks."""
    steps = [step for step, text in made.whens.items() if isinstance(step, Step) and _switched(text)]
    sides = {tuple(map(bool, step.present)) for step in steps if step.word != ACTIVATION}
    return any(tuple(not there for there in side) in sides for side in sides)


def _switched(text: str) -> bool:
    return text.startswith("given(") or text.lstrip("$").isidentifier()


def _is_rare(truth: Parameter, made: Renderer) -> bool:
    """Whether a switch is set for a single one of more than two calls, and for nothing that networks usually switch."""
    steps = [step for step, text in made.whens.items() if isinstance(step, Step) and f"${truth.name}" in text]
    if truth.name == "expand" or all(step.word in NATURAL or step.word == ACTIVATION for step in steps):
        return False
    return len(truth.column) > 2 and 1 in (truth.column.count(True), truth.column.count(False))


def _side(text: str) -> str:
    """A condition and its opposite are one."""
    for one, other in (("==", "!="), ("and", "or")):
        text = text.replace(one, other)
    return " ".join(sorted(text.replace("!= 1", "!=1").split()))
