"""What a field of a recipe may be: one table for files and for `--set`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from archdsl.errors import near_miss
from archdsl.exact.shown import describe

SCHEDULES = ("constant", "cosine", "one_cycle", "step")
OPTIMIZERS = ("sgd", "adamw")
PRECISIONS = ("float32", "bfloat16", "float16")


@dataclass(frozen=True)
class Rule:
    """A field's values.

    Attributes:
        wanted: in words.
        read: a value as the field has it; None where it does not fit.
        words: that it may be, where it is one of some.
    """

    wanted: str
    read: Callable[[Any], Any]
    words: tuple[str, ...] = ()

    def take(self, value: Any) -> tuple[Any, str]:
        """The value as the field has it, and what is wrong with it; "" where it fits."""
        found = self.read(value)
        if found is not None:
            return found, ""
        near = near_miss(value, self.words) if isinstance(value, str) else ""
        return None, f"expected {self.wanted}, {describe(value)} came" + (f"; {near}" if near else "")


def _number(low: float, high: float, wanted: str, open_low: bool = False, open_high: bool = False) -> Rule:
    def read(value: Any) -> float | None:
        if isinstance(value, bool) or not isinstance(value, (int, float, Fraction)):
            return None
        inside = (low < value if open_low else low <= value) and (value < high if open_high else value <= high)
        return float(value) if inside else None

    return Rule(wanted, read)


def _count(low: int, high: int) -> Rule:
    def read(value: Any) -> int | None:
        return value if type(value) is int and low <= value <= high else None

    return Rule(f"an int from {low} to {high:,}", read)


def _word(words: tuple[str, ...]) -> Rule:
    *first, last = words
    return Rule(f"{', '.join(first)} or {last}", lambda value: value if value in words else None, words)


_flag = Rule("true or false", lambda value: value if isinstance(value, bool) else None)
_share = _number(0, 1, "a number from 0 to below 1", open_high=True)

RULES: dict[str, Rule] = {
    "optimizer": _word(OPTIMIZERS),
    "lr": _number(0, 100, "a number above 0, at most 100", open_low=True),
    "momentum": _share,
    "nesterov": _flag,
    "weight_decay": _number(0, 10, "a number from 0 to 10"),
    "dropout": _share,
    "norm_momentum": _number(0, 1, "a share above 0, at most 1", open_low=True),
    "batch": _count(1, 1_000_000),
    "accumulate": _count(1, 10_000),
    "epochs": _count(1, 1_000_000),
    "schedule": _word(SCHEDULES),
    "warmup": _number(0, 1_000_000, "a number of epochs from 0"),
    "label_smoothing": _share,
    "ema": _share,
    "clip": _number(0, 1e9, "a norm from 0, which is no bound"),
    "precision": _word(PRECISIONS),
    "channels_last": _flag,
    "crop": _number(0, 0.5, "a share of the side from 0 to 0.5"),
    "mirror": _flag,
}
"""By field, in the order of a recipe."""

SYNONYMS = {
    "learning_rate": "lr",
    "batch_size": "batch",
    "wd": "weight_decay",
    "optim": "optimizer",
    "scheduler": "schedule",
    "warmup_epochs": "warmup",
    "grad_clip": "clip",
    "amp": "precision",
    "flip": "mirror",
    "bn_momentum": "norm_momentum",
}
"""Words of other tools, and what they are called here."""


def hint(word: str, also: Iterable[str] = ()) -> str:
    """'did you mean …?' for a word that is no field; "" where nothing is near.

    Args:
        also: other words that it may have been meant for.
    """
    word = word.replace("-", "_").lower()
    for near in (word, *get_close_matches(word, SYNONYMS, n=1, cutoff=0.8)):
        if near in SYNONYMS:
            return f"did you mean '{SYNONYMS[near]}'?"
    return near_miss(word, [*RULES, *also])
