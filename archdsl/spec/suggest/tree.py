"""What a text holds and where, as far as it can be read: collections with both ends, also of a text that breaks off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import yaml

from archdsl.spec.yaml_problems import first_forbidden

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
KEPT = 4
"""Texts that are kept, since all mistakes of one ask for it."""

MOST = 200_000
"""Events that are looked at."""

Place = tuple[int, int]


@dataclass(slots=True, eq=False)
class Part:
    """A value. `kind`: scalar, list or map; a map holds keys and values in turn. `end` is where it stops, exclusive.

    Attributes:
        text: of a scalar, without quotes.
        plain: whether a scalar stands without quotes.
        flow: whether a collection stands in brackets.
        holder: the collection that it stands in.
    """

    kind: str
    start: Place
    end: Place
    text: str = ""
    plain: bool = False
    flow: bool = False
    items: list[Part] = field(default_factory=list)
    holder: Part | None = None

    @property
    def pairs(self) -> Iterator[tuple[Part, Part | None]]:
        """The keys of a map with their values; a value may be missing at the end of a text that breaks off."""
        for at in range(0, len(self.items), 2) if self.kind == "map" else ():
            yield self.items[at], self.items[at + 1] if at + 1 < len(self.items) else None

    def get(self, key: str) -> Part | None:
        """The value of a key; None where there is none."""
        return next((value for name, value in self.pairs if name.text == key), None)

    def walk(self) -> Iterator[Part]:
        """The part and all within it, without recursion."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting += reversed(part.items)


@lru_cache(KEPT)
def tree(text: str) -> Part | None:
    """The root of a text, or of what can be read of it before it breaks off; None where nothing can. Not to be changed."""
    root: Part | None = None
    open_: list[Part] = []
    for event in _events(text):
        if isinstance(event, (yaml.CollectionEndEvent,)):
            _close(open_.pop(), event)
            continue
        part = _part(event)
        if part is None:
            continue
        if open_:
            part.holder = open_[-1]
            open_[-1].items.append(part)
        elif root is None:
            root = part
        if part.kind != "scalar":
            open_.append(part)
    return root


def key_at(root: Part | None, place: Place) -> tuple[Part, int] | None:
    """The map that has a key at this place, and the number of the key among its items."""
    for part in root.walk() if root is not None else ():
        if part.kind == "map":
            for at in range(0, len(part.items), 2):
                if part.items[at].start == place:
                    return part, at
    return None


def list_at(root: Part | None, place: Place) -> Part | None:
    """The list that begins at this place."""
    found = (part for part in root.walk() if part.kind == "list" and part.start == place) if root is not None else ()
    return next(iter(found), None)


def _events(text: str) -> Iterator[Any]:
    if first_forbidden(text):
        return
    try:
        for number, event in enumerate(yaml.parse(text, Loader=_Loader)):
            if number >= MOST:
                return
            yield event
    except yaml.YAMLError:
        return


def _part(event: Any) -> Part | None:
    if not isinstance(event, (yaml.ScalarEvent, yaml.AliasEvent, yaml.CollectionStartEvent)):
        return None
    start, end = _place(event.start_mark), _place(event.end_mark)
    if isinstance(event, yaml.ScalarEvent):
        return Part("scalar", start, end, event.value, plain=not event.style)
    if isinstance(event, yaml.AliasEvent):
        return Part("scalar", start, end, f"*{event.anchor}")
    return Part("list" if isinstance(event, yaml.SequenceStartEvent) else "map", start, end, flow=bool(event.flow_style))


def _close(part: Part, event: Any) -> None:
    """A collection in brackets ends behind its bracket, one of lines behind its last value."""
    part.end = _place(event.end_mark) if part.flow or not part.items else part.items[-1].end


def _place(mark: Any) -> Place:
    return mark.line, mark.column
