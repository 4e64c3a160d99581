"""The table of calls of ATen, as torch.export writes them, and what enters a function in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Call = Callable[..., Any]
CALLS: dict[str, Call] = {}
"""By the name of the operator without its overload, what takes the draft and the arguments as ATen has them."""


def call(*names: str) -> Callable[[Call], Call]:
    def register(function: Call) -> Call:
        CALLS.update(dict.fromkeys(names, function))
        return function

    return register
