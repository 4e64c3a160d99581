"""Stages of a net by their names, and steps that are changed in some of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import NamedTuple

from archdsl.ir.graph import Graph
from archdsl.spec.model import PLAIN, Body, Call, Choice, Parallel, Spec, Stage, Table
from archdsl.spec.walk import parts
from archdsl.transform import make
from archdsl.transform.rewrite import rewritten
from archdsl.transform.scaling import Place, place_of

Change = Callable[[Call], Body | None]


class NetStage(NamedTuple):
    """A stage of the net.

    Attributes:
        place: of the step that it is.
        round: its number where the step runs several times, from 0; of `rounds`.
        rows: the rows of a table that it is the head of; none where it is no part of one.
    """

    place: Place
    round: int
    rounds: int
    rows: tuple[int, ...]


def net_stages(spec: Spec, graph: Graph) -> dict[str, NetStage]:
    """The stages that stand in the net itself, by name, in the order in which they run."""
    steps = {place_of(step.mark): step for step in _stages(spec.net)}
    rounds: dict[Place, list[str]] = {}
    for node in graph:
        for frame in node.scope:
            if frame.kind == "block":
                break
            place = place_of(frame.mark) if frame.mark is not None else None
            name = frame.path or frame.block  # stages of a table are in no names of nodes
            if frame.kind == "stage" and place in steps and name not in rounds.setdefault(place, []):
                rounds[place].append(name)
    return {
        name: NetStage(place, at, len(names), tuple(call.row for call in _calls(steps[place]) if call.row is not None))
        for place, names in rounds.items()
        for at, name in enumerate(names)
    }


def _stages(body: Body) -> Iterator[Stage]:
    for step in body:
        if isinstance(step, Stage):
            yield step
            yield from _stages(step.steps)
        elif isinstance(step, Table):
            yield from (row for row in step.rows if isinstance(row, Stage))
        elif isinstance(step, Choice):
            yield from _stages((*step.then, *step.otherwise))


def _calls(step: Stage) -> list[Call]:
    return [part for part in parts(step.steps) if isinstance(part, Call)]


class Meant(NamedTuple):
    """The rounds of one step that are meant."""

    rounds: tuple[int, ...]
    of: int

    @property
    def condition(self) -> str:
        """What holds in these rounds alone; nothing where they are all."""
        if len(self.rounds) == self.of:
            return ""
        return f"$i == {self.rounds[0]}" if len(self.rounds) == 1 else f"$i in [{', '.join(map(str, self.rounds))}]"


def meant(stages: list[NetStage]) -> dict[Place, Meant]:
    """Stages by the step that they are rounds of."""
    found: dict[Place, Meant] = {}
    for stage in stages:
        before = found[stage.place].rounds if stage.place in found else ()
        found[stage.place] = Meant((*before, stage.round), stage.rounds)
    return found


def steps_of(net: Body, place: Place) -> Stage:
    """The step at a place."""
    return next(step for step in _stages(net) if place_of(step.mark) == place)


def shadows(stage: Stage) -> bool:
    """Whether something inside has rounds of its own, so that `$i` there is not that of the stage."""
    return any(
        isinstance(part, (Parallel, Stage)) and (part.mods.loop or part.mods.repeat or (isinstance(part, Parallel) and part.loop))
        for part in parts(stage.steps)
    )


def changed_in(net: Body, place: Place, change: Change, condition: str) -> Body:
    """The net with calls changed in one of its stages, under a condition."""

    def conditional(call: Call) -> Body | None:
        made = change(call)
        if made is None or not condition:
            return made
        return (Choice(mark=make.NOWHERE, condition=make.formula(condition), then=made, otherwise=(call,), mods=PLAIN),)

    def step(each: Stage) -> Stage:
        if place_of(each.mark) == place:
            return dataclasses.replace(each, body=rewritten(each.body, conditional), end=rewritten(each.end, conditional))
        return dataclasses.replace(each, body=inside(each.body))

    def inside(body: Body) -> Body:
        return tuple(step(each) if isinstance(each, Stage) else each for each in body)

    return inside(net)
