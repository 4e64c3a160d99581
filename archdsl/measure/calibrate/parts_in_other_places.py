"""Parts over maps of one place, such as sound, and of three, such as films."""

from __future__ import annotations

import random

from archdsl.measure.calibrate.chain import Chain
from archdsl.measure.calibrate.pieces import COMMON, rounded


def along_time(chain: Chain, rng: random.Random) -> None:
    """Convolutions over one place, with and without norms, and pooling."""
    for _ in range(rng.randint(1, 2)):
        out = rounded(rng, min(512, chain.channels * rng.choice([1, 1.5, 2])))
        chain("conv", out=out, kernel=rng.choice([1, 1, 3, 3, 5, 9]), bias=rng.random() < 0.5)
        if rng.random() < 0.8:
            chain("norm")
        chain(rng.choice(COMMON))
    if chain.shape[1] >= 32:
        chain("maxpool", kernel=rng.choice([2, 4]))


def for_each_point(chain: Chain, rng: random.Random) -> None:
    """Convolutions with a kernel of 1, ever wider."""
    out = rng.choice([32, 64, 64])
    for _ in range(rng.randint(2, 4)):
        chain("conv", out=out, kernel=1, bias=rng.random() < 0.5)
        chain("norm")
        chain(rng.choice(COMMON))
        out = min(1024, out * rng.choice([1, 2, 2, 4]))


def through_space(chain: Chain, rng: random.Random) -> None:
    """Two 3x3x3 convolutions, or one over the frames after one over their places; projected where the shape changes."""
    start, halves = chain.graph.output, min(chain.shape[1:]) >= 4 and rng.random() < 0.4
    out, stride = rounded(rng, min(128, chain.channels * rng.choice([1, 1, 2]))), 2 if halves else 1
    apart = rng.random() < 0.4
    chain("conv", out=out, kernel=[1, 3, 3] if apart else 3, stride=stride)
    chain("norm")
    chain("relu")
    chain("conv", out=out, kernel=[3, 1, 1] if apart else 3)
    end = chain("norm")
    if chain.graph[start].shape != chain.shape:
        chain("conv", start, out=out, stride=stride)
        start = chain("norm")
    chain("add", end, start)
    chain("relu")
