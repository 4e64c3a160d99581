"""A drawing in text, for tests of what is drawn."""

from __future__ import annotations

from archdsl.viz.drawing import Drawing


def lines(drawing: Drawing) -> list[str]:
    """The text of every box."""
    return [" | ".join(box.lines) for box in drawing.boxes]


def edges(drawing: Drawing) -> list[tuple[str, str, str]]:
    """Edges by the text of their boxes; a fork is •."""
    text = {box.id: " | ".join(box.lines) or "•" for box in drawing.boxes}
    return [(text[edge.source], text[edge.target], edge.label) for edge in drawing.edges]
