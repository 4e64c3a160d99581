"""An imported ONNX file is run and compared: what is equal, what differs, and which runtime tells."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from archdsl.cli.main import run
from archdsl.importer.imported import Imported, from_file
from archdsl.importer.onnx_run import MADE_ANEW
from archdsl.importer.proof import prove

RNG = np.random.default_rng(0)


def saved(tmp_path: Path, nodes: list[onnx.NodeProto], shape: list[int | str], **tensors: np.ndarray) -> Path:
    constants = [numpy_helper.from_array(array, name) for name, array in tensors.items()]
    ends = [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape), helper.make_empty_tensor_value_info("y")]
    graph = helper.make_graph(nodes, "made", ends[:1], ends[1:], constants)
    made = onnx.shape_inference.infer_shapes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8))
    path = tmp_path / "made.onnx"
    onnx.save(made, path)
    return path


def normal(*shape: int) -> np.ndarray:
    return RNG.standard_normal(shape).astype(np.float32)


def small(tmp_path: Path, batch: int | str = "n") -> Path:
    nodes = [
        helper.make_node("Conv", ["x", "w", "b"], ["c"], pads=[1, 1, 1, 1], strides=[2, 2]),
        helper.make_node("Relu", ["c"], ["r"]),
        helper.make_node("MaxPool", ["r"], ["y"], kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2]),
    ]
    return saved(tmp_path, nodes, [batch, 3, 16, 16], w=normal(4, 3, 3, 3), b=normal(4))


def test_a_file_is_compared_in_double_precision(tmp_path: Path) -> None:
    proof = prove(from_file(small(tmp_path)))
    assert proof.holds
    assert proof.how == "float64"
    assert proof.difference is not None
    assert proof.difference < 1e-12
    assert proof.parameters == 4 * 27 + 4


def test_a_batch_that_is_fixed_is_the_one_that_is_run(tmp_path: Path) -> None:
    assert prove(from_file(small(tmp_path, 1))).difference is not None


def changed(found: Imported, factor: float) -> Imported:
    name = next(name for name, tensor in found.weights.items() if tensor.ndim == 4)
    return replace(found, weights={**found.weights, name: found.weights[name] * factor})


def test_other_weights_are_a_difference(tmp_path: Path) -> None:
    assert not prove(changed(from_file(small(tmp_path)), 1.0001)).holds


def resized(tmp_path: Path) -> Path:
    nodes = [
        helper.make_node("Conv", ["x", "w", "b"], ["c"], pads=[1, 1, 1, 1]),
        helper.make_node("Resize", ["c", "", "scales"], ["y"], mode="linear"),
    ]
    scales = np.array([1, 1, 2, 2], np.float32)
    return saved(tmp_path, nodes, ["n", 3, 16, 16], w=normal(4, 3, 3, 3), b=normal(4), scales=scales)


def test_what_the_reference_is_slow_at_is_run_by_onnx_runtime(tmp_path: Path) -> None:
    proof = prove(from_file(resized(tmp_path)))
    assert proof.holds
    assert proof.how == "float32, by ONNX Runtime"
    assert proof.allowed < 1e-4
    assert not prove(changed(from_file(resized(tmp_path)), 1.01)).holds


def test_a_file_that_nothing_runs_is_not_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = from_file(resized(tmp_path))
    monkeypatch.setattr("archdsl.compilers.onnx.read", lambda path: 1 / 0)
    proof = prove(found)
    assert proof.difference is None
    assert proof.why == "the original cannot be run: division by zero"


@pytest.mark.parametrize(
    "node",
    [
        helper.make_node("Conv", ["x", "w", "b"], ["y"], pads=[0, 1, 2, 1], strides=[2, 1], dilations=[1, 2]),
        helper.make_node("Conv", ["x", "g"], ["y"], group=2),
        helper.make_node("HardSigmoid", ["x"], ["y"]),
        helper.make_node("HardSigmoid", ["x"], ["y"], alpha=0.1234567, beta=0.25),
        helper.make_node("HardSwish", ["x"], ["y"]),
        helper.make_node("MaxPool", ["x"], ["y"], kernel_shape=[3, 2], strides=[2, 1], pads=[1, 0, 0, 1]),
    ],
)
def test_what_torch_works_out_is_what_the_reference_gives(node: onnx.NodeProto, tmp_path: Path) -> None:
    path = saved(tmp_path, [node], [2, 4, 9, 11], w=normal(6, 4, 3, 3), g=normal(6, 2, 3, 3), b=normal(6))
    x = RNG.standard_normal((2, 4, 9, 11))
    model = onnx.load(path)
    given = {"x": x.astype(np.float32)}
    (wanted,) = ReferenceEvaluator(model).run(None, given)
    (came,) = ReferenceEvaluator(model, new_ops=MADE_ANEW).run(None, given)
    np.testing.assert_allclose(came, wanted, rtol=1e-5, atol=1e-5)


def test_slopes_that_were_rounded_are_what_they_were(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Conv", ["x", "w", "b"], ["c"], pads=[1, 1, 1, 1]),
        helper.make_node("HardSigmoid", ["c"], ["s"], alpha=1 / 6),
        helper.make_node("Mul", ["c", "s"], ["m"]),
        helper.make_node("HardSwish", ["m"], ["y"]),
    ]
    proof = prove(from_file(saved(tmp_path, nodes, ["n", 3, 16, 16], w=normal(4, 3, 3, 3), b=normal(4))))
    assert proof.how == "float64"
    assert proof.difference is not None
    assert proof.difference < 1e-12


def test_the_command_says_what_was_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    small(tmp_path)
    assert run(["import", "made.onnx", "-o", "made.yaml"]) == 0
    out = capsys.readouterr().out
    assert "outputs in float64" in out
    assert "equal" in out


def test_sizes_that_a_file_fixes_are_not_tried_at_others(tmp_path: Path) -> None:
    node = helper.make_node("Conv", ["x", "w", "b"], ["y"], pads=[1, 1, 1, 1])
    path = saved(tmp_path, [node], ["n", 3, 32, 32], w=normal(4, 3, 3, 3), b=normal(4))
    assert set(prove(from_file(path)).sizes.values()) <= {"the original does not take it"}
    given = torch.randn(2, 3, 32, 32, dtype=torch.float64)
    (first, *_) = from_file(path).originals
    with pytest.raises(ValueError, match="other sizes"):
        first.run(given[..., :16])
