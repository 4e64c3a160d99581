"""Operators over maps of one to three places with arguments and shapes that they take."""

from __future__ import annotations

from typing import Any

from archdsl.ops import Shape
from archdsl.ops.shapes import Map

SIGNAL, IMAGE, VOLUME = Map((8, 12)), Map((8, 9, 7)), Map((8, 5, 6, 6))

MAPS: list[tuple[Shape, str, dict[str, Any]]] = [
    *((shape, "conv", {"out": 6, "kernel": 3, "stride": 2, "bias": True}) for shape in (SIGNAL, VOLUME)),
    (VOLUME, "conv", {"out": 4, "kernel": [3, 1, 5], "padding": [1, 0, 2], "dilation": [2, 1, 1], "groups": 2}),
    (SIGNAL, "conv", {"out": 8, "kernel": [5], "padding": "causal", "dilation": 2, "groups": 8}),
    *((shape, "conv", {"out": 6, "kernel": 3, "stride": 2, "padding": "tf_same"}) for shape in (SIGNAL, IMAGE, VOLUME)),
    (IMAGE, "conv", {"out": 6, "kernel": [4, 3], "stride": [1, 2], "padding": "tf_same", "bias": True}),
    (IMAGE, "conv", {"out": 6, "kernel": 3, "padding": "tf_same"}),
    *((shape, "conv_transpose", {"out": 6, "kernel": 2, "stride": 2, "bias": True}) for shape in (SIGNAL, IMAGE, VOLUME)),
    (
        IMAGE,
        "conv_transpose",
        {"out": 4, "kernel": [4, 3], "stride": [3, 2], "padding": 1, "output_padding": [2, 1], "dilation": [1, 2], "groups": 2},
    ),
    *((shape, "norm", {}) for shape in (SIGNAL, VOLUME)),
    *(
        (shape, word, {})
        for shape in (SIGNAL, VOLUME)
        for word in ("relu", "prelu", "flatten", "add", "concat", "mul", "upsample")
    ),
    *((shape, "prelu", {"shared": False}) for shape in (SIGNAL, VOLUME)),
    *((shape, word, {}) for shape in (SIGNAL, VOLUME) for word in ("layer_norm", "layer_scale", "identity", "dropout")),
    *((shape, "shuffle", {"groups": 2}) for shape in (SIGNAL, VOLUME)),
    *((shape, "slice", {"start": 2, "stop": 7}) for shape in (SIGNAL, VOLUME)),
    *((shape, word, {"kernel": 3, "stride": 2, "padding": 1}) for shape in (SIGNAL, VOLUME) for word in ("maxpool", "avgpool")),
    *((shape, word, {"kernel": 2, "ceil": True}) for shape in (SIGNAL, VOLUME) for word in ("maxpool", "avgpool")),
    *((shape, "maxpool", {"kernel": 3, "stride": 2, "padding": "tf_same"}) for shape in (SIGNAL, IMAGE, VOLUME)),
    (IMAGE, "avgpool", {"kernel": 2, "stride": 2, "padding": "tf_same"}),
    *((shape, "adaptive_pool", {"mode": mode}) for shape in (SIGNAL, VOLUME) for mode in ("avg", "max")),
    *((shape, "adaptive_pool", {"size": 4, "mode": mode}) for shape in (SIGNAL, VOLUME) for mode in ("avg", "max")),
    (VOLUME, "adaptive_pool", {"size": [2, 4, 5]}),
    *((shape, "pad", {"sides": 1, "mode": mode}) for shape in (SIGNAL, VOLUME) for mode in ("zeros", "reflect", "replicate")),
    (SIGNAL, "pad", {"sides": [3, 0]}),
    (VOLUME, "pad", {"sides": [1, 2, 0, 1, 2, 0], "mode": "replicate"}),
    (IMAGE, "pad", {"channels": 2}),
    (VOLUME, "pad", {"sides": 1, "channels": [0, 3]}),
    (SIGNAL, "crop", {"start": 2, "stop": -1, "step": 3}),
    (IMAGE, "crop", {"step": 2}),
    (VOLUME, "crop", {"start": [1, 0, -3], "stop": [4, 5, 6], "step": [1, 2, 1]}),
    (IMAGE, "pixel_shuffle", {}),
    (IMAGE, "pixel_shuffle", {"first": "places"}),
    *((Map((3, 6, 9)), "pixel_unshuffle", {"factor": 3, "first": first}) for first in ("channels", "places")),
    *((shape, "upsample", {"scale": 2, "mode": "bilinear"}) for shape in (SIGNAL, VOLUME)),
    *((shape, "upsample", {"size": 7, "mode": "bilinear", "align_corners": True}) for shape in (SIGNAL, IMAGE, VOLUME)),
    (IMAGE, "upsample", {"scale": 2, "mode": "bicubic"}),
    (IMAGE, "upsample", {"size": [5, 11], "mode": "bicubic", "align_corners": True}),
    (IMAGE, "upsample", {"size": [18, 3]}),
    (IMAGE, "upsample", {"scale": 0.5, "mode": "bilinear"}),
    *((shape, "resize_like", {}) for shape in (SIGNAL, IMAGE, VOLUME)),
    (IMAGE, "resize_like", {"mode": "nearest"}),
]
