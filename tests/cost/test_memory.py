"""Memory against measurement: weights, buffers, and the peak of live tensors in a forward pass. Equality, without rounding."""

import numpy as np
import pytest
import torch
from graphs import chain
from random_networks import network
from small import KINDS, compiled, measured_peak, small

import archdsl
from archdsl.compilers.torch.batches import batch_of
from archdsl.compilers.torch.shared import once
from archdsl.cost.comparing.totals import COSTS
from archdsl.cost.counting.bill import Bill
from archdsl.cost.memory.peak import memory
from archdsl.errors import InputError


def compare(graph):
    module, ours = compiled(graph), memory(graph)
    assert ours.weights_bytes == sum(tensor.nbytes for tensor in module.parameters())
    assert ours.buffers_bytes == sum(tensor.nbytes for tensor in module.buffers())
    assert ours.state_bytes == sum(tensor.nbytes for tensor in once(module).values())
    assert COSTS["state"](Bill(graph)).total == ours.state_bytes
    assert COSTS["weights"](Bill(graph)).total == ours.weights_bytes
    assert ours.peak_activation_bytes == measured_peak(module, *batch_of(graph, 1))


@pytest.mark.parametrize("name", KINDS)
def test_zoo(name):
    compare(small(name).graph())


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v2", "ghostnet", "dpnet"])
def test_at_224(name):
    compare(archdsl.load(name).graph())


@pytest.mark.parametrize("seed", range(60))
def test_random_networks(seed):
    compare(network(seed))


@pytest.mark.parametrize("arguments", [{}, {"kernel": 1}, {"kernel": 5}, {"kernel": 3, "dilation": 9}, {"kernel": 7}])
def test_shift(arguments):
    compare(chain((31, 6, 5), ("shift", arguments)))


def test_half_precision():
    graph = archdsl.load("resnet18", resolution=64).graph()
    module, ours = compiled(graph).half(), memory(graph, "float16")
    assert ours.weights_bytes == sum(tensor.nbytes for tensor in module.parameters())
    assert ours.buffers_bytes == sum(tensor.nbytes for tensor in module.buffers())
    assert ours.peak_activation_bytes == measured_peak(module, torch.randn(1, *graph.input.shape).half())
    assert ours.peak.node == "maxpool"  # its indices do not shrink


def test_timeline():
    graph = chain((2, 4, 4), ("conv", {"out": 4}), "norm", "relu", ("maxpool", {"kernel": 2}), "flatten")
    found = memory(graph)
    image, many, few, indices = 2 * 16 * 4, 4 * 16 * 4, 4 * 4 * 4, 4 * 4 * 8
    assert [(m.node, m.bytes) for m in found.timeline] == [
        ("conv_0", image + many),
        ("norm_1", image + 2 * many),
        ("relu_2", image + many),  # in place
        ("maxpool_3", image + many + few + indices),
        ("flatten_4", image + few),
    ]
    assert found.peak.node == "norm_1"
    assert found.peak.alive == (("input", image), ("conv_0", many), ("norm_1", many))
    assert found.peak.bytes == found.peak_activation_bytes


def test_the_timeline_peaks_at_the_peak():
    for name in ("dpnet", "resnet50", "ghostnet"):
        found = memory(archdsl.load(name).graph())
        assert found.peak.bytes == found.peak_activation_bytes
        assert found.peak.bytes == sum(size for _, size in found.peak.alive) + found.peak.scratch


@pytest.mark.parametrize("name", ["dpnet", "resnet18"])
def test_a_grid_is_as_one_by_one(name):
    widths, resolutions = np.array([[0.5], [1], [2]]), np.array([64, 128, 224])
    found = memory(archdsl.load(name, width=widths, resolution=resolutions).graph())
    for row, width in enumerate(widths[:, 0].tolist()):
        for column, resolution in enumerate(resolutions.tolist()):
            single = memory(archdsl.load(name, width=width, resolution=resolution).graph())
            assert np.broadcast_to(found.weights_bytes, (3, 3))[row, column] == single.weights_bytes
            assert np.broadcast_to(found.buffers_bytes, (3, 3))[row, column] == single.buffers_bytes
            assert found.peak_activation_bytes[row, column] == single.peak_activation_bytes


def test_a_grid_has_no_one_peak():
    with pytest.raises(InputError, match="choose one network"):
        _ = memory(archdsl.load("resnet18", width=np.array([1, 2])).graph()).peak


def test_unknown_dtype():
    with pytest.raises(InputError, match="unknown dtype 'float33'; did you mean 'float32'"):
        memory(archdsl.load("resnet18").graph(), "float33")
