"""The predicted peak of memory of a training step over what PyTorch's allocator hands out for one, network by network.

`python benchmarks/training_memory.py [NETWORK...] [--batch IMAGES...] [--size PIXELS] [--optimizer NAME] [--device cuda]`; without names,
the whole zoo.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from statistics import median

import torch
import torch.backends.mkldnn
from torch import nn

import archdsl
from archdsl.cost.memory.training import OPTIMIZERS, training
from archdsl.measure.step_memory import measured_step
from archdsl.net import Net
from archdsl.spec.locate import zoo_names

WITHIN = 0.03
SMALLER: dict[str, dict[str, int]] = {"gpt2": {"length": 64, "vocabulary": 1000, "dim": 192, "depth": 4, "heads": 6}}
"""Knobs of networks without a resolution that are large."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="*", default=[], metavar="NETWORK")
    parser.add_argument("--batch", type=int, nargs="+", default=[4, 16], metavar="IMAGES")
    parser.add_argument("--size", type=int, default=64, help="pixels, or the fewest that a network takes")
    parser.add_argument("--optimizer", choices=OPTIMIZERS, default="sgd_momentum")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    found = []
    print(f"{'network':<24}{'batch':>6}{'predicted':>16}{'measured':>16}{'ratio':>8}")
    for name, batch, predicted, measured in _compared(asked.networks or zoo_names(), asked):
        found.append((predicted / measured, name, batch))
        print(f"{name:<24}{batch:>6}{predicted:>16,}{measured:>16,}{predicted / measured:>8.4f}", flush=True)
    ratios = [ratio for ratio, _, _ in found]
    print(f"{len(found)} steps, {asked.optimizer}: {min(ratios):.4f} to {max(ratios):.4f}, median {median(ratios):.4f}")
    outside = [f"{name} at {batch}" for ratio, name, batch in found if abs(ratio - 1) > WITHIN]
    print(f"outside {WITHIN:.0%}: {', '.join(outside) or 'none'}")


def _compared(networks: list[str], asked: argparse.Namespace) -> Iterator[tuple[str, int, int, int]]:
    foreach = asked.device == "cuda"
    for name in networks:
        net = _at(name, asked.size)
        graph = net.graph()
        for batch in asked.batch:
            module = net.module()
            with _by_steps(module):
                measured = measured_step(module, graph, batch, asked.optimizer, foreach, asked.device)
            yield name, batch, int(training(graph, batch, asked.optimizer, foreach=foreach).peak_bytes), measured


def _at(name: str, size: int) -> Net:
    """A network at a size, or at the lowest that it takes."""
    net = archdsl.load(name, **SMALLER.get(name, {}))
    knob = net.spec.knobs.get("resolution")
    if knob is None:
        return net
    bounds = getattr(knob, "range", None)
    return net.set(resolution=max(size, int(bounds[0]) if bounds else size))


def _by_steps(module: nn.Module) -> AbstractContextManager[None]:
    """Recurrent layers step by step: oneDNN computes them in buffers of its own."""
    recurrent = any(isinstance(layer, nn.RNNBase) for layer in module.modules())
    return torch.backends.mkldnn.flags(enabled=False) if recurrent else nullcontext()


if __name__ == "__main__":
    main()
