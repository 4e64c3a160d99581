"""Runs from beginning to end: begun, gone on with, or found done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from archdsl.design import Design
from archdsl.spec.settings import parse_settings
from archdsl.train.record import Record
from archdsl.train.run import CHECKPOINT, Asked, Run, Show, asked_in, begin, record_in, unused

Open = Callable[[str, tuple[str, ...]], Design]


def opened(spec: str, settings: tuple[str, ...]) -> Design:
    """A network by the path or name of its spec, with settings as they are typed."""
    return Design.load(spec, **parse_settings(settings))


@dataclass(frozen=True)
class Conductor:
    """Trains what is asked for.

    Attributes:
        open: a network by its spec and settings.
        show: by the folder of a run and what it is to do, who is told of it.
    """

    open: Open = opened
    show: Callable[[Run], Show] = lambda run: Show()

    def train(self, asked: Asked, folder: Path | None, resume: bool = False, largest: bool = False) -> Record:
        """One run. Its record has no final test where `show.stop` ended it.

        Args:
            folder: where it is kept; None for nowhere.
            resume: go on with the run of the folder.
            largest: take the largest batch that fits into memory, whatever the recipe says.

        Raises:
            InputError: data, network or folder do not fit.
            NotFinite: the loss is not finite.
        """
        from archdsl.train.data import open_data
        from archdsl.train.devices import make_fabric
        from archdsl.train.prepare import fitted
        from archdsl.train.room import with_largest

        data = open_data(asked.data)
        net = fitted(self.open(asked.spec, asked.settings), data)
        fabric = make_fabric(asked.device, asked.recipe.precision)
        if largest:
            images = asked.subset or len(data.train.labels)
            asked = with_largest(net.graph(), asked, fabric.device, fabric.world_size, images)
        if folder is not None and not resume:
            unused(folder)
        run = Run(net, data, asked, folder, fabric)
        if folder is not None and not resume and not fabric.global_rank:
            begin(folder, asked)
        if resume and folder is not None and (folder / CHECKPOINT).is_file():
            run.resume()
        return run.train(self.show(run))

    def go_on(self, folder: Path) -> Record:
        """The run of a folder to its end; its record where it is done."""
        found = record_in(folder)
        if found is not None and found.final is not None:
            return found
        return self.train(asked_in(folder), folder, resume=True)

    def ensure(self, asked: Asked, folder: Path) -> Record:
        """A run that may have been begun, or done, before; what is there must be the same.

        Raises:
            InputError: the folder holds a run of something else.
        """
        from archdsl.errors import InputError
        from archdsl.train.run import ABOUT

        if not (folder / ABOUT).is_file():
            return self.train(asked, folder)
        there = asked_in(folder)
        if there != asked:
            names = [name for name, value in asked.as_dict().items() if there.as_dict()[name] != value]
            raise InputError(f"{folder} holds a run with other {', '.join(names)}; choose another folder with -o")
        return self.go_on(folder)
