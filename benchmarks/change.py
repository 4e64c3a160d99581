"""A knob changed to a new bill, in process, against building the network and counting it with thop."""

from __future__ import annotations

import itertools

import thop
import torch

import archdsl
from archdsl.measure.timing import interleave, ratio

net = archdsl.load("dpnet")
widths = itertools.count(1)
rounds = itertools.count()
image = torch.zeros(1, 3, 224, 224)


def bill() -> None:
    changed = net.set(width=1 + next(widths) / 1000).cost()
    assert changed.params
    assert changed.macs


def unseen() -> None:
    """A width whose channel counts no earlier round had, so that every block is opened anew."""
    assert net.set(width=0.25 + next(rounds) * 0.2).cost().macs


def resolution() -> None:
    assert net.set(resolution=32 + next(widths) % 900).cost().macs


def build() -> None:
    module = net.set(width=1 + next(widths) / 1000).module().eval()
    thop.profile(module, (image,), verbose=False)


def main() -> None:
    sides = {"width, a little": bill, "width, never seen": unseen, "resolution": resolution, "build + thop": build}
    *ours, slow = interleave(sides, 15, warmup=3)
    for timing in ours:
        print(timing)
        print(f"  build + thop / archdsl: {ratio(slow, timing).median:.1f}")
    print(slow)


if __name__ == "__main__":
    main()
