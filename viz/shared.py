"""What uses one set of weights, in a drawing: boxes and frames that do have one number.

A frame has the number of all that is in it, and what is inside goes without. What is drawn once for several that follow each other
stands for several uses by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from archdsl.ir.graph import Graph
from archdsl.ir.verify import weights_of
from archdsl.viz.drawing import Box, Cluster, Drawing

NOTE = "boxes and frames with one number after “shared” use one set of weights"

Owners = tuple[str, ...]


def sets(graph: Graph) -> dict[str, str]:
    """For every node that shares its weights, the one that owns them among them, the name of the owner."""
    owners = {node.shared for node in graph if node.shared}
    return {node.name: node.owner for node in graph if node.owner in owners}


def marked(drawing: Drawing, graph: Graph) -> Drawing:
    """The drawing with what shares its weights numbered."""
    shared = sets(graph)
    if not shared:
        return drawing
    learning = {node.name for node in graph if weights_of(graph, node)}
    inside: dict[str, list[str]] = {cluster.id: [] for cluster in drawing.clusters}
    around = {cluster.id: cluster.parent for cluster in drawing.clusters}
    found: dict[str, Owners] = {}
    for box in drawing.boxes:
        found[box.id] = _owners(box.nodes, shared, learning)
        place = box.cluster
        while place:
            inside[place] += box.nodes
            place = around[place]
    found |= {c.id: _owners(inside[c.id], shared, learning) for c in drawing.clusters if c.title}
    uses: Counter[Owners] = Counter()
    parts: list[Box | Cluster] = [*drawing.clusters, *drawing.boxes]
    for part in parts:
        uses[found.get(part.id, ())] += part.times
    told = {part.id for part in parts if found.get(part.id) and uses[found[part.id]] > 1}
    numbers: dict[Owners, int] = {}

    def number(part: Box | Cluster, outside: str) -> int:
        place = outside
        while place and place not in told:
            place = around[place]
        return 0 if place or part.id not in told else numbers.setdefault(found[part.id], len(numbers) + 1)

    clusters = tuple([_cluster(c, number(c, c.parent)) for c in drawing.clusters])
    boxes = tuple([_box(box, number(box, box.cluster)) for box in drawing.boxes])
    return replace(drawing, clusters=clusters, boxes=boxes)


def _owners(names: Iterable[str], shared: dict[str, str], learning: set[str]) -> Owners:
    """The owners of the weights in a part; none where some are of nobody else."""
    users = [name for name in names if name in learning]
    return tuple([shared[name] for name in users]) if all(name in shared for name in users) else ()


def _cluster(cluster: Cluster, number: int) -> Cluster:
    return replace(cluster, title=f"{cluster.title}   shared {number}", shared=number) if number else cluster


def _box(box: Box, number: int) -> Box:
    if not number or box.kind == "sign":
        return box
    first, *rest = box.lines
    return replace(box, lines=(f"{first}   shared {number}", *rest), shared=number)
