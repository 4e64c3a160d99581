"""What stands on one line: where paths part, and where they meet again. A shortcut is that line."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from archdsl.viz.drawing import Drawing


def spines(drawing: Drawing) -> Iterator[tuple[str, str]]:
    """Ids of the box where paths part and of the box where all of them meet, in the order in which they meet.

    Where a way from the first box goes past the second, as in a chain of cells that each read two, no line keeps them together.
    """
    inputs: dict[str, list[str]] = defaultdict(list)
    outputs: dict[str, list[str]] = defaultdict(list)
    for edge in drawing.edges:
        inputs[edge.target].append(edge.source)
        outputs[edge.source].append(edge.target)
    order = _order(drawing)
    rank = {name: position for position, name in enumerate(order)}
    above, below = _shared(order, inputs), _shared(order[::-1], outputs)
    for name in order:
        split = meet = above[name]
        while meet and rank[meet] < rank[name]:
            meet = below[meet]
        if len(inputs[name]) > 1 and meet == name:
            yield split, name


def _shared(order: list[str], near: dict[str, list[str]]) -> dict[str, str]:
    """The nearest box on every way to each box, in the direction of `order`: its immediate dominator; "" where there is none."""
    rank = {name: position for position, name in enumerate(order)}
    found: dict[str, str] = {}
    for name in order:
        common = near[name][0] if near[name] else ""
        for other in near[name][1:]:
            common = _meeting(common, other, found, rank)
        found[name] = common
    return found


def _order(drawing: Drawing) -> list[str]:
    """Ids of the boxes, each after all that it reads."""
    outputs: dict[str, list[str]] = defaultdict(list)
    for edge in drawing.edges:
        outputs[edge.source].append(edge.target)
    waiting = Counter(edge.target for edge in drawing.edges)
    ready = [box.id for box in drawing.boxes if not waiting[box.id]]
    for name in ready:  # grows while it is read
        for target in outputs[name]:
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return ready


def _meeting(a: str, b: str, above: dict[str, str], rank: dict[str, int]) -> str:
    """The last box that all ways to two boxes share; "" where there is none (Cooper, Harvey & Kennedy 2001, intersect)."""
    while a != b:
        if not a or not b:
            return ""
        if rank[a] > rank[b]:
            a = above[a]
        else:
            b = above[b]
    return a
