"""What a page asks: a name, plain data, and an answer in plain data that may come in parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

Given = Mapping[str, Any]
"""What a question is asked with: data as JSON has it. It comes from outside, so anything may stand in it."""


class Tell(Protocol):
    """How a question speaks while it is worked out."""

    def part(self, name: str, value: Any) -> None:
        """Send a part of the answer that is known already."""

    def progress(self, share: float, words: str = "") -> None:
        """Say how much is done, from 0 to 1, and in words what is being done."""


class Question(NamedTuple):
    """A question that pages may ask.

    Attributes:
        answer: works it out, in a process of its own. It raises `ArchdslError` where the answer is a message for the person.
        seconds: after which it is stopped.
        heavy: whether it may take longer than a keystroke: it then runs beside the quick ones, with progress, and can be cancelled.
    """

    answer: Callable[[Given, Tell], Any]
    seconds: float = 10.0
    heavy: bool = False
