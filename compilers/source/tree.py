"""The graph as a tree: the network, and the blocks, stages and paths in it that become modules with forward passes of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from archdsl.compilers.torch.names import argument_names, local
from archdsl.errors import BackendError
from archdsl.ir.graph import Frame, Graph, Node
from archdsl.ops.passing import Input


@dataclass(eq=False)
class Submodule:
    """A block, stage or path, or the network itself.

    Attributes:
        path: dotted name, a prefix of the names of its nodes; '' for the network.
        items: what runs in it, in order.
        inputs: names of the nodes outside that it reads, in the order in which its block declares them or they are first read.
        outputs: names of its nodes that are read outside, likewise; its last one where none is.
        frames: those at its path that all of its nodes share, outermost first.
        around: name of the innermost block that it lies in.
        returns: what its forward pass gives: a `tensor`, a `tuple` or a `dict`.
        arguments: what the forward pass calls its inputs, where they have names.
        named: names of the outputs of a dictionary.
    """

    path: str
    items: list[Node | Submodule] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    frames: tuple[Frame, ...] = ()
    around: str = ""
    returns: str = "tensor"
    arguments: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

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
            if isinstance(item, Submodule):
                yield from item.nodes()
            else:
                yield item

    def submodules(self) -> Iterator[Submodule]:
        """This submodule and all in it, the inner ones first."""
        for item in self.items:
            if isinstance(item, Submodule):
                yield from item.submodules()
        yield self


def tree(graph: Graph) -> Submodule:
    """The tree of a graph. The input is in none of its submodules.

    Raises:
        BackendError: the operators of a submodule do not run one after the other.
    """
    root = Submodule("")
    open_submodules = [root]
    closed: set[str] = set()
    for node in graph:
        if isinstance(node.op, Input):
            continue
        around = node.name.split(".")[:-1]
        paths = [".".join(around[:depth]) for depth in range(1, len(around) + 1)]
        kept = 1
        while kept < len(open_submodules) and kept <= len(paths) and open_submodules[kept].path == paths[kept - 1]:
            kept += 1
        closed.update(submodule.path for submodule in open_submodules[kept:])
        del open_submodules[kept:]
        for path in paths[kept - 1 :]:
            if path in closed:
                raise BackendError(f"Python source: the operators of '{path}' do not run one after the other")
            submodule = Submodule(path)
            open_submodules[-1].items.append(submodule)
            open_submodules.append(submodule)
        open_submodules[-1].items.append(node)
    _connect(root, graph)
    return root


def _connect(root: Submodule, graph: Graph) -> None:
    readers, ends = graph.readers(), graph.ends
    for submodule in root.submodules():
        nodes = list(submodule.nodes())
        inside = {node.name for node in nodes}
        submodule.inputs = list(dict.fromkeys(name for node in nodes for name in node.inputs if name not in inside))
        submodule.outputs = [
            node.name for node in nodes if node.name in ends or any(reader not in inside for reader in readers[node.name])
        ]
        submodule.outputs = submodule.outputs or [nodes[-1].name]  # nothing reads it; it gives what a module like it would
        shared = [frame for frame in nodes[0].scope if frame.path == submodule.path] if submodule.path else []
        for node in nodes[1:]:
            here = [(frame.kind, frame.block) for frame in node.scope]
            shared = [frame for frame in shared if (frame.kind, frame.block) in here]
        submodule.frames = tuple(shared)
        holding = [frame.block for frame in nodes[0].scope if frame.kind == "block" and len(frame.path) < len(submodule.path)]
        submodule.around = holding[-1] if holding else ""
        submodule.returns = "tensor" if len(submodule.outputs) == 1 else "tuple"
        _as_declared(submodule, graph)
    names = argument_names(graph)
    root.inputs, root.arguments = list(names), tuple(names.values())
    root.outputs, root.named, root.returns = list(graph.outputs.values()), tuple(graph.outputs), graph.returns


def _as_declared(submodule: Submodule, graph: Graph) -> None:
    """Inputs and outputs of a block in the order of its labels, and the labels of the inputs as names."""
    interfaces = [graph.interfaces.get((frame.path, frame.block)) for frame in submodule.frames]
    found = next((interface for interface in interfaces if interface is not None), None)
    if found is None:
        return
    given = list(dict.fromkeys(name for _, name in found.outputs))
    submodule.outputs.sort(key=lambda name: given.index(name) if name in given else len(given))
    labels = {name: local(label) for label, name in reversed(found.inputs)}
    declared = list(dict.fromkeys(name for _, name in found.inputs))
    submodule.inputs.sort(key=lambda name: declared.index(name) if name in declared else len(declared))
    if all(name in labels for name in submodule.inputs):
        submodule.arguments = tuple(labels[name] for name in submodule.inputs)
