"""Networks filled with reproducible numbers: the half of a comparison with a reference that both networks go through.

Any torch module will do, ours or a reference. What is filled are its learned tensors, whatever layer they belong to, in the order in
which a forward pass first uses them: each gets the numbers of a seed that follows from its place in that order, so that no weights have
to be stored. The statistics of batch norms are *settled*, that is measured on what arrives: in deep networks arbitrary statistics let
values grow or die out, and outputs that hardly depend on the image agree whatever the network is. All of that is one forward pass.

Nothing of archdsl is imported here: the generator of fixtures runs without it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from grouped import Grouped
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


class Output(NamedTuple):
    """What is kept of one output.

    Attributes:
        name: its name where the network gives a dictionary, else its place.
        shape: without the batch.
        first: the first values of each sample.
        norm: Euclidean norm over the whole batch.
        spread: norm of the difference of the first and last sample, relative to `norm`.
    """

    name: str
    shape: tuple[int, ...]
    first: list[list[float]]
    norm: float
    spread: float


VALUES = 8


Place = Callable[[str, Tensor], tuple[str, int]]
"""For a learned tensor that is used for the first time, given its name: its role (`fill`) and its place in the order of the reference."""


class Run(NamedTuple):
    """What a forward pass shows.

    Attributes:
        order: names of the learned tensors in the order in which they are first used.
        macs: multiply-accumulates of convolutions and of products with learned tensors, for the whole batch.
        outputs: see `Output`.
    """

    order: list[str]
    macs: int
    outputs: list[Output]


def run(module: nn.Module, inputs: Sequence[Tensor], place: Place | None = None) -> Run:
    """One forward pass in evaluation mode. Where `place` is given, learned tensors are filled as they are first used, and norms settled.

    Raises:
        AssertionError: a learned tensor is not used.
    """
    hooks = _settling(module) if place else []
    with torch.no_grad(), Grouped(), _Watch(module, place) as watch:
        result = module.eval()(*inputs)
    for hook in hooks:
        hook.remove()
    unused = {name for name, _ in module.named_parameters()} - set(watch.order)
    assert not unused, f"no forward pass reads {', '.join(sorted(unused))}"
    return Run(watch.order, watch.macs, [_output(name, tensor) for name, tensor in _named(result)])


class _Watch(TorchDispatchMode):
    """Notes which learned tensors each operator reads, and what convolutions and matrix products multiply."""

    def __init__(self, module: nn.Module, place: Place | None):
        super().__init__()
        self.place = place
        self.learned = {p.untyped_storage().data_ptr(): (name, p) for name, p in module.named_parameters()}
        self.order: list[str] = []
        self.macs = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
        learned = [self.learned[key] for tensor in tensors if (key := tensor.untyped_storage().data_ptr()) in self.learned]
        for name, tensor in learned:
            if name not in self.order:
                self.order.append(name)
                if self.place:
                    fill(tensor, *self.place(name, tensor))
        output = func(*args, **(kwargs or {}))
        word = func.overloadpacket.__name__
        if word == "convolution":
            image, weight, transposed = args[0], args[1], args[6]
            self.macs += (image if transposed else output).numel() * math.prod(weight.shape[1:])
        elif word in ("mm", "addmm", "bmm") and learned:
            self.macs += output.numel() * tensors[-1].shape[-2]
        elif word == "mkldnn_rnn_layer":  # all steps of a layer at once, which other machines run product by product
            tokens = args[0].numel() // args[0].shape[-1]
            self.macs += tokens * (args[1].numel() + args[2].numel())
        return output


def _settling(module: nn.Module) -> list[Any]:
    """Hooks that put the statistics of what arrives into every batch norm before it runs."""

    def measure(norm: Any, args: Any) -> None:
        if norm.running_mean is not None:
            axes = [axis for axis in range(args[0].dim()) if axis != 1]
            norm.running_mean.copy_(args[0].mean(axes))
            norm.running_var.copy_(args[0].var(axes, correction=0))

    return [layer.register_forward_pre_hook(measure) for layer in module.modules() if isinstance(layer, _BatchNorm)]


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
    return Output(name, tuple(tensor.shape[1:]), first, norm, (flat[0] - flat[-1]).norm().item() / norm)
