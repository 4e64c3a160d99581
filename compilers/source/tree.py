"""The graph as a tree of scopes, each of which becomes a module with a forward pass of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from archdsl.errors import BackendError
from archdsl.ir.graph import Frame, Graph, Node
from archdsl.ops.passing import Input


@dataclass(eq=False)
class Scope:
    """A block, stage or path, or the network itself.

    Attributes:
        path: dotted name, a prefix of the names of its nodes; '' for the network.
        items: what runs in it, in order.
        inputs: names of the nodes outside that it reads, in the order in which they are first read.
        outputs: names of its nodes that are read outside.
        frames: those at its path that all of its nodes share, outermost first.
        around: name of the innermost block that it lies in.
    """

    path: str
    items: list[Node | Scope] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    frames: tuple[Frame, ...] = ()
    around: str = ""

    @property
    def kind(self) -> str:
        """`block`, `stage`, `path`, or `network` for what holds all others."""
        if not self.path:
            return "network"
        kinds = [frame.kind for frame in self.frames]
        return "block" if "block" in kinds else kinds[-1] if kinds else "scope"

    @property
    def word(self) -> str:
        """What it is called: by its innermost block, a path by the block around it."""
        blocks = [frame.block for frame in self.frames if frame.kind == "block"]
        return blocks[-1] if blocks else f"{self.around} path" if self.kind == "path" and self.around else self.kind

    def nodes(self) -> Iterator[Node]:
        """All operators in it, in order."""
        for item in self.items:
            if isinstance(item, Scope):
                yield from item.nodes()
            else:
                yield item

    def scopes(self) -> Iterator[Scope]:
        """This scope and all in it, the inner ones first."""
        for item in self.items:
            if isinstance(item, Scope):
                yield from item.scopes()
        yield self


def tree(graph: Graph) -> Scope:
    """The scopes of a graph. The input is in none of them.

    Raises:
        BackendError: the operators of a scope do not run one after the other.
    """
    root = Scope("")
    open_scopes = [root]
    closed: set[str] = set()
    for node in graph:
        if isinstance(node.op, Input):
            continue
        around = node.name.split(".")[:-1]
        paths = [".".join(around[:depth]) for depth in range(1, len(around) + 1)]
        kept = 1
        while kept < len(open_scopes) and kept <= len(paths) and open_scopes[kept].path == paths[kept - 1]:
            kept += 1
        closed.update(scope.path for scope in open_scopes[kept:])
        del open_scopes[kept:]
        for path in paths[kept - 1 :]:
            if path in closed:
                raise BackendError(f"Python source: the operators of '{path}' do not run one after the other")
            scope = Scope(path)
            open_scopes[-1].items.append(scope)
            open_scopes.append(scope)
        open_scopes[-1].items.append(node)
    _connect(root, graph)
    return root


def _connect(root: Scope, graph: Graph) -> None:
    readers = graph.readers()
    for scope in root.scopes():
        nodes = list(scope.nodes())
        inside = {node.name for node in nodes}
        scope.inputs = list(dict.fromkeys(name for node in nodes for name in node.inputs if name not in inside))
        scope.outputs = [
            node.name for node in nodes if node.name == graph.output or any(reader not in inside for reader in readers[node.name])
        ]
        shared = [frame for frame in nodes[0].scope if frame.path == scope.path] if scope.path else []
        for node in nodes[1:]:
            here = [(frame.kind, frame.block) for frame in node.scope]
            shared = [frame for frame in shared if (frame.kind, frame.block) in here]
        scope.frames = tuple(shared)
        holding = [frame.block for frame in nodes[0].scope if frame.kind == "block" and len(frame.path) < len(scope.path)]
        scope.around = holding[-1] if holding else ""
