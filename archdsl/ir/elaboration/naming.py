"""Names of nodes: dotted, readable, and the same from one build to the next.

A call takes the name of its operator or block. Where a body calls it more than once, or repeats it, a number from 1 follows:
`dp_a_3`. A block that is the only step of its body adds nothing, so a wrapper does not lengthen the names inside.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from archdsl.ir.limits import Limits
from archdsl.spec.model import Body, Call, Choice, Parallel, Stage, Step, Table

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")


class Plan(NamedTuple):
    """How the steps of a body are named, as far as its text tells.

    Attributes:
        numbered: targets that the body names more than once, which get a number.
        alone: whether a block among the steps adds nothing to names, because it is the only step.
    """

    numbered: frozenset[str]
    alone: bool

    @property
    def beside(self) -> Plan:
        """The same for steps that run several times, or as rows: none of them is alone."""
        return Plan(self.numbered, False) if self.alone else self


def plan(owner: Body | Stage) -> Plan:
    """How the steps of a body are named, or those of a stage with its end. A stage is never shortened to its only block."""
    steps, alone = (owner.steps, False) if isinstance(owner, Stage) else (owner, len(owner) == 1)
    return Plan(frozenset([target for target, count in _counts(steps).items() if count > 1]), alone)


class LongName(Exception):
    """A name, or all names together, are longer than a graph may hold.

    Attributes:
        hint: how to mend it.
    """

    def __init__(self, message: str, hint: str):
        super().__init__(message)
        self.hint = hint


class Namer:
    """Gives out names; each is given once.

    Attributes:
        letters: characters of all names so far.
    """

    def __init__(self, limits: Limits) -> None:
        self.longest = limits.name
        self.most = limits.letters
        self.letters = 0
        self.taken: set[str] = set()
        self.counts: Counter[str] = Counter()
        self.free: dict[str, int] = {}  # for a name that was taken: the number from which on to look for a free one

    def claim(self, prefix: str, base: str, numbered: bool) -> str:
        """A full name that is not taken yet.

        Raises:
            LongName: it is too long, or all names together are.
        """
        name = prefix + (base if base.isidentifier() or _PLAIN.match(base) else _cleaned(base))
        if numbered:
            self.counts[name] += 1
            name = f"{name}_{self.counts[name]}"
        if name in self.taken:
            number = self.free.get(name, 2)
            while f"{name}_{number}" in self.taken:
                number += 1
            self.free[name] = number + 1
            name = f"{name}_{number}"
        self.count(len(name), len(name))
        self.taken.add(name)
        return name

    def count(self, letters: int, longest: int) -> None:
        """Take account of names that are given out elsewhere. Raises LongName."""
        if longest > self.longest:
            raise LongName(f"a full name of {longest:,} characters; at most {self.longest:,}", "give shorter names, or nest less")
        self.letters += letters
        if self.letters > self.most:
            raise LongName(f"names of more than {self.most:,} characters together", "raise the limit with --limits nodes=N")

    def release(self, prefix: str) -> None:
        """Take back the segment that was given last, so that the same call gets the same name again.

        Args:
            prefix: of the scope that was opened with it, with the dot at its end.
        """
        name = prefix[:-1]
        self.taken.discard(name)
        base, _, number = name.rpartition("_")
        if number.isdigit() and self.counts.get(base) == int(number):
            self.counts[base] -= 1

    def segment(self, prefix: str, base: str, numbered: bool) -> str:
        """The last part of a full name that is not taken yet, for a scope."""
        return self.claim(prefix, base, numbered)[len(prefix) :]


def _counts(steps: Body) -> Counter[str]:
    """How often each target stands among steps, at most; of the sides of a choice only one is run."""
    counts: Counter[str] = Counter()
    named = set()
    for step in steps:
        if isinstance(step, Choice):
            side = _counts(step.then) | _counts(step.otherwise)
            counts += side + side if step.mods.repeat is not None or step.mods.loop else side
        elif step.mods.name is None or step.mods.name.text not in named:  # steps of one name are never taken both
            counts.update(_targets(step))
            named |= {step.mods.name.text} if step.mods.name is not None else set()
    return counts


def _targets(step: Step) -> Iterator[str]:
    if isinstance(step, Call):
        yield _target(step)
    elif isinstance(step, Table):
        for row in step.rows:
            yield from map(_target, [call for call in row.steps if isinstance(call, Call)] if isinstance(row, Stage) else [row])
    elif isinstance(step, Stage) and not step.name.names:
        yield step.name.text
    elif isinstance(step, Parallel) and step.mods.name is not None:
        yield step.mods.name.text


def _target(call: Call) -> str:
    return call.target if call.mods.name is None else call.mods.name.text


def _cleaned(base: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", base) or "_"
