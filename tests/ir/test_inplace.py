"""Which activations may overwrite their input."""

import pytest
from graphs import Builder, chain

from archdsl.ir.inplace import in_place

CONV = ("conv", {"out": 4})


@pytest.mark.parametrize(
    ("words", "safe"),
    [
        ([CONV, "relu"], True),
        ([CONV, "norm", "hswish"], True),
        ([CONV, "norm", "relu6"], True),
        ([CONV, "silu"], True),
        ([CONV, "hsigmoid"], True),
        ([CONV, ("leaky_relu", {"slope": 0.1})], True),
        (["relu"], False),  # the image is the caller's
        ([("slice", {"start": 0, "stop": 2}), "relu"], False),  # a view of it
        (["flatten", "relu"], False),
        ([CONV, ("slice", {"start": 0, "stop": 2}), "relu"], False),
        (["flatten", ("linear", {"out": 4}), "relu"], True),
        ([CONV, "sigmoid", "relu"], False),  # the gradient of sigmoid needs its output
        ([CONV, "tanh", "relu"], False),
        ([CONV, "relu", "relu6"], False),
        ([CONV, "dropout", "relu"], False),  # gives what came in while evaluating
        ([CONV, "identity", "relu"], False),
        ([CONV, "sigmoid"], False),  # there is no sigmoid in place
        ([CONV, "gelu"], False),
        ([CONV, "prelu"], False),
        ([CONV, ("leaky_relu", {"slope": -0.1})], False),  # has no gradient from the output
    ],
    ids=str,
)
def test_last_of_a_chain(words, safe):
    graph = chain((4, 8, 8), *words)
    assert (graph.output in in_place(graph)) is safe


def test_a_tensor_that_others_read_is_kept():
    build = Builder((4, 8, 8))
    conv = build("conv", "conv", out=4)
    build("relu", "relu", conv)
    build("add", "add", "relu", conv)
    build("relu_2", "relu")
    assert in_place(build.graph) == {"relu_2"}


def test_the_output_of_the_network_is_kept():
    build = Builder((4, 8, 8))
    build("conv", "conv", out=4)
    build("relu", "relu")
    build.graph.output = "conv"
    assert in_place(build.graph) == set()


def test_joins():
    build = Builder((4, 8, 8))
    build("concat", "concat", "input", "input")
    build("relu_1", "relu")
    build("mul", "mul", "relu_1", "relu_1")
    build("relu_2", "relu")
    build("add", "add", "relu_2")
    build("relu_3", "relu")  # the sum of one tensor is that tensor
    assert in_place(build.graph) == {"relu_1"}
