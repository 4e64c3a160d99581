"""Steps before they are text. A step holds a column for each of its values: one for every place that it is written for.

A block is written once for all of its calls, the body of a stage once for all of its rounds; so steps of equal form in several places
become one whose columns are longer, and what to write for a column is decided when it is whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

Column = tuple[Any, ...]


class Absent:
    """What stands in a column for a place without the step."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()


class First(NamedTuple):
    """A value of the first round of a repeated step, and that of the others."""

    first: Any
    rest: Any


class Turning(NamedTuple):
    """A value of the rounds 0, 2, 4 and so on, and that of the others."""

    even: Any
    odd: Any

    @staticmethod
    def text(even: str, odd: str) -> str:
        """The formula, given what stands for both."""
        if even == odd:
            return even
        if {even, odd} == {"true", "false"}:
            return f"$i % 2 == {1 if odd == 'true' else 0}"
        return f"{even} if $i % 2 == 0 else {odd}" if odd == "~" else f"{odd} if $i % 2 == 1 else {even}"


class Growing(NamedTuple):
    """A value that grows from round to round: (start + $i) * by."""

    start: Any
    by: Any

    def text(self, start: str) -> str:
        """The formula, given what stands for the start."""
        rounds = "$i" if start == "0" else f"($i + {start})"
        factor = f"*{self.by.numerator}" if self.by.numerator != 1 else ""
        return f"{rounds}{factor}/{self.by.denominator}" if self.by.denominator != 1 else f"{rounds}{factor}"


ACTIVATION = "*activation"
"""Stands for the word of an activation, which is an argument then."""

FORK, SPLIT, STAGE, TABLE = "fork", "split", "stage", "table"

GATHER = "gather"
"""A step that repeats, each time over what arrives at the body and all that it made so far; it gives these too."""


@dataclass(eq=False)
class Body:
    """Steps that run one after the other.

    Attributes:
        into, out: channels that come in and go out, for every place.
        present: whether it is there at all, where it is a path.
        inputs: labels of what a block is called with, where there are several.
        outputs: labels of what leaves it, where that is not what the last step gives.
        names: of labels, which are numbers here, so that bodies are alike whatever their tensors are called.
    """

    steps: list[Step]
    into: Column
    out: Column
    present: Column = ()
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict)

    def walk(self) -> Iterator[Step]:
        """All steps, those within paths after the step that holds them."""
        for step in self.steps:
            yield step
            for path in step.paths:
                yield from path.walk()


@dataclass(eq=False)
class Step:
    """One step.

    Attributes:
        word: an operator, a block, ACTIVATION, `fork`, `split` or `stage`.
        args: a column for each argument; of a split, for each share.
        into: channels that arrive, for every place.
        present: whether the step is there, for every place.
        reads: labels of what it takes; none for what the step before gives.
        labels: of what it gives, where anything asks for it.
        share: name of its weights, where they are shared.
        paths: of a fork or split; the body of a stage.
        join: the word that closes the paths, with the join's axis.
        repeat: how often it runs, for every place.
        name: what its layers are called, where the word does not say it.
    """

    word: str
    args: dict[str, Column] = field(default_factory=dict)
    into: Column = ()
    present: Column = (True,)
    reads: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    share: str = ""
    paths: list[Body] = field(default_factory=list)
    join: tuple[str, Any] = ("", None)
    repeat: Column = (1,)
    name: str = ""

    @property
    def labelled(self) -> bool:
        """Whether it is part of a flow of data that has names."""
        return bool(self.reads or self.labels or self.share)

    def form(self) -> tuple[Any, ...]:
        """What steps have to have in common for being written as one."""
        return (self.word, tuple(self.args), self.reads, self.labels, self.share, self.join, len(self.paths))


def absent(body: Body, count: int, into: Column) -> Body:
    """A path that is in none of so many places."""
    steps = [vacant(step, count, into) for step in body.steps]
    return replace(body, steps=steps, into=into, out=into, present=(False,) * count)


def vacant(step: Step, count: int, into: Column) -> Step:
    """The step for so many places without it."""
    return replace(
        step,
        args=dict.fromkeys(step.args, (ABSENT,) * count),
        into=into,
        present=(False,) * count,
        repeat=(ABSENT,) * count,
        paths=[absent(path, count, into) for path in step.paths],
    )
