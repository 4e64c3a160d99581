"""What every pane of a page shows of a draft: its mistakes, or its bill, knobs and lines, and then its picture."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from archdsl.cost.comparing.blame import blame
from archdsl.cost.comparing.figures import matches, words
from archdsl.cost.comparing.totals import FLOPS, LATENCY, Value, convention_of, device_of, in_words, total
from archdsl.cost.counting.conventions import TOOLS, convention_names
from archdsl.cost.dtypes import USUAL, item_bytes
from archdsl.cost.latency.devices import device_names
from archdsl.cost.memory.peak import memory_of
from archdsl.cost.tables.gutter import gutter
from archdsl.errors import Diagnostic, InputError, SpecError
from archdsl.exact.partly import is_partly
from archdsl.exact.shown import jsonable
from archdsl.net import Net
from archdsl.net.controls import controls
from archdsl.studio.drafts import Draft, draft_of, named, opened, read_draft
from archdsl.studio.problems import problem
from archdsl.studio.question import Given, Tell

KEPT = 32
"""Baselines whose totals a process keeps."""


class Counting(NamedTuple):
    """What a bill is counted in.

    Attributes:
        convention: of FLOPs.
        device: that a latency is predicted on, "" for none.
        dtype: of bytes.
        batch: images.
    """

    convention: str = TOOLS[0]
    device: str = ""
    dtype: str = USUAL
    batch: int = 1

    @property
    def names(self) -> list[str]:
        """The totals of the bill, in the order in which it shows them."""
        latency = [LATENCY + self.device] if self.device else []
        return ["params", "macs", FLOPS + self.convention, "weights", "state", "peak", "moved", "kernels", *latency]

    def of(self, net: Net) -> Net:
        """The network with its costs counted so."""
        return net.typed(self.dtype).batched(self.batch)


def answer(given: Given, tell: Tell) -> dict[str, Any]:
    """Everything about a draft: part `bill`, then part `picture`. Mistakes of the draft are an answer, not a failure.

    Args:
        given: `draft`; `counting`, as `Counting` has it; `baseline`, a draft or a network of the zoo that changes are told against;
            `unfolded`, kind and name of the parts that the picture looks into, all where not given: what a knob that is being moved
            needs, which is quicker.

    Returns:
        `problems`, and `whole`: whether there is a network.

    Raises:
        InputError: the question is malformed, or asks for a convention or device that is not known.
    """
    counting = read_counting(given.get("counting"))
    unfolded = read_unfolded(given.get("unfolded"))
    draft = draft_of(given)
    try:
        net = counting.of(opened(draft))
        counting, why = predictable(net, counting)
        shown = bill(net, counting, given.get("baseline")) | ({"unpredicted": why} if why else {})
    except SpecError as error:
        return {"problems": [problem(found) for found in error.diagnostics], "whole": False}
    except InputError as error:
        return {"problems": [problem(Diagnostic(str(error)))], "whole": False}
    tell.part("bill", shown)
    problems = [problem(found) for found in net.warnings]
    tell.part("picture", picture(net, counting, unfolded))
    return {"problems": problems, "whole": True}


def read_counting(data: Any) -> Counting:
    """What is counted in, from plain data; what is not said is as usual.

    Raises:
        InputError: it is not what a `Counting` is, or names a file.
    """
    if data is None:
        return Counting()
    if not isinstance(data, dict) or not data.keys() <= set(Counting._fields):
        raise InputError(f"counting holds {', '.join(Counting._fields)}")
    found = Counting(**data)
    for name in (found.convention, found.device, found.dtype):
        if not isinstance(name, str) or "/" in name or "\\" in name or name.startswith("."):
            raise InputError("conventions, devices and dtypes are asked for by their names")
    if type(found.batch) is not int:
        raise InputError("a batch is a number of images")
    item_bytes(found.dtype)
    return found


def read_unfolded(data: Any) -> frozenset[str] | None:
    """Parts of a picture by kind and name, from plain data; None for all. Raises InputError for what is no list of texts."""
    if data is None:
        return None
    if not isinstance(data, list) or not all(isinstance(name, str) for name in data):
        raise InputError("unfolded parts are told as a list of texts")
    return frozenset(data)


def predictable(net: Net, counting: Counting) -> tuple[Counting, str]:
    """What can be counted of a network: without a latency where the device has none for it, and why; "" where it has."""
    if counting.device:
        try:
            total(net, LATENCY + counting.device)
        except InputError as error:
            return counting._replace(device=""), str(error)
    return counting, ""


def bill(net: Net, counting: Counting, baseline: Any) -> dict[str, Any]:
    """The totals of a network with their change, its figures, knobs, lines and memory over time, as plain data."""
    before, wrong = _before(baseline, counting)
    device = device_of(net, counting.device) if counting.device else None
    entries = blame(net.cost(), net.spec.source, "line", convention_of(net, counting.convention), device)
    return {
        "name": net.name,
        "paper": net.spec.paper or "",
        "totals": [_total(name, total(net, name), before.get(name)) for name in counting.names],
        "reported": [
            {"words": words(m.figure), "ours": in_words(m.figure.metric, m.ours), "alike": m.alike, "verdict": m.verdict}
            for m in matches(net)
        ],
        "against": wrong,
        "settings": sorted(net.settings),
        "knobs": controls(net),
        "lines": [[int(number), *costs] for number, *costs, _ in gutter(net.spec.source, entries) if any(costs)],
        "memory": [[moment.node, int(moment.bytes) * net.batch] for moment in memory_of(net.cost()).timeline],
    }


def picture(net: Net, counting: Counting, unfolded: frozenset[str] | None = None) -> dict[str, Any]:
    """What the diagram is drawn from: the data of a page, with what is in these parts, or in all."""
    from archdsl.viz.heat import heat
    from archdsl.viz.page.data import page_data
    from archdsl.viz.view import Scene, View

    view = View(heat=LATENCY + counting.device) if counting.device else View()
    found = heat(net.graph(), view.heat, bill=net.cost()) if view.heat is not None else None
    return page_data(Scene(view, net.graph(), net.name, heat=found, net=net), operators=False, unfolded=unfolded)


def choices(given: Given, tell: Tell) -> dict[str, list[str]]:
    """What a bill can be counted in: conventions and devices that are shipped, dtypes."""
    from archdsl.cost.dtypes import ITEM_BYTES

    return {"conventions": convention_names(), "devices": device_names(), "dtypes": list(ITEM_BYTES)}


def _total(name: str, value: Value, before: Value | None) -> dict[str, Any]:
    made = {"name": name, "value": jsonable(value), "words": in_words(name, value)}
    if before is None:
        return made
    made["before"] = in_words(name, before)
    if value != before:
        made["change"] = in_words(name, value - before, "+")
        if before and not is_partly([value, before]):
            made["share"] = f"{float(value / before) - 1:+.1%}"
    return made


def _before(baseline: Any, counting: Counting) -> tuple[dict[str, Value], str]:
    """Totals of what changes are told against; none where there is nothing, or where it has mistakes of its own, and then which."""
    if not baseline:
        return {}, ""
    key: Any = baseline["zoo"] if isinstance(baseline, dict) and "zoo" in baseline else read_draft(baseline)
    try:
        return dict(_counted(key, counting)), ""
    except SpecError as error:
        found = error.diagnostics[0]
        return {}, f"{found.mark or (key.name if isinstance(key, Draft) else key)}: {found.message}"
    except InputError as error:
        return {}, str(error)


@lru_cache(KEPT)
def _counted(key: Draft | str, counting: Counting) -> Iterable[tuple[str, Value]]:
    net = counting.of(opened(key) if isinstance(key, Draft) else named({"zoo": key}))
    return tuple((name, total(net, name)) for name in counting.names)
