"""A search that is killed goes on with no trial lost and none doubled: at every single write, and by a real signal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.storages import InMemoryStorage
from optuna.trial import TrialState
from searching import AtOnce, Recorded, counts, lines, request, value

from archdsl.explore.search.run import Search
from archdsl.explore.search.session import Session
from archdsl.explore.search.storage import open_storage
from archdsl.explore.search.study import Request, open_study
from archdsl.explore.search.trials import EQUALS

TRIALS = 6


class Crash(BaseException):
    """Stands for a signal that cannot be caught."""


class Fragile(InMemoryStorage):
    """A storage whose program dies at one write, before or after that is done."""

    left: float = float("inf")

    def _write(self, name: str, *arguments: Any, **options: Any) -> Any:
        self.left -= 1
        if self.left < 0:
            raise Crash
        return getattr(InMemoryStorage, name)(self, *arguments, **options)


for _name in ("create_new_trial", "set_trial_param", "set_trial_state_values", "set_trial_user_attr", "set_trial_system_attr"):
    setattr(Fragile, _name, lambda self, *a, _name=_name, **o: self._write(_name, *a, **o))


@pytest.fixture
def earlier_programs_are_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs that stand for killed ones run in this process, which lives."""
    monkeypatch.setattr(Session, "alive", lambda self: {k[8:]: False for k in self.study.user_attrs if k.startswith("session.")})


def search(storage: optuna.storages.BaseStorage, asked: Request) -> optuna.Study:
    program = Search(storage, "killed", asked, AtOnce())
    program.run()
    return program.study


def found_once(study: optuna.Study, record: Path, trials: int) -> None:
    """Every trial is there once, with the value of its own graph, and nothing is left over."""
    trials_of = study.get_trials()
    assert [t.number for t in trials_of] == list(range(len(trials_of)))
    assert {t.state for t in trials_of} <= {TrialState.COMPLETE, TrialState.PRUNED}
    measured = [t for t in trials_of if t.state == TrialState.COMPLETE and EQUALS not in t.user_attrs]
    assert len(measured) == trials
    assert len({t.user_attrs["claim"]["graph"] for t in measured}) == trials
    for trial in measured:
        assert trial.value == value(trial.params["a"], trial.params["b"])
        assert counts(record, "end")[trial.value] >= 1


@pytest.mark.usefixtures("earlier_programs_are_dead")
def test_death_at_every_write(tmp_path: Path) -> None:
    writes = 0
    while True:
        record = tmp_path / f"record{writes}"
        asked = request(Recorded(str(record)), TRIALS, "a=1:6", "b=1:6", "idle=0:2")
        storage = Fragile()
        storage.left = writes
        try:
            search(storage, asked)
            break
        except Crash:
            pass
        storage.left = float("inf")
        found_once(search(storage, asked), record, TRIALS)
        # What was measured and not yet told when the program died is measured again, nothing else.
        assert sum(counts(record, "end").values()) <= TRIALS + 1
        writes += 1
    assert writes > 7 * TRIALS


def test_a_program_that_is_killed(tmp_path: Path) -> None:
    storage, record, trials = tmp_path / "journal.log", tmp_path / "record", 14
    helper = Path(sys.modules["searching"].__file__ or "")
    line = [sys.executable, str(helper), str(storage), str(record), str(trials), "0.25"]
    for until in (3, 8):  # measurements that are through when the program is killed
        with subprocess.Popen(line) as program:
            try:
                wait_for(lambda until=until: sum(counts(record, "end").values()) >= until and in_the_middle(record), program)
                program.send_signal(signal.SIGKILL)
            finally:
                program.kill()
            program.wait()
        workers = {process for _, _, process in lines(record)}
        wait_for(lambda workers=workers: not any(map(runs, workers)), None)
    assert subprocess.run(line, timeout=120).returncode == 0
    asked = request(Recorded(str(record), 0.25), trials)
    study = open_study(open_storage(str(storage)), "killed", asked)
    found_once(study, record, trials)
    assert set(counts(record, "end")) == {int(t.value) for t in study.get_trials() if t.state == TrialState.COMPLETE}
    # Each kill leaves at most two measurements half done or not told, one for each process.
    assert sum(counts(record, "begin").values()) <= trials + 4
    assert sum(counts(record, "begin").values()) > trials


def in_the_middle(record: Path) -> bool:
    return sum(counts(record, "begin").values()) > sum(counts(record, "end").values())


def runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{process}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def wait_for(condition: Any, program: subprocess.Popen[bytes] | None) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert program is None or program.poll() is None, "the program ended by itself"
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.01)
