"""docs/language.md: every example runs, every error message is the one that comes, and the generated parts are fresh.

A ```yaml block is a whole spec, unless a comment before it says otherwise:

    <!-- file: blocks/my.yaml -->    a file that other examples import, extend or name
    <!-- fragment: net -->           steps, put under `net:`; further top-level keys may follow a bar: `net | knobs: {w: 1}`
    <!-- fragment: top -->           top-level keys; `input` and `net` are put in where they are missing
    <!-- error -->                   a spec that fails with the ```text block that follows

All files of the page lie in one folder, in which ```console and ```python (doctest) examples run. In what a command prints, `…`
stands for anything.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from pages import Example, examples, run_commands, run_python, write_files

import archdsl
from archdsl.documentation.reference import renew

PAGE = Path(__file__).parents[2] / "docs" / "language.md"
TEXT = PAGE.read_text(encoding="utf-8")
_DEFAULTS = {
    "input": "input: [16, 32, 32]",
    "import": "import: [blocks/mobile, blocks/partial, blocks/residual]",
    "net": "net: identity",
}


EXAMPLES = examples(TEXT)


def _of(kind: str, *words: str) -> list[ParameterSet]:
    """Examples of a kind, and of the given words of their notes where there are any."""
    return [pytest.param(e, id=f"line_{e.line}") for e in EXAMPLES if e.kind == kind and (not words or e.word in words)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder with all files of the page."""
    write_files(EXAMPLES, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _whole(example: Example) -> str:
    """The spec that a fragment stands for."""
    part, _, more = example.note.removeprefix("fragment:").partition("|")
    body = example.text if part.strip() == "top" else "net:\n" + "".join(f"  {line}\n" for line in example.text.splitlines())
    text = f"{body}\n{more.strip()}\n"
    keys = {line.partition(":")[0] for line in text.splitlines() if re.match(r"\w+:", line)}
    rest = {} if "extends" in keys else {key: line for key, line in _DEFAULTS.items() if key not in keys}
    return text + "".join(f"{line}\n" for line in rest.values())


@pytest.mark.parametrize("example", _of("yaml", "", "file", "fragment"))
def test_spec_is_built(example: Example, folder: Path) -> None:
    path = folder / "example.yaml"
    if example.word == "file":
        path = folder / example.note.removeprefix("file:").strip()
        if path.parent != folder:
            return  # a library of blocks: built by the examples that import it
    else:
        path.write_text(_whole(example) if example.word == "fragment" else example.text, encoding="utf-8")
    assert archdsl.load(path).cost().params >= 0


@pytest.mark.parametrize("example", _of("yaml", "error"))
def test_error_is_as_printed(example: Example, folder: Path) -> None:
    printed = EXAMPLES[EXAMPLES.index(example) + 1]
    assert printed.kind == "text"
    (folder / "net.yaml").write_text(example.text, encoding="utf-8")
    with pytest.raises(archdsl.SpecError) as caught:
        archdsl.load("net.yaml").graph()
    assert str(caught.value) == printed.text.rstrip("\n")


@pytest.mark.parametrize("example", _of("console"))
def test_command_prints_what_the_page_says(example: Example, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_commands(example, capsys)


@pytest.mark.parametrize("example", _of("python"))
def test_python_gives_what_the_page_says(example: Example, folder: Path) -> None:
    run_python(example)


def test_generated_parts_are_fresh() -> None:
    assert renew(TEXT) == TEXT, "run: python -m archdsl.documentation.reference docs/language.md"


def test_every_example_is_of_a_kind_that_is_checked() -> None:
    known = {"yaml": {"", "file", "fragment", "error"}, "console": {""}, "python": {""}, "text": {""}}
    assert [e for e in EXAMPLES if e.word not in known.get(e.kind, set())] == []


def test_every_key_has_its_place_on_the_page() -> None:
    from archdsl.spec.read_file import KEYS
    from archdsl.spec.read_modifiers import MODIFIERS
    from archdsl.spec.read_parameters import TYPES
    from archdsl.spec.read_steps import STRUCTURE

    missing = [word for word in (*KEYS, *TYPES, *MODIFIERS, *STRUCTURE) if f"`{word}" not in TEXT]
    assert missing == []
