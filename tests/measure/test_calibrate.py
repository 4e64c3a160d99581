"""Calibration: synthetic networks, a fit that finds what was planted, and a device file that is whole or not there."""

from __future__ import annotations

import json
import random
from itertools import islice
from pathlib import Path

import numpy as np
import onnx
import pytest
from click.testing import CliRunner

import archdsl
from archdsl.cli.calibrate import command
from archdsl.compilers.onnx_direct import onnx_model
from archdsl.cost.counting.bill import Bill
from archdsl.cost.latency.device import ANY, Device
from archdsl.cost.latency.devices import load_device
from archdsl.cost.latency.layer_kinds import KINDS, kinds
from archdsl.cost.latency.neighbours import Neighbours
from archdsl.cost.latency.predict import latency
from archdsl.cost.latency.work import WORK
from archdsl.errors import BackendError
from archdsl.ir.canonical import canonical_hash
from archdsl.ir.graph import Graph
from archdsl.ir.verify import verify
from archdsl.measure.calibrate import check as check_module
from archdsl.measure.calibrate import plan as plan_module
from archdsl.measure.calibrate import run as run_module
from archdsl.measure.calibrate.basis import BASIS
from archdsl.measure.calibrate.fit import fit, nonnegative
from archdsl.measure.calibrate.quality import quality
from archdsl.measure.calibrate.regressors import Sample, regressors, units
from archdsl.measure.calibrate.run import fitted, measured, predicted
from archdsl.measure.calibrate.synthetic import networks
from archdsl.measure.job import Configuration
from archdsl.spec.locate import zoo_names


@pytest.fixture(scope="module")
def graphs() -> list[Graph]:
    return list(islice(networks(), 240))


def planted(seed: int = 0) -> Device:
    """A device of the form that is fitted, its coefficients about as those of a processor: a microsecond, tenths of nanoseconds."""
    rng = random.Random(seed)
    size = {"kernel": 10**9, **dict.fromkeys(("blocks", "inside", "macs", "products"), 10**4)}
    named = {*BASIS, *(kind for kind in KINDS if units(kind) == BASIS[ANY] and "." not in kind)}
    terms = {kind: tuple((unit, rng.randint(1, 20) * size.get(unit, 10**5)) for unit in units(kind)) for kind in sorted(named)}
    return Device("planted", terms, block=16)


# -- networks ------------------------------------------------------------------------------------------------------------------


def test_networks_are_sound_and_the_same_every_time(graphs: list[Graph]) -> None:
    again = list(islice(networks(), 12))
    assert [canonical_hash(graph) for graph in graphs[:12]] == [canonical_hash(graph) for graph in again]
    assert len({canonical_hash(graph) for graph in graphs}) == len(graphs)
    for graph in graphs:
        verify(graph, "calibration")
    onnx.checker.check_model(onnx_model(graphs[0]), full_check=True)


def _kinds_of(graph: Graph) -> set[str]:
    beside = Neighbours(graph)
    return {kind for layer in Bill(graph) for kind, _ in kinds(layer, beside.of(layer.node))}


def test_what_networks_have_is_calibrated() -> None:
    """No kind of the zoo goes without a time of its own, or of the kind above it, but those that some network has and too few."""
    graphs = list(islice(networks(), 400))  # of the 600 that a calibration measures where nothing else is asked for
    seen = set().union(*map(_kinds_of, graphs))
    own = {kind for kind, _ in regressors([Sample.of(graph) for graph in graphs], 1, 16).columns}
    lacking = {}
    for name in zoo_names():
        for kind in _kinds_of(archdsl.load(name).graph()) - seen - {"pass"}:
            if not any(".".join(kind.split(".")[:n]) in own for n in range(1, kind.count(".") + 2)):
                lacking[kind] = name
    assert not lacking


def test_no_network_is_of_the_zoo(graphs: list[Graph]) -> None:
    zoo = {canonical_hash(archdsl.load(name).graph()) for name in zoo_names()}
    assert not zoo & {canonical_hash(graph) for graph in graphs}


# -- the fit -------------------------------------------------------------------------------------------------------------------


def test_planted_coefficients_are_found(graphs: list[Graph]) -> None:
    """From exact times, the fit predicts networks that it did not see; so it does where a tenth of the times is disturbed."""
    device = planted()
    times = [predicted(graph, device) for graph in graphs]
    samples = [Sample.of(graph) for graph in graphs]
    known, unseen = slice(0, 210), slice(210, None)
    found, fit_quality = fitted(samples[known], times[known], "found", 1)
    assert found.block == 16
    assert fit_quality.error < 0.1
    assert fit_quality.rank > 0.9
    assert quality([predicted(graph, found) for graph in graphs[unseen]], times[unseen]).error < 0.02
    disturbed = [time * (3 if number % 10 == 0 else 1) for number, time in enumerate(times)]
    robust, _ = fitted(samples[known], disturbed[known], "robust", 1)
    assert quality([predicted(graph, robust) for graph in graphs[unseen]], times[unseen]).error < 0.06


def test_a_small_fit_is_exact() -> None:
    rng = np.random.default_rng(0)
    work = rng.uniform(0.1, 1, (40, 4)) * [1, 1e3, 1e6, 1e9]
    wanted = np.array([3.0, 2e-3, 0.0, 5e-9])
    assert fit(work, work @ wanted, ridge=0.0) == pytest.approx(wanted, rel=1e-6, abs=1e-12)


def test_a_fit_never_goes_below_zero() -> None:
    rng = np.random.default_rng(1)
    for size in range(1, 8):
        made = rng.standard_normal((3 * size, size))
        gram, right = made.T @ made, rng.standard_normal(size)
        found = nonnegative(gram, right)
        slope = gram @ found - right
        assert (found >= 0).all()
        assert (slope > -1e-8).all()  # no coefficient that would gain by growing
        assert found @ slope == pytest.approx(0, abs=1e-8)


def test_rare_kinds_share_coefficients(graphs: list[Graph]) -> None:
    columns = {kind for kind, _ in regressors([Sample.of(graph) for graph in graphs[:40]], 1, 16).columns}
    assert "conv.pointwise" in columns
    assert "conv.dense.image.odd" not in columns
    assert columns <= KINDS | {ANY}
    assert all(unit in WORK for terms in BASIS.values() for unit in terms)
    assert set(BASIS) <= KINDS | {ANY}


def test_quality_with_equal_values() -> None:
    found = quality([1.0, 2.0, 2.0, 4.0], [1.0, 2.0, 2.0, 5.0])
    assert (found.networks, found.error, round(found.rank, 9)) == (4, 0.0, 1.0)
    assert str(quality([1.1, 2.0], [1.0, 2.0])) == (
        "2 networks, median error 5.0%, nine in ten within 9.0%, rank correlation 1.000"
    )


# -- measuring and the command -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["onnxruntime", "eager"])
def test_networks_are_measured(word: str, graphs: list[Graph]) -> None:
    small = sorted(graphs, key=lambda graph: Bill(graph).macs)[:3]
    steps: list[int] = []
    times = measured(small, Configuration(word, 2, 1), 0.01, steps.append)
    assert len(times) == 3
    assert all(0 < time < 60 for time in times)
    assert sum(steps) == 6  # two visits to each


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measurements by a planted device instead of a clock."""

    def times(graphs, at, seconds, step=None, visits=2):
        return [float(latency(Bill(graph), planted()).total) / 10**15 for graph in graphs]

    monkeypatch.setattr(run_module, "measured", times)
    monkeypatch.setattr(check_module, "measured", times)
    monkeypatch.setattr(plan_module, "measured", times)
    monkeypatch.setattr("archdsl.spec.locate.zoo_names", lambda: ["squeezenet", "mobilenet_v2", "resnet18"])


def test_the_command(fake: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(command, ["-o", "laptop.yaml", "--threads", "1", "--seconds", "60", "--check"])
    assert result.exit_code == 0, result.output
    assert result.output.startswith("laptop.yaml is written: ")
    assert "onnxruntime, 1 thread, batch 1" in result.output
    assert "held out: 3 networks, median error" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["laptop.yaml"]
    made = load_device("laptop")
    assert set(made.about) == {"machine", "runtime", "threads", "batch", "versions", "date", "fit", "held out"}
    assert made.few == 0
    net = archdsl.load("squeezenet")
    assert latency(net.cost(), made).total == pytest.approx(latency(net.cost(), planted()).total, rel=0.1)
    result = CliRunner().invoke(command, ["-o", "laptop.yaml", "--seconds", "60", "--json"])
    data = json.loads(result.output)
    assert data["written"] == "laptop.yaml"
    assert data["held_out"] is None
    assert data["fit"]["networks"] == 240


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("-o laptop.txt", "a device file ends in .yaml"),
        ("-o my.laptop.yaml", "the name of a device is of letters, digits, - and _"),
        ("-o raspberry-pi-3b.yaml", "'raspberry-pi-3b' is the name of a shipped device; give the file another"),
        ("-o nowhere/laptop.yaml", "there is no folder nowhere"),
        ("-o laptop.yaml --runtime onnxruntme", "unknown runtime 'onnxruntme'; did you mean 'onnxruntime'?"),
        ("-o laptop.yaml --threads 0", "--threads"),
        ("-o laptop.yaml --threads 1,two", "'1,two' is not a list of positive numbers"),
        ("-o laptop.yaml --runtime ,", "--runtime names no runtime"),
        ("-o laptop.yaml --runtime onnxruntime,egaer", "unknown runtime 'egaer'; did you mean 'eager'?"),
    ],
)
def test_mistakes_of_the_command(arguments: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(command, arguments.split())
    assert result.exit_code != 0
    assert message in (result.output + str(result.exception))
    assert not list(tmp_path.iterdir())


def test_nothing_is_left_of_what_fails(fake: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("laptop.yaml").write_text("what was there")

    def broken(*arguments: object, visits: int) -> None:
        raise BackendError("onnxruntime: '3' cannot be run")

    monkeypatch.setattr(run_module, "measured", broken)
    result = CliRunner().invoke(command, ["-o", "laptop.yaml"])
    assert isinstance(result.exception, BackendError)
    assert Path("laptop.yaml").read_text() == "what was there"
    assert [path.name for path in tmp_path.iterdir()] == ["laptop.yaml"]


# -- several configurations ----------------------------------------------------------------------------------------------------

SEVERAL = ["-o", "laptop.yaml", "--runtime", "onnxruntime,eager", "--threads", "1,2", "--seconds", "60"]
NAMES = ["laptop-eager-1", "laptop-eager-2", "laptop-onnxruntime-1", "laptop-onnxruntime-2"]


def test_a_file_for_each_configuration(fake: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(command, [*SEVERAL, "--json"])
    assert result.exit_code == 0, result.output
    assert sorted(path.stem for path in tmp_path.iterdir()) == NAMES
    made = load_device("laptop-eager-2")
    assert (made.name, made.about["runtime"], made.about["threads"]) == ("laptop-eager-2", "eager", "2")
    data = json.loads(result.output)
    assert [entry["written"] for entry in data["devices"]] == [
        "laptop-onnxruntime-1.yaml",
        "laptop-onnxruntime-2.yaml",
        "laptop-eager-1.yaml",
        "laptop-eager-2.yaml",
    ]


def test_names_say_what_differs(tmp_path: Path) -> None:
    one = plan_module.configurations(["eager"], (4,), (1,))
    assert [path.name for path in plan_module.files(tmp_path / "a.yaml", one)] == ["a.yaml"]
    batches = plan_module.configurations(["eager", "eager"], (1, 16), (2,))
    assert [path.name for path in plan_module.files(tmp_path / "a.yml", batches)] == [
        "a-eager-2-batch1.yml",
        "a-eager-2-batch16.yml",
    ]


def test_what_cannot_be_measured_is_told_first(fake: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it at once, before anything is measured: a runtime that does not run, a file that cannot be written."""
    monkeypatch.chdir(tmp_path)

    def tried(graphs: object, at: Configuration, seconds: float, visits: int) -> list[float]:
        if at.runtime == "eager":
            raise BackendError(f"eager does not run with {at.threads}")
        return [1.0]

    monkeypatch.setattr(plan_module, "measured", tried)
    monkeypatch.setattr(run_module, "measured", None)
    result = CliRunner().invoke(command, SEVERAL)
    assert str(result.exception) == "eager does not run with 1\neager does not run with 2"
    Path("laptop-eager-2.yaml").mkdir()
    result = CliRunner().invoke(command, SEVERAL)
    assert "laptop-eager-2.yaml" in str(result.exception)
    assert [path.name for path in tmp_path.iterdir()] == ["laptop-eager-2.yaml"]


def test_an_interrupt_keeps_what_is_measured(fake: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    times = run_module.measured

    def interrupted(graphs, at, seconds, step=None, visits=2):
        if at.runtime == "eager":
            raise KeyboardInterrupt
        return times(graphs, at, seconds)

    monkeypatch.setattr(run_module, "measured", interrupted)
    result = CliRunner().invoke(command, SEVERAL)
    assert result.exit_code != 0
    assert "kept: laptop-onnxruntime-1.yaml, laptop-onnxruntime-2.yaml" in result.output
    assert sorted(path.stem for path in tmp_path.iterdir()) == NAMES[2:]
