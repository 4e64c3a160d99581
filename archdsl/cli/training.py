"""What `train`, `evaluate` and `reproduce` share: the options of training, what is shown of a run, and stopping it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from archdsl.cli.gathered import given
from archdsl.cli.terminal import echo

if TYPE_CHECKING:
    from archdsl.train.loop import Now
    from archdsl.train.record import Epoch
    from archdsl.train.run import Run, Show

DATA = "digits, fashion-mnist, or with a folder: fashion-mnist:DIR, cifar10:DIR, cifar100:DIR, imagenet:DIR, folder:DIR."
HEAD = f"  {'epoch':>5} {'lr':>8} {'loss':>8} {'top-1':>7} {'test loss':>10} {'top-1':>7} {'top-5':>7} {'images/s':>9} {'waiting':>8}"


@dataclass(frozen=True)
class Training:
    """How runs are carried out."""

    device: str = given(
        click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True, help="Where.")
    )
    subset: int = given(
        click.option(
            "--subset", type=click.IntRange(0), default=0, metavar="N", help="Train on N images, the same for all networks."
        )
    )
    workers: int = given(
        click.option("--workers", type=click.IntRange(0), default=2, show_default=True, help="Processes that read files.")
    )
    capture: str = given(
        click.option(
            "--capture",
            type=click.Choice(["auto", "none", "graph", "compile"]),
            default="auto",
            show_default=True,
            help="How steps are captured on CUDA.",
        )
    )
    test_every: int = given(
        click.option(
            "--test-every", type=click.IntRange(1), default=1, show_default=True, metavar="EPOCHS", help="Between tests."
        )
    )
    keep_seconds: float = given(
        click.option(
            "--keep-every",
            "keep_seconds",
            type=click.FloatRange(0),
            default=60.0,
            show_default=True,
            metavar="SECONDS",
            help="Between checkpoints within an epoch; each epoch ends with one.",
        )
    )


def placed(data: str) -> str:
    """A set as it was typed, with its folder as every working folder finds it."""
    name, colon, place = data.partition(":")
    return f"{name}:{Path(place).resolve()}" if colon and place else data


def speaks() -> bool:
    """Whether this is the process that says what happens: the first of those that torchrun started."""
    return os.environ.get("RANK", "0") == "0"


class Stop:
    """Whether someone wants training to stop."""

    def __init__(self) -> None:
        self.wanted = False

    def __call__(self) -> bool:
        return self.wanted

    def heard(self, number: int, frame: FrameType | None) -> None:
        """The first time let the step end and a checkpoint be kept; the second time stop at once."""
        if self.wanted:
            raise KeyboardInterrupt
        self.wanted = True
        if speaks():
            echo("stopping after this step, with a checkpoint; once more stops at once", err=True)


@contextmanager
def stopping() -> Iterator[Stop]:
    """While the block runs, Ctrl-C and SIGTERM are wishes that training hears between steps."""
    stop = Stop()
    old = {one: signal.signal(one, stop.heard) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for one, handler in old.items():
            signal.signal(one, handler)


class Shown:
    """What a person sees of runs: a line for each epoch, and on a terminal a bar that says how it goes."""

    def __init__(self, stop: Stop, quiet: bool):
        self.stop, self.quiet = stop, quiet or not speaks()
        self.bar: Any = None
        self.task: Any = None

    def of(self, run: Run) -> Show:
        """For one run."""
        from archdsl.train.board import board
        from archdsl.train.run import Show

        if self.quiet:
            return Show(stop=self.stop, epoch=board(run))
        record, loop = run.record, run.loop
        asked = run.asked
        total = loop.per_epoch * loop.recipe.epochs
        shape = "×".join(map(str, run.net.graph().input.shape))
        echo(f"{record.network} on {record.data}: {shape}, {record.costs['params']:,} parameters, {record.costs['macs']:,} MACs")
        batch = f"batches of {asked.batch}"
        epochs = f"{loop.recipe.epochs:,} epoch{'s' if loop.recipe.epochs > 1 else ''}"
        echo(f"  {epochs} of {loop.per_epoch:,} steps, {batch}, recipe {loop.recipe.name}, seed {asked.seed}")
        if loop.recipe.readings:
            echo(f"  our reading, where {loop.recipe.source or 'the source'} says nothing: {', '.join(loop.recipe.readings)}")
        if loop.step:
            echo(f"  goes on after step {loop.step:,} of {total:,}")
        echo(HEAD)
        for past in loop.epochs:
            echo(line(past))
        self._start(total, loop.step)
        write = board(run)

        def epoch(one: Epoch) -> None:
            write(one)
            self._print(line(one))
            if len(loop.epochs) == loop.recipe.epochs:
                self.close()

        return Show(self._step, epoch, self.stop)

    def _start(self, total: int, done: int) -> None:
        if not sys.stderr.isatty():
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (BarColumn(), TextColumn("{task.description}"), TimeRemainingColumn(), TextColumn("left"))
        self.bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self.task = self.bar.add_task("", total=total, completed=done)
        self.bar.start()

    def _step(self, now: Now) -> None:
        if self.bar is not None:
            said = f"loss {now.loss:.3f}  top-1 {now.top1:.1%}  {now.images_per_second:,.0f} images/s"
            self.bar.update(self.task, completed=now.step, description=said)

    def _print(self, text: str) -> None:
        if self.bar is not None:
            self.bar.stop()
        echo(text)
        if self.bar is not None:
            self.bar.start()

    def close(self) -> None:
        """Take the bar away."""
        if self.bar is not None:
            self.bar.stop()
            self.bar = None


def line(epoch: Epoch) -> str:
    """An epoch as a row under `HEAD`."""
    test = epoch.test
    tested = f"{test.loss:>10.3f} {test.top1:>7.2%} {test.top5:>7.2%}" if test else f"{'-':>10} {'-':>7} {'-':>7}"
    speed = f"{epoch.images_per_second:>9,.0f} {epoch.waited:>8.1%}"
    return f"  {epoch.number:>5} {epoch.rate:>8.2g} {epoch.loss:>8.3f} {epoch.top1:>7.2%} {tested} {speed}"
