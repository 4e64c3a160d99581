"""What kind of number an argument is: numbers of one kind may follow from each other, and go by a short name."""

from __future__ import annotations

CHANNELS, KERNEL, STRIDE, DEPTH, ACT, LENGTH, RATE = "channels", "kernel", "stride", "depth", "activation", "length", "rate"

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
    "height": LENGTH,
    "width": LENGTH,
    "map": LENGTH,
    "rate": RATE,
}
"""Of the arguments of operators, by name; any other is of a kind of its own."""

HINTS: dict[str, str] = {"stride": "s", "start": "first", "stop": "end"}
"""What an argument of a block is called that is handed on to an operator, where not by the operator's own word."""

RESERVED = frozenset(["in", "i", "value", "op", "from", "name", "as", "share", "for", "repeat", "when"])
"""Names that the language has for itself, some of them where a table has its columns."""


def unit_of(word: str, name: str) -> str:
    """The kind of an argument of an operator. What `rearrange` has beside its own are lengths of axes."""
    if word == "rearrange" and name not in ("pattern", "to"):
        return LENGTH
    return UNITS.get(name, name)
