"""A drawing as a Mermaid flowchart, which GitHub, GitLab and many editors draw where it stands in Markdown.

Mermaid arranges the boxes itself. Every text is escaped: what looks like Mermaid, Markdown or HTML in a name is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from archdsl.errors import BackendError
from archdsl.viz.drawing import Box, Cluster, Drawing, Edge
from archdsl.viz.looks import INK, PAPER, TONES
from archdsl.viz.text import clean

MOST_EDGES, MOST_TEXT = 500, 50_000
"""What Mermaid draws by default; a page that shows it may raise its options maxEdges and maxTextSize."""

_SHAPES = {"input": ('(["', '"])'), "output": ('(["', '"])'), "sign": ('(("', '"))'), "block": ('["', '"]')}
_INIT = '%%{init: {"flowchart": {"wrappingWidth": 400, "subGraphTitleMargin": {"bottom": 18}}}}%%'
_CLASSES = (
    "classDef frame fill:none,stroke:#6e7781",
    "classDef operator fill:#dbeafe,stroke:#1f2328,color:#1f2328",
    "classDef plain fill:#ffffff,stroke:#1f2328,color:#1f2328",
    "classDef block fill:#c7d7ea,stroke:#1f2328,color:#1f2328",
    "classDef joint fill:#f1f3f5,stroke:#1f2328,color:#1f2328",
)
_CLASS = {"operator": "operator", "plain": "plain", "block": "block", "split": "joint", "join": "joint", "opaque": "opaque"}
_SPECIAL = re.compile(r"""["#&<>`*~\\\[\]{}|;]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])|\A[-+]|(?<=\A\d)\.|(?<=\A\d\d)[.)]""")


def mermaid(drawing: Drawing, rankdir: str = "TB") -> str:
    """The drawing as the text of a Mermaid flowchart.

    Raises:
        BackendError: it is larger than Mermaid draws.
    """
    edges = list(_without_forks(drawing))
    inside = drawing.inside()
    text = "\n".join(
        [
            _INIT,
            f"flowchart {rankdir}",
            *_filled(inside, "", "  ", rankdir),
            *(f"  {edge.source} -->{_label(edge)} {edge.target}" for edge in edges),
            *_legends(drawing, rankdir),
            *(f"  {line}" for line in (*_CLASSES, *_tones(drawing))),
            "",
        ]
    )
    if len(edges) > MOST_EDGES or len(text) > MOST_TEXT:
        size = f"{len(edges)} arrows and {len(text):,} characters"
        limit = f"{MOST_EDGES} and {MOST_TEXT:,}"
        raise BackendError(f"Mermaid draws at most {limit}, {drawing.name} has {size}; draw less at once with a smaller depth")
    return text


def markdown(drawing: Drawing, rankdir: str = "TB") -> str:
    """The drawing in Markdown. Raises BackendError where it is larger than Mermaid draws."""
    return f"# {_escaped(drawing.name)}\n\n```mermaid\n{mermaid(drawing, rankdir)}```\n"


def _filled(inside: dict[str, list[Box | Cluster]], place: str, indent: str, rankdir: str) -> Iterator[str]:
    """The lines of what is in a cluster. A path is a column without a frame, for which Mermaid has no word: its boxes stand alone.

    A frame that no line leaves would be arranged across the direction of reading if it did not say its own.
    """
    for part in inside[place]:
        if isinstance(part, Cluster):
            framed = part.kind != "path" and part.title
            if framed:
                yield f'{indent}subgraph {part.id}["{_escaped(part.title)}"]'
                yield f"{indent}  direction {rankdir}"
            yield from _filled(inside, part.id, indent + "  " if framed else indent, rankdir)
            if framed:
                yield f"{indent}end"
                yield f"{indent}class {part.id} frame"
        elif part.kind != "fork":
            left, right = _SHAPES.get(part.kind, ('["', '"]'))
            look = part.tone or _CLASS.get(part.kind, "")
            named = f":::{look}" if look else ""
            yield f"{indent}{part.id}{left}{'<br>'.join(map(_escaped, part.lines))}{right}{named}"


def _legends(drawing: Drawing, rankdir: str) -> Iterator[str]:
    """What tones mean, as boxes that have them. The kind of a box is told by its text."""
    for number, legend in enumerate(drawing.legends):
        toned = [(look, words) for look, words in legend.swatches if look in TONES]
        if toned:
            yield f'  subgraph legend{number}["{_escaped(legend.title) or " "}"]'
            yield f"    direction {rankdir}"
            yield from (f'    l{number}_{index}["{_escaped(words)}"]:::{look}' for index, (look, words) in enumerate(toned))
            yield "  end"
            yield f"  class legend{number} frame"


def _tones(drawing: Drawing) -> Iterator[str]:
    """A class for every tone that is in the drawing or its legends, and for opaque steps where there are any."""
    if any(box.kind == "opaque" for box in drawing.boxes):
        yield f"classDef opaque fill:{PAPER},stroke:{INK},color:{INK},stroke-dasharray:5 3"
    used = {box.tone for box in drawing.boxes} | {look for legend in drawing.legends for look, _ in legend.swatches}
    for tone, look in TONES.items():
        if tone in used:
            text, line = look.get("fontcolor", INK), look.get("color", INK)
            dashed = ",stroke-dasharray:5 3" if "dashed" in look.get("style", "") else ""
            double = ",stroke-width:3px" if "peripheries" in look else ""
            fill = look.get("fillcolor", PAPER)
            yield f"classDef {tone} fill:{fill},stroke:{line},color:{text}{dashed}{double}"


def _without_forks(drawing: Drawing) -> Iterator[Edge]:
    """The edges as if tensors parted in the box that made them; the shape stands on the first."""
    forks = {box.id for box in drawing.boxes if box.kind == "fork"}
    into = {edge.target: edge for edge in drawing.edges if edge.target in forks}
    told: set[str] = set()
    for edge in drawing.edges:
        if edge.target in forks:
            continue
        source, label = edge.source, edge.label
        while source in forks:
            before = into[source]
            if before.label and source not in told:
                told.add(source)
                label = before.label
            source = before.source
        yield Edge(source, edge.target, label, edge.passes, into=edge.into)


def _label(edge: Edge) -> str:
    return f'|"{_escaped(edge.text)}"|' if edge.text else ""


def _escaped(text: str) -> str:
    """Text with character codes for everything that Mermaid, Markdown or HTML could take for its own."""
    return _SPECIAL.sub(lambda found: f"#{ord(found[0])};", clean(text))
