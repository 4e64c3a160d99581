"""What the MobileNet family shares."""

from __future__ import annotations

from torch import Tensor, nn


def conv_norm(
    arriving: int, out: int, kernel: int, activation: type[nn.Module] | None, stride: int = 1, groups: int = 1, eps: float = 1e-5
) -> nn.Sequential:
    conv = nn.Conv2d(arriving, out, kernel, stride, kernel // 2, groups=groups, bias=False)
    layers: list[nn.Module] = [conv, nn.BatchNorm2d(out, eps=eps)]
    return nn.Sequential(*layers, *([activation(inplace=True)] if activation else []))


class SqueezeExcite(nn.Module):
    def __init__(self, channels: int, hidden: int):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.squeeze = nn.Conv2d(channels, hidden, 1)
        self.relu = nn.ReLU(inplace=True)
        self.excite = nn.Conv2d(hidden, channels, 1)
        self.gate = nn.Hardsigmoid(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gate(self.excite(self.relu(self.squeeze(self.pool(x)))))
