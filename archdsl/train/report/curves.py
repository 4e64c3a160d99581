"""Loss, top-1 and learning rate over the epochs, as SVG that takes its colours from the page."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from archdsl.train.record import Epoch, Record
from archdsl.train.report.scale import Scale, around, from_zero, whole
from archdsl.train.report.words import percent

LEFT, RIGHT, TOP, BOTTOM, HEIGHT = 70, 20, 14, 48, 300
"""Pixels around the curves, and of a chart from top to bottom, where it is drawn in its own size."""

WIDE, NARROW = 520, 330
DOTTED = 40
"""Epochs up to which each has a dot; a value without neighbours always has one."""


@dataclass(frozen=True)
class Line:
    """One curve.

    Attributes:
        name: test, train, or "" where there is only one.
        points: epoch and value; not every epoch has one.
    """

    name: str
    points: tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Chart:
    """Curves on common axes.

    Attributes:
        title: what the values are.
        write: a value in words.
        tick: a value at the axis.
        note: a line below.
    """

    title: str
    lines: tuple[Line, ...]
    scale: Scale
    write: Callable[[float], str]
    tick: Callable[[float], str]
    width: int
    note: str = ""


def curves(record: Record) -> str:
    """The charts, and the epochs as a table; nothing where there is no epoch."""
    if not record.epochs:
        return ""
    charts = "\n".join(_figure(chart, record.epochs) for chart in _charts(record))
    return f'<h2>Curves</h2>\n<div class="charts">\n{charts}\n</div>\n{_table(record.epochs)}'


def _charts(record: Record) -> list[Chart]:
    epochs = record.epochs
    tested = [(one.number, one.test) for one in epochs if one.test is not None]
    made = []
    smooth = record.recipe.get("label_smoothing")
    note = f"That of training is with label smoothing {smooth:g}." if smooth else ""
    lines = _lines([(n, test.loss) for n, test in tested], [(one.number, one.loss) for one in epochs])
    if values := _values(lines):
        scale = from_zero(values, log=True)
        title = f"loss{' (logarithmic)' if scale.log else ''}"
        made.append(Chart(title, lines, scale, _four_digits, _short, WIDE, note))
    lines = _lines([(n, test.top1) for n, test in tested], [(one.number, one.top1) for one in epochs])
    if values := _values(lines):
        note = "Training images are counted as they were augmented, while the weights changed."
        made.append(Chart("top-1", lines, around(values, 1.0), percent, lambda value: f"{100 * value:.4g} %", WIDE, note))
    lines = _lines([], [(one.number, one.rate) for one in epochs])
    if values := _values(lines):
        lines = (Line("", lines[0].points),)
        note = "At the last step of each epoch."
        made.append(Chart("learning rate", lines, from_zero(values), _four_digits, _short, NARROW, note))
    return made


def _lines(test: Sequence[tuple[int, float]], train: Sequence[tuple[int, float]]) -> tuple[Line, ...]:
    """Those that have a finite value."""
    finite = (Line(name, tuple(p for p in points if math.isfinite(p[1]))) for name, points in (("test", test), ("train", train)))
    return tuple(line for line in finite if line.points)


def _values(lines: Sequence[Line]) -> list[float]:
    return [value for line in lines for _, value in line.points]


def _figure(chart: Chart, epochs: Sequence[Epoch]) -> str:
    key = "".join(
        f'<span class="key"><svg width="34" height="12" aria-hidden="true"><path class="line {line.name}" d="M1 6H33"/>'
        f'<circle class="dot {line.name}" cx="17" cy="6" r="3.5"/></svg>'
        f"{line.name or 'last'} <b>{chart.write(line.points[-1][1])}</b></span>"
        for line in chart.lines
    )
    note = f'<p class="note">{chart.note}</p>' if chart.note else ""
    kind = "chart" if chart.width == WIDE else "chart small"
    return (
        f'<figure class="{kind}">\n<figcaption><h3>{chart.title}</h3>{key}</figcaption>\n{_svg(chart, epochs)}\n{note}</figure>'
    )


def _svg(chart: Chart, epochs: Sequence[Epoch]) -> str:
    across = whole(epochs[0].number, epochs[-1].number)
    inner, deep = chart.width - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(epoch: float) -> float:
        return round(LEFT + across.share(epoch) * inner, 1)

    def y(value: float) -> float:
        return round(TOP + (1 - chart.scale.share(value)) * deep, 1)

    floor, end = TOP + deep, chart.width - RIGHT
    parts = [f'<svg viewBox="0 0 {chart.width} {HEIGHT}" role="img" aria-label="{chart.title} over the epochs">']
    for tick in chart.scale.ticks:
        parts.append(f'<path class="grid" d="M{LEFT} {y(tick):g}H{end}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 8}" y="{y(tick) + 4.5:g}" text-anchor="end">{chart.tick(tick)}</text>')
    for tick in across.ticks:
        parts.append(f'<path class="grid" d="M{x(tick):g} {floor}v5"/>')
        parts.append(f'<text class="tick" x="{x(tick):g}" y="{floor + 20}" text-anchor="middle">{tick:g}</text>')
    parts.append(f'<path class="rule" d="M{LEFT} {floor}H{end}"/>')
    parts.append(f'<text class="axis" x="{LEFT + inner / 2:g}" y="{HEIGHT - 6}" text-anchor="middle">epoch</text>')
    for line in reversed(chart.lines):  # that of the test above that of training
        places = [(x(epoch), y(value)) for epoch, value in line.points]
        parts.append(f'<path class="line {line.name}" d="M{"L".join(f"{a:g} {b:g}" for a, b in places)}"/>')
        if len(epochs) <= DOTTED or len(places) == 1:
            parts += [f'<circle class="dot {line.name}" cx="{a:g}" cy="{b:g}" r="3.5"/>' for a, b in places]
    parts += _bands(chart, epochs, x, (TOP, deep))
    return "\n".join([*parts, "</svg>"])


def _bands(chart: Chart, epochs: Sequence[Epoch], x: Callable[[float], float], extent: tuple[int, int]) -> list[str]:
    """A column for each epoch, which tells its values under the pointer."""
    top, deep = extent
    half = (x(epochs[-1].number) - x(epochs[0].number)) / max(1, len(epochs) - 1) / 2 or 40
    found = [(line.name, dict(line.points)) for line in chart.lines]
    made = []
    for one in epochs:
        told = [f"{name or chart.title} {chart.write(values[one.number])}" for name, values in found if one.number in values]
        words = ", ".join([f"epoch {one.number}", *told])
        made.append(
            f'<rect class="band" x="{x(one.number) - half:.1f}" y="{top}" width="{2 * half:.1f}" height="{deep}">'
            f"<title>{words}</title></rect>"
        )
    return made


def _table(epochs: Sequence[Epoch]) -> str:
    head = ("epoch", "learning rate", "loss", "top-1", "test loss", "test top-1", "test top-5", "seconds", "images/s", "waited")
    cells = "".join(f'<th class="number">{name}</th>' for name in head)
    rows = "\n".join("<tr>" + "".join(f'<td class="number">{cell}</td>' for cell in _cells(one)) + "</tr>" for one in epochs)
    return (
        '<details class="epochs"><summary>All epochs as a table</summary>\n<div class="rows"><table>\n'
        f"<thead><tr>{cells}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>\n"
        '<p class="note">Waited: share of the seconds of training in which a step waited for data.</p></details>'
    )


def _cells(one: Epoch) -> tuple[str, ...]:
    test = one.test
    tested = (_four_digits(test.loss), percent(test.top1, test.images), percent(test.top5, test.images)) if test else ("", "", "")
    speed = (f"{one.seconds:,.1f}", f"{one.images_per_second:,.0f}", percent(one.waited))
    return str(one.number), _four_digits(one.rate), _four_digits(one.loss), percent(one.top1), *tested, *speed


def _four_digits(value: float) -> str:
    """A number to four digits, a very small one to three and with an exponent."""
    return "0" if value == 0 else f"{value:#.4g}" if abs(value) >= 1e-3 else f"{value:.2e}".replace("e-0", "e-")


def _short(value: float) -> str:
    """A value at an axis, which has room for six characters: 0.005, 2.5e-4."""
    if value == 0 or abs(value) >= 1e-3:
        return f"{value:.4g}"
    digits, _, power = f"{value:.1e}".partition("e")
    return f"{float(digits):g}e{int(power)}"
