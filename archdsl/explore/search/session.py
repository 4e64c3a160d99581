"""Which programs work at a study, and whether they are still alive, so that others can take over what dead ones left running.

Optuna's heartbeats are for `optimize` on databases only, and they fail a trial and add a copy. Here a program writes itself into the
study, and a trial names the program that runs it; when that program is dead, another one takes over the very same trial.

On the same machine a program is dead when its process is gone, which shows at once. A program on another machine shows only that it
counts its beats; it is dead when the count has stood still for a while by this program's own clock.
"""

from __future__ import annotations

import os
import socket
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optuna import Study

BEAT_SECONDS = 10.0
GRACE_SECONDS = 60.0
"""A program whose beat stands still for so long is dead."""

_PREFIX = "session."


class Session:
    """This program's presence in a study."""

    def __init__(self, study: Study):
        self.study = study
        self.id = uuid.uuid4().hex[:12]
        self.beats = 0
        self.last_beat = 0.0
        self.watched: dict[str, tuple[int, float]] = {}
        self._write()

    def beat(self) -> None:
        """Show that this program is alive, if it is time to."""
        if time.monotonic() - self.last_beat >= BEAT_SECONDS:
            self._write()

    def end(self) -> None:
        """Say that this program has ended: others may take over at once what it left running."""
        self.study.set_user_attr(_PREFIX + self.id, {"ended": True})

    def alive(self) -> dict[str, bool | None]:
        """Whether each other program that ever worked at the study is alive; None where only time will tell."""
        attributes = self.study.user_attrs
        found = {key.removeprefix(_PREFIX): value for key, value in attributes.items() if key.startswith(_PREFIX)}
        return {name: self._alive(name, record) for name, record in found.items() if name != self.id}

    def _alive(self, name: str, record: dict[str, Any]) -> bool | None:
        if record.get("ended"):
            return False
        if record["machine"] == _machine():
            return bool(_started(record["pid"]) == record["started"])
        beat, since = self.watched.get(name, (record["beat"], time.monotonic()))
        moved = beat != record["beat"]
        self.watched[name] = (record["beat"], time.monotonic() if moved else since)
        if moved:
            return True
        return False if time.monotonic() - since > GRACE_SECONDS else None

    def _write(self) -> None:
        self.beats += 1
        self.last_beat = time.monotonic()
        pid = os.getpid()
        record = {"machine": _machine(), "pid": pid, "started": _started(pid), "beat": self.beats}
        self.study.set_user_attr(_PREFIX + self.id, record)


def _machine() -> str:
    """A name that two programs share only if each can see the other's processes."""
    boot, processes = _text(Path("/proc/sys/kernel/random/boot_id")), _text(Path("/proc/self/ns/pid"))
    return " ".join(filter(None, (socket.gethostname(), boot, processes)))


def _text(path: Path) -> str:
    try:
        return str(path.readlink()) if path.is_symlink() else path.read_text().strip()
    except OSError:
        return ""


def _started(pid: int) -> str | None:
    """When a process began, so that a later one of the same number is not taken for it; None if there is none, or it is a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if fields[0] in "ZX" else fields[19]
    except OSError:
        if Path("/proc/self/stat").exists():
            return None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except OSError:
        pass
    return "?"
