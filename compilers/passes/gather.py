"""Concatenations put in the order in which their parts lie in other tensors, where the layer that reads them can follow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from archdsl.compilers.passes.draft import Draft
from archdsl.compilers.passes.views import is_join, joined, simplify, view
from archdsl.compilers.passes.weights import Array, Lazy, lazy
from archdsl.ir.graph import Node
from archdsl.ops.convolution import Conv2d


def gather(draft: Draft) -> None:
    """Parts of one tensor come together, so that several slices are one or none; the columns of the readers follow."""
    readers = draft.readers()
    for node in list(draft.nodes.values()):
        if is_join(node) and node.name not in draft.ends:
            followers = [draft[name] for name in readers[node.name]]
            if followers and all(isinstance(reader.op, Conv2d) and reader.op.groups == 1 for reader in followers):
                _gather(draft, node, followers)
    simplify(draft)


def _gather(draft: Draft, node: Node, readers: list[Node]) -> None:
    parts = [view(draft, source) for source in node.inputs]
    bases = list(dict.fromkeys(part.base for part in parts))
    order = sorted(range(len(parts)), key=lambda index: (bases.index(parts[index].base), parts[index].start))
    if len(joined([parts[index] for index in order])) == len(joined(parts)):
        return
    starts = np.cumsum([0, *(part.size for part in parts)])
    columns = np.concatenate([np.arange(starts[index], starts[index] + parts[index].size) for index in order])
    for reader in readers:
        key = f"{reader.name}.weight"
        draft.weights[key] = _columns(draft.weights[key], columns)
    draft.nodes[node.name] = replace(node, inputs=tuple(node.inputs[index] for index in order))


def _columns(weight: Lazy, order: Array) -> Lazy:
    return lazy(lambda: weight()[:, order])
