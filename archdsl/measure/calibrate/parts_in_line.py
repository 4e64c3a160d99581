"""Parts of synthetic networks whose layers follow one another, with at most a shortcut around them; stems and heads."""

from __future__ import annotations

import random

from archdsl.measure.calibrate.chain import Chain
from archdsl.measure.calibrate.pieces import COMMON, conv, depthwise, gate, rounded, some_stride, width


def stem(chain: Chain, rng: random.Random) -> None:
    kernel = rng.choice([3, 3, 3, 5, 7])
    conv(chain, rng, rng.choice([8, 16, 16, 24, 32, 32, 48, 64]), kernel, 2, nl=rng.choice(COMMON))
    if rng.random() < 0.4:
        chain("maxpool", kernel=3, stride=2, padding=1)


def head(chain: Chain, rng: random.Random) -> None:
    if rng.random() < 0.5:
        conv(chain, rng, rng.choice([512, 576, 960, 1024, 1280]), nl=rng.choice(COMMON))
    chain("adaptive_pool")
    chain("flatten")
    if rng.random() < 0.4:
        chain("linear", out=rng.choice([512, 1024, 1280, 4096, 8192]))
        chain(rng.choice(COMMON))
    chain("linear", out=rng.choice([10, 100, 1000]), bias=rng.random() < 0.8)


def inverted(chain: Chain, rng: random.Random) -> None:
    """Inverted residual, with and without squeeze and excitation."""
    start, come = chain.graph.output, chain.channels
    nl, gated = rng.choice(COMMON), rng.random() < 0.4
    wide = rounded(rng, min(come * rng.choice([1, 2, 3, 4, 6]), 1200))
    stride = some_stride(chain, rng)
    if wide != come:
        conv(chain, rng, wide, nl=nl)
    depthwise(chain, rng, stride=stride, nl=nl)
    if gated:
        gate(chain, rng, rng.choice(["relu", nl]), rng.choice(["hsigmoid", "sigmoid"]))
    out = come if stride == 1 and rng.random() < 0.6 else width(rng, chain.shape[1])
    end = conv(chain, rng, out)
    if chain.graph[start].shape == chain.shape:
        chain("add", start, end)


def basic(chain: Chain, rng: random.Random) -> None:
    """Two dense 3x3 convolutions, projected where the shape changes."""
    start = chain.graph.output
    out, stride = width(rng, chain.shape[1]), some_stride(chain, rng)
    nl = rng.choice(["relu", "relu", "silu", "relu6"])
    conv(chain, rng, out, 3, stride, nl=nl)
    end = conv(chain, rng, out, 3)
    if chain.graph[start].shape != chain.shape:
        chain("conv", start, out=out, stride=stride)
        start = chain("norm")
    chain("add", end, start)
    chain(nl)


def bottleneck(chain: Chain, rng: random.Random) -> None:
    """Bottleneck with a dense or grouped 3x3 convolution."""
    start = chain.graph.output
    groups = rng.choice([1, 1, 2, 4, 8, 32])
    inner = max(1, round(width(rng, chain.shape[1]) / groups)) * groups
    stride = some_stride(chain, rng)
    out = inner * rng.choice([1, 2, 4])
    conv(chain, rng, inner, nl="relu")
    conv(chain, rng, inner, 3, stride, groups, nl="relu")
    if rng.random() < 0.3:
        gate(chain, rng, "relu", "sigmoid")
    end = conv(chain, rng, out)
    if chain.graph[start].shape != chain.shape:
        chain("conv", start, out=out, stride=stride)
        start = chain("norm")
    chain("add", end, start)
    chain("relu")


def plain(chain: Chain, rng: random.Random) -> None:
    """Convolutions of any kernel one after the other, with bias and without norm."""
    for _ in range(rng.randint(1, 3)):
        kernel = rng.choice([1, 3, 3, 5])
        chain("conv", out=width(rng, chain.shape[1]), kernel=kernel, stride=some_stride(chain, rng, 0.2), bias=rng.random() < 0.8)
        chain(rng.choice(COMMON))
    if chain.shape[1] >= 8 and rng.random() < 0.7:
        kernel = rng.choice([2, 3])
        chain("maxpool", kernel=kernel, stride=2, padding=rng.choice([0, 1]))


def separable(chain: Chain, rng: random.Random) -> None:
    """Depthwise and pointwise convolutions, the activation before or after them."""
    before = rng.random() < 0.5
    nl = rng.choice(COMMON)
    for _ in range(rng.randint(1, 3)):
        if before:
            chain(nl)
        if rng.random() < 0.5:
            chain("conv", out=chain.channels, kernel=3, groups=chain.channels, stride=some_stride(chain, rng))
        else:
            depthwise(chain, rng, stride=some_stride(chain, rng), nl="" if before else nl)
        conv(chain, rng, width(rng, chain.shape[1]), nl="" if before else nl)


def modern(chain: Chain, rng: random.Random) -> None:
    """Large depthwise kernel, layer norm over channels, two linear maps, layer scale."""
    start, come = chain.graph.output, chain.channels
    chain("conv", out=come, kernel=rng.choice([5, 7]), groups=come, bias=True)
    chain("layer_norm")
    chain("conv", out=4 * come, bias=True)
    chain("gelu")
    chain("conv", out=come, bias=True)
    chain("layer_scale")
    chain("add", start, chain.graph.output)


def lego(chain: Chain, rng: random.Random) -> None:
    """Shared filters, and the choice among their maps."""
    groups = rng.choice([2, 4])
    conv(chain, rng, -(-width(rng, chain.shape[1]) // groups) * groups, nl="relu")
    for _ in range(rng.randint(1, 2)):
        out = chain.channels
        chain("shared_conv", filters=max(1, out // rng.choice([2, 4])), groups=groups, kernel=rng.choice([1, 3]))
        chain("choose_add", out=out, groups=groups)
        chain("norm")
        chain("relu")


def shifted(chain: Chain, rng: random.Random) -> None:
    """Convolution, shift, convolution."""
    for _ in range(rng.randint(1, 2)):
        chain("norm")
        chain("relu")
        chain("conv", out=width(rng, chain.shape[1]))
        chain("norm")
        chain("relu")
        chain("shift", kernel=3, dilation=rng.choice([1, 2]))
        chain("conv", out=width(rng, chain.shape[1]), stride=some_stride(chain, rng))
