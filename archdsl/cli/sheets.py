"""Tables to files: which form the ending of a name asks for, and writing it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archdsl.cli.endings import check_agreement
from archdsl.cli.gathered import F, given
from archdsl.cli.terminal import echo

if TYPE_CHECKING:
    from archdsl.cost.tables.sheet import Sheet

ENDINGS = {".csv": "csv", ".md": "markdown", ".html": "html", ".htm": "html", ".tex": "latex"}


def form_options(function: F) -> F:
    """`--csv`, `--markdown` and `--html`."""
    forms = {"csv": "comma-separated values", "markdown": "a Markdown table", "html": "a self-contained page"}
    for form, what in reversed(forms.items()):
        function = click.option(f"--{form}", "form", flag_value=form, help=f"Print {what}.")(function)
    return function


def checked(ctx: click.Context, param: click.Parameter, path: Path | None) -> Path | None:
    """A file that can be written. Raises InputError before any work is done where it cannot."""
    if path is not None:
        from archdsl.artifacts import writable

        writable(path)
    return path


def plottable(ctx: click.Context, param: click.Parameter, path: Path | None) -> Path | None:
    """A file that a plot can be written into. Raises as `checked`, and BackendError where a library for plots is not installed."""
    if path is not None:
        from archdsl.viz.plots import need_library

        need_library(path)
    return checked(ctx, param, path)


output_option = click.option(
    "-o", "--output", type=click.Path(path_type=Path), callback=checked, help="Write to this file instead of printing."
)


@dataclass(frozen=True)
class SheetFile:
    """In which form a table is written, and into which file; both None for a table that is drawn for people."""

    form: str | None = given(form_options)
    output: Path | None = given(output_option)


def form_of(form: str | None, output: Path | None, forms: Iterable[str]) -> str:
    """The form that is asked for, or else the one that a name ends in, among those that a command writes.

    Raises:
        UsageError: the name ends in something else.
    """
    known = {ending: word for ending, word in ENDINGS.items() if word in set(forms)}
    if form is not None:
        if output is not None:
            check_agreement(output, form, [ending for ending, word in known.items() if word == form])
        return form
    suffix = output.suffix.lower() if output else ""
    if suffix not in known:
        words = ", ".join(dict.fromkeys(known.values()))
        raise click.UsageError(f"-o {output}: end the name in {', '.join(known)}, or name the form: {words}")
    return known[suffix]


def write_sheet(sheet: Sheet, form: str, output: Path | None) -> None:
    """Write a sheet to a file, whole or not at all, or print it.

    Raises:
        InputError: the file cannot be written.
    """
    text = getattr(sheet, form)()
    if output is None:
        echo(text, end="")
        return
    from archdsl.artifacts import write

    write(output, text)
    echo(f"{output} is written")
