"""Tokens and the parts of attention as ONNX nodes."""

from __future__ import annotations

import numpy as np

from archdsl.compilers.onnx_direct.rule import Rule
from archdsl.compilers.onnx_direct.weights import Tensors
from archdsl.compilers.onnx_direct.writer import Writer
from archdsl.ops import Operator, Shape
from archdsl.ops.attention import MatMul, MergeHeads, SplitHeads
from archdsl.ops.tokens import ClassToken, Position, SelectToken, SliceTokens, TokenMean, Tokens


def _position(op: Position, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    table = write.weight("weight", tensors["weight"] if op.size is None else tensors["weight"][None])
    if op.size is not None:
        channels, height, width = shapes[0]
        if op.fill == "tiles":
            table = write("Tile", table, write.integers(1, 1, height // op.size[0], width // op.size[1]))
        else:
            how = {"mode": "linear"} if op.fill == "bilinear" else {"mode": "cubic", "cubic_coeff_a": -0.75}
            table = write("Resize", table, "", "", write.integers(1, channels, height, width), **how)
    return write("Add", inputs[0], table)


def _class_token(op: ClassToken, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    batch = write("Shape", inputs[0], start=0, end=1)
    token = write.weight("weight", tensors["weight"][None])
    many = write("Expand", token, write("Concat", batch, write.integers(1, 1), axis=0))
    return write("Concat", many, inputs[0], axis=1)


def _tokens(op: Tokens, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    channels, height, width = shapes[0]
    return write("Transpose", write("Reshape", inputs[0], write.integers(-1, channels, height * width)), perm=[0, 2, 1])


def _split_heads(op: SplitHeads, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    *groups, count, channels = shapes[0]
    apart = write("Reshape", inputs[0], write.integers(-1, *groups, count, op.heads, channels // op.heads))
    return write("Transpose", apart, perm=_exchanged(len(shapes[0])))


def _merge_heads(op: MergeHeads, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    *groups, heads, count, channels = shapes[0]
    turned = write("Transpose", inputs[0], perm=_exchanged(len(shapes[0]) - 1))
    return write("Reshape", turned, write.integers(-1, *groups, count, heads * channels))


def _exchanged(axis: int) -> list[int]:
    """Axes of which the last but two and the last but one change places; `axis` is the last but one."""
    return [*range(axis - 1), axis, axis - 1, axis + 1]


def _matmul(op: MatMul, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    left, right = inputs
    if op.transpose:
        rank = 1 + len(shapes[1])
        right = write("Transpose", right, perm=[*range(rank - 2), rank - 1, rank - 2])
    result = write("MatMul", left, right)
    return write("Mul", result, write.number(float(shapes[0][-1] ** -0.5))) if op.scaled else result


def _select_token(op: SelectToken, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return write("Gather", inputs[0], write.weight("index", np.array(op.index, np.int64)), axis=1)


def _slice_tokens(op: SliceTokens, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    stop = shapes[0][0] if op.stop is None else op.stop
    return write("Slice", inputs[0], *[write.integers(value) for value in (op.start, stop, 1, 1)])


def _token_mean(op: TokenMean, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return write("ReduceMean", inputs[0], write.integers(1), keepdims=0)


TOKENS: dict[type[Operator], Rule] = {
    Tokens: _tokens,
    ClassToken: _class_token,
    Position: _position,
    SplitHeads: _split_heads,
    MergeHeads: _merge_heads,
    MatMul: _matmul,
    SelectToken: _select_token,
    SliceTokens: _slice_tokens,
    TokenMean: _token_mean,
}
