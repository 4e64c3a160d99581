"""Timings: their arithmetic, every runtime through the real worker, and what happens when a side fails."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import onnx
import pytest
import torch
from graphs import chain
from onnx import TensorProto, helper
from torch import nn

import archdsl
from archdsl.errors import BackendError, InputError
from archdsl.measure import process, runtimes
from archdsl.measure.files import write_graph
from archdsl.measure.job import Configuration, File, Job, Rounds
from archdsl.measure.machine import machine
from archdsl.measure.process import measure, measure_groups
from archdsl.measure.runtimes import RUNTIMES
from archdsl.measure.timing import Spread, Timing, interleave, ratio

SHAPE = (3, 8, 8)


def taken(shape: tuple[int, ...] = SHAPE, **paths: Path) -> dict[str, File]:
    """Files by name, of networks that take inputs of one shape."""
    return {name: File(path, (shape,)) for name, path in paths.items()}


def small_onnx(path: Path, operator: str = "Relu", size: int = 8) -> Path:
    """A network of one operator."""
    arriving = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3, size, size])
    leaving = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    graph = helper.make_graph([helper.make_node(operator, ["x"], ["y"])], "small", [arriving], [leaving])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), path)
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A small network in the form of every runtime, by suffix."""
    folder = tmp_path_factory.mktemp("files")
    torch.save(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()), folder / "small.pt")
    small_onnx(folder / "small.onnx")
    write_graph(chain(SHAPE, ("conv", {"out": 4, "kernel": 3}), "relu"), RUNTIMES["eager"], folder / "small")
    import openvino

    openvino.save_model(openvino.Core().read_model(folder / "small.onnx"), folder / "small.xml")
    return {path.suffix: path for path in folder.iterdir()}


def test_spread_and_ratio() -> None:
    a, b = Timing("a", (1.0, 4.0, 9.0, 16.0, 50.0)), Timing("b", (1.0, 2.0, 3.0, 4.0, 5.0))
    assert (a.median, a.minimum, a.spread) == (9.0, 1.0, Spread(4.0, 9.0, 16.0))
    assert ratio(a, b) == Spread(2.0, 3.0, 4.0)  # of 1, 2, 3, 4, 10: by pairs, not of the medians, which would be 3 too
    assert ratio(Timing("c", (1.0, 6.0)), Timing("d", (2.0, 3.0))) == Spread(0.875, 1.25, 1.625)
    assert Timing("e", (2.0,)).spread == Spread(2.0, 2.0, 2.0)
    assert str(Timing("f", (0.001, 0.002, 0.006))) == "f: median 2.00 ms (min 1.00, max 6.00)"
    with pytest.raises(ValueError, match="shorter"):
        ratio(a, Timing("g", (1.0,)))


def test_interleave_runs_sides_in_turn() -> None:
    order: list[str] = []
    sides = {"a": lambda: order.append("a"), "b": lambda: order.append("b")}
    timings = interleave(sides, 3, warmup=2)
    assert order == ["a", "b"] * 5
    assert [(t.name, len(t.seconds)) for t in timings] == [("a", 3), ("b", 3)]


def test_rounds_by_number_or_by_time() -> None:
    assert list(Rounds(3, 0.0).numbers()) == [0, 1, 2]
    assert list(Rounds(None, 0.0).numbers()) == list(range(10))  # some, however little time there is


def test_a_job_travels_as_a_line(tmp_path: Path) -> None:
    job = Job(Configuration("eager", 4, 2), Rounds(None, 0.5, 1), ({"a": File(tmp_path / "a.pt", ((3, 8, 8),))}, {}))
    assert "\n" not in job.text()
    assert Job.read(job.text()) == job
    job = Job(Configuration("eager"), Rounds(1), ({"a": File(tmp_path / "a.pt", ((3, 8, 8), (5,)), (0, 100))},))
    assert Job.read(job.text()) == job


@pytest.mark.parametrize("word", ["eager", "onnxruntime", "openvino"])
def test_networks_over_indices(word: str, tmp_path: Path) -> None:
    """What is looked up in a small vocabulary stays within it."""
    text = "archdsl: 1\ninput: {ids: [16]}\nnet:\n  - embedding: {vocabulary: 3, channels: 4}\n  - token_mean\n  - linear: 2\n"
    file = write_graph(archdsl.loads(text).graph(), RUNTIMES[word], tmp_path / "net")
    assert (file.shapes, file.below) == (((16,),), (3,))
    (timing,) = measure({"net": file}, Configuration(word, 2), Rounds(2))
    assert len(timing.seconds) == 2


@pytest.mark.parametrize("word", ["eager", "channels-last", "onnxruntime", "openvino"])
def test_every_runtime_through_the_worker(word: str, files: dict[str, Path]) -> None:
    for suffix in RUNTIMES[word].suffixes:
        done: list[int] = []
        file = files[suffix]
        timings = measure(taken(a=file, b=file), Configuration(word, 2, 2), Rounds(4), done.append)
        assert [t.name for t in timings] == ["a", "b"]
        assert all(len(t.seconds) == 4 and t.minimum > 0 for t in timings)
        assert done == [2]


def test_compile(files: dict[str, Path]) -> None:
    (timing,) = measure(taken(a=files[".pt"]), Configuration("compile"), Rounds(2))
    assert len(timing.seconds) == 2


def test_compile_needs_a_compiler(files: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(BackendError, match=r"compile: 'a' cannot be run: torch.compile needs a C\+\+ compiler"):
        measure(taken(a=files[".pt"]), Configuration("compile"), Rounds(2))


def test_groups_of_other_shapes(tmp_path: Path) -> None:
    names = [f"{operator}{size}" for operator in ("Relu", "Sigmoid") for size in (4, 8)]
    files = {
        name: File(small_onnx(tmp_path / f"{name}.onnx", name[:-1], int(name[-1])), ((3, int(name[-1]), int(name[-1])),))
        for name in names
    }
    groups = [{name: files[name] for name in names[:3]}, {names[3]: files[names[3]]}] * 20
    found = measure_groups(groups, Configuration("onnxruntime"), Rounds(2))
    assert [[t.name for t in group] for group in found] == [list(group) for group in groups]


@pytest.mark.parametrize("word", ["onnxruntime", "openvino"])
def test_a_side_that_cannot_be_run_is_named(word: str, files: dict[str, Path], tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no network")
    with pytest.raises(BackendError, match=f"{word}: 'second' cannot be run: .+"):
        measure(taken(first=files[".onnx"], second=broken), Configuration(word), Rounds(1))
    with pytest.raises(BackendError, match=f"{word}: 'first' cannot be run: .+"):
        measure(taken((5, 8, 8), first=files[".onnx"]), Configuration(word), Rounds(1))


class Ends:
    """What ends the process that reads it."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.abort, ()


def test_a_process_that_dies_is_an_error_that_names_the_side(files: dict[str, Path], tmp_path: Path) -> None:
    torch.save(Ends(), tmp_path / "ends.pt")
    with pytest.raises(BackendError, match=r"^eager: 'second' cannot be run: its process was ended by signal 6"):
        measure(taken(first=files[".pt"], second=tmp_path / "ends.pt"), Configuration("eager"), Rounds(1))


class Sleeps:
    def __reduce__(self) -> tuple[object, ...]:
        return time.sleep, (600,)


def test_silence_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.save(Sleeps(), tmp_path / "sleeps.pt")
    monkeypatch.setattr(process, "SILENCE_SECONDS", 2.0)
    with pytest.raises(BackendError, match=r"eager.*cannot be.*: nothing came of it for 2 s"):
        measure(taken(a=tmp_path / "sleeps.pt"), Configuration("eager"), Rounds(1))


def test_the_worker_ends_with_its_program() -> None:
    worker = subprocess.Popen([sys.executable, "-m", "archdsl.measure.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert worker.stdin is not None
    job = Job(Configuration("eager"), Rounds(10**9, warmup=0), ({},))
    worker.stdin.write(job.text().encode() + b"\n")
    worker.stdin.close()
    try:
        assert worker.wait(timeout=60) == 1
    finally:
        worker.kill()


@pytest.fixture
def _interrupt() -> Iterator[None]:
    """An interrupt soon after a worker was started."""
    timer = threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    yield
    timer.cancel()


@pytest.mark.usefixtures("_interrupt")
def test_an_interrupt_ends_the_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[str]] = []
    real = subprocess.Popen

    def popen(*args: object, **kwargs: object) -> subprocess.Popen[str]:
        started.append(real(*args, **kwargs))  # type: ignore[call-overload]
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", popen)
    torch.save(Sleeps(), tmp_path / "sleeps.pt")
    with pytest.raises(KeyboardInterrupt):
        measure(taken(a=tmp_path / "sleeps.pt"), Configuration("eager"), Rounds(1))
    assert started[0].poll() == -signal.SIGKILL


def test_input_errors(files: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"unknown runtime 'openvina'; did you mean 'openvino'\?"):
        measure(taken(a=files[".onnx"]), Configuration("openvina"))
    with pytest.raises(InputError, match=r"'a': no file .*gone\.onnx"):
        measure(taken(a=tmp_path / "gone.onnx"), Configuration("onnxruntime"))
    with pytest.raises(InputError, match=r"'a': eager reads \.pt and \.json, not small\.onnx"):
        measure(taken(a=files[".onnx"]), Configuration("eager"))


def test_a_runtime_that_is_not_installed(files: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    absent = replace(RUNTIMES["onnxruntime"], library="no_such_package")
    monkeypatch.setitem(runtimes.RUNTIMES, "onnxruntime", absent)
    with pytest.raises(BackendError, match=r"needs no_such_package, which is not installed: pip install 'archdsl\[onnx\]'"):
        measure(taken(a=files[".onnx"]), Configuration("onnxruntime"))
    assert [found.word for found in runtimes.usual()] == ["eager", "openvino"]


def test_a_worker_imports_what_it_runs_and_nothing_large(tmp_path: Path) -> None:
    heavy = "{'torch', 'networkx', 'rich', 'click', 'numpy'}"
    code = f"import sys, archdsl.measure.worker; found = {heavy} & set(sys.modules); assert not found, found"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, cwd=tmp_path)


def test_files_of_the_folder_are_not_taken_for_libraries(
    files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "onnxruntime.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    assert measure(taken(a=files[".onnx"]), Configuration("onnxruntime"), Rounds(1))


def test_machine() -> None:
    found = machine()
    assert found.processor
    assert found.cores >= 1
    assert found.versions["archdsl"] == "0.1.0"
    assert {"torch", "onnxruntime", "openvino"} <= set(found.versions)
    assert set(found.as_dict()) == {"processor", "cores", "memory_bytes", "system", "python", "versions", "card"}
    first, second = found.lines()
    assert first.startswith(f"{found.processor}, {found.cores} core")
    assert "archdsl 0.1.0" in second
