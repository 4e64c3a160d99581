"""Operators over maps of one, two and three places: every reader against PyTorch and the tools."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from graphs import Builder
from operators_of_maps import MAPS
from small import compiled, measured_peak, measured_saved

from archdsl.compilers.onnx_direct import onnx_model
from archdsl.compilers.source import python_source
from archdsl.compilers.source.export import network
from archdsl.compilers.torch import compile as compile_graph
from archdsl.cost.counting.bill import Bill
from archdsl.cost.memory.peak import memory
from archdsl.cost.memory.receptive import receptive_fields
from archdsl.cost.memory.saved import saved_bytes
from archdsl.ir.graph import Graph
from archdsl.ir.serialize import dump, load
from archdsl.measure.counting_tools import RUN, measure
from archdsl.ops import OPERATORS, Shape

BATCH = 2
CASES = pytest.mark.parametrize(("shape", "word", "arguments"), MAPS, ids=lambda case: str(case))


def between(shape: Shape, word: str, arguments: dict[str, Any]) -> Graph:
    """The operator between two convolutions, which give it a gradient and read what it makes."""
    build = Builder(shape)
    build("before", "conv", out=shape[0])
    build("node", word, *["before"] * (2 if word == "resize_like" else 3 if OPERATORS[word].joins else 1), **arguments)
    if len(build.shape) > 1:
        build("after", "conv", out=3)
    return build.graph


@CASES
def test_every_tool_counts_as_its_convention(shape: Shape, word: str, arguments: dict[str, Any]) -> None:
    graph = between(shape, word, arguments)
    module = compiled(graph)
    theirs = {name: measure(name, module, graph.input.shape) for name in sorted(RUN, key="ptflops-2021".__eq__)}
    assert {name: Bill(graph).flops(name) for name in RUN} == theirs


@CASES
def test_memory_is_what_pytorch_takes(shape: Shape, word: str, arguments: dict[str, Any]) -> None:
    graph = between(shape, word, arguments)
    image = torch.randn(BATCH, *graph.input.shape)
    assert saved_bytes(graph, BATCH) == measured_saved(compiled(graph), image)
    assert memory(graph).peak_activation_bytes == measured_peak(compiled(graph), image[:1].clone())


@CASES
def test_source_and_onnx_give_what_the_module_gives(shape: Shape, word: str, arguments: dict[str, Any]) -> None:
    torch.manual_seed(0)
    graph = between(shape, word, arguments)
    module = compile_graph(graph).eval()
    image = torch.randn(BATCH, *graph.input.shape)
    with torch.no_grad():
        wanted = module(image)
        source = network(python_source(graph)).eval()
        source.load_state_dict(module.state_dict())
        assert torch.equal(source(image), wanted)
    model = onnx_model(graph, {key: tensor.numpy() for key, tensor in module.state_dict().items()})
    (came,) = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": image.numpy()})
    np.testing.assert_allclose(came, wanted.numpy(), rtol=1e-4, atol=1e-5)


@CASES
def test_graphs_come_back_from_json(shape: Shape, word: str, arguments: dict[str, Any]) -> None:
    graph = between(shape, word, arguments)
    again = load(dump(graph))
    assert [(node.name, node.shape, type(node.shape)) for node in again] == [(n.name, n.shape, type(n.shape)) for n in graph]
    assert [node.op.weights(*again.input_shapes(node)) for node in again if node.inputs] == [
        node.op.weights(*graph.input_shapes(node)) for node in graph if node.inputs
    ]


WINDOWS = [
    case
    for case in MAPS
    if case[1] in ("conv", "conv_transpose", "maxpool", "avgpool", "crop", "pixel_shuffle", "pixel_unshuffle")
]


@pytest.mark.parametrize(("shape", "word", "arguments"), WINDOWS, ids=lambda case: str(case))
def test_gradients_reach_the_field_and_no_further(shape: Shape, word: str, arguments: dict[str, Any]) -> None:
    graph = between(shape, word, arguments)
    field = receptive_fields(graph)["node"].field
    module = compile_graph(graph).double().eval()
    for parameter in module.parameters():
        torch.nn.init.uniform_(parameter, 0.5, 1)
    image = torch.rand(1, *graph.input.shape, dtype=torch.float64, requires_grad=True)
    output = module(image)
    reached = [0] * (len(shape) - 1)
    for index in np.ndindex(*output.shape[2:]):
        (gradient,) = torch.autograd.grad(output[(0, slice(None), *index)].sum(), image, retain_graph=True)
        seen = gradient[0].abs().sum(0).nonzero(as_tuple=True)
        if not len(seen[0]):
            continue  # between what a kernel that is spread out reaches
        reached = [max(most, int(axis.max() - axis.min()) + 1) for most, axis in zip(reached, seen, strict=True)]
    assert field is not None
    if word == "maxpool":
        assert all(most <= extent for most, extent in zip(reached, field, strict=True))
    else:
        assert tuple(reached) == tuple(map(min, field, shape[1:]))
