"""The module that a graph becomes: fx code over a tree of modules that mirrors the names and blocks of the spec."""

from __future__ import annotations

from typing import Any

from torch import fx, nn
from torch.fx.graph_module import reduce_graph_module
from torch.fx.node import map_arg

from archdsl.compilers.torch.bindings import bind_containers

NODE = "archdsl"
"""Key of an fx node's `meta`: name of the graph's node whose tensor it gives."""


class Container(nn.Module):
    """What stands between the network and its layers: a block, a stage or a path. It holds modules and is never called."""

    def __init__(self, kind: str):
        super().__init__()
        self._kind = kind

    def _get_name(self) -> str:
        return self._kind


class Network(fx.GraphModule):
    """A compiled network. Its class is named after the network; `code` is the forward pass, `graph` the fx graph.

    fx keeps leaves and forgets the modules between them; this class keeps those too, through copies and pickles.
    """

    def __init__(self, root: nn.Module, graph: fx.Graph, class_name: str = "Network"):
        bind_containers(graph)
        super().__init__(root, graph, class_name)
        self._modules.clear()
        self._modules.update(root._modules)

    def __str__(self) -> str:
        return nn.Module.__repr__(self)

    def __copy__(self) -> Network:
        copied = Network(self, self.graph, type(self).__name__)
        copied.meta = self.meta
        return copied

    def __deepcopy__(self, memo: dict[int, Any]) -> Network:
        copied: Any = super().__deepcopy__(memo)
        type(copied).__name__ = type(self).__name__
        return copied  # type: ignore[no-any-return]

    def __reduce__(self) -> tuple[Any, ...]:
        _, state = super().__reduce__()
        return _restore, (type(self).__name__, state, [(node.name, node.meta.get(NODE)) for node in self.graph.nodes])


def _restore(class_name: str, state: tuple[Any, ...], names: list[tuple[str, str | None]]) -> Network:
    """Undo `Network.__reduce__`: fx traces the code anew, which forgets the class, the names of values and their nodes."""
    plain: Any = reduce_graph_module(*state)
    graph: fx.Graph = plain.graph
    if len(names) == len(graph.nodes):
        graph = _named(graph, names)
    return Network(plain, graph, class_name)


def _named(traced: fx.Graph, names: list[tuple[str, str | None]]) -> fx.Graph:
    """The same graph with the given names of fx nodes and of the nodes that they stand for."""
    graph = fx.Graph()
    values: dict[fx.Node, fx.Node] = {}
    for node, (name, stands_for) in zip(traced.nodes, names, strict=True):
        arguments = map_arg(node.args, values.__getitem__)
        named = map_arg(node.kwargs, values.__getitem__)
        values[node] = graph.create_node(node.op, node.target, arguments, named, name)
        if stands_for is not None:
            values[node].meta[NODE] = stands_for
    return graph
