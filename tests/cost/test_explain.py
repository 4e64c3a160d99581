"""The waterfall between two conventions."""

import numpy as np
import pytest

import archdsl
from archdsl.cost.counting.conventions import convention_names
from archdsl.cost.counting.explain import explain
from archdsl.errors import InputError


def test_steps_add_up_between_all_pairs():
    bill = archdsl.load("dpnet").cost()
    words = {layer.node.op.word for layer in bill}
    for start in convention_names():
        for end in convention_names():
            found = explain(bill, start, end)
            assert found.before + sum(drop.difference for drop in found.drops) == found.after
            assert {drop.word for drop in found.drops} | set(found.same) == words


def test_thop_to_ptflops():
    found = explain(archdsl.load("resnet18").cost(), "thop", "ptflops")
    assert [(d.word, d.layers, d.difference, d.rules) for d in found.drops] == [
        ("norm", 20, -4_967_424, (("4 per input", "2 per input"),)),
        ("relu", 17, 4_616_192, (("0", "2 per output"),)),
        ("maxpool", 1, 1_605_632, (("0", "2 per input"),)),
        ("adaptive_pool", 1, 24_576, (("mean", "2 per input"),)),
        ("linear", 1, 1_000, (("MACs", "MACs + bias"),)),
    ]
    assert found.as_dict()["steps"][1] == {
        "operator": "relu",
        "layers": 17,
        "before": 0,
        "after": 4_616_192,
        "difference": 4_616_192,
    }


def test_not_counted_is_not_zero():
    found = explain(archdsl.load("mobilenet_v3").cost(), "thop", "ptflops-2021")
    (drop,) = [d for d in found.drops if d.word == "hswish"]
    assert drop.before is None
    assert drop.rules == (("not counted", "1 per output"),)


def test_a_grid_has_no_one_waterfall():
    with pytest.raises(InputError, match="choose one network"):
        explain(archdsl.load("resnet18", width=np.array([1, 2])).cost(), "thop", "ptflops")
