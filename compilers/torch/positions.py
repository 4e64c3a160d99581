"""Layers that know places: what attention adds to its scores, and positions that are not learned. PyTorch has no module for them.

What follows from sizes alone is kept in buffers that are not saved with the weights.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class RelativeBias(nn.Module):
    """Adds a learned number for each head and offset within a window: scores (N, ..., heads, T, T), T places row by row.

    The table is (offsets, heads), or (heads, rows, columns) where the heads come first, or (heads, places) where offsets have no sign. A
    class token before the places has three rows at the end of the table: for it to the others, for them to it, for it to itself. With a
    stride the queries are of every so many places.
    """

    index: Tensor

    def __init__(
        self,
        heads: int,
        height: int,
        width: int,
        heads_first: bool = False,
        deviation: float = 0.02,
        form: str = "",
        stride: int = 1,
    ):
        super().__init__()
        self.heads, self.window, self.heads_first, self.deviation = heads, (height, width), heads_first, deviation
        self.form, self.stride = form, stride
        absolute, class_token = form == "absolute", form == "class_token"
        rows, columns = (height, width) if absolute else (2 * height - 1, 2 * width - 1)
        many = rows * columns + 3 * class_token
        sizes = (heads, rows, columns) if heads_first else (heads, many) if absolute else (many, heads)
        self.weight = nn.Parameter(torch.empty(sizes))
        nn.init.trunc_normal_(self.weight, std=deviation)
        down = torch.arange(height).repeat_interleave(width)
        right = torch.arange(width).repeat(height)
        if heads_first:  # offsets from the query to the key, otherwise from the key to the query
            down, right = -down, -right
        if absolute:
            asking = (down % stride == 0) & (right % stride == 0)
            index = (down[asking, None] - down).abs() * columns + (right[asking, None] - right).abs()
        else:
            index = (down[:, None] - down + height - 1) * columns + (right[:, None] - right + width - 1)
        if class_token:
            index = functional.pad(index, (1, 0, 1, 0))
            index[0], index[:, 0], index[0, 0] = many - 3, many - 2, many - 1
        self.register_buffer("index", index.flatten().int(), persistent=False)

    def forward(self, scores: Tensor) -> Tensor:
        queries, tokens = scores.shape[-2:]
        if self.heads_first or self.form == "absolute":
            bias = self.weight.flatten(1).index_select(1, self.index)
        else:
            bias = self.weight.index_select(0, self.index).transpose(0, 1)
        return scores + bias.reshape(self.heads, queries, tokens)

    def extra_repr(self) -> str:
        return f"{self.heads}, heads_first={self.heads_first}"


class RelativeMlp(nn.Module):
    """Adds what two linear layers give each head for the offset of two places of a window: scores (N, ..., heads, T, T).

    Offsets are shares of the largest one, or places, on a logarithmic scale. With a `most` a sigmoid times that comes last.
    """

    table: Tensor
    index: Tensor

    def __init__(
        self, heads: int, height: int, width: int, hidden: int, shares: bool = True, most: float | None = None, bias: bool = False
    ):
        super().__init__()
        self.heads, self.window, self.shares, self.most = heads, (height, width), shares, most
        self.hidden_weight = nn.Parameter(torch.empty(hidden, 2))
        self.hidden_bias = nn.Parameter(torch.zeros(hidden))
        self.weight = nn.Parameter(torch.empty(heads, hidden))
        self.bias = nn.Parameter(torch.zeros(heads)) if bias else None
        nn.init.trunc_normal_(self.hidden_weight, std=0.02)
        nn.init.trunc_normal_(self.weight, std=0.02)
        axes = [torch.arange(1 - extent, extent).float() for extent in (height, width)]
        if shares:
            axes = [8 * axis / max(1, extent - 1) for axis, extent in zip(axes, (height, width), strict=True)]
        apart = torch.stack(torch.meshgrid(axes, indexing="ij"), -1).flatten(0, 1)
        scale = (1.0 + apart.abs()).log2() / 3 if shares else (1.0 + apart.abs()).log()
        self.register_buffer("table", apart.sign() * scale, persistent=False)
        down = torch.arange(height).repeat_interleave(width)
        right = torch.arange(width).repeat(height)
        index = (down[:, None] - down + height - 1) * (2 * width - 1) + (right[:, None] - right + width - 1)
        self.register_buffer("index", index.flatten().int(), persistent=False)

    def forward(self, scores: Tensor) -> Tensor:
        hidden = functional.linear(self.table, self.hidden_weight, self.hidden_bias).relu()
        made = functional.linear(hidden, self.weight, self.bias)
        made = made if self.most is None else made.sigmoid() * self.most
        tokens = scores.shape[-1]
        return scores + made.transpose(0, 1).index_select(1, self.index).reshape(self.heads, tokens, tokens)

    def extra_repr(self) -> str:
        return f"{self.heads}, window={self.window}, shares={self.shares}, most={self.most}"


class WindowMask(nn.Module):
    """Adds a number to scores (N, windows, heads, T, T) of tokens that were no neighbours before the map was rolled up and to the left."""

    mask: Tensor

    def __init__(self, height: int, width: int, window: tuple[int, int], shifts: tuple[int, int], value: float):
        super().__init__()
        self.size, self.window, self.shifts, self.value = (height, width), window, shifts, value
        parts = []
        for extent, size, shift in zip((height, width), window, shifts, strict=True):
            places = torch.arange(extent)
            parts.append((places >= extent - size).int() + (places >= extent - shift).int() * (shift > 0))
        region = 3 * parts[0][:, None] + parts[1]
        rows, columns = height // window[0], width // window[1]
        region = region.reshape(rows, window[0], columns, window[1]).transpose(1, 2).reshape(rows * columns, 1, -1)
        apart = region[..., None] != region[..., None, :]
        self.register_buffer("mask", apart.float() * value, persistent=False)

    def forward(self, scores: Tensor) -> Tensor:
        return scores + self.mask

    def extra_repr(self) -> str:
        return f"window={self.window}, shifts={self.shifts}"


class CausalMask(nn.Module):
    """Scores (N, ..., T, T) of later tokens become minus infinity."""

    def forward(self, scores: Tensor) -> Tensor:
        tokens = scores.shape[-1]
        later = torch.ones(tokens, tokens, dtype=torch.bool, device=scores.device).triu(1)
        return scores.masked_fill(later, float("-inf"))


class Sinusoidal(nn.Module):
    """Adds sines (even channels) and cosines (odd ones) of the place to tokens (N, T, C)."""

    table: Tensor

    def __init__(self, tokens: int, channels: int, base: float = 10000.0):
        super().__init__()
        self.base = base
        pace = base ** (-torch.arange(0, channels, 2).double() / channels)
        angle = torch.arange(tokens).double()[:, None] * pace
        self.register_buffer("table", torch.stack([angle.sin(), angle.cos()], 2).flatten(1).float(), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.table

    def extra_repr(self) -> str:
        return f"base={self.base:g}"


class Rotary(nn.Module):
    """Turns pairs of channels of queries or keys (N, ..., heads, T, C) by the place of the token.

    Over a map half of the pairs turn by the row and half by the column, which may run from -1 to 1, times 2 pi. Class tokens at the
    beginning are not turned.
    """

    cos: Tensor
    sin: Tensor

    def __init__(
        self,
        tokens: int,
        channels: int,
        base: float = 10000.0,
        neighbours: bool = False,
        places: tuple[int, int] | None = None,
        centred: bool = False,
        class_tokens: int = 0,
    ):
        super().__init__()
        self.base, self.neighbours, self.places, self.centred, self.class_tokens = base, neighbours, places, centred, class_tokens
        order = torch.arange(tokens - class_tokens).double()[:, None]
        axes = [order] if places is None else [order // places[1], order % places[1]]
        if places is not None and centred:
            axes = [((2 * axis + 1) / extent - 1) * (2 * torch.pi) for axis, extent in zip(axes, places, strict=True)]
        along = channels // len(axes)
        pace = base ** (-torch.arange(0, along, 2).double() / along)
        angle = functional.pad(torch.cat([axis * pace for axis in axes], 1), (0, 0, class_tokens, 0))
        angle = angle.repeat_interleave(2, 1) if neighbours else torch.cat([angle, angle], 1)
        self.register_buffer("cos", angle.cos().float(), persistent=False)
        self.register_buffer("sin", angle.sin().float(), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        if self.neighbours:
            turned = torch.stack([-x[..., 1::2], x[..., ::2]], -1).flatten(-2)
        else:
            left, right = x.chunk(2, -1)
            turned = torch.cat([-right, left], -1)
        return x * self.cos + turned * self.sin

    def extra_repr(self) -> str:
        return f"base={self.base:g}, neighbours={self.neighbours}, places={self.places}"


class FourierPosition(nn.Module):
    """Sines and cosines of the height and width of each place: (N, C, H, W) to (N, 2 * channels, H, W), the same whatever arrives."""

    table: Tensor

    def __init__(self, channels: int, height: int, width: int, base: float = 10000.0):
        super().__init__()
        self.channels, self.base = channels, base
        pace = base ** (2 * torch.arange(channels).float().div(2, rounding_mode="floor") / channels)
        parts = []
        for extent in (height, width):
            place = torch.arange(1, extent + 1).float() / (extent + 1e-6) * (2 * torch.pi)
            angle = place[:, None] / pace
            parts.append(torch.stack([angle[:, ::2].sin(), angle[:, 1::2].cos()], 2).flatten(1).transpose(0, 1))
        down, right = parts
        table = torch.cat([down[:, :, None].expand(-1, -1, width), right[:, None, :].expand(-1, height, -1)])
        self.register_buffer("table", table.clone(), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.table.repeat(x.shape[0], 1, 1, 1)

    def extra_repr(self) -> str:
        return f"{self.channels}, base={self.base:g}"
