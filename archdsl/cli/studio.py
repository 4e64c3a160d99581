"""`archdsl studio`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archdsl.cli.terminal import echo
from archdsl.errors import InputError
from archdsl.extras import needed_by

if TYPE_CHECKING:
    from archdsl.studio.folders import Folders

PORT = 8720
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command("studio")
@click.argument("spec", required=False, default="")
@click.option(
    "--folder",
    "folders",
    multiple=True,
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Specs are read and written below this folder; again for more. That of SPEC, or this one, if not given.",
)
@click.option("--port", type=click.IntRange(0, 65535), help=f"Of the page; {PORT}, or any that is free, if not given.")
@click.option("--host", default=LOOPBACK[0], show_default=True, help="Address to listen on; other machines need a token then.")
@click.option("--no-browser", is_flag=True, help="Open no browser.")
def command(spec: str, folders: tuple[Path, ...], port: int | None, host: str, no_browser: bool) -> None:
    """The sandbox in a browser: the text of SPEC, its picture and its bill, live. Ends with Ctrl-C.

    SPEC is a file or a network of the zoo; the gallery of the zoo opens without one.
    """
    with needed_by("the studio"):
        from archdsl.studio.server import Place, Studio, new_token, place_of
    from archdsl.studio.folders import Folders

    found = Folders(folders or [_around(spec)])
    token = "" if host in LOOPBACK else new_token()
    place = Place(found, place_of(spec, found), host, PORT if port is None else port, token)
    try:
        studio = Studio(place)
    except InputError:
        if port is not None:
            raise
        studio = Studio(place._replace(port=0))
    _greet(studio.url, found, bool(token))
    if not no_browser:
        click.launch(studio.url)
    studio.run()


def _around(spec: str) -> Path:
    """The folder that a spec lies in: this one where it is below it, and for networks of the zoo."""
    here = Path.cwd()
    if not spec or not os.path.isfile(spec):
        return here
    folder = Path(spec).resolve().parent
    return here if folder.is_relative_to(here) else folder


def _greet(url: str, folders: Folders, shared: bool) -> None:
    echo(f"studio at {url}")
    echo(f"reads and writes specs below {', '.join(map(str, folders.roots))}; Ctrl-C ends it")
    if shared:
        echo(
            "Whoever has this address can read and write specs there and keep this machine busy. It is not encrypted: "
            "use it in a network that you trust, or through ssh -L."
        )
