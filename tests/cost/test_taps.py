"""Elements of kernels on maps, against what torch computes with ones: a product of the kernel counts for each pair, and no other."""

from __future__ import annotations

import random
from itertools import product

import pytest

import archdsl
from archdsl.cost.latency.taps import taps
from archdsl.cost.latency.work import WORK
from archdsl.ops import OPERATORS
from archdsl.ops.shapes import Map

torch = pytest.importorskip("torch")


def counted(shape: tuple[int, ...], kernel: int, stride: int, padding: int, dilation: int) -> tuple[int, int]:
    """Pairs and used elements, by a convolution of ones and the gradient of its kernel."""
    weight = torch.ones(1, 1, *[kernel] * len(shape), dtype=torch.float64, requires_grad=True)
    convolve = {1: torch.nn.functional.conv1d, 2: torch.nn.functional.conv2d}[len(shape)]
    total = convolve(torch.ones(1, 1, *shape, dtype=torch.float64), weight, None, stride, padding, dilation).sum()
    total.backward()
    return int(total), int((weight.grad > 0).sum())


@pytest.mark.parametrize("places", [1, 2])
def test_taps_are_what_torch_multiplies(places: int) -> None:
    rng = random.Random(places)
    seen = 0
    for kernel, stride, padding, dilation in product([1, 2, 3, 5, 7], [1, 2, 3], [0, 1, 2, 5], [1, 2, 3]):
        shape = tuple(rng.randint(1, 9) for _ in range(places))
        arguments = {"out": 1, "kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
        op = OPERATORS["conv"].read(arguments)
        if any(extent + 2 * padding < dilation * (kernel - 1) + 1 for extent in shape):
            continue
        arriving = Map((1, *shape))
        found = taps(op, arriving, op.shape(arriving))
        assert tuple(found) == counted(shape, kernel, stride, padding, dilation), (shape, arguments)
        seen += 1
    assert seen > 100


def test_work_on_a_small_map() -> None:
    """A 3x3 convolution of a 2x2 map: 16 of 36 pairs are on the map; of a 1x1 map one element is."""
    for side, pairs, used in ((2, 16, 9), (1, 1, 1)):
        net = archdsl.loads(f"archdsl: 1\nname: X\ninput: [5, {side}, {side}]\nnet:\n- {{conv: {{out: 6, kernel: 3}}}}")
        layer = next(layer for layer in net.cost() if layer.node.op.word == "conv")
        assert WORK["inside"](layer, 2, 1) == 5 * 6 * pairs * 2
        assert WORK["weights"](layer, 2, 1) == 5 * 6 * used
        assert WORK["blocks"](layer, 1, 4) == 8 * 8 * pairs
        assert layer.macs == 5 * 6 * 9 * side * side
