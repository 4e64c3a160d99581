"""Two states of one network side by side: totals, and the rows that differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archdsl.cost.comparing.totals import Value, costs, in_words
from archdsl.cost.tables.layout import Line, layout
from archdsl.cost.words import thousands
from archdsl.exact.shown import jsonable

if TYPE_CHECKING:
    from archdsl.cost.costed import Costed


@dataclass(frozen=True)
class Total:
    """One cost before and after."""

    name: str
    before: Value
    after: Value

    @property
    def change(self) -> Value:
        return self.after - self.before

    def cells(self) -> list[str]:
        """Before, after and the change, for people."""
        return [in_words(self.name, self.before), in_words(self.name, self.after), in_words(self.name, self.change, "+")]

    @property
    def ratio(self) -> str:
        return f"{float(self.after / self.before):.3f}" if self.before else "-"

    def as_dict(self) -> dict[str, Any]:
        return {"cost": self.name, "before": jsonable(self.before), "after": jsonable(self.after)}


@dataclass(frozen=True)
class Change:
    """One row or step of either network; None on the side that does not have it."""

    before: Line | None
    after: Line | None

    @property
    def line(self) -> Line:
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def number(self) -> str:
        return str(self.line.number or "")

    @property
    def where(self) -> str:
        return self.line.name if self.line.number is None else f"{self.line.operator} ({self.line.name})"

    def cells(self) -> list[str]:
        sides = (self.before, self.after)
        return [thousands(getattr(s, cost)) if s else "-" for cost in ("params", "macs") for s in sides]

    def as_dict(self) -> dict[str, Any]:
        def side(line: Line | None) -> dict[str, int] | None:
            return None if line is None else {"params": line.params, "macs": line.macs}

        return {"name": self.line.name, "row": self.line.number, "before": side(self.before), "after": side(self.after)}


def totals(before: Costed, after: Costed, devices: tuple[str, ...] = ()) -> list[Total]:
    """Every cost of two single networks, latencies on devices among them."""
    first, second = costs(before, devices=devices), costs(after, devices=devices)
    return [Total(name, value, second[name]) for name, value in first.items()]


def changes(before: Costed, after: Costed) -> list[Change]:
    """Rows whose parameters or multiply-accumulates differ, or which only one of the two has. Paired by row number and name."""
    first = {_key(line): line for line in layout(before.spec, before.cost()).lines}
    second = {_key(line): line for line in layout(after.spec, after.cost()).lines}
    found = []
    for key in [*first, *(k for k in second if k not in first)]:
        a, b = first.get(key), second.get(key)
        if a is None or b is None or a.params != b.params or a.macs != b.macs:
            found.append(Change(a, b))
    return found


def _key(line: Line) -> tuple[int | None, str]:
    return (line.number, "" if line.number is not None else line.name)
