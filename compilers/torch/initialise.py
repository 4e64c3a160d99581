"""How weights begin: the rules of `archdsl.spec.initialisation` in PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import init
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.conv import _ConvNd

from archdsl.errors import InputError
from archdsl.ops.errors import ArgumentError
from archdsl.spec.initialisation import Rule, read_init

KINDS: dict[str, type[nn.Module]] = {"conv": _ConvNd, "norm": _BatchNorm, "linear": nn.Linear}

FILL: dict[str, Callable[[Tensor, Any], object]] = {
    "zeros": lambda weight, _: init.zeros_(weight),
    "ones": lambda weight, _: init.ones_(weight),
    "constant": init.constant_,
    "normal": lambda weight, deviation: init.normal_(weight, std=deviation),
    "trunc_normal": lambda weight, deviation: init.trunc_normal_(weight, std=deviation),
    "uniform": lambda weight, bound: init.uniform_(weight, -bound, bound),
    "kaiming_normal": lambda weight, fan: init.kaiming_normal_(weight, mode=fan, nonlinearity="relu"),
    "kaiming_uniform": lambda weight, fan: init.kaiming_uniform_(weight, mode=fan, nonlinearity="relu"),
    "xavier_normal": lambda weight, _: init.xavier_normal_(weight),
    "xavier_uniform": lambda weight, _: init.xavier_uniform_(weight),
}


def initialise(module: nn.Module, rules: Mapping[str, Any]) -> None:
    """Give every convolution, norm and linear layer its first weights, in the order of the tree, from torch's global generator.

    Running statistics begin anew. Layers on the meta device come to torch's default device. Other weights stay as they are.

    Args:
        module: the network.
        rules: as in `Graph.init`; what is missing is as `archdsl.spec.initialisation.DEFAULTS` says.

    Raises:
        InputError: an unknown kind of layer or rule.
    """
    try:
        chosen = read_init(rules)
    except ArgumentError as error:
        raise InputError(f"init: {error.message}" + (f"; {error.hint}" if error.hint else "")) from None
    for layer in module.modules():
        for kind, layer_class in KINDS.items():
            if isinstance(layer, layer_class):
                _begin(layer, chosen[kind])


def _begin(layer: Any, rule: Rule) -> None:
    _allocate(layer)
    if isinstance(layer, _BatchNorm):
        layer.reset_running_stats()
    if layer.weight is None:  # a norm without scale and shift
        return
    if rule.word == "default":
        layer.reset_parameters()
        return
    FILL[rule.word](layer.weight, rule.parameter)
    if layer.bias is not None:
        init.zeros_(layer.bias)


def _allocate(layer: nn.Module) -> None:
    """Memory for what is on the meta device; `to_empty` would do the same and import sympy, which takes a second."""
    for name, parameter in layer.named_parameters(recurse=False):
        if parameter.is_meta:
            memory = torch.empty(parameter.shape, dtype=parameter.dtype)
            layer.register_parameter(name, nn.Parameter(memory, parameter.requires_grad))
    for name, buffer in layer.named_buffers(recurse=False):
        if buffer.is_meta:
            layer.register_buffer(name, torch.empty(buffer.shape, dtype=buffer.dtype))
