"""The module of a network rewritten for inference: the passes between one compiled module and another."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn

from archdsl.compilers.export import Model
from archdsl.compilers.passes import Optimized, optimize
from archdsl.compilers.passes.draft import Choices
from archdsl.compilers.passes.weights import Array, tensors
from archdsl.compilers.torch import compile
from archdsl.compilers.torch.channels_last import lie_channels_last
from archdsl.compilers.torch.large_pages import lie_in_large_pages
from archdsl.compilers.torch.names import module_paths
from archdsl.compilers.torch.rule import Layer
from archdsl.compilers.torch.rules import RULES
from archdsl.ir.graph import Graph

NOTE = "Rewritten for inference: the table is of the network as its spec has it."


def optimized(model: Model, chosen: Choices | None = None) -> tuple[Model, Optimized]:
    """The same function with fewer and larger operators, and what the passes did.

    The module is in evaluation mode, its weights in the layout that torch's convolutions take quickest on a processor
    (channels last). Torch's global generator is left alone.

    Args:
        chosen: options by their site; where none is chosen, the first is taken.
    """
    made = optimize(model.graph, weights_of(model.graph, model.module), chosen)
    assert made.weights is not None
    with torch.random.fork_rng(devices=[]):
        module = compile(made.graph).eval().to(next(iter(model.module.state_dict().values()), torch.empty(0)).dtype)
    fill(module, made.graph, made.weights)
    lie_in_large_pages(lie_channels_last(module))
    heading = f"{model.heading}\n{NOTE}\n" if model.heading else ""
    docs = {name: f"{doc} Rewritten for inference." for name, doc in model.docs.items()}
    return Model(made.graph, module, heading, docs), made


def weights_of(graph: Graph, module: nn.Module) -> dict[str, Array]:
    """The weights and statistics of a compiled module by `<node>.<tensor>`; they share its memory."""
    state = module.state_dict()
    return {name: state[key].numpy() for name, key in _keys(graph).items()}


def fill(module: nn.Module, graph: Graph, weights: Mapping[str, Array]) -> None:
    """Give a compiled module these weights."""
    state = module.state_dict()
    with torch.no_grad():
        for name, key in _keys(graph).items():
            state[key].copy_(torch.from_numpy(weights[name]))


def _keys(graph: Graph) -> dict[str, str]:
    """Keys of the state dict by `<node>.<tensor>`."""
    paths = module_paths(node.name for node in graph if node.inputs and not node.shared and isinstance(RULES.of(node), Layer))
    return {f"{name}.{tensor}": f"{path}.{tensor}" for name, path in paths.items() for tensor in tensors(graph, name)}
