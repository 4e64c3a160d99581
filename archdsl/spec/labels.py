"""Names that may hold values, in `name`, `as`, `from` and `stage`, and what they may come to before the values are known."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from archdsl.errors import Mark, near_miss
from archdsl.spec.values import Formula

ANY = "*"
"""In a label after `from`: any text."""

UNREADABLE = ""
"""The text of a label after `from` that could not be read, so that nothing follows from it."""


@dataclass(frozen=True, eq=False)
class Label:
    """A name. `$word` in it stands for a value in reach, `{…}` for that of an expression: `stage$i`, `s{$i+1}`.

    Attributes:
        names: those that it reads.
        parts: the text cut into plain pieces and expressions; none where it reads no name.
        gathers: whether it is given by `as: {append: …}`, so that it stands for all that were given it.
    """

    mark: Mark
    text: str
    names: tuple[str, ...] = ()
    parts: tuple[str | Formula, ...] = ()
    gathers: bool = False

    @cached_property
    def pattern(self) -> str:
        """What it may come to: its text with `*` for each value."""
        if not self.parts:
            return self.text
        return re.sub(r"\*+", ANY, "".join([part if isinstance(part, str) else ANY for part in self.parts]))

    @property
    def alone(self) -> Formula | None:
        """The expression that it is and nothing else: `$p`, `{$inputs}`. After `from` it may hold a list."""
        return self.parts[0] if len(self.parts) == 1 and isinstance(self.parts[0], Formula) else None


def fitting(pattern: str, words: Iterable[str]) -> list[str]:
    """The words that a pattern fits, in their order. `in` is what arrives at a block and fits none."""
    fits = re.compile(".*".join(map(re.escape, pattern.split(ANY))) + r"\Z", re.DOTALL)
    return [word for word in words if word != "in" and fits.match(word)]


def near_pattern(pattern: str, words: Iterable[str]) -> str:
    """The near miss of a pattern that fits nothing, among what labels with numbers begin with."""
    return near_miss(pattern, list(dict.fromkeys([word.rstrip("0123456789*") + ANY for word in words if word != "in"])))


def overlap(a: str, b: str) -> bool:
    """Whether there is a text that two patterns both fit."""
    reached = [True] + [False] * len(b)  # for each length: whether what was read of `a` and so much of `b` have a text
    for place, sign in enumerate(b):
        reached[place + 1] = reached[place] and sign == ANY
    for sign in a:
        row = [reached[0] and sign == ANY]
        for place, other in enumerate(b):
            either = sign == ANY or other == ANY
            row.append((reached[place] and (either or sign == other)) or (either and (reached[place + 1] or row[place])))
        reached = row
    return reached[-1]
