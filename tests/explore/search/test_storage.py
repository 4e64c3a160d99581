"""Where studies are kept: journals that outlive their writers, databases, and clear errors."""

from __future__ import annotations

import json
import os
import random
import sys
import threading
import urllib.request
from pathlib import Path

import pytest
from searching import AtOnce, Recorded, counts, request

from archdsl.errors import BackendError, InputError
from archdsl.explore.search import dashboard
from archdsl.explore.search.journal import Journal
from archdsl.explore.search.run import Search
from archdsl.explore.search.storage import kept, open_storage, shown


def test_a_line_that_was_not_finished_is_cut_off(tmp_path: Path) -> None:
    path, record = tmp_path / "journal.log", tmp_path / "record"
    asked = request(Recorded(str(record)), 3)
    Search(open_storage(str(path)), "study", asked, AtOnce()).run()
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"op_code":8,"worker_id":"x","tri')
    storage = open_storage(str(path))
    assert path.read_bytes() == whole
    asked = request(Recorded(str(record)), 5)
    Search(storage, "study", asked, AtOnce()).run()
    assert sum(counts(record, "begin").values()) == 5
    assert all(json.loads(line) for line in path.read_text().splitlines())


def test_a_lock_that_a_killed_program_left_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "journal.log"
    journal = Journal(path)
    os.symlink(path, f"{path}.lock")
    journal.lock.grace_period = 0.1
    journal.append_logs([{"a": 1}])
    assert path.read_text() == '{"a":1}\n'
    assert not Path(f"{path}.lock").is_symlink()


def test_a_disk_that_is_full_leaves_no_half_of_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path / "journal.log")
    journal.append_logs([{"a": 1}])
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, data: real(file, data[:3]))
    with (
        pytest.raises(InputError, match=r"the storage journal.log failed: No space left on device; the same command goes on"),
        kept("journal.log"),
    ):
        journal.append_logs([{"b": 2}])
    assert journal.path.read_text() == '{"a":1}\n'


@pytest.mark.parametrize(
    ("place", "kind", "message"),
    [
        ("spec.yaml", InputError, "spec.yaml is no journal of a search; choose another file with --storage"),
        ("other.json", InputError, "other.json is no journal of a search; choose another file with --storage"),
        (".", InputError, ". is a folder; --storage takes a file or the URL of a database"),
        ("no/where.log", InputError, "there is no folder no"),
        (
            "web://host/a",
            InputError,
            "'web://host/a' is no URL of a storage; write postgresql://, mysql://, sqlite:/// or the path",
        ),
        ("://", InputError, "'://…' is no URL of a storage"),
        (
            "sqlite:///no/where.db",
            InputError,
            "the storage sqlite:///no/where.db cannot be reached: unable to open database file",
        ),
    ],
)
def test_what_is_no_storage(
    place: str, kind: type[Exception], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("spec.yaml").write_text("input: [3, 8, 8]\n")
    Path("other.json").write_text('{"a": 1}\n')
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(kind) as error:
        open_storage(place)
    assert str(error.value).startswith(message)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("scheme", "module", "package"),
    [("postgresql", "psycopg", "psycopg[binary]"), ("mysql", "MySQLdb", "mysqlclient"), ("mysql+pymysql", "pymysql", "pymysql")],
)
def test_a_driver_that_is_not_installed(scheme: str, module: str, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(BackendError) as error:
        open_storage(f"{scheme}://me:secret@127.0.0.1:1/a")
    place = f"{scheme}://me:***@127.0.0.1:1/a"
    assert str(error.value) == f"the storage {place} needs a driver that is not installed: pip install '{package}'"


def test_a_password_is_not_shown() -> None:
    assert shown("mysql://me:secret@host/a") == "mysql://me:***@host/a"
    assert shown("a/file.log") == "a/file.log"


def test_the_dashboard_serves_a_study_to_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "journal.log"
    asked = request(Recorded(str(tmp_path / "record")), 2)
    Search(open_storage(str(path)), "shown", asked, AtOnce()).run()
    servers: list[dashboard._Server] = []
    monkeypatch.setattr(dashboard._Server, "server_activate", lambda self: (servers.append(self), self.socket.listen(5)))
    thread = threading.Thread(target=dashboard.serve, args=(str(path), 0, print), daemon=True)
    thread.start()
    try:
        while not servers:
            thread.join(0.01)
        host, port = servers[0].server_address[:2]
        assert host == "127.0.0.1"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/studies", timeout=30) as answer:
            found = json.load(answer)
        assert [study["study_name"] for study in found["study_summaries"]] == ["shown"]
        with pytest.raises(InputError, match=f"port {port} cannot be used: .*; choose another with --port"):
            dashboard.serve(str(path), int(port), print)
    finally:
        servers[0].shutdown()
        thread.join(timeout=10)
    assert f"{path} at http://127.0.0.1:" in capsys.readouterr().out
    with pytest.raises(InputError, match=r"no such file: nowhere\.log"):
        dashboard.serve("nowhere.log", 0, print)


def journal_of(tmp_path: Path) -> Path:
    """The journal of a search of three trials."""
    path = tmp_path / "journal.log"
    Search(open_storage(str(path)), "study", request(Recorded(str(tmp_path / "record")), 3), AtOnce()).run()
    return path


FOREIGN = (
    b"hello",
    b"",
    b"{}",
    b"[1]",
    b"null",
    b'{"op_code":99,"worker_id":"x"}',
    b'{"op_code":8,"trial_id":0}',
    b"\xff\xfe",
    b"[" * 5000,
)
FOREIGN += (b'{"op_code":true,"worker_id":"x"}', b'{"op_code":8,"worker_id":"x","trial_id":-1,"user_attr":{"a":1}}')
FOREIGN += (b'{"op_code":5,"worker_id":"x","trial_id":0,"param_name":"a","param_value_internal":1,"distribution":"?"}',)


@pytest.mark.parametrize("line", FOREIGN)
def test_a_foreign_line_is_named_and_the_file_stays_as_it_is(tmp_path: Path, line: bytes) -> None:
    path = journal_of(tmp_path)
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([*lines[:5], line, *lines[5:-1], b'{"op_code":8,"wor']))
    before = path.read_bytes()
    with pytest.raises(InputError, match=r"journal\.log:6: the journal of a search is damaged: line 6 .*; nothing was changed"):
        open_storage(str(path))
    assert path.read_bytes() == before


def test_shuffled_lines_never_crash_and_change_nothing(tmp_path: Path) -> None:
    path = journal_of(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    dice = random.Random(13)
    refused = 0
    for _ in range(60):
        shuffled = lines.copy()
        if dice.random() < 0.5:
            first, second = sorted(dice.sample(range(len(lines)), 2))
            shuffled[first], shuffled[second] = shuffled[second], shuffled[first]
        else:
            dice.shuffle(shuffled)
        path.write_bytes(b"".join(shuffled))
        before = path.read_bytes()
        try:
            open_storage(str(path))
        except InputError as error:
            refused += 1
            message = str(error)
            assert "damaged" in message or "no journal" in message
        assert path.read_bytes() == before
    assert refused > 20
