"""A million readings of dpnet: how long it takes to find those that give its printed figures, against building and counting each."""

from __future__ import annotations

import thop
import torch

import archdsl
from archdsl.explore.reconcile.readings import reconcile
from archdsl.measure.timing import interleave, ratio

KNOBS = """\
name: DP-Net
extends: dpnet
knobs:
  se_reduction: {reading: [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32]}
  se_rounding:  {reading: [1, 2, 3, 4, 6, 8, 12, 16]}
  share_a:      {reading: [1/4, 3/8, 1/2, 5/8, 3/4, 7/8, 1, 9/8, 5/4, 11/8, 3/2, 7/4, 2, 5/2, 3, 4]}
  share_b:      {reading: [1/2, 5/8, 3/4, 1, 5/4, 3/2, 7/4, 2, 3, 4]}
reported:
  - {params: 3.41M, source: Table 4}
  - {flops: 118M, convention: ptflops-2021, source: Table 6}
"""
FIXED = {"transition_norm": True, "transition_bias": False, "se_bias": True}


def main() -> None:
    net = archdsl.loads(KNOBS, **FIXED)
    found = reconcile([net])
    image = torch.zeros(1, 3, 224, 224)

    def built() -> None:
        thop.profile(net.module().eval(), (image,), verbose=False)

    ours, theirs = interleave({"reconcile": lambda: reconcile([net]), "build and thop": built}, 3)
    seconds = ours.median / found.searched * 1e6
    print(
        f"{found.searched:,} readings: median {ours.median:.1f} s, {seconds:.1f} s for a million; {found.levels} explain as many figures"
    )
    print(f"{theirs}; for one reading this takes {ratio(theirs, ours).median * found.searched:,.0f} times as long")


if __name__ == "__main__":
    main()
