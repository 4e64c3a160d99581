"""Files that pass between a page and the server: made ones are handed out once, dropped ones are taken in.

Each lies alone in a folder of its own below one that only this user can read. The folder's name cannot be guessed, and is what the page
is told.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import shutil
import time
from collections.abc import AsyncIterable
from pathlib import Path

from archdsl.errors import InputError, clip

MODELS = (".onnx", ".pt2")
"""What files of models end in."""
LARGEST = 512 * 2**20
"""Bytes of a dropped file."""
MOST, OLDEST = 32, 3600.0
"""Folders that wait to be fetched, and seconds that one waits."""

_TOKEN = re.compile(r"[\w-]{32,64}", re.ASCII)


def new_place(folder: Path) -> Path:
    """A new folder for one file. Its name is the token; the oldest that nobody fetched go.

    Raises:
        InputError: it cannot be made.
    """
    _sweep(folder)
    place = folder / secrets.token_urlsafe(32)
    try:
        place.mkdir(mode=0o700)
    except OSError as error:
        raise InputError(f"there is no place for a file: {error.strerror}") from None
    return place


def file_of(folder: Path, token: object) -> Path:
    """The file that a token stands for.

    Raises:
        InputError: there is none, or it was fetched already.
    """
    place = folder / token if isinstance(token, str) and _TOKEN.fullmatch(token) else None
    found = [path for path in place.iterdir() if path.is_file()] if place is not None and place.is_dir() else []
    if len(found) != 1:
        raise InputError("there is no such file any more; a file is handed out once")
    return found[0]


def taken(folder: Path, token: object) -> Path:
    """The same, under another name from now on, so that nobody takes it a second time. `discard` takes it away.

    Raises:
        InputError: there is none, or it was fetched already.
    """
    found = file_of(folder, token)
    away = folder / f".{secrets.token_urlsafe(32)}"
    try:
        found.parent.rename(away)
    except OSError:  # somebody was quicker
        raise InputError("there is no such file any more; a file is handed out once") from None
    return away / found.name


def discard(file: Path) -> None:
    """Take a file away with its folder."""
    shutil.rmtree(file.parent, ignore_errors=True)


async def receive(stream: AsyncIterable[bytes], name: str, folder: Path, limit: int = LARGEST) -> str:
    """Take in a dropped file piece by piece.

    Args:
        stream: pieces of the file.
        name: as the page says; nothing is written elsewhere whatever it is.
        limit: bytes that are taken.

    Returns:
        the token that it can be imported by.

    Raises:
        InputError: its name does not end as that of a model, it is too large or empty, or it cannot be kept.
    """
    told = plain_name(name, MODELS)
    place = new_place(folder) / told
    size = 0
    try:
        with place.open("xb") as file:
            async for piece in stream:
                size += len(piece)
                if size > limit:
                    raise InputError(f"{place.name} is too large: a model has at most {limit // 2**20:,} MiB here")
                file.write(piece)
        if not size:
            raise InputError(f"{place.name} is empty")
    except OSError as error:
        discard(place)
        if isinstance(error, ConnectionError):  # not of the file
            raise
        raise InputError(f"{place.name} cannot be kept: {error.strerror}") from None
    except BaseException:  # the page went away in the middle, too
        discard(place)
        raise
    return place.parent.name


def plain_name(name: str, endings: tuple[str, ...] = ()) -> str:
    """A name from outside as one that any system can have, without folders.

    Raises:
        InputError: it does not end in one of the endings.
    """
    last = re.split(r"[/\\]", name)[-1]
    stem, dot, ending = last.rpartition(".")
    if endings and f"{dot}{ending.lower()}" not in endings:
        raise InputError(f"'{clip(last)}' cannot be read: a model is a file that ends in {' or '.join(endings)}")
    plain = re.sub(r"[^\w-]+", "_", stem if dot else ending, flags=re.ASCII).strip("_")[:60]
    return (plain or "model") + (f".{ending.lower()}" if endings else "")


def _sweep(folder: Path) -> None:
    waiting = []
    for place in folder.iterdir():
        with contextlib.suppress(OSError):
            waiting.append((place.stat().st_mtime, place))
    waiting.sort(key=lambda found: found[0])
    late = time.time() - OLDEST
    for number, (changed, place) in enumerate(waiting):
        if changed < late or number <= len(waiting) - MOST:
            shutil.rmtree(place, ignore_errors=True)
