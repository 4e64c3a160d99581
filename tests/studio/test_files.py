"""Files are saved whole, and never over what the page has not seen."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest
from asking import TINY, Silent, here

from archdsl.errors import ArchdslError, InputError
from archdsl.spec.locate import zoo, zoo_names
from archdsl.studio import files
from archdsl.studio.files import digest, listed, read, save

TELL = Silent()


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(TINY)
    return path


def saved(path: Path, text: str, expected: str) -> dict[str, object]:
    return save({"file": path.name, "text": text, "expected": expected, **here(path.parent)}, TELL)


def test_what_is_read_is_saved_and_keeps_its_mode(mine: Path) -> None:
    mine.chmod(0o640)
    found = read({"file": "mine.yaml", **here(mine.parent)}, TELL)
    assert found == {"file": "mine.yaml", "text": TINY, "digest": digest(TINY.encode())}
    told = saved(mine, TINY + "# more\n", found["digest"])
    assert told["saved"]
    assert mine.read_text() == TINY + "# more\n"
    assert told["digest"] == digest(mine.read_bytes())
    assert stat.S_IMODE(mine.stat().st_mode) == 0o640
    assert os.listdir(mine.parent) == ["mine.yaml"]


def test_a_file_that_changed_meanwhile_is_not_written(mine: Path) -> None:
    expected = digest(mine.read_bytes())
    mine.write_text("theirs\n")
    told = saved(mine, "mine\n", expected)
    assert told == {"saved": False, "file": "mine.yaml", "theirs": "theirs\n", "digest": digest(b"theirs\n")}
    assert mine.read_text() == "theirs\n"
    assert saved(mine, "merged\n", str(told["digest"]))["saved"]
    assert mine.read_text() == "merged\n"


def test_a_file_that_went_or_came_meanwhile_is_told(mine: Path) -> None:
    expected = digest(mine.read_bytes())
    assert saved(mine, "new\n", "")["theirs"] == TINY
    mine.unlink()
    told = saved(mine, "mine\n", expected)
    assert (told["saved"], told["theirs"], told["digest"]) == (False, None, "")
    assert saved(mine, "mine\n", "")["saved"]


def test_of_two_who_save_at_once_one_is_told(mine: Path) -> None:
    expected = digest(mine.read_bytes())
    told: list[dict[str, object]] = []
    threads = [
        threading.Thread(target=lambda text=f"{number}\n": told.append(saved(mine, text, expected))) for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [one for one in told if one["saved"]]
    assert len(winners) == 1
    assert winners[0]["digest"] == digest(mine.read_bytes())
    assert os.listdir(mine.parent) == ["mine.yaml"]


def test_line_ends_and_mark_of_encoding_stay(mine: Path) -> None:
    mine.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    found = read({"file": "mine.yaml", **here(mine.parent)}, TELL)
    assert found["text"] == "a: 1\nb: 2\n"
    assert saved(mine, "a: 3\nb: 2\n", found["digest"])["saved"]
    assert mine.read_bytes() == b"\xef\xbb\xbfa: 3\r\nb: 2\r\n"


def test_a_link_inside_stays_a_link(mine: Path) -> None:
    link = mine.parent / "link.yaml"
    link.symlink_to(mine)
    assert saved(link, "x: 1\n", digest(mine.read_bytes()))["saved"]
    assert link.is_symlink()
    assert mine.read_text() == "x: 1\n"


def test_the_zoo_is_not_written(tmp_path: Path) -> None:
    for root, file in ((tmp_path, "zoo:dpnet"), (zoo(), "dpnet.yaml"), (zoo().parent, f"{zoo().name}/dpnet.yaml")):
        with pytest.raises(InputError, match="read, not written"):
            save({"file": file, "text": "", "expected": "", **here(root)}, TELL)
    assert read({"file": "zoo:dpnet", **here(tmp_path)}, TELL)["text"] == (zoo() / "dpnet.yaml").read_text(encoding="utf-8")


def test_what_cannot_be_saved_or_read_is_said(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = here(mine.parent)
    for given in ({}, {"file": 3}, {"file": "mine.yaml"}, {"file": "mine.yaml", "text": 1, "expected": ""},
                  {"file": "mine.yaml", "text": "x"}, {"file": "mine.yaml", "text": "\ud800", "expected": digest(mine.read_bytes())},
                  {"file": "../x.yaml", "text": "", "expected": ""}, {"file": "x.py", "text": "", "expected": ""}):  # fmt: skip
        with pytest.raises(InputError):
            save({**given, **root}, TELL)
    for file in ("missing.yaml", "zoo:../x", "../x.yaml", None):
        with pytest.raises(InputError):
            read({"file": file, **root}, TELL)
    (mine.parent / "bytes.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(ArchdslError, match="UTF-8"):
        read({"file": "bytes.yaml", **root}, TELL)
    monkeypatch.setattr(files, "LARGEST", 10)
    with pytest.raises(InputError, match="larger"):
        read({"file": "mine.yaml", **root}, TELL)
    with pytest.raises(InputError, match="at most"):
        save({"file": "new.yaml", "text": "x" * 11, "expected": "", **root}, TELL)
    assert not (mine.parent / "new.yaml").exists()


def test_a_file_in_a_new_folder_makes_it(mine: Path) -> None:
    assert save({"file": "deep/er/new.yaml", "text": TINY, "expected": "", **here(mine.parent)}, TELL)["saved"]
    assert (mine.parent / "deep" / "er" / "new.yaml").read_text() == TINY
    found = listed(here(mine.parent), TELL)
    assert [one["file"] for one in found["files"]] == ["mine.yaml", "deep/er/new.yaml"]
    assert found["folders"] == ["deep", "deep/er"]
    assert found["zoo"] == zoo_names()
