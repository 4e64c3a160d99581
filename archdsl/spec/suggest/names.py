"""What an expression may hold: names in reach, functions, words of the language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from archdsl.exact.shown import written
from archdsl.spec.model import Parameter
from archdsl.spec.sizes import SIZES
from archdsl.spec.suggest import described, keys, region
from archdsl.spec.suggest.described import Word

if TYPE_CHECKING:
    from archdsl.spec.suggest.candidates import Place

_COMPARED = re.compile(r"\$(\w+)\s*(?:==|!=)\s*[\"']?\w*$")
_BEGUN = re.compile(r"[$(]|^not |^[a-z]\w*$")


def expression(place: Place) -> list[Word]:
    """What may stand in a value that is worked out. Words of expressions only where one is begun."""
    text = place.spot.written
    if (compared := _COMPARED.search(text)) is not None and (listed := list(_compared(place, compared[1]))):
        return listed
    found = list(names(place))
    if place.meaning.kind == "condition" or _BEGUN.search(text):
        found += described.functions()
        found += described.words(keys.SIGNS, "value", "")
    return found


def names(place: Place) -> Iterator[Word]:
    """The names that are in reach, as `$name`."""
    known, inside = place.known, place.meaning
    text = region.region(place.lines, place.spot)
    in_steps = place.spot.path[:1] in (("net",), ("blocks",))
    own = known.blocks.get(inside.block)
    for found in own.args.values() if own is not None else ():
        yield described.name(described.parameter(found, f"Argument of {inside.block}"))
    for name in region.variables(text) if in_steps else ():
        yield Word(f"${name}", "name", "", "Loop variable.", "")
    if own is not None and own.wraps is not None:
        yield Word("$wrapped", "name", "", f"The block that {inside.block} wraps.", "")
    for name, knob in known.knobs.items():
        yield described.name(described.knob(knob, known.places.get(name, "")))
    if in_steps:
        sizes = {name: f"{what[0].upper()}{what[1:]}." for name, what in SIZES.items()}
        counter = keys.COUNTER if re.search(r"\b(repeat|for):", text) else {}
        cell = keys.CELL if inside.kind == "scaling" else {}
        for name, doc in {**cell, **keys.ARRIVING, **counter, **sizes}.items():
            yield Word(f"${name}", "name", "", doc, "")


def _compared(place: Place, name: str) -> Iterator[Word]:
    """The words that a knob or argument may be, where it is compared with one."""
    own = place.known.blocks.get(place.meaning.block)
    found = (own.args.get(name) if own is not None else None) or place.known.knobs.get(name)
    for choice in found.choices or () if isinstance(found, Parameter) else ():
        text = f'"{choice}"' if isinstance(choice, str) else written(choice)
        yield Word(text, "value", "", described.knob(found, "").doc if isinstance(found, Parameter) else "", "")
