"""Steps of training: a compiled network against the same one written by hand, and the loop of `archdsl train` against ten bare lines.

`python benchmarks/training.py [NETWORK...] [--size PIXELS,...] [--batch N] [--rounds N] [--threads N]`; the networks written by hand are in
`by_hand/`. Both ratios are medians over rounds in which each side makes one step after the other. In the first, both networks
take steps of the same bare loop; in the second, the compiled network takes them in both loops, on the same batches.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from itertools import count

import by_hand
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

import archdsl
from archdsl.measure.timing import interleave, ratio
from archdsl.train.data.digits import digits
from archdsl.train.devices import make_fabric
from archdsl.train.feed import Feed, Look, Share
from archdsl.train.loop import Loop, Parts
from archdsl.train.recipe import Recipe

NETWORKS: dict[str, type[nn.Module]] = {"resnet18": by_hand.ResNet18, "dpnet": by_hand.DPNet}
RECIPE = Recipe(lr=0.01, epochs=1_000_000, schedule="constant", crop=0.125)


def bare(module: nn.Module, batches: Iterator[tuple[Tensor, Tensor]]) -> Callable[[], None]:
    """A step of a loop as one would write it."""
    optimizer = torch.optim.SGD(module.parameters(), 0.01, momentum=0.9)
    module.train()

    def step() -> None:
        images, labels = next(batches)
        optimizer.zero_grad()
        loss = cross_entropy(module(images), labels)
        loss.backward()
        optimizer.step()

    return step


def batches(feed: Feed) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches without end."""
    for epoch in count():
        yield from feed.training(0, epoch)


def looped(module: nn.Module, feed: Feed, batch: int) -> Callable[[], None]:
    """A step of the loop of `archdsl train`, with what it does beside the step: the check of the loss, its sums, the progress."""
    recipe = RECIPE.changed({"batch": batch})
    loop = Loop(Parts(module, feed, feed, 10), recipe, 0, make_fabric("cpu", "float32"))
    loop.module.train()
    images = batches(feed)

    def step() -> None:
        some, labels = next(images)
        loop._step(some, labels)
        loop._look(some)
        loop._now(0)

    return step


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="*", default=[], metavar="NETWORK")
    parser.add_argument("--size", default="32,224")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--threads", type=int, default=1)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    data = digits()
    for size in map(int, asked.size.split(",")):
        look = Look((3, size, size), 0.125, False, asked.batch)

        def feed(look: Look = look) -> Feed:
            return Feed(data, data.train, look, torch.device("cpu"), Share())

        for name in asked.networks or NETWORKS:
            net = archdsl.load(name, resolution=size)
            rounds = asked.rounds if size < 100 else max(asked.rounds // 4, 5)
            sides = {
                f"{name} by hand, {size}": bare(NETWORKS[name](), batches(feed())),
                f"{name} by archdsl, {size}": bare(net.module(), batches(feed())),
                f"{name} in archdsl train, {size}": looped(net.module(), feed(), asked.batch),
            }
            hand, ours, loop = interleave(sides, rounds, warmup=2)
            print(hand, ours, loop, sep="\n")
            print(
                f"archdsl / by hand: {ratio(ours, hand).median:.3f}; archdsl train / bare loop: {ratio(loop, ours).median:.3f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
