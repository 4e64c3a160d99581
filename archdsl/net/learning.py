"""Training, asked of a network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from archdsl.design import Design
from archdsl.exact.shown import written
from archdsl.extras import needed_by

if TYPE_CHECKING:
    from archdsl.train.learned import Learned


class Learning(Design):
    """A design that can be trained."""

    def train(
        self, data: str = "digits", *, recipe: str = "short", seed: int = 0, folder: str | Path | None = None, **fields: Any
    ) -> Learned:
        """Train the network on images: `net.train("fashion-mnist", epochs=3, lr=0.05)`. It stays as it is; the weights are in the answer.

        Args:
            data: as `archdsl train --data` takes it.
            recipe: a shipped recipe or a file.
            seed: of weights, order, crops and dropout.
            folder: where checkpoint, record, report and weights are kept; nowhere if not given.
            fields: of the recipe, in the place of what it says.

        Raises:
            InputError: data, recipe or folder cannot be used, or the network is not for images and classes.
            BackendError: a library is missing.
            NotFinite: the loss became infinite.
        """
        with needed_by("training", "train"):
            from torch import random
        from archdsl.train.data import open_data
        from archdsl.train.devices import make_fabric
        from archdsl.train.learned import Learned
        from archdsl.train.prepare import fitted
        from archdsl.train.recipe import load_recipe
        from archdsl.train.run import Asked, Run, Show, begin, unused
        from archdsl.train.same import fingerprint

        images = open_data(data)
        net = fitted(self, images)
        path = self.spec.source.path
        settings = tuple(f"{name}={written(value)}" for name, value in self.settings.items())
        beside = path.parent if path else None
        asked = Asked(str(path) if path else self.name, settings, data, load_recipe(recipe, beside).changed(fields), seed)
        fabric = make_fabric(asked.device, asked.recipe.precision)
        place = None if folder is None else Path(folder)
        if place is not None:
            unused(place)
        with random.fork_rng(devices=[]):  # a script's own numbers do not depend on what it trains
            run = Run(net, images, asked, place, fabric)
            if place is not None:
                begin(place, asked, fingerprint(net, images))
            record = run.train(Show())
        kept = run.loop.raw if run.loop.average is None else run.loop.average.module
        return Learned(record, {name: value.detach().cpu() for name, value in kept.state_dict().items()})
