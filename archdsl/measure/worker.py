"""The worker: `python -m archdsl.measure.worker` reads a job from standard input and writes what it measured, a JSON object
on each line:

    {"side": NAME}                  it begins to work on this network
    {"round": N}                    now and then, so that it is known to live
    {"seconds": [[...], ...]}       a group is done: of each network, the seconds of every round
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
from collections.abc import Callable, Mapping
from typing import Any

from archdsl.measure.job import File, Job
from archdsl.measure.runtimes import RUNTIMES
from archdsl.measure.timing import Pass, one_round

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

    for group in job.groups:
        try:
            say({"seconds": measured(job, group, say)})
        except Exception as error:  # of a library, of many kinds
            text = " ".join(str(error).split()) or type(error).__name__
            say({"error": text[:500]})
            return
        gc.collect()  # the next group finds the memory free


def measured(job: Job, group: Mapping[str, File], say: Say) -> list[list[float]]:
    """Seconds of every round of each network of a group."""
    load = RUNTIMES[job.at.runtime].load
    sides: list[Pass] = []
    for name, file in group.items():
        say({"side": name})
        sides.append(load(file, job.at))
        for _ in range(job.rounds.warmup):
            sides[-1]()
    one_round(sides)  # in turn, as they will be
    found: list[list[float]] = [[] for _ in sides]
    said = time.perf_counter()
    gc.disable()
    for number in job.rounds.numbers():
        for taken, seconds in zip(found, one_round(sides), strict=True):
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
