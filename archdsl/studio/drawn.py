"""Plots and rows as a page takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from archdsl.cost.comparing.totals import in_words
from archdsl.errors import InputError
from archdsl.exact.shown import written
from archdsl.studio.question import Given


def drawn(plot: Any) -> dict[str, Any]:
    """A plot of `archdsl.viz.plots`: `title`, `note`, the `figure` as plotly takes it, and of a plot of variants their `columns`.

    Colours in it are names (`var(--ink)`), texts are visible, and every number is finite.
    """
    from archdsl.viz.plots.page import content
    from archdsl.viz.text import visible_data

    made = content([plot])
    shown = made["plots"][0]
    shown["columns"] = None if shown.pop("table") is None else made["tables"][0]
    found: dict[str, Any] = visible_data(shown)
    return found


def settings_text(row: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """What `--set` takes to give the network of a row, by setting."""
    return {name: written(row[name]) for name in names}


def listed(row: Mapping[str, Any], settings: Sequence[str], costs: Sequence[str]) -> dict[str, Any]:
    """A row of variants: its `settings` as text, and its costs in `words`."""
    return {"settings": settings_text(row, settings), "words": {name: in_words(name, row[name]) for name in costs}}


def text_in(given: Given, name: str, default: str = "") -> str:
    """A text that a question is asked with. Raises InputError for anything else."""
    value = given.get(name, default)
    if not isinstance(value, str):
        raise InputError(f"{name} is a text")
    return value.strip()


def texts_in(given: Given, name: str, least: int = 0, most: int = 64) -> list[str]:
    """A list of texts that a question is asked with, the empty ones left out.

    Raises:
        InputError: anything else, or fewer or more texts than are wanted.
    """
    value = given.get(name) or []
    if not isinstance(value, (list, tuple)) or not all(isinstance(text, str) for text in value):
        raise InputError(f"{name} is a list of texts")
    found = [text.strip() for text in value if text.strip()]
    if not least <= len(found) <= most:
        raise InputError(f"{name}: {least} to {most} are wanted, {len(found)} came")
    return found


def mapping_in(given: Given, name: str) -> dict[str, str]:
    """Texts by name that a question is asked with, the empty ones left out. Raises InputError for anything else."""
    value = given.get(name) or {}
    if not isinstance(value, Mapping) or not all(isinstance(text, str) for pair in value.items() for text in pair):
        raise InputError(f"{name} is texts by name")
    return {key: text.strip() for key, text in value.items() if text.strip()}
