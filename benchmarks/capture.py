"""Steps of training as they are launched one by one, as CUDA graphs, and compiled; and the memory of a step, predicted and had.

`python benchmarks/capture.py [NETWORK...] [--device cuda] [--size PIXELS] [--batch N] [--rounds N] [--ways none,graph]`; on a processor it
runs too, without graphs. Every way takes steps of the loop of `archdsl train` in turns with the others; images are random and lie on the
device. To compile a network there takes minutes, because kernels are tried out.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch

import archdsl
from archdsl.cost.memory.training import training
from archdsl.measure.step_memory import measured_step
from archdsl.measure.timing import interleave, ratio
from archdsl.train.data.sets import DataSet, Held
from archdsl.train.devices import make_fabric
from archdsl.train.recipe import Recipe
from archdsl.train.run import Asked, Run

NETWORKS = ("resnet18", "mobilenet_v3", "dpnet")
CLASSES = 100
WAYS = ("none", "graph", "compile")


def data(size: int, batch: int) -> DataSet:
    """Two batches of random images."""
    random = np.random.default_rng(0)
    split = Held(random.integers(0, 256, (2 * batch, 3, size, size), np.uint8), random.integers(0, CLASSES, 2 * batch))
    names = tuple(map(str, range(CLASSES)))
    return DataSet("random", "random images", names, 3, size, (0.5,) * 3, (0.3,) * 3, split, split)


def stepping(net: archdsl.Net, images: DataSet, asked: Asked, fabric: Any) -> Callable[[], None]:
    """A step of the loop, with everything on the device."""
    run = Run(net, images, asked, None, fabric)
    run.loop.module.train()
    some, labels = next(iter(run.loop.parts.training.training(0, 0)))

    def step() -> None:
        run.loop._step(some, labels)
        if fabric.device.type == "cuda":
            torch.cuda.synchronize()

    return step


def memory(net: archdsl.Net, batch: int) -> str:
    """Peak of a step that is launched operator by operator, predicted over had, without what kernels use inside."""
    had = measured_step(net.module(), net.graph(), batch, foreach=True, device="cuda")
    return f"{int(training(net.graph(), batch, foreach=True).peak_bytes) / had:.3f} of its peak, predicted over had"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="*", default=[], metavar="NETWORK")
    parser.add_argument("--device", default="cuda", choices=["cuda", "cpu"])
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--ways", default="none,graph,compile", help="of none, graph and compile; none is always there")
    asked = parser.parse_args()
    if asked.device == "cuda" and not torch.cuda.is_available():
        raise SystemExit("torch finds no CUDA device here; --device cpu runs on the processor")
    fabric = make_fabric(asked.device, "float32")
    images = data(asked.size, asked.batch)
    recipe = Recipe(lr=0.01, epochs=1_000, schedule="constant", batch={"*": asked.batch})
    ways = [way for way in WAYS if way == "none" or way in asked.ways.split(",")]
    ways = [way for way in ways if way != "graph" or asked.device == "cuda"]
    print(torch.cuda.get_device_name() if asked.device == "cuda" else "processor", f"torch {torch.__version__}", flush=True)
    for name in asked.networks or NETWORKS:
        net = archdsl.load(name, resolution=asked.size, classes=CLASSES)
        about = Asked(name, (), "random", recipe, device=asked.device)
        sides = {f"{name} {way}": stepping(net, images, replace(about, capture=way), fabric) for way in ways}
        times = interleave(sides, asked.rounds, warmup=5)
        for one in times:
            print(one, f"{asked.batch / one.median:,.0f} images/s, ratio {ratio(one, times[0]).median:.3f}", flush=True)
        if asked.device == "cuda":
            print(name, "memory:", memory(net, asked.batch), flush=True)


if __name__ == "__main__":
    main()
