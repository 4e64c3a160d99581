"""Two networks row by row: what was added, removed and changed, and what each difference costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archdsl.cost.comparing.align import RowPair, align
from archdsl.cost.comparing.totals import Value
from archdsl.cost.tables.changes import Total, row_dict, rows_sheet, totals, totals_sheet
from archdsl.cost.tables.result import WIDTH, Result
from archdsl.cost.tables.sheet import Sheet
from archdsl.exact.shown import jsonable

if TYPE_CHECKING:
    from archdsl.cost.costed import Costed


@dataclass(frozen=True, repr=False)
class Difference(Result):
    """What became of one network in another.

    Attributes:
        title: both names.
        totals: every cost of both.
        rows: those that differ, or all.
        everything: whether rows that are the same are told of too, and below each row its layers.
    """

    title: str
    totals: tuple[Total, ...]
    rows: tuple[RowPair, ...]
    everything: bool = False

    def __bool__(self) -> bool:
        """Whether there is any difference."""
        return any(row.kind != "same" for row in self.rows)

    def sides(self) -> dict[str, tuple[Value, Value]]:
        """Every cost before and after."""
        return {total.name: (total.before, total.after) for total in self.totals}

    def sheets(self, width: int = WIDTH) -> list[Sheet]:
        return [*self._rows(), totals_sheet("Totals", self.totals)]

    def notes(self) -> list[str]:
        return [] if self.rows else [f"{self.title}: no difference"]

    def as_dict(self) -> dict[str, Any]:
        told = {total.name: {key: total.as_dict()[key] for key in ("before", "after")} for total in self.totals}
        return {"totals": told, "rows": [row_dict(row, self.everything) for row in self.rows]}

    def _records(self) -> list[dict[str, Any]]:
        """A row for each row, its numbers before and after."""
        found = []
        for row in self.rows:
            record: dict[str, Any] = {"name": row.line.name, "row": row.line.number, "kind": row.kind}
            for cost in ("params", "macs"):
                for side, line in (("before", row.before), ("after", row.after)):
                    record[f"{cost}_{side}"] = None if line is None else jsonable(getattr(line, cost))
            found.append(record)
        return found

    def _rows(self) -> Iterator[Sheet]:
        if self.rows:
            yield rows_sheet(self.title, self.rows, self.everything)


def difference(before: Costed, after: Costed, devices: tuple[str, ...] = (), everything: bool = False) -> Difference:
    """What was added, removed and changed from one network to another.

    Args:
        devices: to predict the latency on.
        everything: rows that are the same too, and layers.

    Raises:
        InputError: there is no such device.
    """
    rows = tuple(row for row in align(before.cost(), after.cost()) if everything or row.kind != "same")
    title = f"{before.spec.name} → {after.spec.name}"
    return Difference(title, tuple(totals(before, after, devices)), rows, everything)
