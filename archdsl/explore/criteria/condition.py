"""Conditions on variants: `params<=3.5M and macs<=120M`, `resolution >= 160 or transition == block`.

A condition is an expression of the language in which costs and settings stand without a sign, and sizes as people write them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np

from archdsl.cost.comparing.totals import cost_names, of_file, unknown_cost
from archdsl.errors import Diagnostic, Mark, Source, SpecError
from archdsl.exact import Disagreement
from archdsl.exact.grid_context import GridContext
from archdsl.explore.grid.chunk import Chunk
from archdsl.spec.arithmetic import truth
from archdsl.spec.expression import Expression, ExpressionError, parse
from archdsl.spec.functions import FUNCTIONS
from archdsl.spec.read_reported import parse_size
from archdsl.spec.tokens import MAX_LENGTH

_PIECE = re.compile(
    r"(?P<text>\"[^\"]*\"|'[^']*'|\d+(?:\.\d+)?[eE][-+]?\d+)|(?P<size>\d+(?:\.\d+)?(?:[KkMGBT]|us|ms|s)\b)|(?P<file>(?:flops|latency)\.[\w-]+)|(?P<name>[A-Za-z_]\w*(?:\.\w+)*)"
)
_WORDS = {"and", "or", "not", "in", "if", "else", "true", "false", "null"}


class Condition:
    """A condition that is parsed once and decided for a chunk of variants at a time.

    Attributes:
        names: costs and settings that it reads.
    """

    def __init__(self, text: str, settings: Iterable[str], words: Iterable[Any] = ()):
        """
        Args:
            settings: names of knobs and of the settings of axes.
            words: words that settings may hold.

        Raises:
            SpecError: a mistake, with its place in the text.
        """
        self.text = text
        self.names: list[str] = []
        if len(text) > MAX_LENGTH:
            raise SpecError(Diagnostic(f"a condition has at most {MAX_LENGTH} characters, {len(text):,} came"))
        self._settings = tuple(settings)
        self._words = {word for word in words if isinstance(word, str)}
        self._source = Source("--where", text)
        rewritten, self._origin = self._rewritten()
        try:
            self._expression: Expression = parse(rewritten)
        except ExpressionError as error:
            raise self._mistake(error) from None

    def __reduce__(self) -> tuple[Any, ...]:
        return Condition, (self.text, self._settings, tuple(self._words))

    def lines(self, chunk: Chunk) -> np.ndarray | None:
        """Numbers of the lines of a chunk for which the condition holds; None where it holds for all.

        Raises:
            SpecError: it cannot be decided: no condition, or a division by zero.
        """
        try:
            with GridContext(_counted(chunk)):
                found = truth(self._expression.evaluate(_Values(chunk, self.names)))
        except ValueError:
            raise self._at("a condition is wanted, as in params<=3.5M", 0, len(self.text)) from None
        except ExpressionError as error:
            raise self._mistake(error) from None
        except Disagreement:
            raise self._at("a division by zero, or an array where one number is wanted", 0, len(self.text)) from None
        if isinstance(found, bool):
            return None if found else np.arange(0)
        return np.flatnonzero(np.broadcast_to(found.mask, (chunk.size,)))

    def _rewritten(self) -> tuple[str, list[int]]:
        """The text as an expression of the language, and for each character of that its place in the text."""
        parts: list[str] = []
        origin: list[int] = []
        at = 0

        def put(new: str, start: int) -> None:
            parts.append(new)
            origin.extend(range(start, start + len(new)) if new == self.text[start : start + len(new)] else [start] * len(new))

        for match in _PIECE.finditer(self.text):
            put(self.text[at : match.start()], at)
            put(self._piece(match), match.start())
            at = match.end()
        put(self.text[at:], at)
        return "".join(parts), [*origin, len(self.text)]

    def _piece(self, match: re.Match[str]) -> str:
        text = match[0]
        if match["text"]:
            return text
        if match["size"]:
            size = parse_size(text)
            assert size is not None
            return f"({size[0]})"
        before = self.text[: match.start()].rstrip()
        if match["name"] and (text in _WORDS or (text in FUNCTIONS and self.text[match.end() :].lstrip().startswith("("))):
            return text
        owner, _, place = text.partition(".")
        element = place.isdigit() and owner in self._settings
        if element or text in self._settings or text in cost_names() or of_file(text):
            if before.endswith("$"):
                raise self._at(f"'{text}' stands without a $ here", match.start() - 1, match.end())
            if text not in self.names:
                self.names.append(text)
            return f"$v{self.names.index(text)}"
        if text in self._words or (match["name"] and before.endswith(("==", "!="))):
            return f'"{text}"'
        error = unknown_cost(text, self._settings)
        message, _, hint = str(error).partition("; ")
        raise self._at(message.replace("unknown cost", "unknown cost or setting"), match.start(), match.end(), hint)

    def _mistake(self, error: ExpressionError) -> SpecError:
        last = len(self._origin) - 1
        start, end = (self._origin[min(place, last)] for place in (error.start, error.end))
        message = re.sub(r"\$v(\d+)", lambda match: self.names[int(match[1])], error.message)
        return self._at(message, start, end, error.hint)

    def _at(self, message: str, start: int, end: int, hint: str = "") -> SpecError:
        return SpecError(Diagnostic(message, Mark(self._source, 0, start, max(end, start + 1)), hint))


def _counted(chunk: Chunk) -> np.ndarray | None:
    """A mask of the lines that count and can be built; None where all do."""
    if chunk.lines is None:
        return None
    found = np.zeros(chunk.size, dtype=bool)
    found[chunk.lines] = True
    return found


class _Values(dict[str, Any]):
    """The columns of a chunk by the names in an expression, each made when it is read."""

    def __init__(self, chunk: Chunk, names: list[str]):
        super().__init__()
        self.chunk, self.names = chunk, names

    def __missing__(self, key: str) -> Any:
        name = self.names[int(key[1:])]
        region = self.chunk.region
        word = self.chunk.word(name)
        if word is None and region.setting(name) is None and name not in region.costs:
            raise ExpressionError(f"'{name}' is neither a number nor a word here", 0, 1, "elements of a list are name.1, name.2")
        found = self[key] = self.chunk.grid(name) if word is None else word
        return found
