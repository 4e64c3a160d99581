"""The tornado chart: what one step of each setting does to a cost, the strongest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from archdsl.errors import clip
from archdsl.viz.plots.figure import WIDTH, OnPage, PlotlyFigure, axis, layout, text
from archdsl.viz.plots.paper_axes import ACCENT, INK, LABEL, OnPaper, label_room, number_axis
from archdsl.viz.text import change_share, readable, signed, tick

Direction = Literal["down", "up"]
NAMES: dict[Direction, str] = {"down": "one step down", "up": "one step up"}
GAP = 0.6
"""Between the bars of two settings, where a bar and its distance to the next is 1."""


@dataclass(frozen=True)
class Bar:
    """What one step of a setting does to a cost.

    Attributes:
        setting: its name.
        down: the step down in words, as "1 → 0.95"; empty where there is none.
        up: the step up, likewise.
        change_down: what is added to the cost, in its unit; None where the step cannot be built.
        change_up: likewise.
    """

    setting: str
    down: str
    up: str
    change_down: float | None
    change_up: float | None


@dataclass(frozen=True)
class Tornado:
    """The effect of one step of each setting on a cost.

    Attributes:
        title: what network it is of.
        cost: its name.
        start: the cost of the network as it stands.
        unit: of the cost, as "bytes"; empty for a count.
        bars: one for each setting, in any order.
        note: a line for the reader.
    """

    title: str
    cost: str
    start: float
    unit: str
    bars: tuple[Bar, ...]
    note: str = ""


@dataclass(frozen=True)
class Step:
    """One bar.

    Attributes:
        direction: whether the setting goes down or up.
        label: the setting and its step, "width 1 → 1.05".
        change: of the cost; None where the step cannot be built.
        words: the change in words, "+203 k (+5.9 %)".
        place: of the bar from the top.
    """

    direction: Direction
    label: str
    change: float | None
    words: str
    place: float


def steps(tornado: Tornado) -> list[Step]:
    """The bars from top to bottom: settings by their strongest effect, of each the step down and then the step up."""
    made: list[Step] = []
    place = 0.0
    for bar in sorted(tornado.bars, key=lambda bar: (-_effect(bar), bar.setting)):
        parts: tuple[tuple[Direction, str, float | None], ...] = (
            ("down", bar.down, bar.change_down),
            ("up", bar.up, bar.change_up),
        )
        given = [part for part in parts if part[1]]
        for direction, words, change in given:
            made.append(Step(direction, clip(f"{bar.setting} {words}", 48), change, _words(tornado, change), place))
            place += 1
        place += GAP if given else 0
    return made


def axis_title(tornado: Tornado) -> str:
    """What the axis says."""
    unit = f" {tornado.unit}" if tornado.unit else ""
    return f"change of {tornado.cost} from {readable(tornado.start)}{unit}"


def reach(made: list[Step], share: float = 0.42) -> tuple[float, float]:
    """Ends of the axis, with a share of it as room beside the longest bars. Zero is always on it."""
    changes = [step.change for step in made if step.change is not None]
    low, high = min([0, *changes]), max([0, *changes])
    room = share * (high - low) or 1
    return low - (room if low else room / 4), high + room


def on_page(tornado: Tornado) -> OnPage:
    """What a page shows."""
    return OnPage(f"{tornado.title}: {tornado.cost}, one step of each setting", figure(tornado), tornado.note, width=WIDTH)


def figure(tornado: Tornado) -> PlotlyFigure:
    """Traces and layout for plotly."""
    made = steps(tornado)
    wide = max(map(abs, reach(made))) >= 1000
    ticks = {"tickvals": [step.place for step in made], "ticktext": [text(step.label) for step in made]}
    return {
        "data": [_trace(made, "down"), _trace(made, "up")],
        "layout": layout(
            xaxis=axis(
                axis_title(tornado),
                tickformat="~s" if wide else "",
                zeroline=True,
                zerolinewidth=1.5,
                range=list(reach(made)),
                nticks=6,
            ),
            yaxis=axis("", **ticks, range=[(made[-1].place if made else 0) + 0.8, -0.8], showgrid=False, ticklabelstandoff=6),
            height=int(150 + 26 * (made[-1].place + 1 if made else 1)),
            bargap=0.15,
            barmode="overlay",
            legend={
                "orientation": "h",
                "x": 0,
                "y": 1.0,
                "yanchor": "bottom",
                "traceorder": "normal",
                "itemclick": False,
                "itemdoubleclick": False,
            },
            annotations=[_words_beside(step) for step in made],
            hovermode=False,
        ),
    }


def _trace(made: list[Step], direction: Direction) -> dict[str, Any]:
    own = [step for step in made if step.direction == direction]
    hatch = {
        "shape": "/",
        "size": 6,
        "solidity": 0.35,
        "fgcolor": "var(--down)",
        "bgcolor": "var(--paper)",
        "fillmode": "replace",
    }
    look = {"color": f"var(--{direction})", "line": {"width": 1.5, "color": f"var(--{direction})"}}
    return {
        "type": "bar",
        "orientation": "h",
        "name": NAMES[direction],
        "x": [step.change or 0 for step in own],
        "y": [step.place for step in own],
        "width": 0.8,
        "marker": look | ({"pattern": hatch} if direction == "down" else {}),
    }


def _words_beside(step: Step) -> dict[str, Any]:
    right = (step.change or 0) >= 0
    place = {"x": step.change or 0, "y": step.place, "xanchor": "left" if right else "right", "xshift": 4 if right else -4}
    return place | {"text": text(step.words), "showarrow": False, "font": {"size": 13}}


def _effect(bar: Bar) -> float:
    return max((abs(change) for change in (bar.change_down, bar.change_up) if change is not None), default=-1)


def _words(tornado: Tornado, change: float | None) -> str:
    if change is None:
        return "cannot be built"
    share = change_share(change, tornado.start) if change else ""
    return f"{signed(change)} ({share})" if share else "no change" if not change else signed(change)


def wide(tornado: Tornado) -> bool:
    """Whether a label is too long for a narrow figure."""
    return any(len(step.label) > LABEL for step in steps(tornado))


def on_paper(tornado: Tornado, width: float) -> OnPaper:
    """The chart on paper."""
    made = steps(tornado)
    height = 18 + 4.2 * (made[-1].place + 1 if made else 1)
    return OnPaper(height, lambda part: _draw(part, tornado, made, label_room(width)))


def _draw(part: Any, tornado: Tornado, made: list[Step], label: int) -> None:
    """Draw on a (sub)figure of matplotlib. A step down is hatched, a step up is filled. Labels are cut to so many characters."""
    axes = part.subplots()
    low, high = reach(made, 0.04)
    looks: dict[str, dict[str, Any]] = {
        "down": {"facecolor": "white", "edgecolor": INK, "hatch": "/////"},
        "up": {"facecolor": ACCENT, "edgecolor": ACCENT},
    }
    for direction, name in NAMES.items():
        own = [step for step in made if step.direction == direction]
        axes.barh([s.place for s in own], [s.change or 0 for s in own], height=0.8, linewidth=0.5, label=name, **looks[direction])
    axes.axvline(0, color=INK, linewidth=0.6)
    axes.set_xlim(low, high)
    axes.set_ylim((made[-1].place if made else 0) + 0.7, -0.7)
    axes.set_yticks([step.place for step in made], labels=[clip(step.label, label) for step in made])
    beside = axes.twinx()  # the changes in words stand in a column of their own, where they always have room
    beside.set_ylim(axes.get_ylim())
    beside.set_yticks([step.place for step in made], labels=[step.words for step in made])
    for side in (axes, beside):
        side.tick_params(axis="y", length=0)
    beside.spines["left"].set_visible(False)
    axes.spines["left"].set_visible(False)
    number_axis(axes.xaxis, 3, lambda value: ("+" if value > 0 else "") + tick(value))
    axes.set_xlabel(axis_title(tornado))
    part.legend(loc="outside upper center", ncols=2)
