"""Snapshots of designs outlive the server; a broken one is told and harms no other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from asking import TINY, Silent, here

import archdsl
from archdsl.errors import InputError
from archdsl.studio import snapshots

TELL = Silent()


def kept(root: Path, text: str = TINY, note: str = "a note") -> str:
    draft = {"text": text, "file": "mine.yaml", "name": "mine.yaml", "path": "", "settings": {"out": "8"}}
    return str(snapshots.add({"draft": draft, "note": note, **here(root)}, TELL)["name"])


def test_a_snapshot_is_listed_with_what_the_network_costs(tmp_path: Path) -> None:
    name = kept(tmp_path)
    (found,) = snapshots.listed(here(tmp_path), TELL)["snapshots"]
    bill = archdsl.loads(TINY, out=8).cost()
    assert found["totals"]["params"] == {"value": bill.params, "words": f"{bill.params:,}"}
    assert found["totals"]["macs"]["value"] == bill.macs
    assert (found["name"], found["note"], found["file"], found["settings"]) == (name, "a note", "mine.yaml", {"out": "8"})
    loaded = snapshots.load({"name": name, **here(tmp_path)}, TELL)
    assert loaded == {"file": "mine.yaml", "settings": {"out": "8"}, "text": TINY, "note": "a note"}


def test_notes_change_and_snapshots_go(tmp_path: Path) -> None:
    first, second = kept(tmp_path), kept(tmp_path, note="<script>alert(1)</script>\u202e")
    snapshots.note({"name": first, "note": " better ", **here(tmp_path)}, TELL)
    found = {one["name"]: one["note"] for one in snapshots.listed(here(tmp_path), TELL)["snapshots"]}
    assert found == {first: "better", second: "<script>alert(1)</script>\u202e"}
    snapshots.delete({"name": first, **here(tmp_path)}, TELL)
    assert [one["name"] for one in snapshots.listed(here(tmp_path), TELL)["snapshots"]] == [second]
    for question in (snapshots.load, snapshots.note, snapshots.delete):
        with pytest.raises(InputError, match="no such snapshot"):
            question({"name": first, **here(tmp_path)}, TELL)


def test_a_draft_with_mistakes_is_kept_too(tmp_path: Path) -> None:
    name = kept(tmp_path, "net: [nothing]")
    (found,) = snapshots.listed(here(tmp_path), TELL)["snapshots"]
    assert found["totals"] == {}
    assert snapshots.load({"name": name, **here(tmp_path)}, TELL)["text"] == "net: [nothing]"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"archdsl-snapshot": 1}',
        '{"archdsl-snapshot": 1, "draft": {"settings": {"a": 1}}}',
        "[" * 9999,
        "\xff",
    ],
)
def test_broken_files_are_told_and_can_be_deleted(tmp_path: Path, content: str) -> None:
    name = kept(tmp_path)
    broken = tmp_path / ".archdsl" / "snapshots" / "20260101-000000-00000000.json"
    broken.write_bytes(content.encode("latin-1"))
    (broken.parent / "notes.json").write_text("of somebody else")
    found = snapshots.listed(here(tmp_path), TELL)
    assert [one["name"] for one in found["snapshots"]] == [name]
    assert [one["name"] for one in found["broken"]] == [broken.stem]
    snapshots.delete({"name": broken.stem, **here(tmp_path)}, TELL)
    assert snapshots.listed(here(tmp_path), TELL)["broken"] == []


def test_their_number_size_and_place_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("../x", "", None, 3, "20260101-000000-0000000/", "20260101-000000-00000000\n"):
        with pytest.raises(InputError):
            snapshots.load({"name": name, **here(tmp_path)}, TELL)
    for note in (3, "x" * 2001):
        with pytest.raises(InputError, match="note"):
            kept(tmp_path, note=note)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="at most"):
        kept(tmp_path, "#" * 4_000_001)
    kept(tmp_path)
    monkeypatch.setattr(snapshots, "MOST", 1)
    with pytest.raises(InputError, match="delete some"):
        kept(tmp_path)


def test_a_link_that_leads_out_keeps_nothing(tmp_path: Path) -> None:
    root, outside = tmp_path / "specs", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / ".archdsl").symlink_to(outside)
    with pytest.raises(InputError, match="leads out"):
        kept(root)
    assert list(outside.iterdir()) == []


def test_a_file_of_a_snapshot_is_readable(tmp_path: Path) -> None:
    name = kept(tmp_path, note="größer")
    text = (tmp_path / ".archdsl" / "snapshots" / f"{name}.json").read_text(encoding="utf-8")
    assert "größer" in text
    assert json.loads(text)["draft"]["text"] == TINY
