"""Runs from beginning to end: begun, gone on with, or found done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl.design import Design
from archdsl.errors import InputError
from archdsl.spec.settings import parse_settings
from archdsl.train.record import Record
from archdsl.train.run import ABOUT, CHECKPOINT, Asked, Run, Show, asked_in, begin, record_in, unused
from archdsl.train.same import alone, check_same, fingerprint

if TYPE_CHECKING:
    from archdsl.train.data.sets import DataSet

Open = Callable[[str, tuple[str, ...]], Design]


def opened(spec: str, settings: tuple[str, ...]) -> Design:
    """A network by the path or name of its spec, with settings as they are typed."""
    return Design.load(spec, **parse_settings(settings))


@dataclass(frozen=True)
class Conductor:
    """Trains what is asked for.

    Attributes:
        open: a network by its spec and settings.
        show: by a run, who is told of it.
    """

    open: Open = opened
    show: Callable[[Run], Show] = lambda run: Show()

    def train(self, asked: Asked, folder: Path | None, largest: bool = False) -> Record:
        """A new run. Its record has no final test where `show.stop` ended it.

        Args:
            folder: where it is kept; None for nowhere.
            largest: take the largest batch that fits into memory, whatever the recipe says.

        Raises:
            InputError: data, network or folder do not fit, or the folder holds a run.
            NotFinite: the loss is not finite.
        """
        from archdsl.train.devices import make_fabric
        from archdsl.train.room import with_largest

        net, data = self._fitted(asked)
        fabric = make_fabric(asked.device, asked.recipe.precision)
        if largest:
            images = asked.subset or len(data.train.labels)
            asked = with_largest(net.graph(), asked, fabric.device, fabric.world_size, images)
        if folder is not None:
            unused(folder)
        run = Run(net, data, asked, folder, fabric)
        if folder is None or fabric.global_rank:
            return run.train(self.show(run))
        begin(folder, asked, fingerprint(net, data))
        with alone(folder / ABOUT):
            return run.train(self.show(run))

    def go_on(self, folder: Path) -> Record:
        """The run of a folder to its end; its record where it is done.

        Raises:
            InputError: there is none, another program is at it, or its network or data are not what they were.
        """
        from archdsl.train.devices import make_fabric

        asked, of = asked_in(folder)
        net, data = self._fitted(asked)
        check_same(folder, of, fingerprint(net, data))
        found = record_in(folder)
        if found is not None and found.final is not None:
            return found
        fabric = make_fabric(asked.device, asked.recipe.precision)
        with alone(None if fabric.global_rank else folder / ABOUT):
            run = Run(net, data, asked, folder, fabric)
            if (folder / CHECKPOINT).is_file():
                run.resume()
            return run.train(self.show(run))

    def ensure(self, asked: Asked, folder: Path) -> Record:
        """A run that may have been begun, or done, before; what is there must be the same.

        Raises:
            InputError: the folder holds a run of something else.
        """
        if not (folder / ABOUT).is_file():
            return self.train(asked, folder)
        if names := asked_in(folder)[0].differs(asked):
            raise InputError(f"{folder} holds a run with other {', '.join(names)}; choose another folder with -o")
        return self.go_on(folder)

    def _fitted(self, asked: Asked) -> tuple[Design, DataSet]:
        """The network made to fit the set, and the set."""
        from archdsl.train.data import open_data
        from archdsl.train.prepare import fitted

        data = open_data(asked.data)
        return fitted(self.open(asked.spec, asked.settings), data), data
