"""Budgets: what is read, what holds, and what is refused."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from archdsl.errors import InputError
from archdsl.explore.criteria.budget import Sense, parse_budget, parse_budgets

KNOWN = ["params", "macs", "flops.thop"]


def test_a_bound_is_exact() -> None:
    budget = parse_budget("params=3.41M", KNOWN)
    assert (budget.cost, budget.bound, budget.sense, str(budget)) == ("params", Fraction(3_410_000), "max", "params ≤ 3.41M")
    assert budget.holds(3_410_000)
    assert not budget.holds(3_410_001)
    assert not parse_budget(" macs = 1.5 ", KNOWN, "min").holds(1)


def test_a_bound_holds_for_arrays() -> None:
    counts = np.array([1, 2, 3])
    assert parse_budget("macs=2", KNOWN).holds(counts).tolist() == [True, True, False]
    assert parse_budget("macs=2", KNOWN, "min").holds(counts).tolist() == [False, True, True]


def test_a_violation_is_a_share_of_the_bound() -> None:
    assert parse_budget("macs=100", KNOWN).violation(125) == 0.25
    assert parse_budget("macs=100", KNOWN, "min").violation(75) == 0.25
    assert parse_budget("macs=100", KNOWN).violation(100) == 0
    assert parse_budget("macs=0", KNOWN).violation(3) == 3


@pytest.mark.parametrize(
    ("sense", "text", "value", "words"),
    [
        ("max", "macs=100", 125, "macs 25 over 100 (25%)"),
        ("max", "macs=100", 100, ""),
        ("max", "params=3.4M", 3_401_200, "params 1,200 over 3.4M (0.0353%)"),
        ("max", "params=10", 4_824, "params 4,814 over 10 (482 times as much)"),
        ("max", "macs=0", 3, "macs 3 over 0"),
        ("min", "macs=100", 75, "macs 25 short of 100 (25%)"),
        ("min", "macs=100", 100, ""),
        ("min", "macs=100", 120, ""),
        ("min", "params=1G", 2_000_000, "params 998,000,000 short of 1G (99.8%)"),
        ("min", "params=1G", 77_184, "params 999,922,816 short of 1G (more than 99.9%)"),
        ("min", "params=1G", 0, "params 1,000,000,000 short of 1G (100%)"),
    ],
)
def test_what_is_missed_in_words(sense: Sense, text: str, value: int, words: str) -> None:
    assert parse_budget(text, KNOWN, sense).missed(value) == words


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("macs", "'macs' is no budget; write cost=size, as in --max macs=118M"),
        ("macs=", "'macs=' is no budget; write cost=size, as in --max macs=118M"),
        ("macs=-3", "'macs=-3' is no budget; write cost=size, as in --max macs=118M"),
        ("macs=3%", "'macs=3%' is no budget; write cost=size, as in --max macs=118M"),
        ("mcas=3M", "unknown cost 'mcas'; did you mean 'macs'?"),
        ("watts=3", "unknown cost 'watts'; known: params, macs, flops.thop"),
    ],
)
def test_what_is_no_budget(text: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        parse_budget(text, KNOWN)
    assert str(error.value) == message


def test_budgets_that_contradict() -> None:
    with pytest.raises(InputError, match="no count of macs lies between 3M and 2M"):
        parse_budgets(["macs=2M"], ["macs=3M"], KNOWN)
    with pytest.raises(InputError, match="--max macs is given twice"):
        parse_budgets(["macs=2M", "macs=1M"], [], KNOWN)
    assert len(parse_budgets(["macs=2M"], ["macs=2M", "params=1"], KNOWN)) == 3
