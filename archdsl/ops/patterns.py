"""Patterns of `rearrange`: axes by name, on the left as they arrive, on the right as they leave (the notation of einops).

    c (h p) (w q) -> (h w) (p q c)

Names in parentheses are one axis of the tensor, the last of them changes fastest. Every name stands once on either side; `1` is an
axis of length 1. The batch is not written.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from archdsl.errors import near_miss
from archdsl.ops.errors import ArgumentError

Group = tuple[str, ...]
_TOKEN = re.compile(r"\s*(\(|\)|[A-Za-z_]\w*|1\b|\S)", re.ASCII)
_AXIS = re.compile(r"[A-Za-z_]\w*\Z", re.ASCII)
MAX_AXES = 12


class Pattern(NamedTuple):
    """A pattern: for each axis of the tensor the names that it is made of; none for an axis of length 1."""

    left: tuple[Group, ...]
    right: tuple[Group, ...]

    @property
    def arriving(self) -> Group:
        """All names, in the order in which they arrive."""
        return tuple([name for group in self.left for name in group])

    @property
    def leaving(self) -> Group:
        return tuple([name for group in self.right for name in group])

    @property
    def order(self) -> tuple[int, ...]:
        """For each name as it leaves its place among those that arrive."""
        places = {name: place for place, name in enumerate(self.arriving)}
        return tuple([places[name] for name in self.leaving])

    @property
    def moves(self) -> bool:
        """Whether names change their order."""
        return self.order != tuple(range(len(self.order)))


@lru_cache(maxsize=512)
def parse_pattern(text: str) -> Pattern:
    """A pattern from its text. Raises ArgumentError, with what is wrong in it."""
    sides = text.split("->")
    if len(sides) != 2:
        raise ArgumentError(f"needs one '->' between the axes that arrive and those that leave, '{text}' came")
    left, right = (_side(side) for side in sides)
    pattern = Pattern(left, right)
    for names, others, where in ((pattern.arriving, pattern.leaving, "right"), (pattern.leaving, pattern.arriving, "left")):
        if len(names) > MAX_AXES:
            raise ArgumentError(f"has {len(names)} names, at most {MAX_AXES} are allowed")
        for name in names:
            if names.count(name) > 1:
                raise ArgumentError(f"names the axis '{name}' twice on one side")
            if name not in others:
                hint = near_miss(name, [other for other in others if other not in names])
                raise ArgumentError(f"has the axis '{name}', which is missing on the {where}", hint)
    return pattern


def _side(text: str) -> tuple[Group, ...]:
    groups: list[Group] = []
    inside: list[str] | None = None
    for token in _TOKEN.findall(text):
        if token == "(":
            if inside is not None:
                raise ArgumentError("has a parenthesis inside another")
            inside = []
        elif token == ")":
            if inside is None:
                raise ArgumentError("closes a parenthesis that is not open")
            groups.append(tuple(inside))
            inside = None
        elif token != "1" and not _AXIS.match(token):
            raise ArgumentError(f"has '{token}' in it; axes are names, parentheses and 1", _MEANT.get(token, ""))
        elif inside is not None:
            inside += [token] * (token != "1")
        else:
            groups.append(() if token == "1" else (token,))
    if inside is not None:
        raise ArgumentError("opens a parenthesis that is not closed")
    if not groups:
        raise ArgumentError("has no axes on one side")
    return tuple(groups)


_MEANT = {
    ".": "name every axis; the batch is not written",
    "*": "axes in parentheses are one axis: (h p)",
    ",": "axes stand beside each other, without commas",
}
