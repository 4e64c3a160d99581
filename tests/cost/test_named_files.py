"""Data files by name: where they are looked for, and what is said of a name that is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from archdsl.cost.named_files import NamedFiles
from archdsl.errors import InputError


def files(tmp_path: Path, **more: object) -> NamedFiles[str]:
    for name in ("shipped/one", "spec/colours/two", "work/colours/three", "work/four"):
        path = tmp_path / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return NamedFiles("colour", tmp_path / "shipped", "colours", lambda path: path.read_text(), **more)  # type: ignore[arg-type]


def test_shipped_beside_the_spec_and_by_path(tmp_path: Path) -> None:
    found = files(tmp_path)
    assert found.names == ("one",)
    assert found.load("one") == "shipped/one"
    assert found.load("two", tmp_path / "spec") == "spec/colours/two"
    assert found.load(tmp_path / "work" / "four.yaml") == "work/four"


def test_the_working_folder_where_the_kind_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = files(tmp_path, working=("colours", "."))
    monkeypatch.chdir(tmp_path / "work")
    assert found.load("three") == "work/colours/three"
    assert found.load("four") == "work/four"
    with pytest.raises(InputError, match="no colour 'three'"):
        files(tmp_path).load("three")


def test_what_is_shipped_is_read_once_and_other_files_anew(tmp_path: Path) -> None:
    found = files(tmp_path)
    for name, path, after in (("one", "shipped/one", "shipped/one"), ("two", "spec/colours/two", "new")):
        found.load(name, tmp_path / "spec")
        (tmp_path / f"{path}.yaml").write_text("new")
        assert found.load(name, tmp_path / "spec") == after


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("onne", "no colour 'onne'; did you mean 'one'?"),
        ("xyz", "no colour 'xyz'; known: one, two; mix one"),
        ("a/onne.yaml", "no such file: a/onne.yaml; did you mean 'one'?"),
        ("xyz.yml", "no such file: xyz.yml; known: one, two; mix one"),
        ("n" * 5000 + ".yaml", "no such file: n"),
    ],
)
def test_a_name_that_is_none(name: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        files(tmp_path, help="; mix one").load(name, tmp_path / "spec")
    assert str(caught.value).startswith(message)


def test_the_name_of_a_shipped_file_is_taken(tmp_path: Path) -> None:
    found = files(tmp_path)
    (tmp_path / "spec" / "colours" / "one.yaml").write_text("other")
    with pytest.raises(InputError, match="'one' is the name of a shipped colour; give the file another, or its path"):
        found.load("one", tmp_path / "spec")
