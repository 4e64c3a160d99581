"""A drawing as Graphviz DOT: one type size, one line weight, fills that stay apart in grey.

Every text is escaped: what looks like HTML or DOT in a name is shown as it is written.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from archdsl.extras import needed_by
from archdsl.viz.drawing import Box, Drawing, Edge
from archdsl.viz.legend import table
from archdsl.viz.looks import FRAME, INK, KINDS, LINES, PAPER, SIZE, TONES, WIDTH
from archdsl.viz.spine import spines
from archdsl.viz.text import clean
from archdsl.viz.titles import widened

if TYPE_CHECKING:
    import graphviz

LEGEND_WIDTH = 0.092  # the same where digits and signs are many

_GRAPH = {
    "fontname": "Helvetica",
    "fontsize": str(SIZE),
    "fontcolor": INK,
    "bgcolor": PAPER,
    "color": FRAME,
    "style": "rounded",
    "labeljust": "l",
    "newrank": "true",
    "nodesep": "0.3",
    "ranksep": "0.2",
    "pad": "0.1",
}
MANY = 1000  # boxes: above that a layout stops improving early, or it would take minutes
_LESS = {"nslimit": "1", "nslimit1": "1", "mclimit": "0.1"}
_NODE = {
    "fontname": "Helvetica",
    "fontsize": str(SIZE),
    "fontcolor": INK,
    "color": INK,
    "fillcolor": PAPER,
    "shape": "box",
    "style": "filled",
    "margin": "0.1,0.04",
    "height": "0.25",
    "width": "0.5",
}
_EDGE = {"fontname": "Helvetica", "fontsize": str(SIZE), "fontcolor": INK, "color": INK, "arrowsize": "0.6"}

_POINT = {"fillcolor": INK, "penwidth": "0", "width": "0.014", "height": "0.05", "fixedsize": "true"}  # a piece of line


def dot(drawing: Drawing, rankdir: str = "TB", wide: Iterable[str] = ()) -> str:
    """The drawing in the DOT language.

    Args:
        wide: ids of clusters whose frames have room for more than their titles.

    Raises:
        BackendError: the graphviz package is not installed.
    """
    return _Writer(drawing, rankdir, frozenset(wide)).write()


class _Writer:
    """Writes boxes and clusters in the order of the schedule, which engines keep from left to right where they can; then edges.

    Between the paths of a split or fork stands a spine: two points on one line with the box above and the join below, in a frame
    of their own that is not seen. It keeps the columns apart and the trunk straight, and a shortcut runs along it. (Engines bend
    an edge with a label away from a neighbour on its right that belongs to the frame around both; a frame between prevents that.)
    """

    def __init__(self, drawing: Drawing, rankdir: str, wide: frozenset[str]):
        self.drawing = drawing
        self.wide = wide
        self.point = _POINT if rankdir == "TB" else {**_POINT, "width": _POINT["height"], "height": _POINT["width"]}
        effort = _LESS if len(drawing.boxes) > MANY else {}
        self.source = _package().Digraph(graph_attr={**_GRAPH, **effort, "rankdir": rankdir}, node_attr=_NODE, edge_attr=_EDGE)
        self.boxes = {box.id: box for box in drawing.boxes}
        self.inside = drawing.inside()
        self.spines = {pair: f"s{number}" for number, pair in enumerate(spines(drawing))}
        self.straight = {(edge.source, edge.target) for edge in drawing.edges}
        self.through: dict[tuple[str, str], dict[str, str]] = {}  # look of the points on the line of a shortcut
        for edge in drawing.edges:
            colour = LINES.get(edge.tone, {}).get("color")
            self.through.setdefault((edge.source, edge.target), {"fillcolor": colour} if colour else {})
        self.into: dict[str, list[str]] = defaultdict(list)  # where paths part, by the join at which they meet
        for split, join in self.spines:
            self.into[join].append(split)

    def write(self) -> str:
        """DOT source."""
        self.fill(self.source, "")
        edges = self.drawing.edges
        outputs, inputs = Counter(edge.source for edge in edges), Counter(edge.target for edge in edges)
        along: set[str] = set()
        for edge in edges:
            spine = self.spines.get((edge.source, edge.target))
            if spine is not None and spine not in along:
                along.add(spine)
                self.spine(edge, spine, "solid")
                continue
            attributes = {"label": escaped(_shape(edge))} if edge.text else {}
            attributes.update(LINES.get(edge.tone, {}))
            if outputs[edge.source] == 1 and inputs[edge.target] == 1:
                attributes["weight"] = "1000"
            if self.boxes[edge.target].kind == "fork":
                attributes["arrowhead"] = "none"
            self.source.edge(edge.source, edge.target, **attributes)
        for (split, join), spine in self.spines.items():
            if spine not in along:
                self.spine(Edge(split, join), spine, "invis")
        for pair in self.drawing.level:
            with self.source.subgraph() as row:
                row.attr(rank="same")
                for name in pair:
                    row.node(name)
        if self.drawing.legends:
            self.source.attr(label=table(self.drawing.legends, LEGEND_WIDTH * 72), labelloc="b", labeljust="l")
        return str(self.source.source)

    def spine(self, edge: Edge, spine: str, style: str) -> None:
        """The line along a spine. The middle piece takes the length, as it weighs least."""
        label = {"label": escaped(_shape(edge))} if edge.text else {}
        look = {"style": style, **LINES.get(edge.tone, {})}
        a, b = f"{spine}a", f"{spine}b"
        self.source.edge(edge.source, a, weight="2000", arrowhead="none", **look)
        self.source.edge(a, b, weight="1000", arrowhead="none", **look, **label)
        self.source.edge(b, edge.target, weight="2000", **look)

    def fill(self, frame: graphviz.Digraph, place: str) -> None:
        """Add what is in one cluster."""
        parts = self.inside[place]
        here = {part.id: position for position, part in enumerate(parts) if isinstance(part, Box)}
        columns: dict[int, list[tuple[str, str]]] = defaultdict(list)  # spines by the position of the part that they precede
        for join, end in here.items():
            for split in self.into.get(join, ()):
                begin = here.get(split, -1) + 1
                columns[end if (split, join) in self.straight else (begin + end + 1) // 2].append((split, join))
        for position, part in enumerate(parts):
            for pair in columns.get(position, ()):
                spine = self.spines[pair]
                with frame.subgraph(name=f"cluster_{spine}") as column:
                    column.attr(peripheries="0", label="", margin="0")
                    look = self.through.get(pair, {"style": "invis"})
                    column.node(f"{spine}a", "", **{**self.point, **look})
                    column.node(f"{spine}b", "", **{**self.point, **look})
            if isinstance(part, Box):
                look = {**_size(part), **KINDS[part.kind], **TONES.get(part.tone, {})}
                if "style" in TONES.get(part.tone, {}) and part.kind in ("input", "output"):
                    look["style"] += ",rounded"
                frame.node(part.id, escaped(*part.lines), **look)
                continue
            with frame.subgraph(name=f"cluster_{part.id}") as inner:
                if part.kind == "part":
                    inner.attr(peripheries="0", label=escaped(part.title), labelloc="b", labeljust="c", margin="10")
                elif part.kind == "path":
                    inner.attr(peripheries="0", label="", margin="0")
                else:
                    label = widened(clean(part.title)) if part.id in self.wide else part.title
                    inner.attr(peripheries="1", label=escaped(label), margin="10")
                self.fill(inner, part.id)


def _shape(edge: Edge) -> str:
    """The label of an edge, set off from its line. A plain space would be lost in SVG."""
    return f"\u00a0\u00a0{edge.text}"


def _size(box: Box) -> dict[str, str]:
    """The least width: layout engines measure with the font that they know, a browser may have to take a wider one."""
    if box.kind in ("sign", "fork"):
        return {}
    longest = max((len(line) for line in map(clean, box.lines)), default=0)
    return {"width": f"{longest * WIDTH + 0.15:.2f}"} if longest > 5 else {}


def escaped(*lines: str) -> Any:
    """Lines as a label that shows them as they are. `&` goes first: DOT reads HTML entities in plain labels too."""
    graphviz = _package()
    return graphviz.nohtml("\\n".join(graphviz.escape(clean(line).replace("&", "&amp;")) for line in lines))


def _package() -> Any:
    with needed_by("a drawing"):
        import graphviz
    return graphviz
