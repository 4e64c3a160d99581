"""What the terminal, the file or the pipe can take that output goes to: colours, its width, and letters that it does not have."""

from __future__ import annotations

import codecs
import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

import click

from archdsl.errors import visible

if TYPE_CHECKING:
    from rich.console import Console

WIDTH = 140
"""Columns where output goes to a file or a pipe and COLUMNS does not say otherwise."""

NARROWEST = 40
"""Columns that tables take at least."""

PLAIN = str.maketrans(
    {
        **dict.fromkeys("─━═╌╶╴╺╸", "-"),
        **dict.fromkeys("│┃║", "|"),
        **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╯╰╇╈╪", "+"),
        **dict.fromkeys("█▓▒", "#"),
        **dict.fromkeys("·•", "."),
        **dict.fromkeys("–−", "-"),
        "▸": ">",
        "◂": "<",
        "↓": "v",
        "↑": "^",
        "✓": "y",
        "✗": "n",
        "×": "x",
        "²": "^2",
        "³": "^3",
        "→": "->",
        "…": "...",
        "≤": "<=",
        "≥": ">=",
        "—": "--",
        "’": "'",
        "“": '"',
        "”": '"',
        "\xa0": " ",
    }
)
"""What stands for the signs that tables and messages are drawn with, where they cannot be written."""


def _substitute(error: UnicodeError) -> tuple[str, int]:
    """An error handler of codecs: the plain sign, or for any other letter its escape."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    part = error.object[error.start : error.end]
    return "".join(c if c.isascii() else c.encode("ascii", "backslashreplace").decode() for c in part.translate(PLAIN)), error.end


codecs.register_error("archdsl", _substitute)


def take_any_letter() -> None:
    """Let both streams of the program take any text: what their encoding does not have is written in plain signs."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and not has_all_letters(stream):
            stream.reconfigure(errors="archdsl")


def has_all_letters(stream: TextIO | None = None) -> bool:
    """Whether everything can be written to a stream, standard output if none is given."""
    return (getattr(stream or sys.stdout, "encoding", None) or "utf-8").lower().replace("_", "-").startswith(("utf", "cp65001"))


def letters(text: str) -> str:
    """A text as standard output will show it, so that columns are as wide as they look."""
    return (
        text if text.isascii() or has_all_letters() else text.encode(sys.stdout.encoding, "archdsl").decode(sys.stdout.encoding)
    )


def echo(text: str, *, err: bool = False, end: str = "\n", colours: bool = False) -> None:
    """Write lines that may hold what a spec gave. Unlike `click.echo` it goes through the stream as it is, which knows its letters.

    Args:
        colours: whether the text holds codes of colours, and was made visible before.
    """
    text = text if colours else visible(text, keep="\n")
    click.echo(text + end, file=sys.stderr if err else sys.stdout, nl=False, color=colours)


def coloured(stream: TextIO) -> bool:
    """Whether colours are wanted: NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE and CLICOLOR say so, otherwise what the stream is."""
    said = os.environ.get
    if said("NO_COLOR"):
        return False
    if said("FORCE_COLOR") or said("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    return stream.isatty() and said("CLICOLOR") != "0" and said("TERM", "").lower() not in ("dumb", "unknown")


def width() -> int | None:
    """Columns that tables have: those of COLUMNS, or None for those of the terminal."""
    said = os.environ.get("COLUMNS", "")
    if said.isdecimal() and len(said) < 6 and int(said):
        return max(int(said), NARROWEST)
    return None if sys.stdout.isatty() else WIDTH


def console() -> Console:
    """The console that tables are printed on."""
    from archdsl.cli.visible import Visible

    colours = coloured(sys.stdout)
    return Visible(
        width=width(), highlight=False, color_system="auto" if colours else None, force_terminal=True if colours else None
    )
