"""Work on local processes. A process that dies is replaced, and only its own item runs again; none outlives the program."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

from archdsl.errors import BackendError
from archdsl.explore.work.workers import Finished, Function, attempt

RETRIES = 2
"""Times that an item runs again after its process died."""

CLOSE_SECONDS = 5.0
"""Time that processes are given to end by themselves."""


@dataclass
class _Item:
    key: int
    value: Any
    lost: int = 0


class Processes:
    """A fixed number of processes of this machine, started when they are first needed. See `archdsl.explore.work.workers.Workers`.

    `concurrent.futures` would give up every item that runs when one process dies, and its processes stay behind when the program
    is killed.
    """

    def __init__(self, function: Function, jobs: int, retries: int = RETRIES):
        self.function, self.jobs, self.retries = function, jobs, retries
        # A forked copy of a program with threads may hang; a new interpreter does not.
        self.context = multiprocessing.get_context("spawn")
        self.queue: deque[_Item] = deque()
        self.idle: list[_Process] = []
        self.busy: dict[Connection, tuple[_Process, _Item]] = {}

    @property
    def slots(self) -> int:
        return self.jobs

    def submit(self, key: int, item: Any) -> None:
        self.queue.append(_Item(key, item))
        self._start()

    def wait(self, seconds: float) -> list[Finished]:
        outcomes = []
        for connection in wait(list(self.busy), seconds) if self.busy else []:
            assert isinstance(connection, Connection)
            process, item = self.busy.pop(connection)
            try:
                outcomes.append(Finished(item.key, *connection.recv()))
                self.idle.append(process)
            except (EOFError, OSError):
                outcomes += self._lost(process, item)
        self._start()
        return outcomes

    def close(self) -> None:
        processes = [*self.idle, *(process for process, _ in self.busy.values())]
        for process in processes:
            process.connection.close()  # which ends idle processes
        for process, _ in self.busy.values():
            process.handle.terminate()
        for process in processes:
            process.handle.join(CLOSE_SECONDS)
            process.handle.kill()  # they hold nothing that could be left half done
            process.handle.join()
        self.queue.clear()
        self.idle.clear()
        self.busy.clear()

    def _start(self) -> None:
        while self.queue and (self.idle or len(self.busy) < self.jobs):
            process = self.idle.pop() if self.idle else _Process(self.context, self.function)
            item = self.queue.popleft()
            self.busy[process.connection] = process, item
            with suppress(OSError):  # the process has died; `wait` will find the connection closed
                process.connection.send(item.value)

    def _lost(self, process: _Process, item: _Item) -> list[Finished]:
        process.connection.close()
        process.handle.join()
        item.lost += 1
        if item.lost <= self.retries:
            self.queue.appendleft(item)
            return []
        code = process.handle.exitcode or 0
        how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
        return [Finished(item.key, error=BackendError(f"its process {how}, {item.lost} times"))]


class _Process:
    def __init__(self, context: Any, function: Function):
        self.connection, theirs = context.Pipe()
        self.handle = context.Process(target=_serve, args=(theirs, function), daemon=True)
        self.handle.start()
        theirs.close()  # so that the connection ends when the process dies


def _serve(connection: Connection, function: Function) -> None:
    """What a process does: items in, values out, until the program at the other end is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the program decides what an interrupt means
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that libraries free what they hold
    threading.Thread(target=_end_with_parent, daemon=True).start()
    while True:
        try:
            item = connection.recv()
        except (EOFError, OSError):
            return
        connection.send(attempt(function, item))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
