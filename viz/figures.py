"""The figures of the paper (Zhao & Wang 2022), drawn from the blocks of the zoo.

Each is a spec that calls the blocks, elaborated over symbols, so a figure holds for any width and is drawn anew when a block is
edited. A symbol that is given a number becomes that number. Figures of two parts are also one picture with (a) and (b).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from archdsl.design import Design
from archdsl.errors import InputError, Source, unknown
from archdsl.exact import symbols
from archdsl.spec.load import load_source
from archdsl.spec.model import Spec
from archdsl.spec.report import Report
from archdsl.viz.drawing import Box, Cluster, Drawing, Edge, Legend
from archdsl.viz.picture import Picture
from archdsl.viz.select import first_call
from archdsl.viz.structure import draw


class PaperFigure(NamedTuple):
    """One figure, or one part of a figure.

    Attributes:
        number: as the paper counts it.
        title: what it shows; {paths} and {transition} stand for words that follow from the knobs.
        text: the steps that are drawn, in YAML.
        letters: the symbols in it, each with what it is.
        blocks: the file of the blocks.
        knobs: what the knobs of the blocks are set to, in YAML.
        block: the block whose inside is drawn; "" for all steps.
        folded: whether equal repeats are drawn once.
        transition: the words for {transition}, by the knob of that name; nothing for what is not listed.
    """

    number: str
    title: str
    text: str
    letters: Mapping[str, str]
    blocks: str = "residual"
    knobs: str = ""
    block: str = ""
    folded: bool = True
    transition: Mapping[str, str] = {}

    def spec(self) -> str:
        """The whole spec. The defaults of the letters are never seen: symbols take their place."""
        letters = ", ".join(f"{name}: 64" for name in (*self.letters, "H", "W"))
        knobs = "{" + letters + (f", {self.knobs}" if self.knobs else "") + "}"
        first = next(iter(self.letters))
        return f"archdsl: 1\nimport: [blocks/{self.blocks}]\ninput: [${first}, $H, $W]\nknobs: {knobs}\nnet: {self.text}\n"


_C = {"C": "channels"}
_OWN = {"block": " with its own transition layer", "none": " without transition layer", "stage": " without transition layer"}
_BOTH = {
    "stage": " with one transition layer",
    "none": " with one transition layer",
    "block": " with transition layers of their own and one more",
}
_BESIDE = {"block": "", "none": ", without transition layer", "stage": ", without transition layer"}
FIGURES: dict[str, PaperFigure] = {
    "fig2a": PaperFigure("2(a)", "residual structure", "[basic: {width: $C}]", _C, block="basic"),
    "fig2b": PaperFigure(
        "2(b)",
        "partial residual structure{transition}",
        "[partial_basic: {width: $C}]",
        _C,
        knobs="transition: none",
        block="partial_basic",
        transition={"block": " with a transition layer"},
    ),
    "fig3a": PaperFigure(
        "3(a)",
        "partial residual block{transition}",
        "[partial_basic: {width: $C}]",
        _C,
        knobs="transition: block",
        block="partial_basic",
        transition=_OWN,
    ),
    "fig3b": PaperFigure(
        "3(b)",
        "partial residual blocks{transition}",
        "[{partial_basic: {width: $C}, repeat: 2}, transition]",
        _C,
        knobs="transition: stage",
        folded=False,
        transition=_BOTH,
    ),
    "fig4": PaperFigure(
        "4",
        "DP-block A, {paths} of partial residual structure{transition}",
        "[dp_a: {exp: $E, out: $C}]",
        {"C": "channels", "E": "expansion size"},
        blocks="partial",
        knobs="transition: block",
        block="dp_a",
        transition=_BESIDE,
    ),
    "fig5": PaperFigure(
        "5",
        "DP-block B, {paths}{transition}",
        "[dp_b: {exp: $E, out: $D}]",
        {"C": "channels in", "D": "channels out", "E": "expansion size"},
        blocks="partial",
        knobs="transition: block",
        block="dp_b",
        transition=_BESIDE,
    ),
}
"""By the name of the file."""

PAIRS = {"fig2": ("fig2a", "fig2b"), "fig3": ("fig3a", "fig3b")}
"""Figures of two parts, which stand side by side."""

_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def figure(name: str, folder: Path | None = None, caption: bool = False, **settings: Any) -> Picture:
    """One figure.

    Args:
        name: fig2a, fig2b, fig3a, fig3b, fig4 or fig5; fig2 and fig3 for both parts side by side.
        folder: whose `blocks/` come before those of the zoo.
        caption: whether its caption stands under it.
        settings: knobs of its blocks (`split`, `kernels`), or numbers for its letters (`C=64`).

    Raises:
        InputError: no such figure or knob.
        SpecError: mistakes in the blocks.
    """
    return figures([name], folder, caption, **settings)[name]


def figures(names: Iterable[str] = (), folder: Path | None = None, caption: bool = False, **settings: Any) -> dict[str, Picture]:
    """Several figures by name; all where none is named. Each takes of the settings those that it has a knob for.

    Raises:
        InputError: no such figure, or a setting that none of them has a knob for.
        SpecError: mistakes in the blocks.
    """
    names = list(names) or [*FIGURES, *PAIRS]
    parts = {name: PAIRS.get(name, (name,)) for name in names}
    specs = {part: _spec(part, folder) if part in FIGURES else _unknown(part) for found in parts.values() for part in found}
    known = dict.fromkeys(knob for spec in specs.values() for knob in spec.knobs)
    for setting in settings:
        if setting not in known:
            message, hint = unknown("knob", setting, known)
            raise InputError(f"{message}; {hint}")
    made = {part: _Drawn(FIGURES[part], spec, settings) for part, spec in specs.items()}
    return {name: _picture([made[part] for part in found], caption) for name, found in parts.items()}


def _unknown(name: str) -> NoReturn:
    message, hint = unknown("figure", name, (*FIGURES, *PAIRS))
    raise InputError(f"{message}; {hint}")


def _spec(name: str, folder: Path | None) -> Spec:
    report = Report()
    source = Source(f"figure {name}", FIGURES[name].spec(), None if folder is None else folder / f"{name}.yaml")
    spec = load_source(source, report)
    report.stop()
    return spec


class _Drawn:
    """One part of a figure: its graph, its drawing, and what its caption says."""

    def __init__(self, chosen: PaperFigure, spec: Spec, settings: Mapping[str, Any]):
        given = {name: value for name, value in settings.items() if name in spec.knobs}
        letters = {letter: symbols(letter)[0] for letter in (*chosen.letters, "H", "W")}
        design = Design(spec, {**letters, **given})
        self.graph = design.graph()
        self.number = chosen.number
        self.title = chosen.title.format(
            paths=_paths(design.knobs.get("kernels")), transition=chosen.transition.get(str(design.knobs.get("transition")), "")
        )
        self.letters = {letter: meaning for letter, meaning in chosen.letters.items() if letter not in given}
        nodes, skip = first_call(self.graph, chosen.block) if chosen.block else (None, 0)
        apart = None if chosen.folded else {name: name for name in self.graph.nodes}
        titles = {word: title.text for word, title in spec.titles.items() if title.text is not None}
        self.drawing = draw(self.graph, math.inf, nodes, skip, f"Fig. {self.number}: {self.title}", apart, titles)


def _paths(kernels: Any) -> str:
    """How many paths there are, in words."""
    count = len(kernels) if isinstance(kernels, (list, tuple)) else 0
    word = _COUNTS[count] if count < len(_COUNTS) else str(count)
    return f"{word} path{'' if count == 1 else 's'}"


def _picture(parts: list[_Drawn], caption: bool) -> Picture:
    """One part, or several side by side."""
    drawing = parts[0].drawing
    if len(parts) > 1:
        number = parts[0].number.partition("(")[0]
        words = "; ".join(f"({_letter(part)}) {part.title}" for part in parts)
        drawing = _beside(f"Fig. {number}: {words}", parts)
    if caption:
        letters = {letter: meaning for part in parts for letter, meaning in part.letters.items()}
        words = ", ".join(f"{letter}: {meaning}" for letter, meaning in letters.items())
        title, told = drawing.name, (words,) if words else ()
        if len(parts) > 1:
            title, *lines = drawing.name.partition(":")[0], *(f"({_letter(part)}) {part.title}" for part in parts)
            told = (*lines, *told)
        drawing = replace(drawing, legends=(Legend(title, notes=told),))
    return Picture(drawing, graph=parts[-1].graph, balanced=True)


def _letter(part: _Drawn) -> str:
    return part.number.partition("(")[2].rstrip(")")


def _beside(name: str, parts: list[_Drawn]) -> Drawing:
    """Several drawings as one, each over its letter."""
    boxes: list[Box] = []
    edges: list[Edge] = []
    clusters: list[Cluster] = []
    for part in parts:
        own = _letter(part)
        clusters.append(Cluster(own, "part", f"({own})"))
        drawn = part.drawing
        clusters += [replace(c, id=own + c.id, parent=own + c.parent) for c in drawn.clusters]
        boxes += [replace(box, id=own + box.id, cluster=own + box.cluster) for box in drawn.boxes]
        edges += [replace(edge, source=own + edge.source, target=own + edge.target) for edge in drawn.edges]
    return Drawing(name, tuple(boxes), tuple(edges), tuple(clusters), shares=any(part.drawing.shares for part in parts))
