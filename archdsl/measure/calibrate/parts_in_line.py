"""Parts of synthetic networks whose layers follow one another, with at most a shortcut around them; stems and heads."""

from __future__ import annotations

import random

from archdsl.measure.calibrate.chain import Chain
from archdsl.measure.calibrate.pieces import COMMON, conv, depthwise, gate, rounded, some_stride, width


def stem(chain: Chain, rng: random.Random) -> None:
    """What begins a network: small images keep their size, large ones shrink to a half or a quarter, or to patches."""
    small = chain.shape[1] <= 64
    if not small and rng.random() < 0.2:
        chain("conv", out=rng.choice([32, 40, 48, 64, 96]), kernel=rng.choice([4, 7]), stride=4, padding=2, bias=True)
        return
    kernel, stride = (3, rng.choice([1, 1, 1, 2])) if small else (rng.choice([3, 3, 3, 5, 7]), 2)
    conv(chain, rng, rng.choice([8, 16, 16, 24, 32, 32, 48, 64]), kernel, stride, nl=rng.choice(COMMON))
    if not small and (chain.shape[1] > 128 or rng.random() < 0.3):
        shrink = rng.random()
        if shrink < 0.5:
            chain("maxpool", kernel=3, stride=2, padding=1)
        else:
            conv(chain, rng, width(chain, rng), 3, 2, nl=rng.choice(COMMON))


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
    out = come if stride == 1 and rng.random() < 0.6 else width(chain, rng)
    end = conv(chain, rng, out)
    if chain.graph[start].shape == chain.shape:
        chain("add", start, end)


def basic(chain: Chain, rng: random.Random) -> None:
    """Two dense 3x3 convolutions, twice at the same width or once; where the shape changes projected, or padded with zeros."""
    nl = rng.choice(["relu", "relu", "silu", "relu6"])
    out, stride = width(chain, rng), some_stride(chain, rng)
    padded = rng.random() < 0.3
    for step in [stride] + [1] * rng.randint(0, 1):
        start, come = chain.graph.output, chain.channels
        out += (out - come) % 2 if padded else 0
        conv(chain, rng, out, 3, step, nl=nl)
        end = conv(chain, rng, out, 3)
        if padded and come <= out:
            start = _widened(chain, start, out, step)
        elif chain.graph[start].shape != chain.graph[end].shape:
            chain("conv", start, out=out, stride=step)
            start = chain("norm")
        chain("add", end, start)
        chain(nl)


def _widened(chain: Chain, start: str, out: int, stride: int) -> str:
    """Every other place where it strides, and zeros on either side of the channels."""
    come = chain.graph[start].shape[0]
    if stride > 1:
        start = chain("crop", start, step=stride)
    return chain("pad", start, channels=(out - come) // 2) if out != come else start


def bottleneck(chain: Chain, rng: random.Random) -> None:
    """Bottleneck with a dense or grouped 3x3 convolution."""
    start = chain.graph.output
    groups = rng.choice([1, 1, 2, 4, 8, 32])
    each = rng.choice([4, 8, 8, 16, 16, 24]) if rng.random() < 0.4 else max(1, round(width(chain, rng) / groups))
    if each * groups > 768 or (each < 32 and groups == 1):
        groups = max(2, round(width(chain, rng) / each))
    inner = each * groups
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
        chain("conv", out=width(chain, rng), kernel=kernel, stride=some_stride(chain, rng, 0.2), bias=rng.random() < 0.8)
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
        conv(chain, rng, width(chain, rng), nl="" if before else nl)


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
    groups = rng.choice([2, 2, 4])
    conv(chain, rng, -(-width(chain, rng) // groups) * groups, nl="relu")
    for _ in range(rng.randint(1, 3)):
        out = -(-width(chain, rng) // groups) * groups if rng.random() < 0.4 else chain.channels
        chain("shared_conv", filters=max(1, out // rng.choice([2, 2, 4])), groups=groups, kernel=rng.choice([1, 3, 3]))
        chain("choose_add", out=out, groups=groups)
        chain("norm")
        chain("relu")


def shifted(chain: Chain, rng: random.Random) -> None:
    """Convolution, shift, convolution."""
    for _ in range(rng.randint(1, 2)):
        chain("norm")
        chain("relu")
        chain("conv", out=width(chain, rng))
        chain("norm")
        chain("relu")
        chain("shift", kernel=3, dilation=rng.choice([1, 2]))
        chain("conv", out=width(chain, rng), stride=some_stride(chain, rng))
