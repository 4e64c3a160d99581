"""Standardised weights are what they are once training has ended: a convolution by them is a convolution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from archdsl.compilers.passes.draft import Draft
from archdsl.compilers.passes.weights import Array, lazy
from archdsl.ir.graph import Node
from archdsl.ops.convolution import Conv2d
from archdsl.ops.standardised import StdConv2d


def standardise(draft: Draft) -> bool:
    """Convolutions whose weights are standardised at every call."""
    found = [node for node in draft.nodes.values() if isinstance(node.op, StdConv2d)]
    made: dict[Any, Any] = {}
    for node in found:
        _standardise(draft, node, made)
    if found:
        draft.note("standardise", f"standardised the weights of {len(found)} convolutions for good")
    return bool(found)


def _standardise(draft: Draft, node: Node, made: dict[Any, Any]) -> None:
    """Args: made: what tensors have become, so that layers which shared them share what comes of them."""
    op = node.op
    assert isinstance(op, StdConv2d)
    own = {name: draft.weight(node.name, name) for name in ("weight", "gain") if name == "weight" or op.gain}
    key = (*own.values(), op)
    if key not in made:
        made[key] = lazy(lambda: standardised(op, {name: tensor() for name, tensor in own.items()}))
    draft.weights[f"{node.name}.weight"] = made[key]
    draft.weights.pop(f"{node.name}.gain", None)
    plain = {name: getattr(op, name) for name in Conv2d.fields}
    draft.nodes[node.name] = replace(node, op=Conv2d(**plain))


def standardised(op: StdConv2d, tensors: Mapping[str, Array]) -> Array:
    """The weights that are convolved with: mean 0 and variance 1 in each output channel, times the gain by the root of the fan-in."""
    weight = np.asarray(tensors["weight"], np.float64)
    rows = weight.reshape(len(weight), -1)
    even = (rows - rows.mean(1, keepdims=True)) / np.sqrt(rows.var(1, keepdims=True) + op.eps)
    if op.gain:
        even = even * (np.asarray(tensors["gain"], np.float64) * rows.shape[1] ** -0.5)[:, None]
    found: Array = even.reshape(weight.shape)
    return found
