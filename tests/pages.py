"""Examples on pages of the documentation: what stands in fences, and how its commands are run.

A comment before a fence says what it is: `<!-- file: NAME -->` is a file that later examples use.
In what a command prints, `…` stands for anything.
"""

from __future__ import annotations

import doctest
import re
import shlex
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import archdsl
from archdsl.cli.main import run

_FENCE = re.compile(r"(?:<!-- (?P<note>[^\n]*?) -->\n+)?```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


class Example(NamedTuple):
    """One fence: its language, the comment before it, its text, and where it begins."""

    kind: str
    note: str
    text: str
    line: int

    @property
    def word(self) -> str:
        return self.note.partition(":")[0]


def examples(text: str) -> list[Example]:
    """All fences of a page."""
    found = _FENCE.finditer(text)
    return [Example(m["kind"], m["note"] or "", m["text"], text.count("\n", 0, m.start("kind")) + 1) for m in found]


def write_files(found: list[Example], folder: Path) -> None:
    """Write the files that a page shows."""
    for example in found:
        if example.word == "file":
            path = folder / example.note.removeprefix("file:").strip()
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(example.text, encoding="utf-8")


def printed_by(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What a command prints, mistakes first, without blanks at the ends of lines."""
    code = run(shlex.split(command))
    captured = capsys.readouterr()
    assert code != 2, captured.err
    return "\n".join(line.rstrip() for line in (captured.err + captured.out).strip("\n").splitlines())


def run_commands(example: Example, capsys: pytest.CaptureFixture[str]) -> None:
    """Run the commands of a console example, and compare what they print."""
    for session in re.split(r"^\$ archdsl ", example.text, flags=re.MULTILINE)[1:]:
        command, _, printed = session.partition("\n")
        found = printed_by(command, capsys)
        pattern = ".*".join(re.escape(part) for part in printed.strip("\n").split("…"))
        assert re.fullmatch(pattern, found, re.DOTALL), found


def run_python(example: Example, names: dict[str, Any] | None = None) -> None:
    """Run a Python example as a doctest."""
    given = {"archdsl": archdsl} if names is None else names
    parsed = doctest.DocTestParser().get_doctest(example.text, given, f"line {example.line}", None, example.line)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    runner.run(parsed)
    assert runner.tries > 0
    assert runner.failures == 0
