"""DP-Net with every block open, from graph to SVG in process, and where the time goes; the same for a chain of blocks of 500 layers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import archdsl
from archdsl.ir.graph import Graph
from archdsl.measure.timing import interleave
from archdsl.viz import View, diagram
from archdsl.viz.dot import dot
from archdsl.viz.layout import lay_out
from archdsl.viz.structure import draw
from archdsl.viz.svg import alone, parsed
from archdsl.viz.titles import cleared

LAYERS = """\
import: [blocks/mobile]
input: [32, 56, 56]
net: [{bottleneck: {exp: "64 + 8*($i % 7)", out: 32}, repeat: 167}]
"""


def steps(graph: Graph) -> dict[str, Callable[[], Any]]:
    """Each step of a drawing, and all of them."""
    drawing = draw(graph, math.inf)
    source = dot(drawing)
    laid = lay_out(source, "svg")
    titles = {box.id: ", ".join(box.nodes) for box in drawing.boxes}

    def finish() -> str:
        root = parsed(laid)
        cleared(root)
        return alone(root, drawing.name, drawing.summary(), titles)

    return {
        "structure": lambda: draw(graph, math.inf),
        "DOT": lambda: dot(drawing),
        "layout": lambda: lay_out(source, "svg"),
        "titles and finish": finish,
        "graph to SVG": lambda: diagram(graph, View(depth="all")).svg,
    }


def report(name: str, graph: Graph, rounds: int) -> None:
    drawing = diagram(graph, View(depth="all")).drawing
    print(f"{name}: {len(drawing.boxes)} boxes, {len(drawing.edges)} arrows, {len(drawing.clusters)} frames")
    timings = interleave(steps(graph), rounds)
    for timing in timings:
        print(f"  {timing}   share {timing.median / timings[-1].median:.2f}")


def main() -> None:
    report("DP-Net", archdsl.load("dpnet").graph(), 15)
    report("501 layers", archdsl.loads(LAYERS, name="chain").graph(), 3)


if __name__ == "__main__":
    main()
