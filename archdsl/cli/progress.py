"""A progress bar for work that takes longer than a second, with the time that is left."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, Timer
from typing import Any

import click

AFTER = 1.0
"""Seconds before a bar is shown."""


@contextmanager
def progress(what: str, total: int, quiet: bool = False) -> Iterator[Callable[[int], None]]:
    """A function that is told how many more items are done. A terminal shows a bar once a second has passed, whether any is done or
    not; an interrupt says how many were.

    Args:
        what: a word for the items.
        quiet: whether to show no bar.
    """
    done = 0
    bar = None if quiet or not sys.stderr.isatty() else _Bar(what, total)

    def step(count: int) -> None:
        nonlocal done
        done += count
        if bar is not None:
            bar.bar.advance(bar.task, count)

    try:
        yield step
    except KeyboardInterrupt:
        if bar is not None:
            bar.close()
        click.echo(f"stopped: {done:,} of {total:,} {what} were done", err=True)
        raise
    finally:
        if bar is not None:
            bar.close()


def time_left(done: float, total: float, seconds: float | None) -> str:
    """How long the rest will take if it goes on as before, in words."""
    if not done or not seconds:
        return "how long it takes is not known yet"
    left = seconds * (total - done) / done
    for unit, length in (("years", 31_557_600), ("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if left >= 2 * length:
            return f"about {left / length:,.0f} {unit} left"
    return f"about {left:.0f} s left"


class _Bar:
    """A bar that appears by itself after a second, so that a long first step is not silent."""

    def __init__(self, what: str, total: int):
        from rich.console import Console
        from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn
        from rich.text import Text

        class _Left(ProgressColumn):
            """The time that is left, by what was done so far."""

            max_refresh = 0.5

            def render(self, task: Any) -> Any:
                return Text(time_left(task.completed, task.total, task.elapsed))

        columns = (BarColumn(), TextColumn("{task.completed:,.0f} of {task.total:,.0f} {task.description}"), _Left())
        self.bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self.task = self.bar.add_task(what, total=total)
        self.lock = Lock()
        self.shown = self.closed = False
        self.timer = Timer(AFTER, self._show)
        self.timer.daemon = True
        self.timer.start()

    def _show(self) -> None:
        with self.lock:
            if not self.closed:
                self.shown = True
                self.bar.start()

    def close(self) -> None:
        """Take the bar away."""
        self.timer.cancel()
        with self.lock:
            if self.shown and not self.closed:
                self.bar.stop()
            self.closed = True
