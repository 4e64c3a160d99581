"""What `net.train` gives: the epochs as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from archdsl.cost.tables.result import WIDTH, Result
from archdsl.cost.tables.sheet import Sheet
from archdsl.train.record import Epoch, Record

HEAD = ("epoch", "lr", "loss", "top-1", "test loss", "test top-1", "test top-5", "images/s")


@dataclass(frozen=True, repr=False)
class Learned(Result):
    """A network that was trained.

    Attributes:
        record: what was trained on what, and how it went.
        weights: tensors by name, as `net.module().load_state_dict` takes them.
    """

    record: Record
    weights: dict[str, Any]

    @property
    def top1(self) -> float:
        """Share of the test images whose class is the likeliest, from 0 to 1."""
        return self.record.final.top1 if self.record.final else 0.0

    def sheets(self, width: int = WIDTH) -> list[Sheet]:
        rows = tuple(_row(epoch) for epoch in self.record.epochs)
        return [Sheet(f"{self.record.network} on {self.record.data}", HEAD, rows, frozenset(HEAD))]

    def notes(self) -> list[str]:
        final = self.record.final
        return [f"test: top-1 {final.top1:.2%}, top-5 {final.top5:.2%}, loss {final.loss:.3f}"] if final else []

    def as_dict(self) -> dict[str, Any]:
        return self.record.as_dict()

    def _records(self) -> list[dict[str, Any]]:
        return [dict(zip(HEAD, _values(epoch), strict=True)) for epoch in self.record.epochs]


def _values(epoch: Epoch) -> tuple[Any, ...]:
    test = epoch.test
    tested = (test.loss, test.top1, test.top5) if test else (None, None, None)
    return (epoch.number, epoch.rate, epoch.loss, epoch.top1, *tested, epoch.images_per_second)


def _row(epoch: Epoch) -> tuple[str, ...]:
    number, lr, loss, top1, *tested, speed = _values(epoch)
    shown = ["-"] * 3 if tested[0] is None else [f"{tested[0]:.3f}", f"{tested[1]:.2%}", f"{tested[2]:.2%}"]
    return (str(number), f"{lr:.2g}", f"{loss:.3f}", f"{top1:.2%}", *shown, f"{speed:,.0f}")
