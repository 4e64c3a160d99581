"""The sizes of what arrives at a step, by the names that expressions read: `$height`, `$width`, `$depth`, `$length`, `$tokens`.

An argument, a loop variable or a knob of such a name comes first.
"""

from __future__ import annotations

from typing import Any

from archdsl.exact.unknown import UNKNOWN, is_doubtful
from archdsl.ops.axes import PLACES
from archdsl.ops.shapes import Map, Vector, described, typed

SIZES: dict[str, str] = {
    "height": "height of the map that arrives",
    "width": "width of the map that arrives",
    "depth": "depth of the three-dimensional map that arrives",
    "length": "length of the one-dimensional map that arrives",
    "tokens": "number of tokens that arrive",
}
"""What each name stands for."""

ARRIVING = "what arrives"
"""The shape that arrives, among the values in reach: no name that a spec can write."""


def size_of(shape: Any, name: str) -> Any:
    """One size of a shape. Raises ValueError where it has none of that name; says what it has."""
    if is_doubtful(shape):
        return UNKNOWN
    kind = typed(shape)
    named = _named(kind)
    if name in named:
        return kind.places[named.index(name)]
    has = f"it has {' and '.join(f'${word}' for word in named)}" if named else "it has channels alone"
    raise ValueError(f"no ${name}: {described(kind)} arrives; {has}")


def _named(kind: Any) -> tuple[str, ...]:
    if isinstance(kind, Map):
        return PLACES.get(len(kind.places), ())
    return () if isinstance(kind, Vector) else ("tokens",)
