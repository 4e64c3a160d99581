"""Learning rates against the schedulers of PyTorch."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LRScheduler, MultiStepLR, OneCycleLR

from archdsl.train.recipe import Recipe
from archdsl.train.schedule import rate

EPOCHS, STEPS = 8, 25
TOTAL = EPOCHS * STEPS


def _theirs(make: type[LRScheduler], **arguments: object) -> list[float]:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.4)
    scheduler = make(optimizer, **arguments)  # type: ignore[arg-type]
    found = []
    for _ in range(TOTAL):
        found.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        scheduler.step() if len(found) < TOTAL else None
    return found


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("one_cycle", lambda: _theirs(OneCycleLR, max_lr=0.4, total_steps=TOTAL, cycle_momentum=False)),
        ("cosine", lambda: _theirs(CosineAnnealingLR, T_max=TOTAL)),
        ("step", lambda: _theirs(MultiStepLR, milestones=[TOTAL // 2, TOTAL * 3 // 4])),
        ("constant", lambda: [0.4] * TOTAL),
    ],
)
def test_rates_are_those_of_pytorch(name: str, theirs: object) -> None:
    ours = [rate(step, STEPS, Recipe(lr=0.4, epochs=EPOCHS, schedule=name)) for step in range(TOTAL)]
    assert ours == pytest.approx(theirs(), abs=1e-12)  # type: ignore[operator]


def test_warm_up_rises_evenly_to_the_rate() -> None:
    recipe = Recipe(lr=0.4, epochs=EPOCHS, schedule="cosine", warmup=2)
    rates = [rate(step, STEPS, recipe) for step in range(TOTAL)]
    assert rates[:50] == pytest.approx([0.4 * (step + 1) / 50 for step in range(50)])
    assert rates[50] == pytest.approx(0.4)
    assert all(later < earlier for earlier, later in pairwise(rates[50:]))
