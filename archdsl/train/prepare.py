"""A network made ready for a set of images: knobs that fit it, the dropout of the recipe, norms that see the batch of all processes."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, TypeVar

from archdsl.design import Design
from archdsl.errors import BackendError, InputError
from archdsl.train.data.sets import DataSet

if TYPE_CHECKING:
    from torch import nn

CLASSES, RESOLUTION = "classes", "resolution"
D = TypeVar("D", bound=Design)


def suited(net: D, data: DataSet, free: Collection[str] = ()) -> D:
    """The network with as many classes as the set has, at the size that networks usually see of the set, where neither was chosen.

    Args:
        free: knobs that are left as they are.
    """
    usual = {CLASSES: len(data.classes), RESOLUTION: data.side}
    chosen = {*net.settings, *free}
    wanted = {name: value for name, value in usual.items() if name in net.spec.knobs and name not in chosen}
    wanted = {name: value for name, value in wanted.items() if net.knobs[name] != value}
    return net.set(**wanted) if wanted else net


def fitted(net: D, data: DataSet) -> D:
    """The same, once it is sure that it can be trained on the set.

    Raises:
        InputError: it cannot: its inputs or outputs are others.
    """
    net = suited(net, data)
    graph = net.graph()
    if len(graph.inputs) != 1 or len(graph.input.shape) != 3:
        raise InputError(f"{net.name} does not take one image, which is what there is to train it on")
    ends = list(graph.outputs.values())
    shape = graph[ends[0]].shape
    if len(ends) != 1 or len(shape) != 1:
        raise InputError(f"{net.name} does not end in one vector of classes; training is for networks that classify images")
    if shape[0] != len(data.classes):
        hint = f"leave out --set {CLASSES}" if CLASSES in net.settings else f"a knob {CLASSES} would follow the set"
        raise InputError(f"{net.name} tells {shape[0]} classes apart, {data.title} has {len(data.classes)}; {hint}")
    channels = graph.input.shape[0]
    if channels != data.channels and data.channels != 1:
        raise InputError(f"{net.name} takes {channels} channels, the images of {data.title} have {data.channels}")
    return net


def set_dropout(module: nn.Module, rate: float | None) -> None:
    """Give every dropout of a network this rate; where it has none, drop in front of its last linear layer. None changes nothing.

    Raises:
        BackendError: the network has neither.
    """
    from torch import nn
    from torch.nn.functional import dropout

    if rate is None:
        return
    found = [layer for layer in module.modules() if isinstance(layer, nn.Dropout)]
    for layer in found:
        layer.p = rate
    if found or not rate:
        return
    linear = [layer for layer in module.modules() if isinstance(layer, nn.Linear)]
    if not linear:
        raise BackendError("dropout: the network has no dropout and no linear layer to put one in front of; set dropout=0")
    last = linear[-1]
    last.register_forward_pre_hook(lambda layer, given: (dropout(given[0], rate, layer.training), *given[1:]))


def set_norm_momentum(module: nn.Module, momentum: float | None) -> None:
    """Let all batch norms take this share of every batch into their running statistics. None changes nothing."""
    from torch.nn.modules.batchnorm import _BatchNorm

    for layer in module.modules():
        if momentum is not None and isinstance(layer, _BatchNorm):
            layer.momentum = momentum


def joined_norms(module: nn.Module, device: str) -> nn.Module:
    """The network with batch norms whose statistics are of the batch of all processes, so that several learn what one would."""
    from torch import nn

    if device == "cuda":
        made: nn.Module = nn.SyncBatchNorm.convert_sync_batchnorm(module)  # type: ignore[no-untyped-call]
        return made
    from archdsl.train.norms import join

    join(module)
    return module
