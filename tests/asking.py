"""What questions are asked with in tests."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Message

HOST, OWN = "127.0.0.1:8720", "http://127.0.0.1:8720"


class Silent:
    """Nobody who listens."""

    def part(self, name: str, value: Any) -> None:
        pass

    def progress(self, share: float, words: str = "") -> None:
        assert 0 <= share <= 1


TINY = """\
input: [3, 8, 8]
knobs:
  out: {default: 4, range: [1, 64]}
net:
  - conv: {out: $out, kernel: 3}
  - adaptive_pool: 1
  - flatten
  - linear: 2
"""


def here(*roots: Path, made: Path | None = None) -> dict[str, Any]:
    """What the server puts into every question."""
    return {"here": {"roots": [str(root) for root in roots], "made": str(made or roots[0])}}


def asked(
    app: ASGIApp,
    headers: Mapping[str, str] | list[tuple[str, str]],
    target: str = "/",
    kind: str = "GET",
    pieces: tuple[bytes, ...] = (),
) -> tuple[int, dict[str, str], str]:
    """The status, headers and body that a request gets; kind `live` opens a WebSocket, whose status is 101 where it is accepted."""
    path, _, query = target.partition("?")
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    scope: dict[str, Any] = {
        "type": "websocket" if kind == "live" else "http", "method": kind, "path": path,
        "raw_path": path.encode(), "query_string": query.encode(),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in pairs], "server": ("127.0.0.1", 8720),
        "scheme": "http", "http_version": "1.1", "root_path": "", "client": ("127.0.0.1", 1), "subprotocols": [],
    }  # fmt: skip
    if kind == "live":
        del scope["method"]
        incoming: list[Message] = [{"type": "websocket.connect"}]
    else:
        more = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
        incoming = [*more, {"type": "http.request", "body": b"", "more_body": False}]
    said: list[Message] = []

    async def receive() -> Message:
        if incoming:
            return incoming.pop(0)
        await asyncio.sleep(3600)  # the page stays; whoever waits for its end is cancelled
        raise AssertionError("nobody waits that long")

    async def send(message: Message) -> None:
        said.append(message)

    asyncio.run(app(scope, receive, send))
    if kind == "live":
        return 101 if said[0]["type"] == "websocket.accept" else 403, {}, ""
    given = {name.decode(): value.decode("latin-1") for name, value in said[0]["headers"]}
    return said[0]["status"], given, b"".join(message.get("body", b"") for message in said[1:]).decode()
