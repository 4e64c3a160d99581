"""What stands in brackets up to a place: the collections that are open there, and the beginning of the value."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_TOKEN = re.compile(r"""(?<![^\s\[{,(])(?:"(?:[^"\\]|\\.)*"?|'[^']*'?)|[\[\]{}(),]|:(?=\s|$)|(?:(?<=\s)|^)\#[^\n]*""")


@dataclass(slots=True)
class Frame:
    """A collection that is open.

    Attributes:
        sign: its bracket.
        keys: of a map, those that are complete.
        items: of a list, the texts of those that are complete.
        key: whose value is being written, None before its colon.
        start: where the key, item or value that is being written begins.
    """

    sign: str
    start: int
    keys: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    key: str | None = None


def frames(text: str) -> list[Frame]:
    """The collections that are open at the end of a text that begins with a bracket, outermost first; none where all are closed."""
    open_: list[Frame] = []
    depth = 0  # brackets of an expression
    for token in _TOKEN.finditer(text):
        sign, at = token[0], token.start()
        if sign[0] in "\"'#":
            continue
        inside = bool(open_) and bool(text[open_[-1].start : at].strip())
        if sign == "(" or (sign in "[{" and inside):
            depth += 1
        elif depth and sign in ")]}":
            depth -= 1
        elif sign in ("[", "{"):
            open_.append(Frame(sign, token.end()))
        elif sign in ("]", "}"):
            open_ = open_[:-1]
            if not open_:
                return []
        elif open_ and not depth:
            _sign(open_[-1], text, at)
    return open_


def _sign(frame: Frame, text: str, at: int) -> None:
    """A comma, or the colon behind a key: what was being written is complete."""
    written = text[frame.start : at].strip()
    if text[at] == ":":
        frame.key, frame.start = written.strip("\"'"), at + 1
        return
    if text[at] != ",":
        return
    if frame.sign == "{":
        frame.keys.append(frame.key if frame.key is not None else written)
    else:
        frame.items.append(written)
    frame.key, frame.start = None, at + 1
