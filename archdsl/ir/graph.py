"""The graph of a network: operators in the order in which they run, each with its inputs, shape, scope and source line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING, Any, NamedTuple

from archdsl.errors import Mark
from archdsl.ops.operator import Operator, Shape

if TYPE_CHECKING:
    import networkx


OUTPUT = "output"
"""Name of the output of a network that names none."""


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


class Interface(NamedTuple):
    """The tensors of one call of a block that names them: pairs of a label and a node, in the order of the labels."""

    inputs: tuple[tuple[str, str], ...]
    outputs: tuple[tuple[str, str], ...]


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
        present: of a grid whose variants differ in structure, a mask of those that have it; None where all do.
    """

    name: str
    op: Operator
    inputs: tuple[str, ...]
    shape: Shape
    scope: tuple[Frame, ...] = ()
    mark: Mark | None = None
    row: int | None = None
    shared: str = ""
    present: Any = None

    @property
    def owner(self) -> str:
        """Name of the node whose weights it uses: another's, or its own."""
        return self.shared or self.name


@dataclass(eq=False)
class Graph:
    """A directed acyclic multigraph of operators. Nodes stand in the order of the schedule, inputs before their readers.

    Attributes:
        name: of the network.
        nodes: by name; the inputs come first, in the order of the network's arguments.
        outputs: for each name of an output the node whose tensor it is, in order. A network that names none has one, `output`.
        interfaces: what blocks that name their inputs or outputs are called with and give, for drawings: by the path and name of the
            block, the node of each input and output by its label.
        returns: what the network returns: `tensor`, or its outputs as a `tuple` or, by name, as a `dict`.
        init: how weights begin, by kind of operator (see docs/language.md).
    """

    name: str
    nodes: dict[str, Node] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    init: dict[str, Any] = field(default_factory=dict)
    returns: str = "tensor"
    interfaces: dict[tuple[str, str], Interface] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes.values())

    def __len__(self) -> int:
        return len(self.nodes)

    def __getitem__(self, name: str) -> Node:
        return self.nodes[name]

    @property
    def inputs(self) -> tuple[Node, ...]:
        """The nodes of what the network is called with, in order."""
        return tuple(takewhile(lambda node: not node.inputs, self.nodes.values()))

    @property
    def input(self) -> Node:
        """The first input, for most networks the only one."""
        return next(iter(self.nodes.values()))

    @property
    def ends(self) -> frozenset[str]:
        """Names of the nodes whose tensors the network returns."""
        return frozenset(self.outputs.values())

    @property
    def output(self) -> str:
        """Name of the node of the first output, for most networks the only one. Setting it makes it the only one."""
        return next(iter(self.outputs.values()), "")

    @output.setter
    def output(self, name: str) -> None:
        self.outputs, self.returns = {OUTPUT: name}, "tensor"

    def input_shapes(self, node: Node) -> tuple[Shape, ...]:
        """Shapes that arrive at a node, in the order of its inputs."""
        nodes = self.nodes
        return tuple([nodes[name].shape for name in node.inputs])

    @property
    def opaque(self) -> list[Node]:
        """The nodes of which nobody knows what they compute, nor what it costs."""
        return [node for node in self if node.op.opaque]

    @property
    def branched(self) -> bool:
        """Whether it is of a grid whose variants differ in structure."""
        return any(node.present is not None for node in self)

    def readers(self) -> dict[str, list[str]]:
        """For every node, the nodes that read it; one that reads twice stands twice."""
        found: dict[str, list[str]] = {name: [] for name in self.nodes}
        for node in self:
            for source in node.inputs:
                found[source].append(node.name)
        return found

    def alive(self) -> set[str]:
        """The nodes whose tensors reach an output, and the outputs' own."""
        found = set(self.ends)
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
