"""A bench from specs to rows, in every runtime that is installed; and what is said where one cannot run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

import archdsl
from archdsl.compilers.export import Model
from archdsl.errors import BackendError, InputError
from archdsl.measure import autotune, files, networks, runtimes
from archdsl.measure import bench as bench_module
from archdsl.measure.bench import AS_WRITTEN, OPTIMISED, Asked, bench, steps
from archdsl.measure.files import write_model
from archdsl.measure.job import Configuration, File, Rounds
from archdsl.measure.plot import dots
from archdsl.measure.result import Bench, Work
from archdsl.measure.runtimes.runtime import Runtime
from archdsl.net import Net

SPEC = """
archdsl: 1
name: Tiny
import: [blocks/mobile]
input: [3, 16, 16]
knobs: {out: 8}
net:
  - {conv3x3: {out: $out, s: 2, nl: hswish}}
  - {bottleneck: {exp: 16, out: $out}}
  - {split: [1/2, rest], paths: [[{conv: {out: 4, kernel: 1}}], []], join: concat}
  - pool
  - {dropout: 0.2}
  - {linear: 10}
"""


@pytest.fixture(scope="module")
def nets() -> list[tuple[str, Net]]:
    return [("a.yaml", archdsl.loads(SPEC)), ("b.yaml", archdsl.loads(SPEC, out=16))]


@pytest.fixture(scope="module")
def found(nets: list[tuple[str, Net]]) -> tuple[Bench, list[int], Asked]:
    done: list[int] = []
    asked = Asked(batches=(1, 2), threads=(1,), rounds=Rounds(2))
    return bench(nets, asked, done.append), done, asked


def test_rows(found: tuple[Bench, list[int], Asked]) -> None:
    made, done, asked = found
    at = [(c.runtime, c.batch, c.threads) for c in made.by_configuration()]
    assert at == [(runtime, batch, 1) for runtime in ("eager", "onnxruntime", "openvino") for batch in (1, 2)]
    assert all(
        [row.entry.label for row in rows] == ["Tiny (a.yaml)", "Tiny (b.yaml)"] for rows in made.by_configuration().values()
    )
    assert sum(done) == steps(2, asked) == 2 + 2 * 3 + 6
    assert not made.left_out
    first, second = made.rows[:2]
    assert first.ratio.low == first.ratio.median == first.ratio.high == 1
    pairs = sorted(b / a for a, b in zip(first.timing.seconds, second.timing.seconds, strict=True))
    assert second.ratio.median == pytest.approx(sum(pairs) / 2)


def test_json(found: tuple[Bench, list[int], Asked]) -> None:
    data = found[0].as_dict()
    assert list(data) == ["machine", "first", "ratios", "rows", "left_out"]
    assert data["first"] == "Tiny (a.yaml)"
    row = data["rows"][1]
    names = [
        "runtime",
        "batch",
        "threads",
        "dtype",
        "network",
        "spec",
        "optimized",
        "int8",
        "rounds",
        "seconds",
        "ratio",
        "macs",
        "moved_bytes",
    ]
    assert list(row) == [*names, "kernels", "loading_seconds"]
    assert (row["network"], row["spec"], row["optimized"], row["rounds"]) == ("Tiny (b.yaml)", "b.yaml", False, 2)
    assert list(row["seconds"]) == ["median", "low", "high", "minimum"]
    assert list(row["ratio"]) == ["median", "low", "high", "tells"]
    assert not row["ratio"]["tells"]  # two rounds


def test_work_is_of_the_batch_and_views_are_no_kernels(nets: list[tuple[str, Net]]) -> None:
    net = nets[0][1]
    one, four = (Work.of(net.graph(), Configuration("eager", batch)) for batch in (1, 4))
    assert one.macs == net.cost().macs
    assert four.macs == 4 * one.macs
    assert one.moved_bytes < four.moved_bytes < 4 * one.moved_bytes  # weights are read once
    names = [layer.node.op.word for layer in net.cost()]
    views = sum(name in ("slice", "flatten", "dropout") for name in names)
    assert views >= 3
    assert one.kernels == len(names) - views


def test_plot(found: tuple[Bench, list[int], Asked]) -> None:
    drawn = dots(found[0])
    assert drawn.axis == "time / time of Tiny (a.yaml)"
    assert [dot.group for dot in drawn.dots[:3]] == ["eager, batch 1, 1 thread"] * 2 + ["eager, batch 2, 1 thread"]
    assert drawn.dots[0].words.startswith("1.000   ")
    assert found[0].machine.processor in drawn.note


def test_weights_are_random_and_norms_have_statistics(nets: list[tuple[str, Net]]) -> None:
    state = torch.random.get_rng_state()
    one, same, other = (networks.model(nets[0][1], seed).module for seed in (0, 0, 1))
    assert torch.equal(torch.random.get_rng_state(), state)
    assert not one.training
    norms = [part for part in one.modules() if isinstance(part, nn.BatchNorm2d)]
    assert norms
    for norm in norms:
        assert norm.running_mean.abs().max() > 1e-3
        assert (norm.running_var - 1).abs().max() > 1e-3
        assert norm.weight.std() > 0.05
        assert norm.momentum == 0.1
    image = torch.randn(2, 3, 16, 16)
    with torch.no_grad():
        assert torch.equal(one(image), same(image))
        assert not torch.equal(one(image), other(image))
        assert one(image).isfinite().all()


def test_as_written_and_optimised(nets: list[tuple[str, Net]], monkeypatch: pytest.MonkeyPatch) -> None:
    """With a pass of this test, so that it says what the bench does and not what passes do."""

    def optimised(model: Model) -> Model:
        return replace(model, graph=nets[1][1].graph(), module=networks.model(nets[1][1]).module)

    monkeypatch.setattr(networks, "optimised", optimised)
    made = bench(nets[:1], Asked(("eager",), threads=(1,), versions=(AS_WRITTEN, OPTIMISED), rounds=Rounds(2)))
    assert [(row.entry.label, row.entry.optimised) for row in made.rows] == [("Tiny", False), ("Tiny, optimised", True)]
    assert made.rows[0].work.macs < made.rows[1].work.macs
    assert not made.optimised
    alone = bench(nets[:1], Asked(("eager",), threads=(1,), versions=(OPTIMISED,), rounds=Rounds(2)))
    assert [(row.entry.label, row.entry.optimised) for row in alone.rows] == [("Tiny", True)]
    assert alone.optimised
    assert dots(alone).title == "In ratio to Tiny, all optimised"


PATHS = """
archdsl: 1
name: Paths
import: [blocks/mobile, blocks/partial]
input: [3, 16, 16]
net:
  - {conv3x3: {out: 16}}
  - {dp_b: {exp: 32, out: 16}}
  - pool
  - linear: 10
"""


def test_forms_chosen_by_measuring(nets: list[tuple[str, Net]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With the blocks measured for real, and remembered: the second time nothing is measured."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(autotune, "SECONDS", 0.05)
    net = ("paths", archdsl.loads(PATHS))
    asked = Asked(("onnxruntime",), threads=(1,), versions=(AS_WRITTEN, OPTIMISED), tuned=True, rounds=Rounds(2))
    first = bench([net], asked)
    assert [row.entry.optimised for row in first.rows] == [False, True]
    assert first.rows[1].work.kernels < first.rows[0].work.kernels / 2
    monkeypatch.setattr(autotune, "run", None)
    assert bench([net], asked).rows[1].work == first.rows[1].work


def test_int8_beside_float32(nets: list[tuple[str, Net]]) -> None:
    done: list[int] = []
    asked = Asked(batches=(1, 2), threads=(1,), rounds=Rounds(5), int8=True)
    made = bench(nets, asked, done.append)
    assert sum(done) == steps(2, asked)
    rows = made.by_configuration()
    assert [(at.runtime, at.batch) for at in rows] == [("onnxruntime", 1), ("onnxruntime", 2), ("openvino", 1), ("openvino", 2)]
    labels = ["Tiny (a.yaml)", "Tiny (a.yaml), int8", "Tiny (b.yaml)", "Tiny (b.yaml), int8"]
    assert all([row.entry.label for row in found] == labels for found in rows.values())
    assert made.left_out == {"eager": "it runs no network in int8"}
    whole, first, other, second = next(iter(rows.values()))
    assert whole.float32 is other.float32 is None
    assert first.float32 == first.ratio
    pairs = sorted(b / a for a, b in zip(other.timing.seconds, second.timing.seconds, strict=True))
    assert second.float32 is not None
    assert second.float32.median == pairs[2]
    assert first.work.moved_bytes < whole.work.moved_bytes / 3
    told = made.as_dict()["rows"]
    assert [row["int8"] for row in told[:4]] == [False, True, False, True]
    assert [("over_float32" in row) for row in told[:4]] == [False, True, False, True]
    assert "/ float32" in made.sheets()[0].head
    assert any(line.startswith("int8: ") for line in made.notes())


def test_int8_where_it_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"^eager runs no network in int8; onnxruntime and openvino do$"):
        Asked(("onnxruntime", "eager"), int8=True).chosen()
    monkeypatch.setattr(files, "find_spec", lambda package: None)
    with pytest.raises(
        BackendError, match=r"int8 needs onnx, onnxruntime, which are not installed: pip install 'archdsl\[onnx\]'"
    ):
        Asked(("openvino",), int8=True).chosen()


def test_one_spec_twice(nets: list[tuple[str, Net]]) -> None:
    made = bench([nets[0], nets[0]], Asked(("eager",), threads=(1,), rounds=Rounds(2)))
    assert [row.entry.label for row in made.rows] == ["Tiny", "Tiny #2"]


def _only(monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    """No other runtimes than these run where none is named."""
    for word, one in list(runtimes.RUNTIMES.items()):
        monkeypatch.setitem(runtimes.RUNTIMES, word, replace(one, usual=word in words))


def test_a_runtime_that_cannot_run(nets: list[tuple[str, Net]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Named, it is an error; otherwise it is left out with the reason."""

    def refuse(model: Model, runtime: Runtime, folder: Path) -> File:
        if runtime.word == "openvino":
            raise BackendError("it has no such operator")
        return write_model(model, runtime, folder)

    monkeypatch.setattr(bench_module, "write_model", refuse)
    with pytest.raises(BackendError, match=r"^Tiny: it has no such operator$"):
        bench(nets[:1], Asked(("openvino",), threads=(1,), rounds=Rounds(1)))
    _only(monkeypatch, "eager", "openvino")
    made = bench(nets[:1], Asked(threads=(1,), rounds=Rounds(1)))
    assert [row.configuration.runtime for row in made.rows] == ["eager"]
    assert made.left_out == {"openvino": "Tiny: it has no such operator"}
    _only(monkeypatch, "openvino")
    with pytest.raises(BackendError, match="no runtime can run the networks:\nTiny: it has no such operator"):
        bench(nets[:1], Asked(threads=(1,), rounds=Rounds(1)))


def test_runtimes_that_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [one.word for one in Asked(("openvino", "eager", "eager")).chosen()] == ["openvino", "eager"]
    with pytest.raises(InputError, match=r"unknown runtime 'onnx'; did you mean|unknown runtime 'onnx'; known"):
        Asked(("onnx",)).chosen()
    for word, one in list(runtimes.RUNTIMES.items()):
        monkeypatch.setitem(runtimes.RUNTIMES, word, replace(one, library="no_such_package"))
    with pytest.raises(BackendError, match=r"no runtime is installed: pip install 'archdsl\[onnx,openvino,torch\]'"):
        Asked().chosen()
