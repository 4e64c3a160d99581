"""What parts of synthetic networks are made of: widths as networks have them, convolutions with their norms, gates."""

from __future__ import annotations

import random

from archdsl.measure.calibrate.chain import Chain

ACTIVATIONS = ("relu", "relu", "relu6", "hswish", "silu", "gelu", "sigmoid", "hsigmoid", "tanh", "leaky_relu", "prelu")
COMMON = ("relu", "relu", "relu", "relu6", "hswish", "silu")
"""Activations, those that networks often have more than once."""


def width(chain: Chain, rng: random.Random, zoom: int = 1) -> int:
    """Channels as networks have them on maps of this side: most are multiples of 8, some of 4, few of 2. A network may have
    fewer or more everywhere.

    Args:
        zoom: how many times the side of the last map the side is.
    """
    return rounded(rng, width_at(rng, chain.shape[1] * zoom) * chain.breadth)


def width_at(rng: random.Random, side: int) -> int:
    """The same before it is made a multiple, in a network of the usual breadth."""
    middle = {True: 24, side <= 56: 40, side <= 28: 96, side <= 14: 200, side <= 7: 400}[True]
    return max(4, round(middle * 2 ** rng.uniform(-1.3, 1.3)))


def rounded(rng: random.Random, wide: float) -> int:
    """A number of channels near one that is wanted, a multiple of a small number."""
    step = rng.choice([16, 16, 32, 8, 8, 8, 8, 4, 4, 2])
    return max(step, 2, round(wide / step) * step)


def conv(chain: Chain, rng: random.Random, out: int, kernel: int = 1, stride: int = 1, groups: int = 1, nl: str = "") -> str:
    """A convolution with its norm, and an activation where one is named. Gives the name of the last."""
    chain("conv", out=out, kernel=kernel, stride=stride, groups=groups)
    name = chain("norm")
    return chain(nl) if nl else name


def depthwise(chain: Chain, rng: random.Random, kernel: int = 0, stride: int = 1, nl: str = "") -> str:
    """The same for each channel by itself, with the kernel given or one that is often used."""
    kernel = kernel or rng.choice([3, 3, 3, 5, 5, 7])
    return conv(chain, rng, chain.channels, kernel, stride, chain.channels, nl)


def some_stride(chain: Chain, rng: random.Random, chance: float = 0.3) -> int:
    """2 now and then, while maps are large enough, else 1."""
    return 2 if chain.shape[1] >= 12 and rng.random() < chance else 1


def gate(chain: Chain, rng: random.Random, nl: str, opening: str) -> str:
    """Squeeze and excitation. `opening` is the activation that gives the factors."""
    before = chain.graph.output
    out = chain.channels
    chain("adaptive_pool")
    biased = rng.random() < 0.5
    chain("conv", out=max(4, out // rng.choice([4, 4, 16])), bias=biased)
    chain(nl)
    chain("conv", out=out, bias=biased)
    weights = chain(opening)
    return chain("mul", before, weights)
