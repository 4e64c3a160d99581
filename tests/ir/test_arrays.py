"""A grid of networks in one pass: what arrays give equals what one-by-one builds give, and structure wants one answer."""

from __future__ import annotations

import itertools
import random
from typing import Any

import numpy as np
import pytest

import archdsl
from archdsl.errors import SpecError
from archdsl.exact.grid_context import GridContext
from archdsl.ir.elaborate import Undecided
from archdsl.ir.graph import Graph


def at(value: Any, *places: int) -> int:
    """One element of a dimension or count; a plain int is the same everywhere."""
    values = np.asarray(value)
    if not values.ndim:
        return int(value)
    return int(values[tuple(min(p, n - 1) for p, n in zip(places[-values.ndim :], values.shape, strict=True))])


def axes(*lists: list[Any]) -> list[np.ndarray]:
    """Each list along an axis of its own, so that they broadcast to their product."""
    return [np.array(values).reshape([-1 if a == axis else 1 for a in range(len(lists))]) for axis, values in enumerate(lists)]


WIDTHS, SIZES, KERNELS, EXPANSIONS = [0.5, 0.75, 1, 1.3], [96, 128, 224], [[3, 5], [3, 7], [5, 9]], [360, 480, 512]


@pytest.fixture(scope="module")
def grid() -> archdsl.Net:
    width, size, place, exp = axes(WIDTHS, SIZES, list(range(len(KERNELS))), EXPANSIONS)
    kernels = [np.array(KERNELS)[:, column][place] for column in range(2)]
    return archdsl.load("dpnet", width=width, resolution=size, kernels=kernels, **{"rows.12.exp": exp})


def test_a_grid_equals_one_by_one_builds(grid: archdsl.Net) -> None:
    """Width, resolution, kernels and the expansion of one row, 108 networks in one graph."""
    bill = grid.cost()
    assert np.shape(bill.params) == (4, 1, 3, 3)
    assert np.shape(bill.macs) == (4, 3, 3, 3)
    places = list(itertools.product(*(range(len(v)) for v in (WIDTHS, SIZES, KERNELS, EXPANSIONS))))
    for i, j, k, m in random.Random(0).sample(places, 12):
        knobs = {"width": WIDTHS[i], "resolution": SIZES[j], "kernels": KERNELS[k], "rows.12.exp": EXPANSIONS[m]}
        one = archdsl.load("dpnet", **knobs)
        assert at(bill.params, i, j, k, m) == one.cost().params
        assert at(bill.macs, i, j, k, m) == one.cost().macs
        same_shapes(grid.graph(), one.graph(), i, j, k, m)


def same_shapes(grid: Graph, one: Graph, *places: int) -> None:
    for node, other in zip(grid, one, strict=True):  # their names differ where a kernel names its path
        assert tuple(at(d, *places) for d in node.shape) == other.shape, node.name


def test_the_default_is_one_point_of_the_grid(grid: archdsl.Net) -> None:
    assert at(grid.cost().params, 2, 2, 0, 1) == 3_458_986
    assert at(grid.cost().macs, 2, 2, 0, 1) == 106_148_272


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v2", "mobilenet_v3", "ghostnet", "p_resnet34a", "d_mobilenet_v3"])
def test_widths_of_other_networks(name: str) -> None:
    widths = [0.5, 1, 1.25]
    bill = archdsl.load(name, width=widths).cost()
    for place, width in enumerate(widths):
        one = archdsl.load(name, width=width).cost()
        assert (at(bill.params, place), at(bill.macs, place)) == (one.params, one.macs)


def test_one_pass_over_a_hundred_thousand_variants() -> None:
    width, size = axes(np.linspace(0.5, 2, 400).round(4).tolist(), list(range(64, 314)))
    bill = archdsl.load("dpnet", width=width, resolution=size).cost()
    assert np.size(bill.macs) == 100_000
    assert np.asarray(bill.macs).dtype == np.int64


# -- structure -----------------------------------------------------------------------------------------------------------------


def net(step: str, **knobs: Any) -> Graph:
    head = "input: [8, 16, 16]\nknobs: {n: 2, w: 1, mode: tanh, se: true}\n"
    return archdsl.loads(f"{head}net: [{step}, {{conv: 8*$w + $n}}, {{$mode: {{}}, when: $se}}]\n", **knobs).graph()


@pytest.mark.parametrize(
    ("step", "knobs", "what", "named"),
    [
        ("{relu: {}, when: $w > 1}", {"w": [1, 2]}, "'when' depends on w", {"w"}),
        ("{relu: {}, when: $w > 1 and $n > 2}", {"w": np.array([[1], [2]]), "n": [2, 3]}, "'when' depends on n, w", {"w", "n"}),
        ("{conv: 4*$w}, {relu: {}, when: $in > 4}", {"w": [1, 2]}, "'when' depends on w", {"w"}),
        ("{relu: {}, repeat: $n}", {"n": [1, 2]}, "'repeat' depends on n", {"n"}),
        ("relu", {"mode": ["relu", "norm"]}, "'$mode' depends on mode", {"mode"}),
        ("relu", {"se": [True, False]}, "'when' depends on se", {"se"}),
        ("{relu: {}, name: x$n}", {"n": [1, 2]}, "a name depends on n", {"n"}),
        ("{conv: {out: 8, bias: $se}}", {"se": [True, False]}, "conv depends on se", {"se"}),
    ],
)
def test_an_array_that_disagrees_cannot_decide(step: str, knobs: dict[str, Any], what: str, named: set[str]) -> None:
    with pytest.raises(Undecided) as caught:
        net(step, **knobs)
    assert caught.value.knobs == named
    assert f"{what}, whose values want different structures" in str(caught.value)
    assert "^" in str(caught.value)
    assert caught.value.mask.any()
    assert not caught.value.mask.all()


def test_an_array_that_agrees_is_its_answer() -> None:
    assert "relu" in net("{relu: {}, when: $w > 1}", w=[2, 3]).nodes
    assert "relu_2" in net("{relu: {}, repeat: $n}", n=[2, 2]).nodes
    assert "x2" in net("{relu: {}, name: x$n}", n=[2, 2]).nodes
    assert "gelu" in net("relu", mode=["gelu", "gelu"]).nodes


def test_a_shape_that_fails_for_some_variants_names_the_knob() -> None:
    text = "input: [8, 16, 16]\nknobs: {k: 3}\nnet: [{conv: {out: 8, kernel: $k, padding: 0}}]\n"
    assert archdsl.loads(text, k=[1, 16]).graph()
    with pytest.raises(SpecError, match=r"--set k:1:1: .*a window of .* does not fit into 16 .*\(for some values of k\)"):
        archdsl.loads(text, k=[1, 17]).graph()


def test_variants_that_fail_can_be_noted() -> None:
    text = "input: [8, 16, 16]\nknobs: {k: 3}\nnet: [{conv: {out: 8, kernel: $k, padding: 0}}]\n"
    with GridContext(noting=True) as grid:
        archdsl.loads(text, k=[1, 17, 5]).graph()
    assert [ok.mask.tolist() for ok, _ in grid.refusals] == [[True, False, True]] * 2, "height and width"
