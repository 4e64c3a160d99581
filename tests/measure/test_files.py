"""From a network to the file that a runtime reads: every check holds for each way of writing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import onnx
import pytest
import torch
from graphs import Builder
from rewriting import BLOCKS_IN_A_ROW

import archdsl
from archdsl.compilers.passes.together import forms
from archdsl.compilers.torch import compile
from archdsl.compilers.torch.batches import batch_of
from archdsl.errors import BackendError, InputError
from archdsl.ir.graph import Graph
from archdsl.measure import drawn, networks
from archdsl.measure.files import write_graph, write_model
from archdsl.measure.job import Configuration
from archdsl.measure.runtimes import RUNTIMES

SPEC = """
archdsl: 1
name: Tiny
input: [3, 8, 8]
net:
  - {conv: {out: 4, kernel: 3}}
  - norm
"""


@pytest.fixture
def graph() -> Graph:
    build = Builder((3, 8, 8))
    build("conv", "conv", out=4, kernel=3)
    build("norm", "norm")
    return build.graph


@pytest.mark.parametrize("word", RUNTIMES)
def test_a_graph_in_a_form_that_the_runtime_reads(word: str, graph: Graph, tmp_path: Path) -> None:
    if why := RUNTIMES[word].device.lacks():
        pytest.skip(why)
    file = write_graph(graph, RUNTIMES[word], tmp_path / "a.b")
    assert file.path.suffix in RUNTIMES[word].suffixes
    assert file.path.stem == "a.b"
    assert file.shapes == ((3, 8, 8),)
    if file.path.suffix == ".onnx":
        onnx.checker.check_model(onnx.load(file.path), full_check=True)


def test_weights_may_lie_as_those_of_an_optimised_module(graph: Graph, tmp_path: Path) -> None:
    for channels_last in (False, True):
        file = write_graph(graph, RUNTIMES["eager"], tmp_path / "a", channels_last)
        weight = drawn.read(file.path, "cpu").get_submodule("conv").weight
        assert weight.is_contiguous(memory_format=torch.channels_last) == channels_last


def test_the_layout_of_each_weight_is_that_of_its_own_axes(tmp_path: Path) -> None:
    build = Builder((3, 4, 8, 8))
    build("conv", "conv", out=4, kernel=3)
    build("norm", "norm")
    build("flatten", "flatten")
    build("linear", "linear", out=5)
    file = write_graph(build.graph, RUNTIMES["eager"], tmp_path / "a", channels_last=True)
    module = drawn.read(file.path, "cpu")
    assert module.get_submodule("conv").weight.is_contiguous(memory_format=torch.channels_last_3d)
    assert module.get_submodule("linear").weight.is_contiguous()
    run = RUNTIMES["channels-last"].load(file, Configuration("channels-last", 2))
    assert tuple(run().shape) == (2, 5)


def test_a_model_in_the_form_of_the_runtime_once(tmp_path: Path) -> None:
    model = networks.model(archdsl.loads(SPEC))
    for word, name in (("eager", "network.pt"), ("compile", "network.pt"), ("onnxruntime", "network.onnx")):
        file = write_model(model, RUNTIMES[word], tmp_path)
        assert (file.path, file.shapes) == (tmp_path / name, ((3, 8, 8),))
    (tmp_path / "network.pt").write_text("what was there")
    write_model(model, RUNTIMES["channels-last"], tmp_path)
    assert (tmp_path / "network.pt").read_text() == "what was there"


def test_what_cannot_be_written(graph: Graph, tmp_path: Path) -> None:
    model = networks.model(archdsl.loads(SPEC))
    absent = replace(RUNTIMES["eager"], library="no_such_package")
    for write in (lambda: write_graph(graph, absent, tmp_path / "a"), lambda: write_model(model, absent, tmp_path)):
        with pytest.raises(BackendError, match=r"the runtime eager needs no_such_package, which is not installed"):
            write()
    odd = replace(RUNTIMES["openvino"], word="odd", also_reads=())
    with pytest.raises(BackendError, match="written as modules and ONNX files, which odd does not read"):
        write_graph(graph, odd, tmp_path / "a")
    nowhere = tmp_path / "nowhere"
    for word in ("eager", "onnxruntime"):
        with pytest.raises(InputError, match="cannot be written"):
            write_graph(graph, RUNTIMES[word], nowhere / "a")
    with pytest.raises(InputError, match="cannot be written"):
        write_model(model, RUNTIMES["eager"], nowhere)
    assert not list(tmp_path.iterdir())


def test_weights_are_drawn_where_they_run(tmp_path: Path) -> None:
    """Every form that may be measured goes through a file and is the same network, with weights of the same shapes."""
    graphs = [form.graph for form in forms(archdsl.loads(BLOCKS_IN_A_ROW).graph())]
    assert len(graphs) > 6
    for number, graph in enumerate(graphs):
        file = write_graph(graph, RUNTIMES["eager"], tmp_path / str(number))
        assert file.path.stat().st_size < 100_000
        made = drawn.read(file.path, "cpu").eval()
        wanted = compile(graph).state_dict()
        assert {name: value.shape for name, value in made.state_dict().items()} == {n: v.shape for n, v in wanted.items()}
        made.load_state_dict(wanted)
        given, same = batch_of(graph, 2), compile(graph).eval()
        same.load_state_dict(wanted)
        with torch.no_grad():
            assert torch.equal(made(*given), same(*given))
    on_meta = drawn.read(file.path, "meta")
    assert all(value.is_meta for value in on_meta.state_dict().values())


def test_a_network_that_moves_axes_can_be_saved(tmp_path: Path) -> None:
    turned = "{rearrange: {pattern: c h w -> c w h, to: map}}"
    text = f"archdsl: 1\nname: Turned\ninput: [3, 4, 6]\nnet:\n  - {turned}\n  - {{conv: {{out: 2, kernel: 1}}}}\n"
    model = networks.model(archdsl.loads(text))
    file = write_model(model, RUNTIMES["eager"], tmp_path)
    image = torch.randn(2, 3, 4, 6)
    with torch.no_grad():
        again = torch.load(file.path, weights_only=False)
        assert torch.equal(again(image), model.module(image))
        assert again.code == torch.load(file.path, weights_only=False).code
