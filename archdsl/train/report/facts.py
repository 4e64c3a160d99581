"""What a run is made of: costs, settings, recipe and machine, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from archdsl.exact.shown import written
from archdsl.train.record import Record
from archdsl.train.report.words import html
from archdsl.viz.text import bytes_text, readable

COSTS = {
    "params": ("parameters", False),
    "macs": ("multiply-accumulates of an image", False),
    "weights": ("weights", True),
    "state": ("weights and buffers", True),
    "peak": ("peak of activations of an image", True),
    "moved": ("moved for an image", True),
}
"""By name of a cost: what it is, and whether it is bytes. Other costs stand by their names, as numbers."""

APART = ("name", "source", "readings")
"""Fields of a recipe that are not rows of its table."""


def facts(record: Record) -> str:
    """Four cards."""
    cards = [
        _card("Costs", _rows(_costs(record))),
        _card("Settings of the network", _rows(record.settings.items())) if record.settings else "",
        _card("Machine", "".join(f"<p>{html(line)}</p>" for line in record.machine)) if record.machine else "",
        _card("Recipe", _recipe(record.recipe)),
    ]
    spec = f'<p class="note">The network is <code>{html(record.spec)}</code>.</p>'
    return f'<h2>What was trained, and how</h2>\n{spec}\n<div class="facts">\n' + "\n".join(filter(None, cards)) + "\n</div>"


def cost_words(name: str, value: int) -> str:
    """A cost in three digits: 1.52 M, 5.80 MiB."""
    return bytes_text(value) if COSTS.get(name, ("", False))[1] else readable(value)


def _costs(record: Record) -> Iterable[tuple[str, str]]:
    for name, value in record.costs.items():
        what, is_bytes = COSTS.get(name, (name, False))
        exact = f"{value:,}{' bytes' if is_bytes else ''}"
        short = cost_words(name, value)
        yield what, exact if short == exact or value < 1000 else f"{exact}  ({short})"


def _recipe(recipe: Mapping[str, Any]) -> str:
    """Fields and values; what its source leaves open is marked."""
    about = ", ".join(html(str(recipe[name])) for name in ("name", "source") if recipe.get(name))
    readings = recipe.get("readings", ())
    rows = [(name, _value(value), name in readings) for name, value in recipe.items() if name not in APART]
    table = "\n".join(
        f"<tr><th>{html(name)}</th><td>{html(value)}</td><td>{'our reading' if ours else ''}</td></tr>"
        for name, value, ours in rows
    )
    note = '<p class="note">Our reading: the source leaves it open.</p>' if any(ours for *_, ours in rows) else ""
    return f"{f'<p>{about}</p>' if about else ''}<table>\n{table}\n</table>{note}"


def _value(value: Any) -> str:
    """A value as `--set` takes it, but for what is not set."""
    if value is None:
        return "not set"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_value(one)}" for key, one in value.items())
    return written(value)


def _rows(rows: Iterable[tuple[str, str]]) -> str:
    return "<table>\n" + "\n".join(f"<tr><th>{html(name)}</th><td>{html(value)}</td></tr>" for name, value in rows) + "\n</table>"


def _card(title: str, content: str) -> str:
    return f'<section class="card">\n<h3>{title}</h3>\n{content}\n</section>'
