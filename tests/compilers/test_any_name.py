"""Whatever a layer, block or stage is called, every back end takes it: names that Python, torch, ONNX or file systems keep."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

import archdsl
from archdsl.compilers.export import Model, export
from archdsl.compilers.onnx_direct import onnx_model
from archdsl.compilers.torch import compile
from archdsl.ir.serialize import dump, load

NAMES = (
    *(
        "self",
        "forward",
        "training",
        "class",
        "__init__",
        "__class__",
        "None",
        "True",
        "lambda",
        "match",
        "async",
        "print",
        "super",
    ),
    *("input", "output", "x", "y", "torch", "nn", "functional", "F", "Tensor", "Any", "math", "operator", "getattr", "int"),
    *(
        "add_module",
        "parameters",
        "_modules",
        "state_dict",
        "type",
        "T_destination",
        "graph",
        "code",
        "weight",
        "bias",
        "conv",
        "Conv",
    ),
    *(
        "CON",
        "NUL",
        "aux",
        "con",
        "a/b",
        "a\\b",
        "a b",
        "*",
        "?",
        ":",
        "|",
        "<b>",
        '"',
        "'",
        "#",
        "\u00fc",
        "\u540d\u524d",
        "e\u0301",
        "\ufb01",
    ),
    *("0", "1st", "-", "_", "__", "self_", "x_", "a" * 60, "unit", "Unit", "stage", "Network", "Net"),
)

LAYERS = """\
input: [3, 8, 8]
blocks:
  unit: {args: {out: 4}, body: [{conv: {out: $out, kernel: 3}, name: NAME}, norm, relu]}
  other: {body: [{conv: 4, as: s}, {sigmoid: {}, as: t}, {mul: {}, from: [t, s], name: NAME}]}
net:
  - {stage: NAME, body: [unit, unit, {unit: {out: 5}}, other, other]}
  - {stage: b, body: [{unit: {}, name: NAME}]}
"""
LAYER = "input: [3, 8, 8]\nnet: [{conv: 4, name: NAME, as: s}, {add: {}, from: [s, s]}]\n"
FUNCTION = "input: [3, 8, 8]\nnet: [{conv: 4, as: s}, {add: {}, from: [s, s], name: NAME}, {conv: 5}]\n"


@pytest.mark.parametrize("text", [LAYERS, LAYER, FUNCTION], ids=["in blocks", "alone", "function"])
@pytest.mark.parametrize("name", NAMES)
def test_every_back_end_takes_it(name: str, text: str, tmp_path: Path) -> None:
    graph = archdsl.loads(text.replace("NAME", json.dumps(name, ensure_ascii=False))).graph()
    torch.manual_seed(0)
    module = compile(graph).eval()
    image = torch.randn(2, 3, 8, 8)
    with torch.no_grad():
        wanted = module(image)
    other = compile(graph).eval()
    other.load_state_dict(module.state_dict())
    assert torch.equal(other(image), wanted)
    export(Model(graph, module), "python", tmp_path / "made.py")  # runs what was written, and compares
    weights = {f"{node.name}.{key}": value for node in graph for key, value in _weights(module, node.name).items()}
    made = onnx_model(graph, weights)
    onnx.checker.check_model(made, full_check=True)
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {session.get_inputs()[0].name: image.numpy()})
    np.testing.assert_allclose(found, wanted.numpy(), rtol=1e-4, atol=1e-5)
    data = json.loads(json.dumps(dump(graph)))
    assert json.dumps(dump(load(data))) == json.dumps(data)


def _weights(module: torch.nn.Module, name: str) -> dict[str, np.ndarray]:
    from archdsl.compilers.torch.names import module_paths

    try:
        layer = module.get_submodule(module_paths([name])[name])
    except AttributeError:
        return {}
    return {key: value.numpy() for key, value in layer.state_dict().items() if "." not in key and "num_batches" not in key}


@pytest.mark.parametrize("name", ["a.b", ".", "", " ", "a" * 500, "a$b"])
def test_what_can_be_no_name_is_refused_where_it_is_written(name: str) -> None:
    with pytest.raises(archdsl.SpecError, match=r"<text>:2:\d+: error: "):
        archdsl.loads(LAYER.replace("NAME", json.dumps(name)))


def test_names_that_differ_in_case_alone(tmp_path: Path) -> None:
    graph = archdsl.loads("input: [3, 8, 8]\nnet: [{conv: 4, name: con}, {conv: 5, name: CON}, {norm: {}, name: Con}]\n").graph()
    module = compile(graph).eval()
    assert sorted(module.state_dict())[:2] == ["CON.weight", "Con.bias"]
    export(Model(graph, module), "python", tmp_path / "made.py")
