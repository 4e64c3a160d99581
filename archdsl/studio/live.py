"""One page's line to the server: questions come in, answers go out in parts, and what nobody wants any more is given up.

{"id": 7, "ask": "answer", "given": {...}, "key": "answer"}     a newer question of the same key gives the older one up
{"cancel": 7}

{"id": 7, "part": "bill", "value": {...}}
{"id": 7, "progress": 0.4, "words": "..."}
{"id": 7, "done": {...}}  or  {"id": 7, "failed": "message"}    nothing, where it was given up
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from archdsl.errors import ArchdslError, unknown
from archdsl.studio.crew import Crew, Stopped
from archdsl.studio.question import Question

MOST = 24
"""Questions that a page may have open at once; panes ask one each, so that only a program reaches it."""

Placed = Callable[[Mapping[str, Any]], dict[str, Any]]
"""Puts into a question what only the server knows: where the files of drafts lie. Raises ArchdslError for a file out of reach."""


class Live:
    """A connection to one page."""

    def __init__(self, socket: WebSocket, questions: Mapping[str, Question], crews: tuple[Crew, Crew], placed: Placed):
        self.socket, self.questions, self.crews, self.placed = socket, questions, crews, placed
        self.tasks: dict[int, asyncio.Task[None]] = {}
        self.keys: dict[str, int] = {}
        self.out: asyncio.Queue[str] = asyncio.Queue()

    async def run(self) -> None:
        """Serve the page until it goes."""
        await self.socket.accept()
        sender = asyncio.create_task(self._send())
        try:
            while True:
                self._take(await self.socket.receive_text())
        except (WebSocketDisconnect, KeyError):
            pass
        finally:
            sender.cancel()
            for task in self.tasks.values():
                task.cancel()

    async def _send(self) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):  # it has gone while something was sent
            while True:
                await self.socket.send_text(await self.out.get())

    def _take(self, text: str) -> None:
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            return
        if not isinstance(said, dict):
            return
        if type(said.get("cancel")) is int:
            self._give_up(said["cancel"])
            return
        number = said.get("id")
        if type(number) is not int or number in self.tasks:
            return
        try:
            question, given = self._asked(said)
        except ArchdslError as error:
            self._say(number, f'"failed":{json.dumps(str(error))}')
            return
        key = said.get("key")
        if isinstance(key, str):
            self._give_up(self.keys.get(key))
            self.keys[key] = number
        task = asyncio.create_task(self._answer(number, str(said["ask"]), question, given))
        self.tasks[number] = task
        task.add_done_callback(lambda _: self.tasks.pop(number, None))

    def _asked(self, said: Mapping[str, Any]) -> tuple[Question, dict[str, Any]]:
        name, given = said.get("ask"), said.get("given")
        if not isinstance(name, str) or name not in self.questions:
            raise ArchdslError("; ".join(filter(None, unknown("question", str(name), self.questions))))
        if not isinstance(given, dict):
            raise ArchdslError(f"'{name}' is asked with a mapping")
        if len(self.tasks) >= MOST:
            raise ArchdslError("too many questions at once")
        return self.questions[name], self.placed(given)

    async def _answer(self, number: int, name: str, question: Question, given: Any) -> None:
        crew = self.crews[question.heavy]
        if question.heavy and crew.free.locked():
            self._say(number, '"progress":0,"words":"waiting for others to finish"')
        try:
            _, text = await crew.ask(name, given, question.seconds, lambda _, told: self._say(number, told), self)
        except Stopped as stopped:
            text = f'"failed":{json.dumps(str(stopped))}'
        self._say(number, text)

    def _give_up(self, number: int | None) -> None:
        if number is not None and number in self.tasks:
            self.tasks[number].cancel()

    def _say(self, number: int, text: str) -> None:
        self.out.put_nowait(f'{{"id":{number},{text}}}')
