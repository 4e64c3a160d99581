"""What uses one set of weights, in a drawing: boxes and frames that do have one number.

A frame has the number of all that is in it, and what is inside goes without. What is drawn once for several that follow each other
stands for several uses by itself.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from archdsl.ir.graph import Graph
from archdsl.ir.verify import weights_of
from archdsl.viz.drawing import Box, Cluster, Drawing

NOTE = "a number after “shared” stands for one set of weights"

Owners = tuple[str, ...]


def sets(graph: Graph) -> dict[str, str]:
    """For every node that shares its weights, the one that owns them among them, the name of the owner."""
    owners = {node.shared for node in graph if node.shared}
    if not owners:
        return {}
    return {node.name: node.owner for node in graph if node.owner in owners}


def marked(drawing: Drawing, graph: Graph) -> Drawing:
    """The drawing with what shares its weights numbered, in the order of the schedule."""
    shared = sets(graph)
    if not shared:
        return drawing
    found = _Uses(drawing, shared, {node.name for node in graph if weights_of(graph, node)}).numbered()
    clusters = tuple([replace(c, title=f"{c.title}   {found[c.id]}") if c.id in found else c for c in drawing.clusters])
    boxes = tuple([_box(box, found[box.id]) if box.id in found else box for box in drawing.boxes])
    return replace(drawing, clusters=clusters, boxes=boxes, shares=bool(found))


def _box(box: Box, text: str) -> Box:
    return replace(box, lines=(f"{box.lines[0]}   {text}", *box.lines[1:]))


class _Uses:
    """Which parts of a drawing use the same weights.

    Args:
        shared: as from `sets`.
        learning: names of the nodes with weights.
    """

    def __init__(self, drawing: Drawing, shared: dict[str, str], learning: set[str]):
        self.drawing = drawing
        self.around = {cluster.id: cluster.parent for cluster in drawing.clusters}
        inside: dict[str, list[str]] = {cluster.id: [] for cluster in drawing.clusters}
        self.within: dict[str, Owners] = {}  # owners of all that a part shares
        whole: dict[str, Owners] = {}  # the same for parts that share all their weights
        for box in drawing.boxes:
            for place in self._frames(box):
                inside[place] += box.nodes
        parts: list[Box | Cluster] = [*(cluster for cluster in drawing.clusters if cluster.title), *drawing.boxes]
        for part in parts:
            users = [name for name in (part.nodes if isinstance(part, Box) else inside[part.id]) if name in learning]
            self.within[part.id] = tuple([shared[name] for name in users if name in shared])
            if len(self.within[part.id]) == len(users):
                whole[part.id] = self.within[part.id]
        times: Counter[Owners] = Counter()
        for part in parts:
            times[whole.get(part.id, ())] += part.times
        self.told = {name: owners for name, owners in whole.items() if owners and times[owners] > 1}

    def numbered(self) -> dict[str, str]:
        """The text of each part that has one, by its id."""
        marked = {box.id: self._marked(box) for box in self.drawing.boxes if self.within[box.id] and box.kind != "sign"}
        alone = {owner for name in marked.values() if name not in self.told for owner in self.within[name]}
        numbers: dict[Owners, int] = {}
        found: dict[str, str] = {}
        for name in dict.fromkeys(marked.values()):
            single = [(owner,) for owner in self.within[name] if owner in alone]
            keys = dict.fromkeys([self.told[name], *single] if name in self.told else single)
            found[name] = f"shared {', '.join(str(numbers.setdefault(key, len(numbers) + 1)) for key in keys)}"
        return found

    def _marked(self, box: Box) -> str:
        """The part that is marked for a box: the outermost frame around it that shares all it has, or the box itself."""
        return next((place for place in reversed(self._frames(box)) if place in self.told), box.id)

    def _frames(self, box: Box) -> list[str]:
        """The frames around a box, the innermost first."""
        found = []
        place = box.cluster
        while place:
            found.append(place)
            place = self.around[place]
        return found
