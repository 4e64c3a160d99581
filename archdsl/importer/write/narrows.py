"""Networks without scopes: runs between two places where one tensor alone goes on are the blocks, where they recur."""

from __future__ import annotations

from collections import Counter

from archdsl.importer.write.region import Region
from archdsl.ir.graph import Graph, Node
from archdsl.ops.activation import Activation
from archdsl.ops.attention import Softmax
from archdsl.ops.convolution import Conv2d
from archdsl.ops.join import Add, Concat

LEAST, OFTEN = 3, 3
"""Operators of a run, and times that it has to occur, from which on it is a block."""


def mark_units(root: Region, graph: Graph, readers: dict[str, list[str]]) -> None:
    """Make regions of the runs that open several paths and join them again, of which there are several of a kind."""
    nodes = [item for item in root.items if isinstance(item, Node)]
    if len(nodes) < len(root.items):
        return
    units = [unit for unit in _between(nodes, graph, readers) if len(unit) >= LEAST]
    kinds = Counter(_word(unit) for unit in units)
    heads = {id(unit[0]): unit for unit in units if kinds[_word(unit)] >= OFTEN}
    items: list[Node | Region] = []
    inside: set[int] = set()
    for node in nodes:
        if id(node) in heads:
            unit = heads[id(node)]
            items.append(Region(_word(unit), list(unit)))
            inside.update(map(id, unit))
        elif id(node) not in inside:
            items.append(node)
    root.items = items


def _between(nodes: list[Node], graph: Graph, readers: dict[str, list[str]]) -> list[list[Node]]:
    """Runs between narrow places that hold a join, each with an activation right after it."""
    last = {node.name: number for number, node in enumerate(nodes)}
    until = {name: max((last[reader] for reader in those), default=-1) for name, those in readers.items() if name in last}
    until |= dict.fromkeys(set(graph.ends) & set(until), len(nodes))
    found: list[list[Node]] = []
    start, reach = 0, max([last[reader] for node in graph.inputs for reader in readers[node.name] if reader in last], default=-1)
    for number, node in enumerate(nodes):
        if reach <= number:  # nothing that was made before is read after this node
            unit = nodes[start : number + 1]
            if any(each.op.joins for each in unit):
                found.append(unit)
            elif found and found[-1][-1] is nodes[start - 1] and len(unit) == 1 and isinstance(node.op, Activation):
                found[-1].append(node)
            start = number + 1
        reach = max(reach, until[node.name])
    return found


def _word(unit: list[Node]) -> str:
    """What a run is called, from what is in it."""
    ops = [node.op for node in unit]
    if any(isinstance(op, Softmax) for op in ops):
        return "attention_block"
    joins = [op for op in ops if op.joins]
    if isinstance(joins[-1], Concat):
        return "concat_block"
    if not isinstance(joins[-1], Add):
        return "gated_block"
    return "residual_block" if any(isinstance(op, Conv2d) for op in ops) else "mlp_block"
