"""One spec with everything in it that a terminal, a page or a parser could take for its own, through every command and form."""

from __future__ import annotations

import ast
import json
import unicodedata
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from archdsl.artifacts import json_text
from archdsl.cli.main import run
from archdsl.errors import SpecError, clip, visible
from archdsl.net import load

HOSTILE = 'x\\x1b[31mR\\x07\\u202eL\\u2066I\\0Z</script><b>\\"\\"\\"\\\\\\n--&'
SPEC = f"""archdsl: 1
name: "{HOSTILE}"
doc: "{HOSTILE}"
source: "{HOSTILE}"
input: [3, 16, 16]
knobs:
  mode: {{default: "{HOSTILE}", choices: ["{HOSTILE}", other], doc: "{HOSTILE}", reading: true}}
  k: {{default: 3, range: [1, 9], doc: "{HOSTILE}"}}
blocks:
  b:
    doc: "{HOSTILE}"
    args: {{t: any, out: 8}}
    body:
      - conv: {{out: $out, kernel: $k, padding: same}}
      - {{relu: , name: "{HOSTILE}"}}
net:
  - {{conv: 8, name: "{HOSTILE}", as: "{HOSTILE}"}}
  - stage: "{HOSTILE}"
    body:
      - b: {{t: $mode}}
  - table:
      columns: [op, t, out]
      rows:
        - {{stage: "{HOSTILE}"}}
        - [b, "{HOSTILE}", 8]
        - [b, "q{HOSTILE}", 16]
  - {{conv: 8, when: $mode == 'other'}}
  - split: even
    paths: [[conv: 4], [conv: 4]]
    join: concat
  - adaptive_pool: 1
  - flatten
  - linear: 10
reported:
  - {{params: 2482, source: "{HOSTILE}"}}
"""
OTHER = SPEC.replace("kernel: $k", "kernel: 1")
WRONG = SPEC.replace("linear: 10", 'linear: "x\\x1b[31m\\u202e"').replace("- flatten", '- "konv\\x1b[31m\\u202e"')

PRINTED = """
check h.yaml | check h.yaml --json | check wrong.yaml | check wrong.yaml --json | cost wrong.yaml
cost h.yaml | cost h.yaml --json | cost h.yaml --csv | cost h.yaml --markdown | cost h.yaml --html | cost h.yaml --memory
cost h.yaml --by line | cost h.yaml --by block | cost h.yaml --by stage | cost h.yaml --by operator | cost h.yaml --set mode=zzz
table h.yaml | table h.yaml --to latex | table h.yaml --to html
whatif h.yaml --set mode=other | whatif h.yaml --set mode=other --json
sweep h.yaml k=1,3 mode | sweep h.yaml mode --json | solve h.yaml --free mode,k --maximize params
solve h.yaml --free mode,k --maximize params --max params=1 | solve h.yaml --free mode,k --maximize params --json
diff h.yaml other.yaml | diff h.yaml other.yaml --json | compare h.yaml other.yaml | compare h.yaml other.yaml --html
compare h.yaml other.yaml --markdown | reconcile h.yaml | reconcile h.yaml --json | list
"""
WRITTEN = """
table h.yaml -o made.tex | table h.yaml -o made.md | table h.yaml -o made.html | sweep h.yaml mode -o made.csv
sweep h.yaml mode k=1,3,5 --pareto params,max:k --plot made.html | sweep h.yaml k=1,3,5 mode --plot made.svg
diff h.yaml other.yaml --render -o made.svg | diff h.yaml other.yaml --render -o made.dot
render h.yaml -o made.svg | render h.yaml --depth 0 -o made.svg | render h.yaml --depth 3 -o made.svg | render h.yaml -o made.html
render h.yaml -o made.dot | render h.yaml -o made.mmd | render h.yaml -o made.json | render h.yaml --heat macs -o made.svg
export h.yaml -o made.py --to python
"""
LIBRARIES = {"\x01", "\x1a"}
"""What dagre and plotly.js hold in texts of their own."""

Call = Callable[[str], tuple[str, str]]


def lines(text: str) -> list[str]:
    return [line.strip() for row in text.strip().splitlines() for line in row.split("|")]


def hidden(text: str) -> set[str]:
    return {c for c in text if c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")}


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    monkeypatch.chdir(tmp_path)
    for name, text in (("h", SPEC), ("other", OTHER), ("wrong", WRONG)):
        Path(f"{name}.yaml").write_text(text)

    def called(line: str) -> tuple[str, str]:
        assert run(line.split()) in (0, 1, 3)
        found = capsys.readouterr()
        assert "internal error" not in found.err
        return found.out, found.err

    return called


@pytest.mark.parametrize("line", lines(PRINTED))
def test_what_is_printed_is_visible(call: Call, line: str) -> None:
    out, err = call(line)
    assert hidden(out) == hidden(err) == set()
    if "--json" in line and out:
        json.loads(out)


@pytest.mark.parametrize("line", lines(WRITTEN))
def test_what_is_written_is_visible_and_parses(call: Call, line: str) -> None:
    call(line)
    (made,) = Path().glob("made.[!s]*" if "export" in line else "made.*")
    text = made.read_text(encoding="utf-8")
    assert hidden(text) <= (LIBRARIES if made.suffix == ".html" else set())
    if made.suffix == ".svg":
        ElementTree.fromstring(text)
    elif made.suffix == ".json":
        json.loads(text)
    elif made.suffix == ".py":
        ast.parse(text)
    elif made.suffix == ".html":
        Parsed().feed(text)


class Parsed(HTMLParser):
    """A page in which every script ends where it should: nothing of the spec became a tag."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag != "b"


def test_a_data_file_reads_back_what_was_meant() -> None:
    data = {"a\u202e": "x\x1b\u2028é日\x7f\ud800\n"}
    text = json_text(data, 1)
    assert json.loads(text) == data
    assert "é日" in text
    assert hidden(text) == set()


def test_escapes_are_those_of_python() -> None:
    assert visible("é日 a\x1b\u202e\U000e0001\r\n") == "é日 a\\x1b\\u202e\\U000e0001\\r\\n"
    assert visible("a\nb\x07", keep="\n") == "a\nb\\x07"
    assert clip("\x00" * 500).startswith("\\x00\\x00")
    assert len(clip("\x00" * 500)) <= 80


def test_a_message_is_visible_in_python_too(tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text(WRONG)
    with pytest.raises(SpecError) as error:
        load(tmp_path / "wrong.yaml")
    assert hidden(str(error.value)) == set()
