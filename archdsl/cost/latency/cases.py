"""Words for layers, each with the variants of a grid for which it holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from archdsl.exact.truth import Truth

Mask: TypeAlias = "bool | Truth"
Case: TypeAlias = "tuple[str, Mask]"
"""A kind, and where it holds: True, or the variants of a grid."""


def split(cases: Sequence[tuple[str, Mask]], last: str) -> Iterator[Case]:
    """Words by the first condition that holds, and the last word where none does."""
    rest: Mask = True
    for word, condition in cases:
        here = rest & condition
        if here is not False:
            yield word, here
        rest = rest & (not condition if isinstance(condition, bool) else ~condition)
        if rest is False:
            return
    yield last, rest


def joined(cases: Sequence[Case], others: Sequence[Case]) -> list[Case]:
    """Every word of the one with every word of the other, where both hold."""
    found = [(word + other, condition & where) for word, condition in cases for other, where in others]
    return [(word, where) for word, where in found if where is not False]
