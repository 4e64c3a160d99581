"""Synthetic networks to calibrate on: a few parts, drawn at random, as networks are put together from them.

Every part brings operators in the neighbourhoods in which networks have them, since what an operator takes depends on what stands
beside it: what a runtime fuses, which layout a tensor arrives in, what is still in a cache. No network is one of the zoo.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import count

from archdsl.ir.graph import Graph
from archdsl.measure.calibrate.chain import Chain

Part = Callable[[Chain, random.Random], None]

ACTIVATIONS = ("relu", "relu", "relu6", "hswish", "silu", "gelu", "sigmoid", "hsigmoid", "tanh", "leaky_relu", "prelu")
COMMON = ("relu", "relu", "relu", "relu6", "hswish", "silu")
MACS = (7.3, 8.8)
"""Powers of ten between which a network's multiply-accumulates are wanted: as many as in small networks of the field, so that what is
in a cache and what is not is as it is there."""
MOST_MACS, MOST_NODES = 1_000_000_000, 220
"""Of a network: larger ones take long and tell nothing new."""


def networks(seed: int = 0) -> Iterator[Graph]:
    """Networks without end, the same for every run. Small and large ones take turns, and so do those over maps and over tokens."""
    for number in count():
        rng = random.Random(f"{seed} {number}")
        made = _of_tokens(rng, number) if number % 12 == 11 else _of_maps(rng, number)
        if sum(_macs(made)) <= MOST_MACS:
            yield made


def _macs(graph: Graph) -> Iterator[int]:
    for node in graph:
        if node.inputs:
            yield node.op.macs(graph.input_shapes(node), node.shape)


def _of_maps(rng: random.Random, number: int) -> Graph:
    """Parts over maps. Every part of the list begins a network in turn; the others follow at random."""
    first = PARTS[number % len(PARTS)]
    stem = rng.random() < 0.3
    if stem:
        side = rng.choice([64, 96, 112, 128, 160, 192, 224])
        chain = Chain((3, side, side), f"Calibration{number}")
        _stem(chain, rng)
    else:
        side = rng.choice([7, 7, 8, 10, 12, 14, 14, 16, 20, 24, 28, 28, 32, 40, 56, 56, 80, 112])
        chain = Chain((_width(rng, side), side, side), f"Calibration{number}")
    wanted, others = 10 ** rng.uniform(*MACS), rng.sample(PARTS, rng.randint(0, 3))
    first(chain, rng)
    while sum(_macs(chain.graph)) < wanted and len(chain.graph) < MOST_NODES and chain.shape[1] >= 4:
        rng.choice([first, *others])(chain, rng)
    if rng.random() < 0.4:
        _head(chain, rng)
    return chain.graph


def _of_tokens(rng: random.Random, number: int) -> Graph:
    heads = rng.choice([2, 3, 4, 6, 8])
    width = heads * rng.choice([32, 64])
    side = rng.choice([6, 7, 10, 14, 14])
    patch = rng.choice([4, 8, 16])
    chain = Chain((3, side * patch, side * patch), f"Calibration{number}")
    chain("conv", out=width, kernel=patch, stride=patch, padding=0, bias=True)
    chain("tokens")
    if rng.random() < 0.7:
        chain("class_token")
    chain("position")
    for _ in range(rng.randint(1, 4)):
        _encoder(chain, rng, heads, width)
    if rng.random() < 0.3:
        chain("norm")
        chain(rng.choice(["prelu", "relu", "hswish"]))
    chain("layer_norm")
    chain(rng.choice(["select_token", "token_mean"]))
    chain("linear", out=rng.choice([10, 100, 1000]))
    return chain.graph


def _width(rng: random.Random, side: int) -> int:
    """Channels as networks have them on maps of this side: most are multiples of 8, some of 4, few of nothing."""
    middle = {True: 24, side <= 56: 40, side <= 28: 96, side <= 14: 200, side <= 7: 400}[True]
    wide = max(4, round(middle * 2 ** rng.uniform(-1.3, 1.3)))
    return _rounded(rng, wide)


def _rounded(rng: random.Random, wide: float) -> int:
    step = rng.choice([16, 16, 32, 8, 8, 8, 8, 4, 4, 2])
    return max(step, 2, round(wide / step) * step)


def _conv(chain: Chain, rng: random.Random, out: int, kernel: int = 1, stride: int = 1, groups: int = 1, nl: str = "") -> str:
    chain("conv", out=out, kernel=kernel, stride=stride, groups=groups)
    name = chain("norm")
    return chain(nl) if nl else name


def _depthwise(chain: Chain, rng: random.Random, kernel: int = 0, stride: int = 1, nl: str = "") -> str:
    kernel = kernel or rng.choice([3, 3, 3, 5, 5, 7])
    return _conv(chain, rng, chain.channels, kernel, stride, chain.channels, nl)


def _stride(chain: Chain, rng: random.Random, chance: float = 0.3) -> int:
    return 2 if chain.shape[1] >= 12 and rng.random() < chance else 1


def _gate(chain: Chain, rng: random.Random, nl: str, gate: str) -> str:
    """Squeeze and excitation."""
    before = chain.graph.output
    out = chain.channels
    chain("adaptive_pool")
    biased = rng.random() < 0.5
    chain("conv", out=max(4, out // rng.choice([4, 4, 16])), bias=biased)
    chain(nl)
    chain("conv", out=out, bias=biased)
    weights = chain(gate)
    return chain("mul", before, weights)


# -- parts over maps -----------------------------------------------------------------------------------------------------------


def _stem(chain: Chain, rng: random.Random) -> None:
    kernel = rng.choice([3, 3, 3, 5, 7])
    _conv(chain, rng, rng.choice([8, 16, 16, 24, 32, 32, 48, 64]), kernel, 2, nl=rng.choice(COMMON))
    if rng.random() < 0.4:
        chain("maxpool", kernel=3, stride=2, padding=1)


def _head(chain: Chain, rng: random.Random) -> None:
    if rng.random() < 0.5:
        _conv(chain, rng, rng.choice([512, 576, 960, 1024, 1280]), nl=rng.choice(COMMON))
    chain("adaptive_pool")
    chain("flatten")
    if rng.random() < 0.4:
        chain("linear", out=rng.choice([512, 1024, 1280, 4096, 8192]))
        chain(rng.choice(COMMON))
    chain("linear", out=rng.choice([10, 100, 1000]), bias=rng.random() < 0.8)


def _inverted(chain: Chain, rng: random.Random) -> None:
    """Inverted residual, with and without squeeze and excitation."""
    start, come = chain.graph.output, chain.channels
    nl, gated = rng.choice(COMMON), rng.random() < 0.4
    wide = _rounded(rng, min(come * rng.choice([1, 2, 3, 4, 6]), 1200))
    stride = _stride(chain, rng)
    if wide != come:
        _conv(chain, rng, wide, nl=nl)
    _depthwise(chain, rng, stride=stride, nl=nl)
    if gated:
        _gate(chain, rng, rng.choice(["relu", nl]), rng.choice(["hsigmoid", "sigmoid"]))
    out = come if stride == 1 and rng.random() < 0.6 else _width(rng, chain.shape[1])
    end = _conv(chain, rng, out)
    if chain.graph[start].shape == chain.shape:
        chain("add", start, end)


def _basic(chain: Chain, rng: random.Random) -> None:
    """Two dense 3x3 convolutions, projected where the shape changes."""
    start = chain.graph.output
    out, stride = _width(rng, chain.shape[1]), _stride(chain, rng)
    nl = rng.choice(["relu", "relu", "silu", "relu6"])
    _conv(chain, rng, out, 3, stride, nl=nl)
    end = _conv(chain, rng, out, 3)
    if chain.graph[start].shape != chain.shape:
        chain("conv", start, out=out, stride=stride)
        start = chain("norm")
    chain("add", end, start)
    chain(nl)


def _bottleneck(chain: Chain, rng: random.Random) -> None:
    """Bottleneck with a dense or grouped 3x3 convolution."""
    start = chain.graph.output
    groups = rng.choice([1, 1, 2, 4, 8, 32])
    inner = max(1, round(_width(rng, chain.shape[1]) / groups)) * groups
    stride = _stride(chain, rng)
    out = inner * rng.choice([1, 2, 4])
    _conv(chain, rng, inner, nl="relu")
    _conv(chain, rng, inner, 3, stride, groups, nl="relu")
    if rng.random() < 0.3:
        _gate(chain, rng, "relu", "sigmoid")
    end = _conv(chain, rng, out)
    if chain.graph[start].shape != chain.shape:
        chain("conv", start, out=out, stride=stride)
        start = chain("norm")
    chain("add", end, start)
    chain("relu")


def _plain(chain: Chain, rng: random.Random) -> None:
    """Convolutions of any kernel one after the other, with bias and without norm."""
    for _ in range(rng.randint(1, 3)):
        kernel = rng.choice([1, 3, 3, 5])
        chain("conv", out=_width(rng, chain.shape[1]), kernel=kernel, stride=_stride(chain, rng, 0.2), bias=rng.random() < 0.8)
        chain(rng.choice(COMMON))
    if chain.shape[1] >= 8 and rng.random() < 0.7:
        kernel = rng.choice([2, 3])
        chain("maxpool", kernel=kernel, stride=2, padding=rng.choice([0, 1]))


def _separable(chain: Chain, rng: random.Random) -> None:
    """Depthwise and pointwise convolutions, the activation before or behind."""
    before = rng.random() < 0.5
    nl = rng.choice(COMMON)
    for _ in range(rng.randint(1, 3)):
        if before:
            chain(nl)
        if rng.random() < 0.5:
            chain("conv", out=chain.channels, kernel=3, groups=chain.channels, stride=_stride(chain, rng))
        else:
            _depthwise(chain, rng, stride=_stride(chain, rng), nl="" if before else nl)
        _conv(chain, rng, _width(rng, chain.shape[1]), nl="" if before else nl)


def _densely(chain: Chain, rng: random.Random) -> None:
    """Norm, activation and convolution, what is new behind what came."""
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
        chain("conv", out=_width(rng, chain.shape[1]))
        if chain.shape[1] >= 8:
            chain("avgpool", kernel=2, stride=2)


def _partly(chain: Chain, rng: random.Random) -> None:
    """Part of the channels is learned from, the rest passes; then a convolution over all of them."""
    start, come = chain.graph.output, chain.channels
    cut = max(1, min(come - 1, _rounded(rng, come * rng.choice([0.25, 0.5, 0.5, 0.75]))))
    passed = chain("slice", start, start=cut, stop=come)
    chain("slice", start, start=0, stop=cut)
    nl = rng.choice(COMMON)
    _conv(chain, rng, _rounded(rng, cut * rng.choice([1, 2, 3])), nl=nl)
    _depthwise(chain, rng, nl=nl)
    if rng.random() < 0.3:
        _gate(chain, rng, "relu", "hsigmoid")
    learned = _conv(chain, rng, _rounded(rng, cut))
    chain("concat", learned, passed)
    _conv(chain, rng, _width(rng, chain.shape[1]), nl=rng.choice(["", nl]))


def _paths(chain: Chain, rng: random.Random) -> None:
    """Halves of the channels through depthwise convolutions of different kernels, side by side."""
    start, come = chain.graph.output, chain.channels
    half, stride = come // 2, _stride(chain, rng)
    nl = rng.choice(COMMON)
    ends = []
    for kernel, first, last in ((3, 0, half), (5, half, come)):
        chain("slice", start, start=first, stop=last)
        _conv(chain, rng, _rounded(rng, half * rng.choice([1, 2, 3])), nl=nl)
        _depthwise(chain, rng, kernel, stride, nl)
        ends.append(_conv(chain, rng, _width(rng, 2 * chain.shape[1])))
    chain("concat", *ends)
    if rng.random() < 0.7:
        _conv(chain, rng, chain.channels)


def _inception(chain: Chain, rng: random.Random) -> None:
    """Paths of several kernels over all channels, a pooled one among them."""
    start = chain.graph.output
    ends = []
    for kernel in rng.sample([1, 3, 5], rng.randint(2, 3)):
        inner = _width(rng, chain.graph[start].shape[1]) // 4 * 2 + 2
        chain("conv", start, out=inner, bias=True)
        chain("relu")
        if kernel > 1:
            chain("conv", out=inner, kernel=kernel, bias=True)
            chain("relu")
        ends.append(chain.graph.output)
    if rng.random() < 0.5:
        chain(rng.choice(["maxpool", "avgpool"]), start, kernel=3, stride=1, padding=1)
        chain("conv", out=_rounded(rng, 32), bias=True)
        ends.append(chain("relu"))
    chain("concat", *ends)


def _ghost(chain: Chain, rng: random.Random) -> None:
    """Pointwise convolution, cheap depthwise maps of it, both side by side."""
    nl = rng.choice(["relu", ""])
    half = _width(rng, chain.shape[1]) // 4 * 2 + rng.choice([0, 0, 1, 2])
    primary = _conv(chain, rng, half, nl=nl)
    cheap = _depthwise(chain, rng, 3, nl=nl)
    chain("concat", primary, cheap)
    if rng.random() < 0.3:
        chain("slice", start=0, stop=2 * half - 1)
    _conv(chain, rng, half, nl=rng.choice(["", "relu"]))


def _shuffled(chain: Chain, rng: random.Random) -> None:
    """Grouped pointwise convolutions with a shuffle between them, or halves that are shuffled."""
    start, come = chain.graph.output, chain.channels
    groups = rng.choice([2, 3, 4, 8])
    if rng.random() < 0.5 and come >= 8:
        half = come // 2
        passed = chain("slice", start, start=0, stop=half)
        chain("slice", start, start=half, stop=2 * half)
        _conv(chain, rng, half, nl="relu")
        _depthwise(chain, rng, 3)
        learned = _conv(chain, rng, half, nl="relu")
        chain("concat", passed, learned)
        chain("shuffle", groups=2)
        return
    inner = _rounded(rng, come / groups / 2) * groups
    _conv(chain, rng, inner, nl="relu")
    chain("shuffle", groups=groups)
    _depthwise(chain, rng, 3)
    out = come if come % groups == 0 else _rounded(rng, come / groups) * groups
    _conv(chain, rng, out, groups=groups)
    if out == come:
        chain("add", start, chain.graph.output)
    chain("relu")


def _modern(chain: Chain, rng: random.Random) -> None:
    """Large depthwise kernel, layer norm over channels, two linear maps, layer scale."""
    start, come = chain.graph.output, chain.channels
    chain("conv", out=come, kernel=rng.choice([5, 7]), groups=come, bias=True)
    chain("layer_norm")
    chain("conv", out=4 * come, bias=True)
    chain("gelu")
    chain("conv", out=come, bias=True)
    chain("layer_scale")
    chain("add", start, chain.graph.output)


def _wired(chain: Chain, rng: random.Random) -> None:
    """Weighted sums of earlier maps, activation, separable convolution, norm."""
    earlier = [chain.graph.output]
    come = chain.channels
    for _ in range(rng.randint(2, 5)):
        chain("weighted_add", *rng.sample(earlier, min(len(earlier), rng.randint(1, 3))))
        chain("relu")
        chain("conv", out=come, kernel=3, groups=come)
        chain("conv", out=come)
        earlier.append(chain("norm"))


def _lego(chain: Chain, rng: random.Random) -> None:
    """Shared filters, and the choice among their maps."""
    groups = rng.choice([2, 4])
    _conv(chain, rng, -(-_width(rng, chain.shape[1]) // groups) * groups, nl="relu")
    for _ in range(rng.randint(1, 2)):
        out = chain.channels
        chain("shared_conv", filters=max(1, out // rng.choice([2, 4])), groups=groups, kernel=rng.choice([1, 3]))
        chain("choose_add", out=out, groups=groups)
        chain("norm")
        chain("relu")


def _shifted(chain: Chain, rng: random.Random) -> None:
    """Convolution, shift, convolution."""
    for _ in range(rng.randint(1, 2)):
        chain("norm")
        chain("relu")
        chain("conv", out=_width(rng, chain.shape[1]))
        chain("norm")
        chain("relu")
        chain("shift", kernel=3, dilation=rng.choice([1, 2]))
        chain("conv", out=_width(rng, chain.shape[1]), stride=_stride(chain, rng))


def _odd(chain: Chain, rng: random.Random) -> None:
    """What is seldom: other activations, by themselves and behind convolutions, pooling, padding, resizing, products, sums."""
    start = chain.graph.output
    for _ in range(rng.randint(1, 3)):
        match rng.randint(0, 8):
            case 0 | 1:
                _conv(chain, rng, _width(rng, chain.shape[1]), nl=rng.choice(ACTIVATIONS[6:]))
            case 2:
                chain(rng.choice(ACTIVATIONS))
            case 3:
                chain("pad", sides=1, mode=rng.choice(["zeros", "reflect", "replicate"]))
                _conv(chain, rng, chain.channels)
            case 4 if chain.shape[1] <= 40:
                chain("upsample", scale=2, mode=rng.choice(["nearest", "bilinear"]))
                _conv(chain, rng, _width(rng, chain.shape[1]))
            case 5 if chain.shape[1] >= 6:
                chain(rng.choice(["maxpool", "avgpool"]), kernel=3, stride=2, padding=1)
                _conv(chain, rng, chain.channels)
            case 6:
                first = _conv(chain, rng, chain.channels)
                second = _depthwise(chain, rng)
                chain(rng.choice(["add", "mul"]), first, second)
                chain(rng.choice(ACTIVATIONS))
            case 7:
                chain("norm")
            case _:
                _conv(chain, rng, chain.channels, rng.choice([3, 5]), nl=rng.choice(COMMON))
    if chain.graph.output == start:
        chain("relu")
    if rng.random() < 0.2 and chain.shape[1] >= 4:
        chain("adaptive_pool", size=rng.choice([2, 3, 4, 7]), mode=rng.choice(["avg", "max"]))


def _encoder(chain: Chain, rng: random.Random, heads: int, width: int) -> None:
    """One layer of a transformer encoder."""
    start = chain.graph.output
    chain("layer_norm")
    qkv = chain("linear", out=3 * width)
    parts = []
    for index in range(3):
        chain("slice", qkv, start=index * width, stop=(index + 1) * width)
        parts.append(chain("split_heads", heads=heads))
    chain("matmul", *parts[:2], transpose=True, scaled=True)
    weights = chain("softmax")
    chain("matmul", weights, parts[2])
    chain("merge_heads")
    chain("linear", out=width)
    if rng.random() < 0.3:
        chain("layer_scale")
    start = chain("add", start, chain.graph.output)
    chain("layer_norm")
    chain("linear", out=width * rng.choice([2, 4]))
    chain(rng.choice(["gelu", "gelu", "relu"]))
    end = chain("linear", out=width)
    chain("add", start, end)


PARTS: tuple[Part, ...] = (
    _inverted,
    _basic,
    _bottleneck,
    _plain,
    _separable,
    _inverted,
    _densely,
    _partly,
    _paths,
    _inception,
    _inverted,
    _ghost,
    _shuffled,
    _basic,
    _modern,
    _odd,
    _wired,
    _bottleneck,
    _lego,
    _separable,
    _shifted,
)
"""What begins a network in turn: those that many networks are made of more than once."""
