"""A file for torch's writers, which end the process where a write fails: a full disk is found out after they are done."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class _Steady(io.BufferedIOBase):
    """A file that takes everything; the first error of writing it is kept."""

    def __init__(self, file: io.BufferedWriter):
        self.file = file
        self.error: OSError | None = None

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        view = memoryview(data)  # type: ignore[arg-type]
        if self.error is None:
            try:
                self.file.write(view)
            except OSError as error:
                self.error = error
        return view.nbytes

    def flush(self) -> None:
        if self.error is None:
            try:
                self.file.flush()
            except OSError as error:
                self.error = error

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Back to the start, when all is written; writers do not ask for another place."""
        return 0


@contextmanager
def steady(path: Path) -> Iterator[io.BufferedIOBase]:
    """A file to write from C++.

    Raises:
        OSError: it cannot be written; once the block is done.
    """
    with path.open("wb") as file:
        made = _Steady(file)
        yield made
        made.flush()
        if made.error is not None:
            raise made.error
