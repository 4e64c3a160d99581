"""Regions of a grid: variants that one graph stands for, with their costs; and boxes in which nothing can be built."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from archdsl.errors import ArchdslError, InputError, SpecError
from archdsl.exact.counted import Counted
from archdsl.exact.grid import Grid
from archdsl.exact.truth import Choices
from archdsl.explore.grid.box import Box
from archdsl.explore.grid.total import Most, Total


@dataclass(frozen=True, eq=False)
class Region:
    """Variants that one graph stands for.

    The numbers of combinations that the box does not count, or that cannot be built, mean nothing.

    Attributes:
        values: of all settings and knobs, by name; arrays along the axes of the box where they have several.
        costs: the totals that were asked for, by name.
        masks: what has to hold for a variant to be built, each a mask with an axis for each axis of the box (of length 1 where the
            axis makes no difference), with the reason why the others cannot be built.
    """

    box: Box
    values: dict[str, Any]
    costs: dict[str, Total | Most]
    masks: tuple[tuple[np.ndarray, str], ...] = ()
    _settings: dict[str, Total] = field(default_factory=dict, init=False, repr=False)

    @property
    def elements(self) -> int:
        """How many array elements it holds, as far as they are many."""
        return sum(total.elements for total in self.costs.values()) + sum(ok.size for ok, _ in self.masks)

    def masked(self) -> Counter[str]:
        """How many variants cannot be built, by the first reason."""
        found: Counter[str] = Counter()
        alive = self.box.size
        counted = Counted.of(None if self.box.counted is None else self.box.with_all_axes(self.box.counted))
        for ok, reason in self.masks:
            counted = counted.within(ok)
            left = counted.of_box(self.box.shape)
            found[reason] += alive - left
            alive = left
        return +found

    def total(self, name: str) -> Total | Most:
        """A cost, or the values of a setting that is a number. KeyError for a cost that was not asked for."""
        value = self.setting(name)
        if value is None:
            return self.costs[name]
        if name not in self._settings:
            self._settings[name] = Total([(value, 1)], len(self.box.axes))
        return self._settings[name]

    def known(self, name: str) -> Total | Most:
        """A total that is compared or written as an exact number. Raises InputError for one of which only a lower bound is known."""
        total = self.total(name)
        if total.partly:
            raise InputError(
                f"{name} is not known: the network has opaque steps, and only a lower bound can be shown; "
                "it can be listed, but not compared, optimised or written to a file of numbers"
            )
        return total

    def setting(self, name: str) -> Any:
        """The value of a setting, or of a knob, that is a number; None for anything else."""
        value = self._value(name)
        return value if isinstance(value, (int, Fraction, Grid)) and not isinstance(value, bool) else None

    def word(self, name: str) -> Any:
        """The word, or true or false, that a setting holds, or an array of them; None for anything else."""
        value = self._value(name)
        return value if isinstance(value, (bool, str, Choices)) else None

    def _value(self, name: str) -> Any:
        """The value of a setting, a knob, or an element of a list (`kernels.2`)."""
        if name in self.values:
            return self.values[name]
        owner, _, place = name.partition(".")
        items: Any = self.values.get(owner)
        inside = isinstance(items, (list, tuple)) and place.isdigit() and 1 <= int(place) <= len(items)
        return items[int(place) - 1] if inside else None


@dataclass(frozen=True, eq=False)
class Refused:
    """Variants none of which can be built, and why."""

    box: Box
    reason: str


def reason(error: ArchdslError) -> str:
    """Why a variant cannot be built, in one line: the first of what may be many mistakes, without its excerpt."""
    if isinstance(error, SpecError):
        return error.diagnostics[0].message
    return str(error).splitlines()[0]
