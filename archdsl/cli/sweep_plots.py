"""How a sweep is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from archdsl.explore.sweep import Sweep
    from archdsl.explore.variants import Variants

kind_option = click.option(
    "--plot-as",
    type=click.Choice(["scatter", "curve", "contour"]),
    default="scatter",
    show_default=True,
    help="Two costs over each other; params, macs and --show along a knob, a line for each value of a second; --by over two knobs.",
)


def check_kind(kind: str, file: Path | None, chosen: bool) -> None:
    """Whether a plot of a kind shows what is asked.

    Args:
        chosen: whether some variants are asked for, by a condition or as a front.

    Raises:
        click.UsageError: it does not, or nothing is to be drawn.
    """
    if kind == "scatter":
        return
    if not file:
        raise click.UsageError(f"--plot-as {kind} says how --plot FILE draws; name the file")
    if chosen:
        raise click.UsageError(f"a {kind} shows every variant; --where and --pareto go with a scatter")


def plot(path: Path, kind: str, sweep: Sweep, costs: Sequence[str], front: Variants, sample: Variants) -> None:
    """Draw what was found; along knobs it is counted again, value by value in their order. Raises as the function of the kind."""
    if kind == "scatter":
        from archdsl.explore.plot import plot_variants

        plot_variants(path, sweep.net, costs, front, sample)
        return
    from archdsl.explore.plot_along import plot_contour, plot_curves

    if kind == "contour":
        plot_contour(path, sweep.net, sweep.axes, costs[0])
    else:
        plot_curves(path, sweep.net, sweep.axes, costs)
