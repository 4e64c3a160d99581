"""What programs take of recurrent layers: the states at all tokens, or those at the end of the last layer (see `idioms`).

ATen gives the ends of all layers at once; of these the language has the last layer's.
"""

from __future__ import annotations

import operator
from typing import Any

from torch import fx

from archdsl.importer.idiom import Idiom, is_call

LAYERS = {"lstm": "lstm", "gru": "gru"}


def states(node: fx.Node) -> Idiom | None:
    """The first of what a recurrent layer gives: the last layer's states at all tokens."""
    found = _part(node, 0)
    return None if found is None else Idiom(f"{found.target.__name__.partition('.')[0]}_states", found.args)


def ends(node: fx.Node) -> Idiom | None:
    """The second, one end of each layer and direction, where all of them or a part of them is the last layer's."""
    if (found := _part(node, 1)) is not None:
        return Idiom(_ends_of(found), found.args) if _layers(found) == 1 else None
    if not is_call(node, "select", "slice") or len(node.args) < 3 or node.args[1] != 0:
        return None
    found = _part(node.args[0], 1)
    if found is None or _layers(found) == 1:
        return None
    ways = 2 if found.args[7] else 1
    count = _layers(found) * ways
    start, stop, step = _range(node, count)
    if start < count - ways or step != 1:
        return None
    picked: tuple[Any, ...] = (start - count + ways, stop - count + ways, is_call(node, "select"))
    return Idiom(f"{_ends_of(found)}_of_last", (*found.args, *picked))


def _part(node: Any, place: int) -> Any:
    """The recurrent layer of whose results a node is one."""
    if not isinstance(node, fx.Node) or node.target is not operator.getitem or node.args[1] != place:
        return None
    made = node.args[0]
    return made if is_call(made, *LAYERS) and len(made.args) == 9 else None  # type: ignore[union-attr]


def _ends_of(found: fx.Node) -> str:
    return f"{LAYERS[found.target.__name__.partition('.')[0]]}_ends"  # type: ignore[union-attr]


def _layers(found: fx.Node) -> int:
    count = found.args[4]
    assert isinstance(count, int)
    return count


def _range(node: fx.Node, count: int) -> tuple[int, int, int]:
    """Which of so many places a select or slice takes: from, to before, and the step."""
    index: Any = node.args[2]
    if is_call(node, "select"):
        start = index % count
        return start, start + 1, 1
    stop: Any = node.args[3] if len(node.args) > 3 and node.args[3] is not None else count
    step: Any = node.args[4] if len(node.args) > 4 else 1
    return slice(index, stop).indices(count)[0], slice(index, stop).indices(count)[1], step
