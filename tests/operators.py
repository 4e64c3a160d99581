"""Every operator with arguments and shapes that it takes, for tests that walk all of them."""

from __future__ import annotations

from typing import Any

from graphs import Builder
from operators_of_maps import MAPS

from archdsl.ir.graph import Graph
from archdsl.ops import OPERATORS, Shape
from archdsl.ops.shapes import Heads, Ids, Map, Sequence, Vector

MAP, VECTOR, TOKENS, HEADS = Map((8, 9, 7)), Vector((8,)), Sequence((5, 8)), Heads((2, 5, 4))
LONG, DEEP, GROUPS = Map((8, 11)), Map((8, 3, 5, 4)), Sequence((3, 5, 8))

KNOWN = set(OPERATORS) - {"opaque"}
"""Operators of which it is known what they compute: back ends write them, and tools count them."""

CASES: list[tuple[Shape, str, dict[str, Any]]] = [
    (MAP, "conv", {"out": 4}),
    (MAP, "conv", {"out": 4, "kernel": 3, "stride": 2, "bias": True}),
    (MAP, "conv", {"out": 16, "kernel": [5, 3], "groups": 4, "dilation": [1, 2]}),
    (MAP, "conv", {"out": 16, "kernel": [4, 3], "stride": [1, 3], "padding": [0, 2]}),
    (VECTOR, "linear", {"out": 3}),
    (TOKENS, "linear", {"out": 3, "bias": False}),
    (MAP, "norm", {"eps": 1e-3, "momentum": 0.01}),
    (VECTOR, "norm", {}),
    (TOKENS, "norm", {}),
    (MAP, "norm", {"affine": False}),
    *((shape, word, {}) for shape in (MAP, VECTOR, TOKENS) for word in ("relu", "hswish", "sigmoid", "gelu", "prelu", "dropout")),
    *((MAP, word, {}) for word in ("relu6", "hsigmoid", "silu", "tanh", "leaky_relu")),
    *((MAP, word, {}) for word in ("identity", "flatten", "shift", "upsample")),
    (MAP, "gelu", {"approximate": "tanh"}),
    *((shape, word, {}) for shape in (MAP, VECTOR, TOKENS) for word in ("mish", "elu", "glu", "swiglu", "rms_norm")),
    *(
        (MAP, word, {})
        for word in ("selu", "softsign", "logsigmoid", "quick_gelu", "squared_relu", "softplus", "hardtanh", "celu")
    ),
    *((MAP, word, {"alpha": 0.5}) for word in ("elu", "celu")),
    (MAP, "softplus", {"beta": 2}),
    (MAP, "hardtanh", {"low": 0, "high": 6}),
    *((shape, "rms_norm", {"affine": False}) for shape in (MAP, TOKENS)),
    *((shape, "group_norm", {"groups": 4}) for shape in (MAP, VECTOR, LONG, DEEP)),
    (MAP, "group_norm", {"groups": 1, "affine": False}),
    (MAP, "group_norm", {"groups": 4, "bias": False}),
    *((shape, "layer_norm", {"bias": False}) for shape in (MAP, VECTOR, TOKENS)),
    *((shape, word, {}) for shape in (MAP, LONG, DEEP) for word in ("instance_norm", "grn", "lrn")),
    (MAP, "instance_norm", {"affine": True, "eps": 1e-3}),
    *((GROUPS, word, {"out": 3, "returns": ends}) for word in ("lstm", "gru") for ends in ("sequence", "last")),
    (GROUPS, "lstm", {"out": 3, "layers": 2, "bidirectional": True}),
    (TOKENS, "lstm", {"out": 4, "projection": 2, "layers": 2, "bidirectional": True, "returns": "last"}),
    *((TOKENS, word, {"out": 3}) for word in ("lstm", "gru")),
    *((TOKENS, word, {"out": 3, "layers": 2, "bidirectional": True, "bias": False}) for word in ("lstm", "gru")),
    *((TOKENS, word, {"out": 3, "returns": "last", "layers": 3, "dropout": 0.5}) for word in ("lstm", "gru")),
    (MAP, "std_conv", {"out": 6, "kernel": 3, "stride": 2, "bias": True, "gain": True}),
    (MAP, "std_conv", {"out": 4, "kernel": [5, 3], "groups": 4, "eps": 1e-4}),
    (MAP, "lrn", {"size": 3, "alpha": 0.5, "beta": 0.5, "k": 2}),
    *((shape, "prelu", {"shared": False, "slope": 0.1}) for shape in (MAP, VECTOR, TOKENS)),
    (MAP, "maxpool", {"kernel": 3, "stride": 2, "padding": 1}),
    (MAP, "maxpool", {"kernel": 2, "ceil": True}),
    (MAP, "maxpool", {"kernel": [3, 5], "stride": 1, "padding": "same"}),
    (MAP, "avgpool", {"kernel": 2}),
    (MAP, "avgpool", {"kernel": 3, "stride": 2, "padding": 1, "ceil": True, "count_padding": False}),
    (MAP, "adaptive_pool", {}),
    (MAP, "adaptive_pool", {"size": [3, 2], "mode": "max"}),
    *((shape, "slice", {"start": 2, "stop": 7}) for shape in (MAP, VECTOR, TOKENS)),
    (MAP, "shuffle", {"groups": 4}),
    (MAP, "shift", {"kernel": 5, "dilation": 2}),
    *((MAP, "pad", {"sides": [1, 2, 3, 4], "mode": mode}) for mode in ("zeros", "reflect", "replicate")),
    (MAP, "upsample", {"scale": [2, 3], "mode": "bilinear"}),
    *((shape, word, {}) for shape in (MAP, VECTOR, TOKENS) for word in ("concat", "add", "mul")),
    (MAP, "concat", {"axis": 2}),
    *MAPS,
    *((shape, word, {}) for shape in (MAP, VECTOR, TOKENS) for word in ("layer_norm", "layer_scale", "weighted_add", "softmax")),
    *((shape, "drop_path", {"rate": 0.2}) for shape in (MAP, VECTOR, TOKENS)),
    *((shape, word, {"over": "channels"}) for shape in (MAP, VECTOR, TOKENS) for word in ("softmax", "log_softmax", "reduce")),
    *((MAP, word, {"over": "height"}) for word in ("softmax", "log_softmax")),
    (HEADS, "softmax", {"over": "heads"}),
    *((MAP, "reduce", {"over": "channels", "mode": mode}) for mode in ("mean", "max", "min", "sum")),
    *(
        (shape, "reduce", {"over": "places", "mode": "max", "keep": keep})
        for shape in (MAP, LONG, DEEP)
        for keep in (True, False)
    ),
    *((MAP, "reduce", {"over": over, "mode": "sum", "keep": False}) for over in ("height", "width")),
    *((shape, "reduce", {"over": "tokens", "keep": False}) for shape in (TOKENS, HEADS)),
    (Sequence((3, 5, 8)), "reduce", {"over": "groups", "mode": "max", "keep": False}),
    (MAP, "shared_conv", {"filters": 6, "groups": 4, "kernel": 3, "stride": 2}),
    (MAP, "choose_add", {"out": 16, "groups": 4}),
    (MAP, "tokens", {}),
    *((TOKENS, word, {}) for word in ("class_token", "position", "token_mean")),
    (TOKENS, "class_token", {"count": 3}),
    (MAP, "position", {}),
    (Sequence((2, 5, 8)), "position", {}),
    (MAP, "position", {"size": [2, 3]}),
    (MAP, "position", {"size": 1, "fill": "tiles"}),
    (TOKENS, "select_token", {"index": 3}),
    (TOKENS, "slice_tokens", {"start": 1}),
    (TOKENS, "slice_tokens", {"start": 1, "stop": 3}),
    (TOKENS, "split_heads", {"heads": 4}),
    (HEADS, "merge_heads", {}),
    (HEADS, "matmul", {"transpose": True, "scaled": True}),
    ((2, 5, 5), "matmul", {}),
    (MAP, "rearrange", {"pattern": "c (h p) (w q) -> (h w) (p q c)", "p": 3, "q": 7}),
    (MAP, "rearrange", {"pattern": "c (h p) (w q) -> (h w) (p q) c", "p": 3, "w": 1, "to": "sequence"}),
    (TOKENS, "rearrange", {"pattern": "t c -> c t"}),
    (HEADS, "rearrange", {"pattern": "n t c -> t (n c)"}),
    (TOKENS, "to_map", {"height": 5}),
    (MAP, "roll", {"shifts": [2, -3]}),
    (HEADS, "repeat_heads", {"times": 3}),
    *((shape, "stack", {}) for shape in (MAP, VECTOR, TOKENS)),
    *((shape, word, {}) for shape in (MAP, VECTOR, TOKENS, HEADS) for word in ("sub", "div", "gain", "l2_norm")),
    (MAP, "gain", {"begin": 0.3, "learned": False}),
    (HEADS, "gain", {"per": "head"}),
    *((shape, "offset", {"begin": 0.3}) for shape in (MAP, VECTOR, TOKENS, HEADS)),
    *((shape, "offset", {"per": "channel"}) for shape in (MAP, VECTOR, TOKENS, LONG, DEEP)),
    (MAP, "offset", {"begin": -1.5, "learned": False}),
    (HEADS, "offset", {"per": "head"}),
    *((shape, "l2_norm", {"over": "tokens"}) for shape in (TOKENS, HEADS)),
    (MAP, "clamp", {"least": -0.5}),
    (TOKENS, "clamp", {"least": -0.5, "most": 0.5}),
    (Heads((2, 6, 6)), "relative_bias", {"window": [2, 3]}),
    (Heads((3, 2, 6, 6)), "relative_bias", {"window": [2, 3], "heads_first": True}),
    (Heads((2, 6, 6)), "relative_bias", {"window": [2, 3], "absolute": True}),
    (Heads((2, 2, 6)), "relative_bias", {"window": [2, 3], "absolute": True, "stride": 2}),
    (Heads((2, 7, 7)), "relative_bias", {"window": [2, 3], "class_token": True}),
    (Heads((2, 6, 6)), "relative_mlp", {"window": [2, 3], "hidden": 8, "most": 16}),
    (Heads((3, 2, 6, 6)), "relative_mlp", {"window": [2, 3], "hidden": 5, "offsets": "places", "bias": True}),
    (Heads((4, 2, 6, 6)), "window_mask", {"map": [4, 6], "window": [2, 3], "shifts": 1}),
    (Heads((2, 5, 5)), "causal_mask", {}),
    (TOKENS, "sinusoidal", {}),
    *((HEADS, "rotary", {"pairs": pairs}) for pairs in ("halves", "neighbours")),
    (Heads((2, 7, 8)), "rotary", {"map": [2, 3], "class_tokens": 1}),
    (Heads((3, 2, 6, 8)), "rotary", {"map": [2, 3], "centred": True, "pairs": "neighbours"}),
    (MAP, "fourier_position", {"channels": 6}),
    (Ids((5,)), "embedding", {"vocabulary": 11, "channels": 4}),
]


def alone(word: str, shape: Shape, arguments: dict[str, Any]) -> Graph:
    """A graph of one operator, called `node`. A join reads the input three times, one of two tensors twice."""
    build = Builder(shape)
    joined = 2 if word in ("matmul", "sub", "div", "resize_like") else 3 if OPERATORS[word].joins else 1
    build("node", word, *("input",) * joined, **arguments)
    return build.graph
