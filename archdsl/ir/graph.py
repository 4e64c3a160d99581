"""The graph of a network: operators in the order in which they run, each with its inputs, shape, scope and source line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from archdsl.errors import Mark
from archdsl.ops.operator import Operator, Shape

if TYPE_CHECKING:
    import networkx


class Frame(NamedTuple):
    """One level of the scope of a node: a block call, a stage, or a path of a split or fork.

    Attributes:
        path: dotted name of this instance, a prefix of the names of its nodes.
        kind: `block`, `stage` or `path`.
        block: name of the block, stage or path as the spec gives it.
        mark: the call.
        row: number of the table row that called it, from 1, where a row did.
        args: the arguments of a block call by name, evaluated; steps given as an argument are left out.
    """

    path: str
    kind: str
    block: str
    mark: Mark | None
    row: int | None = None
    args: tuple[tuple[str, Any], ...] = ()


@dataclass(slots=True, eq=False)
class Node:
    """One primitive operator in its place.

    Attributes:
        name: unique, dotted, mirrors the spec.
        inputs: names of the nodes that it reads, in order.
        scope: the blocks, stages and paths that it came from, outermost first.
        shape: output without the batch axis.
        mark: the step that made it.
        row: number of the table row, where a row names the operator itself.
        shared: name of the node before it whose weights it uses; '' where it has its own.
    """

    name: str
    op: Operator
    inputs: tuple[str, ...]
    shape: Shape
    scope: tuple[Frame, ...] = ()
    mark: Mark | None = None
    row: int | None = None
    shared: str = ""

    @property
    def owner(self) -> str:
        """Name of the node whose weights it uses: another's, or its own."""
        return self.shared or self.name


@dataclass(eq=False)
class Graph:
    """A directed acyclic multigraph of operators. Nodes stand in the order of the schedule, inputs before their readers.

    Attributes:
        name: of the network.
        nodes: by name; the first is the input.
        output: name of the node whose tensor the network returns.
        init: how weights begin, by kind of operator (see docs/language.md).
    """

    name: str
    nodes: dict[str, Node] = field(default_factory=dict)
    output: str = ""
    init: dict[str, Any] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes.values())

    def __len__(self) -> int:
        return len(self.nodes)

    def __getitem__(self, name: str) -> Node:
        return self.nodes[name]

    @property
    def input(self) -> Node:
        return next(iter(self.nodes.values()))

    def input_shapes(self, node: Node) -> tuple[Shape, ...]:
        """Shapes that arrive at a node, in the order of its inputs."""
        nodes = self.nodes
        return tuple([nodes[name].shape for name in node.inputs])

    def readers(self) -> dict[str, list[str]]:
        """For every node, the nodes that read it; one that reads twice stands twice."""
        found: dict[str, list[str]] = {name: [] for name in self.nodes}
        for node in self:
            for source in node.inputs:
                found[source].append(node.name)
        return found

    def alive(self) -> set[str]:
        """The nodes whose tensors reach the output, and the output's own."""
        found = {self.output}
        for node in reversed(self.nodes.values()):
            if node.name in found:
                found.update(node.inputs)
        return found

    def networkx(self) -> networkx.MultiDiGraph:
        """The same graph as a networkx multigraph, for its algorithms: nodes carry `node`, edges are keyed by input position."""
        import networkx

        graph = networkx.MultiDiGraph(name=self.name)
        for node in self:
            graph.add_node(node.name, node=node)
        for node in self:
            for position, source in enumerate(node.inputs):
                graph.add_edge(source, node.name, key=position)
        return graph
