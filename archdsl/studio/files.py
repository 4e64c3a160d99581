"""Files of a page: what is listed, read and saved. Nothing is written over what the page has not seen."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from archdsl.artifacts import files
from archdsl.errors import InputError, visible
from archdsl.spec.locate import decoded, zoo_names
from archdsl.spec.yaml import TextLimits
from archdsl.studio.folders import ZOO, Folders, shipped, ships
from archdsl.studio.question import Given, Tell

LARGEST = TextLimits().bytes
BOM = b"\xef\xbb\xbf"


class Changed(Exception):
    """The file is not what the page last saw."""


def listed(given: Given, tell: Tell) -> dict[str, Any]:
    """The specs below the folders and the networks of the zoo.

    Returns:
        `files`, each with `file`, `bytes` and `changed` (seconds since 1970); `folders`, names of those that files may be put into;
        `more`, whether there may be others; `zoo`, names.
    """
    found = _folders(given).walk()
    return {
        "files": [one._asdict() for one in found.files],
        "folders": found.folders,
        "more": found.more,
        "zoo": zoo_names(),
    }


def read(given: Given, tell: Tell) -> dict[str, Any]:
    """The text of `file`: a name below the folders, or `zoo:NAME`.

    Returns:
        `text` with lines ended as editors of pages end them, and the `digest` of the file, with which it is saved later.

    Raises:
        InputError: there is no such file, or it is out of reach.
        SpecError: it is not UTF-8.
    """
    file = _name(given)
    path = shipped(file.removeprefix(ZOO)) if file.startswith(ZOO) else _folders(given).resolve(file)
    data = content(path)
    if data is None:
        raise InputError(f"no such file: {file}")
    return {"file": file, "text": _text(data, file), "digest": digest(data)}


def save(given: Given, tell: Tell) -> dict[str, Any]:
    """Write `text` to `file` if that is still what the page saw last, `expected`: a digest, "" for a file that was not there.

    The file keeps its mode, and the line ends and mark of encoding that it has.

    Returns:
        `saved`, and the new `digest`. Where the file has changed meanwhile nothing is written, and `theirs` is its text, None if it is
        gone, with the `digest` to save over it knowingly.

    Raises:
        InputError: it is out of reach, ships with archdsl, is too large, or cannot be written.
    """
    file, text, expected = _name(given), given.get("text"), given.get("expected")
    if not isinstance(text, str) or not isinstance(expected, str):
        raise InputError("a file is saved with a text and what the page last saw of it")
    if file.startswith(ZOO):
        raise InputError("the zoo is read, not written; save the design under a name of your own")
    path = _folders(given).resolve(file)
    if ships(path):
        raise InputError(f"{file} ships with archdsl and is read, not written; save the design under another name")
    try:
        made = _written(path, text, expected)
    except Changed:
        theirs = content(path)
        return {"saved": False, "file": file, "theirs": None if theirs is None else _text(theirs, file), "digest": digest(theirs)}
    return {"saved": True, "file": file, "digest": digest(made)}


def digest(data: bytes | None) -> str:
    """What a page remembers of a file; "" for one that is not there."""
    return "" if data is None else hashlib.sha256(data).hexdigest()


def _written(path: Path, text: str, expected: str) -> bytes:
    """Write, unless the file has changed. Raises `Changed`, and InputError where it cannot be written."""
    if digest(content(path)) != expected:
        raise Changed
    with files(path, new_folders=True) as made, _alone(path.parent):
        before = content(path)
        if digest(before) != expected:
            raise Changed
        data = _as_before(text, before)
        if len(data) > LARGEST:
            raise InputError(f"the text has {len(data):,} bytes, a spec has at most {LARGEST:,}")
        made.write_bytes(data)
        if before is not None:
            made.chmod(stat.S_IMODE(path.stat().st_mode))
        os.replace(made, path)
    return data


def _as_before(text: str, before: bytes | None) -> bytes:
    """A text as bytes, with the line ends and the mark of encoding of the file that it replaces."""
    before = before or b""
    plain = text.replace("\r\n", "\n")
    if b"\r\n" in before and before.count(b"\r\n") == before.count(b"\n"):
        plain = plain.replace("\n", "\r\n")
    try:
        return (BOM if before.startswith(BOM) else b"") + plain.encode()
    except UnicodeEncodeError:
        raise InputError("the text holds half of a letter, which no file can have") from None


def content(path: Path) -> bytes | None:
    """What is in a file; None where there is none. Never waits, as opening a pipe would."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        with open(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise InputError(f"{path.name} is no regular file")
            data = file.read(LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise InputError(f"{visible(path.name)} cannot be read: {error.strerror}") from None
    if len(data) > LARGEST:
        raise InputError(f"{visible(path.name)} is larger than a spec may be, which is {LARGEST:,} bytes")
    return data


def _text(data: bytes, name: str) -> str:
    return decoded(data, name, None).text.replace("\r\n", "\n").replace("\r", "\n")


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """While a block runs no other process of a studio saves into the folder, so that two tabs do not save at the same moment."""
    try:
        import fcntl
    except ImportError:  # Windows has no locks of folders; the moment is short
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _folders(given: Given) -> Folders:
    """The folders of the server, which it puts into every question."""
    return Folders(given["here"]["roots"])


def _name(given: Given) -> str:
    file = given.get("file")
    if not isinstance(file, str):
        raise InputError("a file is asked for by its name")
    return file
