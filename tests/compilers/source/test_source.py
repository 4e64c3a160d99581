"""Python source: the same keys, the same logits, one class for what repeats, and a file laid out as a formatter would."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import random_networks
import torch
from small import small

import archdsl
from archdsl.compilers.source import python_source
from archdsl.compilers.source.export import network
from archdsl.compilers.torch import compile as compile_graph
from archdsl.compilers.torch.batches import batch_of, in_order
from archdsl.compilers.torch.shared import everywhere
from archdsl.errors import BackendError
from archdsl.ir.graph import OUTPUT, Graph
from archdsl.net import Net

ZOO = sorted(path.stem for path in Path(__file__).parents[3].joinpath("specs").glob("*.yaml"))
RUN = [
    "convnext_tiny",
    "d_mobilenet_v3",
    "darts_v2",
    "dcgan",
    "densenet121",
    "dpnet",
    "edgenext_x_small",
    "efficientnet_b0",
    "ghostnet",
    "googlenet",
    "gpt2",
    "hrnet_w18",
    "legonet",
    "lstm_classifier",
    "m5",
    "maxvit_tiny",
    "mobileone_s0",
    "mobilenet_v3_small",
    "mobilevit_xs",
    "p_resnet18a",
    "pointnet",
    "poolformer_s12",
    "randwire",
    "regnet_y_400mf",
    "resnet20",
    "shiftnet",
    "shufflenet_v1",
    "shufflenet_v2",
    "siamese_resnet18",
    "squeezenet",
    "swin_tiny",
    "unet",
    "vit_small",
    "yolov5n",
]
"""Every operator of the zoo is in one of these, and they are quick to run."""

EVERY_LAYER = """
archdsl: 1
name: Every layer
input: [4, 16, 16]
net:
  - {conv: {out: 8, kernel: [3, 5], stride: [2, 1], dilation: [2, 1], groups: 2, bias: true}, name: type}
  - {norm: {eps: 0.01, momentum: 0.2, affine: false}}
  - {leaky_relu: {slope: 0.2}}
  - {prelu: {shared: false, slope: 0.3}}
  - {prelu: {}}
  - {maxpool: {kernel: [2, 3], stride: [1, 2], padding: [1, 0], ceil: true}}
  - {avgpool: {kernel: 3, stride: 1, padding: 1, count_padding: false}}
  - {pad: {sides: [1, 2, 0, 1], mode: reflect}}
  - {upsample: {scale: [2, 1], mode: bilinear}}
  - upsample
  - sigmoid
  - tanh
  - {gelu: {approximate: tanh}}
  - identity
  - {layer_norm: {affine: false}}
  - {shift: {kernel: 3}}
  - {adaptive_pool: {size: [3, 2], mode: max}}
  - tokens
  - {prelu: {shared: false}}
  - norm
  - {slice: {start: 2, stop: 7}}
  - token_mean
  - {linear: {out: 6, bias: false}}
  - norm
  - silu
"""


@pytest.mark.parametrize("name", RUN)
def test_same_logits(name: str) -> None:
    _same(small(name), torch.Generator().manual_seed(1))


def test_every_layer() -> None:
    _same(archdsl.loads(EVERY_LAYER), torch.Generator().manual_seed(1))


def _same(net: Net, generator: torch.Generator) -> None:
    module = net.module().eval()
    for key, value in module.state_dict().items():  # statistics that are not trivial
        if key.endswith("running_mean"):
            value.normal_(0, 0.1, generator=generator)
        if key.endswith("running_var"):
            value.uniform_(0.5, 1.5, generator=generator)
    written = network(python_source(net.graph())).eval()
    written.load_state_dict(everywhere(written, module.state_dict()))
    given = batch_of(net.graph(), 2, generator)
    with torch.no_grad():
        one, other = in_order(module(*given)), in_order(written(*given))
    assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("name", ZOO)
def test_same_keys(name: str) -> None:
    net = archdsl.load(name)
    with torch.device("meta"):
        wanted = {key: value.shape for key, value in net.module().state_dict().items()}
        written = network(python_source(net.graph()))
    assert {key: value.shape for key, value in written.state_dict().items()} == wanted


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("make", [random_networks.network, random_networks.tokens])
def test_random_graphs(make: Callable[[int], Graph], seed: int) -> None:
    graph = make(seed)
    module = compile_graph(graph).eval()
    written = network(python_source(graph)).eval()
    written.load_state_dict(everywhere(written, module.state_dict()))
    image = torch.randn(2, *graph.input.shape)
    with torch.no_grad():
        assert torch.equal(module(image), written(image))


def test_names_that_are_numbers_or_taken() -> None:
    net = archdsl.loads(
        "archdsl: 1\nname: class\ninput: [4, 8, 8]\nblocks: {nn: {args: {forward: int}, body: [{conv: $forward}, relu]}}\n"
        "net:\n  - fork:\n    paths: [{nn: 3}, {nn: 5}, [{nn: 2}, {nn: 4}]]\n    join: concat\n"
        "  - {conv: 4, name: '7'}\n  - {nn: 6, name: x}\n  - {slice: {start: 1, stop: 3}, name: self}\n  - flatten\n"
    )
    _same(net, torch.Generator().manual_seed(1))


def test_same_gradients() -> None:
    net = small("dpnet")
    module, written = net.module(), network(python_source(net.graph()))
    written.load_state_dict(everywhere(written, module.state_dict()))
    image = torch.randn(2, *net.graph().input.shape)
    for made in (module, written):
        torch.manual_seed(3)  # of dropout
        made.train()(image).square().sum().backward()
    wanted = dict(module.named_parameters())
    assert all(torch.allclose(wanted[key].grad, value.grad) for key, value in written.named_parameters())


def test_what_repeats_is_one_class() -> None:
    text = python_source(small("resnet50").graph())
    assert text.count("\nclass ") == 8
    assert "for i in range(2, end):" in text
    assert "self.stage2 = Stage(" in text
    text = python_source(small("densenet121").graph())
    assert 'self.add_module(f"dense_layer_{i}", DenseLayer(in_channels=dense_layer_in_channels + 32 * i))' in text


def test_arguments_are_those_of_the_table() -> None:
    text = python_source(small("googlenet").graph())
    assert "self.inception_1 = Inception(in_channels=192, n1x1=64, r3x3=96, n3x3=128, r5x5=16, n5x5=32, proj=32)" in text


def test_variants_are_told_apart() -> None:
    text = python_source(small("dpnet").graph())
    classes = [line.removeprefix("class ").split("(")[0] for line in text.splitlines() if line.startswith("class ")]
    found = [name for name in classes if name.startswith("Dp")]
    assert found == ["DpA", "DpB", "DpAExpand", "DpBSqueezeExcite", "DpAExpandSqueezeExcite"]


def _classes(name: str) -> list[str]:
    text = python_source(archdsl.load(name).graph())
    return [line.removeprefix("class ").split("(")[0] for line in text.splitlines() if line.startswith("class ")]


def test_numbers_and_flags_make_no_class_of_their_own() -> None:
    assert [name for name in _classes("resnet56") if "Zeros" in name] == [
        "Zeros",
        "BasicZeros",
        "BasicZerosShortcut",
        "StageBasicZeros",
    ]
    assert [name for name in _classes("darts_v2") if name.startswith("Relu")] == ["ReluSeparable", "ReluConv"]


def test_loops_of_any_length_are_one_class() -> None:
    assert [name for name in _classes("yolov5n") if name.startswith("C3")] == [
        "C3PathResiduals",
        "C3PathResidual",
        "C3Residuals",
        "C3Residual",
    ]
    text = python_source(small("efficientnet_b0").graph())
    assert "layer_exp=1152, rates=(0.15, 0.1625, 0.175), s=2" in text
    assert text.count("\nclass MbconvLayers(") == 1


def test_blocks_of_several_tensors() -> None:
    text = python_source(small("hrnet_w18").graph())
    assert "def forward(self, x1: Tensor, x2: Tensor, x3: Tensor) -> tuple[Tensor, Tensor, Tensor]:" in text
    assert 'x, y, z = self.get_submodule(f"exchange3_{i}")(x, y, z)' in text


def test_axes_go_by_the_names_of_the_pattern() -> None:
    text = python_source(archdsl.load("swin_tiny").graph())
    assert "x.reshape(-1, self.in_channels, self.h, 7, self.h, 7)" in text


def test_dpnet(golden) -> None:
    net = archdsl.load("dpnet")
    docs = {name: block.doc for name, block in net.spec.blocks.items()}
    golden("source/dpnet.py.txt", python_source(net.graph(), net.table().plain(), docs))


def test_needs_torch_alone(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(python_source(small("legonet").graph()), encoding="utf-8")
    code = f"import runpy, sys; runpy.run_path({str(path)!r}); assert not any(m.startswith('archdsl') for m in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_formatted(tmp_path: Path) -> None:
    pytest.importorskip("ruff")
    for name in RUN:
        (tmp_path / f"{name}.py").write_text(python_source(small(name).graph(), 'A "quoted"\nheading \\ "'), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "120", "--diff", str(tmp_path)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[:2000]


def test_scope_in_two_parts() -> None:
    net = archdsl.loads(
        "archdsl: 1\nname: N\ninput: [4, 8, 8]\n"
        "blocks: {b: {body: [relu, sigmoid]}}\nnet: [{b: {}, name: one}, tanh, {b: {}, name: two}]\n"
    )
    nodes = {node.name: node for node in net.graph()}
    nodes["two.sigmoid"].name = "one.late"
    graph = Graph("N", {node.name: node for node in nodes.values()}, {OUTPUT: "one.late"})
    with pytest.raises(BackendError, match="the operators of 'one' do not run one after the other"):
        python_source(graph)
