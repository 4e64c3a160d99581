"""`archdsl train --compare`: several networks trained alike, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl.cli.common import open_net, print_json, print_result, stem_of
from archdsl.cli.terminal import console, echo
from archdsl.cli.training import speaks

if TYPE_CHECKING:
    from archdsl.train.conduct import Conductor
    from archdsl.train.record import Record
    from archdsl.train.run import Asked

PLOT = "comparison.html"
SECONDS = 2.0
"""For the rounds of the latencies."""


def side_by_side(chosen: Sequence[Asked], seeds: int, output: Path | None, conductor: Conductor, as_json: bool) -> int:
    """Train every network with every seed, those that are not done; print the table and write the plot. Gives the exit code.

    Args:
        output: folder of the runs; runs/compare-DATA if not given.
    """
    from archdsl.train.report import compare, plot_comparison

    folder = output or Path("runs") / f"compare-{chosen[0].data.partition(':')[0]}"
    records: list[Record] = []
    for asked in chosen:
        for seed in range(asked.seed, asked.seed + seeds):
            records.append(conductor.ensure(replace(asked, seed=seed), folder / f"{stem_of(asked.spec)}-{seed}"))
            if records[-1].final is None:
                echo("stopped; the same command goes on", err=True)
                return 130
    found = compare(records, _latencies(chosen, records, seeds))
    if not speaks():
        return 0
    if as_json:
        print_json(found.as_dict())
    else:
        print_result(console(), found)
    plot_comparison(folder / PLOT, found)
    if not as_json:
        echo(f"  written   {folder / PLOT}")
    return 0


def _latencies(chosen: Sequence[Asked], records: Sequence[Record], seeds: int) -> Mapping[str, float]:
    """Seconds of one image, measured in turns on this machine, by the name of a network; those with a name of their own."""
    from archdsl.measure.bench import Asked as Bench
    from archdsl.measure.bench import bench
    from archdsl.measure.job import Rounds
    from archdsl.train.data import open_data
    from archdsl.train.prepare import fitted

    names = [records[index * seeds].network for index in range(len(chosen))]
    if len(set(names)) < len(names):
        return {}
    nets = [
        (name, fitted(open_net(asked.spec, asked.settings), open_data(asked.data)))
        for name, asked in zip(names, chosen, strict=True)
    ]
    first = Bench().chosen()[0].word
    measured = bench(nets, Bench((first,), rounds=Rounds(None, SECONDS)))
    return {row.entry.label: row.timing.spread.median for row in measured.rows}
