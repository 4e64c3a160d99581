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
    """Top-1 against each cost: latency of the networks that have one, and not at all where none has."""
    made = [
        _plot(comparison, "multiply-accumulates of an image", [(row, float(row.macs)) for row in comparison.rows]),
        _plot(comparison, "parameters", [(row, float(row.params)) for row in comparison.rows]),
    ]
    timed = [(row, row.latency * 1e3) for row in comparison.rows if row.latency is not None]
    return [*made, _plot(comparison, "latency (ms)", timed)] if timed else made


def _plot(comparison: Comparison, axis: str, places: list[tuple[Trained, float]]) -> Named:
    drawn = [row for row, _ in places]
    points = tuple(_point(row, place, comparison.rows.index(row)) for row, place in places)
    seeds = {len(row.seeds) for row in drawn}
    note = [comparison.data]
    note += [f"means over {seeds.pop()} seeds"] if len(seeds) == 1 and max(seeds) > 1 else []
    note += ["lines are one standard deviation over the seeds each way"] if any(row.deviation for row in drawn) else []
    missing = [row.label for row in comparison.rows if row not in drawn]
    note += [f"not known of {', '.join(missing)}"] if missing else []
    return Named(f"Top-1 against {axis.partition(' (')[0]}", axis, "top-1 (%)", points, "; ".join(note))


def _point(row: Trained, place: float, mark: int) -> NamedPoint:
    middle, spread = 100 * row.mean, 100 * (row.deviation or 0.0)
    deviation = f" ± {spread:.2f}" if row.deviation is not None else ""
    costs = f"{readable(row.macs)} MACs, {readable(row.params)} parameters"
    latency = f", {duration(row.latency)}" if row.latency is not None else ""
    words = f"{middle:.2f} %{deviation}, {costs}{latency}"
    return NamedPoint(row.label, place, middle, middle - spread, middle + spread, words, mark)
