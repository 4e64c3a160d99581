"""Random graphs over windows of a map and over indices, for the operators that only these have."""

from __future__ import annotations

import random

from graphs import Builder

from archdsl.ir.graph import Graph
from archdsl.ops.shapes import Ids


def windows(seed: int) -> Graph:
    """Attention within windows of a map that is rolled, beside what its places are; then tokens, and a map of them again."""
    rng = random.Random(seed)
    heads, size = rng.choice([2, 4]), rng.choice([2, 3])
    width, side = heads * rng.choice([2, 6]), 2 * size
    build = Builder((3, 4 * side, 4 * side), f"Windows{seed}")
    build("patches", "conv", out=width, kernel=4, stride=4, padding=0, bias=True)
    if rng.random() < 0.5:
        place = build("place", "fourier_position", channels=rng.choice([2, 6]))
        build("placed", "concat", "patches", place)
        build("mixed", "conv", out=width)
    before = build.graph.output
    build("roll", "roll", shifts=-1)
    build("windows", "rearrange", pattern="c (h p) (w q) -> (h w) (p q) c", p=size, q=size, to="sequence")
    build("norm", "layer_norm")
    _attention(build, rng, heads, width, side, size)
    build("map", "rearrange", pattern="(h w) (p q) c -> c (h p) (w q)", p=size, q=size, h=2, w=2, to="map")
    build("back", "roll", shifts=1)
    build("add", "add", before, "back")
    build("tokens", "tokens")
    build("mlp", "linear", out=width)
    if rng.random() < 0.5:
        build("moved", "offset", begin=0.5, learned=rng.random() < 0.7, per=rng.choice(["tensor", "channel"]))
    build("places", "to_map", height=side)
    _ends(build, rng)
    return build.graph


def _attention(build: Builder, rng: random.Random, heads: int, width: int, side: int, size: int) -> None:
    """Attention of which pairs of heads share keys and values, or none do."""
    times = rng.choice([1, 2])
    shared = width // times
    arriving = build.graph.output
    qkv = build("qkv", "linear", arriving, out=width + 2 * shared)
    parts = []
    for part, start, length, number in (
        ("q", 0, width, heads),
        ("k", width, shared, heads // times),
        ("v", width + shared, shared, heads // times),
    ):
        build(f"{part}.slice", "slice", qkv, start=start, stop=start + length)
        parts.append(build(f"{part}.heads", "split_heads", heads=number))
        if part != "q":
            parts[-1] = build(f"{part}.repeated", "repeat_heads", times=times)
    build("scores", "matmul", *parts[:2], transpose=True, scaled=True)
    build("mask", "window_mask", map=side, window=size, shifts=1)
    build("softmax", rng.choice(["softmax", "softmax", "log_softmax"]), over=rng.choice(["last", "tokens"]))
    build("mix", "matmul", "softmax", parts[2])
    build("merge", "merge_heads")
    build("project", "linear", out=width)


def _ends(build: Builder, rng: random.Random) -> None:
    """Two vectors of the map, one by the other or beside it."""
    places = build.graph.output
    mean = build("mean", "reduce", places, over="places", keep=False)
    largest = build("largest", "reduce", places, over="places", mode="max", keep=False)
    if rng.random() < 0.5:
        build("share", "sigmoid", mean)
        build("quotient", "div", largest, "share")
    else:
        build("both", "stack", mean, largest)
        build("vector", "reduce", over="tokens", mode=rng.choice(["mean", "max", "min", "sum"]), keep=False)
    build("head", "linear", out=5)


def words(seed: int) -> Graph:
    """Layers over tokens that stand for words."""
    rng = random.Random(seed)
    width = rng.choice([4, 8])
    build = Builder(Ids((rng.randint(3, 9),)), f"Words{seed}")
    build("embedding", "embedding", vocabulary=rng.randint(5, 40), channels=width)
    build("position", rng.choice(["sinusoidal", "position"]))
    for layer in range(rng.randint(1, 3)):
        build(f"recurrent_{layer}", ("lstm", "gru")[(seed + layer) % 2], out=rng.choice([2, 4]), layers=rng.choice([1, 2]))
    build("vector", "reduce", over="tokens", mode="max", keep=False)
    build("head", "linear", out=3)
    return build.graph
