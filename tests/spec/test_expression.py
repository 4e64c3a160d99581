"""Expressions: against Python's own arithmetic on Fractions, over grids, and what must not be reachable."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from archdsl.exact import elements
from archdsl.exact.grid import Grid
from archdsl.exact.truth import Choices
from archdsl.spec.arithmetic import MAX_ITEMS, Items
from archdsl.spec.expression import ExpressionError, parse

NAMES = {"a": 7, "b": Fraction(1, 2), "c": -3, "word": "relu", "yes": True, "none": None, "list": [3, 5], "in": 16}


def value(text: str, **names: Any) -> Any:
    return parse(text).evaluate({**NAMES, **names})


# -- against Python ------------------------------------------------------------------------------------------------------------

LEAVES = st.sampled_from(
    [("$a", "a"), ("$b", "b"), ("$c", "c"), ("0.25", "Fraction(1, 4)"), *((str(n), f"Fraction({n})") for n in (0, 1, 2, 10))]
)


def joined(children: st.SearchStrategy[tuple[str, str]]) -> st.SearchStrategy[tuple[str, str]]:
    """An expression in our text and in Python's."""
    signs = st.sampled_from(["+", "-", "*", "/", "//", "%"])
    binary = st.builds(lambda x, s, y: (f"{x[0]} {s} {y[0]}", f"{x[1]} {s} {y[1]}"), children, signs, children)
    brackets = st.builds(lambda x: (f"({x[0]})", f"({x[1]})"), children)
    minus = st.builds(lambda x: (f"-({x[0]})", f"-({x[1]})"), children)
    call = st.builds(
        lambda f, x, y: (f"{f}({x[0]}, {y[0]})", f"{f}({x[1]}, {y[1]})"), st.sampled_from(["min", "max"]), children, children
    )
    floor = st.builds(lambda x: (f"floor({x[0]})", f"Fraction(math.floor({x[1]}))"), children)
    power = st.builds(lambda x, n: (f"({x[0]})**{n}", f"({x[1]})**{n}"), children, st.integers(0, 3))
    choice = st.builds(
        lambda x, y, s, z: (f"({x[0]} if {y[0]} {s} {z[0]} else {z[0]})", f"({x[1]} if {y[1]} {s} {z[1]} else {z[1]})"),
        *(children, children, st.sampled_from(["<", "<=", "==", "!=", ">", ">="]), children),
    )
    return st.one_of(binary, brackets, minus, call, floor, power, choice)


EXPRESSIONS = st.recursive(LEAVES, joined, max_leaves=10)


def pythons(text: str, **names: Any) -> Fraction | None:
    """What Python makes of the same expression; None where it divides by zero or grows too long for us."""
    try:
        found = eval(text, {"Fraction": Fraction, "math": math, **{k: Fraction(v) for k, v in names.items()}})
    except ZeroDivisionError:
        return None
    return found if max(found.numerator.bit_length(), found.denominator.bit_length()) < 60 else None


@settings(max_examples=200, deadline=None)
@given(EXPRESSIONS)
def test_arithmetic_is_pythons(pair: tuple[str, str]) -> None:
    ours, python = pair
    assume(len(ours) < 300)
    expected = pythons(python, a=7, b=Fraction(1, 2), c=-3)
    assume(expected is not None)
    try:
        found = value(ours)
    except ExpressionError as error:  # a value in between is longer than ours may be
        assume("too large" not in error.message and "deeper" not in error.message)
        raise
    assert found == expected
    assert type(found) is (int if expected is not None and expected.denominator == 1 else Fraction)


@settings(max_examples=80, deadline=None)
@given(EXPRESSIONS, st.lists(st.integers(-5, 20), min_size=1, max_size=4))
def test_a_grid_is_every_number_by_itself(pair: tuple[str, str], numbers: list[int]) -> None:
    try:
        expected = [value(pair[0], a=number) for number in numbers]
        found = value(pair[0], a=Grid.of(numbers, "a"))
    except ExpressionError:
        assume(False)
    assert np.broadcast_to(elements(found), (len(numbers),)).tolist() == expected


# -- examples ------------------------------------------------------------------------------------------------------------------

EXAMPLES: dict[str, Any] = {
    "$a + 2 * 3": 13,
    "($a + 2) * 3": 27,
    "2 ** 3 ** 2": 512,
    "-2 ** 2": -4,
    "2 ** -1": Fraction(1, 2),
    "$a // 2 + $a % 2": 4,
    "-7 // 2": -4,
    "$a/2": Fraction(7, 2),
    "$in//4": 4,
    "1e-3 * 1000": 1,
    "round8(20)": 24,
    "round8(10)": 16,
    "round8(3)": 8,
    "round8(30, 16)": 32,
    "round8(720*0.35)": 256,
    "round8_float(720, 0.35)": 248,
    "round8_float(20)": 24,
    "round8_float(10, 1/2)": 8,
    "round8_float(30, 1, 16)": 32,
    "round(2.5)": 3,
    "round(-2.5)": -2,
    "floor(-1/2)": -1,
    "ceil(7/2)": 4,
    "min(3, 1, 2)": 1,
    "max($list)": 5,
    "sum($list)": 8,
    "len($list)": 2,
    "len([])": 0,
    "abs($c)": 3,
    "sqrt(16)": 4,
    "sqrt(1/4)": Fraction(1, 2),
    "part(10, 3, 0)": 3,
    "part(10, 3, 2)": 4,
    "$list[0] + $list[-1]": 8,
    "[1, [2, 3]][1][0]": 2,
    "$list + [7]": [3, 5, 7],
    "$a in [7, 8]": True,
    "3 in $list and not 4 in $list": True,
    "relu": "relu",
    "'a b'": "a b",
    "$word == relu": True,
    '$word == "relu"': True,
    "$word != hswish": True,
    "$yes == 1": False,
    "$yes == true": True,
    "$none == ~": True,
    "given($none)": False,
    "given($a)": True,
    "not $yes": False,
    "not not $yes": True,
    "$a > 3 and $c < 0 or false": True,
    "8 if $yes else 16": 8,
    "1 if false else 2 if false else 3": 3,
    "1 if true else 1/0": 1,
    "false and 1/0 > 0": False,
    "true or 1/0 > 0": True,
    "null": None,
    "~": None,
}


@pytest.mark.parametrize("text", EXAMPLES)
def test_examples(text: str) -> None:
    found = value(text)
    assert found == EXAMPLES[text]
    assert isinstance(found, type(EXAMPLES[text]))


@pytest.mark.parametrize(
    "text",
    [
        *("__import__('os')", "$a.real", "$a.__class__", "().__class__", "lambda: 1", "[x for x in $list]", "print(1)"),
        *("$a := 3", "open('x')", "$a if $b", "{}", "$list[0:1]", "f'{1}'", "1 if", "a b", "$a $b", "'", '"a', "1..2"),
        *("0x10", "$", "$1", "@a"),
    ],
)
def test_nothing_of_python_can_be_reached(text: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        value(text)
    assert 0 <= caught.value.start < caught.value.end <= len(text) + 1


@pytest.mark.parametrize("sign", ["+", "-", "*", "/", "//", "%", "**", "<", ">="])
@pytest.mark.parametrize("other", ["$word", "$yes", "$none", "$list"])
def test_signs_take_numbers_only(sign: str, other: str) -> None:
    with pytest.raises(ExpressionError, match="does not work on"):
        value(f"$a {sign} {other}")


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("$abin 012.+-*/%<>=!()[],'\"~ifelsandortrue"), max_size=30))
def test_any_text_has_a_value_or_a_mistake(text: str) -> None:
    try:
        value(text)
    except ExpressionError as error:
        mistake = error
    else:
        return
    assert mistake.message
    assert 0 <= mistake.start < mistake.end


def test_names_words_and_comparisons_are_known() -> None:
    found = parse("$a * len($list) if $mode == 'stage' else relu")
    assert found.names == {"a": (0, 2), "list": (9, 14), "mode": (19, 24)}
    assert found.words == ("stage", "relu")
    assert [tuple(c) for c in found.comparisons] == [("mode", "stage", 28, 35)]


# -- bounds --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1" * 1001, "at most 1000 characters"),
        ("9" * 90, "too large"),
        ("9 ** 64 ** 2", "between -64 and 64"),
        ("(9 ** 60) ** 60", "too large"),
        ("9 ** 60 * 9 ** 60", "too large"),
        ("(" * 50 + "1" + ")" * 50, "deeper"),
        ("-" * 100 + "1", "deeper"),
        ("not " * 100 + "true", "deeper"),
        ("$list" + "[0]" * 100, "deeper"),
        ("1 if true else " * 60 + "1", "deeper"),
    ],
)
def test_bounds(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        value(text)


def test_a_long_sum_does_not_nest() -> None:
    assert value("+".join(["$a"] * 300)) == 2100
    assert value(" and ".join(["true"] * 110)) is True


def test_lists_are_bounded() -> None:
    many = Items(range(MAX_ITEMS - 1))
    assert len(value("$many + [1]", many=many)) == MAX_ITEMS
    with pytest.raises(ExpressionError, match="more than 10,000 values"):
        value("$many + [1, 2]", many=many)
    with pytest.raises(ValueError, match="more than 10,000 values"):
        reduce(lambda shared, _: Items([shared, shared]), range(60), Items([1]))
    with pytest.raises(ValueError, match="nested deeper"):
        reduce(lambda deep, _: Items([deep]), range(60), Items([]))


# -- grids of truths and words -------------------------------------------------------------------------------------------------


def test_conditions_over_grids() -> None:
    width = Grid.of([1, 2], "width")
    mode = Choices.of(["block", "none"], (len(["block", "none"]),), frozenset(["mode"]))
    assert value("8 if $w > 1 else 4", w=width).values.tolist() == [4, 8]
    assert value("8 if $w > 0 else 1/0", w=width) == 8
    assert value("$w > 1 and $m == block", w=width, m=mode) is False
    both = value("$w > 1 or $m == block", w=width, m=mode)
    assert both is True
    assert value("not $w > 1", w=width).mask.tolist() == [True, False]
    assert value("$w in [2, 3]", w=width).mask.tolist() == [False, True]
    assert value("relu if $m == block else norm", m=mode).values.tolist() == ["relu", "norm"]
