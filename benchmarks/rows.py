"""Where a network's time goes in ONNX Runtime, row by row beside another's, and what stands in the way: calls, bytes or arithmetic.

python benchmarks/rows.py [--batch 1] [--threads 2] [--rounds 200] [FIRST SECOND]

Both networks run in turn, optimised, the first in the forms that `--autotune` took; the runtime's own profiler times each kernel. A row's
floor is what it cannot go below: its kernels at the time of the shortest one, its bytes and multiply-accumulates at the best rates seen.
Without names: DP-Net beside MobileNetV3 (large, published).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import quantiles
from typing import Any, NamedTuple

import click
import numpy as np
import onnxruntime

import archdsl
from archdsl.compilers.passes import optimize
from archdsl.cost.counting.bill import Bill
from archdsl.cost.memory.movement import movement
from archdsl.ir.graph import Graph, Node
from archdsl.measure.autotune import autotune
from archdsl.measure.files import write_graph
from archdsl.measure.job import Configuration
from archdsl.measure.machine import machine
from archdsl.measure.runtimes import runtime_named

ENDING = "_kernel_time"


class Row(NamedTuple):
    """What a row of a table takes, in microseconds, and does."""

    micros: float
    kernels: int
    macs: int
    bytes: int


def row_of(node: Node) -> str:
    """The path of the outermost block that a node came from; empty outside of blocks."""
    return next((frame.path for frame in node.scope if frame.kind == "block"), "")


def labels(graph: Graph) -> list[str]:
    return list(dict.fromkeys(row for node in graph if (row := row_of(node))))


def session(graph: Graph, at: Configuration, folder: Path) -> tuple[Any, dict[str, Any]]:
    """A session that profiles, and what it is fed."""
    file = write_graph(graph, runtime_named(at.runtime), folder / "net", channels_last=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.enable_profiling, options.log_severity_level = at.threads, True, 3
    options.profile_file_prefix = str(folder / "profile")
    options.add_session_config_entry("session.force_spinning_stop", "1")
    options.add_free_dimension_override_by_name("batch", at.batch)
    made = onnxruntime.InferenceSession(str(file.path), options, providers=["CPUExecutionProvider"])
    random = np.random.default_rng(0)
    shapes = zip(made.get_inputs(), file.shapes, strict=True)
    return made, {given.name: random.standard_normal((at.batch, *shape), dtype=np.float32) for given, shape in shapes}


def rows(graph: Graph, profile: Path, batch: int) -> list[Row]:
    """The rows of a network in order: the outermost blocks; kernels that the runtime adds count with the row before them."""
    names = labels(graph)
    times: dict[str, list[float]] = {}
    for event in json.loads(profile.read_text()):
        if event.get("cat") == "Node" and event["name"].endswith(ENDING):
            times.setdefault(event["name"].removesuffix(ENDING), []).append(event["dur"])
    found = {name: [0.0, 0] for name in names}
    here = names[0]
    for kernel, taken in times.items():
        here = next((name for name in names if kernel.startswith(f"{name}.")), here)
        found[here][0] += quantiles(taken, n=4)[0]
        found[here][1] += 1
    bill = Bill(graph)
    moved = movement(bill, batch)
    macs, move = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    for layer, size in zip(bill.layers, moved.layers, strict=True):
        if row := row_of(layer.node):
            macs[row] += int(layer.macs) * batch
            move[row] += int(size.bytes)
    return [Row(found[name][0], int(found[name][1]), macs[name], move[name]) for name in names]


def floor(row: Row, best: Mapping[str, float]) -> tuple[float, str]:
    """The time that a row cannot go below, and by what."""
    bounds = {"calls": row.kernels * best["call"], "bytes": row.bytes / best["bytes"], "MACs": row.macs / best["macs"]}
    what = max(bounds, key=bounds.__getitem__)
    return bounds[what], what


@click.command()
@click.argument("networks", nargs=-1)
@click.option("--batch", default=1)
@click.option("--threads", default=2)
@click.option("--rounds", default=200)
def main(networks: tuple[str, ...], batch: int, threads: int, rounds: int) -> None:
    names = networks or ("dpnet", "mobilenet_v3")
    at = Configuration("onnxruntime", batch, threads)
    written = [archdsl.load(name).graph() for name in names]
    graphs = [optimize(written[0], chosen=autotune(written[0], at).options).graph, optimize(written[1]).graph]
    print("\n".join(machine().lines()))
    with tempfile.TemporaryDirectory() as place:
        folders = [Path(place) / str(index) for index in range(2)]
        for folder in folders:
            folder.mkdir()
        made = [session(graph, at, folder) for graph, folder in zip(graphs, folders, strict=True)]
        for _ in range(rounds):
            for run, fed in made:
                run.run(None, fed)
        profiles = [Path(run.end_profiling()) for run, _ in made]
        sides = [rows(graph, profile, batch) for graph, profile in zip(graphs, profiles, strict=True)]
    every = [row for side in sides for row in side if row.kernels]
    best = {
        "call": min(row.micros / row.kernels for row in every),
        "bytes": max(row.bytes / row.micros for row in every),
        "macs": max(row.macs / row.micros for row in every),
    }
    print(
        f"{at}; microseconds; a call {best['call']:.1f}, {best['bytes'] / 1e3:.1f} GB/s, {best['macs'] / 1e3:.0f} thousand million MACs/s"
    )
    print(
        f"{'row':14} {'time':>7} {'kernels':>8} {'floor':>7} {'by':>6} | {names[1]:>14} {'kernels':>8} {'floor':>7} {'by':>6} | ratio"
    )
    for label, first, second in zip(labels(graphs[0]), *sides, strict=True):
        (low, why), (other, why_other) = floor(first, best), floor(second, best)
        print(
            f"{label:14} {first.micros:7.0f} {first.kernels:8} {low:7.0f} {why:>6} | {second.micros:14.0f} {second.kernels:8} "
            f"{other:7.0f} {why_other:>6} | {first.micros / second.micros if second.micros else 1:5.2f}"
        )
    total = [sum(row.micros for row in side) for side in sides]
    floors = [sum(floor(row, best)[0] for row in side) for side in sides]
    print(
        f"{'all':14} {total[0]:7.0f} {'':8} {floors[0]:7.0f} {'':>6} | {total[1]:14.0f} {'':8} {floors[1]:7.0f} {'':>6} | "
        f"{total[0] / total[1]:5.2f}"
    )


if __name__ == "__main__":
    main()
