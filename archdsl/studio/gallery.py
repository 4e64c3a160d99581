"""What a page can begin with: the networks of the zoo, and the figures and the table of the paper that they began with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from archdsl.exact.shown import jsonable
from archdsl.net import load
from archdsl.spec.locate import zoo_names
from archdsl.spec.starter import starter
from archdsl.studio.drafts import of_zoo
from archdsl.studio.question import Given, Tell

PAPER = "dpnet"
"""The network whose table is shown beside the figures."""
FIGURES = ("fig2", "fig3", "fig4", "fig5")

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def gallery(given: Given, tell: Tell) -> dict[str, Any]:
    """Every network of the zoo: `spec`, its name there; `params` and `macs` as numbers; `year` of its source, None where it has none;
    and what `archdsl list NAME` tells of it (`name`, `source`, `input`, `doc`, `knobs`).
    """
    names = zoo_names()
    networks = []
    for number, spec in enumerate(names):
        tell.progress(number / len(names), spec)
        networks.append(_entry(spec))
    return {"networks": networks}


def picture(given: Given, tell: Tell) -> dict[str, str]:
    """A network of the zoo as `svg`: `{"zoo": name}`.

    Raises:
        InputError: there is no such network.
        BackendError: there is no layout engine.
    """
    return {"svg": _drawn(of_zoo(given))}


def text(given: Given, tell: Tell) -> dict[str, str]:
    """The `text` of a network of the zoo, and the `file` that a page calls it by: `{"zoo": name}`.

    Raises:
        InputError: there is no such network.
    """
    name = of_zoo(given)
    return {"text": load(name).base.source.text, "file": f"zoo:{name}"}


def new(given: Given, tell: Tell) -> dict[str, str]:
    """The `text` that `archdsl new` begins with."""
    return {"text": starter("mine")}


def figures(given: Given, tell: Tell) -> dict[str, Any]:
    """Figs. 2 to 5 of the paper as SVG with their captions, and its Table 1.

    Raises:
        BackendError: there is no layout engine.
    """
    return {"figures": [dict(figure) for figure in _figures()], "table": _table()}


@lru_cache(256)
def _entry(spec: str) -> Mapping[str, Any]:
    net = load(spec)
    bill = net.cost()
    year = _YEAR.search(net.spec.paper or "")
    told = net.about().as_dict()
    kept = {key: told.get(key, "") for key in ("name", "source", "input", "doc")}
    knobs = [{"name": knob["name"], "default": knob["default"], "doc": knob["doc"]} for knob in told["knobs"]]
    numbers = {"params": jsonable(bill.params), "macs": jsonable(bill.macs), "year": int(year[0]) if year else None}
    return {"spec": spec, **kept, **numbers, "knobs": knobs}


@lru_cache(256)
def _drawn(name: str) -> str:
    return load(name).diagram().svg


@lru_cache(1)
def _figures() -> list[dict[str, str]]:
    from archdsl.viz.figures import figures as drawn

    return [{"name": name, "caption": made.drawing.name, "svg": made.svg} for name, made in drawn(FIGURES).items()]


@lru_cache(1)
def _table() -> dict[str, Any]:
    sheet = load(PAPER).printed_table()
    return {"title": sheet.title, "head": list(sheet.head), "rows": sheet.cells(), "numbers": sorted(sheet.numbers)}
