"""A progress bar for work that takes longer than a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

AFTER = 1.0
"""Seconds before a bar is shown."""


@contextmanager
def progress(what: str, total: int, quiet: bool = False) -> Iterator[Callable[[int], None] | None]:
    """A function that is told how many more items are done, and shows a bar on a terminal once a second has passed.

    Args:
        what: a word for the items.
        quiet: whether to show nothing at all.
    """
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), TextColumn("{task.completed:,.0f} of {task.total:,.0f} {task.description}"), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task(what, total=total)
    begin, shown = time.perf_counter(), False

    def step(count: int) -> None:
        nonlocal shown
        bar.advance(task, count)
        if not shown and time.perf_counter() - begin > AFTER:
            shown = True
            bar.start()

    try:
        yield step
    finally:
        if shown:
            bar.stop()
