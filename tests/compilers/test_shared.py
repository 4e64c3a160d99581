"""Weights that operators share: one submodule, attribute and initializer each, and every back end computes the same."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from everywhere import check_everywhere, settled
from random_networks import network

import archdsl
from archdsl.compilers.export import Model
from archdsl.compilers.onnx_direct import onnx_model
from archdsl.compilers.optimized import optimized
from archdsl.compilers.source import python_source
from archdsl.compilers.torch import compile
from archdsl.compilers.torch.checkpoint import load_checkpoint
from archdsl.compilers.torch.pairing import load_weights
from archdsl.compilers.torch.weights import save_weights
from archdsl.cost.counting.bill import Bill
from archdsl.errors import InputError
from archdsl.ir.graph import Graph

HEAD = "archdsl: 1\nname: Shared\ninput: [4, 12, 12]\n"
UNIT = "blocks:\n  unit: {args: {d: 1}, body: [{conv: {out: $in, kernel: 3, dilation: $d}}, norm, relu]}\n"
CASES = {
    "one after the other": UNIT + "net: [{conv: 8}, {unit: , share: u, repeat: 4}, {conv: 8, share: c}, {conv: 8, share: c}]",
    "two maps": UNIT
    + "net: [{conv: 8}, {fork: , paths: {a: [{unit: , share: u}], b: [{maxpool: 2}, {unit: , share: u}, {upsample: 2}]}, join: add}]",
    "dilations": UNIT + "net: [{conv: 8}, {fork: , for: {d: [1, 2, 3]}, path: [{unit: {d: $d}, share: u}], join: concat}]",
    "two kinds": "net: [flatten, {linear: 6}, {layer_scale: {begin: 0.5}, share: a}, relu, {prelu: {shared: false}, share: a}]",
    "halves": UNIT + "net: [{split: even, paths: [[{unit: , share: u}], [{unit: , share: u}]], join: mul}]",
    "norms apart": "net: [{conv: 8}, {conv: 8, share: c}, norm, relu, {conv: 8, share: c}, norm]",
    "norm on one": "net: [{conv: 8}, {conv: 8, share: c}, norm, relu, {conv: 8, share: c}, relu]",
    "shared norm": "net: [{conv: 8}, {conv: 8}, {norm: , share: n}, relu, {conv: 8}, {norm: , share: n}]",
    "siblings": "net: [{conv: 8}, {fork: , paths: [[{conv: 8, share: c}], [{conv: 8, share: c}, relu]], join: concat}, {conv: 6}]",
}


def case(name: str) -> Graph:
    return archdsl.loads(HEAD + CASES[name]).graph()


@pytest.mark.parametrize("name", CASES)
def test_every_back_end_computes_the_same(name: str, tmp_path: Path) -> None:
    check_everywhere(case(name), tmp_path)


@pytest.mark.parametrize("seed", range(12))
def test_random_networks_compute_the_same(seed: int, tmp_path: Path) -> None:
    check_everywhere(network(seed), tmp_path)


def test_equal_operators_call_one_submodule() -> None:
    module = compile(case("two maps"))
    assert [key for key in module.state_dict() if "conv" in key] == ["conv.weight", "a.conv.weight"]
    assert module.code.count('["conv"]') == 2


def test_operators_that_differ_hold_one_parameter() -> None:
    module = compile(case("dilations"))
    convolutions = [layer for layer in module.modules() if isinstance(layer, torch.nn.Conv2d)]
    assert [layer.dilation for layer in convolutions[1:]] == [(1, 1), (2, 2), (3, 3)]
    assert len({id(layer.weight) for layer in convolutions[1:]}) == 1
    assert len([layer for layer in module.modules() if isinstance(layer, torch.nn.BatchNorm2d)]) == 1
    module.double()
    assert len({id(layer.weight) for layer in convolutions[1:]}) == 1


def test_gradients_of_all_uses_add_up() -> None:
    graph = case("dilations")
    shared = compile(graph).double()
    apart = compile(archdsl.loads((HEAD + CASES["dilations"]).replace(", share: u", "")).graph()).double()
    state = shared.state_dict()
    apart.load_state_dict({key: state[key.replace("d2", "d1").replace("d3", "d1")] for key in apart.state_dict()})
    image = torch.randn(2, *graph.input.shape, dtype=torch.float64)
    for module in (shared, apart):
        module(image).square().sum().backward()
    parts = [apart.get_parameter(f"d{d}.conv.weight").grad for d in (1, 2, 3)]
    torch.testing.assert_close(shared.get_parameter("d1.conv.weight").grad, parts[0] + parts[1] + parts[2])


FOLDED = {"one after the other": 0, "two maps": 0, "norms apart": 2, "norm on one": 1, "shared norm": 0, "dilations": 0}


@pytest.mark.parametrize("name", FOLDED)
def test_norms_fold_where_all_uses_agree(name: str) -> None:
    graph = case(name)
    module, _, _ = settled(graph)
    _, made = optimized(Model(graph, module))
    assert sum(node.op.word == "norm" for node in made.graph) == FOLDED[name]
    biases = sum(node.op.word == "conv" and not node.shared for node in made.graph) * 8
    assert Bill(made.graph).params <= Bill(graph).params + biases
    words = [node.op_type for node in onnx_model(graph).graph.node]
    assert words.count("BatchNormalization") == FOLDED[name]


def test_models_in_onnx_hold_shared_weights_once() -> None:
    made = onnx_model(case("two maps"))
    assert [tensor.name for tensor in made.graph.initializer if tensor.name.endswith("conv.weight")] == [
        "conv.weight",
        "a.conv.weight",
    ]


def test_source_calls_one_attribute() -> None:
    assert "        for _ in range(4):\n            x = self.unit_1(x)\n" in python_source(case("one after the other"))
    halves = python_source(case("halves"))
    assert halves.count("self.path_1(") == 2
    assert "path_2 =" not in halves.split("def forward")[0]
    assert "self.b.unit = self.a" in python_source(case("two maps"))
    assert "self.prelu.weight = self.layer_scale.weight" in python_source(case("two kinds"))


def test_files_hold_shared_weights_once_and_may_hold_them_twice(tmp_path: Path) -> None:
    graph = case("two kinds")
    module = compile(graph)
    save_weights(module, tmp_path / "once.safetensors")
    other = compile(graph)
    assert load_checkpoint(other, tmp_path / "once.safetensors") == 3
    torch.testing.assert_close(other.state_dict(), module.state_dict())
    torch.save(module.state_dict(), tmp_path / "twice.pt")
    assert load_checkpoint(other, tmp_path / "twice.pt") == 4
    torch.save({**module.state_dict(), "prelu.weight": torch.zeros(6)}, tmp_path / "apart.pt")
    with pytest.raises(InputError, match=r"layer_scale.weight and prelu.weight share their values"):
        load_checkpoint(other, tmp_path / "apart.pt")


def test_weights_of_other_names_pair_with_shared_layers(tmp_path: Path) -> None:
    for name in ("two maps", "two kinds", "dilations"):
        graph = case(name)
        module, (image,), (expected,) = settled(graph)
        module.float()
        renamed = {f"other.{key}": value for key, value in module.state_dict().items()}
        torch.save(renamed, tmp_path / "other.pt")
        fresh = compile(graph)
        load_weights(fresh, tmp_path / "other.pt", image.float())
        torch.testing.assert_close(fresh.eval()(image.float()), expected.float())
