"""Tables, differences, memory and movement of layers that share weights."""

from __future__ import annotations

import archdsl
from archdsl.cost.comparing.align import align
from archdsl.cost.comparing.differences import layer_differences
from archdsl.cost.counting.lines import lines
from archdsl.cost.memory.movement import movement
from archdsl.cost.memory.training import training
from archdsl.cost.tables.document import document
from archdsl.cost.tables.entries import operator
from archdsl.cost.tables.layout import layout

SHARED = "input: [8, 16, 16]\nnet: [{conv: {out: 8, kernel: 3}, share: a}, norm, relu, {conv: {out: 8, kernel: 3}, share: a}]\n"
APART = SHARED.replace(", share: a", "")


def test_the_second_has_no_parameters_of_its_own() -> None:
    net = archdsl.loads(SHARED)
    bill = net.cost()
    first, *_, second = bill.layers
    assert (first.params, second.params, second.used) == (576, 0, 576)
    assert first.macs == second.macs == 576 * 256
    assert [operator(layer) for layer in (first, second)] == ["conv", "conv, shared with conv_1"]
    assert [line.shared for line in lines(bill)] == ["", "", "", "conv_1"]
    assert [*layout(net.spec, bill).cells()][-1][2] == "conv (weights of conv_1)"
    found = document("x", net.spec, bill)["layers"]
    assert [layer.get("shared") for layer in found] == [None, None, None, "conv_1"]


def test_weights_are_kept_once_and_read_each_time() -> None:
    shared, apart = archdsl.loads(SHARED), archdsl.loads(APART)
    kept = [training(net.graph(), optimizer="adamw") for net in (shared, apart)]
    assert kept[1].weights - kept[0].weights == kept[1].gradients - kept[0].gradients == 576 * 4
    assert kept[1].optimizer - kept[0].optimizer == 576 * 8 + 4
    assert kept[0].saved == kept[1].saved
    assert movement(shared.cost()).bytes == movement(apart.cost()).bytes


def test_a_difference_says_that_weights_are_shared() -> None:
    rows = align(archdsl.loads(APART).cost(), archdsl.loads(SHARED).cost())
    (changed,) = [pair for row in rows for pair in row.layers if pair.kind != "same"]
    assert layer_differences(changed) == ["shares the weights of conv_1"]
    (back,) = [
        pair
        for row in align(archdsl.loads(SHARED).cost(), archdsl.loads(APART).cost())
        for pair in row.layers
        if pair.kind != "same"
    ]
    assert layer_differences(back) == ["has weights of its own"]
