"""The number that takes the place of one that could not be read or does not fit, once that has been reported: the symbol `?`.

Whatever is worked out from it has that symbol in it, and what does not fit because of it is no mistake of its own.
"""

from __future__ import annotations

from typing import Any

from archdsl.exact.symbol import Symbol, symbols

(UNKNOWN,) = symbols("?")


def is_doubtful(value: Any) -> bool:
    """Whether a value, or one in a list, follows from an unknown number."""
    if isinstance(value, (list, tuple)):
        return any(map(is_doubtful, value))
    return isinstance(value, Symbol) and "?" in value.knobs
