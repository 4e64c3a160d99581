"""What a spec declares beside its steps: knobs and arguments, printed figures, and changes of another spec."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from archdsl.errors import Mark
from archdsl.spec.values import Value


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Parameter:
    """A knob of a spec, or an argument of a block.

    Attributes:
        type: int, number, bool, word, list, block or any.
        default: None where it must be given.
        range: inclusive bounds; of each element, for a list.
        step: what one value is from the next, where what-if questions walk along the range.
        reading: whether the source left it open, so that `archdsl reconcile` may search it.
        readings: values to search; none where all that it may be are.
    """

    name: str
    mark: Mark
    type: str
    default: Value | None = None
    range: tuple[int | Fraction, int | Fraction] | None = None
    choices: tuple[Any, ...] | None = None
    doc: str = ""
    step: int | Fraction | None = None
    reading: bool = False
    readings: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Reported:
    """A figure that the source prints.

    Attributes:
        metric: params, macs, flops, top1, top5, or latency.
        value: exact value of the printed text; for accuracies in percent, for latency in seconds.
        text: as printed (`3.41M`).
        step: value of one unit in the last printed place.
        convention: the counting convention of flops.
        source: where it is printed.
    """

    mark: Mark
    metric: str
    value: Fraction
    text: str
    step: Fraction
    convention: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Override:
    """`name: value` under `knobs` of a spec that extends another: a new default and nothing else."""

    name: str
    mark: Mark
    default: Value


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RowEdit:
    """New cells of one table row; `cells` None takes the row out.

    Attributes:
        cells: values by column.
        cell_marks: where each column is named.
        mods: for a column that is a modifier (`repeat`), the field of `Modifiers` and its value.
    """

    mark: Mark
    cells: dict[str, Value] | None
    cell_marks: dict[str, Mark]
    mods: dict[str, tuple[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Free:
    """One line of a space (see `archdsl.spec.space`).

    Attributes:
        name: of a setting, or `each:` and the name of several.
        text: its values, as an axis is written; empty for all that the knob may be.
    """

    mark: Mark
    name: str
    text: str

    @property
    def words(self) -> list[str]:
        """The words among its values."""
        return re.findall(r"[A-Za-z_]\w*", self.text)

    @property
    def axis(self) -> str:
        """As an axis is written on a command line."""
        return f"{self.name}={self.text}" if self.text else self.name
