"""Writing results so that they appear whole or not at all: a folder, a file, or several files beside each other.

What is being written stands beside its place under a name of its own (`.archdsl-HOST-PID-…`). A program that is killed leaves
that behind; the next one that writes into the same folder takes it away.
"""

from __future__ import annotations

import json
import os
import platform
import secrets
import shutil
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from archdsl.errors import InputError, visible

_PREFIX = f".archdsl-{zlib.crc32(platform.node().encode()):08x}-"


@contextmanager
def folder(target: Path, known: frozenset[str]) -> Iterator[Path]:
    """A new empty folder to write into; when the block ends well it takes the target's place, otherwise nothing changes.

    Whether the target can be written is found out before the block runs. What others put into the target meanwhile stays there.

    Args:
        target: where the results go. What is there is replaced, if it holds only known files.
        known: names of the files that such a folder holds.

    Raises:
        InputError: the target is a file, holds other files, or cannot be written.
    """
    _only_known(target, known)
    with _draft(target, new_folders=True) as made:
        yield made
        _swap(made, target, known)


@contextmanager
def files(path: Path, new_folders: bool = False) -> Iterator[Path]:
    """Where to write a file that may have others beside it; when the block ends well all take their places, otherwise nothing changes.

    Args:
        path: where the file goes.
        new_folders: whether missing folders above it are made.

    Raises:
        InputError: it cannot be written.
    """
    with _draft(_no_folder(path), new_folders) as made:
        yield made / path.name
        for file in sorted(made.iterdir(), key=lambda file: file.name == path.name):  # what others refer to goes first
            file.replace(path.parent / file.name)


@contextmanager
def scratch(place: Path | None = None) -> Iterator[Path]:
    """A folder that is taken away when the block ends; those of killed programs go with the next.

    Args:
        place: the folder that it is made in; that of the system's temporary files where not given.

    Raises:
        InputError: it cannot be made.
    """
    place = place or Path(tempfile.gettempdir())
    with _told(place):
        _sweep(place)
        made = _beside(place / "scratch")
        made.mkdir(mode=0o700)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def write(path: Path, content: str | bytes) -> None:
    """Write one file whole or not at all.

    Raises:
        InputError: it cannot be written.
    """
    with files(path) as made:
        made.write_bytes(content.encode() if isinstance(content, str) else content)


def json_text(data: Any, indent: int | None = None) -> str:
    """JSON as people read it: letters of all scripts as they are, and escapes for characters that have no picture."""
    compact = (",", ":") if indent is None else None
    text = json.dumps(data, indent=indent, ensure_ascii=False, separators=compact)
    if text.isascii() and "\x7f" not in text:
        return text
    return "".join([c if c == "\n" or visible(c) == c else json.dumps(c)[1:-1] for c in text])


def writable(path: Path, new_folders: bool = False) -> None:
    """Find out before any work starts whether `write`, or `files`, can succeed.

    Raises:
        InputError: they cannot.
    """
    with _draft(_no_folder(path), new_folders):
        pass


def spares(outputs: Iterable[Path], inputs: Iterable[Path | None]) -> None:
    """Find out before any work starts whether what is written would take the place of what is read.

    Raises:
        InputError: it would; names the file.
    """
    written = {path.resolve() for path in outputs}
    for path in inputs:
        if path is not None and path.resolve() in written:
            raise InputError(f"{path} is read, and would be overwritten; choose another name with -o")


def replaceable(target: Path, known: frozenset[str]) -> None:
    """The same for `folder`."""
    _only_known(target, known)
    with _draft(target, new_folders=True):
        pass


@contextmanager
def _draft(target: Path, new_folders: bool) -> Iterator[Path]:
    """A new empty folder beside a target while a block runs. Errors of the operating system are taken for those of writing into it."""
    with ExitStack() as stack:
        with _told(target):
            if new_folders:
                stack.enter_context(_place(target.parent))
            _sweep(target.parent)
            made = _beside(target)
            made.mkdir()
        stack.callback(shutil.rmtree, made, ignore_errors=True)
        try:
            yield made
        except OSError as error:
            raise InputError(f"{target} cannot be written: {error.strerror or error}") from None


@contextmanager
def _place(folder: Path) -> Iterator[None]:
    """A folder that is there while a block runs. What was made of it goes away again where the block leaves it empty."""
    new = [place for place in (folder, *folder.parents) if not place.exists()]
    standing = folder.parents[len(new) - 1] if new else folder
    if not standing.is_dir():
        raise InputError(f"{standing} is a file, not a folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    finally:
        for place in new:
            with suppress(OSError):
                place.rmdir()


def _no_folder(path: Path) -> Path:
    """The path of a file that is there or may be. Raises InputError for a folder, and for a name that no file can have."""
    with _told(path), suppress(FileNotFoundError, NotADirectoryError):
        path.lstat()
        if path.is_dir():
            raise InputError(f"{path} is a folder; name a file")
    return path


@contextmanager
def _told(target: Path) -> Iterator[None]:
    """Errors of the operating system as errors of the user's input."""
    try:
        yield
    except OSError as error:
        raise InputError(f"{target} cannot be written: {error.strerror or error}") from None
    except ValueError as error:  # a NUL in the name
        raise InputError(f"{str(target)!r} is no name of a file: {error}") from None


def _beside(target: Path) -> Path:
    """A name that nobody uses, in the target's folder."""
    return target.parent / f"{_PREFIX}{os.getpid()}-{secrets.token_hex(4)}"


def _sweep(place: Path) -> None:
    """Take away what programs of this machine that no longer run left in a folder."""
    for left in place.glob(f"{_PREFIX}*"):
        number = left.name.removeprefix(_PREFIX).split("-")[0]
        if number.isdigit() and not _runs(int(number)):
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left, ignore_errors=True)
            else:
                with suppress(OSError):  # of another user
                    left.unlink()


def _runs(number: int) -> bool:
    """Whether there is a process of that number."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _only_known(target: Path, known: frozenset[str]) -> None:
    """Raise InputError where the target is there and is no folder of known files."""
    with _told(target):
        if not target.exists():
            return
        if not target.is_dir():
            raise InputError(f"{target} is a file; choose a folder with -o")
        other = sorted(p.name for p in target.iterdir() if not _ours(p, known))
    if other:
        raise InputError(f"{target} holds other files ({', '.join(other[:3])}); choose a new folder with -o")


def _ours(path: Path, known: frozenset[str]) -> bool:
    return path.name in known and not path.is_dir()


def _swap(made: Path, target: Path, known: frozenset[str]) -> None:
    """Put what was made in the target's place; what is there and is not known moves into it."""
    if not target.exists():
        made.rename(target)
        return
    old = _beside(target)
    target.rename(old)
    try:
        for path in old.iterdir():
            if not _ours(path, known):
                path.rename(made / path.name)
        made.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
