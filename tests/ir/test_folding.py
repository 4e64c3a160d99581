"""Which norms fold into which layer."""

from graphs import Builder, chain

from archdsl.ir.folding import folded_norms


def test_norms_one_after_the_other_fold_into_one_layer():
    graph = chain((3, 8, 8), ("conv", {"out": 4}), "norm", "norm", "relu", "norm")
    assert folded_norms(graph) == {"norm_1": "conv_0", "norm_2": "conv_0"}


def test_a_linear_layer_of_tokens_takes_norms_in_where_that_is_asked_for():
    vector, tokens = chain((8,), ("linear", {"out": 4}), "norm"), chain((5, 8), ("linear", {"out": 4}), "norm")
    assert folded_norms(vector) == {"norm_1": "linear_0"}
    assert folded_norms(tokens) == {}
    assert folded_norms(tokens, over_tokens=True) == {"norm_1": "linear_0"}


def test_what_others_need_stays():
    build = Builder((3, 8, 8))
    build("conv", "conv", out=4)
    build("norm", "norm", "conv")
    assert folded_norms(build.graph) == {"norm": "conv"}
    build.graph.output = "conv"  # the caller gets what the convolution makes
    assert folded_norms(build.graph) == {}
    build("sum", "add", "conv", "norm")
    assert folded_norms(build.graph) == {}
