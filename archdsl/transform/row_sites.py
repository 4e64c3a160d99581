"""Putting changed blocks into rows of the table."""

from __future__ import annotations

from collections.abc import Sequence

from archdsl.spec.model import Block, Value
from archdsl.transform import make
from archdsl.transform.copies import added, copies
from archdsl.transform.draft import Draft
from archdsl.transform.forms import NOTHING, Form, RefusedError, Rewriter
from archdsl.transform.reach import resolved
from archdsl.transform.where import Where, rows


def in_rows(draft: Draft, form: Form, where: Where, rewriter: Rewriter) -> tuple[list[str], list[str]]:
    """Give rows blocks of their own: copies of what they call, with what is changed in them."""
    known = rows(draft.spec)
    by_target: dict[str, list[int]] = {}
    for row in sorted(where.rows):
        by_target.setdefault(known[row].target, []).append(row)
    changed: list[str] = []
    reasons: list[str] = []
    for target, listed in by_target.items():
        place = f"{_listed(listed)} ({target})"
        try:
            made = copies(draft, form, target, rewriter)
        except RefusedError as refused:
            reasons.append(f"{place}: {refused}")
            continue
        if not made:
            reasons.append(f"{place}: {NOTHING}")
            continue
        why = _put_rows(draft, form, made, target, listed)
        if why:
            reasons.append(f"{place}: {why}")
        else:
            changed.append(place)
    return changed, reasons


def _put_rows(draft: Draft, form: Form, made: dict[str, Block], target: str, listed: Sequence[int]) -> str:
    with draft.trial() as trial:
        for block in added(made, form, draft):
            draft.put(block)
        names = resolved(target[1:], None, draft.spec, draft.knobs) if target.startswith("$") else [target]
        new = made[names[0]].name
        cell: Value = make.constant(new)
        if form.knob:
            cell = make.formula(f"${_knob(draft, target, names[0], new, listed)}")
        for row in listed:
            draft.set_cells(row, {"op": cell})
    return trial.failed


def _knob(draft: Draft, target: str, old: str, new: str, listed: Sequence[int]) -> str:
    """The knob that says what rows are made of; one that they have already gets a choice more."""
    held = draft.overlay.knobs.get(target[1:]) if target.startswith("$form_") else None
    if isinstance(held, dict) and isinstance(held["choices"], list):
        draft.overlay.knobs[target[1:]] = {**held, "default": new, "choices": [*held["choices"], new]}
        return target[1:]
    name = f"form_{old}"
    doc = f"what {_listed(listed)} {'is' if len(listed) == 1 else 'are'} made of"
    draft.overlay.knobs[name] = {"default": new, "choices": [old, new], "doc": doc}
    return name


def _listed(numbers: Sequence[int]) -> str:
    """Numbers as people write them: `row 3`, `rows 5 to 9`, `rows 2, 4 and 6`."""
    if len(numbers) == 1:
        return f"row {numbers[0]}"
    if numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"rows {numbers[0]} to {numbers[-1]}"
    return f"rows {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
