"""A forward pass of compiled networks against the same networks written by hand, in eager mode, batch 1, one thread.

`python benchmarks/eager.py [NETWORK...] [--size PIXELS] [--rounds N]`; the networks written by hand are in `by_hand/`.
"""

from __future__ import annotations

import argparse
from functools import partial

import by_hand
import torch
from torch import nn

import archdsl
from archdsl.compilers.torch.pairing import pair
from archdsl.measure.timing import interleave, ratio

NETWORKS: dict[str, type[nn.Module]] = {
    "mobilenet_v2": by_hand.MobileNetV2,
    "resnet18": by_hand.ResNet18,
    "mobilenet_v3": by_hand.MobileNetV3,
    "dpnet": by_hand.DPNet,
}


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="*", default=[], metavar="NETWORK")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--rounds", type=int, default=150)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    image = torch.randn(1, 3, asked.size, asked.size)
    for name in asked.networks or NETWORKS:
        hand, ours = NETWORKS[name]().eval(), archdsl.load(name, resolution=asked.size).module().eval()
        ours.load_state_dict(pair(ours, hand.state_dict(), image), strict=False)  # without counters of batches
        assert torch.equal(hand(image), ours(image))
        sides = {f"{name} by hand, {asked.size}": partial(hand, image), f"{name} by archdsl, {asked.size}": partial(ours, image)}
        first, second = interleave(sides, asked.rounds, warmup=10)
        print(first)
        print(second)
        print(f"archdsl / by hand: {ratio(second, first).median:.3f}", flush=True)


if __name__ == "__main__":
    main()
