"""Parts in which maps grow again: transposed convolutions beside what was handed across, maps at the size of others."""

from __future__ import annotations

import random

from archdsl.measure.calibrate.chain import Chain
from archdsl.measure.calibrate.pieces import COMMON, conv, depthwise, rounded, width


def hourglass(chain: Chain, rng: random.Random) -> None:
    """A map at half its size in more channels, and back by a transposed convolution beside what was handed across."""
    if chain.shape[1] % 2:
        _padded_to_even(chain)
    inner = min(width(chain, rng), 96)
    nl = rng.choice(COMMON)
    handed = conv(chain, rng, inner, 3, nl=nl)
    chain("maxpool", kernel=2)
    conv(chain, rng, 2 * inner, 3, nl=nl)
    raised = chain("conv_transpose", out=inner, kernel=2, stride=2, bias=True)
    chain("concat", handed, raised)
    conv(chain, rng, inner, 3, nl=nl)


def raised(chain: Chain, rng: random.Random) -> None:
    """Maps that grow as those of generators do: transposed convolutions, or channels that become places; large ones shrink before."""
    if chain.shape[1] > 32:
        chain("leaky_relu")
        conv(chain, rng, rounded(rng, chain.channels / 2), 3, 2, nl="leaky_relu")
    out = min(width(chain, rng, 2), 256 if chain.shape[1] <= 8 else 96)
    if rng.random() < 0.6:
        chain("conv_transpose", out=out, kernel=rng.choice([2, 3, 4, 4]), stride=2, padding=1)
    else:
        chain("conv", out=4 * out, kernel=3, bias=True)
        chain("pixel_shuffle", factor=2)
    if rng.random() < 0.3:
        chain("tanh")
        return
    chain("norm")
    chain("relu")


def context(chain: Chain, rng: random.Random) -> None:
    """What is seen at a smaller size, at the size of the map again: added to it, put beside it, or a gate of it."""
    start, nl = chain.graph.output, rng.choice(COMMON)
    fine = conv(chain, rng, width(chain, rng), nl=nl)
    come = chain.channels
    if rng.random() < 0.4:
        chain("adaptive_pool", start)
        conv(chain, rng, come, nl=nl)
    else:
        chain("avgpool", start, kernel=2, stride=2)
        conv(chain, rng, come, nl=rng.choice(["", nl]))
        if rng.random() < 0.5:
            depthwise(chain, rng, nl=nl)
        else:
            for kernel in ([1, 5], [5, 1]):
                chain("conv", out=come, kernel=kernel, groups=come)
                chain("norm")
    joined = rng.choice(["add", "mul", "concat"])
    if joined == "mul":
        chain("sigmoid")
    coarse = chain("resize_like", chain.graph.output, fine, mode=rng.choice(["nearest", "bilinear"]))
    chain(joined, fine, coarse)
    conv(chain, rng, come, nl=nl)


def headed(chain: Chain, rng: random.Random) -> None:
    """What segmentation ends in: a gate for the whole map, or the mean of it beside it; scores of few classes, many times as large."""
    nl, start = rng.choice(COMMON), chain.graph.output
    hidden, classes = rounded(rng, rng.choice([32, 64, 128])), rng.choice([2, 19, 21])
    near = conv(chain, rng, hidden, rng.choice([1, 1, 3]), nl=nl)
    chain("adaptive_pool", start)
    mean = conv(chain, rng, hidden, nl=rng.choice(["sigmoid", nl]))
    if rng.random() < 0.5:
        chain("mul", near, mean)
    else:
        everywhere = chain("resize_like", mean, near, mode="bilinear")
        chain("concat", near, everywhere)
        conv(chain, rng, hidden, nl=nl)
    scale = rng.choice([scale for scale in (2, 4, 8, 16) if scale == 2 or scale * chain.shape[1] <= 320])
    if rng.random() < 0.7:
        chain("conv", out=classes, bias=True)
    chain("upsample", scale=scale if chain.channels == classes else 2, mode=rng.choice(["bilinear", "bilinear", "nearest"]))
    conv(chain, rng, width(chain, rng), rng.choice([1, 3]), scale if chain.shape[1] > 64 else 1, nl=nl)


def reached(chain: Chain, rng: random.Random) -> None:
    """Pools that keep the size, one after the other, put side by side; as detectors see far."""
    come = chain.channels
    kernel = rng.choice([3, 5, 5])
    near = conv(chain, rng, max(4, come // 2), nl=rng.choice(COMMON))
    pools = [chain("maxpool", kernel=kernel, stride=1, padding=kernel // 2) for _ in range(rng.randint(2, 3))]
    chain("concat", near, *pools)
    conv(chain, rng, come, nl=rng.choice(COMMON))


def _padded_to_even(chain: Chain) -> None:
    """A row and a column of zeros at the end."""
    chain("pad", sides=[0, 1, 0, 1])
