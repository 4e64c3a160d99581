"""What a rule is that makes an operator a part of a PyTorch module."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from torch import fx, nn

from archdsl.ops import Shape

Padding = tuple[tuple[int, ...], float]
"""Amounts on the sides, the last axis first, as `torch.nn.functional.pad` takes them; and the value that is filled in."""


Write = Callable[..., fx.Node]


class Layer(NamedTuple):
    """Rule of an operator that becomes a submodule: `make(op, input_shapes, in_place)`; shapes have no batch axis.

    Attributes:
        pads: `pads(op, input_shapes)`: padding that its input gets before the module is called, where the module cannot do it.
        take: `take(op, result, write)` gives the fx node of the tensor that is meant, where the module gives several.
        groups: `groups(input_shapes)`: how many groups of tokens its input holds that the module takes as further images of the batch.
    """

    make: Callable[[Any, tuple[Shape, ...], bool], nn.Module]
    pads: Callable[[Any, tuple[Shape, ...]], Padding | None] = lambda op, shapes: None
    take: Callable[[Any, fx.Node, Write], fx.Node] | None = None
    groups: Callable[[tuple[Shape, ...]], int | None] = lambda shapes: None


class Call(NamedTuple):
    """Rule of an operator that becomes a function: `emit(op, input_shapes, arguments, write)` gives the fx node of the result.

    `write(function, *arguments, **named)` adds one call of a function to the forward pass and gives its fx node.
    """

    emit: Callable[[Any, tuple[Shape, ...], list[fx.Node], Write], fx.Node]


Rule = Layer | Call
