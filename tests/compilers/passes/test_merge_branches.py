"""Branches that are added become one convolution, exactly, wherever that needs no more multiply-accumulates."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from graphs import Builder
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from rewriting import TOLERANCE, apart, shaken

import archdsl
from archdsl.compilers.export import Model
from archdsl.compilers.optimized import optimized
from archdsl.compilers.passes import PASSES, Optimized, optimize
from archdsl.compilers.passes.merge_branches import merge_branches
from archdsl.cost.counting.bill import Bill
from archdsl.ir.graph import Graph
from archdsl.ops.shapes import Map

DEPLOYED = {
    # Ding et al. 2021, Table 3: 8.30 M, 1.4 B. Vasu et al. 2023, Table 2 and text: 2.1 M, 275 M. timm's networks converted: see below.
    "repvgg_a0": (8_309_384, 1_361_451_008),
    "mobileone_s0": (2_078_504, 275_110_400),
    "repghost": (4_051_648, 142_394_128),
}


@pytest.mark.parametrize("name", DEPLOYED)
def test_networks_of_branches_are_what_is_deployed(name: str) -> None:
    """Their parameters and multiply-accumulates for inference, nothing but chains of convolutions and the shortcuts left."""
    made = optimize(archdsl.load(name).graph())
    bill = Bill(made.graph)
    assert (bill.params, bill.macs) == DEPLOYED[name]
    words = Counter(node.op.word for node in made.graph)
    assert words["norm"] == 0
    assert words["add"] == (16 if name == "repghost" else 0), "the shortcuts of its bottlenecks"


@pytest.mark.parametrize("name", DEPLOYED)
def test_they_compute_the_same(name: str) -> None:
    assert difference(archdsl.load(name, resolution=64).graph()) < TOLERANCE


def difference(graph: Graph, option: str = "") -> float:
    """Of the optimised network from the written one, in float64; `option` at every site that has it."""
    module = shaken(graph)
    sites = [site for site in optimize(graph).sites if option in site.options]
    made, _ = optimized(Model(graph, module), dict.fromkeys(sites, option))
    return apart(module, made.module, graph)


def merged(graph: Graph) -> Optimized:
    return optimize(graph, passes=PASSES[: PASSES.index(merge_branches) + 1])


def words(made: Optimized) -> list[str]:
    return [node.op.word for node in made.graph]


def test_kernels_of_one_and_of_three_and_the_map_itself() -> None:
    build = Builder((8, 9, 7))
    build("before", "relu")
    norm = build("skip", "norm", "before")
    one = build("norm1", "norm", build("conv1", "conv", "before", out=8))
    three = build("norm3", "norm", build("conv3", "conv", "before", out=8, kernel=3))
    build("inner", "add", norm, one)
    build("sum", "add", "inner", three)
    build("last", "relu")
    made = merged(build.graph)
    assert words(made) == ["input", "relu", "conv", "relu"]
    assert made.graph["conv3"].op.bias
    assert "conv3: 3 branches as one convolution" in [change.what for change in made.changes]
    assert difference(build.graph) < TOLERANCE


def test_a_norm_after_the_sum_is_folded_too() -> None:
    build = Builder((4, 8, 8))
    parts = [build(f"conv{i}", "conv", "input", out=6, kernel=kernel) for i, kernel in enumerate(([3, 3], [1, 3], [3, 1]))]
    build("sum", "add", *parts)
    build("norm", "norm")
    assert words(merged(build.graph)) == ["input", "conv"]
    assert difference(build.graph) < TOLERANCE


def test_what_would_need_more_is_asked_for() -> None:
    """A dense 1x1 convolution beside a depthwise 3x3 one would be a dense 3x3 one."""
    build = Builder((16, 8, 8))
    build("before", "relu")
    dense = build("dense", "conv", "before", out=16)
    build("depthwise", "conv", "before", out=16, kernel=3, groups=16)
    build("sum", "add", dense, "depthwise", "before")
    made = merged(build.graph)
    assert words(made) == ["input", "relu", "conv", "conv", "add"], "the map itself is in one of the two"
    (site,) = made.sites
    assert (site.made_by, site.node, site.options) == ("merge_branches", "dense", ("apart", "merged"))
    asked = optimize(build.graph, chosen={site: "merged"})
    assert words(asked) == ["input", "relu", "conv"]
    for option in site.options:
        assert difference(build.graph, option) < TOLERANCE


def test_what_else_reads_stays() -> None:
    build = Builder((8, 8, 8))
    three = build("three", "conv", "input", out=8, kernel=3)
    one = build("one", "conv", "input", out=8)
    build("sum", "add", three, one, "input")
    build("relu", "relu", "sum")
    build("again", "add", "relu", three)
    made = merged(build.graph)
    assert [node.name for node in made.graph] == ["input", "three", "one", "sum", "relu", "again"]
    assert made.graph["sum"].inputs == ("three", "one")
    assert made.graph["three"].op.kernel == (3, 3)
    assert difference(build.graph) < TOLERANCE


@pytest.mark.parametrize("bias", [False, True])
def test_a_bias_is_not_moved_past_padding(bias: bool) -> None:
    """Zeros are padded, and not what a convolution makes of zeros."""
    build = Builder((8, 8, 8))
    first = build("first", "conv", "input", out=8, bias=bias)
    then = build("then", "conv", first, out=8, kernel=3)
    beside = build("beside", "conv", "input", out=8, kernel=3)
    build("sum", "add", then, beside)
    assert words(merged(build.graph)) == (["input", "conv", "conv", "conv", "add"] if bias else ["input", "conv"])
    assert difference(build.graph) < TOLERANCE


def test_shared_weights_stay_shared() -> None:
    """Two sums with the weights of the first; a third with one of its own."""
    build = Builder((8, 8, 8))
    for number in range(3):
        here = build(f"relu{number}", "relu")
        if number:
            build.again(f"three{number}", "three0", here)
            build.again(f"skip{number}", "skip0", here) if number == 1 else build(f"skip{number}", "norm", here)
        else:
            build("three0", "conv", here, out=8, kernel=3)
            build("skip0", "norm", here)
        build(f"sum{number}", "add", f"three{number}", f"skip{number}")
    made = merged(build.graph)
    assert words(made) == ["input", *["relu", "conv"] * 3]
    assert [made.graph[f"three{number}"].shared for number in range(3)] == ["", "three0", ""]
    assert difference(build.graph) < TOLERANCE


@pytest.mark.parametrize(
    ("arriving", "arguments"),
    [
        (Map((6, 40)), [{"kernel": 3, "padding": "causal", "dilation": 4}, {"kernel": 3, "padding": "causal", "dilation": 2}]),
        (Map((6, 5, 6, 7)), [{"kernel": 3}, {"kernel": [1, 3, 1]}, {"kernel": 1}]),
        (Map((6, 9, 9)), [{"kernel": 3, "dilation": 2}, {"kernel": 1}, {"kernel": 3, "dilation": 2, "groups": 3}]),
        (Map((6, 10, 10)), [{"kernel": 3, "stride": 2, "padding": "tf_same"}, {"kernel": 1, "stride": 2}]),
        (Map((6, 10, 10)), [{"kernel": 3, "stride": 2}, {"kernel": 5, "stride": 2, "groups": 2}]),
    ],
)
def test_other_windows(arriving: Map, arguments: list[dict[str, Any]]) -> None:
    """Along one axis and along three, dilated, with padding that follows from the size."""
    build = Builder(arriving)
    parts = [build(f"conv{i}", "conv", "input", out=6, bias=i == 1, **each) for i, each in enumerate(arguments)]
    build("sum", "add", *parts)
    for option in ("apart", "merged"):
        assert difference(build.graph, option) < TOLERANCE
    sites = dict.fromkeys(merged(build.graph).sites, "merged")
    assert words(optimize(build.graph, chosen=sites)) == ["input", "conv"]


def test_means_of_windows() -> None:
    """Where the padding counts; where it does not, windows at the border are of fewer places."""
    for counts in (True, False):
        build = Builder((8, 9, 9))
        pooled = build("pool", "avgpool", "input", kernel=3, stride=1, padding=1, count_padding=counts)
        conv = build("conv", "conv", "input", out=8, kernel=3)
        build("sum", "add", conv, build("norm", "norm", pooled))
        assert ("avgpool" in words(merged(build.graph))) is not counts
        assert difference(build.graph) < TOLERANCE


STEPS = st.one_of(
    st.builds(
        lambda kernel, groups, bias, dilation: (
            "conv",
            {"kernel": list(kernel), "groups": groups, "bias": bias, "dilation": dilation},
        ),
        st.tuples(st.sampled_from([1, 3, 5]), st.sampled_from([1, 3])),
        st.sampled_from([1, 1, 2, 4, 12]),
        st.booleans(),
        st.sampled_from([1, 1, 2]),
    ),
    st.just(("norm", {})),
    st.just(("layer_scale", {"begin": 0.7})),
    st.builds(lambda counts: ("avgpool", {"kernel": 3, "stride": 1, "padding": 1, "count_padding": counts}), st.booleans()),
)
"""What a branch is made of."""


@settings(max_examples=60, deadline=None)
@given(
    branches=st.lists(st.lists(STEPS, max_size=3), min_size=2, max_size=5),
    stride=st.sampled_from([1, 1, 2]),
    nested=st.booleans(),
    read=st.integers(0, 9),
    option=st.sampled_from(["", "merged"]),
)
def test_any_branches(
    branches: list[list[tuple[str, dict[str, Any]]]], stride: int, nested: bool, read: int, option: str
) -> None:
    """Of any depth, with nodes that something else reads, in nested sums; never for more multiply-accumulates unless asked."""
    build = Builder((12, 9, 10))
    base = build("base", "relu")
    ends: list[str] = []
    for number, steps in enumerate(branches):
        here = base
        for depth, (word, arguments) in enumerate(steps):
            given_ = {**arguments, "out": 12} if word == "conv" else arguments
            here = build(f"b{number}.s{depth}", word, here, **given_)
        if stride == 2:
            here = build(f"b{number}.down", "conv", here, out=12, stride=2, groups=12)
        ends.append(here)
    assume(len(set(ends)) > 1)
    total = build("inner", "add", *ends[:2]) if nested else ends[0]
    rest = ends[2:] if nested else ends[1:]
    build("sum", "add", total, *rest) if rest else None
    build("norm", "norm")
    build("relu", "relu")
    if read < len(ends) and stride == 1:
        build("also", "add", "relu", ends[read])
    graph = build.graph
    made = merged(graph)
    assert Bill(made.graph).macs <= Bill(graph).macs
    assert difference(graph, option) < TOLERANCE
