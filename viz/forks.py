"""Where tensors part: a dot inside the cluster whose boxes share a tensor from outside, and which edges pass by.

Without the dot, the shortcut of a block would begin at the block before it, and its figure would lie outside of its frame.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace

from archdsl.viz.drawing import Box, Drawing, Edge


def with_forks(drawing: Drawing) -> Drawing:
    """The same drawing with a dot wherever a cluster reads one tensor from outside more than once, and `passes` set."""
    router = _Router(drawing)
    by_tensor: dict[tuple[str, str], list[Edge]] = defaultdict(list)
    for edge in drawing.edges:
        by_tensor[edge.source, edge.node].append(edge)
    for (source_id, _), edges in by_tensor.items():
        router.route(source_id, router.boxes[source_id].cluster, edges)
    boxes = [box for known in drawing.boxes for box in (*router.before[known.id], known)]
    return replace(drawing, boxes=tuple(boxes), edges=tuple(_passing(router.edges, router.boxes)))


class _Router:
    def __init__(self, drawing: Drawing):
        self.boxes: dict[str, Box] = {box.id: box for box in drawing.boxes}
        self.edges: list[Edge] = []
        self.before: dict[str, list[Box]] = defaultdict(list)  # forks by the first box that they lead to
        self.position = {box.id: position for position, box in enumerate(drawing.boxes)}
        parents = {cluster.id: cluster.parent for cluster in drawing.clusters}
        self.chains: dict[str, list[str]] = {"": [""]}  # every cluster with those around it, outermost first
        for cluster in drawing.clusters:
            self.chains[cluster.id] = [*self.chains[parents[cluster.id]], cluster.id]

    def route(self, source: str, place: str, edges: Iterable[Edge]) -> None:
        """Draw the edges of one tensor from a box in the cluster `place`."""
        chain = self.chains[place]
        entered: dict[str, list[Edge]] = defaultdict(list)
        for edge in edges:
            target = self.chains[self.boxes[edge.target].cluster]
            shared = sum(1 for a, b in zip(chain, target, strict=False) if a == b)
            entered[target[shared] if shared < len(target) else f"{edge.target} {len(entered)}"].append(edge)
        for inside in entered.values():
            if len(inside) == 1:
                self.edges.append(replace(inside[0], source=source))
                continue
            cluster = self.shared(inside)
            fork = Box(f"f{len(self.boxes)}", "fork", (), cluster)
            self.boxes[fork.id] = fork
            first = min((edge.target for edge in inside), key=self.position.__getitem__)
            self.before[first].append(fork)
            self.edges.append(replace(inside[0], source=source, target=fork.id, into=""))
            self.route(fork.id, cluster, [replace(edge, label="") for edge in inside])

    def shared(self, edges: list[Edge]) -> str:
        """The innermost cluster that holds the targets of all edges."""
        chains = [self.chains[self.boxes[edge.target].cluster] for edge in edges]
        common: list[str] = [names[0] for names in zip(*chains, strict=False) if len(set(names)) == 1]
        return common[-1]


def _passing(edges: list[Edge], boxes: dict[str, Box]) -> list[Edge]:
    """The edges with `passes` set where one goes straight to a join while another from the same box takes a longer way."""
    targets: dict[str, Counter[str]] = defaultdict(Counter)
    for edge in edges:
        targets[edge.source][edge.target] += 1
    return [replace(e, passes=boxes[e.target].kind in ("join", "sign") and len(targets[e.source]) > 1) for e in edges]
