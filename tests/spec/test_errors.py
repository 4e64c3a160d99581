"""Every mistake that a person makes in a spec, and the message that it gets.

Each file of `tests/goldens/errors/` is a list of cases that a person can read: a title, the spec, a line of dashes, what the
user is told. A new case needs a title and a spec; `pytest --update-goldens` writes the messages.
"""

from __future__ import annotations

import pickle
import random
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

import archdsl
from archdsl.spec.settings import parse_settings

FOLDER = Path(__file__).parents[1] / "goldens" / "errors"
GROUPS = sorted(path.stem for path in FOLDER.glob("*.txt") if path.stem != "settings")
CASE = re.compile(r"^## ([^\n]+)\n(.*?)^----\n", re.MULTILINE | re.DOTALL)
HEAD = "archdsl: 1\ninput: [3, 32, 32]\n"


def cases(group: str) -> dict[str, str]:
    """Specs by title."""
    return dict(CASE.findall((FOLDER / f"{group}.txt").read_text(encoding="utf-8")))


NET = f"""{HEAD}import: [blocks/mobile]
knobs:
  width: {{default: 1, range: [0.25, 4]}}
  mode: {{default: a, choices: [a, b]}}
  kernels: {{default: [3, 5], range: [1, 9]}}
  flag: true
  act: {{default: relu, type: block}}
  count: 2
net:
  - {{conv: {{out: floor(8*$width)}}, repeat: $count}}
  - {{norm: {{}}, when: $flag and $mode == a}}
  - {{conv: {{out: 8, kernel: $k}}, for: {{k: $kernels}}}}
  - $act
  - table:
      columns: [op, out, s]
      rows:
        - [conv3x3, 16, 2]
        - [pool, ~, ~]
"""
SETTINGS = [
    *("widht=2", "width", "=3", "width=", "width=9", "width=abc", "width=true", "width=~", "width=1/0", "width=$count"),
    *("width={a: 1}", "width=!!python/object:os.system x", "width=*a", "width='", "mode=c", "mode=B", "mode=1", "mode=[a, b]"),
    *("width=[]", "rows.1.out=[1, 2]"),
    *("kernels=3", "kernels=[3, 11]", "kernels=[3, a]", "kernels=[[3, 5], [5]]", "flag=yes", "flag=1", "act=reluu", "act=3"),
    *("act=[relu, nrom]", "count=-1", "count=1.5", "count=[1, 2]", "rows.1.outt=24", "rows.9.out=24", "rows.x.out=1"),
    *("rows.²2.out=1", "rows.1=3", "rows.1.op=3", "rows.1.op=bottlneck", "rows.1.s=a", "rows.2.out=8"),
]


@pytest.fixture
def message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spec_file: Callable[..., Path]) -> Callable[..., str]:
    """What a user is told about a spec: all mistakes, or all warnings."""
    monkeypatch.chdir(tmp_path)

    def told(text: str, *settings: str) -> str:
        path = tmp_path / "net.yaml"
        path.write_bytes(text.encode())
        try:
            found = archdsl.load("net.yaml", **parse_settings(settings))
            found.graph()
        except archdsl.ArchdslError as error:
            return str(error)
        assert found.warnings, "the spec is fine"
        return "\n".join(map(str, found.warnings))

    return told


@pytest.mark.parametrize("group", GROUPS)
def test_messages(group: str, message: Callable[..., str], golden: Callable[[str, str], None]) -> None:
    told = [f"## {title}\n{text}----\n{message(text)}\n" for title, text in cases(group).items()]
    golden(f"errors/{group}.txt", "\n".join(told))


def test_settings(message: Callable[..., str], golden: Callable[[str, str], None]) -> None:
    told = [f"## --set {setting}\n\n{message(NET, setting)}\n" for setting in SETTINGS]
    golden("errors/settings.txt", "\n".join(told))


PLACE = re.compile(r"^(.+\.yaml):(\d+):(\d+): (error|warning): .", re.MULTILINE)


@pytest.mark.parametrize("group", GROUPS)
def test_every_caret_stands_under_its_column(group: str, message: Callable[..., str]) -> None:
    """The form of every message: file, line, column, the line itself, and a caret under the column."""
    for title, text in cases(group).items():
        told = message(text).splitlines()
        heads = [index for index, line in enumerate(told) if PLACE.match(line)]
        assert heads, title
        for index in heads:
            _, line, column, _ = PLACE.match(told[index]).groups()  # type: ignore[union-attr]
            number, shown = told[index + 1].split(" | ", 1)
            assert number.strip() == line, title
            carets = told[index + 2].split("| ", 1)[1]
            if "…" not in shown:
                assert carets.index("^") == int(column) - 1, title
            assert set(carets.strip()) == {"^"}, title


def test_all_mistakes_of_a_file_come_at_once(message: Callable[..., str]) -> None:
    text = (
        f"{HEAD}nme: x\nknobs: {{width: {{default: 9, range: [1, 4]}}, depth: $dept}}\n"
        "blocks:\n  b: {args: {x: intt}, body: [{conv: {out: $x, kernal: 3}}], doc: [1]}\n"
        "net:\n  - {conv: {out: $width, out: 3}}\n  - {b: {x: 3, y: 4}, wen: true}\n"
        "  - split: half\n    paths: [[reluu], []]\n    join: cat\n"
        "  - {relu: {}, when: $in = 3, from: nowhere}\n  - b: {x: 3, y: $depth}\n"
    )
    told = message(text)
    expected = ["'nme'", "'width'", "'$dept'", "'kernal'", "'doc'", "duplicate key", "'wen'", "'half'", "'reluu'", "'cat'", "'='"]
    for word in [*expected, "'nowhere'", "'y'"]:
        assert word in told, word
    lines = [int(line) for _, line, _, _ in PLACE.findall(told)]
    assert lines == sorted(lines)


def test_many_mistakes_are_cut() -> None:
    with pytest.raises(archdsl.SpecError) as caught:
        archdsl.loads(f"{HEAD}net: [{', '.join(f'zz{i}' for i in range(500))}]\n")
    assert len(caught.value.diagnostics) == 101
    assert "more mistakes follow" in str(caught.value)


def test_errors_can_be_pickled() -> None:
    with pytest.raises(archdsl.SpecError) as caught:
        archdsl.loads(f"{HEAD}net: [reluu]\n")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_even_kernels_are_told_at_the_knob() -> None:
    with pytest.raises(archdsl.SpecError) as caught:
        archdsl.load("dpnet", kernels=[3, 4]).graph()
    (found,) = caught.value.diagnostics
    assert found.message == "an even kernel, 4, cannot be padded by the same amount on both sides"
    assert found.mark is not None
    assert found.mark.text == "kernels=[3, 4]"
    assert [label for label, _ in found.related] == ["used here"]


def test_a_mistake_is_not_forgotten_by_another_value() -> None:
    """What is kept from one elaboration to the next is kept of what fits alone."""
    net = archdsl.loads(
        f"{HEAD}knobs: {{k: 3}}\nnet: [{{conv: {{out: 8, kernel: $k}}}}, {{conv: {{out: 8, kernel: 40, padding: 0}}}}]\n"
    )
    for _ in range(2):
        with pytest.raises(archdsl.SpecError) as caught:
            net.graph()
        assert len(caught.value.diagnostics) == 1
        with pytest.raises(archdsl.SpecError) as caught:
            net.set(k=4).graph()
        assert len(caught.value.diagnostics) == 2


def test_unreadable_specs_never_fail_inside(spec_file: Callable[..., Path]) -> None:
    """Specs with something in the place of something else: an error of archdsl, or a network."""
    chosen = random.Random(13)
    whole = (Path(archdsl.__file__).parents[1] / "specs" / "dpnet.yaml").read_text(encoding="utf-8")
    for _ in range(150):
        text = whole
        for _ in range(chosen.randint(1, 3)):
            place = chosen.choice(list(re.finditer(r"[\w.$/*-]+", text)))
            word = chosen.choice(
                ["0", "-3", "$in", "$foo", "swish", "[1, 2]", "{a: 1}", "~", "true", "1.5", "conv", "[]", "1/2", ""]
            )
            text = text[: place.start()] + word + text[place.end() :]
        with suppress(archdsl.ArchdslError):
            archdsl.loads(text).graph()
