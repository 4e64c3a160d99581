"""How redundant feature maps of trained networks are: residual and partial residual ones, after the first block of each stage.

    python benchmarks/redundancy.py FOLDER SPEC...      runs of `archdsl reproduce table2`, in FOLDER/SPEC-SEED

Draws the maps of the first image after the first block, of the first seed, as SPEC.png in the working folder.

For every layer the means over images of the test split and over seeds: the effective rank as a share of the maps, and the share of pairs
with a cosine similarity above 0.9; and the same for the network with fresh weights.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch

from archdsl.compilers.torch.checkpoint import load_checkpoint
from archdsl.compilers.torch.featuremaps import feature_maps
from archdsl.design import Design
from archdsl.spec.settings import parse_settings
from archdsl.train.data import open_data
from archdsl.train.pixels import Normal, resized
from archdsl.train.prepare import fitted
from archdsl.train.run import WEIGHTS, asked_in
from archdsl.viz.mosaic import mosaic, save
from archdsl.viz.redundancy import redundancy

IMAGES = 64
LEAST = 4
"""Pixels across of the maps that are looked at; smaller ones have hardly a direction each."""


def ends_of_stages(net: Design) -> dict[str, str]:
    """The last layer of the first block of each stage, by the stage."""
    found: dict[str, str] = {}
    for node in net.graph():
        if len(node.scope) > 1 and node.scope[0].kind == "stage" and node.scope[1].path.endswith("_1"):
            found[node.scope[0].path] = node.name
    return {stage: name for stage, name in found.items() if net.graph()[name].shape[1] >= LEAST}


def measured(net: Design, module: Any, images: torch.Tensor) -> dict[str, tuple[float, float]]:
    """By layer: effective rank over the number of maps, share of pairs above 0.9; means over the images."""
    result = {}
    for stage, name in ends_of_stages(net).items():
        found = [redundancy(feature_maps(net.graph(), module, image[None], name)) for image in images]
        result[stage] = float(np.mean([one.rank / one.maps for one in found])), float(np.mean([one.share for one in found]))
    return result


def _spread(values: tuple[float, ...]) -> str:
    return f"{np.mean(values):.3f} ± {np.std(values, ddof=1):.3f}"


def draw(net: Design, module: Any, image: torch.Tensor, target: Path) -> None:
    """The maps after the first block of the first stage."""
    stage, name = next(iter(ends_of_stages(net).items()))
    maps = feature_maps(net.graph(), module, image, name)
    found = redundancy(maps)
    lines = (
        f"{net.name}, trained: {len(maps)} maps after the first block of {stage}",
        f"effective rank {found.rank:.1f} of {found.maps}",
    )
    save(mosaic(maps, lines, found.nearest, len(maps)), maps, target)


def main() -> None:
    top, specs = Path(sys.argv[1]), sys.argv[2:]
    for spec in specs:
        for fresh in (False, True):
            rows = []
            for folder in sorted(top.glob(f"{spec}-[0-9]*")):
                asked, _ = asked_in(folder)
                data = open_data(asked.data)
                net = fitted(Design.load(asked.spec, **parse_settings(asked.settings)), data)
                torch.manual_seed(asked.seed)
                module = net.module().eval()
                if not fresh:
                    load_checkpoint(module, folder / WEIGHTS)
                shape = net.graph().input.shape
                pixels = torch.stack([torch.from_numpy(data.test.image(number)) for number in range(IMAGES)])
                images = Normal(data, shape[0], "cpu")(resized(pixels, shape[1:]))
                rows.append(measured(net, module, images))
                if not fresh and not asked.seed:
                    draw(net, module, images[:1], Path(f"{spec}.png"))
            for stage in rows[0]:
                ranks, shares = zip(*(row[stage] for row in rows), strict=True)
                told = f"rank {_spread(ranks)}, above 0.9 {_spread(shares)}"
                print(f"{spec:12} {'fresh  ' if fresh else 'trained'} {stage:10} {told}", flush=True)


if __name__ == "__main__":
    main()
