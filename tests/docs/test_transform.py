"""docs/transform.md: what is printed there is what the commands print."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from archdsl.cli.main import run

TEXT = (Path(__file__).parents[2] / "docs" / "transform.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL)


def test_commands_give_what_the_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shown = 0
    for block in BLOCKS:
        for line, expected in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            code = run(shlex.split(line)[1:])
            out, err = capsys.readouterr()
            lines = {each.strip() for each in (out + err).splitlines()}
            for each in expected.splitlines():
                if not set(each) & set("─") and each.strip():
                    assert each.strip() in lines, (line, each)
                    shown += 1
            assert code == (1 if "no block has" in expected else 0), line
    assert shown > 30
