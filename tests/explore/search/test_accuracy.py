"""Searching by accuracy: what is measured is what `train` gives, and successive halving gives up the weak."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from optuna.storages import InMemoryStorage
from searching import AtOnce
from training import SPEC

from archdsl.explore.accuracy import Accuracy, changed
from archdsl.explore.grid.axis import parse_axes
from archdsl.explore.search.objectives import Aim, choose
from archdsl.explore.search.run import Search
from archdsl.explore.search.space import Space
from archdsl.explore.search.study import Request
from archdsl.explore.search.trials import HALVED
from archdsl.net import Net

KNOBS = "knobs: {c: {default: 16, type: int, range: [1, 64]}}\ninput: [1, 16, 16]"
NET = Net.loads(SPEC.replace("input: [1, 16, 16]", KNOBS).replace("out: 16", "out: $c"))
FAST = changed(Accuracy(), None, None, {"epochs": 4, "batch": 64}, 640)


def _request(accuracy: Accuracy = FAST, trials: int = 6, **others: object) -> Request:
    axes = parse_axes(["c=1,2,4,8,16,32,64"], NET.base, NET.settings)
    return Request(NET, Space(axes), (Aim(accuracy, "maximize"),), trials=trials, **others)  # type: ignore[arg-type]


def test_the_accuracy_after_all_rungs_is_that_of_training_in_one_go(tmp_path: Path) -> None:
    before = torch.get_rng_state(), torch.get_num_threads()
    whole = FAST.measure(NET, 3)
    assert torch.equal(torch.get_rng_state(), before[0])
    assert torch.get_num_threads() == before[1]
    parts = [FAST.until(NET, 3, epochs, tmp_path / "run") for epochs in FAST.rungs]
    assert FAST.rungs == (1, 2, 4)
    assert parts[-1] == whole
    assert FAST.until(NET, 3, 2, None) == parts[1]


@pytest.mark.parametrize(("epochs", "rungs"), [(1, (1,)), (2, (1, 2)), (3, (1, 2, 3)), (8, (1, 2, 4, 8)), (10, (1, 2, 4, 8, 10))])
def test_rungs_double_up_to_all_epochs(epochs: int, rungs: tuple[int, ...]) -> None:
    assert replace(FAST, recipe=FAST.recipe.changed({"epochs": epochs})).rungs == rungs


def test_halving_gives_up_the_weak_and_the_best_is_trained_to_the_end(tmp_path: Path) -> None:
    search = Search(InMemoryStorage(), "halving", _request(), AtOnce(), tmp_path)
    search.run()
    trials = search.trials
    assert len(trials.halved) + len(trials.measured) == 6
    assert trials.halved
    assert trials.measured
    for trial in trials.halved.values():
        epochs = trial.user_attrs[HALVED]
        assert list(trial.intermediate_values) == [rung for rung in FAST.rungs if rung <= epochs]
        better = [
            one for one in search.study.trials if one.intermediate_values.get(epochs, 0) >= trial.intermediate_values[epochs]
        ]
        assert len(better) > 1
    for trial in trials.measured.values():
        assert list(trial.intermediate_values) == list(FAST.rungs)
        assert trial.value == trial.intermediate_values[4]


def test_nothing_is_given_up_where_something_else_is_wanted_too(tmp_path: Path) -> None:
    asked = replace(_request(trials=3), aims=tuple(choose(["accuracy"], ["params"], [], accuracy=FAST)))
    assert asked.rungs == ()
    search = Search(InMemoryStorage(), "two", asked, AtOnce(), tmp_path)
    search.run()
    assert len(search.trials.measured) == 3


def test_a_search_ends_after_its_time(tmp_path: Path) -> None:
    search = Search(InMemoryStorage(), "time", _request(seconds=1e-9), AtOnce(), tmp_path)
    search.run()
    assert search.trials.total == 0


def test_another_recipe_is_another_search() -> None:
    other = replace(FAST, recipe=FAST.recipe.changed({"epochs": 5}))
    assert _request().name("x") != _request(other).name("x")
    assert _request().name("x") == _request(changed(Accuracy(), None, None, {"epochs": 4, "batch": 64}, 640)).name("x")
