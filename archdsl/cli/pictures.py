"""What commands that draw share: how deep, which way, and into which file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def _depth(ctx: click.Context, param: click.Parameter, value: str | None) -> int | str | None:
    """An int of at least 0, or `all`."""
    if value is None or value == "all":
        return value
    if not value.isdecimal():
        raise click.BadParameter(f"'{value}' is no int of at least 0, and not 'all'", ctx, param)
    return int(value)


def depth_option(function: F) -> F:
    text = "Levels of blocks that are opened: 0 closes stages too, 1 shows the outermost blocks as boxes."
    return click.option("--depth", metavar="N|all", callback=_depth, help=f"{text} 1 for a network, all for a part.")(function)


def direction_option(function: F) -> F:
    text = "Direction of reading: from top to bottom, or from left to right."
    return click.option("--rankdir", type=click.Choice(["TB", "LR"]), default="TB", show_default=True, help=text)(function)


def picture_file(output: Path | None, name: str) -> Path:
    """Where a picture goes. An ending that is none is refused before any work is done.

    Raises:
        InputError: the ending.
    """
    from archdsl.viz.forms import form

    target = output or Path(f"{name}.svg")
    form(target)
    return target
