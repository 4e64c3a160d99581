"""A page of plots: one HTML file that holds everything, plotly.js too, and asks the network for nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from importlib import resources
from typing import Any

from archdsl.errors import visible
from archdsl.extras import needed_by
from archdsl.viz.plots.figure import colour_axis
from archdsl.viz.plots.kinds import Plot, kind_of
from archdsl.viz.plots.points import Column, Points
from archdsl.viz.text import visible_data

POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; "
    "worker-src blob:; form-action 'none'; base-uri 'none'"
)
"""What the browser holds the page to: no address is ever loaded. WebGL traces of plotly.js compile their loops, which is `unsafe-eval`."""


def page(title: str, plots: Sequence[Plot]) -> str:
    """The page as text.

    Args:
        title: of the page.
        plots: from top to bottom.

    Raises:
        BackendError: plotly is not installed.
        InputError: a cost that is no finite number.
    """
    library = plotly_script()
    data = json.dumps(visible_data(content(plots)), separators=(",", ":"), allow_nan=False, ensure_ascii=False).replace(
        "<", "\\u003c"
    )
    return f"""{head(title, POLICY)}<body>
<main>
<h1>{escape(visible(title))}</h1>
<noscript><p>The plots of this page are drawn by JavaScript.</p></noscript>
</main>
<script type="application/json" id="plots">{data}</script>
<script>{library}</script>
<script>
{_part("page.js")}</script>
</body>
</html>
"""


def head(title: str, policy: str, more: str = "") -> str:
    """A page up to its body: nothing is loaded from anywhere, and it is light or dark as the reader's system is.

    Args:
        title: as it is, to be escaped here.
        policy: what the browser holds the page to.
        more: rules of style after those of all pages.
    """
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>{escape(visible(title))}</title>
<style>
{style()}{more}</style>
</head>
"""


def content(plots: Sequence[Plot]) -> dict[str, Any]:
    """What the page draws: a table for each set of variants, and the figures, which name their table by its place."""
    tables: dict[Points, int] = {}
    made = []
    for plot in plots:
        shown = kind_of(plot).page(plot)
        told = {"title": shown.title, "note": shown.note, "hint": shown.hint, "width": shown.width, "figure": shown.figure}
        table = None if shown.points is None else tables.setdefault(shown.points, len(tables))
        made.append({**told, "table": table, **shown.controls})
    return {"tables": [[_column(column) for column in points.columns.values()] for points in tables], "plots": made}


def _column(column: Column) -> dict[str, Any]:
    kept = {name: getattr(column, name) for name in ("name", "cost", "varies", "places", "words", "word")}
    return kept | {"axis": colour_axis(column)}


def style() -> str:
    """The style sheet: colours by name for light and dark, headings, tables. Pages without plots have it too."""
    return _part("page.css")


def _part(name: str) -> str:
    return resources.files("archdsl.viz.plots").joinpath(name).read_text(encoding="utf-8")


def plotly_script() -> str:
    with needed_by("a page of plots"):
        from plotly.offline import get_plotlyjs
    script: str = get_plotlyjs()
    # A script element ends at its closing tag and is read otherwise after <!--; in the strings of a script \x3c is the same.
    return script.replace("</script", "\\x3c/script").replace("<!--", "\\x3c!--")
