"""Order channels once, so that what a block computes on lies together and what it passes on lies together.

A split network cuts a map into learned and passed shares again and again: [learned 3x3, passed, learned 5x5, passed]. The layer
that makes the map can as well make [learned 3x3, learned 5x5, passed, passed]: its rows are put in another order, and what was
two slices is one range, which merged paths read as a view.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from archdsl.compilers.passes.draft import Draft
from archdsl.compilers.passes.views import shares
from archdsl.compilers.passes.weights import Lazy, lazy
from archdsl.ops.activation import Activation
from archdsl.ops.convolution import Conv2d
from archdsl.ops.join import Concat
from archdsl.ops.rearrange import Slice


def order_channels(draft: Draft) -> bool:
    """Maps that are read by slices alone, and made by a convolution with at most activations and depthwise convolutions after it."""
    ordered = 0
    for name in list(draft.nodes):
        readers = draft.readers()
        parts = shares(draft, name)
        if parts is None:
            continue
        wanted = sorted(parts, key=lambda part: _passes(draft, readers, part[0]))
        makers = _makers(draft, name, readers)
        if wanted == parts or makers is None:
            continue
        order = np.concatenate([np.arange(found.start, found.stop) for _, found in wanted])
        for maker in makers:
            for tensor in ("weight", "bias"):
                key = f"{maker}.{tensor}"
                if key in draft.weights:
                    draft.weights[key] = _rows(draft.weights[key], order)
        start = 0
        for part, found in wanted:
            draft.nodes[part] = replace(draft[part], op=Slice(start=start, stop=start + found.size))
            start += found.size
        ordered += 1
    if ordered:
        draft.note("order_channels", f"in {ordered} maps learned channels lie together, and passed ones")
    return ordered > 0


def _passes(draft: Draft, readers: dict[str, list[str]], name: str) -> bool:
    """Whether a share goes on as it is: only concatenations read it."""
    return all(isinstance(draft[reader].op, Concat) for reader in readers[name])


def _makers(draft: Draft, name: str, readers: dict[str, list[str]]) -> list[str] | None:
    """The layers whose rows must be put in order with the channels of a map; None where something on the way fixes the order."""
    node = draft[name]
    if isinstance(node.op, Conv2d) and node.op.groups == 1:
        return [name]
    depthwise = isinstance(node.op, Conv2d) and node.op.groups == node.op.out == draft[node.inputs[0]].shape[0]
    if not depthwise and not (isinstance(node.op, Activation) and node.op.alike):
        return None
    if len(readers[node.inputs[0]]) != 1:
        return None
    before = _makers(draft, node.inputs[0], readers)
    return before if before is None or not depthwise else [*before, name]


def _rows(weight: Lazy, order: np.ndarray) -> Lazy:
    return lazy(lambda: weight()[order])
