"""Exports in int8: what is in the files, by ONNX's own reader and reference; what is kept, and what is not."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator

import archdsl
from archdsl.compilers.export import Model, Run, backend
from archdsl.compilers.int8 import Samples, export_int8
from archdsl.compilers.int8 import openvino as in_openvino
from archdsl.compilers.int8.judge import judge
from archdsl.compilers.int8.onnx import quantise, write_float
from archdsl.compilers.int8.samples import noise
from archdsl.errors import BackendError
from archdsl.measure import networks

SPEC = """
archdsl: 1
name: Tiny
import: [blocks/mobile, blocks/partial]
input: [3, 32, 32]
net:
  - {conv3x3: {out: 16, s: 2, nl: hswish}}
  - {dp_b: {exp: 32, out: 24, se: true, nl: hswish, s: 2}}
  - {dp_a: {exp: 48, out: 24, nl: relu}}
  - {maxpool: {kernel: 3, stride: 2, padding: 1}}
  - pool
  - {linear: 10}
"""


def model_of(text: str) -> Model:
    return networks.model(archdsl.loads(text))


@pytest.fixture(scope="module")
def model() -> Model:
    return model_of(SPEC)


def samples(model: Model) -> Samples:
    """Noise, the first half of which decides scales."""
    first, second = noise(model.graph)
    return Samples("noise", [first], iter([(second, None)]))


@pytest.fixture(scope="module")
def written(model: Model, tmp_path_factory: pytest.TempPathFactory) -> onnx.ModelProto:
    path = tmp_path_factory.mktemp("int8") / "tiny.onnx"
    checked, found = export_int8(model, "onnx", path, samples(model))
    assert checked.files == (path,)
    assert [file.name for file in path.parent.iterdir()] == ["tiny.onnx"]
    assert checked.largest_difference <= checked.tolerance < 5e-5  # of float32
    assert (found.calibrated, found.judged.images) == (4, 4)
    assert found.bytes == path.stat().st_size
    assert found.judged.decibels["output"] > 15
    return onnx.load(path)


def test_weights_are_int8_by_channel_and_symmetric(model: Model, written: onnx.ModelProto) -> None:
    """Each is the nearest of 255 steps between plus and minus its channel's largest, worked out here from the module's weights."""
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in written.graph.initializer}
    makers = {name: node for node in written.graph.node for name in node.output}
    convolutions = [node for node in written.graph.node if node.op_type == "Conv"]
    assert len(convolutions) == sum(node.op.word in ("conv", "depthwise") for node in model.graph)
    for node in convolutions:
        weight, scale, zero = [constants[name] for name in makers[node.input[1]].input]
        assert weight.dtype == np.int8
        assert scale.shape == zero.shape == weight.shape[:1]
        assert not zero.any()
        assert (np.abs(weight.reshape(len(weight), -1)).max(1) >= 126).mean() > 0.9  # the range is used in nearly every channel
        assert makers[node.input[0]].op_type == "DequantizeLinear"
        assert constants[makers[node.input[0]].input[2]].dtype == np.uint8


def test_onnx_reads_the_file_as_onnx_runtime_does(model: Model, written: onnx.ModelProto) -> None:
    """Where both round the same, their outputs are equal; a value half-way between two steps may fall to either side."""
    image = noise(model.graph)[1][0][:2]
    path = {"x": image}
    wanted = ReferenceEvaluator(written).run(None, path)[0]
    import onnxruntime

    came = onnxruntime.InferenceSession(written.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, path)[0]
    noise_of = float(np.square(came - wanted).sum())
    assert 10 * math.log10(float(np.square(wanted).sum()) / max(noise_of, 1e-12)) > 30


def test_operators_are_those_with_kernels_in_int8(model: Model, written: onnx.ModelProto) -> None:
    found = Counter(node.op_type for node in written.graph.node)
    assert not found.keys() & {"HardSwish", "ReduceMean", "BatchNormalization", "Clip", "Relu"}
    assert found["GlobalAveragePool"] == 3  # of two gates, and before the classes
    swishes = [node.name for node in model.graph if node.op.word == "hswish"]
    assert {f"{name}/sum" for name in swishes} <= {node.name for node in written.graph.node}
    assert len(swishes) > 3
    assert not [node for node in written.graph.node if node.name.endswith("/sixth") and node.op_type == "Mul"]
    used = {name for node in written.graph.node for name in node.input}
    assert {tensor.name for tensor in written.graph.initializer} <= used


def test_the_last_product_is_left_in_float32(written: onnx.ModelProto) -> None:
    """Or classes that are close would be the same."""
    (output,) = written.graph.output
    (last,) = [node for node in written.graph.node if output.name in node.output]
    assert last.op_type == "Gemm"


def test_hard_swish_in_two_operators_is_hard_swish(tmp_path: Path) -> None:
    """By itself, on every value that 8 bits have, beside the formula: the gate has 256 steps from 0 to 1, the output as many."""
    made = model_of("input: [1, 1, 256]\nnet: [hswish, {conv: {out: 1, kernel: 1, bias: false}}]\n")
    with torch.no_grad():
        next(made.module.parameters()).fill_(1.0)
    image = np.linspace(-4, 4, 256, dtype=np.float32).reshape(1, 1, 1, 256)
    write_float(made, tmp_path / "float.onnx")
    quantise(tmp_path / "float.onnx", tmp_path / "int8.onnx", made.graph, [(image,)])
    came = backend("onnx").read(tmp_path / "int8.onnx")(torch.from_numpy(image))[0].numpy()
    step = 8 / 255
    assert np.abs(came - image * np.clip(image + 3, 0, 6) / 6).max() < 2.5 * step
    kinds = Counter(node.op_type for node in onnx.load(tmp_path / "int8.onnx").graph.node)
    assert (kinds["Add"], kinds["Mul"]) == (1, 1)


def test_several_outputs(tmp_path: Path) -> None:
    """One is read by a relu as well, and keeps its negative values."""
    made = model_of("""
import: [blocks/mobile]
input: [3, 16, 16]
net:
  - {conv: {out: 8, kernel: 3}}
  - {conv: {out: 8, kernel: 3, padding: 1}, as: maps}
  - relu
  - pool
  - {linear: 5, as: classes}
outputs: {maps: maps, classes: classes}
""")
    _, found = export_int8(made, "onnx", tmp_path / "two.onnx", samples(made))
    assert list(found.judged.decibels) == ["maps", "classes"]
    assert all(20 < decibels < 60 for decibels in found.judged.decibels.values())
    assert found.judged.changed is None
    assert found.judged.top1 is None


def test_nothing_to_quantise(tmp_path: Path) -> None:
    made = model_of("input: [4, 8, 8]\nnet: [tanh]\n")
    with pytest.raises(BackendError, match="finds nothing in the network that has an int8 form"):
        export_int8(made, "onnx", tmp_path / "none.onnx", samples(made))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (lambda y: y * float("nan"), "in int8 the output is not finite; nothing was kept"),
        (lambda y: torch.ones_like(y), "in int8 the output is the same for every image; nothing was kept"),
        (lambda y: y[:, :3], r"in int8 the output is \(4, 3\) where it is \(4, 10\) in float32; nothing was kept"),
    ],
)
def test_what_cannot_be_right_is_not_kept(changed: Any, message: str, model: Model, tmp_path: Path, monkeypatch: Any) -> None:
    path = tmp_path / "tiny.onnx"
    path.write_text("earlier")
    chosen = backend("onnx")
    real, seen = chosen.read, []

    def wrong(path: Path) -> Run:
        run = real(path)
        seen.append(path)
        return run if len(seen) == 1 else lambda image: (changed(run(image)[0]),)

    monkeypatch.setattr(chosen, "read", wrong)
    with pytest.raises(BackendError, match=message):
        export_int8(model, "onnx", path, samples(model))
    assert [file.name for file in tmp_path.iterdir()] == ["tiny.onnx"]
    assert path.read_text() == "earlier"


def test_figures_are_those_of_numpy() -> None:
    generator = np.random.default_rng(0)
    exact = generator.standard_normal((40, 10)).astype(np.float32)
    rounded = exact + generator.normal(0, 0.3, (40, 10)).astype(np.float32)
    labels = generator.integers(10, size=40)

    def test() -> Iterator[tuple[Any, Any]]:
        for start in (0, 16, 32):
            place = np.arange(start, min(start + 16, 40))
            yield (place.astype(np.float32)[:, None],), labels[place]

    def run(values: np.ndarray[Any, Any]) -> Run:
        return lambda place: (torch.from_numpy(values[place[:, 0].long().numpy()]),)

    found = judge(run(exact), run(rounded), ["output"], test())
    noise_of = np.square(rounded.astype(np.float64) - exact).sum()
    assert found.images == 40
    assert found.decibels["output"] == pytest.approx(10 * np.log10(np.square(exact.astype(np.float64)).sum() / noise_of))
    before, after = exact.argmax(1), rounded.argmax(1)
    assert found.changed == (before != after).sum() > 0
    assert found.top1 == ((before == labels).mean(), (after == labels).mean())
    same = judge(run(exact), run(exact), ["output"], test())
    assert same.decibels == {"output": math.inf}
    assert same.as_dict()["decibels"] == {"output": None}


def test_openvino_in_int8(model: Model, tmp_path: Path, capfd: Any) -> None:
    pytest.importorskip("nncf")  # brings scipy and scikit-learn
    checked, found = export_int8(model, "openvino", tmp_path / "tiny.xml", samples(model))
    assert [file.name for file in checked.files] == ["tiny.xml", "tiny.bin"]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["tiny.bin", "tiny.xml"]
    assert found.runtime == "OpenVINO"
    assert found.judged.decibels["output"] > 15
    text = (tmp_path / "tiny.xml").read_text()
    assert 'element_type="i8"' in text
    assert "FakeQuantize" in text
    assert capfd.readouterr().out == ""  # no bars, no advice


def test_nncf_is_named_where_it_is_missing(model: Model, tmp_path: Path, monkeypatch: Any) -> None:
    def absent() -> None:
        raise ModuleNotFoundError("nncf", name="nncf")

    monkeypatch.setattr(in_openvino, "quantiser", absent)
    with pytest.raises(BackendError, match=r"int8 in openvino needs nncf, which is not installed: pip install 'archdsl\[int8\]'"):
        export_int8(model, "openvino", tmp_path / "tiny.xml", samples(model))
    assert not list(tmp_path.iterdir())
