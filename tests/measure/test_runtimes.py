"""What a runtime has to say of itself, and that nothing else needs to know of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphs import Builder

import archdsl
from archdsl.cli import measuring
from archdsl.measure import bench as bench_module
from archdsl.measure.autotune import Tuned, autotune
from archdsl.measure.bench import Asked, bench, steps
from archdsl.measure.job import Configuration, File
from archdsl.measure.machine import machine
from archdsl.measure.runtimes import RUNTIMES, runtime_named, runtime_of_export, usual
from archdsl.measure.runtimes.runtime import MODULE, Runtime
from archdsl.measure.timing import Pass, Timing

DOCS = Path(__file__).parents[2] / "docs"

SPEC = """
archdsl: 1
name: Tiny
input: [3, 8, 8]
net:
  - {conv: {out: 4, kernel: 3}}
"""


def _load(file: File, at: Configuration) -> Pass:
    raise AssertionError("the worker loads, and this test has none")


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> Runtime:
    """A runtime as a new file and a line of the table would add it."""
    found = Runtime("made-up", "Made up for a test", form=MODULE, library="pytest", extra="test", load=_load)
    monkeypatch.setitem(RUNTIMES, found.word, found)
    return found


def test_a_line_of_the_table_is_all(made_up: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bench plans, writes and reports a runtime that only the table knows."""
    ran: list[tuple[dict[str, File], Configuration]] = []

    def measured(files: dict[str, File], at: Configuration, rounds: object, step: object) -> list[Timing]:
        assert all(file.path.is_file() and file.path.suffix in made_up.suffixes for file in files.values())
        ran.append((files, at))
        return [Timing(name, (1.0, 2.0)) for name in files]

    monkeypatch.setattr(bench_module, "measure", measured)
    net = archdsl.loads(SPEC)
    done: list[int] = []
    asked = Asked(("made-up",), batches=(1, 8), threads=(1, 2))
    found = bench([("a", net), ("b", net)], asked, done.append)
    assert sum(done) == steps(2, asked) == 2 + 2 + 4
    wanted = [Configuration("made-up", batch, threads) for threads in (1, 2) for batch in (1, 8)]
    assert [at for _, at in ran] == asked.configurations(made_up) == wanted
    assert {row["runtime"] for row in found.as_dict()["rows"]} == {"made-up"}
    assert "pytest" in found.machine.versions, "the version of its library"
    assert made_up in usual()
    assert runtime_named("made-up") is made_up


def test_its_blocks_can_be_tuned(made_up: Runtime, tmp_path: Path) -> None:
    build = Builder((3, 8, 8))
    build("conv", "conv", out=4)
    assert autotune(build.graph, Configuration("made-up"), lambda graphs, at: {}, tmp_path / "known.json") == Tuned({}, {})


def test_the_help_and_the_docs_name_all() -> None:
    page = (DOCS / "bench.md").read_text(encoding="utf-8")
    for runtime in RUNTIMES.values():
        assert runtime.word in measuring._runtimes()
        assert runtime.doc in measuring.runtimes_text()
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{runtime.word}` |")]
        assert f"archdsl[{runtime.extra}]" in row
        assert runtime.library in machine().versions


def test_what_an_export_is_measured_in() -> None:
    found = {to: runtime_of_export(to) for to in ("python", "onnx", "pt2", "openvino", "executorch")}
    words = {to: runtime and runtime.word for to, runtime in found.items()}
    assert words == {"python": "eager", "onnx": "onnxruntime", "pt2": "eager", "openvino": "openvino", "executorch": None}
