"""Predicted shapes against those of a forward pass."""

import dataclasses

import pytest
import torch
from graphs import Builder, chain

from archdsl.compilers.torch import check_shapes, compile
from archdsl.errors import BackendError

GRAPH = (("conv", {"out": 8, "kernel": 3}), "relu", "adaptive_pool", "flatten", ("linear", {"out": 5}))


def test_a_right_prediction():
    graph = chain((3, 8, 8), *GRAPH)
    module = compile(graph)
    state = torch.random.get_rng_state()
    measured = check_shapes(graph, module, batch=3)
    assert measured.mismatches == []
    assert measured.outputs["output"].shape == (3, 5)
    assert measured.shapes == {node.name: node.shape for node in graph}
    assert module.training
    assert torch.equal(torch.random.get_rng_state(), state)
    assert not measured.outputs["output"].requires_grad


def test_a_wrong_prediction_is_named():
    graph = chain((3, 8, 8), *GRAPH)
    module = compile(graph)
    graph["relu_1"].shape = (8, 8, 9)
    (mismatch,) = check_shapes(graph, module).mismatches
    assert str(mismatch) == "'relu_1' should give 8x8x9, 8x8x8 came"


def test_a_missing_tensor_is_named():
    graph = chain((3, 8, 8), *GRAPH)
    module = compile(chain((3, 8, 8), *GRAPH[:2]))
    assert str(check_shapes(graph, module).mismatches[0]) == "'adaptive_pool_2' should give 8x1x1, no tensor came"


def test_a_failing_operator_is_named():
    graph = chain((3, 8, 8), *GRAPH)
    module = compile(graph)
    graph.input.shape = (4, 8, 8)
    with pytest.raises(BackendError, match=r"torch: 'conv_0' \(conv of 4x8x8\) failed: .*expected input"):
        check_shapes(graph, module)


def test_networks_without_weights_and_in_other_types():
    build = Builder((3, 8, 8))
    build("pool", "maxpool", kernel=2)
    assert check_shapes(build.graph, compile(build.graph)).mismatches == []
    graph = chain((3, 8, 8), *GRAPH)
    assert check_shapes(graph, compile(graph).double()).outputs["output"].dtype == torch.float64


def test_mismatch_is_data():
    assert [field.name for field in dataclasses.fields(check_shapes(*_identity()))] == ["shapes", "mismatches", "outputs"]


def _identity():
    graph = chain((3, 4, 4), "identity")
    return graph, compile(graph)
