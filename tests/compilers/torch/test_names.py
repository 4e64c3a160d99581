"""Names of nodes in the module tree."""

import keyword

import pytest
import torch
from graphs import Builder
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from archdsl.compilers.torch import compile
from archdsl.compilers.torch.names import class_name, module_paths
from archdsl.errors import BackendError


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("dp_a_3.k5.project.conv", "dp_a_3.k5.project.conv"),
        ("layer.0.1", "layer.0.1"),
        ("conv-1", "conv_1"),
        ("forward", "forward_"),
        ("training.type.conv", "training_.type_.conv"),
        ("for.in", "for_.in_"),
        ("graph.code", "graph_.code_"),
        ("Überblick.β", "Überblick.β"),
        ("ﬁt", "fit"),
        ("a..b", "a._.b"),
    ],
)
def test_path(name, path):
    assert module_paths([name]) == {name: path}


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), min_size=1, max_size=4).map(".".join))
def test_any_name_becomes_a_submodule(name):
    build = Builder((3, 4, 4))
    build(f"node.{name}", "conv", out=2)
    module = compile(build.graph)
    assert module(torch.zeros(1, 3, 4, 4)).shape == (1, 2, 4, 4)
    (key,) = module.state_dict()
    assert not any(keyword.iskeyword(part) or hasattr(nn.Module(), part) for part in key.removesuffix(".weight").split("."))


def test_names_that_become_one_path_are_refused():
    with pytest.raises(BackendError, match="'a-b' and 'a_b' both become the submodule 'a_b'"):
        module_paths(["a-b", "a_b"])


def test_an_operator_holds_no_other_node():
    with pytest.raises(BackendError, match=r"'a' is an operator and cannot hold the node 'a\.b\.c'"):
        module_paths(["a.b.c", "a"])


def test_a_function_leaves_its_name_free():
    build = Builder((3, 4, 4))
    build("a", "slice", start=0, stop=2)
    build("a.conv", "conv", out=2)
    build("a_conv", "add", "a", "a.conv")
    build("b.x", "relu")
    build("b", "add", "b.x", "a")
    assert compile(build.graph)(torch.zeros(1, 3, 4, 4)).shape == (1, 2, 4, 4)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("DP-Net", "DPNet"), ("resnet18", "resnet18"), ("1x1", "Net1x1"), ("P-Res (A)", "PResA"), ("", "Net"), ("class", "class_")],
)
def test_class_name(name, wanted):
    assert class_name(name) == wanted
    assert type(compile(Builder((3, 4, 4), name).graph)).__name__ == wanted
