"""Knobs as controls: which one fits, and that a slider has the value at one of its places."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import archdsl
from archdsl.net.controls import controls


def control(knob: str, **knobs: Any) -> dict[str, Any]:
    net = archdsl.loads(f"input: [3, 8, 8]\nknobs: {{a: {knob}}}\nnet: [relu]\n", **knobs)
    (made,) = controls(net)
    return made


@pytest.mark.parametrize(
    ("knob", "kind"),
    [
        ("{default: 8, range: [1, 9]}", "slider"),
        ("{default: relu, choices: [relu, silu]}", "menu"),
        ("true", "switch"),
        ("[3, 5]", "text"),
        ("{default: [3], type: list, range: [1, 9]}", "text"),
        ("{default: [a], type: list, choices: [a, b]}", "text"),
        ("8", "text"),
        ("{default: 1/3, range: [0, 1]}", "text"),
        ("{default: 0.5, range: [1/3, 1]}", "text"),
    ],
)
def test_the_kind_of_a_control(knob: str, kind: str) -> None:
    assert control(knob)["kind"] == kind


@pytest.mark.parametrize(
    ("knob", "step", "digits"),
    [
        ("{default: 224, range: [32, 1024], step: 32}", 32, 0),
        ("{default: 8, range: [1, 64]}", 1, 0),
        ("{default: 1, range: [1/4, 4], step: 0.05}", 0.05, 2),
        ("{default: 1, range: [1/4, 4], type: number}", 0.05, 2),
        ("{default: 1/2, range: [0, 1], step: 1/8}", 0.125, 3),
        ("{default: 0.2, range: [0, 0.99]}", 0.01, 2),  # a twentieth of the range, 0.0495, goes past 0.2
        ("{default: 0.3, range: [0, 1], step: 1/8}", 0.1, 1),
        ("{default: 230, range: [32, 1024], step: 32}", 2, 0),
    ],
)
def test_a_slider_has_the_value_at_one_of_its_places(knob: str, step: float, digits: int) -> None:
    made = control(knob)
    assert (made["kind"], made["step"], made["digits"]) == ("slider", step, digits)
    assert (Fraction(made["value"]) - Fraction(str(made["low"]))) % Fraction(str(made["step"])) == 0


def test_a_value_beside_its_default() -> None:
    made = control("{default: 8, range: [1, 9], doc: 'Two\\n  lines.', reading: true}", a=4)
    assert (made["value"], made["default"], made["may"], made["reading"]) == ("4", "8", "1 to 9", True)
    assert control("{default: relu, choices: [relu, silu]}")["choices"] == ["relu", "silu"]
