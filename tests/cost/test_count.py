"""Counts of a bill: totals, layers, the mapping for JSON, and grids of networks."""

import numpy as np
import pytest
from graphs import Builder

import archdsl
from archdsl.cost.counting.bill import Bill
from archdsl.cost.counting.conventions import convention_names
from archdsl.exact.grid import Grid


def test_flops_is_a_mapping_and_a_call():
    bill = archdsl.load("resnet18").cost()
    assert list(bill.flops) == ["thop", "fvcore", "ptflops", "torchinfo", "torch"]
    assert dict(bill.flops)["torch"] == bill.flops["torch"] == bill.flops("torch") == 2 * bill.macs == 3_628_146_688
    with pytest.raises(KeyError):
        bill.flops["ptflops-2021"]


def test_layers_add_up():
    bill = archdsl.load("ghostnet").cost()
    for name in convention_names():
        counted = bill.count(name)
        assert len(counted.layers) == len(bill.layers)
        assert sum(value or 0 for value in counted.layers) == counted.total


def test_what_is_not_counted_is_said():
    bill = archdsl.load("dpnet").cost()
    counted = bill.count("thop")
    assert {layer.node.op.word for layer, value in zip(bill, counted.layers, strict=True) if value is None} == {
        "hswish",
        "hsigmoid",
        "mul",
    }


@pytest.mark.parametrize("name", ["dpnet", "mobilenet_v2", "p_resnet18b"])
def test_a_grid_counts_as_one_by_one(name):
    widths, resolutions = np.array([[0.5], [1], [1.4]]), np.array([96, 224])
    flops = archdsl.load(name, width=widths, resolution=resolutions).cost().flops
    for row, width in enumerate(widths[:, 0].tolist()):
        for column, resolution in enumerate(resolutions.tolist()):
            single = archdsl.load(name, width=width, resolution=resolution).cost().flops
            for convention in convention_names():
                assert flops(convention)[row, column] == single(convention)


def test_a_grid_of_uneven_pools_counts_as_one_by_one():
    heights = [7, 9, 11, 12, 13]
    build = Builder((3, Grid.of(heights, "height"), 11))
    build("pool", "adaptive_pool", size=[3, 4])
    counted = Bill(build.graph).flops("thop").tolist()
    single = []
    for height in heights:
        build = Builder((3, height, 11))
        build("pool", "adaptive_pool", size=[3, 4])
        single.append(Bill(build.graph).flops("thop"))
    assert counted == single
