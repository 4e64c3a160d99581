"""Ranges hold for what PyTorch computes, and are as narrow as they should be."""

from __future__ import annotations

from math import inf

import pytest
import torch
from graphs import Builder
from small import small

from archdsl.compilers.torch import compile
from archdsl.ir.ranges import ANY, Range, ranges, unchanged
from archdsl.ops import OPERATORS
from archdsl.spec.locate import zoo_names

ACTIVATIONS = ["relu", "relu6", "hswish", "hsigmoid", "sigmoid", "silu", "gelu", "tanh", "leaky_relu", "mish", "elu", "selu", "celu",
    "softplus", "softsign", "hardtanh", "quick_gelu", "squared_relu"]  # fmt: skip
SAMPLES = [Range(), Range(-0.5, 0.25), Range(0, 2), Range(-4, -1), Range(3, 9), Range(-20, 20)]
ROUNDING = 1e-6


def values(within: Range, count: int = 4001) -> torch.Tensor:
    """Many values of a range, its ends among them; of one without ends, from far below to far above."""
    return torch.linspace(max(within.low, -50), min(within.high, 50), count).reshape(1, 1, 1, -1)


@pytest.mark.parametrize("word", ACTIVATIONS)
@pytest.mark.parametrize("held", SAMPLES)
def test_of_activations(word: str, held: Range) -> None:
    build = Builder((1, 1, 4001))
    build("act", word)
    found = ranges(build.graph.nodes, held)["act"]
    with torch.no_grad():
        came = compile(build.graph).eval()(values(held))
    assert found.low <= float(came.min()) + ROUNDING
    assert float(came.max()) - ROUNDING <= found.high


@pytest.mark.parametrize("word", ACTIVATIONS)
def test_values_that_stay(word: str) -> None:
    op = OPERATORS[word].read({})
    kept = unchanged(op)
    if kept is None:
        return
    build = Builder((1, 1, 4001))
    build("act", word)
    given = values(Range(kept.low, min(kept.high, 1000)))
    with torch.no_grad():
        torch.testing.assert_close(compile(build.graph).eval()(given), given, rtol=1e-6, atol=0)
    below = torch.full((1, 1, 1, 4001), kept.low - 0.01)
    with torch.no_grad():
        assert not torch.equal(compile(build.graph).eval()(below), below)


def test_known_minima_are_met() -> None:
    """As low as said, to the fourth digit: a bound far below would shift by more than is needed."""
    for word in ("hswish", "silu", "mish", "selu", "elu", "relu", "tanh"):
        build = Builder((1, 1, 4001))
        build("act", word)
        with torch.no_grad():
            least = float(compile(build.graph).eval()(values(Range(-50, 0))).min())
        assert ranges(build.graph.nodes)["act"].low == pytest.approx(least, abs=1e-3)


def test_joins_pools_and_views() -> None:
    build = Builder((4, 8, 8))
    build("conv", "conv", out=4, kernel=1)
    build("a", "hswish")
    build("b", "sigmoid", "conv")
    build("sum", "add", "a", "b")
    build("product", "mul", "a", "b")
    build("both", "concat", "a", "b")
    build("part", "slice", "both", start=0, stop=2)
    build("padded", "pad", "b", sides=[1, 1, 1, 1])
    build("largest", "maxpool", "both", kernel=2)
    build("mean", "adaptive_pool", "both")
    found = ranges(build.graph.nodes)
    assert found["conv"] == ANY
    assert found["sum"] == Range(-0.375, inf)
    assert found["product"] == Range(-0.375, inf)
    assert found["both"] == found["part"] == found["largest"] == found["mean"] == Range(-0.375, inf)
    assert found["padded"] == Range(0, 1)


@pytest.mark.parametrize("name", zoo_names()[::6])
def test_of_networks(name: str) -> None:
    """Every tensor of a network lies in its range."""
    graph = small(name).graph()
    module = compile(graph).eval()
    found = ranges(graph.nodes)
    assert all(one.low <= one.high for one in found.values())
    seen: dict[str, tuple[float, float]] = {}

    def see(path: str):
        def hook(_module: object, _given: object, came: object) -> None:
            if isinstance(came, torch.Tensor) and came.is_floating_point():
                seen[path] = float(came.min()), float(came.max())

        return hook

    for path, layer in module.named_modules():
        layer.register_forward_hook(see(path))
    from archdsl.compilers.torch.batches import batch_of

    with torch.no_grad():
        module(*batch_of(graph, 2, torch.Generator().manual_seed(0)))
    for path, (low, high) in seen.items():
        if path in found:
            assert found[path].low - ROUNDING <= low <= high <= found[path].high + ROUNDING, path
