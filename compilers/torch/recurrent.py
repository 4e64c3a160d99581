"""Recurrent layers in PyTorch: the modules of torch.nn, and what of their results is meant."""

from __future__ import annotations

import operator
from typing import Any

import torch
from torch import fx, nn

from archdsl.compilers.torch.rule import Write
from archdsl.ops import Shape
from archdsl.ops.recurrent import GRU, LSTM, Recurrent


def lstm(op: LSTM, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    return nn.LSTM(shapes[0][-1], op.out, proj_size=op.projection or 0, **_shared(op))


def gru(op: GRU, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    return nn.GRU(shapes[0][-1], op.out, **_shared(op))


def groups(shapes: tuple[Shape, ...]) -> int | None:
    """How many groups of tokens arrive, where they stand in groups."""
    return int(shapes[0][0]) if len(shapes[0]) == 3 else None


def result(op: Recurrent, made: fx.Node, write: Write) -> fx.Node:
    """The output at all tokens, or the last layer's state after the last token: (N, C), both directions side by side.

    The modules give (output, state), where the state of an LSTM is (what it hands on, what it remembers), each (layers, N, C).
    """
    if op.returns == "sequence":
        return write(operator.getitem, made, 0)
    state = write(operator.getitem, made, 1)
    if op.states > 1:
        state = write(operator.getitem, state, 0)
    if not op.bidirectional:
        return write(operator.getitem, state, -1)
    both = write(operator.getitem, state, slice(-2, None))
    return write(torch.flatten, write(torch.transpose, both, 0, 1), 1)


def _shared(op: Recurrent) -> dict[str, Any]:
    return {
        "num_layers": op.layers,
        "bias": op.bias,
        "batch_first": True,
        "dropout": op.dropout if op.layers > 1 else 0.0,
        "bidirectional": op.bidirectional,
    }
