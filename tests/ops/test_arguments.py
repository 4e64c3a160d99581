"""Ranges of operators' arguments are checked where they are written, so that what passes can be built, costed and run."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import torch
from operators import CASES, KNOWN, alone

import archdsl
from archdsl.compilers.torch import compile
from archdsl.compilers.torch.batches import batch_of
from archdsl.cost.counting.bill import Bill
from archdsl.ops import OPERATORS, ShapeError
from archdsl.ops.errors import ArgumentError

ODD_VALUES = (
    -2,
    -1,
    0,
    Fraction(1, 2),
    1,
    2,
    3,
    7,
    Fraction(1, 10**60),
    2**41,
    10**39,
    10**50,
    "x",
    True,
    [],
    [1],
    [2, 2],
    [0, 1],
)

FIRST = {word: (shape, arguments) for shape, word, arguments in reversed(CASES)}


@pytest.mark.parametrize(("word", "name"), [(word, name) for word in sorted(KNOWN) for name in OPERATORS[word].fields])
def test_what_passes_runs(word: str, name: str) -> None:
    shape, arguments = FIRST[word]
    for value in ODD_VALUES:
        try:
            graph = alone(word, shape, {**arguments, name: value})
        except (ArgumentError, ShapeError):
            continue
        if max(graph["node"].shape) > 10**5 or max(graph["node"].op.params(*graph.input_shapes(graph["node"])), 0) > 10**7:
            continue
        Bill(graph)
        with torch.no_grad():
            out = compile(graph).train()(*batch_of(graph, 2))
        assert tuple(out.shape[1:]) == graph["node"].shape
        assert torch.isfinite(out).all() or value not in (0, 1, 2, 3), (word, name, value)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("norm: {eps: -2}", "'eps' of norm must be above 0, -2 came"),
        ("norm: {eps: 0}", "'eps' of norm must be above 0, 0 came"),
        ("norm: {momentum: 1.5}", "'momentum' of norm must lie from 0 to 1, 3/2"),
        ("layer_norm: {eps: -1e-5}", "'eps' of layer_norm must be above 0"),
        ("dropout: {rate: 1}", "'rate' of dropout must lie from 0 to below 1, 1 came"),
        ("drop_path: {rate: -0.1}", "'rate' of drop_path must lie from 0 to below 1"),
        ("shift: {kernel: 4}", "'kernel' of shift must be odd, 4 came"),
        ("leaky_relu: {slope: 1e39}", "'slope' of leaky_relu must be within the range of float32"),
        ("position: {deviation: 0}", "'deviation' of position must be above 0"),
        ("class_token: {deviation: -1}", "'deviation' of class_token must not be negative"),
        ("pad: {sides: [1, 1, 1]}", "a list of 3 came"),
        ("pad: {sides: -1}", "'sides' of pad must be at least 0"),
    ],
)
@pytest.mark.parametrize(
    "text", ["net: [{conv: 4}, {%s}]", "blocks: {b: {body: [{%s}]}}\nnet: [{conv: 4}]", "defaults: {%s}\nnet: [{conv: 4}]"]
)
def test_ranges_are_checked_where_they_are_written(text: str, step: str, message: str) -> None:
    with pytest.raises(archdsl.SpecError) as caught:
        archdsl.loads("input: [4, 8, 8]\n" + text % step)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("{conv: {normal: -1}}", "the deviation of normal must not be negative, -1 came"),
        ("{conv: {trunc_normal: 0}}", "the deviation of trunc_normal must be above 0, 0 came"),
        ("{conv: {uniform: -1}}", "the bound of uniform must not be negative, -1 came"),
        ("{norm: {constant: 1e40}}", "the value of constant must be within the range of float32"),
    ],
)
def test_ranges_of_initialisation(rule: str, message: str) -> None:
    with pytest.raises(archdsl.SpecError) as caught:
        archdsl.loads(f"input: [4, 8, 8]\ninit: {rule}\nnet: [{{conv: 4}}]\n")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("knob", "message"),
    [
        ("{default: 5, range: [1, 4]}", "the default of 'k': must lie between 1 and 4; 5 came"),
        ("{default: c, choices: [a, b]}", "the default of 'k': expected one of a, b; 'c' came"),
        ("{default: a, range: [1, 4]}", "the knob 'k' holds a word, which has no range"),
        ("{default: true, step: 2}", "the knob 'k' holds true or false, which has no step"),
        ("{default: 2, choices: [1, 2], range: [1, 4]}", "the knob 'k' has choices and a range; give one of them"),
        ("{default: 2, choices: [1, 2, 2]}", "a choice of the knob 'k' is given twice: 2"),
        ("{default: 2, choices: [1, 2, x]}", "a choice of the knob 'k': expected an int, 'x' came"),
        ("{default: 2, type: int, range: [0.5, 4]}", "the knob 'k' is an int, and so is its range"),
        ("{default: 2, type: int, step: 0.5}", "the knob 'k' is an int, and so is its step"),
        ("{default: 2, range: [1, 4], step: 5}", "the step of the knob 'k' is longer than its range"),
        ("{default: relu, type: block, choices: [relu, nrom]}", "unknown operator or block 'nrom'"),
        ("{default: 2, range: [1, 4], reading: [2, 5]}", "a reading of 'k': must lie between 1 and 4; 5 came"),
    ],
)
def test_what_a_knob_says_of_itself_agrees(knob: str, message: str) -> None:
    with pytest.raises(archdsl.SpecError) as caught:
        archdsl.loads(f"input: [4, 8, 8]\nknobs: {{k: {knob}}}\nnet: [{{conv: 4, when: $k == 1}}, relu]\n")
    assert message in str(caught.value)


def test_fractions_among_choices_make_a_number() -> None:
    found: Any = archdsl.loads("input: [4, 8, 8]\nknobs: {k: {default: 1, choices: [0.5, 1]}}\nnet: [{conv: floor(8*$k)}]\n")
    assert found.spec.knobs["k"].type == "number"
