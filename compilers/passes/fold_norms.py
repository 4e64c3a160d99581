"""Fold batch normalisation into the convolution or linear layer before it (Ioffe & Szegedy 2015, with running statistics).

y = gamma (W x + b - mean) / sqrt(variance + eps) + beta is W' x + b' with W' = W gamma / sqrt(variance + eps), row by row.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from archdsl.compilers.passes.draft import Draft
from archdsl.compilers.passes.weights import Array, Lazy, lazy, tensors, zeros
from archdsl.ir.folding import folded_norms
from archdsl.ir.graph import Node
from archdsl.ops.norm import FoldableNorm
from archdsl.ops.shapes import channel_axis


def fold_norms(draft: Draft) -> bool:
    """Norms whose input comes from a layer that nothing else reads."""
    folded = folded_norms(draft.graph(), over_tokens=True)
    for norm, layer in folded.items():
        _fold(draft, draft[layer], draft[norm])
    settled = draft.settle()
    if folded:
        left = sum(isinstance(node.op, FoldableNorm) for node in draft.nodes.values())
        draft.note(
            "fold_norms", f"folded {len(folded)} batch norms into the layers before them" + (f", {left} stay" if left else "")
        )
    return settled or bool(folded)


def _fold(draft: Draft, layer: Node, norm: Node) -> None:
    channels = norm.shape[channel_axis(norm.shape)]
    scale, shift = affine(draft, norm)
    weight = draft.weight(layer.name)
    bias = draft.weight(layer.name, "bias") if layer.op.bias else zeros(channels)  # type: ignore[attr-defined]
    draft.weights[f"{layer.name}.weight"] = lazy(lambda: rows_times(weight(), scale()))
    draft.weights[f"{layer.name}.bias"] = lazy(lambda: bias() * scale() + shift())
    draft.nodes[layer.name] = replace(layer, op=replace(layer.op, bias=True))  # type: ignore[type-var]
    draft.redirect(norm.name, layer.name)


def affine(draft: Draft, norm: Node) -> tuple[Lazy, Lazy]:
    """What a batch norm does to a channel at inference: factor and summand."""
    op = norm.op
    assert isinstance(op, FoldableNorm)
    read = {name: draft.weight(norm.name, name) for name in tensors(draft.graph(), norm.name)}
    form = cache(lambda: op.affine_form({name: weight() for name, weight in read.items()}))
    return lazy(lambda: form()[0]), lazy(lambda: form()[1])


def rows_times(weight: Array, scale: Array) -> Array:
    """A weight with each output channel times its factor."""
    return weight * scale.reshape(-1, *[1] * (weight.ndim - 1))
