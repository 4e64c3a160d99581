"""What crosses the border of a part of a network: where it comes in and goes out, under the labels that its block gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archdsl.ir.graph import OUTPUT, Frame, Graph, Interface, Node


def arriving(graph: Graph, nodes: list[Node], skip: int) -> dict[str, str]:
    """What a part reads from outside: by node, the words of its box. The inputs of a block that names them come first, in their order.

    Args:
        skip: how many of the outermost frames of every node are around the part.
    """
    inside = {node.name for node in nodes}
    read = dict.fromkeys(source for node in nodes for source in node.inputs if source not in inside)
    named = {name: words for name, words in _called(_interface(graph, nodes, skip)).items() if name in read}
    return {**named, **{name: "input" for name in read if name not in named}}


def leaving(graph: Graph, nodes: list[Node], readers: Mapping[str, list[str]], skip: int) -> Iterator[tuple[str, str]]:
    """What goes out of a part of a network: the words of its box and the node. Outputs that have names come first, in their order."""
    inside = {node.name for node in nodes}
    named = _interface(graph, nodes, skip).outputs or tuple(graph.outputs.items())
    shown = [(label, name) for label, name in named if name in inside]
    yield from shown
    told = {name for _, name in shown}
    for node in nodes:
        if node.name not in told and (node.name in graph.ends or not inside.issuperset(readers[node.name])):
            yield OUTPUT, node.name


def input_names(graph: Graph, call: Frame | None) -> dict[str, str]:
    """What a block calls its inputs, by node; nothing where it has only one."""
    known = _of(graph, call)
    return _called(known) if len(known.inputs) > 1 else {}


def _called(known: Interface) -> dict[str, str]:
    """What a block calls its inputs, by node. One tensor may be several of them."""
    found: dict[str, list[str]] = {}
    for label, name in known.inputs:
        found.setdefault(name, []).append(label)
    return {name: " and ".join(labels) for name, labels in found.items()}


def _interface(graph: Graph, nodes: list[Node], skip: int) -> Interface:
    """That of the block that holds a part."""
    return _of(graph, nodes[0].scope[skip - 1] if skip and nodes else None)


def _of(graph: Graph, call: Frame | None) -> Interface:
    return Interface((), ()) if call is None else graph.interfaces.get((call.path, call.block), Interface((), ()))
