"""Axes as a sampler sees them: order where there is one, and exact values whatever the sampler calls them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

import archdsl
from archdsl.errors import InputError
from archdsl.explore.grid.axis import Axis, parse_axes
from archdsl.explore.search.space import Space

SPEC = """\
input: [3, 8, 8]
knobs:
  a: {default: 4, type: int, range: [1, 64]}
  width: {default: 1, type: number, range: [0, 4]}
  kernels: {default: [3, 5]}
  mode: {default: one, choices: [one, two]}
  on: {default: true}
net: [{conv: {out: $a}}]
"""


def space(*texts: str) -> Space:
    return Space(parse_axes(texts, archdsl.loads(SPEC).base))


@pytest.mark.parametrize(
    ("text", "distribution", "values"),
    [
        ("a=2:10:4", IntDistribution(2, 10, step=4), [2, 6, 10]),
        ("a=1,2,8", IntDistribution(0, 2), [1, 2, 8]),
        ("a=8,2", CategoricalDistribution(("8", "2")), [8, 2]),
        ("width=0.5:1:0.05", FloatDistribution(0.5, 1.0, step=0.05), [Fraction(n, 20) for n in range(10, 21)]),
        ("width=1/3,2/3,1", IntDistribution(0, 2), [Fraction(1, 3), Fraction(2, 3), 1]),
        ("kernels=[3,5],[3,7]", CategoricalDistribution(("[3,5]", "[3,7]")), [(3, 5), (3, 7)]),
        ("mode", CategoricalDistribution(("one", "two")), ["one", "two"]),
        ("on", CategoricalDistribution(("false", "true")), [False, True]),
        ("a=7", None, [7]),
    ],
)
def test_an_axis_and_back(text: str, distribution: object, values: list[object]) -> None:
    made = space(text)
    (direction,) = made.directions
    assert direction.distribution == distribution
    name = direction.axis.name
    for place, value in enumerate(values):
        assert made.settings((place,)) == {name: value}
        assert made.point(made.params((place,))) == (place,)


def test_every_value_that_a_sampler_can_give_is_a_place() -> None:
    made = space("width=0:4:0.01", "a=1:64:7", "kernels=[3],[5]")
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    points = [made.suggest(study.ask()) for _ in range(200)]
    assert all(0 <= place < len(axis) for point in points for place, axis in zip(point, made.axes, strict=True))
    assert [made.point(trial.params) for trial in study.trials] == points
    assert len({point[0] for point in points}) > 100


def test_a_point_that_is_not_whole_is_none() -> None:
    assert space("a=1:3", "mode").point({"a": 2}) is None


def test_draws_reach_every_point() -> None:
    made = space("a=1:3", "mode")
    random = np.random.default_rng(0)
    assert len({made.draw(random) for _ in range(200)}) == made.size == 6


def test_settings_that_change_together() -> None:
    made = Space([Axis(("a", "mode"), ((1, "one"), (2, "two")))])
    assert made.directions[0].distribution == CategoricalDistribution(("1, one", "2, two"))
    assert made.settings((1,)) == {"a": 2, "mode": "two"}


def test_what_an_axis_may_not_be() -> None:
    with pytest.raises(InputError, match="a: a value is given twice"):
        Space([Axis(("a",), ((2,), (1,), (2,)))])
    with pytest.raises(InputError, match="a: an axis of a search has 10,000 values at most, 10,001 came"):
        Space([Axis.of("a", range(10_001))])
    with pytest.raises(InputError, match="a: an axis without order has 1,000 values at most, 1,001 came"):
        Space([Axis.of("a", range(1001, 0, -1))])


def test_axes_in_words_differ_where_their_values_do() -> None:
    assert space("a=1:3", "kernels=[3,5],[3]").describe() == {"a": "1 | 2 | 3", "kernels": "[3,5] | [3]"}
    words = [Space([Axis.of("a", values)]).describe()["a"] for values in (range(1, 61), [*range(1, 30), *range(31, 61), 61])]
    assert words[0] != words[1]
    assert words[0].startswith("1 | 2 | … | 60 (60 values, ")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(4, 5), "0.8"),
        (Fraction(-1, 32), "-0.03125"),
        (Fraction(1, 3), "1/3"),
        (12, "12"),
        ((3, Fraction(1, 2), (True, None)), "[3,0.5,[true,~]]"),
        ("stage", "stage"),
    ],
)
def test_a_value_as_a_study_stores_it(value: object, text: str) -> None:
    from archdsl.explore.search.space import stored

    assert stored(value) == text
