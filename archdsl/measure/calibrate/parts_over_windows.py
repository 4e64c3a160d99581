"""Parts over maps that are looked at as tokens and back: attention within windows, over patches and among channels."""

from __future__ import annotations

import random

from archdsl.measure.calibrate.chain import Chain
from archdsl.measure.calibrate.parts_over_tokens import attended, encoder, perceptron, sliced_heads
from archdsl.measure.calibrate.pieces import COMMON, conv

WINDOWS = (4, 7, 8, 10)
"""Heights of windows that networks have."""


def windowed(chain: Chain, rng: random.Random) -> None:
    """Attention within windows of a map, which is rolled first now and then, and two linear maps of each place."""
    side = chain.shape[1]
    fitting = [size for size in WINDOWS if side % size == 0]
    if not fitting:
        _dense(chain, rng)
        return
    heads, size = _heads(chain, rng), rng.choice(fitting)
    start, shift = chain.graph.output, size // 2 if side > size and rng.random() < 0.6 else 0
    chain("layer_norm")
    if shift:
        chain("roll", shifts=-shift)
    chain("rearrange", pattern="c (h p) (w q) -> (h w) (p q) c", to="sequence", p=size, q=size)
    query, key, value = sliced_heads(chain, heads)
    chain("matmul", query, key, transpose=True, scaled=True)
    chain("relative_bias", window=size, heads_first=rng.random() < 0.5)
    if shift:
        chain("window_mask", map=side, window=size, shifts=shift)
    attended(chain, value)
    parts = side // size
    chain("rearrange", pattern="(h w) (p q) c -> c (h p) (w q)", to="map", p=size, q=size, h=parts, w=parts)
    if shift:
        chain("roll", shifts=shift)
    chain("add", start, chain.graph.output)
    _mixed(chain, rng, "layer_norm")


def patched(chain: Chain, rng: random.Random) -> None:
    """Convolution, attention among what stands at the same place of each patch, convolution over what came and what was made."""
    start, side = chain.graph.output, chain.shape[1]
    if side % 2 or side > 32:
        _dense(chain, rng)
        return
    come, half = chain.channels, side // 2
    conv(chain, rng, come, 3, nl="silu")
    heads = _heads(chain, rng)
    chain("rearrange", pattern="c (h p) (w q) -> (p q) (h w) c", to="sequence", p=2, q=2)
    for _ in range(rng.randint(1, 2)):
        encoder(chain, rng, heads)
    chain("layer_norm")
    chain("rearrange", pattern="(p q) (h w) c -> c (h p) (w q)", to="map", p=2, q=2, h=half, w=half)
    made = conv(chain, rng, come, nl="silu")
    chain("concat", start, made)
    conv(chain, rng, come, 3, nl="silu")


def crossed(chain: Chain, rng: random.Random) -> None:
    """Attention among channels, whose scores are as many as channels and not as places; now and then a code of the places before."""
    heads, side = _heads(chain, rng), chain.shape[1]
    if rng.random() < 0.6:
        start, come = chain.graph.output, chain.channels
        chain("fourier_position", channels=rng.choice([16, 32]))
        chain("conv", out=come, bias=True)
        chain("add", start, chain.graph.output)
    start = chain("tokens")
    chain("layer_norm")
    query, key, value = sliced_heads(chain, heads)
    chain("l2_norm", query, over="tokens")
    query = chain("rearrange", pattern="n t c -> n c t", to="heads")
    key = chain("l2_norm", key, over="tokens")
    chain("matmul", query, key)
    chain("gain", per="head")
    weights = chain("softmax")
    chain("matmul", weights, value, transpose=True)
    chain("rearrange", pattern="n c t -> t (n c)")
    chain("linear", out=chain.channels)
    chain("layer_scale")
    start = chain("add", start, chain.graph.output)
    chain("layer_norm")
    perceptron(chain, rng)
    chain("add", start, chain.graph.output)
    chain("to_map", height=side)


def pooled(chain: Chain, rng: random.Random) -> None:
    """The mean of its neighbours less each place, in place of attention; norms over all channels of a map."""
    for _ in range(rng.randint(1, 3)):
        start, kernel = chain.graph.output, rng.choice([3, 3, 3, 5])
        normed = chain("group_norm", groups=1)
        mean = chain("avgpool", kernel=kernel, stride=1, padding=kernel // 2, count_padding=False)
        chain("sub", mean, normed)
        chain("layer_scale")
        chain("add", start, chain.graph.output)
        _mixed(chain, rng, "group_norm", groups=1)


def _mixed(chain: Chain, rng: random.Random, norm: str, **arguments: int) -> None:
    """A norm and two linear maps of each place, as 1x1 convolutions, beside what came."""
    start, come = chain.graph.output, chain.channels
    chain(norm, **arguments)
    chain("conv", out=come * rng.choice([2, 4]), bias=True)
    chain("gelu")
    chain("conv", out=come, bias=True)
    if rng.random() < 0.3:
        chain("layer_scale")
    chain("add", start, chain.graph.output)


def _heads(chain: Chain, rng: random.Random) -> int:
    """A number of heads, the channels brought to a multiple of it."""
    each = rng.choice([16, 24, 32])
    heads = max(1, min(8, round(chain.channels / each)))
    chain("conv", out=heads * each, bias=True)
    return heads


def _dense(chain: Chain, rng: random.Random) -> None:
    """A dense convolution, what the others become where they do not fit."""
    conv(chain, rng, chain.channels, 3, nl=rng.choice(COMMON))
