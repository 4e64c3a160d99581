"""The worker: `python -m archdsl.measure.worker` reads a job from standard input and writes what it measured, a JSON object
on each line:

    {"side": NAME}                  it begins to work on this network
    {"round": N}                    now and then, so that it is known to live
    {"seconds": [[...], ...],       a group is done: of each network, the seconds of every round,
     "loading": [...]}              and the seconds from its file to the end of its first passes
    {"error": TEXT}                 the network that was named last cannot be run; the process ends

A job is one line, as `archdsl.measure.job.Job.text` writes it. The worker is a fresh process, which imports the runtime and nothing
else that is large: threads of another library in the process would disturb what is measured.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from archdsl.measure.job import File, Job
from archdsl.measure.runtimes import RUNTIMES
from archdsl.measure.timing import Clock, Pass, one_round

SIGN_OF_LIFE_SECONDS = 1.0

Say = Callable[[dict[str, Any]], None]


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the program decides what an interrupt means
    job = Job.read(sys.stdin.readline())
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what libraries print is no answer
    threading.Thread(target=_end_with_program, daemon=True).start()

    def say(message: dict[str, Any]) -> None:
        print(json.dumps(message), file=out, flush=True)

    for number, group in enumerate(job.groups):
        try:
            say(measured(job, group, say, first=number == 0))
        except Exception as error:  # of a library, of many kinds
            text = " ".join(str(error).split()) or type(error).__name__
            say({"error": text[:500]})
            return
        gc.collect()  # the next group finds the memory free
        if number == 0:
            gc.freeze()  # what is there by now are libraries, which take a tenth of a second to look through


def measured(job: Job, group: Mapping[str, File], say: Say, first: bool = True) -> dict[str, Any]:
    """Seconds of every round of each network of a group, and of its loading.

    Args:
        first: of this process.
    """
    runtime = RUNTIMES[job.at.runtime]
    if first:
        runtime.device.prepare(job.at)
    clock = runtime.device.clock()
    sides: list[Pass] = []
    loading: list[float] = []
    for name, file in group.items():
        say({"side": name})
        begin = time.perf_counter()
        sides.append(runtime.load(file, job.at))
        for _ in range(job.rounds.warmup):
            clock(sides[-1])
        loading.append(time.perf_counter() - begin)
    one_round(sides, clock)  # in turn, as they will be
    awake = time.perf_counter() + (runtime.device.wake_seconds if first else 0.0)
    while sides and time.perf_counter() < awake:
        one_round(sides, clock)
    return {"seconds": _rounds(job, sides, clock, say), "loading": loading}


def _rounds(job: Job, sides: Sequence[Pass], clock: Clock, say: Say) -> list[list[float]]:
    """Seconds of every round that counts, by side."""
    found: list[list[float]] = [[] for _ in sides]
    said = time.perf_counter()
    gc.disable()
    for number in job.rounds.numbers():
        for taken, seconds in zip(found, one_round(sides, clock), strict=True):
            taken.append(seconds)
        if time.perf_counter() - said > SIGN_OF_LIFE_SECONDS:
            say({"round": number})
            said = time.perf_counter()
    gc.enable()
    return found


def _end_with_program() -> None:
    """The pipe stays open as long as the program lives."""
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
