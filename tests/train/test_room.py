"""What fits into memory, said before it is tried."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from training import RECIPE, asked, tiny, train

from archdsl.cost.memory.training import training
from archdsl.errors import InputError
from archdsl.train import room

CPU = SimpleNamespace(type="cpu")


def _free(monkeypatch: pytest.MonkeyPatch, count: int | None) -> None:
    monkeypatch.setattr(room, "free", lambda device: count)


def test_a_step_that_does_not_fit_is_refused_with_the_batch_that_does(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = tiny("tiny", ()).graph()
    _free(monkeypatch, int(training(graph, 64).peak_bytes))
    with pytest.raises(InputError, match=r"a step of 128 images needs .* the largest that fits is \d+; --batch auto"):
        train(None)
    train(None, recipe=RECIPE.changed({"batch": 64, "epochs": 1}))


def test_the_largest_batch_fits_and_one_image_more_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = tiny("tiny", ()).graph()
    there = 20_000_000
    _free(monkeypatch, there)
    for fields in ({}, {"ema": 0.9}, {"optimizer": "adamw"}):
        recipe = RECIPE.changed(fields)
        most = room.largest(graph, recipe, CPU, 1)
        within = there * (1 - room.SPARE)
        assert room.needed(graph, recipe, most, False) <= within < room.needed(graph, recipe, most + 1, False)
    two = room.largest(graph, RECIPE.changed({"accumulate": 2, "batch": 128}), CPU, 2)
    assert two % 4 == 0
    assert room.needed(graph, RECIPE, two // 4, False) * 2 <= there


def test_a_batch_is_not_larger_than_the_set(monkeypatch: pytest.MonkeyPatch) -> None:
    _free(monkeypatch, 2**40)
    found = room.with_largest(tiny("tiny", ()).graph(), asked(), CPU, 1, 1438)
    assert found.batch == 1438


def test_what_is_free_is_what_the_system_says() -> None:
    found = room.free(CPU)
    assert found is None or 2**20 < found < 2**46
