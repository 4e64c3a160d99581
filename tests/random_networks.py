"""Random graphs over every operator, odd ones among them: rectangular, dilated and grouped convolutions, uneven pools."""

from __future__ import annotations

import random
from typing import Any

from graphs import Builder

from archdsl.ir.graph import Graph
from archdsl.ops import ShapeError

ACTIVATIONS = ("relu", "relu6", "hswish", "hsigmoid", "sigmoid", "silu", "tanh", "leaky_relu")


def network(seed: int, size: int = 14) -> Graph:
    """A network of about twenty operators over maps, with a vector at its end. Every tensor reaches the output."""
    rng = random.Random(seed)
    build = Builder((rng.randint(1, 4), size + rng.randint(0, 4), size + rng.randint(0, 4)), f"Random{seed}")
    names = ["input"]
    for position in range(rng.randint(5, 22)):
        _grow(build, rng, names, position)
    read = {source for node in build.graph for source in node.inputs}
    ends = [name for name in names if name not in read]
    vectors = []
    for position, end in enumerate(ends):
        pooled = build(f"pool_{position}", "adaptive_pool", end, **_adaptive(rng))
        vectors.append(build(f"flatten_{position}", "flatten", pooled))
    if len(vectors) > 1 or rng.random() < 0.2:
        build("join", "concat", *vectors)
    _head(build, rng)
    return build.graph


def tokens(seed: int) -> Graph:
    """An encoder over the places of a map, and layers over its tokens."""
    rng = random.Random(seed)
    heads = rng.choice([1, 2, 4])
    width = heads * rng.choice([2, 6])
    build = Builder((3, 8, rng.choice([4, 8])), f"Encoder{seed}")
    build("patches", "conv", out=width, kernel=4, stride=4, padding=0, bias=True)
    build("tokens", "tokens")
    if rng.random() < 0.7:
        build("class_token", "class_token")
    build("position", "position")
    for depth in range(rng.randint(1, 3)):
        _attention(build, rng, f"layer{depth}", heads, width)
    build("norm", "layer_norm")
    build("vector", *rng.choice([("select_token",), ("token_mean",)]))
    build("head", "linear", out=5)
    return build.graph


def _attention(build: Builder, rng: random.Random, scope: str, heads: int, width: int) -> None:
    before = build.graph.output
    build(f"{scope}.norm", "layer_norm", affine=rng.random() < 0.7)
    qkv = build(f"{scope}.qkv", "linear", out=3 * width, bias=rng.random() < 0.7)
    parts = []
    for index, part in enumerate("qkv"):
        build(f"{scope}.{part}.slice", "slice", qkv, start=index * width, stop=(index + 1) * width)
        parts.append(build(f"{scope}.{part}.heads", "split_heads", heads=heads))
    build(f"{scope}.scores", "matmul", *parts[:2], transpose=True, scaled=rng.random() < 0.7)
    build(f"{scope}.softmax", "softmax")
    build(f"{scope}.mix", "matmul", f"{scope}.softmax", parts[2])
    build(f"{scope}.merge", "merge_heads")
    build(f"{scope}.project", "linear", out=width)
    build(f"{scope}.scale", "layer_scale")
    build(f"{scope}.drop", "drop_path", rate=0.1)
    build(f"{scope}.add", "add", before, f"{scope}.drop")


def layers(seed: int) -> Graph:
    """A chain of layers over a sequence of tokens."""
    rng = random.Random(seed)
    build = Builder((rng.randint(2, 7), rng.choice([4, 8, 12])), f"Tokens{seed}")
    for position in range(rng.randint(3, 8)):
        word, arguments = rng.choice(
            [
                ("linear", {"out": rng.choice([4, 6, 8]), "bias": rng.random() < 0.5}),
                ("norm", {"affine": rng.random() < 0.5}),
                ("layer_norm", {"affine": rng.random() < 0.5}),
                ("prelu", {"shared": rng.random() < 0.5}),
                ("layer_scale", {"begin": 0.5}),
                ("softmax", {}),
                ("gelu", {}),
                ("relu", {}),
                ("hswish", {}),
                ("dropout", {"rate": 0}),
            ]
        )
        before = build.graph.output
        name = build(f"{word}_{position}", word, **arguments)
        if rng.random() < 0.3 and build.graph[before].shape == build.graph[name].shape:
            build(f"add_{position}", "add", before, name)
    return build.graph


def _grow(build: Builder, rng: random.Random, names: list[str], position: int) -> None:
    source = rng.choice(names[-4:])
    channels, height, width = build.graph[source].shape
    alike = [name for name in names if build.graph[name].shape == (channels, height, width)]
    flat = [name for name in names if build.graph[name].shape[1:] == (height, width)]
    scope = f"part{position // 4}."
    try:
        match rng.randint(0, 16):
            case 0:
                word = rng.choice(["add", "mul", "weighted_add"])
                made = build(f"{scope}{word}_{position}", word, *rng.choices(alike, k=rng.randint(1, 4)))
            case 1 | 2:
                made = build(f"{scope}concat_{position}", "concat", *rng.choices(flat, k=rng.randint(1, 3)))
            case 3:
                gate = build(f"{scope}gate_{position}", "adaptive_pool", source)
                gate = build(f"{scope}squeeze_{position}", "conv", gate, out=channels, bias=True)
                gate = build(f"{scope}excite_{position}", rng.choice(["hsigmoid", "sigmoid"]), gate)
                pair = [source, gate] if rng.random() < 0.7 else [gate, source]
                made = build(f"{scope}scale_{position}", "mul", *pair, *([source] if rng.random() < 0.2 else []))
            case 4 | 5 | 6 | 7:
                made = build(f"{scope}conv_{position}", "conv", source, **_conv(rng, channels))
            case 8:
                made = build(f"{scope}norm_{position}", "norm", source, affine=rng.random() < 0.7)
            case 9:
                made = build(f"{scope}act_{position}", rng.choice(ACTIVATIONS), source)
            case 10:
                made = build(f"{scope}prelu_{position}", "prelu", source, shared=rng.random() < 0.5)
            case 11:
                made = build(f"{scope}gelu_{position}", "gelu", source, approximate=rng.choice(["none", "tanh"]))
            case 12:
                made = build(f"{scope}window_{position}", rng.choice(["maxpool", "avgpool"]), source, **_window(rng))
            case 13:
                made = build(f"{scope}adaptive_{position}", "adaptive_pool", source, **_adaptive(rng))
            case 14:
                word, arguments = _shared(rng, channels)
                made = build(f"{scope}{word}_{position}", word, source, **arguments)
            case _:
                word, arguments = _moved(rng, channels, min(height, width))
                made = build(f"{scope}{word}_{position}", word, source, **arguments)
    except ShapeError:
        return
    names.append(made)
    if max(build.shape[1:]) > 40 or build.shape[0] > 64:  # keep it small
        names.append(build(f"{scope}shrink_{position}", "conv", made, out=4, stride=4, padding=0))


def _conv(rng: random.Random, channels: int) -> dict[str, Any]:
    groups = rng.choice([g for g in range(1, channels + 1) if channels % g == 0])
    rect = rng.choice([[1, 1], [3, 3], [5, 3], [1, 5], [2, 2]])
    return {
        "out": groups * rng.randint(1, 4) if groups < 8 else groups,
        "kernel": rect,
        "stride": rng.choice([1, 1, 2, [2, 1]]),
        "padding": rng.choice(["same", 0, 1, [1, 2]]) if rect != [2, 2] else rng.choice([0, 1]),
        "dilation": rng.choice([1, 1, 2, [1, 2]]),
        "groups": groups,
        "bias": rng.random() < 0.4,
    }


def _shared(rng: random.Random, channels: int) -> tuple[str, dict[str, Any]]:
    groups = rng.choice([g for g in range(1, channels + 1) if channels % g == 0])
    return rng.choice(
        [
            ("shared_conv", {"filters": rng.randint(1, 4), "groups": groups, "kernel": rng.choice([1, 3])}),
            ("choose_add", {"out": rng.randint(channels // groups, channels), "groups": groups}),
            ("layer_scale", {"begin": 0.5}),
            ("drop_path", {"rate": rng.choice([0, 0.5])}),
            ("layer_norm", {"affine": rng.random() < 0.5}),
        ]
    )


def _window(rng: random.Random) -> dict[str, Any]:
    kernel = rng.choice([2, 3, [3, 2]])
    padding = rng.choice([0, 1])
    return {"kernel": kernel, "stride": rng.choice([1, 2, [1, 2], None]), "padding": padding, "ceil": rng.random() < 0.4}


def _adaptive(rng: random.Random) -> dict[str, Any]:
    return {"size": rng.choice([1, 1, 2, 3, [5, 2], 7]), "mode": rng.choice(["avg", "avg", "max"])}


def _moved(rng: random.Random, channels: int, extent: int) -> tuple[str, dict[str, Any]]:
    start = rng.randint(0, channels - 1)
    reflect = ["reflect"] if extent > 2 else []  # a map is reflected by less than its own extent
    return rng.choice(
        [
            ("slice", {"start": start, "stop": rng.randint(start + 1, channels)}),
            ("shuffle", {"groups": rng.choice([g for g in range(1, channels + 1) if channels % g == 0])}),
            ("shift", {"kernel": rng.choice([1, 3]), "dilation": rng.choice([1, 2])}),
            ("pad", {"sides": rng.choice([0, 1, [0, 1, 2, 1]]), "mode": rng.choice(["zeros", "replicate", *reflect])}),
            ("upsample", {"scale": rng.choice([1, 2, [2, 1]]), "mode": rng.choice(["nearest", "bilinear"])}),
            ("identity", {}),
            ("dropout", {}),
        ]
    )


def _head(build: Builder, rng: random.Random) -> None:
    for position in range(rng.randint(0, 4)):
        word, arguments = rng.choice(
            [
                ("linear", {"out": rng.randint(1, 30), "bias": rng.random() < 0.5}),
                ("norm", {"affine": rng.random() < 0.5}),
                ("prelu", {"shared": rng.random() < 0.5}),
                ("dropout", {}),
                (rng.choice(ACTIVATIONS), {}),
                ("slice", {"start": 0, "stop": max(1, build.shape[0] // 2)}),
            ]
        )
        build(f"head.{word}_{position}", word, **arguments)
