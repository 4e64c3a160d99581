"""Synthetic networks to calibrate on: a few parts, drawn at random, as networks are put together from them.

Every part brings operators in the neighbourhoods in which networks have them, since what an operator takes depends on what stands
beside it: what a runtime fuses, which layout a tensor arrives in, what is still in a cache. No network is one of the zoo.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import count

from archdsl.ir.graph import Graph
from archdsl.measure.calibrate.chain import Chain
from archdsl.measure.calibrate.parts import PARTS, Part
from archdsl.measure.calibrate.parts_in_line import head, stem
from archdsl.measure.calibrate.parts_in_other_places import along_time, for_each_point, through_space
from archdsl.measure.calibrate.parts_over_tokens import decoder, encoder, mixer, recurrent
from archdsl.measure.calibrate.pieces import rounded, width_at
from archdsl.ops.shapes import Ids, Map, Sequence

MACS = (6.8, 8.8)
"""Powers of ten between which a network's multiply-accumulates are wanted: as many as in small networks of the field, so that what is
in a cache and what is not is as it is there."""
IMAGES = (32, 32, 64, 96, 112, 128, 160, 192, 224, 320, 416, 640)
"""Sides of images."""
BREADTHS = (1.0, 1.0, 1.0, 0.5, 0.3, 2.0)
"""Channels of a network over those of most that have such maps: what is made for small images is thin."""
MOST_MACS, MOST_NODES = 1_000_000_000, 220
"""Of a network: larger ones take long and tell nothing new."""


def networks(seed: int = 0) -> Iterator[Graph]:
    """Networks without end, the same for every run. Small and large ones take turns, and so do those over what most networks work on,
    maps, and over all else: of twelve networks ten are over maps, one is over the tokens of an image, one is of the others in turn.
    """
    for number in count():
        rng = random.Random(f"{seed} {number}")
        make = {11: _of_tokens, 5: OTHERS[number // 12 % len(OTHERS)]}.get(number % 12, _of_maps)
        made = make(rng, number)
        if sum(_macs(made)) <= MOST_MACS:
            yield made


def _macs(graph: Graph) -> Iterator[int]:
    for node in graph:
        if node.inputs:
            yield node.op.macs(graph.input_shapes(node), node.shape)


def _of_maps(rng: random.Random, number: int) -> Graph:
    """Parts over maps. Every part of the list begins a network in turn; the others follow at random."""
    first, breadth = PARTS[number % len(PARTS)], rng.choice(BREADTHS)
    if rng.random() < 0.4:
        side = rng.choice(IMAGES)
        chain = Chain((3, side, side), f"Calibration{number}", breadth)
        stem(chain, rng)
    else:
        side = rng.choice([4, 7, 7, 8, 10, 12, 14, 14, 16, 20, 24, 28, 28, 32, 32, 40, 56, 56, 80, 112, 160])
        chain = Chain((rounded(rng, width_at(rng, side) * breadth), side, side), f"Calibration{number}", breadth)
    wanted, others = 10 ** rng.uniform(*MACS), rng.sample(PARTS, rng.randint(0, 3))
    first(chain, rng)
    while sum(_macs(chain.graph)) < wanted and len(chain.graph) < MOST_NODES and chain.shape[1] >= 3:
        rng.choice([first, *others])(chain, rng)
    if rng.random() < 0.4:
        head(chain, rng)
    return chain.graph


def _of_tokens(rng: random.Random, number: int) -> Graph:
    heads = rng.choice([2, 3, 4, 6, 8])
    channels = heads * rng.choice([32, 64])
    side = rng.choice([6, 7, 10, 14, 14])
    patch = rng.choice([4, 8, 16])
    chain = Chain((3, side * patch, side * patch), f"Calibration{number}")
    chain("conv", out=channels, kernel=patch, stride=patch, padding=0, bias=True)
    chain("tokens")
    if rng.random() < 0.7:
        chain("class_token")
    chain("position")
    layers, mixed = rng.randint(1, 4), rng.random() < 0.25
    for _ in range(layers):
        if mixed:
            mixer(chain, rng)
        else:
            encoder(chain, rng, heads)
    if rng.random() < 0.3:
        chain("norm")
        chain(rng.choice(["prelu", "relu", "hswish"]))
    chain("layer_norm")
    chain(rng.choice(["select_token", "token_mean"]))
    chain("linear", out=rng.choice([10, 100, 1000]))
    return chain.graph


def _of_text(rng: random.Random, number: int) -> Graph:
    """A language model: vectors of words, layers that do not look ahead, scores of all words."""
    heads, words = rng.choice([2, 3, 4, 6]), rng.choice([500, 1000, 2000, 4000])
    chain = Chain(Ids((rng.choice([32, 64, 100, 128, 256]),)), f"Calibration{number}")
    chain("embedding", vocabulary=words, channels=heads * rng.choice([32, 64]))
    chain(rng.choice(["position", "position", "sinusoidal"]))
    for _ in range(rng.randint(1, 4)):
        decoder(chain, rng, heads)
    chain("layer_norm")
    chain("linear", out=words, bias=False)
    return chain.graph


def _of_steps(rng: random.Random, number: int) -> Graph:
    """Recurrent layers over measurements or over words."""
    length = rng.choice([20, 50, 64, 100, 128])
    if rng.random() < 0.5:
        chain = Chain(Sequence((length, rng.choice([6, 9, 16, 40]))), f"Calibration{number}")
    else:
        chain = Chain(Ids((length,)), f"Calibration{number}")
        chain("embedding", vocabulary=rng.choice([500, 1000, 2000]), channels=rng.choice([32, 64, 128]))
    recurrent(chain, rng)
    if rng.random() < 0.3:
        chain("layer_norm")
        recurrent(chain, rng)
    chain(rng.choice(["select_token", "token_mean"]))
    chain("linear", out=rng.choice([10, 100]))
    return chain.graph


def _of_lines(rng: random.Random, number: int) -> Graph:
    """Convolutions over sound, or of each point of a cloud by itself."""
    if rng.random() < 0.4:
        chain = Chain(Map((rng.choice([3, 6, 64]), rng.choice([256, 512, 1024, 2048]))), f"Calibration{number}")
        _until(chain, rng, for_each_point)
        _pooled_head(chain, rng)
        return chain.graph
    chain = Chain(Map((rng.choice([1, 1, 2, 40]), rng.choice([1000, 2000, 4000, 8000]))), f"Calibration{number}")
    chain("conv", out=rng.choice([16, 32, 64]), kernel=rng.choice([9, 15, 31]), stride=rng.choice([2, 4]), bias=True)
    _until(chain, rng, along_time)
    _pooled_head(chain, rng)
    return chain.graph


def _of_volumes(rng: random.Random, number: int) -> Graph:
    """Convolutions over films."""
    side = rng.choice([16, 24, 32, 48])
    chain = Chain(Map((3, rng.choice([4, 8, 16]), side, side)), f"Calibration{number}")
    chain("conv", out=rng.choice([8, 16, 32]), kernel=[3, 5, 5], stride=[1, 2, 2])
    chain("norm")
    chain("relu")
    _until(chain, rng, through_space)
    _pooled_head(chain, rng)
    return chain.graph


def _until(chain: Chain, rng: random.Random, part: Part) -> None:
    """A part again and again until the network is as large as wanted."""
    wanted = 10 ** rng.uniform(*MACS)
    while sum(_macs(chain.graph)) < wanted and len(chain.graph) < MOST_NODES and min(chain.shape[1:]) >= 2:
        part(chain, rng)


def _pooled_head(chain: Chain, rng: random.Random) -> None:
    chain("adaptive_pool", mode=rng.choice(["avg", "avg", "max"]))
    chain("flatten")
    chain("linear", out=rng.choice([10, 100, 400]))


OTHERS = (_of_text, _of_lines, _of_steps, _of_lines, _of_volumes)
"""Of what networks are that are over no image."""
