"""`archdsl figures`."""

from __future__ import annotations

from pathlib import Path

import click

from archdsl.cli.common import json_option, knob_option, print_json
from archdsl.cli.terminal import echo
from archdsl.errors import InputError
from archdsl.spec.settings import parse_settings
from archdsl.viz.forms import FORMS

ENDINGS = tuple(ending.removeprefix(".") for ending in FORMS)


@click.command("figures")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("-o", "--output", type=click.Path(path_type=Path), default=Path("figures"), show_default=True, help="Folder.")
@click.option(
    "--to",
    "forms",
    multiple=True,
    type=click.Choice(ENDINGS),
    default=("svg", "pdf", "png"),
    show_default=True,
    help="Form of the files.",
)
@click.option(
    "--blocks", type=click.Path(path_type=Path), metavar="DIR", help="Folder whose blocks/ are taken in place of the zoo's."
)
@click.option("--caption", is_flag=True, help="Write its caption under each figure.")
@knob_option
@json_option
def command(
    names: tuple[str, ...],
    output: Path,
    forms: tuple[str, ...],
    blocks: Path | None,
    caption: bool,
    settings: tuple[str, ...],
    as_json: bool,
) -> None:
    """Draw the figures of the paper (Zhao & Wang 2022): fig2a, fig2b, fig3a, fig3b, fig4 and fig5, or those that are named; fig2 and
    fig3 have both parts in one picture.

    They come from the blocks of the zoo, with letters for widths. --set changes the knobs of the blocks (kernels, split), or gives a
    letter a number: --set C=64.
    """
    from archdsl.artifacts import files as together
    from archdsl.artifacts import writable
    from archdsl.viz.figures import figures

    if blocks is not None and not (blocks / "blocks").is_dir():
        raise InputError(f"{blocks} has no folder blocks/")
    pictures = figures(names, blocks, caption, **parse_settings(settings))
    files = [f"{name}.{form}" for name in pictures for form in forms]
    for file in files:
        writable(output / file, new_folders=True)
    with together(output / files[0], new_folders=True) as made:
        for file in files:
            (made.parent / file).write_bytes(FORMS[Path(file).suffix].write(pictures[Path(file).stem]))
    if as_json:
        print_json({"written": [str(output / file) for file in files]})
        return
    for name, picture in pictures.items():
        echo(f"{output / name}: {picture.drawing.name} ({', '.join(forms)})")
