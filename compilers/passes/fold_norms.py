"""Fold batch normalisation into the convolution or linear layer before it (Ioffe & Szegedy 2015, with running statistics).

y = gamma (W x + b - mean) / sqrt(variance + eps) + beta is W' x + b' with W' = W gamma / sqrt(variance + eps), row by row.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from archdsl.compilers.passes.draft import Draft
from archdsl.compilers.passes.weights import Lazy, lazy, zeros
from archdsl.ir.graph import Node
from archdsl.ops.convolution import Conv2d
from archdsl.ops.linear import Linear
from archdsl.ops.norm import BatchNorm


def fold_norms(draft: Draft) -> bool:
    """Norms whose input comes from a layer that nothing else reads."""
    readers = draft.readers()
    folded = 0
    for node in list(draft.nodes.values()):
        if not isinstance(node.op, BatchNorm):
            continue
        before = draft[draft[node.name].inputs[0]]
        if isinstance(before.op, (Conv2d, Linear)) and readers[before.name] == [node.name] and before.name != draft.output:
            _fold(draft, before, node)
            readers[before.name] = readers[node.name]
            folded += 1
    settled = draft.settle()
    if folded:
        left = sum(isinstance(node.op, BatchNorm) for node in draft.nodes.values())
        draft.note("fold_norms", f"folded {folded} batch norms into the layers before them" + (f", {left} stay" if left else ""))
    return settled or folded > 0


def _fold(draft: Draft, layer: Node, norm: Node) -> None:
    channels = norm.shape[1 if len(norm.shape) == 2 else 0]
    scale, shift = affine(draft, norm)
    weight = draft.weight(layer.name)
    bias = draft.weight(layer.name, "bias") if layer.op.bias else zeros(channels)  # type: ignore[attr-defined]
    draft.weights[f"{layer.name}.weight"] = lazy(lambda: weight() * scale().reshape(-1, *[1] * (weight().ndim - 1)))
    draft.weights[f"{layer.name}.bias"] = lazy(lambda: bias() * scale() + shift())
    draft.nodes[layer.name] = replace(layer, op=replace(layer.op, bias=True))  # type: ignore[type-var]
    draft.redirect(norm.name, layer.name)


def affine(draft: Draft, norm: Node) -> tuple[Lazy, Lazy]:
    """What a batch norm does to a channel at inference: factor and summand."""
    assert isinstance(norm.op, BatchNorm)
    eps = norm.op.eps
    mean, variance = draft.weight(norm.name, "running_mean"), draft.weight(norm.name, "running_var")
    if not norm.op.affine:
        scale = lazy(lambda: 1 / np.sqrt(variance() + eps))
        return scale, lazy(lambda: -mean() * scale())
    gamma, beta = draft.weight(norm.name), draft.weight(norm.name, "bias")
    factor = lazy(lambda: gamma() / np.sqrt(variance() + eps))
    return factor, lazy(lambda: beta() - mean() * factor())
