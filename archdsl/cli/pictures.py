"""What commands that draw share: what is drawn, how deep, which way, and into which file."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import fields
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


def view_options(function: F) -> F:
    """How a picture is wanted, as one `archdsl.viz.View`."""
    block = "Draw one block: the first call of it, or a call by its full name (dp_a_3)."
    row = "Draw one row of the table, counted from 1 as `build` prints them."
    heat = "Colour by share of a cost: macs, params, memory or latency.DEVICE."
    peak = "Show which tensors are in memory when it is fullest."
    legend = "Say under the picture what boxes and lines mean."
    titles = "Give blocks the names that the spec gives them under title, and number paths."
    for option in (
        click.option("--titles", is_flag=True, help=titles),
        click.option("--legend/--no-legend", default=True, show_default=True, help=legend),
        click.option("--peak", is_flag=True, help=peak),
        click.option("--heat", metavar="COST", help=heat),
        direction_option,
        depth_option,
        click.option("--row", type=click.IntRange(1), help=row),
        click.option("--block", metavar="NAME", help=block),
    ):
        function = option(function)

    @functools.wraps(function)
    def wrapper(*args: Any, **values: Any) -> Any:
        if values["block"] is not None and values["row"] is not None:
            raise click.UsageError("--block and --row exclude each other")
        if values["heat"] is not None and values["peak"]:
            raise click.UsageError("--heat and --peak exclude each other")
        from archdsl.viz.view import View

        view = View(**{field.name: values.pop(field.name) for field in fields(View)})
        return function(*args, view=view, **values)

    return wrapper  # type: ignore[return-value]


def picture_file(output: Path | None, name: str) -> Path:
    """Where a picture goes. What cannot be written is refused before any work is done.

    Raises:
        InputError: an ending that no form has, or a place that cannot be written.
    """
    from archdsl.artifacts import writable
    from archdsl.viz.forms import form

    target = output or Path(f"{name}.svg")
    form(target)
    writable(target)
    return target
