"""Steps one after the other, each with its modifiers: `when`, `repeat`, `for`, `as`, `from` and `share`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from archdsl.errors import Mark
from archdsl.exact import Disagreement, Undetermined, is_number_array
from archdsl.exact.shown import describe
from archdsl.exact.unknown import is_doubtful
from archdsl.ir.elaboration.branches import Before, followed, meet
from archdsl.ir.elaboration.labels import give, labelled
from archdsl.ir.elaboration.lost import LOST
from archdsl.ir.elaboration.naming import LongName, Plan
from archdsl.ir.elaboration.scope import Scope, Tensors, arrive
from archdsl.ir.elaboration.share import share
from archdsl.ir.elaboration.state import State, Stop
from archdsl.ir.elaboration.values import decide, evaluate, undecided
from archdsl.spec.expression import Names
from archdsl.spec.model import PLAIN, Modifiers, Step, Value
from archdsl.spec.values import reads_arrival


def run_steps(state: State, steps: Iterable[Step], scope: Scope, arriving: Tensors, plan: Plan) -> Tensors:
    """Run steps one after the other; the tensors after the last. A step that fails leaves a lost tensor, and the next is run."""
    runners = state.runners
    opened = len(state.opened)
    branching = state.grid.branching
    for step in steps:
        mods = step.mods
        try:
            if branching:
                arriving = followed(state, scope, partial(_step, state, step, scope, arriving, plan))
            elif mods is PLAIN:
                arriving = runners[type(step)](state, step, scope, arriving, plan)
            else:
                arriving = _step(state, step, scope, arriving, plan)
        except Undetermined as error:  # of a shape rule; in an expression it is a mistake of the expression
            if not state.failed:
                state.fail(str(error), step.mark)
            arriving = _lose(state, step, scope, opened)
        except LongName as error:
            state.exceed(str(error), step.mark if mods.name is None else mods.name.mark, error.hint)
        except Stop:
            arriving = _lose(state, step, scope, opened)
    return arriving


def _step(state: State, step: Step, scope: Scope, arriving: Tensors, plan: Plan) -> Tensors:
    """Run one step with its modifiers."""
    mods = step.mods
    if mods is PLAIN:
        return state.runners[type(step)](state, step, scope, arriving, plan)
    if mods.repeat is None and not mods.loop:
        return _once(state, step, scope, arriving, plan)
    arrive(scope.names, arriving)
    beside = plan.beside
    if state.grid.branching and mods.repeat is not None:
        count = evaluate(state, mods.repeat, scope.names)
        if is_number_array(count) and count.is_integer and state.grid.elements(count.num).min() >= 0:
            return _as_often(state, step, scope, arriving, beside, count)
    for names in _rounds(state, mods, scope):
        arriving = _once(state, step, scope.having(names), arriving, beside)
    return arriving


def _as_often(state: State, step: Step, scope: Scope, arriving: Tensors, plan: Plan, count: Any) -> Tensors:
    """Repeat a step as often as each variant of a grid has it: a round that only some have is followed for those."""
    written = step.mods.repeat
    assert written is not None
    often = state.grid.elements(count.num)
    for index in range(int(often.max())):
        state.count_step(written.mark)

        def run(index: int = index, came: Tensors = arriving) -> Tensors:
            names = {**scope.names, "i": index}
            for inner in loop(state, step.mods.loop, names) if step.mods.loop else [names]:
                came = _once(state, step, scope.having(inner), came, plan)
            return came

        if (often > index).all():
            arriving = followed(state, scope, run)
            continue
        has = count.num > index
        error = undecided(Disagreement(count.knobs, has), written.mark, "'repeat'")
        sides = [(has, partial(followed, state, scope, run)), (~has, partial(_same, arriving))]
        arriving = meet(state, scope, Before.of(state, scope), error, sides)
    return arriving


def _same(arriving: Tensors) -> Tensors:
    return arriving


def _lose(state: State, step: Step, scope: Scope, opened: int) -> Tensors:
    """What a step that failed leaves. Its label is given all the same, so that whoever reads it is not blamed.

    Args:
        opened: how many blocks were open before the step.
    """
    if not state.recovers:
        state.report.stop()
    del state.opened[opened:]
    for label in step.mods.labels:
        with suppress(Stop):
            give(state, (label,), scope, (LOST,))
    return (LOST,)


def _once(state: State, step: Step, scope: Scope, arriving: Tensors, plan: Plan) -> Tensors:
    """Run one step with its modifiers, loops apart. One whose `when` is false passes on what came."""
    mods = step.mods
    before = arriving
    when = mods.when
    if when is not None and not (mods.sources and reads_arrival(when)):
        if not is_taken(state, when, "'when'", step.mark, scope, arriving):
            return before  # it needs no label
        when = None
    if mods.sources:
        arriving = labelled(state, mods.sources, scope)
    if when is not None and not is_taken(state, when, "'when'", step.mark, scope, arriving):
        return before
    first = len(state.graph.nodes)
    result = state.runners[type(step)](state, step, scope, arriving, plan)
    if mods.share is not None:
        share(state, step, mods.share, scope, first)
    if mods.labels:
        give(state, mods.labels, scope, result)
    return result


def is_taken(state: State, condition: Value, word: str, mark: Mark, scope: Scope, arriving: Tensors) -> bool:
    """Whether a condition is true, for what arrives. `word`: whose it is, for messages: `'when'`."""
    state.count_step(mark)
    arrive(scope.names, arriving)
    found = decide(state, condition, scope.names, word)
    if is_doubtful(found):
        raise Stop
    if not isinstance(found, bool):
        raise state.blame(f"{word} takes a condition, {describe(found)} came", condition)
    return found


def _rounds(state: State, mods: Modifiers, scope: Scope) -> Iterator[Names]:
    """The values in reach of each round of `repeat`, of `for`, or of `for` inside of `repeat`."""
    if mods.repeat is None:
        yield from loop(state, mods.loop, scope.names)
        return
    count = decide(state, mods.repeat, scope.names, "'repeat'")
    if is_doubtful(count):
        raise Stop
    if type(count) is not int or count < 0:
        raise state.blame(f"'repeat' takes an int, at least 0; {describe(count)} came", mods.repeat)
    for index in range(count):
        state.count_step(mods.repeat.mark)
        names = {**scope.names, "i": index}
        if mods.loop:
            yield from loop(state, mods.loop, names)
        else:
            yield names


def loop(state: State, lists: tuple[tuple[str, Value], ...], names: Names) -> Iterator[Names]:
    """The values in reach for each element of the lists of a `for`; several lists go in step."""
    found = []
    for name, value in lists:
        items = evaluate(state, value, names)
        if is_doubtful(items) and not isinstance(items, (list, tuple)):
            raise Stop
        if not isinstance(items, (list, tuple)):
            raise state.blame(f"'for' takes a list, {describe(items)} came for '{name}'", value)
        found.append(items)
    mark = lists[0][1].mark
    if len({len(items) for items in found}) > 1:
        lengths = " and ".join(str(len(items)) for items in found)
        raise state.fail(f"the lists of 'for' have different lengths: {lengths}", mark)
    variables = [name for name, _ in lists]
    for index, chosen in enumerate(zip(*found, strict=True)):
        state.count_step(mark)
        yield {**names, "i": index, **dict(zip(variables, chosen, strict=True))}
