"""Curves: what costs are along one setting, a panel for each cost; and along a second, a line for each of its values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from archdsl.viz.plots.dots import SYMBOLS
from archdsl.viz.plots.figure import OnPage, PlotlyFigure, axis, layout, text
from archdsl.viz.plots.paper_axes import INK, MARKERS, STAR, OnPaper, is_narrow, number_axis, scale_axis
from archdsl.viz.plots.points import PALETTE, Column, OfVariants, check_known
from archdsl.viz.text import readable, setting

DOTTED = 40
"""Values up to which each has a mark on the line."""

GAP = 0.07
"""Between two panels of a page, as a share of its height."""

START = "as it stands"


@dataclass(frozen=True)
class Curves(OfVariants):
    """Costs along a setting.

    Attributes:
        points: the variants that can be built.
        x: the setting along which the costs are drawn.
        costs: one for each panel, from top to bottom.
        by: a further setting, of which each value has a line; None for one line.
        missing: settings of the variants that cannot be built: gaps of the lines.

    Raises:
        InputError: no such setting or cost.
    """

    x: str
    costs: tuple[str, ...]
    by: str | None = None
    missing: tuple[dict[str, Any], ...] = ()

    def __post_init__(self) -> None:
        for name in (self.x, *([self.by] if self.by is not None else [])):
            check_known("setting", name, self.points.settings)
        for name in self.costs:
            check_known("cost", name, self.points.costs)


class Line(NamedTuple):
    """A line of every panel.

    Attributes:
        name: the value of the further setting; empty where there is one line.
        rows: of the variants on it, from left to right; None for a gap.
    """

    name: str
    rows: tuple[int | None, ...]


def lines(curves: Curves) -> list[Line]:
    """The lines, in the order of the values of the further setting."""
    columns = curves.points.columns
    across, by = columns[curves.x], columns[curves.by] if curves.by is not None else None
    found: dict[int, list[tuple[float, int]]] = {}
    for row, place in enumerate(across.places):
        found.setdefault(by.word[row] if by else 0, []).append((place, row))
    order = sorted(found, key=lambda word: _rank(by, word))
    return [Line(by.words[word] if by else "", tuple(_broken(curves, by, word, sorted(found[word])))) for word in order]


def _rank(by: Column | None, word: int) -> float:
    return 0 if by is None else by.places[by.word.index(word)]


def _broken(curves: Curves, by: Column | None, word: int, there: list[tuple[float, int]]) -> Iterator[int | None]:
    """The rows of a line, a gap where a value between two of them cannot be built."""
    holes: list[float] = []
    if not curves.points.columns[curves.x].categories:
        lost = [row for row in curves.missing if by is None or setting(row[by.name]) == by.words[word]]
        holes = [float(row[curves.x]) for row in lost]
    for place, (at, row) in enumerate(there):
        if place and any(there[place - 1][0] < hole < at for hole in holes):
            yield None
        yield row


def on_page(curves: Curves) -> OnPage:
    """What a page shows."""
    title = f"{curves.title}: {', '.join(curves.costs)} along {curves.x}"
    return OnPage(title, figure(curves), curves.note)


def figure(curves: Curves) -> PlotlyFigure:
    """Traces and layout for plotly. `customdata` of a point is its row."""
    drawn, columns = lines(curves), curves.points.columns
    count, across = len(curves.costs), columns[curves.x]
    height = (1 - GAP * (count - 1)) / count
    traces: list[dict[str, Any]] = []
    panels: dict[str, Any] = {}
    for number, cost in enumerate(curves.costs):
        name = f"y{number + 1}" if number else "y"
        traces += [_trace(curves, line, place, cost, name) for place, line in enumerate(drawn)]
        if curves.points.start is not None:
            traces.append(_start(curves, cost, name, number))
        top = 1 - number * (height + GAP)
        look = {"domain": [max(0.0, top - height), top], "nticks": 5, "tickformat": columns[cost].format}
        panels[f"yaxis{number + 1}" if number else "yaxis"] = axis(columns[cost].label, **look, exponentformat="SI")
    ticks = {"tickvals": [at for at, _ in across.ticks()], "ticktext": [text(word) for _, word in across.ticks()]}
    shown = ticks if across.categories else {"tickformat": across.format, "nticks": 10}
    return {
        "data": traces,
        "layout": layout(
            xaxis=axis(across.label, anchor=f"y{count}" if count > 1 else "y", **shown),
            **panels,
            hovermode="closest",
            hoverlabel={
                "bgcolor": "var(--card)",
                "bordercolor": "var(--rule)",
                "font": {"color": "var(--ink)"},
                "namelength": -1,
            },
            height=120 + 220 * count if count > 1 else 420,
            showlegend=len(drawn) > 1 or curves.points.start is not None,
            legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
        ),
    }


def _trace(curves: Curves, line: Line, place: int, cost: str, panel: str) -> dict[str, Any]:
    columns = curves.points.columns
    across = columns[curves.x]
    few = len(across.values) <= DOTTED
    colour = PALETTE[place % len(PALETTE)]
    name = f"{curves.by} {line.name}" if curves.by else cost
    return {
        "type": "scatter",
        "mode": "markers" if across.categories and curves.by is None else "lines+markers" if few else "lines",
        "name": text(name),
        "legendgroup": text(name),
        "showlegend": bool(curves.by) and panel == "y",
        "x": [None if row is None else across.places[row] for row in line.rows],
        "y": [None if row is None else columns[cost].places[row] for row in line.rows],
        "yaxis": panel,
        "connectgaps": False,
        "line": {"width": 2, "color": colour, **({"dash": "dot"} if across.categories else {})},
        "marker": {"size": 10 if across.categories else 5, "color": colour, "symbol": SYMBOLS[place % len(SYMBOLS)]},
        "customdata": list(line.rows),
        "hoverinfo": "text",
        "hovertext": ["" if row is None else _told(curves, row, cost) for row in line.rows],
    }


def _told(curves: Curves, row: int, cost: str) -> str:
    columns = curves.points.columns
    named = [f"{text(name)} {text(columns[name].text(row))}" for name in (curves.x, *([curves.by] if curves.by else []))]
    value = columns[cost].places[row]
    number = f"{value:,}" if isinstance(value, int) else readable(value)
    return "<br>".join([*named, f"{text(cost)} {number}{' ' + columns[cost].unit if columns[cost].unit else ''}"])


def _start(curves: Curves, cost: str, panel: str, number: int) -> dict[str, Any]:
    columns, row = curves.points.columns, curves.points.start
    assert row is not None
    return {
        "type": "scatter",
        "mode": "markers",
        "name": START,
        "legendgroup": START,
        "showlegend": number == 0,
        "x": [columns[curves.x].places[row]],
        "y": [columns[cost].places[row]],
        "yaxis": panel,
        "marker": {
            "size": 15,
            "symbol": "star-diamond",
            "color": "var(--start)",
            "line": {"width": 1.5, "color": "var(--paper)"},
        },
        "customdata": [row],
        "hoverinfo": "text",
        "hovertext": [f"{START}<br>{_told(curves, row, cost)}"],
    }


def wide(curves: Curves) -> bool:
    """Whether a narrow column has no room for it: many lines have a long legend."""
    return curves.by is not None and len(lines(curves)) > len(MARKERS)


def on_paper(curves: Curves, width: float) -> OnPaper:
    """The panels on paper, one below the other."""
    each = 40 if is_narrow(width) else 50
    return OnPaper(14 + each * len(curves.costs), lambda part: _draw(part, curves))


def _draw(part: Any, curves: Curves) -> None:
    """Draw on a (sub)figure of matplotlib."""
    columns, drawn = curves.points.columns, lines(curves)
    across = columns[curves.x]
    panels = part.subplots(len(curves.costs), 1, sharex=True, squeeze=False)[:, 0]
    for axes, cost in zip(panels, curves.costs, strict=True):
        for place, line in enumerate(drawn):
            at = [float("nan") if row is None else across.places[row] for row in line.rows]
            values = [float("nan") if row is None else float(columns[cost].places[row]) for row in line.rows]
            look = {"color": PALETTE[place % len(PALETTE)], "linewidth": 1, "label": f"{curves.by} {line.name}"}
            mark = MARKERS[place % len(MARKERS)] if across.categories or len(line.rows) <= DOTTED else ""
            axes.plot(at, values, marker=mark, markersize=2.5, linestyle=":" if across.categories else "-", **look)
        if (row := curves.points.start) is not None:
            axes.plot(
                [across.places[row]],
                [columns[cost].places[row]],
                "*",
                markersize=7,
                color=STAR,
                markeredgecolor=INK,
                markeredgewidth=0.3,
            )
        number_axis(axes.yaxis, 4)
        axes.set_ylabel(columns[cost].label)
    if across.categories:
        panels[-1].set_xticks([at for at, _ in across.ticks()], labels=[word for _, word in across.ticks()])
    else:
        scale_axis(panels[-1].xaxis, across, False)
    panels[-1].set_xlabel(across.label)
    part.align_ylabels(panels)
    if len(drawn) > 1:
        handles, labels = panels[0].get_legend_handles_labels()
        part.legend(handles, labels, loc="outside upper left", ncols=3)
