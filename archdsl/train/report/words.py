"""How shares and names are written on the page of a run."""

from __future__ import annotations

from html import escape

from archdsl.train.record import Record
from archdsl.viz.text import clean

UNIT = "\u00a0%"
"""A share and its unit stay on one line."""

EXACT = 10_000
"""Images from which a hundredth of a percent is one of them, and shares are told to it."""


def html(text: str) -> str:
    """A name from outside as HTML: one line, visible, no longer than a line of a picture may be, and no markup."""
    return escape(clean(text))


def percent(share: float, images: int = 0) -> str:
    """A share from 0 to 1 as HTML: 97.2 %, of many images 97.23 %. What is not all never reads as all, nor what is not none as none."""
    if share in (0, 1):
        return f"{share:.0%}".replace("%", UNIT)
    digits = 2 if images >= EXACT else 1
    number, step = f"{100 * share:.{digits}f}", 10.0**-digits
    shown = f"&gt;\u00a0{100 - step:g}" if float(number) == 100 else f"&lt;\u00a0{step:g}" if float(number) == 0 else number
    return f"{shown}{UNIT}"


def class_name(record: Record, number: int) -> str:
    """The name of a class; its number where it has none."""
    return record.classes[number] if 0 <= number < len(record.classes) else f"class {number}"


def cut(text: str, most: int) -> str:
    """A name that has room for so many characters."""
    shown = clean(text)
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def times(count: int, one: str) -> str:
    """1 epoch, 12 epochs."""
    return f"{count:,} {one}{'' if count == 1 else 's'}"
