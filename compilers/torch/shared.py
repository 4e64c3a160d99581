"""Weights that several operators share, in PyTorch: one submodule that is called several times, or one parameter of several submodules."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from archdsl.ir.graph import Graph, Node
from archdsl.ops import Operator, Shape
from archdsl.ops.window import Sliding, uneven


def places(graph: Graph) -> dict[str, str]:
    """For every node that has weights of another the node whose submodule it calls.

    Equal operators call one submodule. One that differs, in its dilation or its kind, has a submodule of its own, whose tensors are tied
    to those of the first.
    """
    made: dict[str, list[Node]] = {}
    found: dict[str, str] = {}
    for node in graph:
        if node.shared:
            alike = made.setdefault(node.shared, [graph[node.shared]])
            first = next((other for other in alike if is_one(graph, other, node)), node)
            found[node.name] = first.name
            if first is node:
                alike.append(node)
    return found


def is_one(graph: Graph, one: Node, other: Node) -> bool:
    """Whether one submodule serves two nodes that share weights."""
    first, second = (graph.input_shapes(node)[0] for node in (one, other))
    return one.op == other.op and len(first) == len(second) and _padded_alike(one.op, first, second)


def _padded_alike(op: Operator, *shapes: Shape) -> bool:
    """Whether a module pads maps of two sizes by the same amounts."""
    if not isinstance(op, Sliding):
        return True
    first, second = (None if uneven(window) else window.pads for window in map(op.over, shapes))
    return first == second


def tie(module: nn.Module, owner: nn.Module) -> None:
    """Give a submodule the parameters and buffers of another."""
    for name, parameter in owner.named_parameters(recurse=False):
        setattr(module, name, parameter)  # recurrent layers keep a list of theirs beside
    for name, buffer in owner.named_buffers(recurse=False):
        module.register_buffer(name, buffer)


def aliases(module: nn.Module) -> dict[str, str]:
    """Keys of a state dict whose tensor stands there under an earlier key too, with that key."""
    first: dict[int, str] = {}
    found: dict[str, str] = {}
    tensors: list[tuple[str, Tensor]] = list(module.named_parameters(remove_duplicate=False))
    for key, tensor in [*tensors, *module.named_buffers(remove_duplicate=False)]:
        earlier = first.setdefault(id(tensor), key)
        if earlier != key:
            found[key] = earlier
    return found


def once(module: nn.Module) -> dict[str, Tensor]:
    """The state dict of a module, each tensor under its first key alone."""
    left_out = aliases(module)
    return {key: tensor for key, tensor in module.state_dict().items() if key not in left_out}


def everywhere(module: nn.Module, found: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Tensors by key, those that stand under several keys put under all of them."""
    return {**{key: found[first] for key, first in aliases(module).items() if first in found}, **found}
