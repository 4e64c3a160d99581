"""What a rule is that writes an operator as ONNX nodes, and what many rules share.

A rule takes the operator, the shapes that arrive (without the batch), the names of its inputs' values, its tensors and the writer,
and gives the name of the value that it made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from archdsl.compilers.onnx_direct.weights import Tensors
from archdsl.compilers.onnx_direct.writer import Writer
from archdsl.ops import Shape
from archdsl.ops.shapes import is_map

Rule = Callable[[Any, tuple[Shape, ...], list[str], Tensors, Writer], str]


def simple(op_type: str, **attributes: Any) -> Rule:
    """One node of one input."""
    return lambda op, shapes, inputs, tensors, write: write(op_type, inputs[0], **attributes)


def by_channel(op_type: str) -> Rule:
    """One node of the input and one learned value for each channel."""

    def rule(op: Any, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
        values = tensors["weight"]
        places = len(shapes[0]) - 1 if is_map(shapes[0], None) else 0
        return write(op_type, inputs[0], write.weight("weight", values.reshape(-1, *[1] * places)))

    return rule
