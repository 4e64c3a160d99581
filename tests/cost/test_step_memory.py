"""The peak of a training step against what PyTorch's allocator hands out for one."""

from dataclasses import replace

import pytest
from graphs import Builder, chain
from operators import CASES
from random_networks import network
from small import by_steps, compiled, small

import archdsl
from archdsl.cost.memory.training import training
from archdsl.measure.step_memory import CHANGE, _most, measured_step
from archdsl.ops import OPERATORS
from archdsl.ops.shapes import Heads, Ids, Map, typed

BATCH = 16
TOLERANCE = 0.03


def ratio(graph, batch=BATCH, optimizer="sgd_momentum", foreach=False):
    module = compiled(graph)
    with by_steps(module):
        predicted = training(graph, batch, optimizer, foreach=foreach).peak_bytes
        return predicted / measured_step(module, graph, batch, optimizer, foreach)


@pytest.mark.parametrize(
    "name",
    [
        *("dpnet", "resnet20", "p_resnet18a", "mobilenet_v2", "mobilenet_v3_small", "ghostnet", "shufflenet_v2", "squeezenet"),
        *("efficientnet_b0", "googlenet", "densenet121", "legonet", "randwire", "gpt2", "lstm_classifier", "siamese_resnet18"),
    ],
)
def test_networks(name):
    assert ratio(small(name).graph()) == pytest.approx(1, abs=TOLERANCE)


@pytest.mark.parametrize("seed", range(30))
def test_random_networks(seed):
    """Combinations that no designer writes: kernels copy what arrives in an order of memory that they do not read."""
    assert ratio(network(seed), 64) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize(("optimizer", "passing"), [("sgd", 1), ("sgd_momentum", 1), ("adamw", 3)])
def test_where_weights_are_most_of_it_the_optimizer_decides(optimizer, passing):
    """SGD adds the decay to a copy of the gradient. AdamW makes two tensors for a weight, while one of the weight before is still there."""
    linear = ("linear", {"out": 600, "bias": False})
    graph = chain((600,), linear, linear, linear)
    assert ratio(graph, 2, optimizer) == pytest.approx(1, abs=0.001)
    found = training(graph, 2, optimizer)
    given = 2 * (600 + 600) * 4 + 2 * 8  # images and outputs, and the class of each
    assert found.peak_bytes == found.weights + found.gradients + found.optimizer + passing * 600 * 600 * 4 + given


@pytest.mark.parametrize("optimizer", ["sgd", "sgd_momentum", "adamw"])
def test_optimizers_that_take_all_weights_at_once(optimizer):
    graph = small("mobilenet_v3_small").graph()
    assert ratio(graph, 2, optimizer, True) == pytest.approx(1, abs=TOLERANCE)
    one, all_ = (training(graph, 2, optimizer, foreach=foreach).peak_bytes for foreach in (False, True))
    assert one < all_


def test_by_hand():
    """At its peak the step runs the convolution backwards: both maps, the batch, and gradients of what it made and of its weights."""
    graph = chain((4, 16, 16), ("offset", {}), ("conv", {"out": 8}), "adaptive_pool", "flatten")
    image, after, pooled = 4 * 4 * 256, 4 * 8 * 256, 4 * 8
    found = training(graph, 10, "sgd")
    step = image + image + after + image + 8 + pooled  # image, what the convolution kept, both gradients, target, output
    assert found.peak_bytes == found.weights + 4 * 4 * 8 + 10 * step
    assert found.weights == 4 * (1 + 4 * 8)


def test_gradients_of_a_tensor_that_is_read_more_than_once_are_added_up():
    build = Builder((8, 16, 16))
    trunk = build("trunk", "conv", "input", out=8)
    paths = [build(f"path{index}", "conv", trunk, out=8) for index in range(3)]
    build("sum", "add", trunk, *paths)
    build("gate", "mul", "sum", "trunk")
    assert ratio(build.graph) == pytest.approx(1, abs=0.005)


def test_a_tensor_may_be_two_outputs():
    build = Builder((8, 16, 16))
    trunk = build("trunk", "conv", "input", out=8)
    build("norm", "norm", trunk)
    one = build.graph
    two = replace(one, outputs={"first": "norm", "second": "norm", "third": "trunk"}, returns="tuple")
    assert ratio(two) == pytest.approx(1, abs=TOLERANCE)
    assert training(two, BATCH).peak_bytes > 1.3 * training(one, BATCH).peak_bytes


def test_parts_that_are_put_side_by_side_share_one_gradient():
    build = Builder((8, 16, 16))
    trunk = build("trunk", "conv", "input", out=32)
    parts = [build(f"part{index}", "slice", trunk, start=8 * index, stop=8 * index + 8) for index in range(4)]
    learned = build("learned", "conv", parts[0], out=8, kernel=3)
    build("all", "concat", learned, *parts[1:])
    build("fuse", "conv", out=32)
    build("norm", "norm")
    build("relu", "relu")
    build("pool", "adaptive_pool")
    assert ratio(build.graph) == pytest.approx(1, abs=TOLERANCE)


def test_the_peak_is_above_all_that_lasts_and_grows_with_the_batch():
    graph = archdsl.load("resnet18", resolution=64).graph()
    one, many = training(graph, 1), training(graph, 256)
    assert one.peak_bytes > one.weights + one.buffers + one.gradients + one.optimizer
    assert many.peak_bytes > many.weights + many.buffers + many.optimizer + many.saved


ROUGH = {("choose_add",): 0.05, ("lstm", "gru"): 0.06, ("fourier_position",): 0.3, ("layer_norm",): 0.2}
"""Operators whose steps PyTorch takes in another order for some sizes, or that it keeps as a constant."""


@pytest.mark.parametrize(("shape", "word", "arguments"), CASES)
def test_operators(shape, word, arguments):
    """Each behind inputs that learn and before a layer that does."""
    build = Builder(shape)
    count = 2 if word in ("matmul", "sub", "div", "resize_like") else 3 if OPERATORS[word].joins else 1
    inputs = ["input"]
    if not isinstance(shape, Ids):
        learning = [build(f"before{index}", "offset", "input") for index in range(count)]
        inputs = [build(f"given{index}", "gain", name, learned=False) for index, name in enumerate(learning)]
    build("node", word, *inputs, **arguments)
    made = typed(build.shape)
    if isinstance(made, Heads):
        build("after", "gain", learned=False)
    else:
        build("after", "conv" if isinstance(made, Map) else "linear", out=2)
    within = next((share for words, share in ROUGH.items() if word in words), TOLERANCE)
    assert ratio(build.graph, 32, "sgd") == pytest.approx(1, abs=within)


def test_what_a_kernel_takes_and_gives_back_does_not_count():
    kernel = ("aten::convolution_backward", 10, 20, 0)
    changes = [(5, 100), (12, 1000), (14, 30), (16, -1000), (25, 500), (27, -500), (40, 7), (50, -100)]
    events = [kernel, *[(CHANGE, at, 0, size) for at, size in changes]]
    assert _most(events) == 100 + 30 + 7
    assert _most(events[1:]) == 100 + 1000 + 30
