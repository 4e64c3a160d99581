"""The text in the boxes."""

from dataclasses import dataclass
from typing import Any

import pytest
from graphs import chain

from archdsl.errors import BackendError
from archdsl.ir.graph import OUTPUT, Graph, Node
from archdsl.ops.operator import SameShape
from archdsl.ops.passing import Input
from archdsl.viz import diagram
from archdsl.viz.labels import label

MAP = (8, 16, 16)


@pytest.mark.parametrize(
    ("word", "arguments", "expected"),
    [
        ("conv", {"out": 4}, "1x1 conv"),
        ("conv", {"out": 8, "kernel": 3, "groups": 8}, "3x3 depthwise conv, pad 1"),
        ("conv", {"out": 8, "kernel": 5, "groups": 8, "stride": 2}, "5x5 depthwise conv, stride 2, pad 2"),
        ("conv", {"out": 8, "kernel": 3, "groups": 4}, "3x3 conv in 4 groups, pad 1"),
        ("conv", {"out": 4, "kernel": [1, 7]}, "1x7 conv, pad 0x3"),
        ("conv", {"out": 4, "kernel": 3, "dilation": 2, "padding": 0}, "3x3 conv, dilation 2, pad 0"),
        ("maxpool", {"kernel": 3, "stride": 2, "padding": 1}, "3x3 max pool, stride 2, pad 1"),
        ("adaptive_pool", {}, "global average pool"),
        ("adaptive_pool", {"size": 7, "mode": "max"}, "max pool to 7x7"),
        ("norm", {}, "norm"),
        ("hswish", {}, "hswish"),
        ("leaky_relu", {"slope": 0.1}, "leaky relu 0.1"),
        ("dropout", {"rate": 0.2}, "dropout 0.2"),
        ("upsample", {}, "upsample x 2, nearest"),
        ("pad", {"sides": [0, 1, 0, 1], "mode": "reflect"}, "pad 0 left, 1 right, 0 top, 1 bottom, reflect"),
        ("slice", {"start": 0, "stop": 4}, "channels 0 up to 4"),
        ("shuffle", {"groups": 2}, "channel shuffle, 2 groups"),
    ],
)
def test_label(word: str, arguments: dict[str, Any], expected: str):
    graph = chain(MAP, (word, arguments))
    assert label(graph[graph.output], (MAP,)) == expected


def test_an_operator_without_a_label_is_an_error():
    @dataclass(frozen=True)
    class Wobble(SameShape):
        word = "wobble"

    graph = Graph("Net", {"input": Node("input", Input(MAP), (), MAP), "w": Node("w", Wobble(), ("input",), MAP)}, {OUTPUT: "w"})
    with pytest.raises(BackendError, match=r"^drawing has no rule for the operator wobble, which 'w' uses$"):
        diagram(graph)
