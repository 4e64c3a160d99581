"""What a drawing consists of, apart from how it is drawn: boxes, edges and nested clusters with their text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BoxKind = Literal["input", "output", "operator", "plain", "block", "split", "join", "sign", "fork", "opaque"]


@dataclass(frozen=True)
class Box:
    """What is drawn as one box.

    Attributes:
        id: unique within the drawing.
        kind: `plain` is a layer that learns nothing, `sign` a circle with + or ×, `fork` the dot where a tensor parts.
        lines: its text.
        cluster: id of the cluster around it; "" at the outermost level.
        nodes: names of the nodes that it stands for, without those of folded repeats.
        times: how many equal ones it stands for.
        repeats: names of the nodes of folded repeats that it stands for too.
        tone: what sets it apart from others of its kind (`archdsl.viz.looks.TONES`); "" for nothing.
    """

    id: str
    kind: BoxKind
    lines: tuple[str, ...]
    cluster: str = ""
    nodes: tuple[str, ...] = ()
    times: int = 1
    repeats: tuple[str, ...] = ()
    tone: str = ""


@dataclass(frozen=True)
class Edge:
    """A tensor on its way from one box to another.

    Attributes:
        label: its shape; "" where a reader knows it already.
        passes: whether it goes by the layers beside it: a shortcut, or the share of a split that is not learned from.
        node: name of the node that made the tensor.
        tone: what sets it apart from others (`archdsl.viz.looks.LINES`).
        into: which input of a closed block it is, where the block has several.
    """

    source: str
    target: str
    label: str = ""
    passes: bool = False
    node: str = ""
    tone: str = ""
    into: str = ""

    @property
    def text(self) -> str:
        """What stands on the line: `before: 32²×144`."""
        return ": ".join(filter(None, (self.into, self.label)))


@dataclass(frozen=True)
class Cluster:
    """A frame around boxes. `kind` is `stage`, `block`, `path` or `part`.

    A path is a column that has neither frame nor title. A part is one of several pictures in one: no frame, its title below it.
    """

    id: str
    kind: str
    title: str
    parent: str = ""
    times: int = 1


@dataclass(frozen=True)
class Legend:
    """What is written under a drawing.

    Attributes:
        title: what the colours say.
        swatches: a kind or a tone, and its meaning in words.
        scale: whether the swatches are steps of one scale.
        notes: lines of text.
    """

    title: str = ""
    swatches: tuple[tuple[str, str], ...] = ()
    scale: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drawing:
    """Everything that is drawn, in the order of the schedule.

    Attributes:
        legends: one under the other.
        level: pairs of ids of boxes that stand beside each other, at one height.
        shares: whether parts are numbered that use one set of weights.
    """

    name: str
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    clusters: tuple[Cluster, ...]
    legends: tuple[Legend, ...] = ()
    level: tuple[tuple[str, str], ...] = ()
    shares: bool = False

    def inside(self) -> dict[str, list[Box | Cluster]]:
        """What stands directly in each cluster, in the order of the schedule."""
        found: dict[str, list[Box | Cluster]] = {"": [], **{cluster.id: [] for cluster in self.clusters}}
        placed: set[str] = {""}
        around = {cluster.id: cluster for cluster in self.clusters}
        for box in self.boxes:
            missing, place = [], box.cluster
            while place not in placed:
                missing.append(around[place])
                placed.add(place)
                place = around[place].parent
            for cluster in reversed(missing):
                found[cluster.parent].append(cluster)
            found[box.cluster].append(box)
        return found

    def summary(self) -> str:
        """What is drawn, in one sentence."""
        shown = [cluster.title for cluster in self.clusters if cluster.kind != "path" and not cluster.parent]
        inside = f": {', '.join(shown[:12])}{', …' if len(shown) > 12 else ''}" if shown else ""
        return f"{sum(box.kind != 'fork' for box in self.boxes)} boxes, {len(self.edges)} arrows{inside}"
