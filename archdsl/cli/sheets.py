"""Tables to files: which form the ending of a name asks for, and writing it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

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


output_option = click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file instead of printing.")


@dataclass(frozen=True)
class SheetFile:
    """In which form a table is written, and into which file; both None for a table that is drawn for people."""

    form: str | None = given(form_options)
    output: Path | None = given(output_option)


def form_of(output: Path | None, forms: Iterable[str]) -> str:
    """The form that a name ends in, among those that a command writes.

    Raises:
        UsageError: it ends in something else.
    """
    known = {ending: form for ending, form in ENDINGS.items() if form in set(forms)}
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
