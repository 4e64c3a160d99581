"""Random graphs over every operator, odd ones among them: rectangular, dilated and grouped convolutions, uneven pools."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, NamedTuple

from graphs import Builder
from growth_of_maps import placed

from archdsl.ir.graph import Graph
from archdsl.ops import ShapeError

ACTIVATIONS = ("relu", "relu6", "hswish", "hsigmoid", "sigmoid", "silu", "tanh", "leaky_relu")
FURTHER = ["mish", "elu", "selu", "celu", "softplus", "softsign", "logsigmoid", "hardtanh", "quick_gelu", "squared_relu"]


def network(seed: int, size: int = 14, growths: tuple[int, int] = (8, 34)) -> Graph:
    """A network over maps, with a vector at its end: about thirty operators where it grows so often. Every tensor reaches the output."""
    rng = random.Random(seed)
    build = Builder((rng.randint(1, 4), size + rng.randint(0, 4), size + rng.randint(0, 4)), f"Random{seed}")
    names = ["input"]
    for position in range(rng.randint(*growths)):
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


def with_dead_ends(make: Callable[[int], Graph], seed: int) -> Graph:
    """The same network with its output somewhere earlier: all that does not lead there is built and run, and reaches nothing."""
    graph = make(seed)
    graph.output = random.Random(seed).choice([node.name for node in graph if node.inputs][:-1])
    return graph


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
    build("position", rng.choice(["position", "sinusoidal"]))
    for depth in range(rng.randint(1, 3)):
        _attention(build, rng, f"layer{depth}", heads, width)
    build("norm", "layer_norm")
    if rng.random() < 0.3:
        build("later", "slice_tokens", start=1)
    build("vector", *rng.choice([("select_token",), ("token_mean",)]))
    build("head", "linear", out=5)
    return build.graph


def _attention(build: Builder, rng: random.Random, scope: str, heads: int, width: int) -> None:
    before = build.graph.output
    build(f"{scope}.norm", "layer_norm", affine=rng.random() < 0.7)
    qkv = build(f"{scope}.qkv", "linear", out=3 * width, bias=rng.random() < 0.7)
    parts = []
    rotates, causal = rng.random() < 0.3, rng.random() < 0.3
    for index, part in enumerate("qkv"):
        build(f"{scope}.{part}.slice", "slice", qkv, start=index * width, stop=(index + 1) * width)
        parts.append(build(f"{scope}.{part}.heads", "split_heads", heads=heads))
        if rotates and part != "v":
            parts[-1] = build(f"{scope}.{part}.rotary", "rotary", pairs=rng.choice(["halves", "neighbours"]))
    build(f"{scope}.scores", "matmul", *parts[:2], transpose=True, scaled=rng.random() < 0.7)
    if causal:
        build(f"{scope}.mask", "causal_mask")
    elif rng.random() < 0.3:
        build(f"{scope}.bias", "relative_bias", window=[1, build.shape[-1]], heads_first=rng.random() < 0.5)
    elif rng.random() < 0.3:
        build(f"{scope}.bias", "relative_mlp", window=[1, build.shape[-1]], hidden=rng.choice([4, 8]), most=16)
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
                ("rms_norm", {"affine": rng.random() < 0.5}),
                (rng.choice(["glu", "swiglu"]) if build.shape[1] % 2 == 0 else "squared_relu", {}),
                (rng.choice(["lstm", "gru"]), _recurrent(rng)),
                ("prelu", {"shared": rng.random() < 0.5}),
                ("layer_scale", {"begin": 0.5}),
                (rng.choice(["softmax", "log_softmax"]), {"over": rng.choice(["last", "tokens"])}),
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


class Here(NamedTuple):
    """Where a network grows: the node that is read, and those that could be joined with it."""

    scope: str
    position: int
    source: str
    alike: list[str]
    flat: list[str]
    shape: tuple[int, int, int]
    maps: list[str]

    def name(self, word: str) -> str:
        return f"{self.scope}{word}_{self.position}"


Growth = Callable[[Builder, random.Random, Here], str]


def _combine(build: Builder, rng: random.Random, here: Here) -> str:
    word = rng.choice(["add", "mul", "weighted_add"])
    return build(here.name(word), word, *rng.choices(here.alike, k=rng.randint(1, 4)))


def _difference(build: Builder, rng: random.Random, here: Here) -> str:
    return build(here.name("sub"), "sub", *rng.choices(here.alike, k=2))


def _concat(build: Builder, rng: random.Random, here: Here) -> str:
    return build(here.name("concat"), "concat", *rng.choices(here.flat, k=rng.randint(1, 3)))


def _gate(build: Builder, rng: random.Random, here: Here) -> str:
    gate = build(here.name("gate"), "adaptive_pool", here.source)
    gate = build(here.name("squeeze"), "conv", gate, out=here.shape[0], bias=True)
    gate = build(here.name("excite"), rng.choice(["hsigmoid", "sigmoid"]), gate)
    pair = [here.source, gate] if rng.random() < 0.7 else [gate, here.source]
    return build(here.name("scale"), "mul", *pair, *([here.source] if rng.random() < 0.2 else []))


def _layer(name: str, word: str, arguments: Callable[[random.Random, Here], dict[str, Any]]) -> Growth:
    return lambda build, rng, here: build(here.name(name), word, here.source, **arguments(rng, here))


def _named(name: str, choose: Callable[[random.Random, Here], tuple[str, dict[str, Any]]]) -> Growth:
    """A layer whose operator is drawn too."""

    def grow(build: Builder, rng: random.Random, here: Here) -> str:
        word, arguments = choose(rng, here)
        return build(here.name(name or word), word, here.source, **arguments)

    return grow


def _again(build: Builder, rng: random.Random, here: Here) -> str:
    """A layer with the weights of an earlier one, in a few cases another step over the map."""
    graph = build.graph
    able = [n for n in graph if n.inputs and n.op.weights(*graph.input_shapes(n)) and not n.op.integers and not n.op.joins]
    fitting = [n.name for n in able if graph.input_shapes(n)[0][0] == here.shape[0]]
    if not fitting:
        return build(here.name("first"), "conv", here.source, out=here.shape[0], bias=rng.random() < 0.5)
    other = rng.choice(fitting)
    changed = {"stride": 1, "dilation": 1} if graph[other].op.word == "conv" and rng.random() < 0.3 else {}
    return build.again(here.name("again"), other, here.source, **changed)


def _placed(build: Builder, rng: random.Random, here: Here) -> str:
    word, arguments = placed(rng, here.shape[0], here.shape[1:])
    sources = [here.source, rng.choice(here.maps)] if word == "resize_like" else [here.source]
    return build(here.name(word), word, *sources, **arguments)


GROWTH: list[Growth] = [
    _combine,
    _difference,
    *[_concat] * 2,
    _gate,
    *[_layer("conv", "conv", lambda rng, here: _conv(rng, here.shape[0]))] * 4,
    _layer("norm", "norm", lambda rng, here: {"affine": rng.random() < 0.7}),
    *[_named("act", lambda rng, here: (rng.choice(ACTIVATIONS), {}))] * 2,
    *[_named("", lambda rng, here: (rng.choice(FURTHER), {}))] * 3,
    *[_named("", lambda rng, here: _normed(rng, here.shape[0]))] * 3,
    _layer("prelu", "prelu", lambda rng, here: {"shared": rng.random() < 0.5}),
    _layer("gelu", "gelu", lambda rng, here: {"approximate": rng.choice(["none", "tanh"])}),
    _named("window", lambda rng, here: (rng.choice(["maxpool", "avgpool"]), _window(rng))),
    *[_again] * 2,
    _layer("adaptive", "adaptive_pool", lambda rng, here: _adaptive(rng)),
    _named("", lambda rng, here: _shared(rng, here.shape[0])),
    *[_named("", lambda rng, here: _moved(rng, here.shape[0], min(here.shape[1:])))] * 2,
    *[_placed] * 3,
]
"""What may come next, as often as it stands here."""


def _grow(build: Builder, rng: random.Random, names: list[str], position: int) -> None:
    source = rng.choice(names[-4:])
    shape = build.graph[source].shape
    alike = [name for name in names if build.graph[name].shape == shape]
    flat = [name for name in names if build.graph[name].shape[1:] == shape[1:]]
    try:
        made = rng.choice(GROWTH)(build, rng, Here(f"part{position // 4}.", position, source, alike, flat, shape, names))
    except ShapeError:
        return
    names.append(made)
    if max(build.shape[1:]) > 40 or build.shape[0] > 64:  # keep it small
        names.append(build(f"part{position // 4}.shrink_{position}", "conv", made, out=4, stride=4, padding=0))


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


def _normed(rng: random.Random, channels: int) -> tuple[str, dict[str, Any]]:
    groups = rng.choice([g for g in range(1, channels + 1) if channels % g == 0])
    gates = ["glu", "swiglu"] if channels % 2 == 0 else []
    affine = {"affine": rng.random() < 0.5}
    return rng.choice(
        [
            ("rms_norm", affine),
            ("group_norm", {"groups": groups, **affine}),
            ("grn", {}),
            *[
                ("std_conv", {"out": 2 * groups, "groups": groups, "kernel": 3, "gain": gain, "bias": gain})
                for gain in (True, False)
            ],
            ("lrn", {"size": rng.choice([1, 3, 5]), "alpha": 0.1}),
            *[(gate, {}) for gate in gates],
        ]
    )


def _recurrent(rng: random.Random) -> dict[str, Any]:
    both, bias = rng.random() < 0.5, rng.random() < 0.5
    return {"out": rng.choice([2, 4, 6]), "layers": rng.randint(1, 3), "bidirectional": both, "bias": bias}


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
            ("roll", {"shifts": [rng.randint(1 - extent, extent - 1), rng.randint(1 - extent, extent - 1)]}),
            ("clamp", {"least": rng.choice([None, -1]), "most": 0.5}),
            ("gain", {"begin": 0.5, "learned": rng.random() < 0.5}),
            ("l2_norm", {}),
            (
                "reduce",
                {
                    "over": rng.choice(["channels", "height", "width", "places"]),
                    "mode": rng.choice(["mean", "max", "min", "sum"]),
                },
            ),
            (rng.choice(["softmax", "log_softmax"]), {"over": rng.choice(["channels", "height", "width"])}),
            ("rearrange", {"pattern": "c h w -> c w h", "to": "map"}),
            ("rearrange", {"pattern": "c (h p) (w q) -> (p q c) h w", "p": 2, "q": 2, "to": "map"}),
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
