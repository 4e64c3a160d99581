"""How well zero-cost proxies and analytic costs rank networks that were trained: Spearman's correlation with its interval.

Draws variants around MobileNetV3 and DP-Net (widths, kernels, depth of paths, rows), trains each on a part of Fashion-MNIST as `search
--objective accuracy` does, and compares the accuracies with what is known without training. Every run is kept in a folder, so that an
interrupted benchmark goes on; several may share the work.

    python benchmarks/ranking.py FOLDER train [PART OF]     trains the variants, or every OF-th from PART on
    python benchmarks/ranking.py FOLDER proxies             scores all of them
    python benchmarks/ranking.py FOLDER table               prints the table, of those that are done
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

import numpy as np

from archdsl.artifacts import write
from archdsl.design import Design
from archdsl.errors import InputError
from archdsl.train.conduct import Conductor
from archdsl.train.data.idx import fashion_mnist
from archdsl.train.prepare import fitted
from archdsl.train.recipe import load_recipe
from archdsl.train.run import Asked, record_in

VARIANTS = 64
RECIPE = load_recipe("short").changed({"epochs": 3, "channels_last": True})
SUBSET = 8_000
SPACES: dict[str, dict[str, list[str]]] = {
    "dpnet": {
        "width": ["0.25", "0.35", "0.5", "0.6", "0.75"],
        "kernels": ["[3,5]", "[3,3]", "[5,7]", "[3]"],
        "split": ["1/4", "1/2", "3/4"],
        "transition": ["block", "none"],
        "se_reduction": ["4", "8"],
    },
    "mobilenet_v3": {
        "width": ["0.25", "0.35", "0.5", "0.6", "0.75"],
        "rows.2-7.exp": ["*0.5", "*1", "*1.5"],
        "rows.8-16.exp": ["*0.5", "*0.75", "*1", "*1.25"],
        "rows.2-16.kernel": ["3", "5", "7"],
    },
}
"""The knobs that are drawn; rows of MobileNetV3 by their numbers."""
COSTS = ("params", "macs", "peak", "kernels", "entropy", "effectiveness")
DRAWS = 10_000
"""Resamples of the interval."""


def variants() -> list[tuple[str, tuple[str, ...]]]:
    """The same every time: as many of each space."""
    chance = random.Random(0)
    found: list[tuple[str, tuple[str, ...]]] = []
    while len(found) < VARIANTS:
        spec = list(SPACES)[len(found) % len(SPACES)]
        one = (spec, ("resolution=32", *(f"{name}={chance.choice(values)}" for name, values in SPACES[spec].items())))
        if one not in found:
            found.append(one)
    return found


def asked(number: int) -> Asked:
    spec, settings = variants()[number]
    return Asked(spec, settings, "fashion-mnist", RECIPE, subset=SUBSET, device="cpu", test_every=RECIPE.epochs)


def train(folder: Path, part: int, of: int) -> None:
    import torch

    torch.set_num_threads(1)
    for number in range(part, VARIANTS, of):
        record = Conductor().ensure(asked(number), folder / str(number))
        assert record.final is not None
        print(number, *variants()[number], f"{record.final.top1:.4f}", flush=True)


def proxies(folder: Path) -> None:
    from archdsl.explore.search.objectives import PROXIES
    from archdsl.spec.settings import parse_settings

    data = fashion_mnist(None)
    for number, (spec, settings) in enumerate(variants()):
        place = folder / f"{number}.json"
        if place.exists():
            continue
        net = fitted(Design.load(spec, **parse_settings(settings)), data)
        found = {one.name: one.measure(net, 0) for one in PROXIES}
        write(place, json.dumps({**found, **_costs(net)}))
        print(number, found, flush=True)


def _costs(net: Design) -> dict[str, float]:
    from archdsl.cost.comparing.totals import total

    found = {}
    for name in COSTS:
        try:
            found[name] = float(total(net, name))
        except InputError:  # entropy, of a network whose paths end in several maps
            found[name] = float("nan")
    return found


def table(folder: Path) -> None:
    done = [number for number in range(VARIANTS) if (record := record_in(folder / str(number))) and record.final]
    top1 = np.array([record_in(folder / str(number)).final.top1 for number in done])  # type: ignore[union-attr]
    known: list[dict[str, Any]] = [json.loads((folder / f"{number}.json").read_text()) for number in done]
    families = np.array([variants()[number][0] for number in done])
    print(f"{len(done)} variants, top-1 {top1.min():.4f} to {top1.max():.4f}\n")
    print("| known without training | all | " + " | ".join(SPACES) + " |")
    print("| --- |" + " ---: |" * (1 + len(SPACES)))
    for name in known[0]:
        values = np.array([one[name] for one in known])
        cells = [_cell(values, top1), *(_cell(values[families == spec], top1[families == spec]) for spec in SPACES)]
        print(f"| {name} | " + " | ".join(cells) + " |")


def _cell(values: np.ndarray, truth: np.ndarray) -> str:
    """Spearman's correlation, with the middle 95 % of resampled ones."""
    there = ~np.isnan(values)
    values, truth = values[there], truth[there]
    random_ = np.random.default_rng(0)
    resampled = []
    for _ in range(DRAWS):
        chosen = random_.integers(len(values), size=len(values))
        resampled.append(_spearman(values[chosen], truth[chosen]))
    low, high = np.nanquantile(resampled, [0.025, 0.975])
    return f"{_spearman(values, truth):.2f} ({low:.2f} to {high:.2f})" + ("" if there.all() else f", {there.sum()} of them")


def _spearman(a: np.ndarray, b: np.ndarray) -> float:
    first, second = _ranks(a), _ranks(b)
    if first.std() == 0 or second.std() == 0:
        return float("nan")
    return float(np.corrcoef(first, second)[0, 1])


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks, those of equal values being their mean."""
    order = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(order[2])
    return (ends - (order[2] - 1) / 2)[order[1]]


if __name__ == "__main__":
    place = Path(sys.argv[1])
    place.mkdir(parents=True, exist_ok=True)
    if sys.argv[2] == "train":
        train(place, *(map(int, sys.argv[3:5]) if len(sys.argv) > 3 else (0, 1)))
    else:
        {"proxies": proxies, "table": table}[sys.argv[2]](place)
