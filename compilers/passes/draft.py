"""A graph on its way through the passes: nodes and weights that can be replaced, what was changed, and what was chosen."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol

from archdsl.compilers.passes.weights import Lazy, double, names
from archdsl.ir.graph import Graph, Node
from archdsl.ops.operator import Operator


@dataclass(frozen=True)
class Site:
    """A place where more than one form computes the same. Two sites are equal where they ask the same of the same node.

    Attributes:
        made_by: the pass that asks.
        question: what is to be decided there, a word: a pass may ask several things.
        node: that the choice is about.
        options: what can be chosen; the first is taken where nobody says otherwise. Their order may depend on what stands around.
    """

    made_by: str
    question: str
    node: str
    options: tuple[str, ...] = field(compare=False)

    def __str__(self) -> str:
        return f"{self.question} {self.node}"


class Choices(Protocol):
    """The options that are wanted: a mapping from sites, or whatever else can be asked."""

    def get(self, site: Site, /) -> str | None:
        """The option for a site; None where any will do."""


NOTHING_CHOSEN: Mapping[Site, str] = {}


class Change(NamedTuple):
    """What a pass did, for people."""

    made_by: str
    what: str


@dataclass(eq=False)
class Draft:
    """The graph that passes rewrite. Nodes are never changed, only replaced, so a copy is cheap and safe.

    While it is rewritten every node has weights of its own, so that a pass may change those of one and leave those of another. Nodes
    whose weights are the same objects in the end share them.

    Attributes:
        weights: by `<node>.<tensor>`.
        weighted: whether there are weights, and not only the graph.
        shares: whether nodes shared weights to begin with.
        chosen: options that the caller wants.
        sites: every site with several options that was met, in order.
    """

    name: str
    nodes: dict[str, Node]
    outputs: dict[str, str]
    init: dict[str, Any]
    weights: dict[str, Lazy]
    weighted: bool = False
    shares: bool = False
    chosen: Choices = field(default_factory=lambda: NOTHING_CHOSEN)
    sites: list[Site] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    returns: str = "tensor"

    def copy(self) -> Draft:
        return replace(
            self, nodes=dict(self.nodes), weights=dict(self.weights), sites=list(self.sites), changes=list(self.changes)
        )

    def take(self, other: Draft) -> None:
        """Become what a copy has become."""
        self.nodes, self.outputs, self.weights = other.nodes, other.outputs, other.weights
        self.sites, self.changes = other.sites, other.changes

    def graph(self) -> Graph:
        nodes = self._sharing() if self.shares else dict(self.nodes)
        return Graph(self.name, nodes, self.outputs, self.init, self.returns)

    def _sharing(self) -> dict[str, Node]:
        """The nodes, those with the same weights as one before them sharing its."""
        found: dict[str, Node] = {}
        owners: dict[tuple[tuple[str, Lazy], ...], str] = {}
        for name, node in self.nodes.items():
            shapes = tuple([self.nodes[source].shape for source in node.inputs])
            keys = names(node.op, shapes)
            weights = tuple([(key, self.weights[f"{name}.{key}"]) for key in keys])
            owner = owners.setdefault(weights, name) if weights else name
            found[name] = node if owner == name else replace(node, shared=owner)
        return found

    # -- reading ---------------------------------------------------------------------------------------------------------------

    def __getitem__(self, name: str) -> Node:
        return self.nodes[name]

    @property
    def ends(self) -> frozenset[str]:
        """Names of the nodes whose tensors the network returns."""
        return frozenset(self.outputs.values())

    def readers(self) -> dict[str, list[str]]:
        """For every node the nodes that read it, each once."""
        found: dict[str, list[str]] = {name: [] for name in self.nodes}
        for node in self.nodes.values():
            for source in dict.fromkeys(node.inputs):
                found[source].append(node.name)
        return found

    def weight(self, node: str, tensor: str = "weight") -> Lazy:
        """A weight or statistic of a node, in float64."""
        return double(self.weights[f"{node}.{tensor}"])

    def choose(self, site: Site) -> str:
        """The option for a site: the caller's where it is one, else the first. The site is noted, once where a pass asks again."""
        if len(site.options) > 1 and site not in self.sites:
            self.sites.append(site)
        wanted = self.chosen.get(site)
        return wanted if wanted in site.options else site.options[0]

    # -- rewriting -------------------------------------------------------------------------------------------------------------

    def note(self, made_by: str, what: str) -> None:
        self.changes.append(Change(made_by, what))

    def put(self, name: str, op: Operator, inputs: tuple[str, ...], like: Node) -> Node:
        """Add a node, or replace the one of this name, in place of `like`: its scope and source line; the shape is inferred."""
        shape = op.shape(*[self.nodes[source].shape for source in inputs])
        node = Node(name, op, inputs, shape, like.scope, like.mark, like.row)
        if name in self.nodes or like.name not in self.nodes:
            self.nodes[name] = node
        else:
            self.nodes = {key: value for old in self.nodes.items() for key, value in _before(old, like.name, node)}
        return node

    def redirect(self, old: str, new: str) -> None:
        """Have everything that reads one node read another instead, and let the first go."""
        for node in list(self.nodes.values()):
            if old in node.inputs and node.name != new:
                self.nodes[node.name] = replace(node, inputs=tuple(new if source == old else source for source in node.inputs))
        if old in self.ends:
            self.outputs = {name: new if end == old else end for name, end in self.outputs.items()}
        self.drop(old)

    def drop(self, name: str) -> None:
        """Remove a node and its weights."""
        del self.nodes[name]
        for key in [key for key in self.weights if key.rpartition(".")[0] == name]:
            del self.weights[key]

    def free(self, name: str) -> str:
        """This name, or the next that no node has."""
        taken, number = name, 2
        while taken in self.nodes:
            taken, number = f"{name}_{number}", number + 1
        return taken

    def settle(self) -> bool:
        """Drop what nothing reads and bring the nodes into an order in which every input stands before its readers.

        Nodes keep their order as far as they can. Gives whether anything was dropped or moved.
        """
        before = list(self.nodes)
        alive = set(self.ends)
        queue = list(self.ends)
        while queue:
            for source in self.nodes[queue.pop()].inputs:
                if source not in alive:
                    alive.add(source)
                    queue.append(source)
        for name in [name for name, node in self.nodes.items() if name not in alive and node.inputs]:
            self.drop(name)
        position = {name: index for index, name in enumerate(self.nodes)}
        names = list(self.nodes)
        waiting = {name: len(set(node.inputs)) for name, node in self.nodes.items()}
        readers = self.readers()
        ready = [position[name] for name, count in waiting.items() if count == 0]
        heapq.heapify(ready)
        ordered: dict[str, Node] = {}
        while ready:
            name = names[heapq.heappop(ready)]
            ordered[name] = self.nodes[name]
            for reader in readers[name]:
                waiting[reader] -= 1
                if waiting[reader] == 0:
                    heapq.heappush(ready, position[reader])
        assert len(ordered) == len(self.nodes), "a rewrite made a circle"
        self.nodes = ordered
        return list(ordered) != before


def _before(item: tuple[str, Node], name: str, node: Node) -> tuple[tuple[str, Node], ...]:
    return ((node.name, node), item) if item[0] == name else (item,)
