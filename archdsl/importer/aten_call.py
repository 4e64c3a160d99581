"""The table of calls of ATen, as torch.export writes them, and what enters a function in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Call = Callable[..., Any]
CALLS: dict[str, Call] = {}
"""By the name of the operator without its overload, what takes the draft and the arguments as ATen has them."""


def call(*names: str) -> Callable[[Call], Call]:
    def register(function: Call) -> Call:
        CALLS.update(dict.fromkeys(names, function))
        return function

    return register


def pair(value: int | Sequence[int], count: int) -> list[int]:
    """A number for each place, of one for all of them or as many as there are."""
    found = [value] if isinstance(value, int) else list(value)
    return found * count if len(found) == 1 else found
