"""The standard streams where one is closed, or cannot be written."""

from __future__ import annotations

import errno
import io
import os
import sys

UNWRITTEN = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EBADF, errno.EIO, errno.EROFS)
"""Errors of a place that takes no more: a full disk, a limit, a stream that is closed."""


def open_streams() -> None:
    """Open streams that are closed (`archdsl cost dpnet >&-`): files that are opened later would get their numbers and their text.

    Reading from standard input then gives nothing. Writing to standard output fails, as it does where the disk is full, so that
    nobody takes an answer that was lost for one that was given. Messages go nowhere.
    """
    if sys.stdin is None:
        sys.stdin = _opened(os.O_RDONLY, "r")
    if sys.stdout is None:
        sys.stdout = _opened(os.O_RDONLY, "w")
    if sys.stderr is None:
        sys.stderr = _opened(os.O_WRONLY, "w")


def give_up_output() -> None:
    """Throw away what standard output could not take, so that the end of the interpreter does not try it again."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):  # what stands in for it in a test has no number
        return


def _opened(flags: int, mode: str) -> io.TextIOWrapper:
    stream = os.fdopen(os.open(os.devnull, flags), mode, encoding="utf-8")
    assert isinstance(stream, io.TextIOWrapper)
    return stream
