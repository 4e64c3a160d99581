"""What is rare in networks: other activations, pooling, padding, resizing, products and sums."""

from __future__ import annotations

import random
from collections.abc import Callable

from archdsl.measure.calibrate.chain import Chain
from archdsl.measure.calibrate.pieces import ACTIVATIONS, COMMON, conv, depthwise, width

RARE = ACTIVATIONS[6:]


def odd(chain: Chain, rng: random.Random) -> None:
    """A few rare layers, of which each may come more than once."""
    start = chain.graph.output
    for _ in range(rng.randint(1, 3)):
        LAYERS[rng.randint(0, len(LAYERS) - 1)](chain, rng)
    if chain.graph.output == start:
        chain("relu")
    if rng.random() < 0.2 and chain.shape[1] >= 4:
        chain("adaptive_pool", size=rng.choice([2, 3, 4, 7]), mode=rng.choice(["avg", "max"]))


def _activated(chain: Chain, rng: random.Random) -> None:
    conv(chain, rng, width(chain, rng), nl=rng.choice(RARE))


def _activation(chain: Chain, rng: random.Random) -> None:
    chain(rng.choice(ACTIVATIONS))


def _padded(chain: Chain, rng: random.Random) -> None:
    chain("pad", sides=1, mode=rng.choice(["zeros", "reflect", "replicate"]))
    conv(chain, rng, chain.channels)


def _resized(chain: Chain, rng: random.Random) -> None:
    if chain.shape[1] > 40:
        _dense(chain, rng)
        return
    chain("upsample", scale=2, mode=rng.choice(["nearest", "bilinear"]))
    conv(chain, rng, width(chain, rng))


def _pooled(chain: Chain, rng: random.Random) -> None:
    if chain.shape[1] < 6:
        _dense(chain, rng)
        return
    kernel, stride = rng.choice([(3, 2), (3, 1), (5, 1), (2, 2)])
    chain(rng.choice(["maxpool", "avgpool"]), kernel=kernel, stride=stride, padding=kernel // 2 if kernel > 2 else 0)
    conv(chain, rng, chain.channels)


def _together(chain: Chain, rng: random.Random) -> None:
    first = conv(chain, rng, chain.channels)
    second = depthwise(chain, rng)
    chain(rng.choice(["add", "mul"]), first, second)
    chain(rng.choice(ACTIVATIONS))


def _norm(chain: Chain, rng: random.Random) -> None:
    chain("norm")


def _dense(chain: Chain, rng: random.Random) -> None:
    """A dense convolution, what the others become where they do not fit."""
    conv(chain, rng, chain.channels, rng.choice([3, 5]), nl=rng.choice(COMMON))


LAYERS: tuple[Callable[[Chain, random.Random], None], ...] = (
    _activated,
    _activated,
    _activation,
    _padded,
    _resized,
    _pooled,
    _together,
    _norm,
    _dense,
)
"""As likely as each other."""
