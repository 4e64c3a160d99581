"""Tables that follow from where places lie, and learned layers over them: positions that a program works out from constants alone."""

from __future__ import annotations

import torch
from torch import Tensor

from archdsl.compilers.torch.positions import FourierPosition
from archdsl.importer.draft import Draft
from archdsl.importer.lower.along import kind
from archdsl.importer.lower.layers import convolution
from archdsl.importer.lower.windows import Steps
from archdsl.importer.values import Const, Folded, Value
from archdsl.ops.shapes import Map
from archdsl.ops.tokens import Tokens

NEAR = 1e-5
"""What tables may be off that are worked out in single precision, in radians or in what they hold."""


def layer(const: Const, *words: str) -> Folded | None:
    """The last call of one of these that a constant was worked out by; what it reads may come from many, if they have a parameter."""
    while const.call is not None and const.call.word not in words:
        learned = [operand for operand in const.call.operands if operand.learned]
        if len(learned) != 1:
            return None
        const = learned[0]
    return const.call


def projected(draft: Draft, value: Value, const: Const) -> Value | None:
    """What is added to a value: sines and cosines of its places through a learned convolution of single places; None of anything else."""
    found = layer(const, "conv2d") if const.learned else None
    over = over_map(draft, value)
    if found is None or over is None:
        return None
    shape = draft.shape(over)
    table, weight, *bias = found.operands
    if table.learned or table.sizes[1:] != (weight.sizes[1], *shape[1:]) or weight.sizes != (shape[0], table.sizes[1], 1, 1):
        return None
    channels = table.sizes[1] // 2
    if channels % 2 or not _near(FourierPosition(channels, shape[1], shape[2]).table[None], table.tensor):
        return None
    shift = bias[0].tensor.double() if bias else None
    sums = torch.nn.functional.conv2d(table.tensor[:1].double(), weight.tensor.double(), shift)
    if not _near(over.view.of(sums), const.tensor):
        return None
    draft.rounded = True
    made = draft.add("fourier_position", draft.value(over.node), channels=channels)
    made = convolution(draft, made, weight, bias[0] if bias else None, Steps([1, 1], [0, 0], [1, 1]), 1)
    return made._replace(view=over.view)


def over_map(draft: Draft, value: Value) -> Value | None:
    """The value as a view of the map whose places it has; None where that cannot be told."""
    node = draft.graph[value.node]
    if isinstance(node.op, Tokens) and value.view.is_plain:
        found = draft.value(node.inputs[0])
        batch, channels, *_ = found.sizes
        flat = found.view.reshaped([batch, channels, value.sizes[1]])
        return None if flat is None else found._replace(view=flat.permuted([0, 2, 1]))
    return value if kind(draft, value) is Map and len(node.shape) == 3 else None


def _near(one: Tensor, batch: Tensor) -> bool:
    """Whether a tensor of one image is what each image of a batch has."""
    return one.shape[1:] == batch.shape[1:] and float((one.double() - batch.double()).abs().max()) <= NEAR
