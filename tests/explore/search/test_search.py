"""The loop of a search: budgets, equal graphs, samplers, several programs at one study, and what comes out."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.storages import InMemoryStorage
from optuna.trial import TrialState
from searching import AtOnce, Recorded, counts, request, value

from archdsl.cost.comparing.totals import cost_names
from archdsl.errors import InputError
from archdsl.explore.criteria.budget import parse_budget
from archdsl.explore.search import session
from archdsl.explore.search.objectives import Aim, Cost, choose
from archdsl.explore.search.result import Found, result
from archdsl.explore.search.run import Search
from archdsl.explore.search.storage import open_storage
from archdsl.explore.search.study import Request, open_study, sampler
from archdsl.explore.search.trials import EQUALS, REJECTED


def run(asked: Request, storage: Any = None, name: str = "study") -> tuple[Found, optuna.Study]:
    search = Search(storage or InMemoryStorage(), name, asked, AtOnce())
    search.run()
    return result(search.trials, asked, 0), search.study


def limited(asked: Request, *budgets: str) -> Request:
    return dataclasses.replace(asked, budgets=tuple(parse_budget(text, cost_names()) for text in budgets))


# -- budgets --------------------------------------------------------------------------------------------------------------------


def test_what_is_rejected_is_not_measured_and_uses_up_no_trial(tmp_path: Path) -> None:
    record = tmp_path / "record"
    asked = limited(request(Recorded(str(record)), 10), "macs=10K")
    found, study = run(asked)
    assert found.trials == 10
    assert found.rejected > 10
    assert list(found.reasons) == ["not macs ≤ 10K"]
    assert sum(counts(record, "begin").values()) == 10
    for trial in study.get_trials():
        macs = (3 * trial.params["a"] + trial.params["a"] * trial.params["b"]) * 64
        assert trial.state == (TrialState.COMPLETE if macs <= 10_000 else TrialState.PRUNED)
        assert (max(trial.constraints.values()) > 0) == (macs > 10_000)
        if trial.state == TrialState.PRUNED:
            assert trial.user_attrs[REJECTED]["reason"] == f"macs {macs:,}, not macs ≤ 10K"
            assert trial.constraints["budgets"] == pytest.approx((macs - 10_000) / 10_000)


def test_a_sampler_learns_where_the_budget_ends(tmp_path: Path) -> None:
    """TPE is told of the violations, so fewer of its later proposals are rejected than of random ones."""
    rejected = {}
    for name in ("tpe", "random"):
        asked = limited(request(Recorded(str(tmp_path / name)), 40, sampler=name), "macs=4K")
        rejected[name] = run(asked)[0].rejected
    assert rejected["tpe"] < rejected["random"] / 2


def test_budgets_that_nothing_meets(tmp_path: Path) -> None:
    asked = limited(request(Recorded(str(tmp_path / "record")), 5, "a=2:9", "b=4"), "params=10")
    found, _ = run(asked)
    assert (found.trials, found.front, found.best) == (0, [], {})
    assert found.points == 8
    assert found.nearest == "a=2, b=4: params 14, not params ≤ 10"
    assert counts(tmp_path / "record", "begin") == {}


def test_variants_that_cannot_be_built_are_rejected_with_the_reason(tmp_path: Path) -> None:
    import archdsl
    from archdsl.explore.grid.axis import parse_axes
    from archdsl.explore.search.space import Space

    net = archdsl.loads("input: [3, 8, 8]\nknobs: {g: {default: 1, type: int}}\nnet: [{conv: {out: 8, kernel: 1, groups: $g}}]")
    asked = Request(net, Space(parse_axes(["g=1:3"], net.base)), (Aim(Cost("params"), "minimize"),), trials=3)
    found, study = run(asked)
    assert (found.trials, found.reasons) == (1, {"cannot be built": 2 + found.rejected - 2})
    assert found.rejected >= 2
    reasons = {trial.user_attrs[REJECTED]["reason"] for trial in study.get_trials(states=[TrialState.PRUNED])}
    assert any("3" in reason and "groups" in reason for reason in reasons)


# -- equal graphs ---------------------------------------------------------------------------------------------------------------


def test_equal_graphs_are_measured_once_and_given_the_same_values(tmp_path: Path) -> None:
    record = tmp_path / "record"
    asked = request(Recorded(str(record)), 20, "a=1:3", "b=1:2", "idle=0:9")
    found, study = run(asked)
    assert found.trials == 6, "there are no more graphs than that"
    assert found.reused > 0
    assert found.points == 60
    assert set(counts(record, "begin").values()) == {1}
    values = {trial.number: trial.value for trial in study.get_trials()}
    for trial in study.get_trials():
        assert trial.value == value(trial.params["a"], trial.params["b"])
        if EQUALS in trial.user_attrs:
            assert values[trial.user_attrs[EQUALS]] == trial.value
    assert [variant.values["recorded"] for variant in found.front] == [101.0]


def test_a_later_run_goes_on_and_measures_nothing_again(tmp_path: Path) -> None:
    record = tmp_path / "record"
    for trials in (4, 4, 9):
        asked = request(Recorded(str(record)), trials, "a=1:5", "b=1:5", "idle=0:3")
        found, _ = run(asked, open_storage(str(tmp_path / "journal.log")))
        assert found.trials == trials
        assert sum(counts(record, "begin").values()) == trials
    assert set(counts(record, "begin").values()) == {1}


def test_two_programs_at_one_study_measure_each_graph_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They take turns at every write, so that each finds the other in every state."""
    import threading

    monkeypatch.setattr(session.Session, "alive", lambda self: {k[8:]: True for k in self.study.user_attrs if k[8:] != self.id})
    record, storage = tmp_path / "record", InMemoryStorage()
    asked = request(Recorded(str(record)), 18, "a=1:6", "b=1:3", "idle=0:2")
    searches = [Search(storage, "shared", asked, AtOnce()) for _ in range(2)]
    threads = [threading.Thread(target=search.run) for search in searches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert set(counts(record, "begin").values()) == {1}
    trials = searches[0].study.get_trials()
    assert {trial.state for trial in trials} == {TrialState.COMPLETE}
    assert len({trial.user_attrs["claim"]["graph"] for trial in trials}) == len(counts(record, "begin"))


# -- objectives -----------------------------------------------------------------------------------------------------------------


def test_costs_are_objectives_for_nothing() -> None:
    """Against the whole grid by brute force: nothing is measured, and the front is the front."""
    from searching import SPEC

    import archdsl

    asked = dataclasses.replace(
        request(Recorded(""), 200, "a=1:6", "b=1:6"), aims=tuple(choose([], ["macs"], ["params", "flops.thop"])), trials=36
    )
    search = Search(InMemoryStorage(), "exact", asked, None)
    search.run()
    found = result(search.trials, asked, 0)
    assert found.trials == found.points == 36
    base = archdsl.loads(SPEC)
    grid = {(a, b): base.set(a=a, b=b).cost() for a in range(1, 7) for b in range(1, 7)}
    scores = {point: (bill.macs, -bill.params, -bill.flops("thop")) for point, bill in grid.items()}
    front = {
        p
        for p, s in scores.items()
        if not any(o != s and all(x <= y for x, y in zip(o, s, strict=True)) for o in scores.values())
    }
    assert {(int(v.settings["a"]), int(v.settings["b"])) for v in found.front} == front
    assert found.best["macs"].settings == {"a": "1", "b": "1"}
    assert found.best["params"].settings == {"a": "6", "b": "6"}
    assert [v.values["macs"] for v in found.front] == sorted(v.values["macs"] for v in found.front)


def test_an_objective_that_fails_is_said_and_uses_up_trials(tmp_path: Path) -> None:
    class Broken(Recorded):
        def measure(self, net: Any, seed: int) -> float:
            number = super().measure(net, seed)
            if number > 1000:
                raise InputError("too many\nand more")
            return float("nan") if number > 800 else number

    found, study = run(request(Broken(str(tmp_path / "record")), 12, "a=1:12", "b=1:12"))
    assert found.trials + found.failed == 12
    assert found.trials > 0
    failures = {trial.user_attrs["failed"] for trial in study.get_trials(states=[TrialState.FAIL])}
    assert failures <= {"too many", "recorded came out as nan"}
    assert "too many" in failures
    found, _ = run(request(Broken(str(tmp_path / "other")), 100, "a=30:60", "b=30:60"))
    assert (found.trials, found.failure) == (0, "too many")
    assert found.failed in (5, 6), "it gives up where nothing can be measured; one was under way"


def test_the_same_seed_proposes_the_same(tmp_path: Path) -> None:
    numbers = []
    for seed in (1, 1, 2):
        asked = dataclasses.replace(request(Recorded(str(tmp_path / "r")), 15, sampler="tpe"), seed=seed)
        numbers.append([trial.params for trial in run(asked)[1].get_trials()])
    assert numbers[0] == numbers[1] != numbers[2]


@pytest.mark.parametrize(
    ("name", "objectives", "trials", "kind"),
    [
        ("auto", 1, 5000, "TPESampler"),
        ("auto", 2, 1000, "TPESampler"),
        ("auto", 2, 1001, "NSGAIISampler"),
        ("tpe", 2, 5000, "TPESampler"),
        ("nsga2", 1, 10, "NSGAIISampler"),
        ("random", 1, 10, "RandomSampler"),
    ],
)
def test_samplers(name: str, objectives: int, trials: int, kind: str) -> None:
    asked = dataclasses.replace(
        request(Recorded(""), trials), aims=tuple(choose([], ["params", "macs"][:objectives], [])), sampler=name
    )
    assert type(sampler(asked, 0)).__name__ == kind


@pytest.mark.parametrize("name", ["tpe", "nsga2", "random"])
def test_every_sampler_searches_under_a_budget(name: str, tmp_path: Path) -> None:
    asked = limited(request(Recorded(str(tmp_path / "record")), 60, sampler=name), "macs=20K")
    asked = dataclasses.replace(asked, aims=(*asked.aims, *choose([], [], ["macs"])))
    found, _ = run(asked)
    assert found.trials == 60
    assert all(variant.costs["macs"] <= 20_000 for variant in found.front)
    assert len(found.front) > 1


# -- studies --------------------------------------------------------------------------------------------------------------------


def test_another_search_is_refused_with_what_differs(tmp_path: Path) -> None:
    place = str(tmp_path / "journal.log")
    asked = limited(request(Recorded(""), 5, "a=1:4", "b=2,3"), "macs=10M")
    open_study(open_storage(place), "study", asked)
    other = dataclasses.replace(request(Recorded(""), 9, "a=1:5", "idle=0,1"), aims=tuple(choose([], ["params"], [])), seed=4)
    other = dataclasses.replace(other, net=other.net.batched(8))
    with pytest.raises(InputError) as error:
        open_study(open_storage(place), "study", other)
    assert str(error.value).splitlines() == [
        "the study 'study' is another search; choose a new name with --study",
        "  axes: the study has a=1 | 2 | 3 | 4, the command a=1 | 2 | 3 | 4 | 5",
        "  axes: the study has b=2 | 3, the command no b",
        "  axes: the study has no idle, the command idle=0 | 1",
        "  objectives: the study has minimize recorded, the command minimize params",
        "  budgets: the study has --max macs=10000000, the command none",
        "  seed: the study has 0, the command 4",
        "  batch: the study has none, the command 8",
    ]
    assert asked.name("net") != other.name("net")
    assert asked.name("net") == dataclasses.replace(asked, trials=7, sampler="tpe").name("net")


def test_a_study_of_another_tool_is_refused(tmp_path: Path) -> None:
    storage = InMemoryStorage()
    optuna.create_study(storage=storage, study_name="theirs").add_trial(optuna.trial.create_trial(value=1.0))
    with pytest.raises(InputError, match="the study 'theirs' was not made by archdsl"):
        open_study(storage, "theirs", request(Recorded(""), 5))


def test_a_database_holds_a_study_too(tmp_path: Path) -> None:
    record, url = tmp_path / "record", f"sqlite:///{tmp_path / 'studies.db'}"
    for trials in (3, 6):
        found, study = run(request(Recorded(str(record)), trials, "a=1:9", "idle=0:1"), open_storage(url))
        assert found.trials == trials
    assert {trial.state for trial in study.get_trials()} == {TrialState.COMPLETE}
    assert set(counts(record, "begin").values()) == {1}


def test_a_result_is_plain_data(tmp_path: Path) -> None:
    found, _ = run(request(Recorded(str(tmp_path / "record")), 4))
    data = json.loads(json.dumps(found.as_dict()))
    assert set(data) == {
        "trials",
        "rejected",
        "reused",
        "halved",
        "failed",
        "seconds",
        "front",
        "best",
        "ranked",
        "importance",
        "reasons",
        "steps",
    }
    assert set(data["front"][0]) == {"trial", "settings", "values", "costs", "graph"}
    assert data["best"]["recorded"] == data["front"][0]


# -- programs elsewhere ---------------------------------------------------------------------------------------------------------


def test_a_program_elsewhere_is_dead_when_its_beat_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(session.time, "monotonic", lambda: now[0])
    study = optuna.create_study()
    watcher = session.Session(study)
    key = "session.elsewhere"
    study.set_user_attr(key, {"machine": "another", "pid": 1, "started": "1", "beat": 1})
    assert watcher.alive() == {"elsewhere": None}
    now[0] += session.GRACE_SECONDS - 1
    study.set_user_attr(key, {"machine": "another", "pid": 1, "started": "1", "beat": 2})
    assert watcher.alive() == {"elsewhere": True}
    now[0] += session.GRACE_SECONDS + 1
    assert watcher.alive() == {"elsewhere": False}
    study.set_user_attr(key, {"ended": True})
    assert watcher.alive() == {"elsewhere": False}


def test_a_program_of_this_machine_is_dead_when_its_process_is_gone() -> None:
    study = optuna.create_study()
    first, second = session.Session(study), session.Session(study)
    assert second.alive() == {first.id: True}
    record = study.user_attrs[f"session.{first.id}"]
    study.set_user_attr(f"session.{first.id}", {**record, "started": "0"})  # the number was given out anew
    assert second.alive() == {first.id: False}
    study.set_user_attr(f"session.{first.id}", {**record, "pid": 2**22 + 1})
    assert second.alive() == {first.id: False}


@pytest.mark.parametrize("sampler", ["random", "tpe", "nsga2"])
@pytest.mark.parametrize("trials", [46, 96, 200])
def test_no_point_is_proposed_twice(tmp_path: Path, sampler: str, trials: int) -> None:
    """Every network of this space is another one; with as many trials as there are points, each is measured once."""
    asked = dataclasses.replace(request(Recorded(str(tmp_path / "record")), trials, "a=1:12", "b=1:8", sampler=sampler), seed=7)
    found, study = run(asked)
    points = [(trial.params["a"], trial.params["b"]) for trial in study.get_trials()]
    assert len(points) == len(set(points)) == found.trials == min(trials, 96)


def test_a_search_that_goes_on_proposes_no_point_of_before(tmp_path: Path) -> None:
    storage = InMemoryStorage()
    for trials in (10, 20, 40, 96):
        _, study = run(request(Recorded(str(tmp_path / "record")), trials, "a=1:12", "b=1:8", sampler="tpe"), storage)
    assert len({tuple(trial.params.values()) for trial in study.get_trials()}) == len(study.get_trials()) == 96
