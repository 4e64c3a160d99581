"""What one step of each knob does, against networks built with it."""

from __future__ import annotations

from fractions import Fraction

import pytest

import archdsl
from archdsl.explore.plot import tornado
from archdsl.explore.sensitivity import sensitivity


def test_steps_are_those_of_the_knobs() -> None:
    net = archdsl.load("dpnet")
    found = {i.name: i for i in sensitivity(net, ["params", "macs"])}
    ends = {name: (i.down and i.down.value, i.up and i.up.value) for name, i in found.items()}
    assert ends["width"] == (Fraction(19, 20), Fraction(21, 20))
    assert ends["resolution"] == (192, 256)
    assert ends["kernels.2"] == (3, 7)
    assert ends["transition"] == (None, "stage")
    assert ends["expand_always"] == (None, True)
    assert ends["classes"] == (999, 1001)
    for name in ("width", "resolution", "kernels.1", "transition"):
        for side in (found[name].down, found[name].up):
            if side is not None:
                one = net.set(**{name: side.value}).cost()
                assert side.costs == {"params": one.params, "macs": one.macs}


def test_what_matters_most_comes_first() -> None:
    net = archdsl.load("dpnet")
    start = net.cost().macs
    spans = [i.span("macs", start) for i in sensitivity(net, ["macs"])]
    assert spans == sorted(spans, reverse=True)
    assert spans[-1] == 0


def test_ends_and_steps_of_ones_own() -> None:
    net = archdsl.load("resnet18", resolution=1024)
    found = {i.name: i for i in sensitivity(net, ["macs"], {"width": Fraction(1, 2), "depths": 3})}
    assert found["resolution"].up is None
    assert found["width"].up is not None
    assert found["width"].up.value == Fraction(3, 2)
    assert found["depths.1"].down is None
    assert found["depths.1"].up is not None
    assert found["depths.1"].up.value == 5
    with pytest.raises(archdsl.InputError, match="did you mean 'width'"):
        sensitivity(net, ["macs"], {"widht": 1})
    with pytest.raises(archdsl.InputError, match="unknown cost 'mac'"):
        sensitivity(net, ["mac"])


def test_a_step_that_cannot_be_built_says_why() -> None:
    net = archdsl.loads(
        "input: [8, 16, 16]\nknobs: {k: {default: 15, step: 4}}\nnet: [{conv: {out: 8, kernel: $k, padding: 0}}]\n"
    )
    (found,) = sensitivity(net, ["macs"])
    assert found.up is not None
    assert found.up.costs == {}
    assert "does not fit into 16" in found.up.reason
    chart = tornado(net.name, [found], "macs", net.cost().macs)
    assert [(bar.down, bar.up, bar.change_up) for bar in chart.bars] == [("15 → 11", "15 → 19", None)]
