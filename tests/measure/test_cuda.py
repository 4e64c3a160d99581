"""Runtimes of a card: refused politely without one, and their logic with the processor in its place."""

from __future__ import annotations

import ctypes
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch
from graphs import Builder
from rewriting import BLOCKS_IN_A_ROW
from small import TINY
from torch import nn

import archdsl
from archdsl.cli import calibrate as calibrate_command
from archdsl.cli.main import run as command
from archdsl.cost.latency.device import Device as LatencyDevice
from archdsl.cost.latency.device_file import device_text, read_device
from archdsl.errors import BackendError, InputError, Source
from archdsl.measure import autotune as autotune_module
from archdsl.measure import bench as bench_module
from archdsl.measure import card as card_module
from archdsl.measure import machine as machine_module
from archdsl.measure import worker
from archdsl.measure.bench import AS_WRITTEN, OPTIMISED, Asked, bench
from archdsl.measure.calibrate import run as calibrate_module
from archdsl.measure.calibrate.quality import quality
from archdsl.measure.card import Card, Clocks, _dotted, _Driver, card
from archdsl.measure.job import Configuration, File, Job, Rounds
from archdsl.measure.machine import machine, machine_of
from archdsl.measure.runtimes import RUNTIMES, runtime_named, usual
from archdsl.measure.runtimes.cuda import on
from archdsl.measure.runtimes.device import Cuda, not_captured
from archdsl.measure.timing import Clock, Pass, Timing, by_host

WORDS = ("cuda", "cuda-graph", "cuda-compile")
without_card = pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")


class Processor(Cuda):
    """The processor in the place of a card: what only a card can do is noted."""

    place = "cpu"
    wake_seconds = 0.05

    def __init__(self) -> None:
        self.captures = self.timed = 0
        self.prepared: list[Configuration] = []

    def lacks(self) -> str:
        return ""

    def prepare(self, at: Configuration) -> None:
        self.prepared.append(at)

    def clock(self) -> Clock:
        def seconds(run: Pass) -> float:
            self.timed += 1
            return by_host(run)

        return seconds

    def captured(self, run: Pass) -> Pass:
        self.captures += 1
        run()
        return run


class Knows(nn.Module):
    """A layer that says what it was called with."""

    seen: ClassVar[list[tuple[torch.dtype, torch.dtype, bool, bool]]] = []

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv2d(3, 4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        made = self.layer(x)
        last = torch.channels_last
        lies = [t.is_contiguous(memory_format=last) and not t.is_contiguous() for t in (x, self.layer.weight)]
        self.seen.append((x.dtype, self.layer.weight.dtype, *lies))
        return made


class Library:
    """NVML as ctypes calls it: results go where a pointer says."""

    def __init__(self, mhz: Sequence[int] = (345, 1980, 1755), broken: str = ""):
        self.mhz, self.broken, self.asked = list(mhz), broken, []

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any) -> int:
            self.asked.append((name, arguments))
            if name == self.broken:
                return 999
            if "Clock" in name:
                arguments[-1]._obj.value = 1980 if "Max" in name else self.mhz.pop(0)
            if name == "nvmlSystemGetDriverVersion":
                arguments[0].value = b"580.65.06"
            return 0

        return call


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Processor:
    """The runtimes of the card on the processor, measured in this process."""
    device = Processor()
    for runtime in on(device):
        monkeypatch.setitem(RUNTIMES, runtime.word, runtime)
    found = Card("Test Card", 2**34, "580.65.06", "13.0", "9.13.0", 1980)
    monkeypatch.setattr(machine_module, "card", lambda: found)
    monkeypatch.setattr(card_module._Driver, "open", lambda: _Driver.of(Library(range(1000, 1980))))

    def groups(files: Sequence[Mapping[str, File]], at: Configuration, rounds: Rounds, step: Any = None) -> list[list[Timing]]:
        job = Job.read(Job(at, rounds, tuple(files)).text())
        made = []
        for number, group in enumerate(job.groups):
            taken = worker.measured(job, group, lambda message: None, first=number == 0)
            made.append([Timing(name, tuple(s), t) for name, s, t in zip(group, taken["seconds"], taken["loading"], strict=True)])
            if step:
                step(len(group))
        return made

    monkeypatch.setattr(bench_module, "measure", lambda files, *rest: groups([files], *rest)[0])
    monkeypatch.setattr(autotune_module, "measure", lambda files, *rest: groups([files], *rest)[0])
    monkeypatch.setattr(calibrate_module, "measure_groups", groups)
    return device


# -- without a card ------------------------------------------------------------------------------------------------------------


@without_card
@pytest.mark.parametrize("word", WORDS)
def test_it_is_refused_politely(word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tiny.yaml").write_text(TINY)
    for arguments in (
        ["bench", "tiny.yaml"],
        ["calibrate", "-o", "card.yaml"],
        ["export", "tiny.yaml", "--to", "python", "--autotune"],
        ["reproduce", "table7"],
    ):
        assert command([*arguments, "--runtime", word]) == 1
        said = capsys.readouterr().err
        assert said.startswith(f"the runtime {word} cannot run here: torch ")
        assert "Traceback" not in said
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.yaml"]


@without_card
def test_why_it_cannot_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.version, "cuda", None)
    assert "is built for the processor alone" in Cuda().lacks()
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    assert "torch finds no CUDA device" in Cuda().lacks()
    assert card.__wrapped__() is None
    assert not set(WORDS) & {one.word for one in usual()}


@pytest.mark.parametrize(
    ("word", "dtype", "message"),
    [
        ("cuda", "fp16", "unknown dtype 'fp16'; did you mean 'float16'?"),
        ("cuda", "half", "unknown dtype 'half'; did you mean 'float16'?"),
        ("cuda", "bf16", "unknown dtype 'bf16'; did you mean 'bfloat16'?"),
        ("cuda", "flaot32", "unknown dtype 'flaot32'; did you mean 'float32'?"),
        ("eager", "tf32", "eager runs networks in float32, float16, bfloat16, not in tf32"),
        ("openvino", "float16", "openvino runs networks in float32, not in float16"),
    ],
)
def test_types_that_are_not_there(word: str, dtype: str, message: str) -> None:
    with pytest.raises(InputError) as found:
        runtime_named(word).at(dtype=dtype)
    assert str(found.value) == message


def test_a_configuration_says_its_type_and_no_threads_of_a_card() -> None:
    assert str(runtime_named("cuda-graph").at(128, 2, "float16")) == "cuda-graph, batch 128, float16"
    assert str(runtime_named("eager").at(1, 2, "bfloat16")) == "eager, batch 1, 2 threads, bfloat16"
    asked = Asked(("cuda",), (1, 8), (1, 2), dtypes=("float32", "tf32"))
    found = [(at.batch, at.dtype) for at in asked.configurations(runtime_named("cuda"))]
    assert found == [(1, "float32"), (8, "float32"), (1, "tf32"), (8, "tf32")]


def test_where_no_runtime_is_named() -> None:
    """Those that do not have a type are left out with the reason; a type that none has is an error."""
    net = archdsl.loads(TINY)
    made = bench([("tiny", net)], Asked(threads=(1,), rounds=Rounds(2), dtypes=("bfloat16",)))
    assert {row.configuration.runtime for row in made.rows} == {"eager"}
    installed = {one.word for one in usual()}
    assert made.left_out == {word: "it has float32" for word in ("onnxruntime", "openvino") if word in installed}
    full = bench([("tiny", net)], Asked(("eager",), threads=(1,), rounds=Rounds(2)))
    assert made.rows[0].work.moved_bytes < 0.6 * full.rows[0].work.moved_bytes
    with pytest.raises(InputError, match="no runtime that runs where none is named has tf32; name one with --runtime"):
        Asked(dtypes=("tf32",)).chosen()


# -- the processor in the place of a card --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "dtype", "kept"),
    [
        ("cuda", "float32", torch.float32),
        ("cuda", "tf32", torch.float32),
        ("cuda", "bfloat16", torch.bfloat16),
        ("cuda-graph", "float16", torch.float16),
    ],
)
def test_types_and_layout(word: str, dtype: str, kept: torch.dtype, stand_in: Processor, tmp_path: Path) -> None:
    Knows.seen.clear()
    torch.save(Knows(), tmp_path / "net.pt")
    at = runtime_named(word).at(2, 4, dtype)
    job = Job(at, Rounds(3), ({"net": File(tmp_path / "net.pt", ((3, 8, 8),))},))
    taken = worker.measured(job, job.groups[0], lambda message: None)
    assert len(taken["seconds"][0]) == 3
    assert taken["loading"][0] > 0
    assert set(Knows.seen) == {(kept, kept, True, True)}
    assert stand_in.prepared == [at]
    assert stand_in.captures == (word == "cuda-graph")
    assert stand_in.timed > 3 + job.rounds.warmup  # rounds that wake the card, too
    before = stand_in.timed
    worker.measured(job, job.groups[0], lambda message: None, first=False)
    assert stand_in.timed == before + 3 + job.rounds.warmup + 1  # it is awake by now


def test_compiled_on_a_card(stand_in: Processor, tmp_path: Path) -> None:
    torch.save(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()), tmp_path / "net.pt")
    job = Job(runtime_named("cuda-compile").at(), Rounds(2), ({"net": File(tmp_path / "net.pt", ((3, 8, 8),))},))
    assert len(worker.measured(job, job.groups[0], lambda message: None)["seconds"][0]) == 2
    torch.save(nn.Linear(5, 5), tmp_path / "net.pt")
    with pytest.raises(BackendError, match=r"torch\.compile failed: .+"):
        worker.measured(job, job.groups[0], lambda message: None)


def test_a_bench_on_a_card(stand_in: Processor) -> None:
    nets = [("a.yaml", archdsl.loads(TINY)), ("b.yaml", archdsl.loads(TINY, out=16))]
    asked = Asked(
        ("cuda", "cuda-graph"), (1, 2), (1, 2), (AS_WRITTEN, OPTIMISED), rounds=Rounds(2), dtypes=("float32", "bfloat16")
    )
    made = bench(nets, asked)
    assert len(made.rows) == 2 * 2 * 2 * 4
    assert all(at.threads == 0 for at in made.by_configuration())
    assert stand_in.captures == 2 * 2 * 4
    data = made.as_dict()
    assert data["machine"]["card"]["name"] == "Test Card"
    assert data["machine"]["card"]["cudnn"] == "9.13.0"
    row = data["rows"][-1]
    assert (row["runtime"], row["batch"], row["threads"], row["dtype"]) == ("cuda-graph", 2, 0, "bfloat16")
    assert row["mhz"]["low"] <= row["mhz"]["high"]
    assert row["loading_seconds"] > 0
    notes = made.notes()
    assert "Test Card, 16.0 GiB, at most 1,980 MHz, driver 580.65.06, CUDA 13.0, cuDNN 9.13.0" in notes
    assert any(line.startswith("clock of the card meanwhile: ") for line in notes)
    assert "cuda-graph, batch 2, bfloat16: 2 rounds" in {sheet.title for sheet in made.sheets()}


def test_long_loading_is_told(stand_in: Processor) -> None:
    made = bench([("a", archdsl.loads(TINY))], Asked(("cuda",), rounds=Rounds(2)))
    row = made.rows[0]
    slow = replace(made, rows=(replace(row, timing=replace(row.timing, loading=35.2)),))
    assert "cuda, batch 1: compiled and loaded in Tiny 35 s" in slow.notes()
    assert not [line for line in made.notes() if "compiled" in line]


def test_forms_are_measured_on_a_card(stand_in: Processor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(autotune_module, "CARD_SECONDS", 0.02)
    at = runtime_named("cuda-graph").at(2, dtype="bfloat16")
    memory = tmp_path / "known.json"
    names: list[str] = []
    measured = autotune_module.measure

    def noted(files: Mapping[str, File], *rest: Any) -> list[Timing]:
        names.extend(files)
        return measured(files, *rest)

    monkeypatch.setattr(autotune_module, "measure", noted)
    tuned = autotune_module.autotune(archdsl.loads(BLOCKS_IN_A_ROW).graph(), at, remembered=memory)
    assert min(tuned.seconds.values()) > 0
    assert stand_in.captures == len(names) > 1
    assert {name.rpartition("-")[2] for name in names} == {"0"}  # one copy of each
    known = json.loads(memory.read_text())
    other = replace(machine_module.card(), name="Another Card")
    monkeypatch.setattr(machine_module, "card", lambda: other)
    autotune_module.autotune(archdsl.loads(BLOCKS_IN_A_ROW).graph(), at, remembered=memory)
    assert len(json.loads(memory.read_text())) == 2 * len(known)  # another card is measured anew


def test_a_calibration_on_a_card(stand_in: Processor) -> None:
    graphs = []
    for out in (4, 8):
        build = Builder((3, 8, 8))
        build("conv", "conv", out=out, kernel=3)
        graphs.append(build.graph)
    at = runtime_named("cuda-graph").at(2, dtype="float16")
    times = calibrate_module.measured(graphs, at, 0.02)
    assert all(time > 0 for time in times)
    device = LatencyDevice("test", {"layer": (("kernel", 5),)}, 8, 2)
    clocks = Clocks()
    clocks.step(0)
    made = calibrate_command._described(device, at, quality(times, times), None, str(clocks))
    assert made.about["machine"].startswith("Test Card, 16.0 GiB, at most 1,980 MHz, driver 580.65.06, ")
    assert ", clocks 1,000 MHz, " in made.about["machine"]
    again = read_device(Source("test.yaml", device_text(made)))
    assert again.about == made.about
    assert again.about["dtype"] == "float16"
    assert "threads" not in again.about
    assert again.heading.endswith("cuda-graph, batch 2, float16")


def test_what_cannot_be_captured() -> None:
    error = not_captured(RuntimeError("CUDA error: operation not permitted when stream is capturing\nCompile with TORCH_USE"))
    assert str(error) == (
        "it cannot be captured as a CUDA graph (CUDA error: operation not permitted when stream is capturing); "
        "cuda runs it operator by operator"
    )


# -- what the driver says ------------------------------------------------------------------------------------------------------


def test_clocks_of_the_driver() -> None:
    driver = _Driver.of(Library())
    assert driver is not None
    assert (driver.version(), driver.most_mhz(), driver.mhz()) == ("580.65.06", 1980, 345)
    told: list[int] = []
    clocks = Clocks(told.append, driver)
    clocks.step(3)
    clocks.step(0)  # too soon to look again
    assert (told, clocks.range, str(clocks)) == ([3, 0], (1980, 1980), "1,980 MHz")
    clocks._looked = 0.0
    clocks.step(1)
    assert (clocks.range, str(clocks)) == ((1755, 1980), "1,755 to 1,980 MHz")


def test_a_driver_that_does_not_say() -> None:
    assert _Driver.of(Library(broken="nvmlInit_v2")) is None
    assert _Driver.of(Library(broken="nvmlDeviceGetHandleByIndex_v2")) is None
    driver = _Driver.of(Library(broken="nvmlDeviceGetClockInfo"))
    assert driver is not None
    clocks = Clocks(driver=driver)
    clocks.step(1)
    assert (clocks.range, str(clocks)) == (None, "")
    assert str(Card("Test Card")) == "Test Card"


@pytest.mark.parametrize(
    ("visible", "call", "value"),
    [
        ("2,0", "nvmlDeviceGetHandleByIndex_v2", 2),
        ("", "nvmlDeviceGetHandleByIndex_v2", 0),
        ("GPU-12ab", "nvmlDeviceGetHandleByUUID", b"GPU-12ab"),
    ],
)
def test_the_card_that_cuda_takes(visible: str, call: str, value: int | bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    library = Library()
    _Driver.of(library)
    name, (which, _) = library.asked[-1]
    assert (name, which.value if isinstance(which, ctypes.c_uint) else which) == (call, value)


def test_versions_of_cudnn() -> None:
    assert [_dotted(number) for number in (8902, 91300, 91002, 0)] == ["8.9.2", "9.13.0", "9.10.2", ""]


def test_the_machine_has_a_card_where_something_runs_on_it() -> None:
    assert machine().card is None
    assert machine_of("eager", "onnxruntime") == machine()
    assert machine().runs == machine().processor
