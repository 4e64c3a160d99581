"""Reading the files of a data set: what is missing, cut short or of another kind is an error that names the file."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from archdsl.errors import InputError


def expected(folder: Path, names: tuple[str, ...], what: str) -> None:
    """Raise InputError unless a folder holds all of these files.

    Args:
        what: the set, and where it comes from, for the message.
    """
    if not folder.is_dir():
        raise InputError(f"no folder {folder}; {what} is expected there: {', '.join(names)}")
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise InputError(f"{folder} lacks {', '.join(missing)}; {what} is expected there: {', '.join(names)}")


def unpacked(path: Path, most: int) -> bytes:
    """The content of a file, unpacked where its name ends in .gz.

    Args:
        most: bytes that it may hold.

    Raises:
        InputError: it cannot be read, is no gzip file, is cut short, or holds more.
    """
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as stream:
            data: bytes = stream.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > most:
        raise InputError(f"{path} holds more than the {most:,} bytes that it should")
    return data
