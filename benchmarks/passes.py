"""What each pass for inference gains: a network with all passes against the same without one of them, by runtime.

python benchmarks/passes.py [--runtime onnxruntime,openvino,channels-last] [--batch 1] [--threads 2] [NETWORK...]

A ratio above 1 is what the network would lose without the pass. Runtimes fold norms and drop identities by themselves as far as they
can, so that these two gain most where operators run one by one.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

import archdsl
from archdsl.compilers.passes import PASSES, optimize
from archdsl.measure.files import write_graph
from archdsl.measure.job import Configuration, Rounds
from archdsl.measure.machine import machine
from archdsl.measure.process import measure
from archdsl.measure.runtimes import runtime_named
from archdsl.measure.timing import ratio

NETWORKS = ("dpnet", "p_mobilenet_v3", "d_mobilenet_v3", "csp_resnet50", "mobilenet_v3", "resnet50")


@click.command()
@click.argument("networks", nargs=-1)
@click.option("--runtime", "runtimes", default="onnxruntime,openvino,channels-last")
@click.option("--batch", default=1)
@click.option("--threads", default=2)
@click.option("--seconds", default=4.0)
def main(networks: tuple[str, ...], runtimes: str, batch: int, threads: int, seconds: float) -> None:
    print("\n".join(machine().lines()))
    for name in networks or NETWORKS:
        graph = archdsl.load(name).graph()
        full = optimize(graph)
        sides = {"all passes": full.graph, "as written": graph}
        for left_out in PASSES:
            made = optimize(graph, passes=[run for run in PASSES if run is not left_out]).graph
            if list(made.nodes) != list(full.graph.nodes):
                sides[f"without {left_out.__name__}"] = made
        if sites := [site for site in full.sites if site.made_by == "change_basis"]:
            sides["with change_basis"] = optimize(graph, chosen=dict.fromkeys(sites, "changed")).graph
        for runtime in runtimes.split(","):
            with tempfile.TemporaryDirectory() as folder:
                files = {
                    side: write_graph(made, runtime_named(runtime), Path(folder) / str(i), channels_last=True)
                    for i, (side, made) in enumerate(sides.items())
                }
                timings = measure(files, Configuration(runtime, batch, threads), Rounds(seconds=seconds))
            print(f"{name}, {runtime}, batch {batch}, {threads} threads: {timings[0]}")
            for timing in timings[1:]:
                found = ratio(timing, timings[0])
                print(f"    {timing.name:28} {found.median:6.3f}  ({found.low:.3f} to {found.high:.3f})")


if __name__ == "__main__":
    main()
