"""Static checks of names and labels: given once, in reach where they are read, and read by something."""

from __future__ import annotations

from collections.abc import Iterator

from archdsl.errors import Mark
from archdsl.spec.check_values import check_names_in
from archdsl.spec.checking import Checks, Reach
from archdsl.spec.exclusive import Guard, exclusive, guard, negated
from archdsl.spec.labels import ANY, UNREADABLE, Label, fitting, near_pattern, overlap
from archdsl.spec.model import Body, Choice, Modifiers, Parallel, Stage, Step, Table


def check_names(checks: Checks, body: Body) -> None:
    """Names that two steps of a body have, of which both may be taken."""
    given: dict[str, list[tuple[Mark, tuple[Guard, ...]]]] = {}
    for name, guards in _named(body, ()):
        earlier = given.setdefault(name.text, [])
        if clash := [mark for mark, others in earlier if not exclusive(guards, others)]:
            message, hint = f"duplicate name '{name.text}' in one body", "steps of which only one is ever taken may share a name"
            checks.report.error(message, name.mark, hint if guards else "", ("first given here", clash[0]))
        earlier.append((name.mark, guards))


def _named(body: Body, guards: tuple[Guard, ...]) -> Iterator[tuple[Label, tuple[Guard, ...]]]:
    """The plain names of steps, each with the conditions under which it is taken."""
    for step in body:
        if isinstance(step, Choice):
            chosen = guard(step.condition)
            yield from _named(step.then, (*guards, *chosen))
            yield from _named(step.otherwise, (*guards, *negated(chosen)))
        elif step.mods.name is not None and not step.mods.name.names:
            yield step.mods.name, (*guards, *taken(step.mods))


def taken(mods: Modifiers) -> tuple[Guard, ...]:
    """The condition under which a step is taken, where it is the same at other steps."""
    return guard(mods.when, frozenset([name for name, _ in mods.loop]))


def define(checks: Checks, label: Label, reach: Reach, guards: tuple[Guard, ...]) -> None:
    """A label that a step gives. One that is given again before anything reads it was given for nothing."""
    check_names_in(checks, label, reach)
    text = label.pattern
    if text == "in":
        checks.report.error("'in' is the label of what arrives at a block and cannot be given again", label.mark)
        return
    guards = (*reach.guards, *guards)
    if text in reach.waiting and not label.gathers and not label.parts:
        first, others = reach.waiting[text]
        if not exclusive(guards, others):
            message = f"the label '{text}' is given again before anything reads it"
            checks.report.warn(message, label.mark, "", ("first given here", first))
    reach.labels.setdefault(text, label.mark)
    reach.waiting[text] = (label.mark, guards)


def tap(checks: Checks, label: Label, reach: Reach) -> None:
    """A label that a step reads."""
    check_names_in(checks, label, reach)
    text = label.pattern
    if text == UNREADABLE:
        return
    reach.read.add(text)
    if text in reach.labels or text == "in":
        reach.waiting.pop(text, None)
        return
    fits = [given for given in (*reach.labels, "in") if (ANY in given or ANY in text) and overlap(text, given)]
    for given in fits:
        reach.waiting.pop(given, None)
    starred = ANY in text and not label.parts
    if (fits if not starred else fitting(text, fits)) or any(name not in reach.names for name in label.names):
        return
    checks.unknown.add(label.text)
    hint = near_pattern(text, reach.labels) if ANY in text else checks.report.near_miss(text, reach.labels)
    message = f"no label in reach fits '{label.text}'" if ANY in text else f"no label '{text}' is in reach"
    checks.report.error(message, label.mark, hint or "a label is given by `as` on an earlier step of the same block")


def gathering(body: Body) -> dict[str, Mark]:
    """The labels that gather among the steps of a net or block. They may be read before anything is gathered, as in a loop."""
    found: dict[str, Mark] = {}
    for step in body:
        found |= {label.pattern: label.mark for label in step.mods.labels if label.gathers}
        for inner in _bodies(step):
            found |= gathering(inner)
    return found


def _bodies(step: Step) -> tuple[Body, ...]:
    if isinstance(step, Choice):
        return step.then, step.otherwise
    if isinstance(step, Parallel):
        return tuple([path.body for path in step.paths])
    return (step.steps,) if isinstance(step, Stage) else (step.rows,) if isinstance(step, Table) else ()


def check_read(checks: Checks, reach: Reach) -> None:
    """Warn of labels of a whole net or block that nothing reads."""
    patterns = [text for text in reach.read if ANY in text]
    for text, mark in reach.labels.items():
        if text in reach.read or any(overlap(text, pattern) for pattern in patterns):
            continue
        if ANY in text and any(overlap(text, read) for read in reach.read):
            continue
        shown = mark.text.strip("\"'") if ANY in text else text
        checks.report.warn(f"the label '{shown}' is read by nothing", mark, checks.report.near_miss(text, checks.unknown))
