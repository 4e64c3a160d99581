"""The text of an expression cut into tokens, and the error that says where in it a mistake stands."""

from __future__ import annotations

import re
from typing import NamedTuple

from archdsl.errors import Fix, Hint, Mark

MAX_LENGTH = 1000
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?(?:[eE][-+]?\d{1,2})?|\.\d+)|\$(?P<name>[A-Za-z_]\w*)|(?P<word>[A-Za-z_]\w*)"
    r"|(?P<string>\"[^\"]*\"|'[^']*')|(?P<sign>\*\*|//|==|!=|<=|>=|[-+*/%<>()\[\],~]))",
    re.ASCII,
)
_FOREIGN = {
    "=": ("==", "write == to compare"),
    "&": (" and ", "write and"),
    "|": (" or ", "write or"),
    "!": ("not ", "write not"),
    "^": ("**", "write ** for a power"),
}
"""By a sign of other languages what stands for it here, and the hint."""
_NO_NAME = "a name follows the $: letters, digits and _"


class ExpressionError(Exception):
    """A mistake inside an expression.

    Attributes:
        start, end: the part of the expression's text that is wrong.
        mark: its place in the spec, once that is known.
    """

    def __init__(self, message: str, start: int, end: int, hint: str = "", mark: Mark | None = None):
        super().__init__(message)
        self.message, self.start, self.end, self.hint, self.mark = message, start, end, hint, mark


class Token(NamedTuple):
    """One token. `kind`: number, name (`$width`, text without the sign), word, string, sign, or end."""

    kind: str
    text: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """The tokens of an expression, with an `end` after the last.

    Raises:
        ExpressionError: too long, or a character that begins no token.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"an expression has at most {MAX_LENGTH} characters", 0, 1)
    found: list[Token] = []
    stripped = text.rstrip()
    at = 0
    while at < len(stripped):
        match = _TOKEN.match(stripped, at)
        if not match:
            start = at + len(stripped[at:]) - len(stripped[at:].lstrip())
            sign = stripped[start]
            end = start + 2 if stripped[start : start + 2] in ("&&", "||") else start + 1
            raise ExpressionError(f"unexpected '{sign}'", start, end, _NO_NAME if sign == "$" else _foreign(stripped[start:end]))
        kind = str(match.lastgroup)
        found.append(Token(kind, match[kind], match.start(kind) - (kind == "name"), match.end()))
        at = match.end()
    found.append(Token("end", "", len(stripped), len(stripped) + 1))
    return found


def _foreign(sign: str) -> str:
    if sign[0] not in _FOREIGN:
        return ""
    text, hint = _FOREIGN[sign[0]]
    return Hint(hint, Fix("write", sign, text))
