"""Graphs written directly as ONNX give what the compiled module gives, with its weights."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import random_networks
import torch
from graphs import chain
from small import small

import archdsl
from archdsl.compilers import onnx as exporter
from archdsl.compilers.export import Model
from archdsl.compilers.onnx_direct import onnx_model
from archdsl.compilers.torch import compile
from archdsl.compilers.torch.batches import batch_of
from archdsl.errors import BackendError, InputError
from archdsl.ir.graph import Graph
from archdsl.ops.operator import NoMacs


def loud(module: torch.nn.Module) -> torch.nn.Module:
    """Batch norms whose statistics are not trivial, factors that are not near nothing."""
    generator = torch.Generator().manual_seed(1)
    for name, tensor in module.state_dict().items():
        if name.endswith("running_mean"):
            tensor.normal_(0, 0.1, generator=generator)
        elif name.endswith("running_var") or "scale" in name:
            tensor.uniform_(0.5, 1.5, generator=generator)
    return module.eval()


def run(model: onnx.ModelProto, image: np.ndarray) -> np.ndarray:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    (output,) = session.run(None, {"x": image})
    return output


def difference(graph: Graph) -> float:
    """Largest difference of an output value, as a share of the root mean square of the output."""
    torch.manual_seed(0)
    module = loud(compile(graph))
    (image,) = batch_of(graph, 2)
    with torch.no_grad():
        wanted = module(image).numpy()
    came = run(onnx_model(graph, {key: tensor.numpy() for key, tensor in module.state_dict().items()}), image.numpy())
    assert came.shape == wanted.shape
    return float(np.abs(came - wanted).max() / np.sqrt(np.square(wanted.astype(np.float64)).mean()))


ZOO = (
    "convnext_tiny",
    "dpnet",
    "ghostnet",
    "legonet",
    "mobilenet_v3_small",
    "randwire",
    "regnet_y_400mf",
    "shiftnet",
    "shufflenet_v1",
    "squeezenet",
    "vit_small",
)
"""What has operators or an order of them that the others lack."""


@pytest.mark.parametrize("name", ZOO)
def test_zoo(name: str) -> None:
    assert difference(small(name).graph()) < 1e-4


@pytest.mark.parametrize("seed", range(16))
@pytest.mark.parametrize("make", [random_networks.network, random_networks.tokens, random_networks.layers])
def test_random_networks(make, seed: int) -> None:
    assert difference(make(seed)) < 1e-4


SPEC = """
archdsl: 1
name: Tiny
import: [blocks/mobile, blocks/partial]
input: [3, 32, 32]
net:
  - {conv3x3: {out: 16, s: 2, nl: hswish}}
  - {dp_b: {exp: 32, out: 24, se: true, nl: hswish, s: 2}}
  - norm
  - {conv: {out: 24, bias: true}, as: a}
  - norm
  - {silu: {}, as: b}
  - {add: {}, from: [a, b]}
  - relu6
  - {shuffle: 4}
  - {maxpool: {kernel: 3, stride: 2, padding: 1}}
  - pool
  - {linear: 12}
  - norm
  - {linear: {out: 10, bias: false}}
"""


def test_operators_are_those_of_the_exporter(tmp_path: Path) -> None:
    """A batch norm is folded where torch's exporter folds it, and nowhere else."""
    net = archdsl.loads(SPEC)
    module = loud(net.module())
    exporter.write(Model(net.graph(), module), tmp_path / "a.onnx")
    exported = onnx.load(tmp_path / "a.onnx")
    sketched = onnx_model(net.graph())
    assert Counter(node.op_type for node in sketched.graph.node) == Counter(node.op_type for node in exported.graph.node)
    assert [entry.version for entry in sketched.opset_import] == [entry.version for entry in exported.opset_import]
    onnx.checker.check_model(sketched, full_check=True)


def test_values_carry_the_names_of_nodes_and_weights_are_seeded() -> None:
    graph = chain((3, 8, 8), ("conv", {"out": 4, "kernel": 3}), "norm", "relu", "dropout")
    model = onnx_model(graph)
    assert [(node.op_type, list(node.output)) for node in model.graph.node] == [("Conv", ["conv_0"]), ("Relu", ["y"])]
    assert sorted(tensor.name for tensor in model.graph.initializer) == ["conv_0.bias", "conv_0.weight"]
    assert model.SerializeToString() == onnx_model(graph).SerializeToString()
    image = np.random.default_rng(0).standard_normal((64, 3, 8, 8), dtype=np.float32)
    assert 0.3 < run(model, image).std() < 3


def test_a_network_that_hands_its_input_on() -> None:
    model = onnx_model(chain((3, 8, 8), "dropout"))
    assert [node.op_type for node in model.graph.node] == ["Identity"]
    image = np.ones((1, 3, 8, 8), np.float32)
    assert (run(model, image) == image).all()


def test_what_cannot_be_written() -> None:
    @dataclass(frozen=True)
    class Odd(NoMacs):
        word = "odd"

    graph = chain((3, 8, 8), ("conv", {"out": 4}), "relu")
    graph["relu_1"].op = Odd()
    with pytest.raises(BackendError, match=r"^onnx has no rule for the operator odd, which 'relu_1' uses$"):
        onnx_model(graph)
    with pytest.raises(InputError, match=r"^'conv_0\.weight' has the shape 3x4, the network's is 4x3x1x1$"):
        onnx_model(chain((3, 8, 8), ("conv", {"out": 4})), {"conv_0.weight": np.zeros((3, 4))})
    with pytest.raises(InputError, match="holds several values"):
        onnx_model(archdsl.load("resnet18", width=[1, 2]).graph())
    with pytest.raises(BackendError, match="are more than a model in one piece holds"):
        onnx_model(archdsl.load("vgg16", classes=100000, resolution=512).graph())


CUT = [
    ((9, 9), {"kernel": 4, "stride": 4, "padding": 2}),  # the last window would begin in the padding, along both axes
    ((9, 11), {"kernel": 4, "stride": 4, "padding": 2}),  # along one of them; the other has a window that is cut
    ((6, 9), {"kernel": 1, "stride": 3, "padding": 0}),
    ((8, 9), {"kernel": 3, "stride": 2, "padding": 1}),
    ((7, 10), {"kernel": [4, 3], "stride": [4, 2], "padding": [2, 1]}),
]


@pytest.mark.parametrize(("word", "more"), [("maxpool", {}), ("avgpool", {}), ("avgpool", {"count_padding": False})])
@pytest.mark.parametrize(("extent", "window"), CUT)
def test_pooling_that_rounds_up_is_valid_onnx(extent: tuple[int, int], window: dict[str, Any], word: str, more: Any) -> None:
    graph = chain((2, *extent), (word, {**window, "ceil": True, **more}))
    onnx.checker.check_model(onnx_model(graph), full_check=True)
    assert difference(graph) < 1e-5


@pytest.mark.parametrize("seed", range(25))
def test_random_networks_pass_the_checker(seed: int) -> None:
    onnx.checker.check_model(onnx_model(random_networks.network(seed)), full_check=True)
