"""Measuring in a worker: a fresh process for each job, told what to run, heard line by line, never left behind."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, NamedTuple

from archdsl.errors import BackendError, InputError
from archdsl.measure.job import Configuration, File, Job, Rounds, Step
from archdsl.measure.runtimes import runtime_named
from archdsl.measure.runtimes.runtime import Runtime
from archdsl.measure.timing import Timing

SILENCE_SECONDS = 600.0
"""Time that a worker may take without a word: for reading or compiling one network, or one round."""

POOLS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")
"""Variables that bound threads of libraries that read them when they are imported."""


def measure(files: Mapping[str, File], at: Configuration, rounds: Rounds | None = None, step: Step | None = None) -> list[Timing]:
    """Run the networks of files side by side in a fresh process: the timing of each, in the order of the files.

    Args:
        files: by name, in a form that the runtime reads (see `archdsl.measure.runtimes`).
        rounds: how many; those that end within a few seconds where not given.
        step: told how many files are done.

    Raises:
        InputError: an unknown runtime, or a file that it does not read.
        BackendError: the runtime is not installed, or a file cannot be run; the message names it.
    """
    return measure_groups([files], at, rounds, step)[0]


def measure_groups(
    groups: Iterable[Mapping[str, File]], at: Configuration, rounds: Rounds | None = None, step: Step | None = None
) -> list[list[Timing]]:
    """As `measure`, for groups of files one after the other in one process: the files of a group run side by side, then are dropped.

    Args:
        rounds: of each group.
    """
    chosen = runtime_named(at.runtime)
    chosen.require()
    job = Job(at, rounds or Rounds(), tuple(groups))
    for group in job.groups:
        for name, file in group.items():
            _readable(name, file.path, chosen)
    found = _Worker(job).listen(step)
    return [
        [Timing(name, tuple(seconds), loading) for name, seconds, loading in zip(group, *taken, strict=True)]
        for group, taken in zip(job.groups, found, strict=True)
    ]


def _readable(name: str, path: Path, runtime: Runtime) -> None:
    if not path.is_file():
        raise InputError(f"'{name}': no file {path}")
    if path.suffix.lower() not in runtime.suffixes:
        raise InputError(f"'{name}': {runtime.word} reads {' and '.join(runtime.suffixes)}, not {path.name}")


class Taken(NamedTuple):
    """Of each network of a group the seconds of every round, and those of its loading."""

    seconds: list[list[float]]
    loading: list[float]


class _Worker:
    """One process and what it said."""

    def __init__(self, job: Job):
        self.job = job
        self.side = ""  # the network that it works on

    def listen(self, step: Step | None) -> list[Taken]:
        """What every group took."""
        threads = str(max(1, self.job.at.threads))
        # CUDA counts cards as the driver does, so that the one whose clocks are recorded is the one that runs.
        environment = {**os.environ, **dict.fromkeys(POOLS, threads), "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
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
                    process.stdin.write(self.job.text() + "\n")
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

    def _found(self, lines: queue.Queue[str], step: Step | None) -> list[Taken] | None:
        """What a worker that lived to its end has measured; None for one that died."""
        groups: list[Taken] = []
        while len(groups) < len(self.job.groups):
            try:
                line = lines.get(timeout=SILENCE_SECONDS)
            except queue.Empty:
                raise self._error(f"nothing came of it for {SILENCE_SECONDS:.0f} s") from None
            if not line:
                return None
            message = json.loads(line)
            self.side = message.get("side", self.side)
            if "error" in message:
                raise self._error(message["error"])
            if "seconds" in message:
                groups.append(Taken(message["seconds"], message["loading"]))
            if step and "side" not in message:
                step(len(groups[-1].seconds) if "seconds" in message else 0)
        return groups

    def _died(self, code: int, said: IO[str]) -> BackendError:
        how = f"its process was ended by signal {-code}" if code < 0 else f"its process ended with code {code}"
        said.seek(0)
        last = [line.strip() for line in said if line.strip()][-1:]
        return self._error(how + (f": {last[0]}" if last else ""))

    def _error(self, why: str) -> BackendError:
        runtime = self.job.at.runtime
        subject = f"{runtime}: '{self.side}' cannot be run" if self.side else f"{runtime} cannot be started"
        return BackendError(f"{subject}: {why}")


def _hear(stdout: IO[str], lines: queue.Queue[str]) -> None:
    """Every line, then an empty one."""
    for line in stdout:
        lines.put(line)
    lines.put("")
