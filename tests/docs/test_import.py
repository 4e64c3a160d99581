"""docs/import.md: its models are imported, its commands print what stands there, and the spec that it shows is the one written."""

from __future__ import annotations

from pathlib import Path

import pytest
from pages import examples, run_commands, write_files

EXAMPLES = examples((Path(__file__).parents[2] / "docs" / "import.md").read_text(encoding="utf-8"))


def test_it_goes_as_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    write_files(EXAMPLES, tmp_path)
    for example in EXAMPLES:
        if example.kind == "console":
            run_commands(example, capsys)
        elif example.kind == "python" and not example.note:
            exec(compile(example.text, "docs/import.md", "exec"), {})
    (shown,) = [example for example in EXAMPLES if example.word == "result"]
    assert (tmp_path / "labels.yaml").read_text(encoding="utf-8") == shown.text
