"""Results of the paper as answers: counts of its tables and numbers of its equations, computed again beside what is printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from archdsl.cost.tables.result import WIDTH, Result
from archdsl.cost.tables.sheet import Sheet
from archdsl.exact.shown import shown
from archdsl.paper.equations import Ratio, Settings
from archdsl.paper.tables import Accuracy, Figure

_VERDICTS = {True: "as printed", False: "differs", None: ""}


@dataclass(frozen=True, repr=False)
class Counts(Result):
    """A table of networks.

    Attributes:
        figures: parameters and FLOPs, computed.
        accuracies: those that the table prints, which need training; none where only counts were asked for.
    """

    table: str
    title: str
    figures: tuple[Figure, ...]
    accuracies: tuple[Accuracy, ...] = ()

    def sheets(self, width: int = WIDTH) -> list[Sheet]:
        head = ("network", "figure", "reported", "computed", "difference", "")
        rows = [
            (f.network, f.metric, f.text, f"{f.computed:,}", f"{float(f.difference):+.2%}", _VERDICTS[f.matches])
            for f in self.figures
        ]
        rows += [(a.network, a.metric, a.text, *_trained(a)) for a in self.accuracies]
        order = list(dict.fromkeys(row[0] for row in rows))
        rows.sort(key=lambda row: order.index(row[0]))
        return [Sheet(f"{self.table}: {self.title}", head, tuple(rows), frozenset(head[2:5]))]

    def notes(self) -> list[str]:
        wrong = [f"{f.network} ({f.metric} {f.text}, computed {f.computed:,})" for f in self.figures if not f.matches]
        lines = [f"Not matched: {'; '.join(wrong)}" if wrong else "Every count is as printed."]
        if any(accuracy.ours is None for accuracy in self.accuracies):
            lines.append("Accuracies need training: --data cifar100:DIR trains the networks, --data fashion-mnist a stand-in.")
        runs = {accuracy.ours.runs for accuracy in self.accuracies if accuracy.ours is not None}
        if runs:
            spread = f"means of {max(runs)} runs, with the standard deviation" if max(runs) > 1 else "of one run each"
            lines.append(f"Accuracies are {spread}.")
        return lines

    def as_dict(self) -> dict[str, Any]:
        accuracies = {"accuracies": [accuracy.as_dict() for accuracy in self.accuracies]} if self.accuracies else {}
        return {"table": self.table, "figures": self._records(), **accuracies}

    def _records(self) -> list[dict[str, Any]]:
        return [figure.as_dict() for figure in self.figures]


@dataclass(frozen=True, repr=False)
class Equation(Result):
    """The numbers of an equation.

    Attributes:
        settings: that it was computed for.
    """

    equation: str
    title: str
    settings: Settings
    ratios: tuple[Ratio, ...]

    def sheets(self, width: int = WIDTH) -> list[Sheet]:
        head = ("depthwise kernel" if self.equation != "eq2" else "kernel", "reported", "computed", "rounded", "")
        rows = tuple(
            (r.what, r.reported or "-", str(r.computed), f"{float(r.computed):.4g}", _VERDICTS[r.matches]) for r in self.ratios
        )
        return [Sheet(f"{self.equation}: {self.title}", head, rows, frozenset(head[1:4]))]

    def notes(self) -> list[str]:
        told = f"split {self.settings.split}, kernels {shown(self.settings.kernels)}"
        return [told if self.ratios[0].reported else f"{told}, not the paper's"]

    def as_dict(self) -> dict[str, Any]:
        about = {"equation": self.equation, "split": str(self.settings.split), "kernels": list(self.settings.kernels)}
        return {**about, "figures": self._records()}

    def _records(self) -> list[dict[str, Any]]:
        return [ratio.as_dict() for ratio in self.ratios]


@dataclass(frozen=True, repr=False)
class Contents(Result):
    """What of the paper can be computed or measured again: names with titles and how."""

    results: tuple[tuple[str, str, str], ...]

    def sheets(self, width: int = WIDTH) -> list[Sheet]:
        return [Sheet("Results of Zhao & Wang 2022", ("result", "what", "how"), self.results, frozenset())]

    def as_dict(self) -> dict[str, Any]:
        return {"results": self._records()}

    def _records(self) -> list[dict[str, Any]]:
        return [dict(zip(("result", "title", "how"), row, strict=True)) for row in self.results]


def _trained(accuracy: Accuracy) -> tuple[str, str, str]:
    """Ours, the difference in points, and what has to be said of it."""
    ours = accuracy.ours
    if ours is None or accuracy.difference is None:
        return "-", "-", "needs training"
    spread = "" if ours.deviation is None else f" ± {ours.deviation:.2f}"
    return f"{ours.mean:.2f}{spread}", f"{accuracy.difference:+.2f}", ours.label
