"""README.md and docs/commands.md: examples print what stands there, every command is listed, links lead somewhere, times have dates."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from pages import Example, examples, printed_by

from archdsl.cli.main import COMMANDS

ROOT = Path(__file__).parents[2]
README, LIST, MEASURED = ROOT / "README.md", ROOT / "docs" / "commands.md", ROOT / "benchmarks" / "README.md"
PAGES = [README, MEASURED, *sorted((ROOT / "docs").glob("*.md"))]
SPEC = examples(README.read_text(encoding="utf-8"))[0]
_FENCES = re.compile(r"^```.*?^```$|`[^`\n]*`", re.DOTALL | re.MULTILINE)
_MEASURED = re.compile(r"\b\d[\d.]*\+? (?:s|ms|MiB|GiB|MB)\b")
_DATE = re.compile(r"\b20\d\d-\d\d-\d\d\b")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder with the README's spec, and with that spec misspelt."""
    assert SPEC.text.startswith("# tiny.yaml\n")
    (tmp_path / "tiny.yaml").write_text(SPEC.text, encoding="utf-8")
    (tmp_path / "wide.yaml").write_text(SPEC.text.partition("\n")[2].replace("[bottleneck", "[bottelneck", 1), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def shown() -> list[Example]:
    found = [example for page in (README, LIST) for example in examples(page.read_text(encoding="utf-8"))]
    return [example for example in found if example.kind == "text"]


@pytest.mark.parametrize("example", shown(), ids=lambda example: f"line_{example.line}")
def test_a_command_prints_what_is_shown(example: Example, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command, _, printed = example.text.replace("\\\n", "").removeprefix("$ archdsl ").partition("\n")
    found = iter(printed_by(command, capsys).splitlines())
    for line in filter(None, map(str.rstrip, printed.splitlines())):
        assert line in found, f"{line!r} is not printed, or not in this order"


def test_the_python_examples_run() -> None:
    names: dict[str, Any] = {}
    for example in [e for e in examples(LIST.read_text(encoding="utf-8")) if e.kind == "python"]:
        exec(compile(example.text, "docs/commands.md", "exec"), names)
    assert names["s"].net.settings == {"width": Fraction(3, 4)}


def test_every_command_has_its_row() -> None:
    rows = [line for line in LIST.read_text(encoding="utf-8").splitlines() if line.startswith("| `archdsl ")]
    named = " ".join(row.split(" | ")[0] for row in rows)
    assert [name for name in COMMANDS if not re.search(rf"\b{name}\b", named)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = _FENCES.sub("", page.read_text(encoding="utf-8"))
    links = [link for link in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_measurements_carry_their_date(page: Path) -> None:
    """A section that names a time or a size that was measured names the day."""
    for section in re.split(r"^#+ |^\*\*", _FENCES.sub("", page.read_text(encoding="utf-8")), flags=re.MULTILINE):
        found = _MEASURED.findall(section)
        assert not found or _DATE.search(section), f"{section.splitlines()[0]}: {found} without a date"
