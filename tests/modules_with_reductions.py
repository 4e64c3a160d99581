"""Small models with reductions, softmax over other axes, norms written out and recurrent layers, and what their specs are made of."""

from __future__ import annotations

from collections.abc import Callable

import torch
from modules_to_import import Case
from torch import Tensor, nn
from torch.nn import functional


class Calls(nn.Module):
    """One layer, so that there is something learned, and a function of what it gives."""

    def __init__(self, function: Callable[[Tensor], Tensor], layer: Callable[[], nn.Module] = lambda: nn.Conv2d(4, 8, 1)):
        super().__init__()
        self.layer, self.function = layer(), function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(self.layer(x))


class SplitAttention(nn.Module):
    """Branches that are channels side by side, added up and weighed by a softmax among them (ResNeSt)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.down, self.up = nn.Conv2d(4, 16, 3, padding=1, groups=2), nn.Conv2d(8, 4, 1), nn.Conv2d(4, 16, 1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv(x)
        batch, channels, height, width = y.shape
        y = y.reshape(batch, 2, channels // 2, height, width)
        gate = self.up(functional.relu(self.down(y.sum(1).mean((2, 3), keepdim=True))))
        gate = gate.view(batch, 1, 2, -1).transpose(1, 2).softmax(1).reshape(batch, -1).view(batch, -1, 1, 1)
        return (y * gate.reshape(batch, 2, channels // 2, 1, 1)).sum(dim=1)


class SelectiveKernels(nn.Module):
    """The same with branches that are stacked (SKNet)."""

    def __init__(self) -> None:
        super().__init__()
        self.small, self.large = nn.Conv2d(4, 8, 3, padding=1), nn.Conv2d(4, 8, 3, padding=2, dilation=2)
        self.select = nn.Conv2d(8, 16, 1)

    def forward(self, x: Tensor) -> Tensor:
        paths = torch.stack([self.small(x), self.large(x)], dim=1)
        scores = self.select(paths.sum(1).mean((2, 3), keepdim=True))
        return (paths * scores.view(-1, 2, 8, 1, 1).softmax(dim=1)).sum(1)


class Rms(nn.Module):
    """A root mean square written out, with its weight."""

    def __init__(self, axis: int, how: str) -> None:
        super().__init__()
        self.weight, self.axis, self.how = nn.Parameter(torch.ones(8)), axis, how

    def forward(self, x: Tensor) -> Tensor:
        weight = self.weight.view(-1, 1, 1) if self.axis == 1 else self.weight
        if self.how == "rsqrt":
            return x * torch.rsqrt(x.pow(2).mean(self.axis, keepdim=True) + 1e-6) * weight
        if self.how == "sqrt":
            return weight * (x / torch.sqrt((x * x).mean(self.axis, keepdim=True) + 1e-6))
        if self.how == "float":
            return (weight * (x.float() * torch.rsqrt(torch.square(x.float()).mean(self.axis, True) + 1e-6)).type_as(x)) * 1
        return x / ((x * x).mean(self.axis, keepdim=True).sqrt() + 1e-6) * weight  # eps outside of the root


class Standard(nn.Module):
    """Mean and deviation written out."""

    def __init__(self, axes: tuple[int, ...], unbiased: bool = False, affine: bool = False) -> None:
        super().__init__()
        self.axes, self.unbiased = axes, unbiased
        self.weight, self.bias = (nn.Parameter(torch.ones(8, 1, 1)), nn.Parameter(torch.zeros(8, 1, 1))) if affine else (1, 0)

    def forward(self, x: Tensor) -> Tensor:
        mean, variance = x.mean(self.axes, keepdim=True), x.var(self.axes, unbiased=self.unbiased, keepdim=True)
        return (x - mean) / torch.sqrt(variance + 1e-5) * self.weight + self.bias


class Star(nn.Module):
    """A ReLU squared, times and plus a learned number."""

    def __init__(self) -> None:
        super().__init__()
        self.scale, self.shift = nn.Parameter(torch.ones(1)), nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        return self.scale * functional.relu(x) ** 2 + self.shift


class Shifted(nn.Module):
    """Plus a learned number for each channel."""

    def __init__(self, *shape: int) -> None:
        super().__init__()
        self.shift = nn.Parameter(torch.zeros(*shape))

    def forward(self, x: Tensor) -> Tensor:
        return 1 - (x + self.shift)


class Parts(nn.Module):
    """Factors that are parts of one parameter, and follow from it."""

    def __init__(self) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.ones(2, 8))

    def forward(self, x: Tensor) -> Tensor:
        alpha = torch.sigmoid(self.alpha).view(2, -1, 1, 1)
        return functional.relu(x * alpha[0]) * alpha[1]


class Recurrent(nn.Module):
    """A recurrent layer and what is taken of it: the states, the ends, the ends of the memory."""

    def __init__(self, take: Callable[[Tensor, Tensor, Tensor | None], Tensor], kind: type[nn.RNNBase] = nn.LSTM, **more: object):
        super().__init__()
        self.layer, self.take, self.first = kind(8, 5, **{"batch_first": True, **more}), take, more.get("batch_first", True)

    def forward(self, x: Tensor) -> Tensor:
        states, ends = self.layer(x if self.first else x.transpose(0, 1))
        hidden, memory = ends if isinstance(ends, tuple) else (ends, None)
        return self.take(states, hidden, memory)


class Text(nn.Module):
    """Words, a recurrent layer both ways, classes."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.layer = nn.Embedding(10, 6, padding_idx=0), nn.GRU(6, 5, 2, batch_first=True, bidirectional=True)
        self.head = nn.Linear(10, 3)

    def forward(self, ids: Tensor) -> Tensor:
        _, ends = self.layer(self.words(ids))
        return self.head(torch.cat([ends[-2], ends[-1]], dim=1))


class ColumnsAndRows(nn.Module):
    """Recurrent layers down the columns and along the rows of a map (Sequencer)."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.LSTM(8, 3, batch_first=True, bidirectional=True)
        self.across = nn.LSTM(8, 3, batch_first=True, bidirectional=True)

    def forward(self, x: Tensor) -> Tensor:
        batch, channels, height, width = x.shape
        columns = self.down(x.permute(0, 3, 2, 1).reshape(-1, height, channels))[0]
        rows = self.across(x.permute(0, 2, 3, 1).reshape(-1, width, channels))[0]
        columns = columns.reshape(batch, width, height, -1).permute(0, 2, 1, 3)
        return torch.cat([columns, rows.reshape(batch, height, width, -1)], -1).permute(0, 3, 1, 2)


class Units(nn.Module):
    """The largest of every few tokens, as mask units are pooled (Hiera)."""

    def __init__(self) -> None:
        super().__init__()
        self.proj = nn.Linear(8, 12)

    def forward(self, x: Tensor) -> Tensor:
        return self.proj(x).view(x.shape[0], 2, -1, 12).amax(dim=1)


class OneKey(nn.Module):
    """Attention of several heads that share one key and value (Shazeer 2019)."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value = nn.Linear(8, 8), nn.Linear(8, 4), nn.Linear(8, 4)

    def forward(self, x: Tensor) -> Tensor:
        q = self.query(x).view(x.shape[0], -1, 2, 4).transpose(1, 2)
        k, v = self.key(x).unsqueeze(1), self.value(x).unsqueeze(1)
        return functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)


class Encoder(nn.Module):
    def __init__(self, first: bool = True, **more: object) -> None:
        super().__init__()
        layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=first, **more)  # type: ignore[arg-type]
        self.encoder, self.first = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False), first

    def forward(self, x: Tensor) -> Tensor:
        return self.encoder(x).mean(1) if self.first else self.encoder(x.transpose(0, 1))[0]


class Cross(nn.Module):
    """Attention of one sequence to another, which has other channels."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True, kdim=6, vdim=6)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return self.attention(x, y, y)[0]


class Masked(nn.Module):
    """Attention that looks at nothing later, whose mask is added to the product of matrices."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        mask = torch.triu(torch.full((x.shape[1], x.shape[1]), float("-inf")), 1)
        return self.attention(x, x, x, attn_mask=mask)[0]


class TextConvs(nn.Module):
    """Convolutions of several widths over words, the largest of each, side by side (Kim 2014)."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.convs = nn.Embedding(10, 8), nn.ModuleList([nn.Conv1d(8, 4, width) for width in (2, 3)])
        self.head = nn.Linear(8, 2)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.words(ids).transpose(1, 2)
        return self.head(torch.cat([functional.relu(conv(x)).max(dim=2)[0] for conv in self.convs], 1)).log_softmax(-1)


def _biasless(kind: str) -> nn.Module:
    made: nn.Module = nn.GroupNorm(1, 8) if kind == "group" else nn.LayerNorm(8, bias=False)
    if kind == "group":
        made.register_parameter("bias", None)
    return made


TOKENS, MAP = ((6, 8),), ((8, 6, 5),)
FOUND: dict[str, tuple[Case, str]] = {
    "split attention": (Case(SplitAttention, ((4, 6, 6),)), "rearrange reduce adaptive_pool relu softmax mul"),
    "selective kernels": (Case(SelectiveKernels, ((4, 6, 6),)), "stack reduce adaptive_pool rearrange softmax mul"),
    "mean of channels": (Case(lambda: Calls(lambda x: x * x.mean(1, keepdim=True)), ((4, 5, 5),)), "reduce mul"),
    "sum over places": (Case(lambda: Calls(lambda x: x.sum((2, 3))), ((4, 5, 5),)), "reduce"),
    "least over rows": (Case(lambda: Calls(lambda x: x.amin(2)), ((4, 5, 6),)), "reduce"),
    "largest with its place": (Case(lambda: Calls(lambda x: x.max(3, keepdim=True)[0]), ((4, 5, 6),)), "reduce"),
    "largest over all": (Case(lambda: Calls(lambda x: x * x.amax((1, 2, 3), True)), ((4, 5, 6),)), "reduce mul"),
    "sum of channels last": (Case(lambda: Calls(lambda x: x.permute(0, 2, 3, 1).sum(-1)), ((4, 5, 6),)), "reduce rearrange"),
    "softmax of channels": (Case(lambda: Calls(lambda x: x.softmax(1)), ((4, 5, 6),)), "softmax"),
    "softmax of rows": (Case(lambda: Calls(lambda x: x.log_softmax(2)), ((4, 5, 6),)), "log_softmax"),
    "softmax of tokens": (Case(lambda: Calls(lambda x: x.softmax(1), lambda: nn.Linear(8, 4)), TOKENS), "softmax"),
    "sum of tokens": (Case(lambda: Calls(lambda x: x * x.sum(1, True), lambda: nn.Linear(8, 4)), TOKENS), "reduce mul"),
    "units": (Case(Units, TOKENS), "rearrange reduce"),
    "rms by rsqrt": (Case(lambda: Rms(-1, "rsqrt"), TOKENS), "rms_norm"),
    "rms by sqrt": (Case(lambda: Rms(1, "sqrt"), MAP), "rms_norm"),
    "rms in single precision": (Case(lambda: Rms(2, "float"), TOKENS), "rms_norm"),
    "layer norm by hand": (Case(lambda: Standard((1,), affine=True), MAP), "layer_norm"),
    "instance norm by hand": (Case(lambda: Standard((2, 3)), MAP), "instance_norm"),
    "norm of all by hand": (Case(lambda: Standard((1, 2, 3), affine=True), MAP), "group_norm"),
    "instance norm": (Case(lambda: nn.InstanceNorm2d(8, affine=True), MAP), "instance_norm"),
    "group norm without shift": (Case(lambda: _biasless("group"), MAP), "group_norm"),
    "layer norm without shift": (Case(lambda: _biasless("layer"), TOKENS), "layer_norm"),
    "star": (Case(Star, MAP), "squared_relu gain offset"),
    "shift of channels": (Case(lambda: Shifted(8, 1, 1), MAP), "offset gain"),
    "shift of channels of tokens": (Case(lambda: Shifted(8), TOKENS), "offset gain"),
    "parts of a parameter": (Case(Parts, MAP), "layer_scale relu"),
    "states": (Case(lambda: Recurrent(lambda y, h, c: y), TOKENS), "lstm"),
    "ends": (Case(lambda: Recurrent(lambda y, h, c: h[-1], nn.GRU, num_layers=2), TOKENS), "gru"),
    "ends of both": (Case(lambda: Recurrent(lambda y, h, c: torch.cat((h[0], h[1]), 1), bidirectional=True), TOKENS), "lstm"),
    "ends in a slice": (
        Case(
            lambda: Recurrent(lambda y, h, c: h[-2:].transpose(0, 1).flatten(1), num_layers=2, bidirectional=True, bias=False),
            TOKENS,
        ),
        "lstm",
    ),
    "last token": (Case(lambda: Recurrent(lambda y, h, c: y[-1], batch_first=False), TOKENS), "lstm select_token"),
    "projected": (Case(lambda: Recurrent(lambda y, h, c: y.sum(1), proj_size=3), TOKENS), "lstm reduce"),
    "text": (Case(Text, (("ids", 6),)), "embedding gru linear"),
    "columns and rows": (Case(ColumnsAndRows, ((8, 4, 5),)), "rearrange lstm concat"),
    "one key": (Case(OneKey, TOKENS), "linear split_heads repeat_heads matmul softmax merge_heads"),
    "encoder": (
        Case(Encoder, TOKENS),
        "linear slice split_heads matmul softmax merge_heads dropout add layer_norm relu token_mean",
    ),
    "encoder, tokens first": (
        Case(lambda: Encoder(False, norm_first=True, activation="gelu", bias=False), TOKENS),
        "linear slice split_heads matmul softmax merge_heads dropout add layer_norm gelu select_token",
    ),
    "cross": (Case(Cross, ((6, 8), (5, 6))), "linear split_heads matmul softmax merge_heads"),
    "masked": (Case(Masked, TOKENS), "linear slice split_heads matmul causal_mask softmax merge_heads"),
    "convolutions of words": (
        Case(TextConvs, (("ids", 6),)),
        "embedding rearrange conv relu adaptive_pool flatten concat linear log_softmax",
    ),
}
"""By what it shows, a model and the operators of its spec."""

REFUSED: dict[str, tuple[Case, str]] = {
    "memory": (Case(lambda: Recurrent(lambda y, h, c: c[-1]), TOKENS), "aten.lstm.input[2]"),
    "first of two layers": (Case(lambda: Recurrent(lambda y, h, c: h[0], num_layers=2), TOKENS), "aten.lstm.input[1]"),
    "plain recurrence": (Case(lambda: Recurrent(lambda y, h, c: y, nn.RNN), TOKENS), "aten.rnn_tanh.input[0]"),
    "sample deviation": (Case(lambda: Standard((1,), unbiased=True), MAP), "aten.var.dim"),
    "eps outside of the root": (Case(lambda: Rms(-1, "outside"), TOKENS), "aten.sqrt"),
    "place of the largest": (Case(lambda: Calls(lambda x: x * x.max(1, keepdim=True)[1]), ((4, 5, 6),)), "aten.max.dim[1]"),
    "cube": (Case(lambda: Calls(lambda x: x**3), ((4, 5, 6),)), "aten.pow.Tensor_Scalar"),
}
"""What is near to the above and no operator does, and the call that its first opaque step stands for."""
