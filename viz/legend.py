"""The legend under a drawing: what its boxes and colours mean. As a table in DOT, so that it is in every form of the picture."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape as html_escape

from archdsl.viz.drawing import Drawing, Legend
from archdsl.viz.looks import FRAME, INK, KINDS, PAPER, SIZE, TONES
from archdsl.viz.shared import NOTE as SHARED
from archdsl.viz.text import clean

_WORDS = {
    "operator": "layer with weights",
    "plain": "layer without weights",
    "block": "block, closed",
    "split": "split",
    "join": "join",
    "opaque": "dashed: opaque step, of unknown cost",
}
_SHAPE = re.compile(r"(?:[\d…]+×){0,2}[\d…]+²?×[\d…]+")
_FIRST = re.compile(r"\[:(\d+)\]")
_PROSE = 0.9  # running text has more narrow letters than labels
_SIGNS = {"+": "+ in a circle adds", "×": "× in a circle multiplies"}


def kinds(drawing: Drawing, fills: bool = True) -> Legend:
    """What the boxes and lines of a drawing are. `fills`: whether the fills of boxes say their kind."""
    found = dict.fromkeys(box.kind for box in drawing.boxes)
    swatches = {words: kind for kind in KINDS if fills and kind in found and (words := _WORDS.get(kind))}
    if "split" in swatches and "join" in swatches:  # they look alike
        swatches = {"split or join" if words == "split" else words: kind for words, kind in swatches.items() if words != "join"}
    signs = dict.fromkeys(line for box in drawing.boxes if box.kind == "sign" for line in box.lines)
    notes = [f"{'; '.join(_SIGNS[s] for s in _SIGNS if s in signs)}"] if signs else []
    labels = [edge.label for edge in drawing.edges if edge.label]
    shapes = [label for label in labels if "×" in label and _SHAPE.fullmatch(label)]
    shape = next((label for label in shapes if "²" in label), shapes[0] if shapes else None)
    if shape is not None:
        notes.append(f"{shape} is {_in_words(shape)}")
    first = next((match for label in labels if (match := _FIRST.search(label))), None)
    if first is not None:
        notes.append(f"[:{first[1]}] is channels 0 up to {first[1]} of what is split, [{first[1]}:] those from {first[1]} on")
    if len(labels) < len(drawing.edges) and any("×" in label for label in labels):
        closed = {box.id for box in drawing.boxes if box.kind == "block"}
        same = any(edge.source in closed and not edge.label for edge in drawing.edges)
        notes.append("a line without a shape carries what came in" + "," * same)
        notes += ["or what another line from the same box does"] * same
    elif labels and len(labels) < len(drawing.edges):
        notes.append("a line without a number carries as many channels as came in")
    repeats = [*(box.times for box in drawing.boxes), *(cluster.times for cluster in drawing.clusters)]
    times = next((count for count in repeats if count > 1), 1)
    if times > 1:
        notes.append(f"x {times} is {times} equal ones in a row")
    if drawing.shares:
        notes.append(SHARED)
    return Legend("", tuple((kind, words) for words, kind in swatches.items()), notes=tuple(notes))


def _in_words(shape: str) -> str:
    """What the numbers of a shape are: `16×112²×3` is depth 16, height and width 112, 3 channels."""
    *places, channels = shape.split("×")
    if places[-1].endswith("²"):
        extents = [f"height and width {places.pop()[:-1]}"]
    elif len(places) == 1:
        extents = [f"length {places.pop()}"]
    else:
        extents = [f"height {places[-2]}", f"width {places[-1]}"]
        del places[-2:]
    extents = [*(f"depth {extent}" for extent in places), *extents]
    return ", ".join([*extents, f"{channels} channel{'s' * (channels != '1')}"])


def table(legends: Iterable[Legend], advance: float) -> str:
    """Legends as one HTML-like label of DOT.

    Args:
        advance: points that a character may take.
    """
    rows: list[str] = []
    for legend in legends:
        if legend.title:
            rows.append(_line(legend.title, advance))
        if legend.swatches:
            rows.append(f'<tr><td align="left">{_swatches(legend, advance)}</td></tr>')
        rows += [_line(note, advance) for note in legend.notes]
    return f'<<table border="0" cellborder="0" cellspacing="0" cellpadding="2">{"".join(rows)}</table>>'


def _swatches(legend: Legend, advance: float) -> str:
    """A row of swatches. Its size is fixed, or the engine would stretch them to the width of the longest note."""
    cells = "".join(map(_step if legend.scale else _swatch, legend.swatches, [advance] * len(legend.swatches)))
    widths = [len(words) * advance + (18 if legend.scale else 46) for _, words in legend.swatches]
    size = f'fixedsize="true" width="{sum(widths) + 8:.0f}" height="{26 if legend.scale else 30}" align="left"'
    spacing = 0 if legend.scale else 4
    style = f'border="0" cellborder="1" cellspacing="{spacing}" cellpadding="3" color="{FRAME}"'
    return f"<table {style} {size}><tr>{cells}</tr></table>"


def _line(text: str, advance: float) -> str:
    return f'<tr><td align="left" width="{len(text) * advance * _PROSE:.0f}">{_escaped(text)}</td></tr>'


def _escaped(text: str) -> str:
    """Text for a label of HTML. Engines read backslashes in such labels too."""
    return html_escape(clean(text)).replace("\\", "\\\\")


def _swatch(swatch: tuple[str, str], advance: float) -> str:
    look, words = swatch
    fill = _look(look).get("fillcolor", PAPER)
    width = len(words) * advance
    return f'<td bgcolor="{fill}" width="16">{_mark(look)}</td><td border="0" align="left" width="{width:.0f}">{_escaped(words)}</td>'


def _step(swatch: tuple[str, str], advance: float) -> str:
    look, words = swatch
    attributes = _look(look)
    text = f'<font color="{attributes.get("fontcolor", INK)}">{_escaped(words)}</font>'
    return f'<td bgcolor="{attributes.get("fillcolor", PAPER)}" width="{len(words) * advance + 8:.0f}">{text}</td>'


def drawn(legends: Iterable[Legend], top: float) -> tuple[list[str], float, float]:
    """Legends as pieces of SVG below `top`, with the width and the height that they take, in points."""
    pieces: list[str] = []
    width, y = 0.0, 0.0
    for legend in legends:
        if legend.title:
            y += _DOWN
            pieces.append(_words(0, top + y, legend.title))
            width = max(width, len(legend.title) * _ACROSS)
        x = 0.0
        y += _DOWN * bool(legend.swatches) * 1.3
        for look, words in legend.swatches:
            fill, ink = _look(look).get("fillcolor", PAPER), _look(look).get("fontcolor", INK)
            long = len(words) * _ACROSS * 1.1 + 8
            inside = legend.scale
            wide = long if inside else 16.0
            mark = "" if inside else MARKS.get(look, "")
            pieces.append(
                f'<rect x="{x:.1f}" y="{top + y - 10:.1f}" width="{wide:.1f}" height="13" fill="{fill}" stroke="{FRAME}"/>'
                + (_words(x + 5, top + y, mark, ink) if mark else "")
                + _words(x + (4 if inside else 20), top + y, words, ink if inside else INK)
            )
            x += wide + (0 if inside else long + 10)
        width = max(width, x)
        for note in legend.notes:
            y += _DOWN
            pieces.append(_words(0, top + y, note))
            width = max(width, len(note) * _ACROSS)
    return pieces, width, y


_DOWN, _ACROSS = 15.0, 5.2  # points of a line and of a character of running text


def _words(x: float, y: float, text: str, colour: str = INK) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{SIZE}" fill="{colour}">{html_escape(clean(text), quote=False)}</text>'


MARKS = {"added": "+", "removed": "−", "changed": "~", "running": "→", "alive": "●"}
"""What stands in the text of a box of each tone, so that it is told without colour."""


def _mark(look: str) -> str:
    colour = _look(look).get("fontcolor", INK)
    return f'<font color="{colour}">{MARKS[look]}</font>' if look in MARKS else " "


def _look(name: str) -> dict[str, str]:
    return TONES[name] if name in TONES else KINDS[name]
