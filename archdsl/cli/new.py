"""`archdsl new`."""

from __future__ import annotations

from pathlib import Path

import click

from archdsl.cli.terminal import echo
from archdsl.errors import InputError


@click.command("new")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def command(path: Path, force: bool) -> None:
    """Write a starter spec to FILE: a small mobile network with knobs."""
    from archdsl.artifacts import write
    from archdsl.spec.starter import starter

    if not path.name:
        raise InputError(f"'{path}' names no file; write archdsl new NAME.yaml")
    path = path if path.suffix else path.with_suffix(".yaml")
    if path.exists() and not force:
        raise InputError(f"{path} exists already; --force replaces it")
    if not path.parent.is_dir():
        raise InputError(f"there is no folder {path.parent}")
    write(path, starter(path.stem))
    echo(f"{path} is written; next: archdsl build {path}")
