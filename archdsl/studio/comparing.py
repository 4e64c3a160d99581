"""Designs side by side: their costs, what differs row by row, and one cost against another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from archdsl.cost.comparing.totals import Value, cost_names, total, unknown_cost
from archdsl.cost.tables.changes import Total
from archdsl.cost.tables.comparison import Comparison, compare, title_of
from archdsl.cost.tables.difference import Difference, difference
from archdsl.errors import ArchdslError, BackendError, InputError
from archdsl.exact.partly import is_partly
from archdsl.exact.shown import jsonable, written
from archdsl.explore.plot import unit_of
from archdsl.net import Net
from archdsl.spec.locate import zoo_names
from archdsl.studio.drafts import named
from archdsl.studio.drawn import drawn, text_in, texts_in
from archdsl.studio.question import Given, Tell

LEAST, MOST = 2, 6
"""Designs that are compared at once."""


def known(given: Given, tell: Tell) -> dict[str, Any]:
    """What can be compared with beside drafts: `zoo`, names of networks."""
    return {"zoo": zoo_names()}


def table(given: Given, tell: Tell) -> dict[str, Any]:
    """Every cost of two to six designs.

    Given `designs`, each a draft or `{"zoo": name}`; `conventions` and `devices`, names, or nothing. Answers `names`, of the designs, and
    `costs`, each `{name, title, cells}` with a cell for each design: its `value` and `words`, the `change` to the first design in words
    and its `share`, and whether it is the `lowest`.
    """
    nets = _nets(given, tell)
    conventions, devices = (tuple(texts_in(given, name)) for name in ("conventions", "devices"))
    found = compare({str(place): net for place, net in enumerate(nets)}, conventions, devices)
    return {"names": _names(nets), "costs": [_cost(found, cost) for cost in found.networks[0].costs]}


def _cost(found: Comparison, cost: str) -> dict[str, Any]:
    first, lowest = found.networks[0].costs[cost], found.lowest(cost)
    cells = []
    for place, network in enumerate(found.networks):
        value = network.costs[cost]
        _, _, _, change, share = Total(cost, first, value).cells()
        same = not place or (not is_partly([first, value]) and value == first)
        told = {"change": "", "share": ""} if same else {"change": change, "share": share}
        cells.append({"value": jsonable(value), "words": found.words(cost, network), **told, "lowest": place in lowest})
    return {"name": cost, "title": title_of(cost), "cells": cells}


def rows(given: Given, tell: Tell) -> dict[str, Any]:
    """What was added, removed and changed from one design to another.

    Given `designs`, two of them. Answers `title`; `head`, `cells` and `numbers` of a table of the rows that differ, which comes first as
    the part `rows`; `notes`; and `picture`, the drawing of both as SVG, or `why` there is none.
    """
    before, after = nets = _nets(given, tell, 2)
    names = _names(nets)
    told = _difference(difference(before, after), names)
    tell.part("rows", told)
    return {**told, **_picture(before, after, names)}


def _difference(found: Difference, names: list[str]) -> dict[str, Any]:
    title = " → ".join(names)
    if not found.rows:
        return {"title": title, "head": [], "cells": [], "numbers": [], "notes": found.notes()}
    sheet = found.sheets()[0]
    return {"title": title, "head": list(sheet.head), "cells": sheet.cells(), "numbers": sorted(sheet.numbers), "notes": []}


def _picture(before: Net, after: Net, names: list[str]) -> dict[str, str]:
    """Both networks in one drawing; why there is none where it cannot be made."""
    from archdsl.viz import difference as picture_of

    try:
        return {"picture": picture_of(before.graph(), after.graph(), titles=(names[0], names[1])).svg, "why": ""}
    except BackendError as error:
        return {"picture": "", "why": str(error)}


def scatter(given: Given, tell: Tell) -> dict[str, Any]:
    """One cost of designs against another.

    Given `designs`; `x` and `y`, costs. Answers the plot as `drawn` does.
    """
    from archdsl.viz.plots import Named, NamedPoint

    nets = _nets(given, tell)
    x, y = text_in(given, "x", "macs"), text_in(given, "y", "params")
    points = []
    for place, (name, net) in enumerate(zip(_names(nets), nets, strict=True)):
        across, up = _known(net, name, x), _known(net, name, y)
        told = Total(x, across, across).cells()[1], Total(y, up, up).cells()[1]
        words = f"{title_of(x)} {told[0]}, {title_of(y)} {told[1]}"
        points.append(NamedPoint(name, float(across), float(up), float(up), float(up), words, place))
    titles = [title_of(cost) + (f" ({unit_of(cost)})" if unit_of(cost) else "") for cost in (x, y)]
    return drawn(Named(f"{title_of(y)} against {title_of(x)}", titles[0], titles[1], tuple(points)))


def _known(net: Net, name: str, cost: str) -> Value:
    if cost not in cost_names() and not cost.startswith(("flops.", "latency.")):
        raise unknown_cost(cost)
    value = total(net, cost)
    if is_partly(value):
        raise InputError(f"{cost} of {name} is not known: the network has opaque steps")
    return value


def _nets(given: Given, tell: Tell, most: int = MOST) -> list[Net]:
    """The designs of a question, each counted. Raises InputError for too few, too many, or one that cannot be read; says which."""
    designs = given.get("designs")
    if not isinstance(designs, Sequence) or isinstance(designs, str) or not LEAST <= len(designs) <= most:
        raise InputError(f"{LEAST} to {most} designs are compared" if most > LEAST else "two designs are compared")
    nets = []
    for place, design in enumerate(designs):
        tell.progress(place / len(designs), f"design {place + 1} of {len(designs)}")
        try:
            net = named(design)
            net.cost()
        except ArchdslError as error:
            raise InputError(f"design {place + 1}: {error}") from error
        nets.append(net)
    return nets


def _names(nets: Sequence[Net]) -> list[str]:
    """The names of designs, each different: what was set stands behind it, and a number where that is not enough."""
    found: list[str] = []
    for net in nets:
        name = net.name
        if name in [other.name for other in nets if other is not net] and net.settings:
            name = f"{name}, {', '.join(f'{key}={written(value)}' for key, value in net.settings.items())}"
        label, number = name, 2
        while label in found:
            label, number = f"{name} ({number})", number + 1
        found.append(label)
    return found
