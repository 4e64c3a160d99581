"""Symbols: arithmetic that agrees with numbers put in their place, and one answer or none."""

from __future__ import annotations

import operator
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archdsl
from archdsl.errors import SpecError
from archdsl.exact import (
    Symbol,
    Undetermined,
    ceil,
    divide,
    exact,
    floor,
    is_integer,
    is_number,
    make_divisible,
    make_divisible_float,
    maximum,
    minimum,
    symbols,
)

C, E, H, W = symbols("C E H W")
VALUES = {"C": 5040, "E": 75600, "H": 32, "W": 48}  # divisible by what the tests divide by

numbers = st.one_of(st.integers(-50, 50), st.fractions(-9, 9, max_denominator=7))
atoms = st.one_of(st.sampled_from([C, E, H, W]), numbers)
trees = st.recursive(
    atoms, lambda inner: st.tuples(st.sampled_from([operator.add, operator.sub, operator.mul]), inner, inner), max_leaves=8
)


def value(tree: Any, put: bool) -> Any:
    if isinstance(tree, tuple):
        return exact(tree[0](value(tree[1], put), value(tree[2], put)))
    return numeric(tree) if put else exact(tree)


def numeric(found: Any) -> Any:
    """A symbol with numbers in the place of its names."""
    if not isinstance(found, Symbol):
        return found
    total: Any = 0
    for powers, factor in found.terms.items():
        term: Any = factor
        for name, power in powers:
            term *= VALUES[name] ** power
        total += term
    return exact(total)


@settings(max_examples=150, deadline=None)
@given(trees)
def test_arithmetic_is_that_of_the_numbers(tree):
    assert numeric(value(tree, False)) == value(tree, True)


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        (C / 2, "C/2"),
        (divide(3 * C, 4), "3C/4"),
        (C - floor(C * Fraction(1, 2)), "C/2"),
        (C / 2 + E / 4, "C/2 + E/4"),
        (2 * C * H * W, "2C·H·W"),
        (C * C - 1, "C² - 1"),
        (1 - C, "-C + 1"),
        (C // C, "1"),
        (E * C // (E * 2), "C/2"),
        (C - C, "0"),
        (floor(C / 2 + Fraction(1, 2)), "C/2"),
        (ceil(C / 2 + Fraction(1, 2)), "C/2 + 1"),
        ((H - 1) // 2 + 1, "H/2"),
        (make_divisible(C), "C"),
        (make_divisible_float(C, Fraction(1, 2)), "C/2"),
        (make_divisible(maximum(1, C // 4), 1), "C/4"),
        (minimum(C, C / 2), "C/2"),
        (C % 8, "0"),
        ((E / 4) % (E / 4), "0"),
        (-C, "-C"),
    ],
)
def test_written(found, shown):
    assert str(found) == shown


def test_comparison_has_one_answer_or_none():
    assert C == C * 2 / 2
    assert C != E
    assert C != C / 2
    assert C / 2 < C
    assert C > 10**30
    assert not C - 1 >= C
    assert C <= C
    with pytest.raises(Undetermined, match="whether C is less than E depends on what they stand for"):
        _ = C < E
    with pytest.raises(Undetermined, match=r"E over C has no value"):
        _ = E // C
    with pytest.raises(ZeroDivisionError):
        _ = C / 0
    with pytest.raises(TypeError):
        _ = C + "x"
    with pytest.raises(TypeError):
        _ = C < "x"
    with pytest.raises(TypeError):
        _ = C * True


def test_kinds():
    assert is_integer(C / 4)
    assert not is_integer(C + Fraction(1, 2))
    assert is_number(C)
    assert not is_number(True)
    assert (C * 2 / C, type(C * 2 / C)) == (2, int)
    assert len({C, C * 2 / 2, E}) == 2
    assert (C * E).knobs == {"C", "E"}


BLOCK = """\
import: [blocks/partial]
input: [$C, $H, $W]
knobs: {C: 64, E: 256, H: 56, W: 56}
net: [dp_a: {exp: $E, out: $C}]
"""


def test_a_block_of_any_width_is_elaborated_by_the_same_code():
    """Eq. 3 of Zhao & Wang: the depthwise layer costs (Cin/4)(3² + 5²) W H, where its own width takes the place of Cin."""
    net = archdsl.loads(BLOCK, C=C, E=E, H=H, W=W)
    graph = net.graph()
    assert str(graph["k3.split_1"].shape[0]) == "C/4"
    assert str(graph["k5.depthwise.conv"].shape[0]) == "E/4"
    assert graph["transition.conv"].shape == (C, H, W)
    depthwise = [layer.macs for layer in net.cost() if layer.node.name.endswith("depthwise.conv")]
    assert sum(depthwise) == E / 4 * H * W * (3**2 + 5**2)
    plain = archdsl.loads(BLOCK, C=VALUES["C"], E=VALUES["E"], H=VALUES["H"], W=VALUES["W"])
    assert [numeric(layer.macs) for layer in net.cost()] == [layer.macs for layer in plain.cost()]
    assert [numeric(layer.params) for layer in net.cost()] == [layer.params for layer in plain.cost()]


def test_what_has_no_answer_is_a_mistake_of_its_line():
    text = BLOCK.replace("[dp_a: {exp: $E, out: $C}]", "[{relu: {}, when: $C < $E}]")
    with pytest.raises(SpecError, match="whether C is less than E depends on what they stand for"):
        archdsl.loads(text, C=C, E=E).graph()
    grouped = BLOCK.replace("[dp_a: {exp: $E, out: $C}]", "[conv: {out: $C, groups: $E}]")
    with pytest.raises(SpecError, match="C over E has no value"):
        archdsl.loads(grouped, C=C, E=E).graph()
