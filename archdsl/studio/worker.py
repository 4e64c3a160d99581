"""What runs in a process of the studio: questions, one after the other, from the other end of a pipe."""

from __future__ import annotations

import gc
import json
import logging
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from archdsl.errors import ArchdslError

LOG = logging.getLogger("archdsl.studio")
MEMORY = 6 * 2**30
"""Bytes that a process for quick questions may take: no draft may use up the machine."""


class Gone(Exception):
    """The other end of the pipe is closed: nobody waits for answers."""


class Pipe:
    """Speaks to the server while a question is worked out; see `archdsl.studio.question.Tell`.

    What is sent is text as JSON has it, which the server hands on as it is: the loop that serves everybody never looks into an answer.
    """

    def __init__(self, send: Callable[[tuple[str, str]], None]):
        self._to = send

    def _send(self, said: tuple[str, str]) -> None:
        try:
            self._to(said)
        except (EOFError, OSError) as error:
            raise Gone from error

    def part(self, name: str, value: Any) -> None:
        self._send(("part", f'"part":{json.dumps(name)},"value":{_json(value)}'))

    def progress(self, share: float, words: str = "") -> None:
        self._send(("progress", f'"progress":{json.dumps(min(1.0, max(0.0, float(share))))},"words":{json.dumps(words)}'))


def serve(connection: Connection, bounded: bool) -> None:
    """Answer questions until the other end is closed.

    Args:
        bounded: whether the process takes no more than `MEMORY`.
    """
    with suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server ends its processes itself
    if bounded:
        _bound_memory()
    from archdsl.studio.questions import QUESTIONS

    gc.collect()
    gc.freeze()  # what is loaded stays: collections look at what a question makes only, and at that less often
    gc.set_threshold(50_000, 20, 100)
    with suppress(EOFError, OSError, Gone):
        while True:
            name, given = connection.recv()
            connection.send(_answer(QUESTIONS[name].answer, given, Pipe(connection.send)))


def _answer(answer: Callable[[Any, Pipe], Any], given: Any, pipe: Pipe) -> tuple[str, str]:
    try:
        return "done", f'"done":{_json(answer(given, pipe))}'
    except ArchdslError as error:
        return "failed", _failed(str(error))
    except MemoryError:
        return "failed", _failed("this needs more memory than a design may take here")
    except OSError as error:
        return "failed", _failed(f"{error.filename or 'the system'}: {error.strerror or error}")
    except Gone:
        raise
    except Exception as error:
        LOG.exception("a question failed")
        return "failed", _failed(f"internal error: {type(error).__name__}: {error}\nThis is a fault of archdsl.")


def _failed(message: str) -> str:
    return f'"failed":{json.dumps(message)}'


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def _bound_memory() -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
