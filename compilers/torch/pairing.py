"""Weights under other names: a state dict of torchvision or timm for a network that both have.

The layers of the file are paired with those of the network by the structure of their names and by their shapes
(`archdsl.compilers.torch.matching`), whatever the order in which the file holds them: safetensors are sorted by name. A linear layer and
a 1x1 convolution hold the same, so axes of length 1 do not count. Where two layers fit one place and nothing tells which is meant,
nothing is loaded; a pairing by hand settles it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from archdsl.compilers.torch.batches import in_order
from archdsl.compilers.torch.checkpoint import load_checkpoint, read_checkpoint
from archdsl.compilers.torch.matching import Unclear, Unmatched, Wanted, match
from archdsl.compilers.torch.shared import aliases, everywhere
from archdsl.errors import InputError, unknown

PARTS = ("weight", "bias", "running_mean", "running_var")
"""How torch.nn names the tensors of a layer; one of another name (a class token, a layer scale) is a layer by itself."""
HINT = "say it in a file with --pairing"
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


def load_weights(
    module: nn.Module, path: Path, image: Tensor | tuple[Tensor, ...], pairing: Mapping[str, str] | None = None
) -> bool:
    """Fill a network with the weights of a file, its own or those of the same network in another library.

    Args:
        image: a batch of each input.
        pairing: the layer of the file for layers of the network, by name; for the others it is found.

    Returns:
        Whether the names were others, so that layers were paired.

    Raises:
        InputError: the file cannot be read, or does not fit the network by name and cannot be paired with it.
    """
    found = read_checkpoint(path)
    known = module.state_dict().keys() & found.keys()
    if 2 * len(known) >= len(found) and not pairing:  # its own names, so a difference is a mistake in them
        load_checkpoint(module, path)
        return False
    try:
        paired = pair(module, found, image, pairing)
    except InputError as error:
        raise InputError(f"{path} has other names than the network, and its layers cannot be paired: {error}") from None
    module.load_state_dict(everywhere(module, paired), strict=False)  # without the counters
    return True


def pair(
    module: nn.Module, found: Mapping[str, Tensor], image: Tensor | tuple[Tensor, ...], pairing: Mapping[str, str] | None = None
) -> dict[str, Tensor]:
    """The tensors of a state dict under the names of a network, in the shapes that it has for them.

    Args:
        image: a batch of each input; it is run once, in evaluation mode, to learn the calling order.
        pairing: as for `load_weights`.

    Raises:
        InputError: the layers of the two cannot be paired; names the first that is left over, or two that fit one place.
    """
    own, theirs = _called(module, image), _theirs(module, found)
    names = _matched(own, theirs, dict(pairing or {}), guess=False)
    result: dict[str, Tensor] = {}
    for name, group in own.items():
        for part, tensor in group.tensors.items():
            result[f"{name}.{part}"] = theirs[names[name]].tensors[part].reshape(tensor.shape)
    return result


def guess(module: nn.Module, path: Path, image: Tensor | tuple[Tensor, ...]) -> dict[str, str]:
    """The most likely layer of a file for each layer of a network, to be looked at and edited; raises as `pair`."""
    theirs = _theirs(module, read_checkpoint(path))
    return _matched(_called(module, image), theirs, {}, guess=True)


def _matched(own: Mapping[str, Group], theirs: Mapping[str, Group], settled: dict[str, str], guess: bool) -> dict[str, str]:
    for name, other in settled.items():
        if name not in own:
            raise InputError(*_no("layer of the network", name, own))
        if other not in theirs:
            raise InputError(*_no("layer of the file", other, theirs))
        if own[name].signature != theirs[other].signature:
            raise InputError(f"{own[name]} does not fit {theirs[other]}")
    taken = Counter(settled.values())
    if twice := next((other for other, times in taken.items() if times > 1), None):
        raise InputError(f"the pairing names '{twice}' twice")
    wanted = [Wanted(name, group.signature) for name, group in own.items() if name not in settled]
    left = [Wanted(name, group.signature) for name, group in theirs.items() if name not in taken]
    _same_layers(own, theirs, wanted, left)
    try:
        return {**settled, **match(wanted, left, guess=guess)}
    except Unclear as error:
        raise InputError(f"{error}, and nothing tells which is meant; {HINT}") from None
    except Unmatched:
        raise InputError(f"the names of the file allow no order of calls that fits the network; {HINT}") from None


def _same_layers(own: Mapping[str, Group], theirs: Mapping[str, Group], wanted: Sequence[Wanted], left: Sequence[Wanted]) -> None:
    """Raise InputError where the two do not have the same layers, in whatever order."""
    free = Counter(layer.signature for layer in left)
    for layer in wanted:
        if not free[layer.signature]:
            raise InputError(f"no layer is left that fits {own[layer.name]}")
        free[layer.signature] -= 1
    over = [layer for layer in left if free[layer.signature]]
    if over:
        raise InputError(f"{sum(free.values())} layers are left over, the first is {theirs[over[0].name]}")


def _no(kind: str, name: str, known: Iterable[str]) -> tuple[str]:
    message, hint = unknown(kind, name, known)
    return (f"{message}; {hint}" if hint else message,)


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


def _theirs(module: nn.Module, found: Mapping[str, Tensor]) -> dict[str, Group]:
    """The layers of a state dict by name, without those that hold the tensors of an earlier one, where the network shares some too."""
    groups = {group.name: group for group in _groups(found)}
    if not aliases(module):
        return groups
    first: dict[Hashable, str] = {}
    for name, group in groups.items():
        key = tuple((part, tensor.data_ptr(), tensor.shape) for part, tensor in group.tensors.items())
        first.setdefault(key, name)
    kept = set(first.values())
    return {name: group for name, group in groups.items() if name in kept}


def _own(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {part: tensor for part, tensor in tensors.items() if "." not in part and part != COUNTER}


def _called(module: nn.Module, image: Tensor | tuple[Tensor, ...]) -> dict[str, Group]:
    """The layers that hold tensors, by name, in the order of their first call in evaluation mode."""
    again = aliases(module)
    groups = {
        name: Group(name, tensors)
        for name, layer in module.named_modules()
        if (tensors := {part: t for part, t in _own(layer.state_dict()).items() if f"{name}.{part}" not in again})
    }
    names = {module.get_submodule(name): name for name in groups}
    called: dict[str, Group] = {}
    hooks = [
        layer.register_forward_pre_hook(lambda m, _: called.setdefault(names[m], groups[names[m]]) and None) for layer in names
    ]
    training = module.training
    try:
        with torch.no_grad():
            module.eval()(*in_order(image))
    finally:
        module.train(training)
        for hook in hooks:
            hook.remove()
    return called


def _shape(tensor: Tensor) -> tuple[int, ...]:
    return tuple(length for length in tensor.shape if length != 1)
