"""Which elements count, what is noted of the others, how contexts nest, and what caches may keep."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import archdsl
from archdsl.exact import Disagreement, one_answer
from archdsl.exact.grid import Grid
from archdsl.exact.grid_context import GridContext, current
from archdsl.exact.truth import Truth
from archdsl.ops.errors import ShapeError, refuse

SOME = np.array([True, True, False])
OTHERS = np.array([False, True, True])


def fails_at(place: int, knob: str = "k") -> Truth:
    return Truth(np.arange(3) != place, frozenset([knob]))


def test_outside_of_any_every_element_counts_and_nothing_is_noted() -> None:
    grid = current()
    assert grid.counted.parts == ()
    assert grid.key is None
    assert grid.elements(np.array([[1, 2], [3, 4]])).tolist() == [1, 2, 3, 4]
    with pytest.raises(ShapeError, match=r"too wide \(for some values of k\)"):
        refuse(fails_at(0), "too wide")
    assert not grid.note(fails_at(0), "too wide")
    assert grid.noted == 0


def test_elements_that_count_broadcast_with_the_array() -> None:
    with GridContext(np.array([[True], [False]])) as grid:
        assert grid.elements(np.array([[1, 2, 3]])).tolist() == [1, 2, 3]
        assert grid.elements(np.array([[1, 2, 3], [4, 5, 6]])).tolist() == [1, 2, 3]
        assert grid.elements(np.array([[7], [8]])).tolist() == [7]


def test_contexts_nest_and_the_outer_one_comes_back() -> None:
    numbers = Grid.of([1, 2, 2])
    with GridContext(OTHERS) as outer:
        assert one_answer(numbers) == 2
        with GridContext(SOME) as inner:
            assert current() is inner
            with pytest.raises(Disagreement):
                one_answer(numbers)
        assert current() is outer
        assert one_answer(numbers) == 2
    assert current() is not outer


def test_a_context_ends_with_an_error_too_and_can_be_read_and_entered_again() -> None:
    grid = GridContext(SOME, noting=True)

    def broken() -> None:
        with grid:
            refuse(fails_at(0), "too wide")
            refuse(False, "too wide")

    with pytest.raises(ShapeError):
        broken()
    assert current() is not grid
    assert [reason for _, reason in grid.refusals] == ["too wide"]
    with grid:
        assert current() is grid


def test_a_context_that_is_in_force_is_not_entered_again() -> None:
    with GridContext() as grid:
        with pytest.raises(RuntimeError, match="has been entered already"), grid:
            pass
        assert current() is grid


def test_a_condition_is_noted_by_the_variants_that_fail() -> None:
    with GridContext(SOME, noting=True) as grid:
        refuse(fails_at(2), "of no variant that counts")
        assert grid.noted == 0
        refuse(fails_at(0), "of one")
        assert grid.noted == 1
        with pytest.raises(ShapeError, match=r"^of all$"):
            refuse(Truth(np.array([False, False, True])), "of all")
        with pytest.raises(ShapeError, match=r"^of a single number$"):
            refuse(False, "of a single number")
    assert [(ok.mask.tolist(), reason) for ok, reason in grid.refusals] == [([False, True, True], "of one")]


def test_a_narrowed_context_notes_into_the_same_list() -> None:
    with GridContext(noting=True) as grid:
        refuse(fails_at(0), "first")
        with grid.narrowed(SOME) as fewer:
            refuse(fails_at(1), "second")
            assert fewer.noted == grid.noted == 2
        assert current().counted.parts == ()
    with GridContext() as silent, silent.narrowed(SOME), pytest.raises(ShapeError):
        refuse(fails_at(0), "not noted")


def test_an_inner_grid_notes_for_itself() -> None:
    with GridContext(noting=True) as outer:
        with GridContext(noting=True) as inner:
            refuse(fails_at(0), "inner")
        with GridContext(), pytest.raises(ShapeError):
            refuse(fails_at(0), "an error where nothing is noted")
    assert (outer.noted, inner.noted) == (0, 1)


def test_keys_are_equal_for_equal_masks_and_tell_shapes_apart() -> None:
    assert GridContext(SOME).key == GridContext(SOME.copy(), noting=True).key
    assert len({GridContext(mask).key for mask in (None, SOME, OTHERS, SOME.reshape(3, 1), SOME.reshape(1, 3))}) == 5


def test_a_context_is_of_its_thread() -> None:
    seen = []
    with GridContext(SOME):
        thread = threading.Thread(target=lambda: seen.append(current().counted.parts))
        thread.start()
        thread.join()
    assert seen == [()]


KEPT = {
    "a block": "net: [{win: {k: $k}}, relu]\nblocks: {win: {args: {k: int}, body: [{conv: {out: 8, kernel: $k, padding: 0}}]}}",
    "a block twice": "net: [{win: {k: $k}}, {win: {k: $k}}]\nblocks: {win: {args: {k: int}, body: [{conv: {out: 8, kernel: $k}}]}}",
    "an operator": "net: [{conv: {out: 17 - $k, kernel: 1}}]",
}
FAILS = {"a block": 17, "a block twice": 4, "an operator": 17}


@pytest.mark.parametrize("what", KEPT)
def test_what_notes_is_not_kept_for_the_next_grid(what: str) -> None:
    """Every grid notes all its conditions, although blocks and operators are kept from one to the next."""
    net = archdsl.loads(f"input: [8, 16, 16]\nknobs: {{k: 3}}\n{KEPT[what]}\n")
    found = []
    for _ in range(3):
        with GridContext(noting=True) as grid:
            net.set(k=[1, FAILS[what], 3]).graph()
        found.append([(ok.mask.tolist(), reason) for ok, reason in grid.refusals])
    assert found[0] == found[1] == found[2]
    assert found[0]


@pytest.mark.parametrize("what", KEPT)
def test_what_was_kept_for_some_variants_is_not_used_for_others(what: str) -> None:
    """Numbers that fit where they count make a network there, and an error where the others count too."""
    net = archdsl.loads(f"input: [8, 16, 16]\nknobs: {{k: 3}}\n{KEPT[what]}\n").set(k=[1, FAILS[what]])
    with GridContext(np.array([True, False])):
        assert net.set().graph()
    with pytest.raises(archdsl.SpecError, match="for some values of k"):
        net.set().graph()
    with GridContext(np.array([True, False])):
        assert net.set().graph()
