"""Receptive fields against published ones, and against the pixels that a gradient reaches."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from graphs import Builder, chain

import archdsl
from archdsl.compilers import torch as back_end
from archdsl.cost.memory.receptive import receptive_fields
from archdsl.spec.locate import zoo_names

PUBLISHED = {"alexnet": 195, "vgg16": 212, "mobilenet_v1": 315, "mobilenet_v2": 491, "resnet18": 435}
"""Araujo et al. 2019, Table 1 (its ResNet50 has the stride on the 1x1 convolutions)."""


@pytest.mark.parametrize("name", [name for name in PUBLISHED if name in zoo_names()])
def test_published(name):
    last = [view for view in receptive_fields(archdsl.load(name).graph()).values() if view.field][-1]
    assert last.field == (PUBLISHED[name], PUBLISHED[name])
    assert last.stride == (32, 32)


def reached(graph) -> tuple[int, int]:
    """Height and width of the pixels on which the value in the middle of the output depends."""
    module = back_end.compile(graph).double().eval()
    for parameter in module.parameters():
        torch.nn.init.uniform_(parameter, 0.5, 1)
    image = torch.rand(1, *graph.input.shape, dtype=torch.float64, requires_grad=True)
    output = module(image)
    output[0, :, output.shape[2] // 2, output.shape[3] // 2].sum().backward()
    rows, columns = image.grad[0].abs().sum(0).nonzero(as_tuple=True)
    return int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1


CHAINS = [
    [("conv", {"out": 2, "kernel": [5, 3], "stride": 2}), "norm", ("conv", {"out": 2, "kernel": 3, "dilation": [1, 2]})],
    [("avgpool", {"kernel": 3, "stride": 2}), ("conv", {"out": 1, "kernel": 3, "groups": 1}), ("avgpool", {"kernel": 2})],
    [("conv", {"out": 9, "kernel": 3, "stride": 2}), ("shift", {"kernel": 3, "dilation": 2}), ("conv", {"out": 1})],
    [
        ("conv", {"out": 2, "kernel": 3, "stride": [2, 1]}),
        ("adaptive_pool", {"size": [10, 20]}),
        ("conv", {"out": 1, "kernel": 3}),
    ],
    [
        ("conv", {"out": 4, "kernel": 3}),
        ("shared_conv", {"filters": 2, "groups": 2, "kernel": 5, "stride": 2}),
        ("conv", {"out": 1}),
    ],
    [("conv", {"out": 2, "stride": 2}), ("upsample", {"scale": 2}), ("conv", {"out": 1, "kernel": 5, "stride": 2})],
]


@pytest.mark.parametrize("words", CHAINS)
def test_gradient_reaches_the_field(words):
    graph = chain((1, 40, 40), *words)
    field = receptive_fields(graph)[graph.output].field
    if any(word[0] == "upsample" for word in words):  # windows may fall on copies of one value: the field is the most they reach
        assert all(a <= b for a, b in zip(reached(graph), field, strict=True))
    else:
        assert reached(graph) == field


def test_joins_and_gates():
    build = Builder((4, 16, 16))
    build("a", "conv", "input", out=4, kernel=3)
    build("b", "conv", "input", out=4, kernel=7)
    build("sum", "add", "a", "b")
    build("pool", "adaptive_pool", "sum")
    build("gate", "sigmoid", "pool")
    build("scale", "mul", "sum", "gate")
    views = receptive_fields(build.graph)
    assert views["sum"].field == (7, 7)
    assert views["pool"].field is None
    assert views["scale"].field == (7, 7)


def test_tokens_see_their_patch_until_they_are_mixed():
    patches = ("conv", {"out": 8, "kernel": 4, "stride": 4, "padding": 0})
    views = receptive_fields(chain((3, 16, 16), patches, "tokens", "layer_norm", ("linear", {"out": 8}), "gelu", "token_mean"))
    assert views["linear_3"].field == views["gelu_4"].field == (4, 4)
    assert views["token_mean_5"].field is None


def test_upsampling_halves_the_stride():
    views = receptive_fields(chain((1, 8, 8), "upsample"))
    assert views["upsample_0"].stride == (Fraction(1, 2), Fraction(1, 2))


def test_a_grid():
    net = archdsl.load("dpnet", kernels=[3, np.array([5, 7])])
    field = next(v.field for name, v in reversed(receptive_fields(net.graph()).items()) if v.field)
    single = [archdsl.load("dpnet", kernels=[3, k]).graph() for k in (5, 7)]
    expected = [next(v.field for v in reversed(receptive_fields(graph).values()) if v.field)[0] for graph in single]
    assert field[0].values.tolist() == expected
