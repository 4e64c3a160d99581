"""Bytes moved and arithmetic intensity."""

from fractions import Fraction

import numpy as np
from graphs import chain

import archdsl
from archdsl.cost.counting.bill import Bill
from archdsl.cost.memory.movement import movement


def test_by_hand():
    graph = chain(
        (8, 4, 4), ("conv", {"out": 16, "kernel": 3, "bias": True}), "norm", ("slice", {"start": 0, "stop": 4}), "flatten"
    )
    conv, norm, view, flat = movement(Bill(graph), batch=2).layers
    assert (conv.inputs, conv.weights, conv.output) == (8 * 16 * 4 * 2, (16 * 8 * 9 + 16) * 4, 16 * 16 * 4 * 2)
    assert conv.operations == 2 * 2 * 16 * 16 * 8 * 9
    assert conv.intensity == Fraction(conv.operations, conv.bytes)
    assert norm.weights == 4 * 16 * 4
    assert norm.intensity == 0
    assert view.bytes == flat.bytes == 0
    assert view.intensity == 0


def test_buffers_are_read_with_the_weights():
    (layer,) = movement(Bill(chain((4, 2, 2), ("choose_add", {"out": 6, "groups": 2}))), dtype="float16").layers
    assert layer.weights == 6 * 2 * 2 + 6 * 2 * 4  # coefficients, and which map each is for


def test_weights_are_read_once_for_a_batch():
    bill = archdsl.load("vgg16" if "vgg16" in archdsl.spec.locate.zoo_names() else "resnet18").cost()
    one, many = movement(bill, 1), movement(bill, 64)
    assert many.intensity > one.intensity
    assert many.operations == 64 * one.operations == 128 * bill.macs
    assert 64 * one.bytes - many.bytes == 63 * sum(moved.weights for moved in one.layers)


def test_a_grid_is_as_one_by_one():
    found = movement(archdsl.load("dpnet", width=np.array([1, 2])).cost())
    for index, width in enumerate((1, 2)):
        single = movement(archdsl.load("dpnet", width=width).cost())
        assert found.bytes[index] == single.bytes
        assert found.intensity[index] == single.intensity
