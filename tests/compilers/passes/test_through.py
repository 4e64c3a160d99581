"""Passing channels that go through a block, and forms that reach from block to block: exact in float64, and only where they may."""

from __future__ import annotations

import pytest
from graphs import Builder, chain
from rewriting import BLOCKS_IN_A_ROW, TOLERANCE, apart, shaken

import archdsl
from archdsl.compilers.export import Model
from archdsl.compilers.optimized import optimized
from archdsl.compilers.passes import optimize
from archdsl.compilers.passes.together import Together
from archdsl.ir.graph import Graph
from archdsl.ops.join import Concat
from archdsl.ops.rearrange import Slice


def block(before: str | None, act: str, learned: tuple[int, int], expand: bool, swapped: bool = False) -> Graph:
    """Half of the channels learned from, the other half passing, after an activation or none."""
    build = Builder((8, 6, 6))
    build("stem", "conv", out=8, kernel=3, bias=True)
    whole = build("before", before) if before else "stem"
    other = (4, 8) if learned == (0, 4) else (0, 4)
    build("learned", "slice", whole, start=learned[0], stop=learned[1])
    if expand:
        build("expand", "conv", out=6, kernel=1, bias=True)
        build("act_1", act)
    build("depthwise", "conv", out=6 if expand else 4, groups=6 if expand else 4, kernel=5, bias=True)
    build("act_2", act)
    build("project", "conv", out=5, kernel=1, bias=True)
    build("passing", "slice", whole, start=other[0], stop=other[1])
    build("join", "concat", *(("passing", "project") if swapped else ("project", "passing")))
    build("head", "conv", out=7, kernel=3)
    return build.graph


def forms_of(graph: Graph, **answers: str) -> tuple[Graph, float]:
    module = shaken(graph)
    made, _ = optimized(Model(graph, module), Together(answers))
    return made.graph, apart(module, made.module, graph)


def has(graph: Graph, kind: type) -> bool:
    return any(isinstance(node.op, kind) for node in graph)


@pytest.mark.parametrize("act", ["relu", "hswish", "leaky_relu", "elu"])
@pytest.mark.parametrize("before", ["relu", "hswish", "silu", "sigmoid"])
@pytest.mark.parametrize("learned", [(0, 4), (4, 8)])
@pytest.mark.parametrize("expand", [True, False])
@pytest.mark.parametrize("swapped", [True, False])
def test_channels_go_through(act: str, before: str, learned: tuple[int, int], expand: bool, swapped: bool) -> None:
    made, wrong = forms_of(block(before, act, learned, expand, swapped), passing="through")
    assert not has(made, Slice)
    assert not has(made, Concat)
    assert wrong < TOLERANCE


@pytest.mark.parametrize(
    ("before", "act"), [(None, "relu"), ("leaky_relu", "relu"), ("hswish", "sigmoid"), ("hswish", "gelu"), ("hswish", "relu6")]
)
def test_what_has_no_bound_or_would_change_stays(before: str | None, act: str) -> None:
    made, wrong = forms_of(block(before, act, (0, 4), True), passing="through")
    assert has(made, Concat)
    assert wrong < TOLERANCE


def test_relu6_passes_what_spans_no_more_than_six() -> None:
    made, wrong = forms_of(block("sigmoid", "relu6", (0, 4), True), passing="through")
    assert not has(made, Concat)
    assert wrong < TOLERANCE


def test_by_rule_where_there_is_no_expansion() -> None:
    """An expansion would become dense over all channels."""
    assert not has(optimize(block("hswish", "relu", (0, 4), expand=False)).graph, Concat)
    assert has(optimize(block("hswish", "relu", (0, 4), expand=True)).graph, Concat)


def test_what_another_reads_as_well_stays() -> None:
    graph = block("hswish", "relu", (0, 4), False)
    graph.outputs["second"] = "project"
    assert has(optimize(graph).graph, Concat)


@pytest.mark.parametrize("name", ["maxpool", "identity"])
def test_a_second_relu_is_dropped(name: str) -> None:
    arguments = {"kernel": 2} if name == "maxpool" else {}
    graph = chain((4, 8, 8), ("conv", {"out": 4, "kernel": 3}), "relu", (name, arguments), "relu", "relu6")
    assert [node.op.word for node in optimize(graph).graph] == [
        "input",
        "conv",
        "relu",
        *([name] if name == "maxpool" else []),
        "relu6",
    ]


ANSWERS = [
    {"map": "cut", "parts": "added", "form": "dense"},
    {"map": "cut", "parts": "padded", "join": "sum", "form": "dense"},
    {"map": "cut", "parts": "padded", "join": "folded"},
    {"map": "cut", "join": "folded", "form": "dense"},
    {"parts": "padded", "basis": "changed"},
]


@pytest.mark.parametrize("answers", ANSWERS)
@pytest.mark.parametrize("transition", ["block", "stage", "none"])
def test_forms_from_block_to_block(answers: dict[str, str], transition: str) -> None:
    _, wrong = forms_of(archdsl.loads(BLOCKS_IN_A_ROW, transition=transition).graph(), **answers)
    assert wrong < TOLERANCE
