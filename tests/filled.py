"""Networks filled with reproducible numbers: the half of a comparison with a reference that both networks go through.

Any torch module will do, ours or a reference. What is filled are its learned tensors, whatever layer they belong to, in the order in
which a forward pass first uses them: each gets the numbers of a seed that follows from its place in that order, so that no weights have to
be stored. The statistics of batch norms are then *settled*, that is measured on the inputs: in deep networks arbitrary statistics let
values grow or die out, and outputs that hardly depend on the image agree whatever the network is.

Nothing of archdsl is imported here: the generator of fixtures runs without it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

SAMPLES = 2  # inputs in a batch: outputs that are alike for both prove little


class Input(NamedTuple):
    """One input of a network: the shape of a sample, and for integers the number above all of them."""

    shape: tuple[int, ...]
    below: int = 0

    def sample(self, index: int) -> Tensor:
        """The batch that stands for the input at this place: normal numbers in double precision, or integers."""
        random = np.random.RandomState(1 + index)
        if self.below:
            return torch.from_numpy(random.randint(0, self.below, (SAMPLES, *self.shape)))
        return torch.from_numpy(random.standard_normal((SAMPLES, *self.shape)))


class Use(NamedTuple):
    """What a forward pass shows.

    Attributes:
        order: names of the learned tensors in the order in which they are first used.
        macs: multiply-accumulates of convolutions and of products with learned tensors, for the whole batch.
    """

    order: list[str]
    macs: int


class _Watch(TorchDispatchMode):
    """Notes which learned tensors each operator reads, and what convolutions and matrix products multiply."""

    def __init__(self, module: nn.Module):
        super().__init__()
        self.names = {p.untyped_storage().data_ptr(): name for name, p in module.named_parameters()}
        self.order: dict[str, None] = {}
        self.macs = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
        learned = [name for tensor in tensors if (name := self.names.get(tensor.untyped_storage().data_ptr()))]
        self.order.update(dict.fromkeys(learned))
        output = func(*args, **(kwargs or {}))
        word = func.overloadpacket.__name__
        if word == "convolution":
            image, weight, transposed = args[0], args[1], args[6]
            self.macs += (image if transposed else output).numel() * math.prod(weight.shape[1:])
        elif word in ("mm", "addmm", "bmm") and learned:
            self.macs += output.numel() * tensors[-1].shape[-2]
        return output


def used(module: nn.Module, inputs: Sequence[Tensor]) -> Use:
    """What one forward pass in evaluation mode uses. A learned tensor that it does not use is an error: it could not be told apart."""
    with torch.no_grad(), _Watch(module) as watch:
        module.eval()(*inputs)
    unused = {name for name, _ in module.named_parameters()} - set(watch.order)
    assert not unused, f"no forward pass reads {', '.join(sorted(unused))}"
    return Use(list(watch.order), watch.macs)


def squeezed(shape: Sequence[int]) -> tuple[int, ...]:
    """A shape without its ones: a linear layer and a 1x1 convolution have the same."""
    return tuple(size for size in shape if size != 1)


def role(name: str, module: nn.Module) -> str:
    """How a learned tensor is filled: `weight` and `bias` of what multiplies, `scale` for all that is near one."""
    owner, _, own = name.rpartition(".")
    if own.startswith(("bias", "in_proj_bias")):
        return "bias"
    layer = module.get_submodule(owner)
    multiplies = isinstance(layer, nn.Linear | nn.MultiheadAttention | nn.modules.conv._ConvNd)
    return "weight" if multiplies or len(squeezed(module.get_parameter(name).shape)) > 1 else "scale"


def fill(tensor: Tensor, kind: str, place: int) -> None:
    """Fill a tensor of this role with the numbers that belong to the place of the order."""
    random, shape = np.random.RandomState(1000 + place), squeezed(tensor.shape)
    if kind == "scale":
        values = random.uniform(0.5, 1.5, shape)
    elif kind == "bias":
        values = random.standard_normal(shape) * 0.1
    else:
        values = random.standard_normal(shape) * math.sqrt(2 / max(1, math.prod(shape[1:])))
    with torch.no_grad():
        tensor.copy_(torch.from_numpy(np.asarray(values)).reshape(tensor.shape))


def settle(module: nn.Module, inputs: Sequence[Tensor]) -> None:
    """Measure the statistics of all batch norms on these inputs; everything else stays in evaluation mode."""
    norms = [layer for layer in module.eval().modules() if isinstance(layer, _BatchNorm) and layer.track_running_stats]
    if not norms:
        return
    for norm in norms:
        norm.momentum = 1.0
        norm.train()
    with torch.no_grad():
        module(*inputs)
    module.eval()


class Output(NamedTuple):
    """What is kept of one output.

    Attributes:
        name: its name where the network gives a dictionary, else its place.
        shape: without the batch.
        first: the first values of each sample.
        norm: Euclidean norm over the whole batch.
        spread: norm of the difference of the two samples, relative to `norm`.
    """

    name: str
    shape: tuple[int, ...]
    first: list[list[float]]
    norm: float
    spread: float


VALUES = 8


def outputs(module: nn.Module, inputs: Sequence[Tensor]) -> list[Output]:
    """The outputs of a network in evaluation mode: of a tensor, a tuple or a dictionary."""
    with torch.no_grad():
        return [_output(name, tensor) for name, tensor in _named(module.eval()(*inputs))]


def _named(result: Any) -> list[tuple[str, Tensor]]:
    if isinstance(result, Tensor):
        return [("0", result)]
    if isinstance(result, dict):
        return [(str(name), tensor) for name, tensor in result.items()]
    return [(str(place), tensor) for place, tensor in enumerate(result)]


def _output(name: str, tensor: Tensor) -> Output:
    flat = tensor.double().flatten(1)
    norm = flat.norm().item()
    first = [row[:VALUES].tolist() for row in flat]
    return Output(name, tuple(tensor.shape[1:]), first, norm, (flat[0] - flat[1]).norm().item() / norm)
