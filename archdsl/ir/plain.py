"""Plain data from outside, as JSON gives it, read piece by piece; every piece knows its place, for messages."""

from __future__ import annotations

import reprlib
from collections.abc import Iterator
from typing import Any

from archdsl.errors import InputError, clip
from archdsl.exact import exact
from archdsl.ops.arguments import MAX_DIMENSION

DEEPEST = 8
"""Lists within each other that a value of the language may have."""


def brief(value: Any) -> str:
    """Any data in a few characters."""
    try:
        return reprlib.repr(value)
    except ValueError:  # an int of thousands of digits, or something with one in it
        return "a very large number"


class Plain:
    """One piece of data. Each method gives it as what is wanted, or raises InputError with its place."""

    def __init__(self, value: Any, place: str = ""):
        self.value, self.place = value, place

    def wrong(self, wanted: str) -> InputError:
        where = f"{self.place}: " if self.place else ""
        return InputError(f"not a graph of archdsl: {where}{wanted} was expected, {brief(self.value)} came")

    def fields(self, *names: str) -> dict[str, Plain]:
        """A mapping of these keys and no others."""
        if not isinstance(self.value, dict):
            raise self.wrong("a mapping")
        if missing := [name for name in names if name not in self.value]:
            raise InputError(f"not a graph of archdsl: {self.place or 'the file'} has no '{missing[0]}'")
        if more := [name for name in self.value if name not in names]:
            raise InputError(f"not a graph of archdsl: {self.place or 'the file'} has a key {brief(more[0])}, which is not known")
        return {name: Plain(self.value[name], f"{self.place}.{name}".lstrip(".")) for name in names}

    def items(self, wanted: str = "a list", length: int | None = None) -> list[Plain]:
        if not isinstance(self.value, (list, tuple)) or length not in (None, len(self.value)):
            raise self.wrong(wanted)
        return [Plain(item, f"{self.place}[{number}]") for number, item in enumerate(self.value)]

    def __iter__(self) -> Iterator[Plain]:
        return iter(self.items())

    def pairs(self) -> dict[str, Plain]:
        """A mapping of any names."""
        if not isinstance(self.value, dict) or not all(isinstance(name, str) for name in self.value):
            raise self.wrong("a mapping by name")
        return {Plain(name, self.place).text(): Plain(item, f"{self.place}.{clip(name)}") for name, item in self.value.items()}

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.wrong("a text")
        try:
            self.value.encode()
        except UnicodeEncodeError:
            raise self.wrong("a text of whole characters") from None
        return self.value

    def whole(self, least: int, most: int = MAX_DIMENSION) -> int:
        if type(self.value) is not int or not least <= self.value <= most:
            raise self.wrong(
                f"an int from {least} to {most}" if most < MAX_DIMENSION else f"an int, at least {least} and at most 2^40,"
            )
        return self.value

    def plain(self, depth: int = DEEPEST) -> Any:
        """A value of the language as it stands: `~`, true or false, a number, a word, or a list of values."""
        value = self.value
        if isinstance(value, (list, tuple)) and depth:
            return [item.plain(depth - 1) for item in self]
        if isinstance(value, str):
            return self.text()
        if value is not None and not isinstance(value, bool):
            self.exact()
        return value

    def exact(self, depth: int = DEEPEST) -> Any:
        """A value of the language, its numbers exact."""
        if isinstance(self.value, (list, tuple)) and depth:
            return [item.exact(depth - 1) for item in self]
        if self.value is None or isinstance(self.value, (bool, str)):
            return self.value
        if not isinstance(self.value, (int, float)):
            raise self.wrong("a number, a word or a list")
        try:
            return exact(self.value)
        except ValueError:
            raise self.wrong("a number of the language") from None
