"""Results appear whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from archdsl import artifacts
from archdsl.errors import InputError

KNOWN = frozenset(["a.txt", "b.txt"])


def names(place: Path) -> list[str]:
    return sorted(p.name for p in place.iterdir())


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "a.txt").write_text("old")
    with artifacts.folder(target, KNOWN) as made:
        (made / "b.txt").write_text("new")
        assert names(target) == ["a.txt"]
    assert names(target) == ["b.txt"]
    assert names(tmp_path) == ["out"]


def test_a_block_that_fails_changes_nothing(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "a.txt").write_text("old")

    def work() -> None:
        with artifacts.folder(target, KNOWN) as made:
            (made / "a.txt").write_text("new")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert (target / "a.txt").read_text() == "old"
    assert names(tmp_path) == ["out"]


def test_what_others_put_there_meanwhile_stays(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    with artifacts.folder(target, KNOWN) as made:
        (made / "a.txt").write_text("ours")
        (target / "notes.txt").write_text("theirs")
    assert names(target) == ["a.txt", "notes.txt"]


def test_a_folder_with_a_known_name_is_no_known_file(tmp_path: Path) -> None:
    (tmp_path / "out" / "a.txt").mkdir(parents=True)
    with pytest.raises(InputError, match=r"holds other files \(a\.txt\)"), artifacts.folder(tmp_path / "out", KNOWN):
        pass
    assert (tmp_path / "out" / "a.txt").is_dir()


def test_a_target_that_is_a_file_is_told_before_work_starts(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(InputError, match="is a file"), artifacts.folder(tmp_path / "out", KNOWN):
        raise AssertionError("the block ran")
    with pytest.raises(InputError, match="Not a directory"):
        artifacts.writable(tmp_path / "out" / "a.txt")
    with pytest.raises(InputError, match="is a folder"):
        artifacts.writable(tmp_path)
    with pytest.raises(InputError, match="No such file or directory"):
        artifacts.writable(tmp_path / "none" / "a.txt")
    artifacts.writable(tmp_path / "a.txt")
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_modes_are_those_of_the_umask(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        artifacts.write(tmp_path / "file", "text")
        with artifacts.folder(tmp_path / "out", KNOWN) as made:
            (made / "a.txt").write_text("")
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o666 & ~mask
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o777 & ~mask


def test_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no name of a file"):
        artifacts.write(tmp_path / "a\0b", "")
    with pytest.raises(InputError, match="too long"):
        artifacts.write(tmp_path / ("a" * 300), "")
    assert names(tmp_path) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No space left on device"), artifacts.folder(tmp_path / "out", KNOWN), \
            Path("/dev/full").open("w") as full:  # fmt: skip
        full.write("x" * 100_000)
    assert names(tmp_path) == []


def test_leftovers_of_killed_programs_are_swept_up(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from archdsl import artifacts\n"
        f"with artifacts.folder(Path({str(tmp_path)!r}) / 'out', frozenset()) as made:\n"
        "    (made / 'half').write_text('x'); os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -9
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".archdsl-")
    own = tmp_path / left.name.replace(left.name.split("-")[2], str(os.getpid()))
    own.touch()
    (tmp_path / ".archdsl-notes").touch()
    artifacts.write(tmp_path / "file", "")
    assert names(tmp_path) == sorted([own.name, ".archdsl-notes", "file"])
