"""The verifier refuses every graph that breaks the form, and names the stage, the node and the rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from graphs import Builder

import archdsl
from archdsl.ir.graph import Graph, Node
from archdsl.ir.verify import BrokenGraph, dead, verify
from archdsl.ops.passing import Input


def diamond() -> Graph:
    build = Builder((4, 8, 8))
    left = build("left", "conv", "input", out=6)
    right = build("right", "conv", "input", out=6)
    build("sum", "add", left, right)
    build("out", "relu")
    return build.graph


def test_a_sound_graph_comes_back() -> None:
    graph = diamond()
    assert verify(graph, "making") is graph


def rename(graph: Graph) -> None:
    graph.nodes["left"].name = "other"


def second_input(graph: Graph) -> None:
    graph.nodes["left"].op = Input((4, 8, 8))


def input_that_reads(graph: Graph) -> None:
    graph.nodes["input"].inputs = ("left",)


def backwards(graph: Graph) -> None:
    graph.nodes["left"].inputs = ("sum",)


def unknown_source(graph: Graph) -> None:
    graph.nodes["out"].inputs = ("nowhere",)


def two_into_one(graph: Graph) -> None:
    graph.nodes["out"].inputs = ("left", "right")


def nothing_read(graph: Graph) -> None:
    graph.nodes["sum"].inputs = ()


def wrong_shape(graph: Graph) -> None:
    graph.nodes["left"].shape = (7, 8, 8)


def wrong_rank(graph: Graph) -> None:
    graph.nodes["out"].shape = (6,)


def unfit(graph: Graph) -> None:
    graph.nodes["right"].op = replace(graph.nodes["right"].op, out=5)  # type: ignore[type-var]
    graph.nodes["right"].shape = (5, 8, 8)


def late_input(graph: Graph) -> None:
    graph.nodes["late"] = Node("late", Input((4, 8, 8)), (), (4, 8, 8))


def two_as_one(graph: Graph) -> None:
    graph.outputs = {"a": "left", "b": "out"}


def as_a_list(graph: Graph) -> None:
    graph.returns = "list"


def no_output(graph: Graph) -> None:
    graph.output = "nowhere"


def nothing(graph: Graph) -> None:
    graph.nodes.clear()


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (rename, "left .*is named 'other'"),
        (second_input, "left .*the input reads something"),
        (input_that_reads, "input .*the input reads something"),
        (backwards, "left .*reads sum, which does not come before it"),
        (unknown_source, "out .*reads nowhere"),
        (two_into_one, "out .*reads 2 tensors"),
        (nothing_read, "sum .*reads 0 tensors"),
        (wrong_shape, "left .*has shape 7x8x8, its rule gives 6x8x8"),
        (wrong_rank, "out .*has shape 6, its rule gives 6x8x8"),
        (unfit, "sum .*add of unequal shapes: 6x8x8 and 5x8x8"),
        (late_input, "late .*the inputs must be the first nodes"),
        (two_as_one, "2 outputs are returned as 'tensor'"),
        (as_a_list, "1 outputs are returned as 'list'"),
        (no_output, "the output 'nowhere' is no node"),
        (nothing, "the graph is empty"),
    ],
)
def test_a_broken_graph(harm: Callable[[Graph], None], message: str) -> None:
    graph = diamond()
    harm(graph)
    with pytest.raises(BrokenGraph, match=f"after making: {message}"):
        verify(graph, "making")


def test_what_never_reaches_the_output() -> None:
    found = archdsl.loads("input: [3, 8, 8]\nnet: [{relu: {}, as: a}, norm, tanh, {sigmoid: {}, from: a}]\n").graph()
    assert [node.name for node in dead(found)] == ["norm", "tanh"]
    assert dead(diamond()) == []
