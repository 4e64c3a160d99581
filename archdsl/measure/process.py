"""The worker as the program sees it: a fresh process for each job, told what to run, heard line by line, never left behind."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

from archdsl.errors import BackendError, InputError
from archdsl.measure.runtimes import runtime as runtime_named

Side = tuple[str, Path, tuple[int, ...]]
"""Name, file, and shape of the input with its batch."""

SILENCE_SECONDS = 600.0
"""Time that a worker may take without a word: for reading or compiling one network, or one round."""

POOLS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")
"""Variables that bound threads of libraries that read them when they are imported."""


def run(
    groups: Sequence[Sequence[Side]],
    runtime: str,
    threads: int,
    *,
    rounds: int | None,
    seconds: float,
    warmup: int,
    step: Callable[[int], None] | None = None,
) -> list[list[list[float]]]:
    """Seconds of every round of every side of every group, measured by a worker.

    Raises:
        InputError: an unknown runtime, or a file that it does not read.
        BackendError: the runtime is not installed, or a side cannot be run; the message names it.
    """
    chosen = runtime_named(runtime)
    chosen.require()
    for name, file, _ in (side for group in groups for side in group):
        _readable(name, file, runtime, chosen.suffixes)
    job = {
        "runtime": runtime,
        "threads": threads,
        "rounds": rounds,
        "seconds": seconds,
        "warmup": warmup,
        "groups": [
            [{"name": name, "file": str(file.absolute()), "shape": shape} for name, file, shape in group] for group in groups
        ],
    }
    return _Worker(job).listen(step)


def _readable(name: str, file: Path, runtime: str, suffixes: tuple[str, ...]) -> None:
    if not file.is_file():
        raise InputError(f"'{name}': no file {file}")
    if file.suffix.lower() not in suffixes:
        raise InputError(f"'{name}': {runtime} reads {' and '.join(suffixes)}, not {file.name}")


class _Worker:
    """One process and what it said."""

    def __init__(self, job: dict[str, Any]):
        self.job = job
        self.at = ""  # the side that it works on

    def listen(self, step: Callable[[int], None] | None) -> list[list[list[float]]]:
        threads = str(self.job["threads"])
        environment = {**os.environ, **dict.fromkeys(POOLS, threads)}
        # -P: a file of the user's folder that is called as a library is not taken for it.
        command = [sys.executable, "-P", "-m", "archdsl.measure.worker"]
        with tempfile.TemporaryFile("w+", errors="replace") as said:
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, env=environment, text=True, encoding="utf-8"
            )
            assert process.stdin is not None
            assert process.stdout is not None
            lines: queue.Queue[str] = queue.Queue()
            threading.Thread(target=_hear, args=(process.stdout, lines), daemon=True).start()
            try:
                try:
                    process.stdin.write(json.dumps(self.job) + "\n")
                    process.stdin.flush()  # it stays open: a worker whose program has gone meets its end
                except OSError:
                    pass  # it has died; what it said tells why
                found = self._found(lines, step)
                if found is None:
                    process.wait()
                    raise self._died(process.returncode, said)
                return found
            finally:
                process.kill()
                process.wait()

    def _found(self, lines: queue.Queue[str], step: Callable[[int], None] | None) -> list[list[list[float]]] | None:
        """What a worker that lived to its end has measured; None for one that died."""
        groups: list[list[list[float]]] = []
        while len(groups) < len(self.job["groups"]):
            try:
                line = lines.get(timeout=SILENCE_SECONDS)
            except queue.Empty:
                raise self._error(f"nothing came of it for {SILENCE_SECONDS:.0f} s") from None
            if not line:
                return None
            message = json.loads(line)
            self.at = message.get("side", self.at)
            if "error" in message:
                raise self._error(message["error"])
            if "seconds" in message:
                groups.append(message["seconds"])
                if step:
                    step(len(groups[-1]))
        return groups

    def _died(self, code: int, said: IO[str]) -> BackendError:
        how = f"its process was ended by signal {-code}" if code < 0 else f"its process ended with code {code}"
        said.seek(0)
        last = [line.strip() for line in said if line.strip()][-1:]
        return self._error(how + (f": {last[0]}" if last else ""))

    def _error(self, why: str) -> BackendError:
        subject = f"{self.job['runtime']}: '{self.at}' cannot be run" if self.at else f"{self.job['runtime']} cannot be started"
        return BackendError(f"{subject}: {why}")


def _hear(stdout: IO[str], lines: queue.Queue[str]) -> None:
    """Every line, then an empty one."""
    for line in stdout:
        lines.put(line)
    lines.put("")
