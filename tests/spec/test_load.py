"""Files to one spec: import, extends, what may be overridden, and the roots that nothing is read outside of."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

import archdsl
from archdsl.errors import InputError, SpecError
from archdsl.spec.knobs import values
from archdsl.spec.load import MAX_FILES, load_file
from archdsl.spec.model import Call, Spec, Table
from archdsl.spec.report import Report

Write = Callable[..., Path]
HEAD = "archdsl: 1\ninput: [3, 32, 32]\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def spec(path: Path) -> Spec:
    report = Report()
    found = load_file(path, report)
    report.stop()
    return found


def mistakes(path: Path | str) -> str:
    with pytest.raises(SpecError) as caught:
        archdsl.load(path)
    return str(caught.value)


# -- import --------------------------------------------------------------------------------------------------------------------


def test_import_beside_the_spec_and_below(spec_file: Write) -> None:
    path = spec_file(
        f"{HEAD}import: [mine, parts/more]\nnet: [a, b, c]\n",
        mine="blocks:\n  a: {body: [relu]}\n",
        parts__more="import: other\nblocks:\n  b: {body: [c]}\n",
        parts__other="blocks:\n  c: {body: [norm]}\n",
    )
    assert list(spec(path).blocks) == ["a", "c", "b"]
    assert [source.name for source in spec(path).files] == ["net.yaml", "mine.yaml", "parts/more.yaml", "parts/other.yaml"]


def test_the_own_folder_comes_before_the_zoo(spec_file: Write) -> None:
    path = spec_file(f"{HEAD}import: blocks/mobile\nnet: [pool]\n", blocks__mobile="blocks:\n  pool: {body: [norm]}\n")
    assert [node.op.word for node in archdsl.load(path).graph()] == ["input", "norm"]
    assert [node.op.word for node in archdsl.loads(f"{HEAD}import: blocks/mobile\nnet: [pool]\n").graph()][-1] == "flatten"


def test_files_may_import_each_other(spec_file: Write) -> None:
    path = spec_file(
        f"{HEAD}import: [a, net]\nblocks: {{own: {{body: [x]}}}}\nnet: [own, y]\n",
        a="import: b\nblocks:\n  x: {body: [relu]}\n",
        b="import: [a, b]\nblocks:\n  y: {body: [x]}\n",
    )
    assert [node.op.word for node in archdsl.load(path).graph()] == ["input", "relu", "relu"]


def test_one_block_by_two_ways_is_one_block(spec_file: Write) -> None:
    path = spec_file(
        f"{HEAD}import: [left, right]\nnet: [x]\n",
        left="import: base\n",
        right="import: base\n",
        base="blocks:\n  x: {body: [relu]}\n",
    )
    assert list(spec(path).blocks) == ["x"]


def test_one_name_for_two_blocks(spec_file: Write) -> None:
    path = spec_file(
        f"{HEAD}import: [left, right]\nnet: [x]\n", left="blocks:\n  x: {body: [relu]}\n", right="blocks:\n  x: {body: [norm]}\n"
    )
    told = mistakes(path)
    assert told.startswith("right.yaml:2:3: error: the block 'x' is defined twice\n")
    assert "also defined here (left.yaml:2:3)" in told


def test_imported_knobs_are_knobs_where_they_are_read(spec_file: Write) -> None:
    text = "knobs: {read: 8, unread: 9}\nblocks:\n  x: {body: [{conv: $read}]}\n  y: {body: [{conv: $unread}]}\n"
    path = spec_file(f"{HEAD}import: lib\nnet: [x]\n", lib=text)
    assert list(spec(path).knobs) == ["read"]
    assert archdsl.load(path, read=16).graph().nodes["conv"].shape[0] == 16
    with pytest.raises(InputError, match="unknown knob 'unread'"):
        archdsl.load(path, unread=16)


def test_a_spec_gives_an_imported_knob_another_default(spec_file: Write) -> None:
    lib = "knobs: {n: {default: 8, range: [1, 64]}}\nblocks:\n  x: {body: [{conv: $n}]}\n"
    assert archdsl.load(spec_file(f"{HEAD}import: lib\nknobs: {{n: 24}}\nnet: [x]\n", lib=lib)).knobs == {"n": 24}
    told = mistakes(spec_file(f"{HEAD}import: lib\nknobs: {{n: 99}}\nnet: [x]\n", lib=lib))
    assert "the default of 'n': must lie between 1 and 64; 99 came" in told


def test_two_imports_that_declare_one_knob(spec_file: Write) -> None:
    lib = "knobs: {{n: {}}}\nblocks:\n  {}: {{body: [{{conv: $n}}]}}\n"
    files = {"a": lib.format(1, "x"), "b": lib.format(2, "y")}
    told = mistakes(spec_file(f"{HEAD}import: [a, b]\nnet: [x, y]\n", **files))
    assert told.startswith("a.yaml:1:9: error: two imported files declare the knob 'n'\n")
    assert "b.yaml:1:9" in told
    assert archdsl.load(spec_file(f"{HEAD}import: [a, b]\nknobs: {{n: 3}}\nnet: [x, y]\n", **files)).knobs == {"n": 3}


def test_defaults_may_read_knobs_of_imports_and_later_ones(spec_file: Write) -> None:
    path = spec_file(
        f"{HEAD}import: lib\nknobs: {{wide: $narrow*2, narrow: $base + 1}}\nnet: [{{conv: $wide}}]\n", lib="knobs: {base: 7}\n"
    )
    assert archdsl.load(path).knobs == {"wide": 16, "narrow": 8, "base": 7}
    assert values(spec(path), {"base": 1}) == {"wide": 4, "narrow": 2, "base": 1}


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("nowhere", "net.yaml:3:9: error: the import 'nowhere' was not found"),
        ("blocks/mobil", "did you mean 'blocks/mobile'?"),
        ("lib.yml", "the import 'lib.yml' was not found"),
        ("folder", "the import 'folder' was not found"),
        ("../secret", "the import '../secret' is not allowed: an import is a path below the spec's own folder or the zoo"),
        ("a/../../secret", "is not allowed"),
        ("/etc/passwd", "is not allowed"),
        ("..\\secret", "is not allowed"),
        ("C:secret", "is not allowed"),
        ("link", "the import 'link' is not allowed: link.yaml is a link that leads outside"),
        ("linked/secret", "is not allowed"),
        ("pipe", "was not found"),
        ("broken", "broken.yaml:1:6: error: not YAML"),
        ("latin", "latin.yaml:1:6: error: the file is not UTF-8"),
        ("x" * 5000, "was not found"),
    ],
)
def test_imports_that_fail(target: str, message: str, tmp_path: Path, spec_file: Write) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "secret.yaml").write_text("blocks: {x: {body: [relu]}}\n")
    (inner / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (inner / "linked").symlink_to(tmp_path)
    (inner / "folder.yaml").mkdir()
    (inner / "broken.yaml").write_text("a: [1\n")
    (inner / "latin.yaml").write_bytes(b"doc: \xe9\n")
    os.mkfifo(inner / "pipe.yaml")
    os.chdir(inner)
    Path("net.yaml").write_text(f"{HEAD}import: '{target}'\nnet: [reluu]\n".replace("\\", "\\"))
    told = mistakes("net.yaml")
    assert message in told
    assert "reluu" not in told, "what is unknown may stand in the file that was not read"


def test_a_link_inside_of_the_folder_is_fine(tmp_path: Path, spec_file: Write) -> None:
    path = spec_file(f"{HEAD}import: [a, b]\nnet: [x]\n", a="blocks:\n  x: {body: [relu]}\n")
    (tmp_path / "b.yaml").symlink_to(tmp_path / "a.yaml")
    assert list(spec(path).blocks) == ["x"], "two names of one file are one file"


def test_a_text_imports_from_the_zoo_alone(tmp_path: Path, spec_file: Write) -> None:
    spec_file(HEAD, mine="blocks:\n  x: {body: [relu]}\n")
    with pytest.raises(SpecError, match="'mine' was not found"):
        archdsl.loads(f"{HEAD}import: mine\nnet: [x]\n")


def test_mistakes_of_all_files_come_together(spec_file: Write) -> None:
    path = spec_file(f"{HEAD}import: lib\nnet: [x, reluu]\n", lib="blocks:\n  x: {body: [normm, {conv: $foo}], bdy: 3}\n")
    told = mistakes(path)
    for word in ("lib.yaml:2:14: error: unknown operator or block 'normm'", "'$foo'", "'bdy'", "net.yaml:4:10: error: unknown"):
        assert word in told


def test_too_many_files(spec_file: Write) -> None:
    files = {f"f{i}": f"import: f{i + 1}\n" for i in range(MAX_FILES + 5)}
    assert f"more than {MAX_FILES} files" in mistakes(spec_file(f"{HEAD}import: f0\nnet: [relu]\n", **files))


# -- extends -------------------------------------------------------------------------------------------------------------------

BASE = f"""{HEAD}name: Base
knobs:
  width: {{default: 1, range: [1, 4], doc: channel multiplier}}
  act: {{default: relu, type: block}}
blocks:
  unit: {{args: {{out: int}}, body: [{{conv: $out}}, $act]}}
net:
  - table:
      columns: [op, out, when, repeat]
      scale: {{out: $value*$width}}
      rows:
        - [unit, 8, ~, ~]
        - [unit, 16, ~, ~]
        - [norm, ~, ~, ~]
"""


def rows(found: Spec) -> list[Call]:
    table = found.net[0]
    assert isinstance(table, Table)
    return list(table.calls())


def test_extends_overrides_knobs_rows_and_blocks(spec_file: Write) -> None:
    path = spec_file(
        "extends: base\nknobs: {width: 2, act: {reading: true}}\n"
        "blocks:\n  unit: {args: {out: int}, body: [{conv: $out}, norm]}\nrows:\n  2: {out: 24, repeat: 3}\n  3: ~\n",
        base=BASE,
    )
    found = spec(path)
    assert [(call.target, call.row) for call in rows(found)] == [("unit", 1), ("unit", 2)]
    graph = archdsl.load(path).graph()
    assert [node.op.word for node in graph] == ["input", *["conv", "norm"] * 4]
    assert graph[graph.output].shape[0] == 48
    assert found.extends == "base"
    assert found.knobs["act"].reading
    assert found.knobs["width"].doc == "channel multiplier"
    assert found.knobs["width"].range == (1, 4)
    assert found.name == "net"


def test_extends_of_an_extending_spec(spec_file: Write) -> None:
    path = spec_file("extends: middle\nknobs: {width: 4}\n", middle="extends: base\nrows: {1: {out: 10}}\n", base=BASE)
    graph = archdsl.load(path).graph()
    assert [node.shape[0] for node in graph if node.op.word == "conv"] == [40, 64]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("extends: bas\n", "the base 'bas' was not found"),
        ("extends: net\n", "specs extend each other in a circle: net -> net"),
        ("extends: loop\n", "specs extend each other in a circle: net -> loop -> net"),
        ("extends: base\nknobs: {widht: 2}\n", "unknown knob 'widht'"),
        ("extends: base\nknobs: {widht: 2}\n", "did you mean 'width'?; a new knob is written widht: {default: …}"),
        ("extends: base\nknobs: {width: 9}\n", "the default of 'width': must lie between 1 and 4; 9 came"),
        ("extends: base\nknobs: {depth: {range: [1, 2]}}\n", "the knob 'depth' needs a default"),
        ("extends: base\nrows: {4: {out: 3}}\n", "the tables have rows 1 to 3"),
        ("extends: base\nrows: {1: {ot: 3}}\n", "unknown column 'ot'"),
        ("extends: base\nrows: {1: {op: unti}}\n", "unknown operator or block 'unti'"),
        ("extends: base\nrows: {3: {out: 8}}\n", "net.yaml:2:12: error: unknown argument of norm 'out'"),
        ("extends: base\nrows: {1: {out: a}}\n", "net.yaml:2:17: error: 'out' of 'unit': expected an int, 'a' came"),
        ("extends: blocks/mobile\n", "the spec has no 'net'"),
    ],
)
def test_extends_that_fails(text: str, message: str, spec_file: Write) -> None:
    assert message in mistakes(spec_file(text, base=BASE, loop="extends: net\n"))


def test_a_row_may_call_what_a_knob_holds(spec_file: Write) -> None:
    graph = archdsl.load(spec_file("extends: base\nrows: {2: {op: $act, out: ~}}\n", base=BASE)).graph()
    assert [node.op.word for node in graph] == ["input", "conv", "relu", "relu", "norm"]


# -- what is no spec -----------------------------------------------------------------------------------------------------------


def test_files_that_are_no_specs(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "large.yaml").write_bytes(b"#" * 5_000_000)
    for target, message in (
        (".", "is a folder"),
        ("pipe.yaml", "pipe.yaml is no regular file"),
        ("/dev/null", "/dev/null is no regular file"),
        ("nowhere.yaml", "no such file: nowhere.yaml"),
        ("large.yaml", "5,000,000 bytes, a spec has at most 4,000,000"),
        ("dpnett", "no spec 'dpnett': neither a file nor a network of the zoo; did you mean 'dpnet'?"),
        ("x" * 5000, "no spec|no such file|cannot be read"),
        ("a\0b", "no spec|no such file"),
        ("", "folder|no spec"),
    ):
        with pytest.raises(InputError, match=message):
            archdsl.load(target)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable(spec_file: Write) -> None:
    path = spec_file(HEAD)
    path.chmod(0)
    with pytest.raises(InputError, match="cannot be read: Permission denied"):
        archdsl.load(path)
