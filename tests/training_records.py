"""Records of runs for tests of what people see of training: digits, with three mistakes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from archdsl.train.record import Epoch, Evaluation, Record, Worst

CLASSES = tuple(map(str, range(10)))
RECIPE: dict[str, Any] = {
    "name": "paper",
    "source": "Zhao & Wang 2022",
    "optimizer": "sgd",
    "lr": 0.1,
    "weight_decay": 1e-5,
    "dropout": None,
    "epochs": 3,
    "label_smoothing": 0.0,
    "batch": 64,
    "seed": 0,
    "readings": ["epochs"],
}


def evaluation(confusion: list[list[int]], worst: tuple[Worst, ...] = (), loss: float = 0.25) -> Evaluation:
    """What a confusion matrix says; top-5 halfway from top-1 to all."""
    images = sum(map(sum, confusion))
    top1 = sum(row[number] for number, row in enumerate(confusion)) / images
    return Evaluation(loss, top1, (1 + top1) / 2, images, tuple(map(tuple, confusion)), worst)


def right(classes: int, each: int) -> list[list[int]]:
    """A matrix without a mistake."""
    return [[each if row == column else 0 for column in range(classes)] for row in range(classes)]


def digits_matrix() -> list[list[int]]:
    """36 images a class; two eights are taken for ones, a seven for a nine."""
    counts = right(10, 36)
    counts[8][8], counts[8][1], counts[7][7], counts[7][9] = 34, 2, 35, 1
    return counts


WORST = (Worst(41, 8, 1, 0.9723), Worst(7, 7, 9, 0.61), Worst(90, 8, 1, 0.5))


def epochs(count: int, tested: bool = True) -> tuple[Epoch, ...]:
    """Losses fall, shares rise."""
    tests = [Evaluation(2.0 / number, 1 - 0.5 / number, 1 - 0.1 / number, 360) for number in range(1, count + 1)]
    return tuple(
        Epoch(n, 20 * n, 0.1 / n, 3.0 / n, 1 - 0.6 / n, tests[n - 1] if tested else None, 2.0, 0.05, 1437)
        for n in range(1, count + 1)
    )


def record(**changes: Any) -> Record:
    """A run of three epochs on digits, and what is changed of it."""
    costs = {"params": 1_528_106, "macs": 2_169_792, "weights": 6_112_424, "peak": 49_152}
    machine = ("Some CPU, 2 cores", "2 threads, 1 process")
    whole = Record("Net", "net", {"width": "1/2"}, "digits of 8×8 pixels", CLASSES, RECIPE, costs, machine, epochs(3))
    given: dict[str, Any] = {"final": evaluation(digits_matrix(), WORST)} | changes
    return replace(whole, **given)
