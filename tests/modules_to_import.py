"""Small models, one for each idiom and trap of models that people have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional


class Case(NamedTuple):
    """How a model is made, and the sizes of its inputs without the batch; `ids` before those of whole numbers."""

    make: Callable[[], nn.Module]
    inputs: tuple[tuple[Any, ...], ...] = ((8, 8, 8),)


class Words(NamedTuple):
    """Operators that a spec has, and those that it does not."""

    present: frozenset[str]
    absent: frozenset[str] = frozenset()


class Residual(nn.Module):
    """A residual block with one ReLU for two places, and additions in place."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(8, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8)
        self.conv2, self.bn2 = nn.Conv2d(8, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        out = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        out += x
        return self.relu(out)


class Depthwise(nn.Sequential):
    """A separable convolution, downsampling, and a head."""

    def __init__(self) -> None:
        super().__init__(
            nn.Conv2d(8, 8, 5, 2, 2, groups=8, bias=False),
            nn.BatchNorm2d(8),
            nn.ReLU6(),
            nn.Conv2d(8, 12, 1),
            nn.Hardswish(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Dropout(0.2),
            nn.Linear(12, 5),
        )


class Squeeze(nn.Module):
    """Squeeze and excitation with the mean over places and layers of 1x1."""

    def __init__(self) -> None:
        super().__init__()
        self.reduce, self.expand = nn.Conv2d(8, 2, 1), nn.Conv2d(2, 8, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(self.expand(functional.relu(self.reduce(x.mean((2, 3), keepdim=True)))))


class SqueezeLinear(nn.Module):
    """The same with linear layers and views."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(8, 2), nn.ReLU(), nn.Linear(2, 8), nn.Hardsigmoid())

    def forward(self, x: Tensor) -> Tensor:
        batch, channels = x.shape[:2]
        return x * self.fc(functional.adaptive_avg_pool2d(x, 1).view(batch, channels)).view(batch, channels, 1, 1).expand_as(x)


class Shuffle(nn.Module):
    """A unit of ShuffleNet: half of the channels pass, and a shuffle by views."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        left, right = x.chunk(2, dim=1)
        joined = torch.cat((left, self.conv(right)), 1)
        batch, channels, height, width = joined.size()
        return joined.view(batch, 2, channels // 2, height, width).transpose(1, 2).contiguous().view(batch, -1, height, width)


class VitBlock(nn.Module):
    """Patches, a class token, positions, an encoder with nn.MultiheadAttention, a head."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 16, 4, 4)
        self.token, self.places = nn.Parameter(torch.zeros(1, 1, 16)), nn.Parameter(torch.randn(1, 5, 16))
        self.norm1, self.norm2 = nn.LayerNorm(16, eps=1e-6), nn.LayerNorm(16)
        self.attention = nn.MultiheadAttention(16, 4, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(16, 32), nn.GELU(), nn.Linear(32, 16))
        self.head = nn.Linear(16, 6)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patches(x).reshape(x.shape[0], 16, -1).permute(0, 2, 1)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.places
        y = self.norm1(x)
        x = x + self.attention(y, y, y, need_weights=False)[0]
        x = x + self.mlp(self.norm2(x))
        return self.head(x[:, 0])


class Qkv(nn.Module):
    """Attention whose projections are one layer, taken apart by reshape, permute and unbind."""

    def __init__(self, fused: bool = True) -> None:
        super().__init__()
        self.qkv, self.proj, self.fused = nn.Linear(16, 48), nn.Linear(16, 16), fused

    def forward(self, x: Tensor) -> Tensor:
        batch, length, channels = x.shape
        q, k, v = self.qkv(x).reshape(batch, length, 3, 4, 4).permute(2, 0, 3, 1, 4).unbind(0)
        return self.proj(self.attended(q, k, v).transpose(1, 2).reshape(batch, length, channels))

    def attended(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        if self.fused:
            return functional.scaled_dot_product_attention(q, k, v)
        return ((q * 4**-0.5) @ k.transpose(-2, -1)).softmax(dim=-1) @ v


class ChannelsLast(nn.Module):
    """A block of ConvNeXt: norm and layers over the last axis of a permuted map, layer scale."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(8, 8, 7, padding=3, groups=8), nn.LayerNorm(8, eps=1e-6)
        self.up, self.down = nn.Linear(8, 32), nn.Linear(32, 8)
        self.gamma = nn.Parameter(1e-6 * torch.ones(8))

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv(x).permute(0, 2, 3, 1)
        y = self.gamma * self.down(functional.gelu(self.up(self.norm(y))))
        return x + y.permute(0, 3, 1, 2)


class Windows(nn.Module):
    """Attention inside windows, with the partition and its reverse."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = Qkv()

    def forward(self, x: Tensor) -> Tensor:
        batch, channels, height, width = x.shape
        y = x.permute(0, 2, 3, 1).view(batch, height // 4, 4, width // 4, 4, channels)
        y = self.inside(y.permute(0, 1, 3, 2, 4, 5).reshape(-1, 16, channels))
        y = y.view(batch, height // 4, width // 4, 4, 4, channels).permute(0, 1, 3, 2, 4, 5)
        return x + y.reshape(batch, height, width, channels).permute(0, 3, 1, 2)


class SharedConv(nn.Module):
    """One convolution that runs twice."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(8, 8, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(functional.relu(self.conv(x)))


class TwoInputs(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.left, self.right = nn.Conv2d(8, 4, 1), nn.Conv2d(3, 4, 3, 2, 1)

    def forward(self, image: Tensor, other: Tensor) -> Tensor:
        return self.left(image) * self.right(other)


class TwoOutputs(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.head = nn.Conv2d(8, 4, 3, padding=1), nn.Linear(4, 3)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        y = torch.relu_(self.conv(x))
        return self.head(y.mean((2, 3))), functional.interpolate(y, scale_factor=2.0)


class DropPath(nn.Module):
    """Skips a path at random while training."""

    def __init__(self, drop_prob: float) -> None:
        super().__init__()
        self.drop_prob = drop_prob

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        return x * (torch.rand(x.shape[0], 1, 1, 1) >= self.drop_prob) / (1 - self.drop_prob)


class Stochastic(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.drop = nn.Conv2d(8, 8, 3, padding=1), DropPath(0.1 / 17)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.drop(self.conv(x))


class Tied(nn.Module):
    """A model of texts whose embedding is its head."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.norm = nn.Embedding(10, 8), nn.LayerNorm(8)
        self.head = nn.Linear(8, 10, bias=False)
        self.head.weight = self.words.weight

    def forward(self, ids: Tensor) -> Tensor:
        return self.head(self.norm(self.words(ids)))


class ByShape(nn.Module):
    """What runs hangs on a shape, and a buffer is folded."""

    scale: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(8, 8, 3, padding=1)
        self.register_buffer("scale", torch.tensor(0.5))

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        if x.shape[-1] > 4:
            x = functional.max_pool2d(x, 3, 2, 1)
        unused = x.sum()
        return functional.silu(x) if unused is not None else x


class Unsaid(nn.Module):
    """A call that the language has no operator for."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(4, 6, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv(x)
        grid = y[:, :2].permute(0, 2, 3, 1)
        return functional.relu(functional.grid_sample(y, grid, align_corners=False))


MODELS = {
    "residual": Case(Residual),
    "depthwise": Case(Depthwise),
    "squeeze": Case(Squeeze),
    "squeeze_linear": Case(SqueezeLinear),
    "shuffle": Case(Shuffle),
    "vit": Case(VitBlock, ((3, 8, 8),)),
    "qkv": Case(Qkv, ((6, 16),)),
    "qkv_by_hand": Case(lambda: Qkv(False), ((6, 16),)),
    "channels_last": Case(ChannelsLast),
    "windows": Case(Windows, ((16, 8, 8),)),
    "shared": Case(SharedConv),
    "two_inputs": Case(TwoInputs, ((8, 8, 8), (3, 16, 16))),
    "two_outputs": Case(TwoOutputs),
    "stochastic": Case(Stochastic),
    "tied": Case(Tied, (("ids", 6),)),
    "by_shape": Case(ByShape),
}
VIEWS = frozenset(["rearrange", "flatten", "permute", "reshape", "opaque"])
WORDS = {
    "shuffle": Words(frozenset(["shuffle"]), VIEWS),
    "channels_last": Words(frozenset(["layer_norm"]), VIEWS),
    "vit": Words(frozenset(["class_token", "tokens", "split_heads", "merge_heads"]), VIEWS),
    "qkv": Words(frozenset(["split_heads", "merge_heads"]), VIEWS),
    "qkv_by_hand": Words(frozenset(["split_heads", "merge_heads"]), VIEWS),
    "stochastic": Words(frozenset(["drop_path"])),
}
