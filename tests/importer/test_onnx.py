"""ONNX files as drafts: what is imported computes what ONNX Runtime computes on the same file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

import archdsl
from archdsl.compilers.onnx import read
from archdsl.compilers.onnx_direct import onnx_model
from archdsl.compilers.optimized import fill, weights_of
from archdsl.compilers.passes import optimize
from archdsl.compilers.passes.drop_identities import drop_identities
from archdsl.compilers.passes.fold_norms import fold_norms
from archdsl.compilers.torch import compile
from archdsl.errors import InputError
from archdsl.importer.draft import Draft
from archdsl.importer.onnx import drafted
from archdsl.ir.canonical import canonical_hash
from archdsl.ops.shapes import Ids


def outputs(draft: Draft, *given: torch.Tensor) -> torch.Tensor:
    module = compile(draft.graph).eval()
    fill(module, draft.graph, {name: tensor.numpy() for name, tensor in draft.weights.items()})
    with torch.no_grad():
        return module(*given)


def agrees(path: Path) -> Draft:
    """The draft of a file, after its outputs were compared with those of ONNX Runtime."""
    draft = drafted(path, path.stem)
    generator = torch.Generator().manual_seed(0)
    given = [
        torch.randint(0, 5, (draft.batch, *node.shape), generator=generator)
        if isinstance(node.shape, Ids)
        else torch.randn(draft.batch, *node.shape, generator=generator)
        for node in draft.graph.inputs
    ]
    (wanted,) = read(path)(*given)
    torch.testing.assert_close(outputs(draft, *given), wanted, rtol=1e-4, atol=1e-5)
    return draft


def file(
    tmp_path: Path,
    nodes: list[onnx.NodeProto],
    shape: list[int | str],
    opset: int = 17,
    kind: int = TensorProto.FLOAT,
    **tensors: np.ndarray,
) -> Path:
    constants = [numpy_helper.from_array(np.asarray(array), name.replace("__", ".")) for name, array in tensors.items()]
    entry = helper.make_tensor_value_info("x", kind, shape)
    end = helper.make_empty_tensor_value_info("y")
    graph = helper.make_graph(nodes, "made", [entry], [end], constants)
    end_type = onnx.shape_inference.infer_shapes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)]))
    path = tmp_path / "made.onnx"
    onnx.save(helper.make_model(end_type.graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8), path)
    return path


def words(draft: Draft) -> list[str]:
    return [node.op.word for node in draft.graph if node.inputs]


RNG = np.random.default_rng(0)


def normal(*shape: int) -> np.ndarray:
    return RNG.standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v3_small", "shufflenet_v2", "squeezenet"])
def test_networks_of_the_zoo_come_back(name, tmp_path):
    graph = archdsl.load(name, resolution=64).graph()
    path = tmp_path / f"{name}.onnx"
    onnx.save(onnx_model(graph, weights_of(graph, compile(graph))), path)
    draft = agrees(path)
    folded = [optimize(g, passes=(drop_identities, fold_norms)).graph for g in (draft.graph, graph)]
    assert canonical_hash(folded[0]) == canonical_hash(folded[1])


def test_asymmetric_pads_are_a_step_before(tmp_path):
    node = helper.make_node("Conv", ["x", "conv.weight"], ["y"], pads=[0, 0, 1, 1], strides=[2, 2])
    assert words(agrees(file(tmp_path, [node], ["n", 3, 8, 8], conv__weight=normal(4, 3, 3, 3)))) == ["pad", "conv"]


def test_auto_pad_is_worked_out(tmp_path):
    node = helper.make_node("Conv", ["x", "conv.weight"], ["y"], auto_pad="SAME_UPPER", strides=[2, 2])
    assert words(agrees(file(tmp_path, [node], ["n", 3, 8, 8], conv__weight=normal(4, 3, 3, 3)))) == ["pad", "conv"]


def test_factors_of_gemm_are_in_its_weights(tmp_path):
    node = helper.make_node("Gemm", ["x", "w", "b"], ["y"], alpha=0.5, beta=2.0)
    assert words(agrees(file(tmp_path, [node], ["n", 6], w=normal(6, 4), b=normal(4)))) == ["linear"]


def test_a_fixed_batch_stays(tmp_path):
    nodes = [helper.make_node("Relu", ["x"], ["r"]), helper.make_node("Flatten", ["r"], ["y"])]
    assert agrees(file(tmp_path, nodes, [1, 3, 4, 4])).batch == 1


def test_whole_numbers_are_ids(tmp_path):
    node = helper.make_node("Gather", ["tokens.weight", "x"], ["y"])
    assert words(agrees(file(tmp_path, [node], ["n", 7], kind=TensorProto.INT64, tokens__weight=normal(5, 8)))) == ["embedding"]


def test_what_the_language_lacks_is_opaque(tmp_path):
    node = helper.make_node("Acos", ["x"], ["y"])
    draft = drafted(file(tmp_path, [node], ["n", 3, 4, 4]), "made")
    (step,) = [node for node in draft.graph if node.inputs]
    assert (step.op.word, step.op.what, tuple(step.shape)) == ("opaque", "onnx.Acos", (3, 4, 4))


def test_a_layer_norm_taken_apart_is_one(tmp_path):
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["m"], axes=[-1]),
        helper.make_node("Sub", ["x", "m"], ["d"]),
        helper.make_node("Pow", ["d", "two"], ["q"]),
        helper.make_node("ReduceMean", ["q"], ["v"], axes=[-1]),
        helper.make_node("Add", ["v", "eps"], ["e"]),
        helper.make_node("Sqrt", ["e"], ["s"]),
        helper.make_node("Div", ["d", "s"], ["t"]),
        helper.make_node("Mul", ["t", "norm.weight"], ["w"]),
        helper.make_node("Add", ["w", "norm.bias"], ["y"]),
    ]
    numbers = {"two": np.float32(2), "eps": np.float32(1e-5)}
    path = file(tmp_path, nodes, ["n", 5, 8], **numbers, norm__weight=normal(8), norm__bias=normal(8))
    assert words(agrees(path)) == ["layer_norm"]


def test_gelu_by_erf_is_gelu(tmp_path):
    nodes = [
        helper.make_node("Div", ["x", "root"], ["a"]),
        helper.make_node("Erf", ["a"], ["e"]),
        helper.make_node("Add", ["e", "one"], ["o"]),
        helper.make_node("Mul", ["x", "o"], ["p"]),
        helper.make_node("Mul", ["p", "half"], ["y"]),
    ]
    numbers = {"root": np.float32(2**0.5), "one": np.float32(1), "half": np.float32(0.5)}
    assert words(agrees(file(tmp_path, nodes, ["n", 5, 8], **numbers))) == ["gelu"]


def test_open_sizes_have_to_be_given(tmp_path):
    path = file(tmp_path, [helper.make_node("Relu", ["x"], ["y"])], ["n", 3, "height", 4])
    with pytest.raises(InputError, match="axis 2 of the input 'x' is 'height'"):
        drafted(path, "made")
    assert tuple(drafted(path, "made", {"x": [2, 3, 6, 4]}).graph.input.shape) == (3, 6, 4)
