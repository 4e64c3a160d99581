"""DP-Net (Zhao & Wang 2022, Table 1, Figs. 4 and 5), with the readings of the zoo."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from by_hand.layers import SqueezeExcite, conv_norm

RELU, SWISH = nn.ReLU, nn.Hardswish
ROWS = (
    ("a", 16, 16, False, RELU, 1),
    ("b", 64, 24, False, RELU, 2),
    ("a", 72, 24, False, RELU, 1),
    ("b", 72, 40, True, RELU, 2),
    ("a", 120, 40, True, RELU, 1),
    ("a", 120, 40, True, RELU, 1),
    ("b", 240, 80, False, SWISH, 2),
    ("a", 200, 80, False, SWISH, 1),
    ("a", 184, 80, False, SWISH, 1),
    ("a", 184, 80, False, SWISH, 1),
    ("b", 480, 112, True, SWISH, 1),
    ("a", 672, 112, True, SWISH, 1),
    ("b", 672, 160, True, SWISH, 2),
    ("a", 960, 160, True, SWISH, 1),
    ("a", 960, 160, True, SWISH, 1),
)
"""Block, expansion, output, squeeze and excitation, activation, stride."""


def path(arriving: int, exp: int, out: int, kernel: int, se: bool, activation: type[nn.Module], stride: int) -> nn.Sequential:
    expand = [] if exp == arriving else [conv_norm(arriving, exp, 1, activation)]
    weigh = [SqueezeExcite(exp, max(1, exp // 4))] if se else []
    return nn.Sequential(*expand, conv_norm(exp, exp, kernel, activation, stride, exp), *weigh, conv_norm(exp, out, 1, None))


class BlockA(nn.Module):
    """Two paths, each learning from half of its share of the channels and passing the other half on."""

    def __init__(self, channels: int, exp: int, out: int, se: bool, activation: type[nn.Module], stride: int):
        super().__init__()
        quarter = channels // 4
        self.path3 = path(quarter, exp // 4, quarter, 3, se, activation, stride)
        self.path5 = path(quarter, exp // 4, quarter, 5, se, activation, stride)
        self.transition = conv_norm(channels, out, 1, None)

    def forward(self, x: Tensor) -> Tensor:
        learn3, pass3, learn5, pass5 = torch.chunk(x, 4, 1)
        return self.transition(torch.cat([self.path3(learn3), pass3, self.path5(learn5), pass5], 1))


class BlockB(nn.Module):
    """Two paths, each learning from half of the channels."""

    def __init__(self, channels: int, exp: int, out: int, se: bool, activation: type[nn.Module], stride: int):
        super().__init__()
        self.path3 = path(channels // 2, exp // 2, out // 2, 3, se, activation, stride)
        self.path5 = path(channels // 2, exp // 2, out // 2, 5, se, activation, stride)
        self.transition = conv_norm(out, out, 1, None)

    def forward(self, x: Tensor) -> Tensor:
        left, right = torch.chunk(x, 2, 1)
        return self.transition(torch.cat([self.path3(left), self.path5(right)], 1))


class DPNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [conv_norm(3, 16, 3, SWISH, 2)]
        channels = 16
        for kind, exp, out, se, activation, stride in ROWS:
            layers.append((BlockA if kind == "a" else BlockB)(channels, exp, out, se, activation, stride))
            channels = out
        self.features = nn.Sequential(*layers, conv_norm(channels, 960, 1, SWISH))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(nn.Linear(960, 1280), SWISH(inplace=True), nn.Dropout(0.2), nn.Linear(1280, 1000))

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(torch.flatten(self.pool(self.features(x)), 1))
