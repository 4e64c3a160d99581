"""A page of plots: one HTML file that holds everything, plotly.js too, and asks the network for nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from importlib import resources
from typing import Any

from archdsl.errors import BackendError
from archdsl.viz.plots import dots, parallel, scatter, tornado
from archdsl.viz.plots.column import Column, columns
from archdsl.viz.plots.data import Dots, Parallel, Plot, Points, Scatter

POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; "
    "worker-src blob:; form-action 'none'; base-uri 'none'"
)
"""What the browser holds the page to: no address is ever loaded. WebGL traces of plotly.js compile their loops, which is `unsafe-eval`."""

BRUSH = "Drag along an axis to select variants, click the axis to clear it; drag a name to move its axis."


def page(title: str, plots: Sequence[Plot]) -> str:
    """The page as text.

    Args:
        title: of the page.
        plots: from top to bottom.

    Raises:
        BackendError: plotly is not installed.
        InputError: a cost that is no finite number.
    """
    library = _library()
    data = json.dumps(content(plots), separators=(",", ":"), allow_nan=False, ensure_ascii=False).replace("<", "\\u003c")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>{escape(title)}</title>
<style>
{_part("page.css")}</style>
</head>
<body>
<main>
<h1>{escape(title)}</h1>
<noscript><p>The plots of this page are drawn by JavaScript.</p></noscript>
</main>
<script type="application/json" id="plots">{data}</script>
<script>{library}</script>
<script>
{_part("page.js")}</script>
</body>
</html>
"""


def content(plots: Sequence[Plot]) -> dict[str, Any]:
    """What the page draws: a table for each set of variants, and the figures, which name their table by its place."""
    tables: list[dict[str, Column]] = []
    places: dict[Points, int] = {}
    made = []
    for plot in plots:
        if isinstance(plot, (Scatter, Parallel)):
            place = places.setdefault(plot.points, len(tables))
            if place == len(tables):
                tables.append(columns(plot.points))
            made.append(_variants(plot, tables[place]) | {"table": place})
        elif isinstance(plot, Dots):
            heading = {"title": plot.title, "note": plot.note, "hint": ""}
            made.append({**heading, "figure": dots.figure(plot), "table": None, "width": tornado.WIDTH})
        else:
            heading = {"title": f"{plot.title}: {plot.cost}, one step of each setting", "note": plot.note, "hint": ""}
            made.append({**heading, "figure": tornado.figure(plot), "table": None, "width": tornado.WIDTH})
    return {"tables": [[_column(column) for column in table.values()] for table in tables], "plots": made}


def _variants(plot: Scatter | Parallel, known: dict[str, Column]) -> dict[str, Any]:
    points = plot.points
    heading = {"note": _note(points, known), "colour": plot.colour}
    if isinstance(plot, Parallel):
        shown = parallel.axes(points, known)
        hint = BRUSH + (" The front is selected at first." if shown[-1].name == parallel.FRONT else "")
        figure = parallel.figure(shown)
        return {
            "title": f"{points.title}: settings and costs",
            **heading,
            "hint": hint,
            "figure": figure,
            "width": parallel.WIDTH * len(shown),
        }
    drawn = scatter.layers(plot, known)
    axes = [(name, column.name) for name, column in (("x", drawn.x), ("y", drawn.y)) if scatter.positive(column)]
    title = f"{points.title}: {plot.y} against {plot.x}"
    more = {"axes": axes, "logs": drawn.logs, "front": drawn.front, "hint": ""}
    return {"title": title, **heading, **more, "figure": scatter.figure(drawn)}


def _note(points: Points, known: dict[str, Column]) -> str:
    """The note of the caller, or how many variants there are; and what is the same for all."""
    said = points.note or f"{len(points.rows):,} variants" + (
        f", {len(set(points.front)):,} on the front" if points.front else ""
    )
    fixed = [f"{column.name} {column.text(0)}" for column in known.values() if not column.varies and not column.cost]
    return said + (f". The same for all: {', '.join(fixed)}" if fixed else "")


def _column(column: Column) -> dict[str, Any]:
    kept = {name: getattr(column, name) for name in ("name", "cost", "varies", "places", "words", "word")}
    return kept | {"axis": column.axis()}


def _part(name: str) -> str:
    return resources.files("archdsl.viz.plots").joinpath(name).read_text(encoding="utf-8")


def _library() -> str:
    try:
        from plotly.offline import get_plotlyjs
    except ImportError:
        raise BackendError("a page of plots needs plotly, which is not installed: pip install 'archdsl[plot]'") from None
    script: str = get_plotlyjs()
    # A script element ends at its closing tag and is read otherwise after <!--; in the strings of a script \x3c is the same.
    return script.replace("</script", "\\x3c/script").replace("<!--", "\\x3c!--")
