"""The state of the static checks of one spec, which the functions of `check`, `check_steps`, `check_calls` and `check_values` share."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field

from archdsl.errors import Mark
from archdsl.spec.exclusive import Guard
from archdsl.spec.model import Body, Call, Parameter, Spec
from archdsl.spec.report import Report


@dataclass
class Reach:
    """What is in reach of a body.

    Attributes:
        names: of values.
        labels: those given so far in its block, `*` in them for values.
        read: the labels that were read, in the same way.
        waiting: labels that nothing has read since they were given, with the conditions under which they are.
        guards: the conditions under which the steps of the body run.
    """

    names: set[str]
    labels: dict[str, Mark] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)
    waiting: dict[str, tuple[Mark, tuple[Guard, ...]]] = field(default_factory=dict)
    guards: tuple[Guard, ...] = ()

    def plus(self, *names: str) -> Reach:
        return dataclasses.replace(self, names={*self.names, *names})

    def under(self, guards: tuple[Guard, ...]) -> Reach:
        """The same for steps under further conditions."""
        return dataclasses.replace(self, guards=(*self.guards, *guards)) if guards else self


CheckBody = Callable[["Checks", Body, Reach, bool], None]


@dataclass
class Checks:
    """One spec while it is checked.

    Attributes:
        knobs: those of the spec and those that it may borrow from imported files.
        report: where mistakes and warnings go.
        check_body: checks the steps of a body (`check_steps.body`). It is given because steps hold values and values hold steps.
        incomplete: a file is missing, so that nothing can be said of names that are unknown.
        read: names that something reads.
        unknown: names that something reads and nothing defines.
        reached: blocks that something names, in the order in which they are met.
        calls: for each block the blocks that its body names.
        block: the block whose definition is being checked.
        sizes: the sizes of what arrives that expressions read, each with the place where it is first read.
        references: the calls of what a knob or an argument holds, by its name.
    """

    spec: Spec
    knobs: dict[str, Parameter]
    report: Report
    check_body: CheckBody
    incomplete: bool = False
    read: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    reached: dict[str, None] = field(default_factory=dict)
    calls: dict[str, dict[str, Mark]] = field(default_factory=dict)
    block: str | None = None
    sizes: dict[str, Mark] = field(default_factory=dict)
    references: dict[str, list[Call]] = field(default_factory=dict)

    def body(self, body: Body, reach: Reach, partial: bool = False) -> None:
        """Check the steps of a body. `partial`: it is one call whose missing arguments are given elsewhere."""
        self.check_body(self, body, reach, partial)
