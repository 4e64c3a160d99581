"""Weights under other names: a state dict of torchvision or timm for a network that both have.

State dicts keep the order in which modules were defined, which in such libraries is the order in which they are called, with a few
exceptions (a shortcut after the path beside it). So the layers of a file are paired with those of the network by calling order and
shape: each layer of the network, as it is called, takes the first layer of the file that is left and has the same tensors. A linear
layer and a 1x1 convolution hold the same, so axes of length 1 do not count.

Where a layer finds no counterpart or one is left over, nothing is loaded. Layers of one shape that a library defines in another
order than it calls them would change places unseen: compare an output or the accuracy with the library's.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from archdsl.compilers.torch.checkpoint import load_checkpoint, read_checkpoint
from archdsl.errors import InputError

PARTS = ("weight", "bias", "running_mean", "running_var")
"""How torch.nn names the tensors of a layer; one of another name (a class token, a layer scale) is a layer by itself."""
COUNTER = "num_batches_tracked"  # of batch norms, which inference does not read


class Group(NamedTuple):
    """The tensors of one layer, by the last part of their names."""

    name: str
    tensors: dict[str, Tensor]

    @property
    def signature(self) -> Hashable:
        """Names, shapes (axes of length 1 left out), and whether the values are floats."""
        return tuple(sorted((part, _shape(tensor), tensor.is_floating_point()) for part, tensor in self.tensors.items()))

    def __str__(self) -> str:
        shapes = ", ".join(f"{part} {'×'.join(map(str, tensor.shape))}" for part, tensor in self.tensors.items())
        return f"'{self.name}' ({shapes})"


def load_weights(module: nn.Module, path: Path, image: Tensor) -> bool:
    """Fill a network with the weights of a file, its own or those of the same network in another library.

    Args:
        image: a batch that the network takes.

    Returns:
        Whether the names were others, so that layers were paired.

    Raises:
        InputError: the file cannot be read, or does not fit the network by name and cannot be paired with it.
    """
    found = read_checkpoint(path)
    known = module.state_dict().keys() & found.keys()
    if 2 * len(known) >= len(found):  # its own names, so a difference is a mistake in them
        load_checkpoint(module, path)
        return False
    try:
        paired = pair(module, found, image)
    except InputError as error:
        raise InputError(f"{path} has other names than the network, and its layers cannot be paired: {error}") from None
    module.load_state_dict(paired, strict=False)  # without the counters
    return True


def pair(module: nn.Module, found: Mapping[str, Tensor], image: Tensor) -> dict[str, Tensor]:
    """The tensors of a state dict under the names of a network, in the shapes that it has for them.

    Args:
        image: a batch that the network takes; it is run once, in evaluation mode, to learn the calling order.

    Raises:
        InputError: the layers of the two cannot be paired; names the first that is left over.
    """
    free = _groups(found)
    result: dict[str, Tensor] = {}
    for name, layer in _called(module, image).items():
        wanted = Group(name, _own(layer.state_dict(prefix="")))
        place = next((i for i, group in enumerate(free) if group.signature == wanted.signature), None)
        if place is None:
            raise InputError(f"no layer is left that fits {wanted}")
        taken = free.pop(place)
        for part, tensor in wanted.tensors.items():
            result[f"{name}.{part}"] = taken.tensors[part].reshape(tensor.shape)
    if free:
        raise InputError(f"{len(free)} layers are left over, the first is {free[0]}")
    return result


def _groups(found: Mapping[str, Tensor]) -> list[Group]:
    """The layers of a state dict, in its order."""
    groups: dict[str, dict[str, Tensor]] = {}
    for key, tensor in found.items():
        layer, _, part = key.rpartition(".")
        if part in PARTS:
            groups.setdefault(layer, {})[part] = tensor
        elif part != COUNTER:
            groups[key] = {"weight": tensor}
    return [Group(name, tensors) for name, tensors in groups.items()]


def _own(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {part: tensor for part, tensor in tensors.items() if "." not in part and part != COUNTER}


def _called(module: nn.Module, image: Tensor) -> dict[str, nn.Module]:
    """The layers that hold tensors, by name, in the order of their first call in evaluation mode."""
    names = {layer: name for name, layer in module.named_modules() if _own(layer.state_dict())}
    called: dict[str, nn.Module] = {}
    hooks = [layer.register_forward_pre_hook(lambda m, _: called.setdefault(names[m], m) and None) for layer in names]
    training = module.training
    try:
        with torch.no_grad():
            module.eval()(image)
    finally:
        module.train(training)
        for hook in hooks:
            hook.remove()
    return called


def _shape(tensor: Tensor) -> tuple[int, ...]:
    return tuple(length for length in tensor.shape if length != 1)
