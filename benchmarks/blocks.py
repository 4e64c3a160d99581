"""Where a network's time goes, row by row beside another's: each block of the one against the block of the same row of the other.

python benchmarks/blocks.py [--runtime onnxruntime] [--batch 1] [--threads 2] [--tuned] [FIRST SECOND]

Every block is run by itself between two pointwise convolutions, whose own time is measured and taken off. Blocks of both networks run
side by side. Without names: DP-Net, as written and optimised, against MobileNetV3 (large, published).
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

import archdsl
from archdsl.compilers.passes import ACROSS, optimize
from archdsl.compilers.passes.plans import between, blocks
from archdsl.cost.counting.bill import Bill
from archdsl.ir.graph import OUTPUT, Graph
from archdsl.measure.autotune import autotune
from archdsl.measure.files import write_graph
from archdsl.measure.job import Configuration, Rounds
from archdsl.measure.machine import machine
from archdsl.measure.process import measure_groups
from archdsl.measure.runtimes import runtime_named


def rows(graph: Graph) -> dict[str, Graph]:
    return {block.name: block for block in blocks(graph)}


@click.command()
@click.argument("networks", nargs=-1)
@click.option("--runtime", default="onnxruntime")
@click.option("--batch", default=1)
@click.option("--threads", default=2)
@click.option("--tuned", is_flag=True, help="Forms chosen by measuring.")
@click.option("--seconds", default=1.5)
def main(networks: tuple[str, ...], runtime: str, batch: int, threads: int, tuned: bool, seconds: float) -> None:
    first, second = networks or ("dpnet", "mobilenet_v3")
    print("\n".join(machine().lines()))
    print(f"{runtime}, batch {batch}, {threads} threads; milliseconds of a block, without the convolutions around it")
    written = archdsl.load(first).graph()
    at = Configuration(runtime, batch, threads)
    options = autotune(written, at).options if tuned else {}
    sides = [
        rows(optimize(written, passes=ACROSS[:1]).graph),
        rows(optimize(written, chosen=options).graph),
        rows(optimize(archdsl.load(second).graph()).graph),
    ]
    listed = list(zip(*(side.items() for side in sides), strict=True))
    with tempfile.TemporaryDirectory() as folder:
        groups = []
        for number, row in enumerate(listed):
            group = {}
            for side, (_, block) in enumerate(row):
                for part, graph in (("block", between(block)), ("around", between(empty(block)))):
                    name = f"{number} {side} {part}"
                    group[name] = write_graph(graph, runtime_named(runtime), Path(folder) / name, channels_last=True)
            groups.append(group)
        timings = measure_groups(groups, at, Rounds(seconds=seconds))
    print(f"{'row':16} {'as written':>11} {'optimised':>11} {second:>14} {'ratio':>7} {'MACs':>7}   lost")
    total = [0.0, 0.0, 0.0]
    for row, found in zip(listed, timings, strict=True):
        low = [timing.spread.low for timing in found]
        ms = [max(0.0, low[2 * side] - low[2 * side + 1]) * 1e3 for side in range(3)]
        total = [a + b for a, b in zip(total, ms, strict=True)]
        macs = [Bill(block).macs for _, block in row]
        share = macs[1] / macs[2] if macs[2] else 1.0
        lost = ms[1] - 0.75 * ms[2]
        print(
            f"{row[0][0]:16} {ms[0]:11.3f} {ms[1]:11.3f} {ms[2]:14.3f} {ms[1] / ms[2] if ms[2] else 1:7.2f} {share:7.2f} {lost:+7.3f}"
        )
    print(f"{'all':16} {total[0]:11.3f} {total[1]:11.3f} {total[2]:14.3f} {total[1] / total[2]:7.2f}")


def empty(block: Graph) -> Graph:
    """Nothing between the same two convolutions, where a block keeps the shape; else as much as its ends."""
    return Graph(block.name, {block.input.name: block.input}, {OUTPUT: block.input.name})


if __name__ == "__main__":
    main()
