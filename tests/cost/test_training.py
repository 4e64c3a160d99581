"""Training memory against what autograd keeps, and against the states of real optimizers."""

import numpy as np
import pytest
import torch
from graphs import Builder
from random_networks import network
from small import KINDS, compiled, measured_saved, small

import archdsl
from archdsl.compilers.torch.batches import batch_of
from archdsl.cost.memory.saved import saved_bytes
from archdsl.cost.memory.training import training
from archdsl.errors import InputError

BATCH = 2


@pytest.mark.parametrize("name", KINDS)
def test_zoo_keeps_what_autograd_keeps(name):
    graph = small(name).graph()
    assert saved_bytes(graph, BATCH) == measured_saved(compiled(graph), *batch_of(graph, BATCH))


@pytest.mark.parametrize("seed", range(40))
def test_random_networks_keep_what_autograd_keeps(seed):
    graph = network(seed)
    assert saved_bytes(graph, BATCH) == measured_saved(compiled(graph), *batch_of(graph, BATCH))


@pytest.mark.parametrize("before", ["norm", "tanh"])
@pytest.mark.parametrize(
    "word", ["relu", "relu6", "hswish", "hsigmoid", "silu", "leaky_relu", "sigmoid", "tanh", "gelu", "prelu", "dropout"]
)
def test_activations_in_place_and_not(word, before):
    build = Builder((3, 8, 8))
    for name, op, arguments in (("a", "conv", {"out": 4}), ("b", before, {}), ("c", word, {}), ("d", "conv", {"out": 2})):
        build(name, op, **arguments)
    assert saved_bytes(build.graph, BATCH) == measured_saved(compiled(build.graph), torch.randn(BATCH, 3, 8, 8))


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("sgd", lambda p: torch.optim.SGD(p, lr=0.1)),
        ("sgd_momentum", lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9)),
        ("adamw", lambda p: torch.optim.AdamW(p)),
    ],
)
def test_optimizers(name, make):
    net = archdsl.load("dpnet", resolution=32)
    module = net.module()
    optimizer = make(module.parameters())
    module(torch.randn(BATCH, 3, 32, 32)).sum().backward()
    optimizer.step()
    found = training(net.graph(), BATCH, name)
    states = [value for state in optimizer.state.values() for value in state.values() if torch.is_tensor(value)]
    assert found.optimizer == sum(tensor.nbytes for tensor in states)
    assert found.gradients == sum(parameter.grad.nbytes for parameter in module.parameters())
    assert found.total == found.weights + found.buffers + found.gradients + found.optimizer + found.saved


def test_a_grid_is_as_one_by_one():
    found = training(archdsl.load("dpnet", width=np.array([1, 2])).graph(), 8, "adamw")
    for index, width in enumerate((1, 2)):
        one = training(archdsl.load("dpnet", width=width).graph(), 8, "adamw")
        assert (found.total[index], found.peak_bytes[index]) == (one.total, one.peak_bytes)


def test_unknown_optimizer():
    with pytest.raises(InputError, match="unknown optimizer 'adam'; did you mean 'adamw'"):
        training(archdsl.load("resnet18").graph(), optimizer="adam")
