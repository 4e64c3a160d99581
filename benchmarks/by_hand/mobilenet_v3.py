"""MobileNetV3-Large (Howard et al. 2019, Table 1)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from by_hand.layers import SqueezeExcite, conv_norm

RELU, SWISH = nn.ReLU, nn.Hardswish
ROWS = (
    (3, 16, 16, False, RELU, 1),
    (3, 64, 24, False, RELU, 2),
    (3, 72, 24, False, RELU, 1),
    (5, 72, 40, True, RELU, 2),
    (5, 120, 40, True, RELU, 1),
    (5, 120, 40, True, RELU, 1),
    (3, 240, 80, False, SWISH, 2),
    (3, 200, 80, False, SWISH, 1),
    (3, 184, 80, False, SWISH, 1),
    (3, 184, 80, False, SWISH, 1),
    (3, 480, 112, True, SWISH, 1),
    (3, 672, 112, True, SWISH, 1),
    (5, 672, 160, True, SWISH, 2),
    (5, 960, 160, True, SWISH, 1),
    (5, 960, 160, True, SWISH, 1),
)
"""Kernel, expansion, output, squeeze and excitation, activation, stride."""
EPS = 1e-3


def rounded(hidden: float) -> int:
    """To a multiple of 8, and not below nine tenths."""
    nearest = max(8, int(hidden + 4) // 8 * 8)
    return nearest + 8 if nearest < 0.9 * hidden else nearest


class Bottleneck(nn.Module):
    def __init__(self, arriving: int, kernel: int, exp: int, out: int, se: bool, activation: type[nn.Module], stride: int):
        super().__init__()
        expand = [] if exp == arriving else [conv_norm(arriving, exp, 1, activation, eps=EPS)]
        weigh = [SqueezeExcite(exp, rounded(exp / 4))] if se else []
        depthwise = conv_norm(exp, exp, kernel, activation, stride, exp, EPS)
        self.layers = nn.Sequential(*expand, depthwise, *weigh, conv_norm(exp, out, 1, None, eps=EPS))
        self.shortcut = stride == 1 and arriving == out

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x) if self.shortcut else self.layers(x)


class MobileNetV3(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [conv_norm(3, 16, 3, SWISH, 2, eps=EPS)]
        channels = 16
        for kernel, exp, out, se, activation, stride in ROWS:
            layers.append(Bottleneck(channels, kernel, exp, out, se, activation, stride))
            channels = out
        self.features = nn.Sequential(*layers, conv_norm(channels, 960, 1, SWISH, eps=EPS))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(nn.Linear(960, 1280), SWISH(inplace=True), nn.Dropout(0.2), nn.Linear(1280, 1000))

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(torch.flatten(self.pool(self.features(x)), 1))
