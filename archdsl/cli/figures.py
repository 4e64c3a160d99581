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
@knob_option
@json_option
def command(
    names: tuple[str, ...], output: Path, forms: tuple[str, ...], blocks: Path | None, settings: tuple[str, ...], as_json: bool
) -> None:
    """Draw the figures of the paper (Zhao & Wang 2022): fig2a, fig2b, fig3a, fig3b, fig4 and fig5, or those that are named.

    They come from the blocks of the zoo, with letters for widths. --set changes the knobs of the blocks (kernels, split), or gives a
    letter a number: --set C=64.
    """
    from archdsl.viz.figures import figures

    if blocks is not None and not (blocks / "blocks").is_dir():
        raise InputError(f"{blocks} has no folder blocks/")
    pictures = figures(names, blocks, **parse_settings(settings))
    # Everything is made before anything is written.
    made = {f"{name}.{form}": FORMS[f".{form}"].write(picture) for name, picture in pictures.items() for form in forms}
    from archdsl.artifacts import write

    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{output} cannot be written: {error.strerror}") from None
    for file, content in made.items():
        write(output / file, content)
    if as_json:
        print_json({"written": [str(output / file) for file in made]})
        return
    for name, picture in pictures.items():
        echo(f"{output / name}: {picture.drawing.name} ({', '.join(forms)})")
