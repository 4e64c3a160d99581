"""What kind of number an argument is: numbers of one kind may follow from each other, and go by a short name."""

from __future__ import annotations

CHANNELS, KERNEL, STRIDE, DEPTH, ACT = "channels", "kernel", "stride", "depth", "activation"

UNITS: dict[str, str] = {
    "out": CHANNELS,
    "groups": CHANNELS,
    "channels": CHANNELS,
    "start": CHANNELS,
    "stop": CHANNELS,
    "filters": CHANNELS,
    "kernel": KERNEL,
    "stride": STRIDE,
    "nl": ACT,
}
"""Of the arguments of operators, by name; any other is of a kind of its own."""

HINTS: dict[str, str] = {"stride": "s", "start": "first", "stop": "end"}
"""What an argument of a block is called that is handed on to an operator, where not by the operator's own word."""

RESERVED = frozenset(["in", "i", "value"])


def unit_of(word: str) -> str:
    return UNITS.get(word, word)
