"""Notes on what is legal but often a mistake."""

from __future__ import annotations

import pytest

import archdsl
from archdsl.cost.counting.lints import LINTS, lint


def notes(*steps: str, size: int = 8) -> dict[str, list[str]]:
    text = f"input: [8, {size}, {size}]\nnet:\n" + "".join(f"  - {step}\n" for step in steps)
    return {note.lint: [node.name for node in note.nodes] for note in lint(archdsl.loads(text).graph())}


CASES = {
    "channels-of-8": (["conv: 12", "conv: 16"], ["conv_1"]),
    "unmixed-concat": (
        ["{split: even, paths: [[relu], []], join: concat}", "{split: even, paths: [[relu], []], join: concat}"],
        None,
    ),
    "dead-branch": (["{conv: 8, as: a}", "{conv: 16, from: in}"], ["conv_1"]),
    "double-norm": (["norm", "norm"], ["norm_2"]),
    "thin-gate": (["adaptive_pool", "conv: 1", "relu"], ["conv"]),
    "bias-before-norm": (["conv: {out: 8, bias: true}", "norm"], ["conv"]),
    "softmax-of-map": (["softmax"], ["softmax"]),
    "dropped-pixels": (["conv: {out: 8, stride: 2}"], ["conv"]),
    "opaque": (["opaque: {what: fft, gives: [8, 8, 8]}"], ["opaque"]),
}


@pytest.mark.parametrize("name", CASES)
def test_each_note_is_given(name: str) -> None:
    steps, nodes = CASES[name]
    found = notes(*steps)
    assert name in found
    assert nodes is None or found[name] == nodes


@pytest.mark.parametrize(
    "steps",
    [
        ["{split: even, paths: [[relu], []], join: concat}", "conv: 8"],
        ["conv: {out: 8, kernel: 3, stride: 2}"],
        ["maxpool: {kernel: 2}"],
        ["norm", "relu", "norm"],
        ["adaptive_pool", "conv: 8"],
    ],
)
def test_sound_networks_have_none(steps: list[str]) -> None:
    assert notes(*steps) == {}


def test_rest_of_a_stride_is_dropped() -> None:
    assert notes("maxpool: {kernel: 2}", size=9) == {"dropped-pixels": ["maxpool"]}


def test_transition_mixes_what_was_joined() -> None:
    assert "unmixed-concat" not in {n.lint for n in lint(archdsl.load("dpnet").graph())}
    assert "unmixed-concat" in {n.lint for n in lint(archdsl.load("dpnet", transition="none").graph())}


def test_channels_last() -> None:
    def found(shape: str) -> set[str]:
        return {note.lint for note in lint(archdsl.loads(f"input: {shape}\nnet: [relu]\n").graph())}

    assert found("[224, 224, 3]") == {"channels-last"}
    assert found("[3, 224, 224]") == found("[8, 3, 3]") == found("[3, 3, 3]") == set()


def test_a_bias_that_something_else_reads_stays() -> None:
    steps = ["{conv: {out: 8, bias: true}, as: a}", "{norm: {}, as: b}", "{add: {}, from: [a, b]}"]
    assert "bias-before-norm" not in notes(*steps)


def test_softmax_over_tokens_and_heads_is_meant() -> None:
    assert "softmax-of-map" not in {note.lint for note in lint(archdsl.load("vit_small").graph())}
    assert notes("tokens", "softmax") == {}


def test_each_note_has_a_case() -> None:
    assert {*CASES, "channels-last"} == set(LINTS)
