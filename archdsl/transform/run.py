"""A command line of transformations applied to a network, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from archdsl.cost.tables.changes import Total, totals, totals_sheet
from archdsl.cost.tables.result import WIDTH, Result
from archdsl.cost.tables.sheet import Sheet
from archdsl.design import Design
from archdsl.errors import InputError, unknown
from archdsl.transform.asked import How, Wanted
from archdsl.transform.draft import Draft
from archdsl.transform.start import put_settings, start
from archdsl.transform.table import TRANSFORMATIONS
from archdsl.transform.where import parse

COSTS = ("params", "macs", "peak")


@dataclass(frozen=True, repr=False)
class Transformed(Result):
    """A network that was transformed.

    Attributes:
        text: the spec of the new network, which extends the old one.
        design: the new network.
        totals: costs before and after.
        done: what was done and what could not be, in sentences.
    """

    text: str
    design: Design
    totals: list[Total]
    done: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.design.name

    def sheets(self, width: int = WIDTH) -> list[Sheet]:
        return [totals_sheet(self.name, self.totals)]

    def notes(self) -> list[str]:
        return list(self.done)

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "spec": self.text,
            "totals": [each.as_dict() for each in self.totals],
            "notes": list(self.done),
        }

    def _records(self) -> list[dict[str, Any]]:
        return [each.as_dict() for each in self.totals]


def transform(design: Design, wanted: Wanted) -> Transformed:
    """A network by its transformations, as a spec that extends the old one.

    Raises:
        InputError: an unknown transformation, row or block, or a network that cannot be transformed so; says why.
        SpecError: the network cannot be put together.
    """
    values = _merged(wanted)
    design.graph()
    draft = Draft(design, start(design, wanted.folder), wanted.folder)
    late = {name: value for name, value in wanted.settings.items() if not _known(draft, name)}
    put_settings(draft.overlay, {name: value for name, value in wanted.settings.items() if name not in late}, draft.knobs)
    if not draft.overlay.is_empty:
        draft.refresh()
    done: list[str] = []
    for each in TRANSFORMATIONS:
        if each.word not in values:
            continue
        where = parse(wanted.where, draft.spec, draft.graph)
        each.apply(draft, values[each.word], How(where, wanted.knob, wanted.transition))
        draft.refresh()
        done.append(f"{each.word} {values[each.word]}".strip())
    if late:
        put_settings(draft.overlay, late, draft.knobs)
    draft.overlay.name = wanted.name or ", ".join([design.name, *done])
    draft.refresh()
    return told(design, draft)


def told(before: Design, draft: Draft) -> Transformed:
    """The answer that a draft gives."""
    found = [total for total in totals(before, draft.design) if total.name in COSTS]
    return Transformed(draft.overlay.text(), draft.design, found, tuple(draft.notes))


def _merged(wanted: Wanted) -> dict[str, str]:
    """The transformations; partial and dual together are both, with the values of each."""
    known = [each.word for each in TRANSFORMATIONS]
    values = dict(wanted.values)
    if not values:
        raise InputError(f"no transformation is named; there are {', '.join('--' + word for word in known)}")
    for word in values:
        if word not in known:
            message, near = unknown("transformation", word, known)
            raise InputError(f"{message}; {near or ', '.join(known)}")
    if "partial" in values and "dual" in values:
        values["both"] = f"{values.pop('partial')};{values.pop('dual')}"
    elif "both" in values and ("partial" in values or "dual" in values):
        values["both"] = f"{values.pop('partial', '1/2')};{values.pop('dual', '3,5')}"
    if wanted.transition and not {"partial", "dual", "both"} & set(values):
        raise InputError("--transition is of partial and dual-path versions; give --partial, --dual or --both")
    return values


def _known(draft: Draft, name: str) -> bool:
    return name.split(".")[0] in (*draft.knobs, "rows", "blocks")
