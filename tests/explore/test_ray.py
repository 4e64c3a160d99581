"""A Ray cluster of two workers on this machine, which lose their lives: every item and every trial is found once.

One test, since the cluster takes longer to start than everything that is done on it.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import searching
from optuna.trial import TrialState
from searching import Recorded, counts, lines, request, value

from archdsl.errors import BackendError, InputError
from archdsl.explore.keep.keepers import Top
from archdsl.explore.search.measure import measure
from archdsl.explore.search.run import Search
from archdsl.explore.search.storage import open_storage
from archdsl.explore.spread import spread, workers_for
from archdsl.explore.work.cluster import connected
from archdsl.explore.work.workers import results

HOST = "127.0.0.1"
MEMORY = 80 * 2**20  # bytes of the object store, the least that Ray takes


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A head without processors and two nodes with one each, all of them reachable from this machine only."""
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("PYTHONPATH", str(Path(searching.__file__).parent))  # of the workers
    from ray._private import services
    from ray.cluster_utils import Cluster

    # Ray takes 127.0.0.1 for "the address that others see", where a cluster on the loopback does not listen.
    monkeypatch.setattr(services, "get_node_ip_address", lambda address=None: HOST)
    common = {"node_ip_address": HOST, "object_store_memory": MEMORY, "include_dashboard": False}
    started = Cluster(initialize_head=True, head_node_args={**common, "num_cpus": 0})
    try:
        for _ in range(2):
            started.add_node(**common, num_cpus=1)
        yield started
    finally:
        started.shutdown()


def test_workers_that_are_lost(cluster: Any, tmp_path: Path) -> None:
    _items_of_a_killed_worker_run_again(cluster, tmp_path / "items")
    _trials_of_a_killed_worker_run_again(cluster, tmp_path)
    _a_sweep_is_spread(cluster)
    _what_is_not_there_is_said(cluster)


def _items_of_a_killed_worker_run_again(cluster: Any, record: Path) -> None:
    objective = Recorded(str(record), 0.3)
    nets = [request(objective, 1).net.set(a=a) for a in range(1, 7)]

    def params(net: Any) -> float:  # travels by value
        return objective.measure(net, 0)

    with Killing(record, 1), connected(params, cluster.address) as workers:
        found = dict(results(workers, nets))
    assert found == {number: value(number + 1, 4) for number in range(len(nets))}
    assert sum(counts(record, "begin").values()) > len(nets)


def _a_sweep_is_spread(cluster: Any) -> None:
    net = request(Recorded("", 0), 1).net
    sweep = net.sweep(a=range(1, 65), b=range(1, 65), where="params > 1000")
    kept, alone = [Top(sweep.shown, 9, sweep.objective("max:macs")) for _ in range(2)]
    sweep.run([alone])
    with workers_for(None, cluster.address) as workers:
        outcome = spread(sweep, [kept], workers)
    assert (outcome.variants, kept.rows) == (64 * 64, alone.rows)


def _trials_of_a_killed_worker_run_again(cluster: Any, folder: Path) -> None:
    record, trials = folder / "record", 8
    asked = request(Recorded(str(record), 0.5), trials)
    storage = open_storage(str(folder / "journal.log"))
    with Killing(record, 3), connected(measure, cluster.address, {"cpu": 1}) as workers:
        assert workers.slots == 2
        search = Search(storage, "lost", asked, workers)
        search.run()
    found = search.study.get_trials()
    assert [trial.number for trial in found] == list(range(trials))
    assert {trial.state for trial in found} == {TrialState.COMPLETE}
    ended = counts(record, "end")
    assert sorted(ended) == sorted(int(trial.value) for trial in found)
    assert set(ended.values()) == {1}
    twice = [value for value, times in counts(record, "begin").items() if times > 1]
    assert len(twice) == 1
    assert len({process for _, _, process in lines(record)}) >= 3


def _what_is_not_there_is_said(cluster: Any) -> None:
    with pytest.raises(InputError, match="no machine of the cluster has 1 gpu; the largest has 1 cpu and 0 gpu"):
        connected(abs, cluster.address, {"gpu": 1}).__enter__()

    def die(item: int) -> None:
        os._exit(item)

    with pytest.raises(BackendError, match="its worker was lost: "), connected(die, cluster.address, retries=0) as workers:
        list(results(workers, [1]))


class Killing:
    """Kills the worker that begins the n-th measurement that is written down, in its middle."""

    def __init__(self, record: Path, number: int):
        self.thread = threading.Thread(target=self._kill, args=(record, number), daemon=True)
        self.ended = False

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: Any) -> None:
        self.ended = True
        self.thread.join(timeout=5)

    def _kill(self, record: Path, number: int) -> None:
        while not self.ended:
            begun = [process for word, _, process in lines(record) if word == "begin"]
            if len(begun) >= number:
                os.kill(begun[number - 1], signal.SIGKILL)
                return
            time.sleep(0.01)
