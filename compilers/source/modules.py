"""The modules that the torch back end makes, as the calls that make them: one table from class to arguments.

Layers that PyTorch has no module for are copied into the file with their class, so that it needs torch alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from torch import nn

from archdsl.compilers.source import made_with as of
from archdsl.compilers.source.parts import REQUIRED, Argument, Made, Name, NoForm, Slot
from archdsl.compilers.torch import activations, arithmetic, layers, norms, positions, sharing, standardised, tokens

COPIED: tuple[type[nn.Module], ...] = (
    layers.Shift,
    layers.TokenNorm,
    layers.TokenPReLU,
    layers.ResizeLike,
    layers.ChannelPad,
    layers.DepthToSpace,
    layers.SpaceToDepth,
    sharing.SharedConv2d,
    standardised.StdConv2d,
    sharing.ChooseAdd,
    sharing.WeightedAdd,
    activations.QuickGELU,
    activations.SquaredReLU,
    activations.SwiGLU,
    norms.MapRMSNorm,
    norms.ScaledGroupNorm,
    norms.GlobalResponseNorm,
    tokens.MapNorm,
    tokens.ClassToken,
    tokens.Position,
    tokens.FilledPosition,
    tokens.LayerScale,
    tokens.DropPath,
    positions.RelativeBias,
    positions.RelativeMlp,
    positions.WindowMask,
    positions.CausalMask,
    positions.Sinusoidal,
    positions.Rotary,
    positions.FourierPosition,
    arithmetic.Gain,
    arithmetic.Offset,
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
    if MODULES[kind] is of.activation:
        return Made((Slot(Name(f"nn.{kind.__name__}"), "activation", "activation"),), arguments)
    return Made((kind.__name__ if kind in COPIED else f"nn.{kind.__name__}",), arguments)


def _given(arguments: Iterable[Argument]) -> tuple[Argument, ...]:
    """Without the arguments that have no slot and are the default."""
    return tuple(a for a in arguments if a.default is REQUIRED or a.text != of.flag_of(a.default, "").text)


MODULES: dict[type[nn.Module], Callable[[Any], list[Argument]]] = {
    **dict.fromkeys((nn.Conv1d, nn.Conv2d, nn.Conv3d), of.conv),
    **dict.fromkeys((nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d), of.conv_transpose),
    nn.Linear: of.linear,
    nn.BatchNorm1d: of.norm,
    nn.BatchNorm2d: of.norm,
    nn.BatchNorm3d: of.norm,
    nn.LayerNorm: of.layer_norm,
    nn.ReLU: of.activation,
    nn.ReLU6: of.activation,
    nn.Hardswish: of.activation,
    nn.Hardsigmoid: of.activation,
    nn.SiLU: of.activation,
    nn.LeakyReLU: lambda m: [of.number_of(m.negative_slope, "", 0.01, "slope"), of.flag_of(m.inplace, "inplace", False)],
    nn.Sigmoid: lambda m: [],
    nn.Tanh: lambda m: [],
    nn.GELU: lambda m: [] if m.approximate == "none" else [of.flag_of(m.approximate, "approximate")],
    nn.PReLU: of.prelu,
    **dict.fromkeys((nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d), of.pool),
    **dict.fromkeys((nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d), of.avg_pool),
    **dict.fromkeys((nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d), of.adaptive_pool),
    **dict.fromkeys((nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.AdaptiveMaxPool3d), of.adaptive_pool),
    nn.Mish: of.activation,
    nn.SELU: of.activation,
    nn.ELU: of.elu,
    nn.CELU: of.elu,
    nn.Softplus: lambda m: [of.number_of(m.beta, "beta", 1.0)],
    nn.Softsign: lambda m: [],
    nn.LogSigmoid: lambda m: [],
    nn.Hardtanh: of.hardtanh,
    nn.GLU: lambda m: [of.flag_of(m.dim, "")],
    activations.QuickGELU: lambda m: [],
    activations.SquaredReLU: lambda m: [],
    activations.SwiGLU: lambda m: [of.flag_of(m.axis, "")],
    nn.RMSNorm: of.rms_norm,
    nn.GroupNorm: of.group_norm,
    norms.ScaledGroupNorm: of.group_norm,
    nn.InstanceNorm1d: of.instance_norm,
    nn.InstanceNorm2d: of.instance_norm,
    nn.InstanceNorm3d: of.instance_norm,
    nn.LSTM: of.recurrent,
    nn.GRU: of.recurrent,
    nn.LocalResponseNorm: of.local_response_norm,
    norms.MapRMSNorm: of.rms_norm,
    norms.GlobalResponseNorm: lambda m: [of.count_of(len(m.weight), "channels"), of.number_of(m.eps, "eps", 1e-6)],
    nn.Dropout: lambda m: [of.number_of(m.p, "", hint="rate")],
    nn.Identity: lambda m: [],
    **dict.fromkeys((nn.Softmax, nn.LogSoftmax), lambda m: [of.flag_of(m.dim, "")]),
    nn.ChannelShuffle: lambda m: [of.number_of(m.groups, "", hint="groups")],
    **dict.fromkeys((nn.ZeroPad1d, nn.ZeroPad2d, nn.ZeroPad3d), of.sides),
    layers.ChannelPad: of.channel_sides,
    **dict.fromkeys((nn.ReflectionPad1d, nn.ReflectionPad2d, nn.ReflectionPad3d), of.sides),
    **dict.fromkeys((nn.ReplicationPad1d, nn.ReplicationPad2d, nn.ReplicationPad3d), of.sides),
    **dict.fromkeys((nn.PixelShuffle, layers.DepthToSpace), lambda m: [of.number_of(of.factor(m), "", hint="factor")]),
    **dict.fromkeys((nn.PixelUnshuffle, layers.SpaceToDepth), lambda m: [of.number_of(of.factor(m), "", hint="factor")]),
    layers.ResizeLike: lambda m: [of.flag_of(m.mode, ""), *of.corners(m)],
    nn.Upsample: of.upsample,
    layers.Shift: lambda m: [
        of.count_of(m.channels, "channels"),
        of.number_of(m.kernel, "kernel", 3),
        of.number_of(m.dilation, "dilation", 1),
    ],
    layers.TokenNorm: of.norm,
    layers.TokenPReLU: of.prelu,
    sharing.SharedConv2d: of.shared_conv,
    standardised.StdConv2d: of.std_conv,
    sharing.ChooseAdd: of.choose_add,
    sharing.WeightedAdd: lambda m: [of.number_of(len(m.weight), "", hint="count"), of.number_of(m.begin, "", hint="begin")],
    tokens.MapNorm: of.layer_norm,
    tokens.ClassToken: lambda m: [
        of.count_of(m.weight.shape[1], "channels"),
        of.number_of(m.deviation, "", hint="deviation"),
        of.number_of(m.weight.shape[0], "count", 1),
    ],
    tokens.FilledPosition: lambda m: [
        of.count_of(m.weight.shape[0], "channels"),
        of.pair_of(m.weight.shape[1:], "own"),
        of.pair_of(m.places, "places"),
        of.flag_of(m.fill, ""),
        of.number_of(m.deviation, "", hint="deviation"),
    ],
    tokens.Position: lambda m: [
        *of.sizes_of(m.weight.shape),
        of.number_of(m.deviation, "deviation"),
    ],
    tokens.LayerScale: lambda m: [
        of.count_of(len(m.weight), "channels"),
        of.number_of(m.begin, "", hint="begin"),
        of.flag_of(m.maps, ""),
    ],
    tokens.DropPath: lambda m: [of.number_of(m.rate, "", hint="rate")],
    nn.Embedding: lambda m: [of.number_of(m.num_embeddings, "", hint="vocabulary"), of.count_of(m.embedding_dim, "channels")],
    positions.RelativeBias: lambda m: [
        of.number_of(m.heads, "", hint="heads"),
        of.number_of(m.window[0], "", hint="height"),
        of.number_of(m.window[1], "", hint="width"),
        of.flag_of(m.heads_first, "heads_first", False),
        of.number_of(m.deviation, "deviation", 0.02),
        of.flag_of(m.form, "form", ""),
        of.number_of(m.stride, "stride", 1),
    ],
    positions.RelativeMlp: lambda m: [
        of.number_of(m.heads, "", hint="heads"),
        of.number_of(m.window[0], "", hint="height"),
        of.number_of(m.window[1], "", hint="width"),
        of.number_of(len(m.hidden_bias), "", hint="hidden"),
        of.flag_of(m.shares, "shares", True),
        *([] if m.most is None else [of.number_of(m.most, "most")]),
        of.flag_of(m.bias is not None, "bias", False),
    ],
    positions.WindowMask: lambda m: [
        of.extent_of(m.size[0], "height"),
        of.extent_of(m.size[1], "width"),
        of.pair_of(m.window, "window"),
        of.pair_of(m.shifts, "shift"),
        of.number_of(m.value, "", hint="value"),
    ],
    positions.CausalMask: lambda m: [],
    positions.Sinusoidal: lambda m: [*of.table(m.table), of.number_of(m.base, "base", 10000.0)],
    positions.Rotary: lambda m: [
        *of.table(m.cos),
        of.number_of(m.base, "base", 10000.0),
        of.flag_of(m.neighbours, "neighbours", False),
        *([] if m.places is None else [of.pair_of(m.places, "places", "places")]),
        of.flag_of(m.centred, "centred", False),
        of.number_of(m.class_tokens, "class_tokens", 0),
    ],
    positions.FourierPosition: lambda m: [
        of.number_of(m.channels, "", hint="channels"),
        of.number_of(m.table.shape[1], "", hint="height"),
        of.number_of(m.table.shape[2], "", hint="width"),
        of.number_of(m.base, "base", 10000.0),
    ],
    arithmetic.Gain: lambda m: [
        of.number_of(m.begin, "", hint="begin"),
        *([] if m.heads is None else [of.number_of(m.heads, "heads", None)]),
        of.flag_of(m.learned, "learned", True),
    ],
    arithmetic.Offset: lambda m: [
        of.number_of(m.begin, "", hint="begin"),
        *([] if m.count == 1 else [of.number_of(m.count, "count", 1)]),
        *([] if m.places == 0 else [of.number_of(m.places, "places", 0)]),
        of.flag_of(m.learned, "learned", True),
    ],
    arithmetic.L2Norm: lambda m: [of.flag_of(m.axis, ""), of.number_of(m.eps, "eps", 1e-12)],
}
