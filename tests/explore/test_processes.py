"""Local processes: values as they come, errors of one item, and processes that die."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from searching import work

from archdsl.errors import BackendError, InputError
from archdsl.explore.work.processes import Processes
from archdsl.explore.work.workers import results


@pytest.fixture
def workers() -> Iterator[Processes]:
    made = Processes(work, 2, retries=1)
    yield made
    made.close()


def test_every_item_is_found_once_though_a_process_dies(workers: Processes, tmp_path: Path) -> None:
    items = [(what, str(tmp_path)) for what in ("a", "die once", "b", "c", "d")]
    assert sorted(results(workers, items)) == [(0, "a"), (1, "die once"), (2, "b"), (3, "c"), (4, "d")]


def test_an_item_fails_alone(workers: Processes, tmp_path: Path) -> None:
    for key, what in enumerate(("refuse", "break", "die", "fine")):
        workers.submit(key, (what, str(tmp_path)))
    found = {}
    while len(found) < 4:
        found |= {outcome.key: outcome for outcome in workers.wait(1)}
    assert isinstance(found[0].error, InputError)
    assert str(found[0].error) == "refused"
    assert str(found[1].error) == "KeyError: 'missing'"
    assert str(found[2].error) == "its process was ended by signal 9, 2 times"
    assert (found[3].value, found[3].error) == ("fine", None)
    with pytest.raises(BackendError, match="ended by signal 9"):
        list(results(workers, [("die", "")]))
