"""Processes that work out questions, so that a slow one neither holds up the server nor outlives the wish for it."""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from archdsl.studio.worker import serve

GRACE = 0.3
"""Seconds that a quick question may still take after nobody wants its answer: to start a process anew takes longer than most answers."""

Heard = Callable[[str, str], None]
"""Takes what a process says: `part` or `progress`, and the text."""


class Stopped(Exception):
    """A question was stopped, or its process died. Its text is for the person."""


def _context() -> Any:
    """Processes are copies of one that has the modules loaded and no threads; where there is no such thing, new interpreters."""
    if sys.platform == "win32":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["archdsl.studio.preloaded"])
    return context


class Process:
    """One process, and the thread that listens to it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, bounded: bool):
        self.loop = loop
        self.asked_by: object = None
        self.waiting: asyncio.Future[tuple[str, str]] | None = None
        self.heard: Heard = _ignored
        self.alive = True
        context = _context()
        ours, theirs = context.Pipe()
        self.connection: Connection = ours
        self.handle = context.Process(target=serve, args=(theirs, bounded), daemon=True)
        self.handle.start()
        theirs.close()
        threading.Thread(target=self._listen, daemon=True).start()

    async def ask(self, name: str, given: Any, heard: Heard) -> tuple[str, str]:
        """What the process answers: `done` or `failed`, and the text.

        Raises:
            Stopped: the process died.
        """
        self.waiting, self.heard = self.loop.create_future(), heard
        if not self.alive:
            raise Stopped("a process of the studio died")
        self.connection.send((name, given))
        return await self.waiting

    def kill(self) -> None:
        """End it at once; it holds nothing that could be left half done."""
        self.alive = False
        self.handle.kill()

    def _listen(self) -> None:
        with suppress(EOFError, OSError):
            while True:
                kind, text = self.connection.recv()
                self._call(self._said, kind, text)
        self._call(self._died)
        self.handle.join()
        self.connection.close()

    def _call(self, function: Callable[..., None], *args: str) -> None:
        with suppress(RuntimeError):  # the loop is closed: the server has ended
            self.loop.call_soon_threadsafe(function, *args)

    def _said(self, kind: str, text: str) -> None:
        if kind in ("part", "progress"):
            self.heard(kind, text)
        elif self.waiting and not self.waiting.done():
            self.waiting.set_result((kind, text))

    def _died(self) -> None:
        self.alive = False
        if self.waiting and not self.waiting.done():
            self.waiting.set_exception(Stopped("the process that worked on this died; it may have needed too much memory"))
            self.waiting.exception()  # looked at, also where nobody waits any more


def _ignored(kind: str, text: str) -> None:
    pass


class Crew:
    """A number of processes that take questions in turn.

    Args:
        size: how many work at once.
        grace: seconds that a process may go on with what nobody wants any more, before it is ended.
        bounded: whether their memory is bounded.
    """

    def __init__(self, size: int, grace: float = GRACE, bounded: bool = True):
        self.size, self.grace, self.bounded = size, grace, bounded
        self.free = asyncio.Semaphore(size)
        self.idle: list[Process] = []
        self.all: set[Process] = set()
        self.draining: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Start all processes, so that the first question does not wait for one."""
        self.idle += [self._new() for _ in range(self.size - len(self.all))]

    async def ask(
        self, name: str, given: Any, seconds: float, heard: Heard = _ignored, asked_by: object = None
    ) -> tuple[str, str]:
        """What a process answers: `done` or `failed`, and the text. Cancelled, it gives the process up.

        Args:
            seconds: after which it is stopped.
            heard: takes parts of the answer and progress.
            asked_by: the same process is preferred for the same asker, which it knows the drafts of.

        Raises:
            Stopped: it took too long, or its process died.
        """
        await self.free.acquire()
        process = self._take(asked_by)
        work = asyncio.ensure_future(process.ask(name, given, heard))
        try:
            async with asyncio.timeout(seconds):
                answer = await asyncio.shield(work)
        except TimeoutError:
            work.cancel()  # nobody looks at what becomes of it
            self._drop(process)
            raise Stopped(f"this took longer than {seconds:g} seconds and was stopped") from None
        except asyncio.CancelledError:
            process.heard = _ignored
            task = asyncio.ensure_future(self._drain(process, work))
            self.draining.add(task)
            task.add_done_callback(self.draining.discard)
            raise
        except BaseException:
            self._drop(process)
            raise
        self._give(process)
        return answer

    def close(self) -> None:
        """End all processes."""
        for process in self.all:
            process.kill()

    def _take(self, asked_by: object) -> Process:
        known = next((process for process in self.idle if process.asked_by is asked_by and process.alive), None)
        process = known or next((process for process in self.idle if process.alive), None) or self._new()
        if process in self.idle:
            self.idle.remove(process)
        process.asked_by = asked_by
        return process

    def _new(self) -> Process:
        process = Process(asyncio.get_running_loop(), self.bounded)
        self.all.add(process)
        return process

    def _give(self, process: Process) -> None:
        self.idle.append(process)
        self.free.release()

    def _drop(self, process: Process) -> None:
        process.kill()
        self.all.discard(process)
        self.free.release()

    async def _drain(self, process: Process, work: asyncio.Future[tuple[str, str]]) -> None:
        """Wait a moment for an answer that nobody wants, since a process that is free again is worth more than a new one."""
        try:
            async with asyncio.timeout(self.grace):
                await asyncio.shield(work)
        except (TimeoutError, Stopped):
            work.cancel()
            self._drop(process)
        else:
            self._give(process)
