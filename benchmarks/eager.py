"""A forward pass of the compiled MobileNetV2 against the same network written by hand, in eager mode, batch 1."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor, nn

import archdsl
from archdsl.compilers.measure.timing import interleave, ratio

STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))


def conv_norm(arriving: int, out: int, kernel: int, stride: int = 1, groups: int = 1) -> nn.Sequential:
    conv = nn.Conv2d(arriving, out, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(out), nn.ReLU6(inplace=True))


class Inverted(nn.Module):
    """Expansion, depthwise convolution, projection, and the shortcut where the shape stays."""

    def __init__(self, arriving: int, out: int, stride: int, expansion: int):
        super().__init__()
        hidden = arriving * expansion
        expand = [] if expansion == 1 else [conv_norm(arriving, hidden, 1)]
        project = [nn.Conv2d(hidden, out, 1, bias=False), nn.BatchNorm2d(out)]
        self.layers = nn.Sequential(*expand, conv_norm(hidden, hidden, 3, stride, hidden), *project)
        self.shortcut = stride == 1 and arriving == out

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x) if self.shortcut else self.layers(x)


class MobileNetV2(nn.Module):
    """As a person would write it."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [conv_norm(3, 32, 3, 2)]
        channels = 32
        for expansion, out, count, stride in STAGES:
            for index in range(count):
                layers.append(Inverted(channels, out, stride if index == 0 else 1, expansion))
                channels = out
        self.features = nn.Sequential(*layers, conv_norm(channels, 1280, 1))
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(1280, 1000))

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(torch.flatten(nn.functional.adaptive_avg_pool2d(self.features(x), 1), 1))


@torch.no_grad()
def main() -> None:
    torch.set_num_threads(1)
    for size in (224, 64):
        image = torch.randn(1, 3, size, size)
        hand, ours = MobileNetV2().eval(), archdsl.load("mobilenet_v2", resolution=size).module().eval()
        ours.load_state_dict(dict(zip(ours.state_dict(), hand.state_dict().values(), strict=True)))
        assert torch.equal(hand(image), ours(image))
        sides = {f"by hand, {size}": partial(hand, image), f"archdsl, {size}": partial(ours, image)}
        first, second = interleave(sides, 150, warmup=10)
        print(first)
        print(second)
        print(f"archdsl / by hand: {ratio(second, first).median:.3f}")


if __name__ == "__main__":
    main()
