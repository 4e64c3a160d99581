"""docs/tutorial.md: its files build, its commands print what stands there, its picture is what its command draws."""

from __future__ import annotations

from pathlib import Path

import pytest
from pages import examples, run_commands, run_python, write_files

from archdsl.viz.layout import find_engine

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = examples((DOCS / "tutorial.md").read_text(encoding="utf-8"))


def test_it_goes_as_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert {example.kind for example in EXAMPLES} == {"yaml", "console", "python"}
    write_files(EXAMPLES, tmp_path)
    for example in EXAMPLES:
        if example.kind == "console":
            run_commands(example, capsys)
        elif example.kind == "python":
            run_python(example)
    drawn, shown = (tmp_path / "half.svg").read_bytes(), (DOCS / "images" / "half.svg").read_bytes()
    assert drawn == shown or find_engine().name != "graphviz-pure", "copy half.svg of the page to docs/images"
