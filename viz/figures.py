"""The figures of the paper (Zhao & Wang 2022), drawn from the blocks of the zoo.

Each is a spec that calls the blocks, elaborated over symbols, so a figure holds for any width and is drawn anew when a block is
edited. A symbol that is given a number becomes that number.
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
from archdsl.viz.drawing import Legend
from archdsl.viz.picture import Picture
from archdsl.viz.select import first_call
from archdsl.viz.structure import draw


class PaperFigure(NamedTuple):
    """One figure.

    Attributes:
        title: what it shows.
        text: the steps that are drawn, in YAML.
        letters: the symbols in it, each with what it is.
        blocks: the file of the blocks.
        knobs: what the knobs of the blocks are set to, in YAML.
        block: the block whose inside is drawn; "" for all steps.
        folded: whether equal repeats are drawn once.
    """

    title: str
    text: str
    letters: Mapping[str, str]
    blocks: str = "residual"
    knobs: str = ""
    block: str = ""
    folded: bool = True

    def spec(self) -> str:
        """The whole spec. The defaults of the letters are never seen: symbols take their place."""
        letters = ", ".join(f"{name}: 64" for name in (*self.letters, "H", "W"))
        knobs = "{" + letters + (f", {self.knobs}" if self.knobs else "") + "}"
        first = next(iter(self.letters))
        return f"archdsl: 1\nimport: [blocks/{self.blocks}]\ninput: [${first}, $H, $W]\nknobs: {knobs}\nnet: {self.text}\n"


_C = {"C": "channels"}
FIGURES: dict[str, PaperFigure] = {
    "fig2a": PaperFigure("Fig. 2(a): residual structure", "[basic: {width: $C}]", _C, block="basic"),
    "fig2b": PaperFigure(
        "Fig. 2(b): partial residual structure",
        "[partial_basic: {width: $C}]",
        _C,
        knobs="transition: none",
        block="partial_basic",
    ),
    "fig3a": PaperFigure(
        "Fig. 3(a): partial residual block with its own transition layer",
        "[partial_basic: {width: $C}]",
        _C,
        knobs="transition: block",
        block="partial_basic",
    ),
    "fig3b": PaperFigure(
        "Fig. 3(b): partial residual blocks with one transition layer",
        "[{partial_basic: {width: $C}, repeat: 2}, transition]",
        _C,
        knobs="transition: stage",
        folded=False,
    ),
    "fig4": PaperFigure(
        "Fig. 4: DP-block A, dual paths of partial residual structure",
        "[dp_a: {exp: $E, out: $C}]",
        {"C": "channels", "E": "expansion size"},
        blocks="partial",
        knobs="transition: block",
        block="dp_a",
    ),
    "fig5": PaperFigure(
        "Fig. 5: DP-block B, dual paths",
        "[dp_b: {exp: $E, out: $D}]",
        {"C": "channels in", "D": "channels out", "E": "expansion size"},
        blocks="partial",
        knobs="transition: block",
        block="dp_b",
    ),
}
"""By the name of the file."""


def figure(name: str, folder: Path | None = None, **settings: Any) -> Picture:
    """One figure.

    Args:
        name: fig2a, fig2b, fig3a, fig3b, fig4 or fig5.
        folder: whose `blocks/` come before those of the zoo.
        settings: knobs of its blocks (`split`, `kernels`), or numbers for its letters (`C=64`).

    Raises:
        InputError: no such figure or knob.
        SpecError: mistakes in the blocks.
    """
    return _drawn(FIGURES[name], _spec(name, folder), settings) if name in FIGURES else _unknown(name)


def figures(names: Iterable[str] = (), folder: Path | None = None, **settings: Any) -> dict[str, Picture]:
    """Several figures by name; all where none is named. Each takes of the settings those that it has a knob for.

    Raises:
        InputError: no such figure, or a setting that none of them has a knob for.
        SpecError: mistakes in the blocks.
    """
    specs = {name: _spec(name, folder) if name in FIGURES else _unknown(name) for name in names or FIGURES}
    known = dict.fromkeys(knob for spec in specs.values() for knob in spec.knobs)
    for setting in settings:
        if setting not in known:
            message, hint = unknown("knob", setting, known)
            raise InputError(f"{message}; {hint}")
    given = {name: {k: v for k, v in settings.items() if k in spec.knobs} for name, spec in specs.items()}
    return {name: _drawn(FIGURES[name], spec, given[name]) for name, spec in specs.items()}


def _unknown(name: str) -> NoReturn:
    message, hint = unknown("figure", name, FIGURES)
    raise InputError(f"{message}; {hint}")


def _spec(name: str, folder: Path | None) -> Spec:
    report = Report()
    source = Source(f"figure {name}", FIGURES[name].spec(), None if folder is None else folder / f"{name}.yaml")
    spec = load_source(source, report)
    report.stop()
    return spec


def _drawn(chosen: PaperFigure, spec: Spec, settings: Mapping[str, Any]) -> Picture:
    letters = {letter: symbols(letter)[0] for letter in (*chosen.letters, "H", "W")}
    graph = Design(spec, {**letters, **settings}).graph()
    nodes, skip = first_call(graph, chosen.block) if chosen.block else (None, 0)
    drawing = draw(graph, math.inf, nodes, skip, chosen.title, None if chosen.folded else {name: name for name in graph.nodes})
    words = ", ".join(f"{letter}: {meaning}" for letter, meaning in chosen.letters.items() if letter not in settings)
    return Picture(replace(drawing, legends=(Legend(chosen.title, notes=(words,) if words else ()),)), graph=graph)
