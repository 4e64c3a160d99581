"""Statistics for batch norms that have seen no data: those of random images.

A fresh network normalises with mean 0 and variance 1, which its activations do not have; a deep one then gives nearly the same output
for every image, and two networks that differ in their first layers look equal. With statistics of its own, what goes in comes out.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from archdsl.compilers.torch.batches import batch_of
from archdsl.ir.graph import Graph


def settle(module: nn.Module, graph: Graph, images: int = 8, seed: int = 0) -> None:
    """Give every batch norm the statistics of random images, from the first to the last, and leave the module in evaluation mode.

    Torch's global generator and gradients are left alone.

    Args:
        graph: of the network, whose inputs say what it is called with.
    """
    norms = [layer for layer in module.modules() if isinstance(layer, _BatchNorm)]
    momenta = [norm.momentum for norm in norms]
    like = next(module.parameters(), torch.empty(0))
    given = batch_of(graph, images, torch.Generator().manual_seed(seed))
    batch = [tensor.to(like if tensor.is_floating_point() else like.device) for tensor in given]
    module.eval()
    for norm in norms:
        norm.momentum = 1.0
        norm.train()
    with torch.no_grad():
        module(*batch)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
        norm.eval()
