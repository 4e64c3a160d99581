"""The paper's accuracies, trained again: a row of a table is a run for each seed, kept in a folder, so that a table can be gone on with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from statistics import mean, stdev
from typing import TYPE_CHECKING, Any

from archdsl.errors import InputError, unknown
from archdsl.paper.tables import Accuracy, Trained, accuracies, table_data

if TYPE_CHECKING:
    from archdsl.train.conduct import Conductor
    from archdsl.train.record import Record
    from archdsl.train.run import Asked

RECIPE = "paper"
SETS = {"cifar10": "CIFAR-10", "cifar100": "CIFAR-100", "imagenet": "ImageNet"}


@dataclass(frozen=True)
class Scale:
    """How large a table is trained.

    Attributes:
        settings: of the networks, as they are typed.
        recipe: what is changed of the paper's.
        subset: images of the training split that are used; 0 for all.
        seeds: runs of each network.
        test_every: epochs between tests.
    """

    settings: tuple[str, ...]
    recipe: dict[str, Any]
    subset: int = 0
    seeds: int = 1
    test_every: int = 1


SCALES = {
    "full": Scale(("resolution=64",), {}, test_every=10),
    "full-imagenet": Scale(("resolution=224",), {"epochs": 90}),
    "small": Scale(("width=0.5", "resolution=32"), {"epochs": 6, "channels_last": True, "norm_momentum": 0.1}, 10_000, 3, 6),
}
"""The paper says neither the size of CIFAR's images nor how long it trained; both are our reading. `small` is for two cores."""


@dataclass(frozen=True)
class Request:
    """A table that is to be trained.

    Attributes:
        data: the set, as it was typed.
        scale: full or small.
        seeds: runs of each network; None for those of the scale.
        folder: of all runs.
        networks: rows that are trained, by their specs; all if not given.
    """

    data: str
    scale: str = "full"
    seeds: int | None = None
    folder: Path | None = None
    device: str = "auto"
    networks: tuple[str, ...] = ()

    @property
    def set_name(self) -> str:
        return self.data.partition(":")[0]

    def runs(self, table: str, spec: str) -> list[tuple[Asked, Path]]:
        """What is trained for one network of a table, and where it is kept.

        Raises:
            InputError: no such scale.
        """
        from archdsl.train.recipe import load_recipe
        from archdsl.train.run import Asked

        scale = self._scale(table)
        recipe = load_recipe(RECIPE).changed(scale.recipe)
        asked = Asked(spec, scale.settings, self.data, recipe, device=self.device, test_every=scale.test_every)
        asked = replace(asked, subset=scale.subset if scale.subset < self.images else 0)
        top = self.folder or Path("runs") / f"{table}-{self.set_name}-{self.scale}"
        return [(replace(asked, seed=seed), top / f"{spec}-{seed}") for seed in range(self.seeds or scale.seeds)]

    def _scale(self, table: str) -> Scale:
        if self.scale not in ("full", "small"):
            raise InputError("; ".join(unknown("scale", self.scale, ("full", "small"))))
        full = "full-imagenet" if table_data(table)["data"] == "imagenet" else "full"
        return SCALES[full if self.scale == "full" else self.scale]

    @cached_property
    def images(self) -> int:
        """Training images of the set. Raises InputError where it cannot be read."""
        from archdsl.train.data import open_data

        return len(open_data(self.data).train.labels)

    def label(self, table: str) -> str:
        """What has to be said of every accuracy: that the set is another one, that the run was short."""
        wanted = table_data(table)["data"]
        other = [] if self.set_name == wanted else [f"stand-in: {self.set_name}, not {SETS[wanted]}"]
        return "; ".join([*other, *(["small scale"] if self.scale == "small" else [])])


def trained(table: str, request: Request, conductor: Conductor) -> tuple[Accuracy, ...]:
    """Every accuracy that a table prints, with ours. Runs that are done are not done again; one that was begun is gone on with.

    Raises:
        InputError: the data cannot be read, or a folder holds another run.
        KeyboardInterrupt: a run was stopped.
    """
    found = accuracies(table)
    specs = list(dict.fromkeys(one.spec for one in found))
    for name in request.networks:
        if name not in specs:
            raise InputError("; ".join(unknown(f"network of {table}", name, specs)))
    ours: dict[str, list[Record]] = {}
    for spec in request.networks or specs:
        ours[spec] = [_one(conductor, asked, folder) for asked, folder in request.runs(table, spec)]
    label = request.label(table)
    return tuple(replace(one, ours=_figure(ours[one.spec], one.metric, label)) if one.spec in ours else one for one in found)


def _one(conductor: Conductor, asked: Asked, folder: Path) -> Record:
    record = conductor.ensure(asked, folder)
    if record.final is None:
        raise KeyboardInterrupt
    return record


def _figure(records: list[Record], metric: str, label: str) -> Trained:
    values = [100 * getattr(record.final, metric) for record in records]
    return Trained(mean(values), stdev(values) if len(values) > 1 else None, len(values), label)
