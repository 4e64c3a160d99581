"""Calls of ATen of recurrent layers; what is taken of their results is told before (see `idioms_of_states`)."""

from __future__ import annotations

from typing import Any

from archdsl.importer.aten_call import CALLS, Call
from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.lower import shapes
from archdsl.importer.lower.recurrent import Asked, recurrent
from archdsl.importer.values import Operand


def _asked(word: str, args: tuple[Any, ...]) -> Asked:
    x, begin, weights, bias, layers, dropout, training, both, batch_first = args
    if training:
        raise NotSaid("a recurrent layer in training")
    return Asked(word, x, begin if isinstance(begin, list) else [begin], weights, bias, layers, dropout, both, batch_first)


def _states(word: str) -> Call:
    def lower(draft: Draft, *args: Any) -> Any:
        return recurrent(draft, _asked(word, args))

    return lower


def _ends(word: str) -> Call:
    def lower(draft: Draft, *args: Any) -> Any:
        return recurrent(draft, _asked(word, args), "last")

    return lower


def _of_last(word: str) -> Call:
    """Ends of the last of several layers: from a place to another, and whether the axis goes away."""

    def lower(draft: Draft, *args: Any) -> Operand:
        *given, start, stop, one = args
        ends = recurrent(draft, _asked(word, tuple(given)), "last")
        return shapes.selected(draft, ends, 0, start) if one else shapes.narrowed(draft, ends, 0, start, stop)

    return lower


for _word in ("lstm", "gru"):
    CALLS.update({f"{_word}_states": _states(_word), f"{_word}_ends": _ends(_word), f"{_word}_ends_of_last": _of_last(_word)})
