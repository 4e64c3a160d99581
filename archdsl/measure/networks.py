"""Networks ready to be run: compiled, with random weights whose batch norms have statistics."""

from __future__ import annotations

import torch
from torch.nn.modules.batchnorm import _BatchNorm

from archdsl.compilers.export import Model
from archdsl.compilers.optimized import optimized
from archdsl.compilers.passes.draft import Choices
from archdsl.compilers.torch.settle import settle
from archdsl.design import Design

BATCH = 4  # of the random images that statistics are taken from


def model(net: Design, seed: int = 0) -> Model:
    """A network in evaluation mode with fresh weights, the same for the same seed.

    Every batch norm gets a random scale and shift and the statistics of a random batch. With those that it begins with, 0 and 1, it
    would do nothing, and values might fall or grow from layer to layer until they are denormal, which is slow, or infinite.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        module = net.module()
        with torch.no_grad():
            for norm in module.modules():
                if isinstance(norm, _BatchNorm) and norm.affine:
                    norm.weight.uniform_(0.5, 1.5)
                    norm.bias.normal_(0, 0.1)
        settle(module, net.graph(), BATCH, seed)
    return Model(net.graph(), module)


def optimised(found: Model, chosen: Choices | None = None) -> Model:
    """The same function after the passes for inference; `chosen` has options by their site."""
    return optimized(found, chosen)[0]
