"""Long lines of source, as `ruff format` lays them out."""

from __future__ import annotations

import re
from collections.abc import Iterator

WIDTH = 120
_CALLS = re.compile(r"(?<=[\w)])\.(?=(?:reshape|permute|contiguous|transpose|flatten|unflatten)\()")


def added(depth: int, head: str, function: str, given: list[str]) -> Iterator[str]:
    """A module that a loop adds under a numbered name."""
    line = " " * depth + head + f"{function}({', '.join(given)}))"
    if len(line) <= WIDTH:
        yield line
        return
    yield from laid_out(f"{' ' * depth}block = {function}(", given, ")", depth)
    yield " " * depth + head + "block)"


def chained(head: str, text: str) -> Iterator[str]:
    """An expression on one line, or with a line for each of its calls where it is a long chain of them."""
    calls = _CALLS.split(text)
    if len(head + text) <= WIDTH or len(calls) < 3:
        yield head + text
        return
    depth = " " * (len(head) - len(head.lstrip()))
    yield f"{head}("
    yield f"{depth}    {calls[0]}.{calls[1]}"
    yield from (f"{depth}    .{call}" for call in calls[2:])
    yield f"{depth})"


def laid_out(head: str, given: list[str], close: str, depth: int) -> Iterator[str]:
    """A call on one line, or with its arguments on a line, or with a line for each."""
    line = head + ", ".join(given) + close
    inner = " " * (depth + 4)
    if len(line) <= WIDTH:
        yield line
    elif len(inner + ", ".join(given)) <= WIDTH and head.endswith("("):
        yield from (head, inner + ", ".join(given), " " * depth + close)
    elif head.endswith("("):
        yield head
        for argument in given:
            yield from _item(inner, argument)
        yield " " * depth + close
    else:
        yield from _item(head, ", ".join(given), "")


def _item(head: str, text: str, comma: str = ",") -> Iterator[str]:
    """An argument, or what a name is given, on one line; a tuple with a line for each of its numbers where it is long."""
    name, bracket, numbers = text.partition("(")
    if len(head + text + comma) <= WIDTH or not bracket or not numbers.endswith(")") or name.rstrip("=").count("="):
        yield f"{head}{text}{comma}"
        return
    depth = " " * (len(head) - len(head.lstrip()))
    yield f"{head}{name}("
    yield from (f"{depth}    {number.strip()}," for number in numbers[:-1].split(",") if number.strip())
    yield f"{depth}){comma}"
