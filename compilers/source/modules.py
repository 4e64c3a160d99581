"""The modules that the torch back end makes, as the calls that make them: one table from class to arguments.

Layers that PyTorch has no module for are copied into the file with their class, so that it needs torch alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from torch import nn

from archdsl.compilers.source.parts import REQUIRED, Argument, Made, Name, NoForm, Slot
from archdsl.compilers.torch import activations, arithmetic, layers, norms, positions, sharing, tokens

COPIED: tuple[type[nn.Module], ...] = (
    layers.Shift,
    layers.TokenNorm,
    layers.TokenPReLU,
    layers.ResizeLike,
    layers.ChannelPad,
    layers.DepthToSpace,
    layers.SpaceToDepth,
    sharing.SharedConv2d,
    sharing.ChooseAdd,
    sharing.WeightedAdd,
    activations.QuickGELU,
    activations.SquaredReLU,
    activations.SwiGLU,
    norms.MapRMSNorm,
    norms.GlobalResponseNorm,
    tokens.MapNorm,
    tokens.ClassToken,
    tokens.Position,
    tokens.LayerScale,
    tokens.DropPath,
    positions.RelativeBias,
    positions.WindowMask,
    positions.CausalMask,
    positions.Sinusoidal,
    positions.Rotary,
    positions.FourierPosition,
    arithmetic.Gain,
    arithmetic.L2Norm,
)
"""Layers whose source goes into the file, in this order."""


def made(module: nn.Module) -> Made:
    """The call that makes a module like this one.

    Raises:
        NoForm: none is known for its class.
    """
    kind = type(module)
    if kind not in MODULES:
        raise NoForm(f"the layer {kind.__name__} has no form there")
    arguments = _given(MODULES[kind](module))
    if MODULES[kind] is _activation:
        return Made((Slot(Name(f"nn.{kind.__name__}"), "activation", "activation"),), arguments)
    return Made((kind.__name__ if kind in COPIED else f"nn.{kind.__name__}",), arguments)


def _given(arguments: Iterable[Argument]) -> tuple[Argument, ...]:
    """Without the arguments that have no slot and are the default."""
    return tuple(a for a in arguments if a.default is REQUIRED or a.text != _flag(a.default, "").text)


def _count(value: int, hint: str, keyword: str = "") -> Argument:
    return Argument(keyword, (Slot(value, hint),))


def _number(value: float, keyword: str, default: Any = REQUIRED, hint: str = "") -> Argument:
    return Argument(keyword, (Slot(value, hint or keyword, keyword or hint),), default)


def _flag(value: bool | str, keyword: str, default: Any = REQUIRED) -> Argument:
    return Argument(keyword, (f'"{value}"' if isinstance(value, str) else repr(value),), default)


def _axes(value: Any, keyword: str, unit: str, default: Any = REQUIRED, hint: str = "") -> Argument:
    """A number for each axis of the places, as one where they are the same."""
    values = value if isinstance(value, tuple) else (value,)
    hint = hint or keyword
    if len(set(values)) == 1:
        return Argument(keyword, (Slot(values[0], hint, unit),), default)
    parts = [
        Slot(each, f"{hint}_{name}", unit)
        for each, name in zip(values, ("depth", "height", "width")[-len(values) :], strict=True)
    ]
    between: list[str | Slot] = [piece for part in parts for piece in (", ", part)]
    return Argument(keyword, ("(", *between[1:], ")"), default)


def _window(module: Any, hint: str = "kernel") -> list[Argument]:
    return [
        _axes(module.kernel_size, "", "kernel", hint=hint),
        _axes(module.stride, "stride", "stride", 1),
        _axes(module.padding, "padding", "kernel", 0),
    ]


def _activation(m: Any) -> list[Argument]:
    """Activations that are called alike, so that a class can take any of them."""
    return [_flag(m.inplace, "inplace", False)]


def _conv(m: Any) -> list[Argument]:
    return [
        _count(m.in_channels, "in_channels"),
        _count(m.out_channels, "out"),
        *_window(m),
        _axes(m.dilation, "dilation", "dilation", 1),
        Argument("groups", (Slot(m.groups, "groups"),), 1),
        _flag(m.bias is not None, "bias", True),
    ]


def _shared_conv(m: Any) -> list[Argument]:
    return [_number(m.shares, "", hint="shares"), *_conv(m)]


def _norm(m: Any) -> list[Argument]:
    return [
        _count(m.num_features, "channels"),
        _number(m.eps, "eps", 1e-5),
        _number(m.momentum, "momentum", 0.1),
        _flag(m.affine, "affine", True),
    ]


def _layer_norm(m: Any) -> list[Argument]:
    flag = _flag(m.elementwise_affine, "elementwise_affine", True)
    return [_count(m.normalized_shape[0], "channels"), _number(m.eps, "eps", 1e-5), flag]


def _pool(m: Any) -> list[Argument]:
    kernel, _, padding = _window(m)
    stride = [] if m.stride == m.kernel_size else [_axes(m.stride, "stride", "stride")]  # torch.nn steps by the window
    return [kernel, *stride, padding, _flag(m.ceil_mode, "ceil_mode", False)]


def _avg_pool(m: Any) -> list[Argument]:
    return [*_pool(m), _flag(m.count_include_pad, "count_include_pad", True)]


def _adaptive_pool(m: Any) -> list[Argument]:
    return [_axes(m.output_size, "", "size", hint="size")]


def _linear(m: Any) -> list[Argument]:
    return [_count(m.in_features, "in_features"), _count(m.out_features, "out"), _flag(m.bias is not None, "bias", True)]


def _prelu(m: Any) -> list[Argument]:
    return [Argument("", (Slot(m.num_parameters, "channels"),), 1), _number(m.init, "init", 0.25)]


def _conv_transpose(m: Any) -> list[Argument]:
    channels, out, kernel, stride, padding, dilation, groups, bias = _conv(m)
    return [
        channels,
        out,
        kernel,
        stride,
        padding,
        _axes(m.output_padding, "output_padding", "kernel", 0),
        groups,
        bias,
        dilation,
    ]


def _upsample(m: Any) -> list[Argument]:
    if m.size is not None:
        to = _axes(tuple(m.size), "size", "size")
    else:
        scales = tuple(float(scale) for scale in m.scale_factor)
        alike = len(set(scales)) == 1
        to = Argument("scale_factor", (Slot(scales[0], "scale", "scale"),) if alike else (str(scales),))
    return [to, _flag(m.mode, "mode", "nearest"), *_corners(m)]


def _corners(m: Any) -> list[Argument]:
    return [] if m.align_corners is None else [_flag(m.align_corners, "align_corners")]


def _sides(m: Any) -> list[Argument]:
    return [Argument("", (repr(m.padding),))]


def _factor(m: Any) -> int:
    return next(getattr(m, name) for name in ("factor", "upscale_factor", "downscale_factor") if hasattr(m, name))  # type: ignore[no-any-return]


def _elu(m: Any) -> list[Argument]:
    return [_number(m.alpha, "alpha", 1.0), _flag(m.inplace, "inplace", False)]


def _hardtanh(m: Any) -> list[Argument]:
    bounds = [_number(m.min_val, "min_val", -1.0, "low"), _number(m.max_val, "max_val", 1.0, "high")]
    return [*bounds, _flag(m.inplace, "inplace", False)]


def _rms_norm(m: Any) -> list[Argument]:
    flag = _flag(m.elementwise_affine, "elementwise_affine", True)
    return [_count(m.normalized_shape[0], "channels"), _number(m.eps, "eps"), flag]


def _group_norm(m: Any) -> list[Argument]:
    groups = _number(m.num_groups, "", hint="groups")
    return [groups, _count(m.num_channels, "channels"), _number(m.eps, "eps", 1e-5), _flag(m.affine, "affine", True)]


def _instance_norm(m: Any) -> list[Argument]:
    return [_count(m.num_features, "channels"), _number(m.eps, "eps", 1e-5), _flag(m.affine, "affine", False)]


def _local_response_norm(m: Any) -> list[Argument]:
    more = [_number(m.alpha, "alpha", 1e-4), _number(m.beta, "beta", 0.75), _number(m.k, "k", 1.0)]
    return [_number(m.size, "", hint="size"), *more]


def _choose_add(m: Any) -> list[Argument]:
    out, groups = m.weight.shape
    return [_count(m.maps, "maps"), _count(out, "out"), _number(groups, "", hint="groups")]


def _table(table: Any) -> list[Argument]:
    return [_number(table.shape[0], "", hint="tokens"), _count(table.shape[1], "channels")]


MODULES: dict[type[nn.Module], Callable[[Any], list[Argument]]] = {
    **dict.fromkeys((nn.Conv1d, nn.Conv2d, nn.Conv3d), _conv),
    **dict.fromkeys((nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d), _conv_transpose),
    nn.Linear: _linear,
    nn.BatchNorm1d: _norm,
    nn.BatchNorm2d: _norm,
    nn.BatchNorm3d: _norm,
    nn.LayerNorm: _layer_norm,
    nn.ReLU: _activation,
    nn.ReLU6: _activation,
    nn.Hardswish: _activation,
    nn.Hardsigmoid: _activation,
    nn.SiLU: _activation,
    nn.LeakyReLU: lambda m: [_number(m.negative_slope, "", 0.01, "slope"), _flag(m.inplace, "inplace", False)],
    nn.Sigmoid: lambda m: [],
    nn.Tanh: lambda m: [],
    nn.GELU: lambda m: [] if m.approximate == "none" else [_flag(m.approximate, "approximate")],
    nn.PReLU: _prelu,
    **dict.fromkeys((nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d), _pool),
    **dict.fromkeys((nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d), _avg_pool),
    **dict.fromkeys((nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d), _adaptive_pool),
    **dict.fromkeys((nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.AdaptiveMaxPool3d), _adaptive_pool),
    nn.Mish: _activation,
    nn.SELU: _activation,
    nn.ELU: _elu,
    nn.CELU: _elu,
    nn.Softplus: lambda m: [_number(m.beta, "beta", 1.0)],
    nn.Softsign: lambda m: [],
    nn.LogSigmoid: lambda m: [],
    nn.Hardtanh: _hardtanh,
    nn.GLU: lambda m: [_flag(m.dim, "")],
    activations.QuickGELU: lambda m: [],
    activations.SquaredReLU: lambda m: [],
    activations.SwiGLU: lambda m: [_flag(m.axis, "")],
    nn.RMSNorm: _rms_norm,
    nn.GroupNorm: _group_norm,
    nn.InstanceNorm1d: _instance_norm,
    nn.InstanceNorm2d: _instance_norm,
    nn.InstanceNorm3d: _instance_norm,
    nn.LocalResponseNorm: _local_response_norm,
    norms.MapRMSNorm: _rms_norm,
    norms.GlobalResponseNorm: lambda m: [_count(len(m.weight), "channels"), _number(m.eps, "eps", 1e-6)],
    nn.Dropout: lambda m: [_number(m.p, "", hint="rate")],
    nn.Identity: lambda m: [],
    nn.Softmax: lambda m: [_flag(m.dim, "")],
    nn.ChannelShuffle: lambda m: [_number(m.groups, "", hint="groups")],
    **dict.fromkeys((nn.ZeroPad1d, nn.ZeroPad2d, nn.ZeroPad3d, layers.ChannelPad), _sides),
    **dict.fromkeys((nn.ReflectionPad1d, nn.ReflectionPad2d, nn.ReflectionPad3d), _sides),
    **dict.fromkeys((nn.ReplicationPad1d, nn.ReplicationPad2d, nn.ReplicationPad3d), _sides),
    **dict.fromkeys((nn.PixelShuffle, layers.DepthToSpace), lambda m: [_number(_factor(m), "", hint="factor")]),
    **dict.fromkeys((nn.PixelUnshuffle, layers.SpaceToDepth), lambda m: [_number(_factor(m), "", hint="factor")]),
    layers.ResizeLike: lambda m: [_flag(m.mode, ""), *_corners(m)],
    nn.Upsample: _upsample,
    layers.Shift: lambda m: [
        _count(m.channels, "channels"),
        _number(m.kernel, "kernel", 3),
        _number(m.dilation, "dilation", 1),
    ],
    layers.TokenNorm: _norm,
    layers.TokenPReLU: _prelu,
    sharing.SharedConv2d: _shared_conv,
    sharing.ChooseAdd: _choose_add,
    sharing.WeightedAdd: lambda m: [_number(len(m.weight), "", hint="count"), _number(m.begin, "", hint="begin")],
    tokens.MapNorm: _layer_norm,
    tokens.ClassToken: lambda m: [
        _count(m.weight.shape[1], "channels"),
        _number(m.deviation, "", hint="deviation"),
        _number(m.weight.shape[0], "count", 1),
    ],
    tokens.Position: lambda m: [
        _number(m.weight.shape[0], "", hint="tokens"),
        _count(m.weight.shape[1], "channels"),
        _number(m.deviation, "", hint="deviation"),
    ],
    tokens.LayerScale: lambda m: [_count(len(m.weight), "channels"), _number(m.begin, "", hint="begin"), _flag(m.maps, "")],
    tokens.DropPath: lambda m: [_number(m.rate, "", hint="rate")],
    nn.Embedding: lambda m: [_number(m.num_embeddings, "", hint="vocabulary"), _count(m.embedding_dim, "channels")],
    positions.RelativeBias: lambda m: [
        _number(m.heads, "", hint="heads"),
        _number(m.window[0], "", hint="height"),
        _number(m.window[1], "", hint="width"),
        _flag(m.heads_first, "heads_first", False),
        _number(m.deviation, "deviation", 0.02),
    ],
    positions.WindowMask: lambda m: [
        _number(m.size[0], "", hint="height"),
        _number(m.size[1], "", hint="width"),
        Argument("", (repr(m.window),)),
        Argument("", (repr(m.shifts),)),
        Argument("", (repr(m.value),)),
    ],
    positions.CausalMask: lambda m: [],
    positions.Sinusoidal: lambda m: [*_table(m.table), _number(m.base, "base", 10000.0)],
    positions.Rotary: lambda m: [*_table(m.cos), _number(m.base, "base", 10000.0), _flag(m.neighbours, "neighbours", False)],
    positions.FourierPosition: lambda m: [
        _number(m.channels, "", hint="channels"),
        _number(m.table.shape[1], "", hint="height"),
        _number(m.table.shape[2], "", hint="width"),
        _number(m.base, "base", 10000.0),
    ],
    arithmetic.Gain: lambda m: [
        _number(m.begin, "", hint="begin"),
        *([] if m.heads is None else [_number(m.heads, "heads", None)]),
        _flag(m.learned, "learned", True),
    ],
    arithmetic.L2Norm: lambda m: [_flag(m.axis, ""), _number(m.eps, "eps", 1e-12)],
}
