"""Cutting grids: every variant is in one piece, pieces are bounded, and arrays are cut with them."""

from __future__ import annotations

import numpy as np
import pytest

from archdsl.explore.grid import cut

SHAPES = [(7,), (3, 5, 4), (1, 6, 1, 2), (2, 9), (12, 1), ()]


def numbers(shape: tuple[int, ...]) -> np.ndarray:
    """A grid whose elements are their own places in its order."""
    return np.arange(int(np.prod(shape))).reshape(shape)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("most", [1, 2, 5, 20, 1000])
def test_pieces_keep_the_order_of_the_grid(shape: tuple[int, ...], most: int) -> None:
    grid = numbers(shape)
    spans = list(cut.pieces(shape, most))
    assert all(cut.size(span) <= most for span in spans)
    assert all(grid[span].shape == cut.lengths(span) for span in spans)
    assert [n for span in spans for n in grid[span].reshape(-1).tolist()] == list(range(grid.size))


@pytest.mark.parametrize("first", [(), (2,), (0, 2), (0, 1, 2)])
@pytest.mark.parametrize("most", [1, 4, 6, 100])
def test_axes_that_come_place_by_place(first: tuple[int, ...], most: int) -> None:
    grid = numbers((4, 3, 5))
    spans = list(cut.pieces(grid.shape, most, first))
    assert all(cut.size(span) <= most for span in spans)
    assert sorted(n for span in spans for n in grid[span].reshape(-1).tolist()) == list(range(grid.size))


def test_an_axis_that_comes_first_is_not_in_slices_while_others_are() -> None:
    assert {cut.lengths(span) for span in cut.pieces((4, 3, 5), 6, first=(2,))} == {(2, 3, 1)}
    assert {cut.lengths(span) for span in cut.pieces((4, 3, 5), 24, first=(2,))} == {(4, 3, 2), (4, 3, 1)}


def test_halves_are_cut_along_the_longest_axis_of_those_preferred() -> None:
    span = (slice(2, 4), slice(0, 1), slice(1, 8))
    assert cut.halves(span) == [(*span[:2], slice(1, 4)), (*span[:2], slice(4, 8))]
    assert cut.halves(span, {0, 1}) == [(slice(2, 3), *span[1:]), (slice(3, 4), *span[1:])]
    assert cut.halves(span, {1}) == cut.halves(span), "an axis of one place cannot be cut"


def test_arrays_are_cut_with_the_grid() -> None:
    full = numbers((4, 3, 5))
    along = full[:, :1, :]
    span = (slice(1, 3), slice(2, 3), slice(0, 5))
    assert cut.elements(full, span).tolist() == full[span].tolist()
    assert cut.elements(along, span).tolist() == full[1:3, :1, :].tolist()
    places = (np.array([0, 3]), np.array([2, 1]), np.array([4, 0]))
    assert cut.elements(full, places).tolist() == [full[0, 2, 4], full[3, 1, 0]]
    assert cut.elements(along, places).tolist() == [full[0, 0, 4], full[3, 0, 0]]
