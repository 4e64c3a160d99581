"""Writing results so that they appear whole or not at all: a folder or a file."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archdsl.errors import InputError


@contextmanager
def folder(target: Path, known: frozenset[str]) -> Iterator[Path]:
    """A new empty folder to write into; when the block ends well it takes the target's place, otherwise nothing changes.

    Args:
        target: where the results go. What is there is replaced, if it holds only known files.
        known: names of the files that such a folder holds.

    Raises:
        InputError: the target is a file, holds other files, or cannot be written.
    """
    _replaceable(target, known)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise InputError(f"{target} cannot be written: {error.strerror}") from None
    try:
        yield made
        made.chmod(0o755)
        _swap(made, target)
    except OSError as error:
        raise InputError(f"{target} cannot be written: {error.strerror}") from None
    finally:
        shutil.rmtree(made, ignore_errors=True)


def write(path: Path, content: str | bytes) -> None:
    """Write one file whole or not at all.

    Raises:
        InputError: it cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content.encode() if isinstance(content, str) else content)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from None


def _replaceable(target: Path, known: frozenset[str]) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise InputError(f"{target} is a file; choose a folder with -o")
    other = sorted(p.name for p in target.iterdir() if p.name not in known)
    if other:
        raise InputError(f"{target} holds other files ({', '.join(other[:3])}); choose a new folder with -o")


def _swap(made: Path, target: Path) -> None:
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent)) / "old"
    try:
        if target.exists():
            target.rename(old)
        try:
            made.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
    finally:
        shutil.rmtree(old.parent, ignore_errors=True)
