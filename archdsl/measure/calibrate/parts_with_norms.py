"""Parts whose norms are others than that of the batch: over groups of channels, each channel, the sizes of all channels."""

from __future__ import annotations

import random

from archdsl.measure.calibrate.chain import Chain
from archdsl.measure.calibrate.pieces import some_stride, width


def group_normed(chain: Chain, rng: random.Random) -> None:
    """Bottleneck or two 3x3 convolutions with norms over groups of channels, or of each channel, projected where the shape changes."""
    start, stride = chain.graph.output, some_stride(chain, rng)
    groups = rng.choice([4, 8, 16, 32])
    out = max(1, round(width(chain, rng) / groups)) * groups
    word = rng.choice(["conv", "conv", "std_conv"])
    norm = "instance_norm" if rng.random() < 0.2 and chain.shape[1] >= 4 else "group_norm"
    arguments = {"groups": groups} if norm == "group_norm" else {"affine": True}
    kernels = rng.choice([(3, 3), (1, 3, 1)])
    for number, kernel in enumerate(kernels):
        chain(word, out=out, kernel=kernel, stride=stride if number == len(kernels) - 2 else 1)
        end = chain(norm, **arguments)
        if number < len(kernels) - 1:
            chain("relu")
    if chain.graph[start].shape != chain.shape:
        chain(word, start, out=out, stride=stride)
        start = chain(norm, **arguments)
    chain("add", end, start)
    chain("relu")


def responding(chain: Chain, rng: random.Random) -> None:
    """Large depthwise kernel, layer norm, two linear maps and between them a norm by the sizes of all channels."""
    start, come = chain.graph.output, chain.channels
    chain("conv", out=come, kernel=rng.choice([5, 7]), groups=come, bias=True)
    chain("layer_norm")
    chain("conv", out=4 * come, bias=True)
    chain("gelu")
    chain("grn")
    chain("conv", out=come, bias=True)
    chain("add", start, chain.graph.output)
