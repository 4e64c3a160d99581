"""What stands on one line: where paths part, and where they meet again. A shortcut is that line."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from archdsl.viz.drawing import Drawing


def spines(drawing: Drawing) -> Iterator[tuple[str, str]]:
    """Ids of the box where paths part and of the box where they meet, in the order in which they meet."""
    inputs: dict[str, list[str]] = defaultdict(list)
    for edge in drawing.edges:
        inputs[edge.target].append(edge.source)
    order = _order(drawing)
    rank = {name: position for position, name in enumerate(order)}
    above: dict[str, str] = {}  # the last box on every way to this one: its immediate dominator
    for name in order:
        sources = inputs[name]
        common = sources[0] if sources else ""
        for other in sources[1:]:
            common = _meeting(common, other, above, rank)
        above[name] = common
        if len(sources) > 1 and common:
            yield common, name


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
