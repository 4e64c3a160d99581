"""What several runs came to, as a plot: accuracy against multiply-accumulates, parameters and latency."""

from __future__ import annotations

from pathlib import Path

from archdsl.cost.words import duration
from archdsl.train.report.comparison import Comparison, Trained
from archdsl.viz.plots import Named, NamedPoint, write_plot
from archdsl.viz.text import readable


def plot_comparison(path: Path, comparison: Comparison) -> None:
    """Draw it, as a page (.html) or a figure for a paper (.png, .svg, .pdf).

    Raises:
        InputError: an unknown ending, or the file cannot be written.
        BackendError: plotly or matplotlib is not installed.
    """
    write_plot(path, plots(comparison), title=f"Accuracy on {comparison.data}")


def plots(comparison: Comparison) -> list[Named]:
    """Top-1 against each cost that is known; latency where every network that is drawn has one, or those that have."""
    made = [
        _plot(comparison, "multiply-accumulates of an image", [(row, float(row.macs)) for row in comparison.rows]),
        _plot(comparison, "parameters", [(row, float(row.params)) for row in comparison.rows]),
    ]
    timed = [(row, row.latency * 1e3) for row in comparison.rows if row.latency is not None]
    return [*made, _plot(comparison, "latency (ms)", timed)] if timed else made


def _plot(comparison: Comparison, axis: str, places: list[tuple[Trained, float]]) -> Named:
    points = tuple(_point(row, place) for row, place in places)
    seeds = sorted({len(row.seeds) for row, _ in places})
    note = f"{comparison.data}; " + (f"mean over {seeds[0]} seeds" if len(seeds) == 1 and seeds[0] > 1 else "")
    spread = "; lines are one standard deviation over the seeds each way" if any(row.deviation for row, _ in places) else ""
    return Named(f"Top-1 against {axis.partition(' (')[0]}", axis, "top-1 (%)", points, f"{note.removesuffix('; ')}{spread}")


def _point(row: Trained, place: float) -> NamedPoint:
    middle, spread = 100 * row.mean, 100 * (row.deviation or 0.0)
    deviation = f" ± {spread:.2f}" if row.deviation is not None else ""
    costs = f"{readable(row.macs)} MACs, {readable(row.params)} parameters"
    latency = f", {duration(row.latency)}" if row.latency is not None else ""
    return NamedPoint(row.label, place, middle, middle - spread, middle + spread, f"{middle:.2f} %{deviation}, {costs}{latency}")
