"""Random graphs: what the graph predicts is what PyTorch does, and working in place changes neither values nor gradients."""

from unittest.mock import patch

import torch
from graphs import Builder
from hypothesis import given, settings
from hypothesis import strategies as st

from archdsl.compilers.torch import check_shapes, compile
from archdsl.ir.graph import Graph
from archdsl.ir.inplace import in_place

CHANGES = [
    ("conv", {"out": 6, "kernel": 3}),
    ("conv", {"out": 4, "groups": 2, "bias": True}),
    ("norm", {}),
    *((word, {}) for word in ("relu", "relu6", "hswish", "hsigmoid", "silu", "leaky_relu", "sigmoid", "tanh", "gelu", "prelu")),
    ("identity", {}),
    ("shuffle", {"groups": 2}),
    ("shift", {}),
    ("slice", {"start": 0, "stop": 2}),
    ("avgpool", {"kernel": 3, "stride": 1, "padding": 1}),
    ("maxpool", {"kernel": 3, "stride": 1, "padding": 1}),
]


@st.composite
def graphs(draw):
    """Maps of 4x4 and an even number of channels, so that nearly everything can follow everything."""
    build = Builder((4, 4, 4))
    names = ["input"]
    for position in range(draw(st.integers(1, 14))):
        source = draw(st.sampled_from(names[-4:]))
        alike = [name for name in names if build.graph[name].shape == build.graph[source].shape]
        kind = draw(st.integers(0, 5))
        if kind == 0:
            name = build(f"add_{position}", draw(st.sampled_from(["add", "mul"])), source, draw(st.sampled_from(alike)))
        elif kind == 1:
            name = build(f"concat_{position}", "concat", source, draw(st.sampled_from(names)))
        else:
            word, arguments = draw(st.sampled_from(CHANGES))
            name = build(f"scope_{position // 3}.{word}_{position}", word, source, **arguments)
        names.append(name)
    return build.graph


def outputs(graph: Graph, overwriting: set[str]) -> tuple[torch.Tensor, list[torch.Tensor], set[str]]:
    """Output and gradients of a training step, and the names of the modules that say that they work in place."""
    torch.manual_seed(0)
    with patch("archdsl.compilers.torch.build.in_place", lambda _: overwriting):
        network = compile(graph).double()
    image = torch.randn(3, 4, 4, 4, dtype=torch.float64, requires_grad=True)
    result = network(image)
    loss, sources = result.square().sum(), [image, *network.parameters()]
    gradients = torch.autograd.grad(loss, sources, allow_unused=True, materialize_grads=True)
    inside = {name for name, module in network.named_modules() if getattr(module, "inplace", False)}
    return result.detach(), list(gradients), inside


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_in_place_changes_nothing(graph):
    plain, plain_gradients, none = outputs(graph, set())
    saving, saving_gradients, inside = outputs(graph, in_place(graph))
    assert none == set()
    assert inside == in_place(graph)
    torch.testing.assert_close(saving, plain)
    torch.testing.assert_close(saving_gradients, plain_gradients)


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_shapes_and_parameters_are_predicted(graph):
    network = compile(graph)
    assert check_shapes(graph, network).mismatches == []
    predicted = sum(node.op.params(*graph.input_shapes(node)) for node in graph)
    assert sum(parameter.numel() for parameter in network.parameters()) == predicted
