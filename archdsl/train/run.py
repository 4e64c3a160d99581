"""A run: a folder that holds what is trained, its checkpoint, how it went, and at the end the weights."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archdsl.artifacts import json_text, writable, write
from archdsl.design import Design
from archdsl.errors import ArchdslError, InputError
from archdsl.train.loop import Loop, NotFinite, Now, Parts, Watch
from archdsl.train.recipe import Recipe
from archdsl.train.record import Epoch, Record

if TYPE_CHECKING:
    from lightning_fabric import Fabric

    from archdsl.train.data.sets import DataSet

ABOUT, CHECKPOINT, RECORD, WEIGHTS = "run.json", "last.ckpt", "record.json", "weights.safetensors"
REPORT = "report.html"
MOST_SAID = 300  # letters of what torch says of tensors that do not fit
KEEP_SECONDS = 60.0
"""Between checkpoints within an epoch."""


@dataclass(frozen=True)
class Asked:
    """What is to be trained.

    Attributes:
        spec: path or name of the network.
        settings: of its knobs, as they were typed.
        data: the set, as it was typed.
        seed: of weights, order, crops and dropout.
        subset: images of the training split that are used, the same for every network; 0 for all.
        device: auto, cpu or cuda.
        workers: processes that read files, where a set does not fit into memory.
        capture: how steps are captured on CUDA: auto, none, graph or compile.
        test_every: epochs between tests; the last is always tested.
        keep_seconds: between checkpoints within an epoch.
    """

    spec: str
    settings: tuple[str, ...]
    data: str
    recipe: Recipe
    seed: int = 0
    subset: int = 0
    device: str = "auto"
    workers: int = 2
    capture: str = "auto"
    test_every: int = 1
    keep_seconds: float = KEEP_SECONDS

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "settings": list(self.settings), "recipe": self.recipe.as_dict()}

    def differs(self, other: Asked) -> list[str]:
        """What makes another run of this one, in words; not what only says how it is carried out."""
        mine, theirs = self.as_dict(), other.as_dict()
        fields = [name for name, value in mine["recipe"].items() if theirs["recipe"].get(name) != value]
        names = ("spec", "settings", "data", "seed", "subset")
        return [name for name in names if mine[name] != theirs[name]] + [f"{name} in the recipe" for name in fields]

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Asked:
        """What `as_dict` gave, and what else stands beside it left out. Raises InputError for a value that does not fit."""
        names = {one.name: one.default for one in fields(cls)}
        data = {name: value for name, value in data.items() if name in names}
        for name, default in names.items():
            kinds = (int, float) if isinstance(default, float) else type(default)
            if isinstance(default, (int, float, str)) and not isinstance(data[name], kinds):
                raise InputError(f"{name}: {data[name]!r} does not fit")
        return cls(**{**data, "settings": tuple(data["settings"]), "recipe": Recipe.from_dict(data["recipe"])})

    @property
    def batch(self) -> int:
        """Images of a step."""
        return self.recipe.batch_for(self.spec)


@dataclass(frozen=True)
class Show:
    """Who is told of steps and of epochs that are done, and who says whether to stop."""

    step: Callable[[Now], None] = lambda now: None
    epoch: Callable[[Epoch], None] = lambda epoch: None
    stop: Callable[[], bool] = lambda: False


@dataclass
class Run:
    """A network on its way through a recipe.

    Attributes:
        net: fitted to the data.
        folder: where everything is kept; None for nowhere.
    """

    net: Design
    data: DataSet
    asked: Asked
    folder: Path | None
    fabric: Fabric
    record: Record = field(init=False)

    def __post_init__(self) -> None:
        asked = self.asked
        costs = _costs(self.net)
        settings = {name: str(value) for name, value in self.net.settings.items()}
        about = self.data.title + (f", {asked.subset:,} training images" if asked.subset else "")
        recipe = {**asked.recipe.as_dict(), "batch": asked.batch, "seed": asked.seed}
        machine = _machine(self.fabric)
        self.record = Record(self.net.name, asked.spec, settings, about, self.data.classes, recipe, costs, machine)
        self.loop = Loop(self._parts(), asked.recipe, asked.seed, self.fabric)

    def _parts(self) -> Parts:
        import torch

        from archdsl.train.capture import captured
        from archdsl.train.feed import Feed, Look, Share
        from archdsl.train.prepare import joined_norms, set_dropout, set_norm_momentum
        from archdsl.train.room import check

        asked, fabric = self.asked, self.fabric
        torch.manual_seed(asked.seed)
        module: Any = self.net.module()
        set_dropout(module, asked.recipe.dropout)
        set_norm_momentum(module, asked.recipe.norm_momentum)
        if asked.recipe.channels_last:
            module = module.to(memory_format=torch.channels_last)
        if fabric.world_size > 1:
            module = joined_norms(module, fabric.device.type)
        channels, height, width = self.net.graph().input.shape
        recipe = asked.recipe
        look = Look((channels, height, width), recipe.crop, recipe.mirror and self.data.flips, asked.batch, asked.workers)
        share = Share(fabric.global_rank, fabric.world_size)
        numbers = _subset(self.data, asked.subset)
        training = Feed(self.data, self.data.train, look, fabric.device, share, numbers)
        testing = Feed(self.data, self.data.test, look, fabric.device, share)
        if not training.steps:
            raise InputError(f"a batch of {asked.batch} is more than the {training.images:,} training images")
        if asked.batch % (fabric.world_size * recipe.accumulate):
            raise InputError(
                f"a batch of {asked.batch} cannot be shared among {fabric.world_size} processes"
                + (f" in {recipe.accumulate} parts each" if recipe.accumulate > 1 else "")
            )
        part = asked.batch // fabric.world_size // recipe.accumulate
        check(self.net.graph(), asked, part, fabric.device)
        module = captured(module.to(fabric.device), (part, *look.shape), asked, fabric)
        return Parts(module, training, testing, len(self.data.classes), asked.test_every)

    def resume(self) -> None:
        """Go on from the checkpoint of the folder. Raises InputError where there is none, or it is of another run."""
        from archdsl.train.checkpoint import load

        assert self.folder is not None
        state = load(self.folder / CHECKPOINT)
        try:
            self.loop.restore(state)
        except (RuntimeError, KeyError, ValueError, TypeError) as error:
            why = " ".join(str(error).split())[:MOST_SAID]
            raise InputError(f"{self.folder / CHECKPOINT} is of another network: {why}") from None

    def train(self, show: Show, finish: bool = True) -> Record:
        """Train to the end, or until `show.stop` says so: then a checkpoint is kept, and the record has no final test.

        Args:
            finish: whether at the end weights and a report are written, and the test is worked out in full.

        Raises:
            NotFinite: the loss is not finite; names step, layer and the last checkpoint.
            InputError: something cannot be written.
        """
        last_kept = time.monotonic()

        def keep() -> None:
            nonlocal last_kept
            self._keep()
            last_kept = time.monotonic()

        def due() -> bool:
            return self.folder is not None and time.monotonic() - last_kept > self.asked.keep_seconds

        try:
            self.loop.run(Watch(show.step, show.epoch, due, keep, show.stop))
        except NotFinite as error:
            raise NotFinite(f"{error}{self._last_good()}") from None
        if self.loop.done and finish:
            final = self.loop.test(whole=True)
            self.record = replace(self.record, epochs=tuple(self.loop.epochs), final=final)
            self._finish()
        return self.record

    def _last_good(self) -> str:
        if self.folder is None or not (self.folder / CHECKPOINT).is_file():
            return "; there is no checkpoint before it"
        return f"\nThe last good checkpoint is {self.folder / CHECKPOINT}; a lower lr, a warmup or clip may help"

    def _keep(self) -> None:
        self.record = replace(self.record, epochs=tuple(self.loop.epochs))
        if self.folder is None or self.fabric.global_rank:
            return
        from archdsl.train.checkpoint import save

        save(self.folder / CHECKPOINT, self.loop.state())
        write(self.folder / RECORD, json_text(self.record.as_dict(), 1) + "\n")

    def _finish(self) -> None:
        if self.folder is None or self.fabric.global_rank:
            return
        from archdsl.artifacts import files
        from archdsl.compilers.torch.weights import save_weights

        average = self.loop.average
        with files(self.folder / WEIGHTS) as made:
            save_weights(self.loop.raw if average is None else average.module, made)
        from archdsl.train.report import write_report

        worst = self.record.final.worst if self.record.final else ()
        write_report(self.folder / REPORT, self.record, [self.data.test.image(one.index) for one in worst])
        write(self.folder / RECORD, json_text(self.record.as_dict(), 1) + "\n")  # last: it says that the run is done


def unused(folder: Path) -> None:
    """Raise InputError where a folder holds a run, or cannot be written."""
    if (folder / ABOUT).exists():
        raise InputError(f"{folder} holds a run; --resume goes on with it, -o names another folder")
    writable(folder / ABOUT, new_folders=True)


def begin(folder: Path, asked: Asked, of: dict[str, str]) -> None:
    """Make the folder of a run and put down what is trained. Raises InputError where it cannot be made.

    Args:
        of: its fingerprint, see `archdsl.train.same`.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} cannot be made: {error.strerror}") from None
    write(folder / ABOUT, json_text({**asked.as_dict(), "of": of}, 1) + "\n")


def asked_in(folder: Path) -> tuple[Asked, dict[str, str]]:
    """What a run in a folder trains, and its fingerprint. Raises InputError where there is none."""
    try:
        data = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        return Asked.from_dict(data), dict(data["of"])
    except NotADirectoryError:
        raise InputError(f"{folder} is a file; the folder of a run was expected") from None
    except FileNotFoundError:
        raise InputError(f"no run in {folder}: it has no {ABOUT}") from None
    except (OSError, ValueError, KeyError, TypeError, ArchdslError) as error:
        raise InputError(f"{folder / ABOUT} cannot be read: {error}") from None


def record_in(folder: Path) -> Record | None:
    """The record of a run so far; None where it has none yet."""
    try:
        return Record.from_dict(json.loads((folder / RECORD).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{folder / RECORD} cannot be read: {error}") from None


def _costs(net: Design) -> dict[str, int]:
    from archdsl.cost.comparing.totals import total

    return {name: int(total(net, name)) for name in ("params", "macs", "weights", "peak")}


def _machine(fabric: Fabric) -> tuple[str, ...]:
    import torch

    from archdsl.measure.machine import machine

    card = [torch.cuda.get_device_name(fabric.device)] if fabric.device.type == "cuda" else []
    count = torch.get_num_threads()
    processes = f"{fabric.world_size} process{'es' if fabric.world_size > 1 else ''}"
    threads = f"{count} thread{'s' if count > 1 else ''}, {processes}"
    return (*card, *machine().lines(), threads)


def _subset(data: DataSet, count: int) -> Any:
    """Numbers of the training images that are used; None for all. They depend on nothing but how many they are."""
    import numpy as np

    there = len(data.train.labels)
    if not count or count == there:
        return None
    if count > there:
        raise InputError(f"--subset {count:,}: {data.title} has {there:,} training images")
    return np.random.default_rng(0).permutation(there)[:count]
