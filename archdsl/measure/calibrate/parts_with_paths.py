"""Parts of synthetic networks in which several paths run side by side, or earlier maps are read again."""

from __future__ import annotations

import random

from archdsl.measure.calibrate.chain import Chain
from archdsl.measure.calibrate.pieces import COMMON, conv, depthwise, gate, rounded, some_stride, width


def densely(chain: Chain, rng: random.Random) -> None:
    """Norm, activation and convolutions; what is new is concatenated to what came."""
    growth = rng.choice([12, 16, 24, 32, 32])
    for _ in range(rng.randint(1, 4)):
        start = chain.graph.output
        chain("norm")
        chain("relu")
        chain("conv", out=4 * growth)
        chain("norm")
        chain("relu")
        new = chain("conv", out=growth, kernel=3)
        chain("concat", start, new)
    if rng.random() < 0.5:
        chain("norm")
        chain("relu")
        chain("conv", out=width(chain, rng))
        if chain.shape[1] >= 8:
            chain("avgpool", kernel=2, stride=2)


def partly(chain: Chain, rng: random.Random) -> None:
    """Part of the channels is learned from, the rest passes; then a convolution over all of them."""
    start, come = chain.graph.output, chain.channels
    cut = max(1, min(come - 1, rounded(rng, come * rng.choice([0.25, 0.5, 0.5, 0.75]))))
    passed = chain("slice", start, start=cut, stop=come)
    chain("slice", start, start=0, stop=cut)
    nl = rng.choice(COMMON)
    conv(chain, rng, rounded(rng, cut * rng.choice([1, 2, 3])), nl=nl)
    depthwise(chain, rng, nl=nl)
    if rng.random() < 0.3:
        gate(chain, rng, "relu", "hsigmoid")
    learned = conv(chain, rng, rounded(rng, cut))
    chain("concat", learned, passed)
    conv(chain, rng, width(chain, rng), nl=rng.choice(["", nl]))


def paths(chain: Chain, rng: random.Random) -> None:
    """Halves of the channels through depthwise convolutions of different kernels, side by side."""
    start, come = chain.graph.output, chain.channels
    half, stride = come // 2, some_stride(chain, rng)
    nl = rng.choice(COMMON)
    ends = []
    for kernel, first, last in ((3, 0, half), (5, half, come)):
        chain("slice", start, start=first, stop=last)
        conv(chain, rng, rounded(rng, half * rng.choice([1, 2, 3])), nl=nl)
        depthwise(chain, rng, kernel, stride, nl)
        ends.append(conv(chain, rng, width(chain, rng, 2)))
    chain("concat", *ends)
    if rng.random() < 0.7:
        conv(chain, rng, chain.channels)


def inception(chain: Chain, rng: random.Random) -> None:
    """Paths of several kernels over all channels, a pooled one among them."""
    start = chain.graph.output
    ends = []
    for kernel in rng.sample([1, 3, 5], rng.randint(2, 3)):
        inner = width(chain, rng) // 4 * 2 + 2
        chain("conv", start, out=inner, bias=True)
        chain("relu")
        if kernel > 1:
            chain("conv", out=inner, kernel=kernel, bias=True)
            chain("relu")
        ends.append(chain.graph.output)
    if rng.random() < 0.5:
        chain(rng.choice(["maxpool", "avgpool"]), start, kernel=3, stride=1, padding=1)
        chain("conv", out=rounded(rng, 32), bias=True)
        ends.append(chain("relu"))
    chain("concat", *ends)


def ghost(chain: Chain, rng: random.Random) -> None:
    """Pointwise convolution, cheap depthwise maps of it, both side by side; once and more, or twice beside a shortcut."""
    nl = rng.choice(["relu", "relu", ""])
    if rng.random() < 0.5:
        half = width(chain, rng) // 4 * 2 + rng.choice([0, 0, 1, 2])
        _ghosts(chain, rng, half, nl)
        if rng.random() < 0.3:
            chain("slice", start=0, stop=2 * half - 1)
        conv(chain, rng, half, nl=rng.choice(["", "relu"]))
        return
    start, come, stride = chain.graph.output, chain.channels, some_stride(chain, rng, 0.2)
    out = come if stride == 1 and rng.random() < 0.7 else width(chain, rng)
    _ghosts(chain, rng, -(-come * rng.choice([2, 3, 6]) // 2), nl)
    if stride > 1:
        depthwise(chain, rng, rng.choice([3, 5]), stride)
    if rng.random() < 0.3:
        gate(chain, rng, "relu", "hsigmoid")
    end = _ghosts(chain, rng, -(-out // 2), "")
    if chain.graph[start].shape != chain.shape:
        chain("conv", start, out=come, kernel=3, stride=stride, groups=come)
        chain("norm")
        start = conv(chain, rng, chain.graph[end].shape[0])
    chain("add", end, start)


def _ghosts(chain: Chain, rng: random.Random, half: int, nl: str) -> str:
    primary = conv(chain, rng, half, nl=nl)
    cheap = depthwise(chain, rng, 3, nl=nl)
    return chain("concat", primary, cheap)


def shuffled(chain: Chain, rng: random.Random) -> None:
    """Grouped pointwise convolutions with a shuffle between them, or halves that are shuffled."""
    start, come = chain.graph.output, chain.channels
    groups = rng.choice([2, 3, 4, 8])
    if rng.random() < 0.5 and come >= 8:
        half = come // 2
        passed = chain("slice", start, start=0, stop=half)
        chain("slice", start, start=half, stop=2 * half)
        conv(chain, rng, half, nl="relu")
        depthwise(chain, rng, 3)
        learned = conv(chain, rng, half, nl="relu")
        chain("concat", passed, learned)
        chain("shuffle", groups=2)
        return
    inner = rounded(rng, come / groups / 2) * groups
    conv(chain, rng, inner, nl="relu")
    chain("shuffle", groups=groups)
    depthwise(chain, rng, 3)
    out = come if come % groups == 0 else rounded(rng, come / groups) * groups
    conv(chain, rng, out, groups=groups)
    if out == come:
        chain("add", start, chain.graph.output)
    chain("relu")


def wired(chain: Chain, rng: random.Random) -> None:
    """Weighted sums of earlier maps, activation, separable convolution, norm."""
    earlier = [chain.graph.output]
    come = chain.channels
    for _ in range(rng.randint(2, 5)):
        chain("weighted_add", *rng.sample(earlier, min(len(earlier), rng.randint(1, 3))))
        chain("relu")
        chain("conv", out=come, kernel=3, groups=come)
        chain("conv", out=come)
        earlier.append(chain("norm"))


def branches(chain: Chain, rng: random.Random) -> None:
    """Convolutions of one map with kernels of 3 and of 1 and a norm, added up, for all channels or for each; as trained before fusing."""
    for _ in range(rng.randint(1, 3)):
        start, come, stride = chain.graph.output, chain.channels, some_stride(chain, rng)
        depthwise = rng.random() < 0.5
        out, groups = (come, come) if depthwise else (width(chain, rng), 1)
        ends = []
        for kernel in [3] * rng.randint(1, 2) + [1]:
            chain("conv", start, out=out, kernel=kernel, stride=stride, groups=groups)
            ends.append(chain("norm"))
        if out == come and stride == 1:
            ends.append(chain("norm", start))
        chain("add", *ends)
        chain("relu")
        if depthwise:
            conv(chain, rng, width(chain, rng), nl="relu")
