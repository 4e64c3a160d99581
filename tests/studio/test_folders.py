"""No name of a file leads out of the folders."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from asking import TINY, Silent, here

from archdsl.errors import InputError
from archdsl.spec.locate import zoo
from archdsl.studio import folders as module
from archdsl.studio.answer import answer
from archdsl.studio.folders import Folders, shipped


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "specs"
    (made / "sub").mkdir(parents=True)
    (made / "mine.yaml").write_text(TINY)
    (made / "sub" / "other.yml").write_text(TINY)
    (tmp_path / "outside.yaml").write_text("secret")
    return made


@pytest.mark.parametrize(
    "name",
    [
        "../outside.yaml", "sub/../../outside.yaml", "/etc/passwd.yaml", "..", "", ".", "sub//other.yml", "./mine.yaml", "sub/./other.yml",
        "mine.yaml\0", "mi\0ne.yaml", "..\\outside.yaml", "C:\\x.yaml", "C:x.yaml", ".hidden.yaml", ".archdsl/x.yaml", "mine.txt",
        "mine.yaml/",
        "passwd", "a" * 500 + ".yaml", "zoo:dpnet.yaml", "new\nline.yaml", "mine.yaml.", "\u202eliam.yaml",
    ],
)  # fmt: skip
def test_names_that_lead_elsewhere_are_refused(root: Path, name: str) -> None:
    with pytest.raises(InputError):
        Folders([root]).resolve(name)


@pytest.mark.parametrize("name", [None, 7, ["mine.yaml"], {"mine.yaml": 1}])
def test_a_name_is_a_text(root: Path, name: object) -> None:
    with pytest.raises(InputError):
        Folders([root]).resolve(name)  # type: ignore[arg-type]


def test_names_that_stay_inside_are_found(root: Path) -> None:
    found = Folders([root])
    for name in ("mine.yaml", "sub/other.yml", "new.yaml", "Größe 2.yaml", "new folder/deep/new.yaml"):
        assert found.resolve(name) == root / name
        assert found.name_of(found.resolve(name)) == name
    with pytest.raises(InputError, match="not below"):
        found.name_of(root.parent / "outside.yaml")


def test_links_that_lead_out_are_refused(root: Path) -> None:
    (root / "link.yaml").symlink_to(root.parent / "outside.yaml")
    (root / "out").symlink_to(root.parent)
    (root / "circle.yaml").symlink_to(root / "circle.yaml")
    (root / "inside.yaml").symlink_to(root / "mine.yaml")
    found = Folders([root])
    for name in ("link.yaml", "out/outside.yaml", "out/new.yaml", "circle.yaml"):
        with pytest.raises(InputError):
            found.resolve(name)
    assert found.resolve("inside.yaml") == root / "mine.yaml"
    assert [one.file for one in found.specs()[0]] == ["inside.yaml", "mine.yaml", "sub/other.yml"]


def test_what_is_no_file_is_refused_and_never_waited_for(root: Path) -> None:
    os.mkfifo(root / "pipe.yaml")
    (root / "folder.yaml").mkdir()
    (root / "null.yaml").symlink_to("/dev/null")
    found = Folders([root])
    for name in ("pipe.yaml", "folder.yaml", "null.yaml"):
        with pytest.raises(InputError):
            found.resolve(name)
    assert [one.file for one in found.specs()[0]] == ["mine.yaml", "sub/other.yml"]


def test_of_several_folders_the_name_says_which(tmp_path: Path) -> None:
    roots = [tmp_path / "a" / "specs", tmp_path / "b" / "specs"]
    for root in roots:
        root.mkdir(parents=True)
        (root / "net.yaml").write_text(root.parent.name)
    found = Folders(roots)
    assert [one.file for one in found.specs()[0]] == ["specs/net.yaml", "specs 2/net.yaml"]
    assert [found.resolve(one.file).read_text() for one in found.specs()[0]] == ["a", "b"]
    (roots[1] / "empty").mkdir()
    assert found.walk().folders == ["specs", "specs 2", "specs 2/empty"]
    assert found.name_of(roots[1] / "net.yaml") == "specs 2/net.yaml"
    for name in ("net.yaml", "c/net.yaml", "specs/../specs 2/net.yaml"):
        with pytest.raises(InputError):
            found.resolve(name)
    with pytest.raises(InputError, match="no folder"):
        Folders([tmp_path / "missing"])


def test_a_list_is_bounded_and_leaves_out_what_nobody_wants(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for hidden in (".git", "node_modules", "sub/__pycache__", "venv"):
        (root / hidden).mkdir()
        (root / hidden / "no.yaml").write_text("")
    (root / "venv" / "pyvenv.cfg").write_text("")
    (root / "<img src=x onerror=alert(1)>.yaml").write_text("")
    (root / "bell\a.yaml").write_text("")
    (root / "bell\a").mkdir()
    assert Folders([root]).walk().folders == ["sub", "venv"]
    found, more = Folders([root]).specs()
    assert [one.file for one in found] == ["mine.yaml", "sub/other.yml"]
    assert not more
    monkeypatch.setattr(module, "MOST_FILES", 1)
    found, more = Folders([root]).specs()
    assert [one.file for one in found] == ["mine.yaml"]
    assert more
    monkeypatch.undo()
    monkeypatch.setattr(module, "DEEPEST", 0)
    assert Folders([root]).specs() == (found, True)


def test_shipped_specs_are_found_by_name() -> None:
    assert shipped("dpnet") == zoo() / "dpnet.yaml"
    assert shipped("blocks/mobile") == zoo() / "blocks" / "mobile.yaml"
    for name in ("../archdsl/x", "nothing", "/dpnet", ""):
        with pytest.raises(InputError):
            shipped(name)


def test_an_import_from_outside_is_a_mistake_of_the_draft(root: Path) -> None:
    (root.parent / "stolen.yaml").write_text("blocks: {stolen: {body: [relu]}}\n")
    (root / "linked.yaml").symlink_to(root.parent / "stolen.yaml")
    for target in ("../stolen", "/etc/passwd", str(root.parent / "stolen"), "linked"):
        draft = {"text": f"import: [{target!r}]\n{TINY}", "name": "mine.yaml", "path": str(root / "mine.yaml")}
        found = answer({"draft": draft, **here(root)}, Silent())
        assert not found["whole"]
        assert "import" in str(found["problems"]) or "link" in str(found["problems"])
        assert "stolen: {body" not in str(found)
