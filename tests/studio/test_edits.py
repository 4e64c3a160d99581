"""Questions that change the text of a draft."""

from __future__ import annotations

from typing import Any

import pytest

import archdsl
from archdsl.errors import InputError
from archdsl.ops import OPERATORS
from archdsl.spec.locate import zoo
from archdsl.studio import edits
from archdsl.studio.questions import QUESTIONS

TEXT = (zoo() / "dpnet.yaml").read_text(encoding="utf-8")
ROW = TEXT.splitlines().index("        - [dp_a,             72,   24,  false, relu,   1]")


class Silent:
    def part(self, name: str, value: Any) -> None:
        raise AssertionError(name)

    def progress(self, share: float, words: str = "") -> None:
        raise AssertionError(words)


def asked(name: str, text: str = TEXT, settings: dict[str, str] | None = None, **given: Any) -> Any:
    return QUESTIONS[name].answer({"draft": {"text": text, "settings": settings or {}}, **given}, Silent())


def test_a_row_moves_and_comes_back() -> None:
    down = asked("edit.move", line=ROW, by=1)
    assert down["line"] == ROW + 1
    assert asked("edit.move", down["text"], line=ROW + 1, by=-1)["text"] == TEXT
    assert asked("edit.move", line=ROW, to=ROW + 1, side="after")["text"] == down["text"]


def test_a_row_is_doubled_and_deleted() -> None:
    twice = asked("edit.duplicate", line=ROW)
    assert twice["line"] == ROW + 1
    assert archdsl.loads(twice["text"]).cost().macs > archdsl.load("dpnet").cost().macs
    assert asked("edit.delete", twice["text"], line=ROW + 1)["text"] == TEXT


def test_a_stage_moves_with_its_rows_and_a_box_with_its_steps() -> None:
    lines = TEXT.splitlines(keepends=True)
    first, second, third = (lines.index(f"        - {{stage: stage{number}}}\n") for number in (1, 2, 3))
    stages = ["".join(lines[first:second]), "".join(lines[second:third])]
    moved = asked("edit.move", line=first, stage=True, to=second, toStage=True, side="after")
    assert moved["text"] == TEXT.replace("".join(stages), "".join(reversed(stages)))
    assert moved["line"] == first + third - second
    steps = "net:\n  - conv: 8\n  - norm\n  - relu\n  - pool\n"
    assert (
        asked("edit.move", steps, line=1, lastLine=3, lastColumn=4, by=1)["text"]
        == "net:\n  - pool\n  - conv: 8\n  - norm\n  - relu\n"
    )


def test_a_block_of_another_file_brings_its_import() -> None:
    made = asked("edit.insert", line=ROW, word="residual_basic" if "residual_basic" in edits.zoo_blocks() else "ghost_module")
    assert made["text"].count("blocks/") == TEXT.count("blocks/") + 1
    assert made["text"].splitlines()[made["line"]].startswith("        - [")


def test_what_the_palette_holds_can_be_put_in() -> None:
    groups = {group["name"]: group["words"] for group in asked("palette")}
    assert {word["word"] for word in groups["operators"]} == set(OPERATORS)
    assert {"dp_a", "dp_b"} <= {word["word"] for word in groups["blocks/partial"]}
    steps = "import: [blocks/mobile]\ninput: [4, 16, 16]\nnet:\n  - relu\n"
    for words in groups.values():
        for word in words:
            made = asked("edit.insert", steps, line=3, word=word["word"])
            assert word["word"] in made["text"].splitlines()[made["line"]]
    for word in ("bottleneck", "conv", "opaque"):
        built = asked("edit.insert", steps, line=3, word=word)["text"]
        assert archdsl.loads(built).cost().macs is not None


def test_settings_are_kept_and_tables_aligned() -> None:
    kept = asked("edit.keep", settings={"width": "1/2"})["text"]
    assert archdsl.loads(kept).cost().macs == archdsl.load("dpnet", width=0.5).cost().macs
    assert asked("edit.format", TEXT.replace("480,  112", "48, 112"))["text"] == TEXT.replace("480,  112", " 48,  112")


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("edit.move", {"line": -1, "by": 1}, "'line' is a line"),
        ("edit.move", {"line": True, "by": 1}, "'line' is a line"),
        ("edit.move", {"line": ROW, "by": 2}, "by -1 or 1"),
        ("edit.move", {"line": ROW, "to": ROW + 1, "side": "beside"}, "before or after"),
        ("edit.move", {"line": ROW, "to": ROW + 1, "toLastLine": "x"}, "'toLastLine' is a line"),
        ("edit.insert", {"line": ROW, "word": "dp_c"}, "no operator or block 'dp_c'"),
        ("edit.insert", {"line": ROW, "word": 3}, "named by its word"),
        ("edit.delete", {"line": 0}, "line 1 is no step"),
    ],
)
def test_what_comes_from_outside_is_checked(name: str, given: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        asked(name, **given)
