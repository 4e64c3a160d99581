"""Fold batch normalisation into the convolution or linear layer before it (Ioffe & Szegedy 2015, with running statistics).

y = gamma (W x + b - mean) / sqrt(variance + eps) + beta is W' x + b' with W' = W gamma / sqrt(variance + eps), row by row.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from archdsl.compilers.passes.draft import Draft
from archdsl.compilers.passes.weights import Array, Lazy, lazy, tensors, zeros
from archdsl.ir.folding import folded_norms
from archdsl.ir.graph import Node
from archdsl.ops.norm import FoldableNorm
from archdsl.ops.shapes import channel_axis


def fold_norms(draft: Draft) -> bool:
    """Norms whose input comes from a layer that nothing else reads."""
    folded = folded_norms(draft.graph(), over_tokens=True)
    made: dict[Any, tuple[Lazy, Lazy]] = {}
    for norm, layer in folded.items():
        _fold(draft, draft[layer], draft[norm], made)
    settled = draft.settle()
    if folded:
        left = sum(isinstance(node.op, FoldableNorm) for node in draft.nodes.values())
        draft.note(
            "fold_norms", f"folded {len(folded)} batch norms into the layers before them" + (f", {left} stay" if left else "")
        )
    return settled or bool(folded)


def _fold(draft: Draft, layer: Node, norm: Node, made: dict[Any, tuple[Lazy, Lazy]]) -> None:
    """Args: made: what layers have become, so that those which shared weights and norms share what comes of them."""
    kept = [draft.weights[f"{norm.name}.{name}"] for name in tensors(draft.graph(), norm.name)]
    own = [draft.weights.get(f"{layer.name}.{name}") for name in ("weight", "bias")]
    both = (*own, *kept, norm.op)
    found = made.get(both)
    if found is None:
        found = made[both] = _folded(draft, layer, norm)
    draft.weights[f"{layer.name}.weight"], draft.weights[f"{layer.name}.bias"] = found
    draft.nodes[layer.name] = replace(layer, op=replace(layer.op, bias=True))  # type: ignore[type-var]
    draft.redirect(norm.name, layer.name)


def _folded(draft: Draft, layer: Node, norm: Node) -> tuple[Lazy, Lazy]:
    """Weight and bias of a layer with the norm after it folded in."""
    channels = norm.shape[channel_axis(norm.shape)]
    scale, shift = affine(draft, norm)
    weight = draft.weight(layer.name)
    bias = draft.weight(layer.name, "bias") if layer.op.bias else zeros(channels)  # type: ignore[attr-defined]
    return lazy(lambda: rows_times(weight(), scale())), lazy(lambda: bias() * scale() + shift())


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
