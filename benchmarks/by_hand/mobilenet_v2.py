"""MobileNetV2 (Sandler et al. 2018, Table 2)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from by_hand.layers import conv_norm

STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))


class Inverted(nn.Module):
    """Expansion, depthwise convolution, projection, and the shortcut where the shape stays."""

    def __init__(self, arriving: int, out: int, stride: int, expansion: int):
        super().__init__()
        hidden = arriving * expansion
        expand = [] if expansion == 1 else [conv_norm(arriving, hidden, 1, nn.ReLU6)]
        project = [nn.Conv2d(hidden, out, 1, bias=False), nn.BatchNorm2d(out)]
        self.layers = nn.Sequential(*expand, conv_norm(hidden, hidden, 3, nn.ReLU6, stride, hidden), *project)
        self.shortcut = stride == 1 and arriving == out

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x) if self.shortcut else self.layers(x)


class MobileNetV2(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [conv_norm(3, 32, 3, nn.ReLU6, 2)]
        channels = 32
        for expansion, out, count, stride in STAGES:
            for index in range(count):
                layers.append(Inverted(channels, out, stride if index == 0 else 1, expansion))
                channels = out
        self.features = nn.Sequential(*layers, conv_norm(channels, 1280, 1, nn.ReLU6))
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(1280, 1000))

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(torch.flatten(nn.functional.adaptive_avg_pool2d(self.features(x), 1), 1))
