"""Networks ready to be run: random weights whose batch norms have statistics, and files in the forms that runtimes read."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import cast

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from archdsl.compilers.export import Model, backend, export
from archdsl.compilers.measure.runtimes import MODULE, Runtime
from archdsl.errors import BackendError
from archdsl.net import Net

BATCH = 4  # of the random images that statistics are taken from


def model(net: Net, seed: int = 0) -> Model:
    """A network in evaluation mode with fresh weights, the same for the same seed.

    Every batch norm gets a random scale and shift and the statistics of a random batch. With those that it begins with, 0 and 1, it
    would do nothing, and values might fall or grow from layer to layer until they are denormal, which is slow, or infinite.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        module = net.module()
        _settle(module, torch.randn(BATCH, *net.graph().input.shape))
    return Model(net.graph(), module)


def optimised(found: Model) -> Model:
    """The same function after the passes for inference. Raises BackendError where they are not part of the installation."""
    try:
        passes = importlib.import_module("archdsl.compilers.optimized")
    except ModuleNotFoundError:
        raise BackendError("the passes for inference are not part of this installation") from None
    made, _ = cast(Callable[[Model], tuple[Model, object]], passes.optimized)(found)
    return made


def write(found: Model, runtime: Runtime, folder: Path) -> Path:
    """The file of a network for a runtime; a form that is there already is not written again.

    Raises:
        BackendError: the form cannot express the network, or what was written gives another output.
    """
    path = folder / ("network" + runtime.suffixes[0])
    if path.exists():
        return path
    if runtime.form == MODULE:
        torch.save(found.module, path)
    else:
        assert path.suffix == backend(runtime.form).SUFFIX
        export(found, runtime.form, path)
    return path


@torch.inference_mode()
def _settle(module: nn.Module, images: torch.Tensor) -> None:
    module.eval()
    norms = [part for part in module.modules() if isinstance(part, _BatchNorm)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        if norm.affine:
            norm.weight.uniform_(0.5, 1.5)
            norm.bias.normal_(0, 0.1)
        norm.train()
        norm.momentum = None  # the statistics of what is seen from now on, and nothing of those before
        norm.reset_running_stats()
    module(images)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    module.eval()
