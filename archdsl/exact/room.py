"""How many array elements a computation may make, so that a grid of any size is worked out in bounded memory.

Nothing is bounded unless `Room` is entered. What does not fit raises `TooLarge`; the grid is then cut and its halves are worked
out one after the other.
"""

from __future__ import annotations

from types import TracebackType

FREE = 4096
"""Elements of arrays that are not counted: smaller ones are many and weigh little."""

_stack: list[Room] = []


class TooLarge(Exception):
    """Arrays of a grid would take more than the room that there is. `knobs`: those that the largest array depends on."""

    def __init__(self, knobs: frozenset[str] = frozenset()):
        super().__init__("the arrays of the grid are too large")
        self.knobs = knobs


class Room:
    """A context in which at most so many array elements are made."""

    def __init__(self, elements: int):
        self.left = elements

    def __enter__(self) -> Room:
        _stack.append(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        _stack.remove(self)


def spend(elements: int, knobs: frozenset[str] = frozenset()) -> None:
    """Count elements that are about to be made. Raises TooLarge where they do not fit."""
    if elements > FREE and _stack:
        room = _stack[-1]
        room.left -= elements
        if room.left < 0:
            raise TooLarge(knobs)
