"""The order of least memory: against every order of small networks, and on blocks of two paths."""

import numpy as np
import pytest
import torch
from graphs import MOST_ORDERS, Builder, orders
from random_networks import network
from small import compiled, measured_peak

import archdsl
from archdsl.cost.memory.peak import memory
from archdsl.cost.memory.schedule import best_schedule, reordered
from archdsl.errors import InputError
from archdsl.ir.verify import verify


def two_paths():
    """The path that is given second needs much memory and leaves little: it should run first."""
    build = Builder((4, 8, 8))
    build("stem", "conv", out=8)
    kept = build("wide", "conv", "stem", out=32)
    large = build("expand", "conv", "stem", out=64)
    small = build("reduce", "conv", large, out=1)
    build("join", "concat", kept, small)
    return build.graph


def test_two_paths():
    found = best_schedule(two_paths())
    assert found.order.index("reduce") < found.order.index("wide")
    assert found.peak_bytes < found.given_bytes
    assert found.exact


def test_a_better_order_is_better_in_pytorch():
    graph = two_paths()
    found = best_schedule(graph)
    module = compiled(verify(reordered(graph, found.order), "scheduling"))
    assert measured_peak(module, torch.randn(1, 4, 8, 8)) == found.peak_bytes


@pytest.mark.parametrize("dtype", ["float32", "int8"])
def test_no_order_of_a_small_network_is_better(dtype):
    complete = 0
    for seed in range(400):
        graph = network(seed, size=6, growths=(1, 5))
        if len(graph) > 16:
            continue
        found = best_schedule(graph, dtype)
        peaks = [memory(reordered(graph, order), dtype).peak_activation_bytes for order in orders(graph)]
        assert found.given_bytes == memory(graph, dtype).peak_activation_bytes
        if len(peaks) < MOST_ORDERS:
            assert found.peak_bytes == min(peaks)
            complete += 1
        else:
            assert found.peak_bytes <= min(peaks)
        if complete == 20:
            break
    assert complete == 20


@pytest.mark.parametrize("name", ["dpnet", "ghostnet", "resnet50"])
def test_zoo(name):
    graph = archdsl.load(name).graph()
    found = best_schedule(graph)
    assert found.exact
    assert found.peak_bytes <= found.given_bytes
    assert memory(verify(reordered(graph, found.order), "scheduling")).peak_activation_bytes == found.peak_bytes


def test_ghostnet_can_do_with_less():
    found = best_schedule(archdsl.load("ghostnet").graph())
    assert (found.given_bytes, found.peak_bytes) == (6_221_824, 5_619_712)


def test_too_many_orders_keep_the_given_one():
    found = best_schedule(two_paths(), most_states=2)
    assert not found.exact
    assert found.peak_bytes == found.given_bytes


def test_a_grid_has_no_one_order():
    with pytest.raises(InputError, match="choose one network"):
        best_schedule(archdsl.load("resnet18", width=np.array([1, 2])).graph())
