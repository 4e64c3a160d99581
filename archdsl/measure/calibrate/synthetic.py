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
from archdsl.measure.calibrate.parts import PARTS
from archdsl.measure.calibrate.parts_in_line import encoder, head, stem
from archdsl.measure.calibrate.pieces import width

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
    if rng.random() < 0.3:
        side = rng.choice([64, 96, 112, 128, 160, 192, 224])
        chain = Chain((3, side, side), f"Calibration{number}")
        stem(chain, rng)
    else:
        side = rng.choice([7, 7, 8, 10, 12, 14, 14, 16, 20, 24, 28, 28, 32, 40, 56, 56, 80, 112])
        chain = Chain((width(rng, side), side, side), f"Calibration{number}")
    wanted, others = 10 ** rng.uniform(*MACS), rng.sample(PARTS, rng.randint(0, 3))
    first(chain, rng)
    while sum(_macs(chain.graph)) < wanted and len(chain.graph) < MOST_NODES and chain.shape[1] >= 4:
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
    for _ in range(rng.randint(1, 4)):
        encoder(chain, rng, heads, channels)
    if rng.random() < 0.3:
        chain("norm")
        chain(rng.choice(["prelu", "relu", "hswish"]))
    chain("layer_norm")
    chain(rng.choice(["select_token", "token_mean"]))
    chain("linear", out=rng.choice([10, 100, 1000]))
    return chain.graph
