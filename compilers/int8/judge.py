"""What int8 changes: the outputs of a network in float32 and in int8, image by image."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from archdsl.compilers.export import Run
from archdsl.compilers.int8.samples import Batch
from archdsl.errors import BackendError


@dataclass(frozen=True)
class Judged:
    """A network in int8 beside the same in float32, on images that decided no scale.

    Attributes:
        images: that were run.
        decibels: of each output the signal-to-noise ratio, 10 log10(sum of y² / sum of (y' - y)²), with y in float32 and y' in int8;
            infinite where nothing differs.
        changed: images whose largest output is another one; None where the network does not give one vector.
        top1: shares of images that are told right, in float32 and in int8; None without labels.
    """

    images: int
    decibels: dict[str, float]
    changed: int | None = None
    top1: tuple[float, float] | None = None

    def as_dict(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "test_images": self.images,
            "decibels": {name: round(value, 2) if math.isfinite(value) else None for name, value in self.decibels.items()},
        }
        if self.changed is not None:
            found["changed"] = self.changed
        if self.top1 is not None:
            found["top1"] = {"float32": self.top1[0], "int8": self.top1[1]}
        return found


def judge(exact: Run, rounded: Run, outputs: Iterable[str], test: Iterable[tuple[Batch, NDArray[Any] | None]]) -> Judged:
    """Run both on the same images.

    Args:
        outputs: names, in order.

    Raises:
        BackendError: in int8 the network gives other shapes, values that are not finite, or the same for every image.
    """
    sums = {name: _Output() for name in outputs}
    classes = _Classes()
    images = 0
    for batch, labels in test:
        given = [torch.from_numpy(values) for values in batch]
        wanted, came = exact(*given), rounded(*given)
        for name, one, other in zip(sums, wanted, came, strict=True):
            sums[name].add(name, one, other)
        images += len(given[0])
        if len(sums) == 1 and wanted[0].ndim == 2 and wanted[0].shape[1] > 1:
            classes.add(wanted[0], came[0], labels)
    for name, output in sums.items():
        output.check_constant(name)
    decibels = {name: output.decibels for name, output in sums.items()}
    return Judged(images, decibels, classes.changed if classes.images else None, classes.top1)


class _Classes:
    """Counts over images of the largest value of a vector."""

    def __init__(self) -> None:
        self.images = self.changed = self.labelled = 0
        self.right = [0, 0]

    def add(self, exact: Tensor, rounded: Tensor, labels: NDArray[Any] | None) -> None:
        best = [found.argmax(1) for found in (exact, rounded)]
        self.images += len(exact)
        self.changed += int((best[0] != best[1]).sum())
        if labels is not None:
            truth = torch.from_numpy(labels)
            self.labelled += len(truth)
            self.right = [count + int((said == truth).sum()) for count, said in zip(self.right, best, strict=True)]

    @property
    def top1(self) -> tuple[float, float] | None:
        before, after = self.right
        return (before / self.labelled, after / self.labelled) if self.labelled else None


class _Output:
    """Sums over the images of one output."""

    def __init__(self) -> None:
        self.signal = self.noise = 0.0
        self.first: tuple[Tensor, Tensor] | None = None
        self.vary = [False, False]

    def add(self, name: str, exact: Tensor, rounded: Tensor) -> None:
        if exact.shape != rounded.shape:
            raise BackendError(
                f"in int8 {_of(name)} is {tuple(rounded.shape)} where it is {tuple(exact.shape)} in float32; nothing was kept"
            )
        if not bool(rounded.isfinite().all()):
            raise BackendError(f"in int8 {_of(name)} is not finite; nothing was kept")
        self.signal += float(exact.double().square().sum())
        self.noise += float((rounded.double() - exact.double()).square().sum())
        self.first = self.first or (exact[:1].clone(), rounded[:1].clone())
        for place, (first, found) in enumerate(zip(self.first, (exact, rounded), strict=True)):
            self.vary[place] = self.vary[place] or bool((found != first).any())

    def check_constant(self, name: str) -> None:
        """Raise BackendError where every image gives the same, and did not before."""
        if self.vary[0] and not self.vary[1]:
            raise BackendError(f"in int8 {_of(name)} is the same for every image; nothing was kept")

    @property
    def decibels(self) -> float:
        if self.noise == 0:
            return math.inf
        return 10 * math.log10(self.signal / self.noise) if self.signal else -math.inf


def _of(name: str) -> str:
    return "the output" if name == "output" else f"the output '{name}'"
