"""First weights: what each word does, and torchvision's defaults."""

import math

import pytest
import torch
from graphs import Builder, chain
from torch import nn

from archdsl.compilers.torch import compile, initialise
from archdsl.compilers.torch.initialise import FILL, KINDS
from archdsl.errors import InputError
from archdsl.spec.initialisation import DEFAULTS, WORDS


def network(**init):
    build = Builder((32, 8, 8), init=init)
    build("conv", "conv", out=64, kernel=3, groups=2, bias=True)
    build("norm", "norm")
    build("prelu", "prelu", slope=0.1)
    build("flatten", "flatten")
    build("linear", "linear", out=50)
    torch.manual_seed(0)
    return compile(build.graph)


def test_tables_are_complete():
    assert set(FILL) | {"default"} == set(WORDS)
    assert set(KINDS) == set(DEFAULTS)


def test_defaults():
    module = network()
    assert module.conv.weight.std().item() == pytest.approx(math.sqrt(2 / (64 * 9)), rel=0.03)
    assert not module.conv.bias.any()
    assert (module.norm.weight == 1).all()
    assert not module.norm.bias.any()
    assert not module.norm.running_mean.any()
    assert (module.norm.running_var == 1).all()
    assert module.norm.num_batches_tracked.item() == 0
    bound = 1 / math.sqrt(4096)
    assert 0.99 * bound < module.linear.weight.abs().max() <= bound
    assert 0 < module.linear.bias.abs().max() <= bound
    assert module.prelu.weight.item() == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("rule", "deviation"),
    [
        ("kaiming_normal", math.sqrt(2 / (64 * 9))),
        ({"kaiming_normal": "fan_in"}, math.sqrt(2 / (16 * 9))),
        ("kaiming_uniform", math.sqrt(2 / (64 * 9))),
        ("xavier_normal", math.sqrt(2 / (64 * 9 + 16 * 9))),
        ("xavier_uniform", math.sqrt(2 / (64 * 9 + 16 * 9))),
        ("normal", 0.01),
        ({"normal": 0.3}, 0.3),
        ("trunc_normal", 0.02),
        ({"uniform": 0.5}, 0.5 / math.sqrt(3)),
        ("zeros", 0),
        ({"constant": 0.5}, 0),
    ],
    ids=str,
)
def test_spread_of_a_convolution(rule, deviation):
    module = network(conv=rule)
    assert module.conv.weight.std().item() == pytest.approx(deviation, rel=0.03)
    assert not module.conv.bias.any()


def test_default_is_that_of_the_layer():
    module = network(conv="default")
    torch.manual_seed(0)
    layer = nn.Conv2d(32, 64, 3, 1, 1, groups=2)
    assert torch.equal(module.conv.weight, layer.weight)
    assert torch.equal(module.conv.bias, layer.bias)


def test_mobilenet_of_torchvision():
    module = network(linear={"normal": 0.01})
    assert module.linear.weight.std().item() == pytest.approx(0.01, rel=0.03)
    assert not module.linear.bias.any()


def test_the_seed_decides():
    assert torch.equal(network().conv.weight, network().conv.weight)


def test_a_trained_network_begins_anew():
    module = network()
    module(torch.randn(2, 32, 8, 8))
    assert module.norm.num_batches_tracked.item() == 1
    initialise(module, {"norm": "zeros"})
    assert module.norm.num_batches_tracked.item() == 0
    assert not module.norm.weight.any()
    assert not module.norm.running_mean.any()


def test_mistakes_name_the_word():
    with pytest.raises(InputError, match=r"^init: unknown initialisation of conv 'normall'; did you mean 'normal'\?$"):
        network(conv="normall")


def test_frozen_norm_has_no_weights():
    assert list(compile(chain((3, 4, 4), ("norm", {"affine": False}))).parameters()) == []
