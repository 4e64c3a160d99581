"""Standardised weights: what they are, and that a convolution by them ends as a plain one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from graphs import chain
from small import compiled, measured_peak, measured_saved

from archdsl.compilers.passes import optimize
from archdsl.compilers.torch import compile
from archdsl.cost.counting.bill import Bill
from archdsl.cost.memory.peak import memory
from archdsl.cost.memory.saved import saved_bytes
from archdsl.measure.counting_tools import RUN, measure

MAP = (8, 9, 7)
FORMS: list[dict[str, Any]] = [
    {"out": 6, "kernel": 3},
    {"out": 6, "kernel": 3, "stride": 2, "bias": True, "gain": True},
    {"out": 4, "kernel": [5, 3], "groups": 4, "eps": 1e-4},
    {"out": 200, "gain": True},
]


@pytest.mark.parametrize("arguments", FORMS)
def test_it_ends_as_a_convolution_with_the_norm_folded_in(arguments: dict[str, Any]) -> None:
    graph = chain(MAP, ("std_conv", arguments), "norm", "relu", ("conv", {"out": 3}))
    torch.manual_seed(0)
    module, image = compile(graph).double().eval(), torch.randn(2, *MAP, dtype=torch.float64)
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter)
    made = optimize(graph, {key: tensor.numpy() for key, tensor in module.state_dict().items()})
    assert [node.op.word for node in made.graph] == ["input", "conv", "relu", "conv"]
    assert made.weights is not None
    plain = compile(made.graph).double().eval()
    plain.load_state_dict({key: torch.from_numpy(np.asarray(value)) for key, value in made.weights.items()})
    torch.testing.assert_close(plain(image), module(image), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("arguments", FORMS)
def test_each_output_channel_has_mean_0_and_variance_1(arguments: dict[str, Any]) -> None:
    """A kernel of one place over a map of ones and zeros gives sums of weights: of all, nothing."""
    module = compile(chain(MAP, ("std_conv", {**arguments, "bias": False, "padding": 0}))).double().eval()
    given = module(torch.ones(1, *MAP, dtype=torch.float64))
    assert given.abs().max() < 1e-9
    layer: Any = module.std_conv_0
    inputs = layer.weight[0].numel()
    spread = torch.eye(inputs, dtype=torch.float64).reshape(inputs, *layer.weight.shape[1:])
    if layer.groups == 1:
        weights = module(spread)[:, :, 0, 0]
        variance = weights.var(0, correction=0)
        wanted = torch.full_like(variance, 1 / inputs if arguments.get("gain") else 1)
        torch.testing.assert_close(variance, wanted, rtol=1e-2, atol=0)


@pytest.mark.parametrize("arguments", FORMS)
@pytest.mark.parametrize("shape", [MAP, (8, 1, 1)])
def test_counts_and_memory(arguments: dict[str, Any], shape: tuple[int, ...]) -> None:
    graph = chain(shape, ("conv", {"out": 8}), ("std_conv", arguments))
    bill = Bill(graph)
    assert {name: bill.flops(name) for name in RUN} == {name: measure(name, compiled(graph), shape) for name in RUN}
    assert memory(graph).peak_activation_bytes == measured_peak(compiled(graph), torch.randn(1, *shape))
    assert saved_bytes(graph, 2) == measured_saved(compiled(graph), torch.randn(2, *shape))
