"""What the modules that the torch back end makes are made with: the arguments of the call, each with a hint for its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from archdsl.compilers.source.functions import sides as padding_of
from archdsl.compilers.source.parts import REQUIRED, Argument, Slot


def count_of(value: int, hint: str, keyword: str = "") -> Argument:
    return Argument(keyword, (Slot(value, hint),))


def number_of(value: float, keyword: str, default: Any = REQUIRED, hint: str = "") -> Argument:
    return Argument(keyword, (Slot(value, hint or keyword, keyword or hint),), default)


def flag_of(value: bool | str, keyword: str, default: Any = REQUIRED) -> Argument:
    """A word or a number that makes another module, or a flag."""
    if isinstance(value, bool) and keyword:
        return Argument(keyword, (Slot(value, keyword, "flag"),), default)
    return Argument(keyword, (f'"{value}"' if isinstance(value, str) else repr(value),), default)


def axes_of(value: Any, keyword: str, unit: str, default: Any = REQUIRED, hint: str = "") -> Argument:
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


def sizes_of(shape: Sequence[int]) -> list[Argument]:
    """The sizes of a tensor, each an argument."""
    return [number_of(size, "", hint=f"size_{place}") for place, size in enumerate(shape)]


def extent_of(value: int, hint: str) -> Argument:
    return Argument("", (Slot(value, hint, "extent"),))


def pair_of(value: tuple[int, int], hint: str, keyword: str = "") -> Argument:
    """Rows and columns."""
    return Argument(keyword, ("(", Slot(value[0], hint, "extent"), ", ", Slot(value[1], f"{hint}_width", "extent"), ")"))


def window_of(module: Any, hint: str = "kernel") -> list[Argument]:
    return [
        axes_of(module.kernel_size, "", "kernel", hint=hint),
        axes_of(module.stride, "stride", "stride", 1),
        axes_of(module.padding, "padding", "kernel", 0),
    ]


def activation(m: Any) -> list[Argument]:
    """Activations that are called alike, so that a class can take any of them."""
    return [flag_of(m.inplace, "inplace", False)]


def conv(m: Any) -> list[Argument]:
    return [
        count_of(m.in_channels, "in_channels"),
        count_of(m.out_channels, "out"),
        *window_of(m),
        axes_of(m.dilation, "dilation", "dilation", 1),
        Argument("groups", (Slot(m.groups, "groups"),), 1),
        flag_of(m.bias is not None, "bias", True),
    ]


def std_conv(m: Any) -> list[Argument]:
    return [*conv(m), flag_of(m.gain is not None, "gain", False), number_of(m.eps, "eps", 1e-6)]


def shared_conv(m: Any) -> list[Argument]:
    return [number_of(m.shares, "", hint="shares"), *conv(m)]


def norm(m: Any) -> list[Argument]:
    return [
        count_of(m.num_features, "channels"),
        number_of(m.eps, "eps", 1e-5),
        number_of(m.momentum, "momentum", 0.1),
        flag_of(m.affine, "affine", True),
    ]


def layer_norm(m: Any) -> list[Argument]:
    flag = flag_of(m.elementwise_affine, "elementwise_affine", True)
    shift = flag_of(m.bias is not None or not m.elementwise_affine, "bias", True)
    return [count_of(m.normalized_shape[0], "channels"), number_of(m.eps, "eps", 1e-5), flag, shift]


def pool(m: Any) -> list[Argument]:
    kernel, _, padding = window_of(m)
    stride = [] if m.stride == m.kernel_size else [axes_of(m.stride, "stride", "stride")]  # torch.nn steps by the window
    return [kernel, *stride, padding, flag_of(m.ceil_mode, "ceil_mode", False)]


def avg_pool(m: Any) -> list[Argument]:
    return [*pool(m), flag_of(m.count_include_pad, "count_include_pad", True)]


def adaptive_pool(m: Any) -> list[Argument]:
    return [axes_of(m.output_size, "", "size", hint="size")]


def linear(m: Any) -> list[Argument]:
    return [count_of(m.in_features, "in_features"), count_of(m.out_features, "out"), flag_of(m.bias is not None, "bias", True)]


def prelu(m: Any) -> list[Argument]:
    return [Argument("", (Slot(m.num_parameters, "channels"),), 1), number_of(m.init, "init", 0.25)]


def conv_transpose(m: Any) -> list[Argument]:
    channels, out, kernel, stride, padding, dilation, groups, bias = conv(m)
    return [
        channels,
        out,
        kernel,
        stride,
        padding,
        axes_of(m.output_padding, "output_padding", "kernel", 0),
        groups,
        bias,
        dilation,
    ]


def upsample(m: Any) -> list[Argument]:
    if m.size is not None:
        to = axes_of(tuple(m.size), "size", "size")
    else:
        scales = tuple(float(scale) for scale in m.scale_factor)
        alike = len(set(scales)) == 1
        to = Argument("scale_factor", (Slot(scales[0], "scale", "scale"),) if alike else (str(scales),))
    return [to, flag_of(m.mode, "mode", "nearest"), *corners(m)]


def corners(m: Any) -> list[Argument]:
    return [] if m.align_corners is None else [flag_of(m.align_corners, "align_corners")]


def sides(m: Any) -> list[Argument]:
    return [Argument("", ("(", *padding_of(m.padding), ")"))]


def channel_sides(m: Any) -> list[Argument]:
    *places, before, after = m.padding
    channels = ", ", Slot(before, "before"), ", ", Slot(after, "after")
    return [Argument("", ("(", *padding_of(tuple(places)), *channels, ")"))]


def factor(m: Any) -> int:
    return next(getattr(m, name) for name in ("factor", "upscale_factor", "downscale_factor") if hasattr(m, name))  # type: ignore[no-any-return]


def elu(m: Any) -> list[Argument]:
    return [number_of(m.alpha, "alpha", 1.0), flag_of(m.inplace, "inplace", False)]


def hardtanh(m: Any) -> list[Argument]:
    bounds = [number_of(m.min_val, "min_val", -1.0, "low"), number_of(m.max_val, "max_val", 1.0, "high")]
    return [*bounds, flag_of(m.inplace, "inplace", False)]


def rms_norm(m: Any) -> list[Argument]:
    flag = flag_of(m.elementwise_affine, "elementwise_affine", True)
    return [count_of(m.normalized_shape[0], "channels"), number_of(m.eps, "eps"), flag]


def group_norm(m: Any) -> list[Argument]:
    groups = number_of(m.num_groups, "", hint="groups")
    return [groups, count_of(m.num_channels, "channels"), number_of(m.eps, "eps", 1e-5), flag_of(m.affine, "affine", True)]


def instance_norm(m: Any) -> list[Argument]:
    return [count_of(m.num_features, "channels"), number_of(m.eps, "eps", 1e-5), flag_of(m.affine, "affine", False)]


def local_response_norm(m: Any) -> list[Argument]:
    more = [number_of(m.alpha, "alpha", 1e-4), number_of(m.beta, "beta", 0.75), number_of(m.k, "k", 1.0)]
    return [number_of(m.size, "", hint="size"), *more]


def recurrent(m: Any) -> list[Argument]:
    return [
        count_of(m.input_size, "in_channels"),
        count_of(m.hidden_size, "out"),
        number_of(m.num_layers, "num_layers", 1, "layers"),
        flag_of(m.bias, "bias", True),
        flag_of(m.batch_first, "batch_first", False),
        number_of(m.dropout, "dropout", 0.0),
        flag_of(m.bidirectional, "bidirectional", False),
        Argument("proj_size", (Slot(m.proj_size, "projection"),), 0),
    ]


def choose_add(m: Any) -> list[Argument]:
    out, groups = m.weight.shape
    return [count_of(m.maps, "maps"), count_of(out, "out"), number_of(groups, "", hint="groups")]


def table(table: Any) -> list[Argument]:
    return [number_of(table.shape[0], "", hint="tokens"), count_of(table.shape[1], "channels")]
