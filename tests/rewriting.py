"""Networks rewritten for inference beside what they were: with norms that have seen images, and how far outputs are apart."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from archdsl.compilers.export import Model
from archdsl.compilers.optimized import optimized
from archdsl.compilers.passes import optimize
from archdsl.compilers.passes.draft import Site
from archdsl.compilers.torch import compile
from archdsl.compilers.torch.batches import batch_of, in_order
from archdsl.compilers.torch.settle import settle
from archdsl.ir.graph import Graph

TOLERANCE = 1e-8
"""Largest difference of an output value, as a share of how much outputs differ from image to image (root mean square). In float64,
where what rounding leaves is far below what any mistake makes."""

BLOCKS_IN_A_ROW = """
archdsl: 1
name: Blocks
import: [blocks/mobile, blocks/partial]
input: [3, 16, 16]
net:
  - {conv3x3: {out: 20, nl: hswish}}
  - {dp_a: {exp: 48, out: 20, se: true, nl: hswish}, as: first}
  - {dp_a: {exp: 40, out: 20, nl: relu}, as: second}
  - {dp_a: {exp: 40, out: 20, nl: relu}, as: third}
  - {dp_b: {exp: 36, out: 28, s: 2}}
  - {conv1x1: {out: 8}}
"""
"""Of widths that fill no vector; what passes is split again and again."""


def every_form(graph: Graph) -> list[dict[Site, str]]:
    """Every choice at every site that the choices before it lead to, depth first: the options of each."""
    found: list[dict[Site, str]] = []
    waiting: list[dict[Site, str]] = [{}]
    while waiting:
        chosen = waiting.pop()
        undecided = [site for site in optimize(graph, chosen=chosen).sites if site not in chosen]
        if undecided:
            waiting += [{**chosen, undecided[0]: option} for option in reversed(undecided[0].options)]
        else:
            found.append(chosen)
    return found


def shaken(graph: Graph) -> nn.Module:
    """Compiled, with norms that have seen images and were moved from there: no scale is one, no shift is nothing, no signal fades."""
    torch.manual_seed(0)
    module = compile(graph)
    generator = torch.Generator().manual_seed(1)
    for layer in module.modules():
        if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)) and layer.affine:
            nn.init.uniform_(layer.weight, 0.5, 1.5, generator=generator)
            if layer.bias is not None:
                nn.init.normal_(layer.bias, 0, 0.3, generator=generator)
        elif isinstance(layer, nn.Linear) or (isinstance(layer, nn.Conv2d) and layer.bias is not None):
            if layer.bias is not None:
                nn.init.normal_(layer.bias, 0, 0.1, generator=generator)
            nn.init.normal_(layer.weight, 0, layer.weight[0].numel() ** -0.5, generator=generator)
    settle(module, graph, 4)
    for layer in module.modules():
        if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            assert layer.running_mean is not None
            assert layer.running_var is not None
            layer.running_mean += torch.randn(layer.running_mean.shape, generator=generator) * layer.running_var.sqrt() * 0.2
            layer.running_var *= torch.empty_like(layer.running_var).uniform_(0.7, 1.5, generator=generator)
    return module.double()


def difference(graph: Graph, **options: str) -> float:
    """Of the optimised network's output from that of the network, as TOLERANCE measures it; `options` by node."""
    module = shaken(graph)
    made, _ = optimized(
        Model(graph, module), {site: options[site.node] for site in optimize(graph).sites if site.node in options}
    )
    return apart(module, made.module, graph)


def apart(one: nn.Module, other: nn.Module, graph: Graph) -> float:
    like = next(one.parameters())
    batch = batch_of(graph, 3, torch.Generator().manual_seed(2))
    images = [image.to(like) if image.is_floating_point() else image for image in batch]
    with torch.no_grad():
        pairs = zip(in_order(one(*images)), in_order(other(*images)), strict=True)
        return max(size(came - wanted, wanted) for wanted, came in pairs)


def size(wrong: Tensor, of: Tensor) -> float:
    """Relative to how much the output differs from image to image: what is the same for all would hide a mistake."""
    varies = of - of.mean(0, keepdim=True)
    return float(wrong.abs().max() / varies.square().mean().sqrt())
