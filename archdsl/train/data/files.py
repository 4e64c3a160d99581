"""Reading the files of a data set: what is missing, cut short or of another kind is an error that names the file."""

from __future__ import annotations

import gzip
import os
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from archdsl.errors import InputError, clip


def expected(folder: Path, names: tuple[str, ...], what: str) -> None:
    """Raise InputError unless a folder holds all of these files.

    Args:
        what: the set, and where it comes from, for the message.
    """
    if not os.path.isdir(folder):
        raise InputError(f"no folder {folder}; {what} is expected there: {', '.join(names)}")
    missing = [name for name in names if not os.path.isfile(folder / name)]
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


def members(stream: BinaryIO, path: Path) -> Iterator[tarfile.TarInfo]:
    """The plain files in a tar archive that is not compressed, in their order. The stream may be read between them.

    Args:
        path: of the archive, for messages.

    Raises:
        InputError: it is no tar archive, or is cut short or damaged.
    """
    try:
        with tarfile.open(fileobj=stream, mode="r:") as archive:
            for member in archive:
                if member.size < 0:
                    raise tarfile.ReadError("a file of negative size")
                if member.isreg() and not member.issparse():
                    yield member
            # tarfile takes a damaged header, and the end of a file between two members, for the end of the archive
            stream.seek(archive.offset)
            if stream.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
                raise tarfile.ReadError("it ends without the blocks of zeros that end an archive")
    except (tarfile.TarError, OSError, ValueError, EOFError, OverflowError, MemoryError) as error:
        raise InputError(f"{path} is no tar archive, or is cut short or damaged: {clip(str(error))}") from None
