"""What a bench found, as a plot: the ratio of every network to the first, in every configuration."""

from __future__ import annotations

from pathlib import Path

from archdsl.errors import InputError
from archdsl.measure.result import Bench
from archdsl.viz.plots import ENDINGS, Dot, Dots, write_plot


def plot_bench(path: Path, bench: Bench) -> None:
    """Draw it. Raises InputError where the file cannot be written, BackendError where a library for plots is not installed."""
    write_plot(path, dots(bench), title="Running times")


def check_ending(path: Path) -> None:
    """To be asked before long work. Raises InputError for an ending that is not known."""
    if path.suffix.lower() not in ENDINGS:
        raise InputError(f"{path}: a bench ends in .json, its plot in {', '.join(ENDINGS)}")


def dots(bench: Bench) -> Dots:
    """Ratios as data of a plot; times and multiply-accumulates in words."""
    first = bench.rows[0]
    made = []
    for row in bench.rows:
        milliseconds = row.timing.median * 1e3
        time = f"{milliseconds:.3g}" if milliseconds < 1000 else f"{milliseconds:,.0f}"
        noisy = "" if row.ratio.tells or row.entry is first.entry else " ?"
        words = f"{row.ratio.median:.3f}{noisy}   {time} ms"
        ratio = row.ratio
        made.append(Dot(str(row.configuration), row.entry.label, ratio.median, ratio.low, ratio.high, words))
    title = f"In ratio to {first.entry.label}" + (", all optimised" if bench.optimised else "")
    doubt = "?: too noisy to tell. " if any(dot.words.partition("   ")[0].endswith("?") for dot in made) else ""
    note = f"Median and quartiles of the ratios of single rounds. {doubt}" + "; ".join(bench.machine.lines())
    return Dots(title, f"time / time of {first.entry.label}", tuple(made), note=note)
