"""How each operator is written in a drawing: one table from operator class to label.

A label is what a reader of papers expects in the box: `1x1 conv`, `3x3 depthwise conv, pad 1`. Channels and sizes stand on the
edges.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from archdsl.cost.words import cell
from archdsl.ir.graph import Node
from archdsl.ops import Operator, Shape
from archdsl.ops.activation import GELU, Activation, LeakyReLU
from archdsl.ops.arithmetic import Clamp, Div, Gain, L2Norm, Offset, Stack, Sub
from archdsl.ops.attention import LogSoftmax, MatMul, MergeHeads, OverAxis, Softmax, SplitHeads
from archdsl.ops.axes import SIDES, spread
from archdsl.ops.convolution import Conv2d, Convolving, ConvTranspose
from archdsl.ops.facts import Window
from archdsl.ops.group_norm import GlobalResponseNorm, GroupNorm, InstanceNorm, LocalResponseNorm
from archdsl.ops.join import Add, Concat, Mul, WeightedAdd
from archdsl.ops.lego import ChooseAdd, SharedConv
from archdsl.ops.linear import Linear
from archdsl.ops.norm import BatchNorm, LayerNorm, RMSNorm
from archdsl.ops.opaque import Opaque
from archdsl.ops.passing import Dropout, DropPath, Identity, Input
from archdsl.ops.places import Crop, Pad, PixelShuffle, PixelUnshuffle
from archdsl.ops.pool import AdaptivePool, AvgPool, MaxPool
from archdsl.ops.positions import Embedding, FourierPosition, Rotary, Sinusoidal
from archdsl.ops.readers import Rules
from archdsl.ops.rearrange import Flatten, Shift, Shuffle, Slice
from archdsl.ops.recurrent import GRU, LSTM, Recurrent
from archdsl.ops.reduce import Reduce
from archdsl.ops.reorder import Rearrange, Roll, ToMap
from archdsl.ops.resize import ResizeLike, Upsample
from archdsl.ops.scale import LayerScale
from archdsl.ops.scores import CausalMask, RelativeBias, RelativeMlp, RepeatHeads, WindowMask
from archdsl.ops.shapes import channel_axis
from archdsl.ops.smooth import GLU, Hardtanh, LogSigmoid, QuickGELU, SquaredReLU, SwiGLU
from archdsl.ops.standardised import StdConv2d
from archdsl.ops.tokens import ClassToken, Position, SelectToken, SliceTokens, TokenMean, Tokens

Label = Callable[[Any, tuple[Shape, ...]], str]
"""`label(op, input_shapes)`: one line of text; shapes have no batch axis."""


def label(node: Node, inputs: tuple[Shape, ...]) -> str:
    """The label of a node.

    Raises:
        BackendError: the operator has no rule.
    """
    return node.name if isinstance(node.op, Input) else LABELS.of(node)(node.op, inputs)


def same(a: Any, b: Any) -> bool:
    """Whether two dimensions are equal, in every variant where they are grids."""
    return (a == b) is True


def _by(extents: tuple[Any, ...]) -> str:
    """The extent of each axis: 3x3, 1x7."""
    return "x".join(map(cell, extents))


def _short(extents: tuple[Any, ...]) -> str:
    """The extent of each axis, once where they are equal: 2, 1x2."""
    return cell(extents[0]) if all(same(extent, extents[0]) for extent in extents[1:]) else _by(extents)


def _window(window: Window, what: str) -> str:
    words = [f"{_by(window.kernel)} {what}"] if len(window.kernel) > 1 else [what, f"kernel {cell(window.kernel[0])}"]
    if not all(same(step, 1) for step in window.stride):
        words.append(f"stride {_short(window.stride)}")
    if not all(same(gap, 1) for gap in window.dilation):
        words.append(f"dilation {_short(window.dilation)}")
    if not all(same(extent, 1) for extent in window.kernel) or not all(same(extent, 0) for extent in window.pads):
        words.append(f"pad {_pads(window)}")
    return ", ".join(words)


def _pads(window: Window) -> str:
    """The padding of a window: 1; 0 before and 1 behind where the ends differ."""
    if all(same(before, behind) for before, behind in zip(window.pads, window.ends, strict=True)):
        return _short(window.pads)
    return f"{_short(window.pads)} before and {_short(window.ends)} behind"


def _grouped(op: Convolving | ConvTranspose, shapes: tuple[Shape, ...], what: str) -> str:
    if same(op.groups, 1):
        return what
    return f"depthwise {what}" if same(op.groups, shapes[0][0]) else f"{what} in {cell(op.groups)} groups"


def _conv(op: Convolving, shapes: tuple[Shape, ...]) -> str:
    what = _grouped(op, shapes, "conv")
    return _window(op.over(shapes[0]), f"causal {what}" if op.padding == "causal" else what)


def _conv_transpose(op: ConvTranspose, shapes: tuple[Shape, ...]) -> str:
    kernel, stride, padding, more, dilation = op.axes(shapes[0])
    words = _window(Window(kernel, stride, padding, dilation), _grouped(op, shapes, "transposed conv"))
    return words if all(same(extent, 0) for extent in more) else f"{words}, {_short(more)} more at the end"


def _shared_conv(op: SharedConv, shapes: tuple[Shape, ...]) -> str:
    return _window(op.over(shapes[0]), f"conv, {cell(op.filters)} filters for each of {cell(op.groups)} groups")


def _matmul(op: MatMul, shapes: tuple[Shape, ...]) -> str:
    return ("A Bᵀ" if op.transpose else "A B") + (" / √k" if op.scaled else "")


def _pool(what: str) -> Label:
    return lambda op, shapes: _window(op.over(shapes[0]), what)


def _adaptive_pool(op: AdaptivePool, shapes: tuple[Shape, ...]) -> str:
    what = "average pool" if op.mode == "avg" else "max pool"
    return f"global {what}" if all(same(extent, 1) for extent in op.size) else f"{what} to {_by(spread(op, 'size', shapes[0]))}"


def _concat(op: Concat, shapes: tuple[Shape, ...]) -> str:
    axis = op.along(shapes[0])
    return "concat" if axis == channel_axis(shapes[0]) else f"concat along axis {axis}"


def _pad(op: Pad, shapes: tuple[Shape, ...]) -> str:
    sides = spread(op, "sides", shapes[0], 2)
    words = []
    if all(same(side, sides[0]) for side in sides[1:]):
        words += [cell(sides[0])] if not same(sides[0], 0) or not any(op.channels) else []
    else:
        words += [f"{cell(n)} {where}" for n, where in zip(sides, SIDES[len(shapes[0]) - 1], strict=True)]
    if any(op.channels):
        words.append(f"{' and '.join(map(cell, op.channels))} channels")
    return f"pad {', '.join(words)}" + ("" if op.mode == "zeros" else f", {op.mode}")


def _crop(op: Crop, shapes: tuple[Shape, ...]) -> str:
    cuts = []
    for extent, (start, stop, step) in zip(shapes[0][1:], op.bounds(shapes[0]), strict=True):
        bounds = f"{'' if same(start, 0) else cell(start)}:{'' if same(stop, extent) else cell(stop)}"
        cuts.append(bounds if same(step, 1) else f"{bounds}:{cell(step)}")
    return f"places {', '.join(cuts)}"


def _upsample(op: Upsample, shapes: tuple[Shape, ...]) -> str:
    to = f"x {_short(spread(op, 'scale', shapes[0]))}" if op.size is None else f"to {_by(spread(op, 'size', shapes[0]))}"
    return f"upsample {to}, {_how(op)}"


def _how(op: Upsample | ResizeLike) -> str:
    return f"{op.mode}, corners aligned" if op.align_corners else str(op.mode)


def _shift(op: Shift, shapes: tuple[Shape, ...]) -> str:
    return f"{_by((op.kernel, op.kernel))} shift" + ("" if same(op.dilation, 1) else f" by {cell(op.dilation)}")


def _clamp(op: Clamp, shapes: tuple[Shape, ...]) -> str:
    bounds = [f"{word} {bound:g}" for word, bound in (("from", op.least), ("to", op.most)) if bound is not None]
    return " ".join(["clamp", *bounds])


def _gain(op: Gain, shapes: tuple[Shape, ...]) -> str:
    if not op.learned:
        return f"× {op.begin:g}"
    return "× learned factor" + (" of each head" if op.per == "head" else "")


def _offset(op: Offset, shapes: tuple[Shape, ...]) -> str:
    if not op.learned:
        return f"− {-op.begin:g}" if op.begin < 0 else f"+ {op.begin:g}"
    return "+ learned number" + ("" if op.per == "tensor" else f" of each {op.per}")


def _recurrent(what: str) -> Label:
    def label(op: Recurrent, shapes: tuple[Shape, ...]) -> str:
        words = [what]
        if op.layers > 1:
            words.append(f"{op.layers} layers")
        if op.bidirectional:
            words.append("both ways")
        if op.returns == "last":
            words.append("last state")
        return ", ".join(words)

    return label


def _word(op: Operator, shapes: tuple[Shape, ...]) -> str:
    return op.word


def _text(text: str) -> Label:
    return lambda op, shapes: text


def _over(op: OverAxis) -> str:
    return "" if op.over == "last" else f" over {op.over}"


TABLE: dict[type[Operator], Label] = {
    Input: _text("input"),
    Conv2d: _conv,
    StdConv2d: lambda op, shapes: f"{_conv(op, shapes)}, standardised weights",
    ConvTranspose: _conv_transpose,
    Linear: _word,
    BatchNorm: _word,
    Activation: _word,
    GELU: lambda op, shapes: "gelu" if op.approximate == "none" else f"gelu by {op.approximate}",
    Hardtanh: lambda op, shapes: f"clip to {op.low:g} .. {op.high:g}",
    LogSigmoid: _text("log sigmoid"),
    QuickGELU: _text("quick gelu"),
    SquaredReLU: _text("relu²"),
    GLU: _text("A σ(B)"),
    SwiGLU: _text("silu(A) B"),
    LeakyReLU: lambda op, shapes: f"leaky relu {op.slope:g}",
    MaxPool: _pool("max pool"),
    AvgPool: _pool("average pool"),
    AdaptivePool: _adaptive_pool,
    Dropout: lambda op, shapes: f"dropout {op.rate:g}",
    Identity: _word,
    Flatten: _word,
    Opaque: lambda op, shapes: f"{op.what}, unknown cost",
    Shuffle: lambda op, shapes: f"channel shuffle, {cell(op.groups)} groups",
    Shift: _shift,
    Pad: _pad,
    Crop: _crop,
    Upsample: _upsample,
    ResizeLike: lambda op, shapes: f"resize like, {_how(op)}",
    PixelShuffle: lambda op, shapes: f"pixel shuffle x {cell(op.factor)}" + ("" if op.first == "channels" else ", places first"),
    PixelUnshuffle: lambda op, shapes: (
        f"pixel unshuffle / {cell(op.factor)}" + ("" if op.first == "channels" else ", places first")
    ),
    Slice: lambda op, shapes: f"channels {cell(op.start)} up to {cell(op.stop)}",
    Concat: _concat,
    LayerNorm: _text("layer norm"),
    RMSNorm: _text("RMS norm"),
    GroupNorm: lambda op, shapes: f"group norm, {cell(op.groups)} group" + ("" if same(op.groups, 1) else "s"),
    InstanceNorm: _text("instance norm"),
    GlobalResponseNorm: _text("global response norm"),
    LocalResponseNorm: lambda op, shapes: f"response norm over {cell(op.size)} channels",
    LayerScale: _text("layer scale"),
    DropPath: lambda op, shapes: f"drop path {op.rate:g}",
    SharedConv: _shared_conv,
    ChooseAdd: lambda op, shapes: f"choose one of each of {cell(op.groups)} groups, +",
    WeightedAdd: _text("weighted +"),
    LSTM: _recurrent("LSTM"),
    GRU: _recurrent("GRU"),
    Tokens: _text("places to tokens"),
    ClassToken: _text("class token"),
    Position: _text("+ position"),
    SelectToken: lambda op, shapes: f"token {cell(op.index)}",
    SliceTokens: lambda op, shapes: f"tokens {cell(op.start)} to {cell(shapes[0][0] if op.stop is None else op.stop)}",
    TokenMean: _text("mean of tokens"),
    SplitHeads: lambda op, shapes: f"split into {cell(op.heads)} heads",
    MergeHeads: _text("merge heads"),
    MatMul: _matmul,
    Softmax: lambda op, shapes: "softmax" + _over(op),
    LogSoftmax: lambda op, shapes: "log softmax" + _over(op),
    Reduce: lambda op, shapes: f"{op.mode} over {op.over}",
    Rearrange: lambda op, shapes: op.pattern.replace("->", "→"),
    ToMap: _text("tokens to map"),
    Roll: lambda op, shapes: f"roll by {_short(op.shifts)}",
    RepeatHeads: lambda op, shapes: f"each head x {cell(op.times)}",
    Stack: _word,
    Clamp: _clamp,
    Sub: _text("−"),
    Div: _text("÷"),
    RelativeBias: _text("+ relative bias"),
    RelativeMlp: lambda op, shapes: f"+ bias by MLP of {cell(op.hidden)}",
    WindowMask: _text("window mask"),
    CausalMask: _text("causal mask"),
    Embedding: lambda op, shapes: f"embedding of {cell(op.vocabulary)}",
    Sinusoidal: _text("+ sinusoidal position"),
    Rotary: _text("rotary position"),
    FourierPosition: _text("Fourier position"),
    Gain: _gain,
    Offset: _offset,
    L2Norm: lambda op, shapes: f"L2 norm over {op.over}",
    Add: _text("+"),
    Mul: _text("×"),
}

LABELS = Rules("drawing", __name__, TABLE)
