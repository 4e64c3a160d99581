"""A study's journal: Optuna's file of one JSON object a line, made to outlive programs that are killed while they write to it."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from optuna.storages.journal import JournalFileBackend, JournalFileSymlinkLock

from archdsl.explore.search.journal_lines import check_lines

STALE_SECONDS = 3
"""A lock was left by a killed program if the journal stands still for so long. A writer holds it for milliseconds; Optuna waits 30 s."""


class Journal(JournalFileBackend):
    """Optuna's journal, with three differences.

    Lines are appended in one piece, so that even two writers at once would not mix them. The disk is waited for when a trial is
    finished, not at each of its attributes, which would take ten times as long. An incomplete last line, as a full disk or a loss of
    power leaves it, is cut off; Optuna cannot read a journal that has one in its middle.

    Raises:
        OSError: the file cannot be read or written.
        BadLine: it is no journal, or damaged; the file is as it was.
    """

    def __init__(self, path: Path):
        if path.exists():
            check_lines(path.read_bytes(), _replay())
        super().__init__(str(path), _Lock(str(path), STALE_SECONDS))
        self.path = path
        self.lock = _Lock(str(path), STALE_SECONDS)
        self._mend()

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        lines = "".join(json.dumps(log, separators=(",", ":")) + "\n" for log in logs).encode("utf-8")
        self.lock.acquire()
        try:
            self._append(lines)
        finally:
            self.lock.release()
        if any("state" in log for log in logs):
            with self.path.open("rb") as file:
                os.fsync(file.fileno())

    def _append(self, lines: bytes) -> None:
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND)
        try:
            before = os.fstat(file).st_size
            if os.write(file, lines) < len(lines):
                os.ftruncate(file, before)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        finally:
            os.close(file)

    def _mend(self) -> None:
        if self._whole() is None:
            return
        self.lock.acquire()  # so that no program is in the middle of writing
        try:
            whole = self._whole()
            if whole is not None:
                os.truncate(self.path, whole)
        finally:
            self.lock.release()

    def _whole(self) -> int | None:
        """The length of the journal up to the end of its last complete line; None if nothing follows that."""
        content = self.path.read_bytes()
        return None if not content or content.endswith(b"\n") else content.rfind(b"\n") + 1


def _replay() -> Callable[[dict[str, Any]], None]:
    """Optuna's own reading of one entry after the other."""
    from optuna.storages.journal._storage import JournalStorageReplayResult

    found = JournalStorageReplayResult("")
    return lambda entry: found.apply_logs([entry])


class _Lock(JournalFileSymlinkLock):
    def release(self) -> None:
        with suppress(RuntimeError):  # another program took this lock for stale
            super().release()
