"""What came out of training: a line for each epoch, and an evaluation at the end. Plain data, which JSON holds."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Worst:
    """An image of the test split that the network got most wrong.

    Attributes:
        index: of the image in the test split.
        label: number of its class.
        said: number of the class that the network says.
        probability: that the network gives to `said`, from 0 to 1.
    """

    index: int
    label: int
    said: int
    probability: float


@dataclass(frozen=True)
class Evaluation:
    """A network on the test split.

    Attributes:
        loss: cross-entropy, mean over the images.
        top1, top5: shares from 0 to 1 of the images whose class is the likeliest, or among the five likeliest.
        images: how many were looked at.
        confusion: for every class a row that counts which class the network said; empty where it was not asked for.
        worst: wrong answers, the surest first.
    """

    loss: float
    top1: float
    top5: float
    images: int
    confusion: tuple[tuple[int, ...], ...] = ()
    worst: tuple[Worst, ...] = ()


@dataclass(frozen=True)
class Epoch:
    """One pass over the training split.

    Attributes:
        number: from 1.
        steps: of the optimizer, since training began.
        rate: learning rate of its last step.
        loss: of training, mean over the images; label smoothing is in it.
        top1: share of the training images, as augmented, that were right.
        test: the test split after it; None where it was not looked at.
        seconds: of training, without the test.
        waited: share of those seconds in which a step waited for data.
        images: that went through training in this epoch.
    """

    number: int
    steps: int
    rate: float
    loss: float
    top1: float
    test: Evaluation | None
    seconds: float
    waited: float
    images: int

    @property
    def images_per_second(self) -> float:
        return self.images / self.seconds if self.seconds else 0.0

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Epoch:
        """What `asdict` gave, after JSON or a checkpoint."""
        return cls(**{**data, "test": _evaluation(data["test"])})


@dataclass(frozen=True)
class Record:
    """A run: what was trained on what, and how it went.

    Attributes:
        network: its name.
        spec: the path or name that it was loaded by.
        settings: of its knobs, as texts.
        data: the set, as a sentence says it; `stand_in` where it is not the one that the question is about.
        classes: names, in order.
        recipe: its fields with their values.
        costs: by name, such as params, macs, weights, peak.
        machine: lines that say where it ran.
        epochs: those that are done.
        final: the test split at the end, with confusion and worst images; None before that.
    """

    network: str
    spec: str
    settings: dict[str, str]
    data: str
    classes: tuple[str, ...]
    recipe: dict[str, Any]
    costs: dict[str, int]
    machine: tuple[str, ...]
    epochs: tuple[Epoch, ...] = field(default=())
    final: Evaluation | None = None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Record:
        """What `as_dict` gave, after JSON."""
        epochs = tuple(map(Epoch.from_dict, data["epochs"]))
        lists = {"classes": tuple(data["classes"]), "machine": tuple(data["machine"])}
        return cls(**{**data, **lists, "epochs": epochs, "final": _evaluation(data["final"])})


def _evaluation(data: dict[str, Any] | None) -> Evaluation | None:
    if data is None:
        return None
    confusion = tuple(tuple(row) for row in data["confusion"])
    return Evaluation(**{**data, "confusion": confusion, "worst": tuple(Worst(**one) for one in data["worst"])})
