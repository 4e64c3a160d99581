"""Densely connected networks whose depth is a knob, by labels that gather: what they cost by hand, and what they compute in torch."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import archdsl

OSA = """
input: [8, 16, 16]
import: [blocks/mobile]
knobs: {layers: {default: 5, range: [1, 50]}, width: 4, out: 16}
net:
  - {conv_norm: {out: $width, kernel: 3, nl: relu}, repeat: $layers, as: {append: layer}}
  - {concat: ~, from: [in, layer]}
  - {conv_norm: {out: $out, nl: relu}, name: aggregate}
"""
ELAN = """
input: [8, 16, 16]
knobs: {blocks: 2, depth: 1, width: 4}
blocks:
  elan:
    args: {width: int, blocks: int, depth: int}
    body:
      - {conv: $width, as: {append: part}}
      - {conv: $width, from: in, as: {append: part}}
      - stage: b$i
        repeat: $blocks
        body:
          - {conv: {out: $width, kernel: 3}, repeat: $depth}
          - {identity: ~, as: {append: part}}
      - {concat: ~, from: part}
      - conv: 2*$width
net: [{elan: {width: $width, blocks: $blocks, depth: $depth}}]
"""
SPPF = """
input: [8, 16, 16]
knobs: {pools: 3}
net:
  - {conv: 4, as: {append: level}}
  - {maxpool: {kernel: 5, stride: 1, padding: 2}, repeat: $pools, as: {append: level}}
  - {concat: ~, from: level}
  - conv: 16
"""


def run(net: archdsl.Net) -> tuple[nn.Module, Tensor]:
    torch.manual_seed(0)
    module = net.module().double().eval()
    return module, torch.randn(2, 8, 16, 16, dtype=torch.float64)


@pytest.mark.parametrize("layers", [1, 2, 5])
def test_one_shot_aggregation(layers: int) -> None:
    net = archdsl.loads(OSA, layers=layers)
    channels = [8] + [4] * layers
    weights = sum(9 * c * 4 for c in channels[:-1]) + sum(channels) * 16
    assert net.cost().macs == weights * 256
    assert net.cost().params == weights + 2 * (4 * layers + 16)
    module, image = run(net)
    assert module(image).shape == (2, 16, 16, 16)


@pytest.mark.parametrize(("blocks", "depth"), [(1, 1), (2, 1), (3, 2)])
def test_layers_that_are_aggregated_in_a_block(blocks: int, depth: int) -> None:
    net = archdsl.loads(ELAN, blocks=blocks, depth=depth)
    assert net.cost().params == 2 * 8 * 4 + blocks * depth * 9 * 16 + (2 + blocks) * 4 * 8
    (concat,) = [node for node in net.graph() if node.op.word == "concat"]
    assert len(concat.inputs) == 2 + blocks


@pytest.mark.parametrize("pools", [1, 3])
def test_pooling_in_a_row_computes_what_torch_does(pools: int) -> None:
    module, image = run(archdsl.loads(SPPF, pools=pools))
    first, last = [layer for layer in module.modules() if isinstance(layer, nn.Conv2d)]
    levels = [first(image)]
    for _ in range(pools):
        levels.append(nn.functional.max_pool2d(levels[-1], 5, 1, 2))
    assert torch.equal(module(image), last(torch.cat(levels, 1)))


def test_depth_over_a_grid() -> None:
    net = archdsl.loads(OSA)
    for row in net.sweep(layers=[1, 3, 6], width=[4, 8]).rows():
        alone = net.set(layers=row["layers"], width=row["width"]).cost()
        assert (row["params"], row["macs"]) == (alone.params, alone.macs)


def test_what_is_gathered_may_be_what_a_network_and_a_block_give() -> None:
    text = OSA.replace("knobs:", "outputs: layer\nknobs:").replace("outputs: layer", "outputs: [layer]")
    found = archdsl.loads(text, layers=3).graph()
    assert list(found.outputs) == ["layer_1", "layer_2", "layer_3"]
    pair = """
input: [8, 4, 4]
blocks:
  two: {inputs: [x], outputs: [made], body: [{relu: ~, as: {append: made}, repeat: 2}]}
net: [{two: ~, as: [a, {append: more}]}, {norm: ~, from: a, as: {append: more}}, {add: ~, from: more}]
"""
    found = archdsl.loads(pair).graph()
    assert found["add"].inputs == ("two.relu_2", "norm")
