"""Accuracy after training, as an objective; and the rungs of successive halving, at which weak networks are given up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from archdsl.errors import BackendError
from archdsl.extras import needed_by
from archdsl.train.recipe import Recipe, load_recipe

if TYPE_CHECKING:
    from archdsl.design import Design

RECIPE = "short"
REDUCTION = 2
"""A rung has twice the epochs of the one before, and half of the networks go on (Li et al. 2020, ASHA, with η = 2)."""


@dataclass(frozen=True)
class Accuracy:
    """Top-1 on the test split of a set, after training by a recipe. The same seed, on a processor, gives the same accuracy.

    Attributes:
        data: the set, as `archdsl train --data` takes it.
        recipe: how it is trained.
        subset: images of the training split that are used; 0 for all.
    """

    data: str = "digits"
    recipe: Recipe = field(default_factory=partial(load_recipe, RECIPE))
    subset: int = 0
    name: ClassVar[str] = "accuracy"
    direction: ClassVar[Literal["minimize", "maximize"]] = "maximize"
    unit: ClassVar[str] = ""

    def definition(self) -> dict[str, str]:
        """What makes two accuracies the same, as texts."""
        fields = {name: str(value) for name, value in self.recipe.as_dict().items() if name not in ("name", "source", "readings")}
        return {"data": self.data, "subset": str(self.subset), **fields}

    @property
    def rungs(self) -> tuple[int, ...]:
        """Epochs after which a network is looked at: 1, 2, 4 and so on, and all of them."""
        found = [1]
        while found[-1] * REDUCTION < self.recipe.epochs:
            found.append(found[-1] * REDUCTION)
        return tuple(dict.fromkeys([*found, self.recipe.epochs]))

    def measure(self, net: Design, seed: int) -> float:
        """Top-1, a share from 0 to 1, after all epochs.

        Raises:
            BackendError: a library is missing, or the loss became infinite.
            InputError: the data cannot be read, or the network does not fit them.
        """
        return self.until(net, seed, self.recipe.epochs, None)

    def until(self, net: Design, seed: int, epochs: int, folder: Path | None) -> float:
        """Top-1 after so many epochs of all.

        Args:
            folder: holds the checkpoint of an earlier rung, and gets that of this one; without one training begins anew.
        """
        with apart():
            return self._until(net, seed, epochs, folder)

    def _until(self, net: Design, seed: int, epochs: int, folder: Path | None) -> float:
        from archdsl.train.data import open_data
        from archdsl.train.devices import make_fabric
        from archdsl.train.loop import NotFinite
        from archdsl.train.prepare import fitted
        from archdsl.train.run import CHECKPOINT, Asked, Run, Show

        data = open_data(self.data)
        asked = Asked(net.name, (), self.data, self.recipe, seed, subset=self.subset)
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        run = Run(fitted(net, data), data, asked, folder, make_fabric(asked.device, self.recipe.precision))
        if folder is not None and (folder / CHECKPOINT).is_file():
            run.resume()
        if len(run.loop.epochs) < epochs:
            try:
                run.train(Show(stop=lambda: len(run.loop.epochs) >= epochs), finish=False)
            except NotFinite as error:
                raise BackendError(str(error)) from None
        test = run.loop.epochs[epochs - 1].test
        assert test is not None
        return test.top1


@contextmanager
def apart() -> Iterator[None]:
    """While the block runs torch computes on one thread, as workers are as many as there are processors; afterwards its threads and its
    generator are as before.

    Raises:
        BackendError: torch is not installed.
    """
    with needed_by("accuracy", "train"):
        import torch
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        torch.set_num_threads(threads)


def changed(objective: Accuracy, data: str | None, recipe: str | None, fields: dict[str, Any], subset: int | None) -> Accuracy:
    """An accuracy with what was asked for in the place of what is usual.

    Raises:
        InputError: no such recipe, or a field that does not fit.
    """
    found = load_recipe(recipe or RECIPE).changed(fields)
    return replace(objective, data=data or objective.data, recipe=found, subset=subset or objective.subset)
