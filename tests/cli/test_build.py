"""`archdsl build`: a part that fails takes no other with it; and specs that come by standard input."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from archdsl.cli.main import run
from archdsl.errors import BackendError

SPEC = """\
import: [blocks/mobile]
input: [3, 16, 16]
net:
  - conv3x3: {out: 8}
  - pool
  - linear: 10
"""
ALL = ["cost.json", "diagram.svg", "graph.json", "table.md", "weights.safetensors"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.yaml").write_text(SPEC, encoding="utf-8")
    return tmp_path


def given(text: str | bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a text where standard input is read."""
    data = text.encode() if isinstance(text, str) else text
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(data)))


def names(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir())


def fails(error: Exception) -> Any:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (BackendError("graphviz could not draw"), "graphviz could not draw"),
        (RecursionError("too deep"), "RecursionError: too deep"),
    ],
)
def test_a_picture_that_fails(
    error: Exception, told: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("archdsl.viz.diagram", fails(error))
    assert run(["build", "net.yaml"]) == 0
    out, err = capsys.readouterr()
    assert f"left out          diagram.svg: {told}" in out
    assert err == ""
    assert names(folder / "build" / "net") == [name for name in ALL if name != "diagram.svg"]


def test_a_forward_pass_that_fails(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("archdsl.compilers.torch.verify.check_shapes", fails(RuntimeError("not enough memory\nfrom here")))
    assert run(["build", "net.yaml"]) == 1
    out, err = capsys.readouterr()
    assert err == "RuntimeError: not enough memory\n"
    assert "left out" not in out
    assert names(folder / "build" / "net") == ALL


def test_shapes_that_differ(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    found = SimpleNamespace(mismatches=["'linear' should give 10, 11 came"])
    monkeypatch.setattr("archdsl.compilers.torch.verify.check_shapes", lambda *_: found)
    assert run(["build", "net.yaml", "--json"]) == 1
    out, err = capsys.readouterr()
    assert err == "the compiled network differs from its graph:\n'linear' should give 10, 11 came\n"
    assert [entry["what"] for entry in json.loads(out)["left_out"]] == ["forward pass"]
    assert names(folder / "build" / "net") == ALL


def test_a_module_that_cannot_be_made(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("archdsl.net.Net.module", fails(BackendError("torch has no rule for it")))
    assert run(["build", "net.yaml"]) == 1
    out, err = capsys.readouterr()
    assert err == "torch has no rule for it\n"
    assert "written           build/net/ (cost.json, diagram.svg, graph.json, table.md)" in out


def test_a_mistake_in_the_spec_leaves_no_folder(folder: Path) -> None:
    (folder / "net.yaml").write_text(SPEC.replace("conv3x3", "cnov"), encoding="utf-8")
    assert run(["build", "net.yaml", "-o", "a/b/c"]) == 1
    assert names(folder) == ["net.yaml"]


def test_a_spec_by_standard_input(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    given(SPEC, monkeypatch)
    assert run(["build", "-"]) == 0
    assert names(folder / "build" / "stdin") == ALL
    given("name: A/B\n" + SPEC, monkeypatch)
    assert run(["render", "-", "-o", "x.dot"]) == 0
    given(SPEC, monkeypatch)
    assert run(["render", "-"]) == 0
    assert names(folder) == ["build", "net.yaml", "stdin.svg", "x.dot"]
    capsys.readouterr()
    given("knobs: {w: 8}\n" + SPEC.replace("out: 8", "out: $w"), monkeypatch)
    assert run(["whatif", "-", "--set", "w=4"]) == 0, "which opens its spec twice"
    given(SPEC, monkeypatch)
    assert run(["diff", "net.yaml", "-"]) == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SPEC.replace("linear", "linaer"), "<stdin>:6:5: error: unknown operator or block 'linaer'"),
        (b"input: \xff", "<stdin>:1:8: error: the file is not UTF-8"),
        ("import: [nowhere]\n" + SPEC.partition("\n")[2], "<stdin>:1:10: error: the import 'nowhere' was not found"),
        ("import: [net]\n" + SPEC.partition("\n")[2], "the import 'net' was not found"),  # nothing beside it is read
        ("", "<stdin>:1:1: error: the file is empty"),
    ],
)
def test_mistakes_by_standard_input(
    text: str | bytes, message: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given(text, monkeypatch)
    assert run(["cost", "-"]) == 1
    assert message in capsys.readouterr().err


def test_standard_input_is_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    given(SPEC + "#" * 2000, monkeypatch)
    assert run(["cost", "-", "--limits", "bytes=1000"]) == 1
    assert capsys.readouterr().err == "standard input has more than 1,000 bytes; a spec has at most that many\n"
