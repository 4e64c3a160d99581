"""Steps of training as they are launched one by one, as CUDA graphs, and compiled; and the memory of a step, predicted and had.

`python benchmarks/capture.py [NETWORK...] [--device cuda] [--size PIXELS] [--batch N] [--rounds N]`; on a processor it runs too, without
graphs. Every way takes steps of the loop of `archdsl train` in turns with the others; images are random and lie on the device.
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
from archdsl.measure.timing import interleave, ratio
from archdsl.train.data.sets import DataSet, Held
from archdsl.train.devices import make_fabric
from archdsl.train.recipe import Recipe
from archdsl.train.run import Asked, Run

NETWORKS = ("resnet18", "mobilenet_v3", "dpnet")
CLASSES = 100


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


def memory(net: archdsl.Net, step: Callable[[], None], batch: int) -> str:
    """Peak of a step that was launched operator by operator, predicted over had, without what kernels use inside."""
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    step()
    had = torch.cuda.max_memory_allocated() - before
    found = training(net.graph(), batch, foreach=True)
    lasting = int(found.weights + found.buffers + found.optimizer)
    return f"{(int(found.peak_bytes) - lasting) / had:.3f} of what it needs beside weights, predicted over had"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="*", default=[], metavar="NETWORK")
    parser.add_argument("--device", default="cuda", choices=["cuda", "cpu"])
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=50)
    asked = parser.parse_args()
    fabric = make_fabric(asked.device, "float32")
    images = data(asked.size, asked.batch)
    recipe = Recipe(lr=0.01, epochs=1_000, schedule="constant", batch={"*": asked.batch})
    ways = ("none", "graph", "compile") if asked.device == "cuda" else ("none", "compile")
    print(torch.cuda.get_device_name() if asked.device == "cuda" else "processor", f"torch {torch.__version__}", flush=True)
    for name in asked.networks or NETWORKS:
        net = archdsl.load(name, resolution=asked.size, classes=CLASSES)
        about = Asked(name, (), "random", recipe, device=asked.device)
        sides = {f"{name} {way}": stepping(net, images, replace(about, capture=way), fabric) for way in ways}
        times = interleave(sides, asked.rounds, warmup=5)
        for one in times:
            print(one, f"{asked.batch / one.median:,.0f} images/s, ratio {ratio(one, times[0]).median:.3f}", flush=True)
        if asked.device == "cuda":
            print(name, "memory:", memory(net, sides[f"{name} none"], asked.batch), flush=True)


if __name__ == "__main__":
    main()
