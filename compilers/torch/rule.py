"""What a rule is that makes PyTorch of an operator: a `Layer` or a `Call`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from torch import fx, nn

from archdsl.ops import Shape


class Layer(NamedTuple):
    """Rule of an operator that becomes a submodule: `make(op, input_shapes, in_place)`; shapes have no batch axis."""

    make: Callable[[Any, tuple[Shape, ...], bool], nn.Module]


Write = Callable[..., fx.Node]


class Call(NamedTuple):
    """Rule of an operator that becomes a function: `emit(op, input_shapes, arguments, write)` gives the fx node of the result.

    `write(function, *arguments)` adds one call of a function to the forward pass and gives its fx node.
    """

    emit: Callable[[Any, tuple[Shape, ...], list[fx.Node], Write], fx.Node]


Rule = Layer | Call
