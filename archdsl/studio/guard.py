"""Who may speak to the server: pages of its own, on its own names, with bodies of a bearable size.

A page from elsewhere that is open in the same browser can send requests here too. It cannot make itself look like ours: the browser says
where a page is from (Origin), and by which name it reached the server (Host), which stops names that were made to point here
(DNS rebinding).
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY = 2**20
"""Bytes that a body may have."""

LARGER = {"/drop": 512 * 2**20}
"""Bytes that it may have at places that take files."""

POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
"""What every answer says to browsers: load nothing from elsewhere, and let nobody else load this."""

READING = ("GET", "HEAD")


class Refusal(NamedTuple):
    """An answer instead of that of the application.

    Attributes:
        status: of HTTP.
        words: for the person.
        headers: beside the usual ones.
    """

    status: int
    words: str
    headers: Mapping[str, str] = {}


class Guard:
    """An ASGI application that lets through to another only what may pass.

    Args:
        hosts: what the server may be called by, as `name:port`. Empty where it listens on every address of a machine, whose names it
            does not know; then Origin has to agree with Host, and a token is needed.
        origins: where its pages are from, as `http://name:port`.
        token: that a browser has to bring once; "" where none is needed.

    Raises:
        ValueError: neither hosts nor a token.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str], origins: frozenset[str], token: str = ""):
        if not hosts and not token:
            raise ValueError("a server that answers to any name needs a token")
        self.app, self.hosts, self.origins, self.token = app, hosts, origins, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await _refuse(scope, send, refusal)
        elif scope["type"] == "websocket":
            await self.app(scope, receive, send)
        else:
            bounded = _Bounded(_limit(scope), receive, send)
            try:
                await self.app(scope, bounded.receive, bounded.send)
            except Exception:
                if not bounded.over:  # it was told that the page has gone, and has nothing more to say
                    raise

    def _refusal(self, scope: Scope) -> Refusal | None:
        host = _values(scope, "host")
        if len(host) != 1 or (self.hosts and _with_port(host[0]) not in self.hosts):
            return Refusal(421, "The studio does not answer to this name. Open the address that it printed when it started.")
        if not self._own_page(scope, host[0]):
            return Refusal(403, "This came from a page of another site. The studio listens to its own pages only.")
        return self._without_token(scope) or _too_long(scope)

    def _own_page(self, scope: Scope, host: str) -> bool:
        """Whether a request is from a page of the studio, or from no page at all."""
        origins = _values(scope, "origin")
        if not origins:
            return scope["type"] == "http" and scope["method"] in READING
        allowed = self.origins if self.hosts else {f"http://{_with_port(host)}"}
        scheme, _, name = origins[0].partition("://")
        return len(origins) == 1 and f"{scheme}://{_with_port(name)}" in allowed

    def _without_token(self, scope: Scope) -> Refusal | None:
        """What is said where the token is missing or wrong, and to take it out of the address where it is right."""
        if not self.token:
            return None
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = [value for name, value in query if name == "token"]
        cookie = f"archdsl-studio-{(scope.get('server') or ('', 0))[1]}"
        if given:
            if scope["type"] != "http" or scope["method"] not in READING or not self._is_token(given):
                return Refusal(
                    403, "The token in this address is wrong. Open the address that the studio printed when it started."
                )
            rest = urlencode([(name, value) for name, value in query if name != "token"])
            place = "/" + scope["path"].encode("ascii", "ignore").decode().lstrip("/\\") + (f"?{rest}" if rest else "")
            kept = f"{cookie}={self.token}; HttpOnly; SameSite=Strict; Path=/"
            return Refusal(303, "", {"location": place, "set-cookie": kept, "cache-control": "no-store"})
        if self._is_token(_cookies(_values(scope, "cookie"), cookie)):
            return None
        return Refusal(
            401, "The studio asks for a token. Open the address that it printed when it started, which ends in ?token=…"
        )

    def _is_token(self, given: Iterable[str]) -> bool:
        """Compared in a time that does not tell how much of it is right."""
        return any(hmac.compare_digest(value.encode(), self.token.encode()) for value in given)


class _Bounded:
    """Counts what comes in, whatever the length that was told, and answers for the application where it is too much."""

    def __init__(self, limit: int, receive: Receive, send: Send):
        self.limit, self._receive, self._send = limit, receive, send
        self.taken = 0
        self.begun = self.over = False

    async def receive(self) -> Message:
        if self.over:
            return {"type": "http.disconnect"}
        message = await self._receive()
        self.taken += len(message.get("body", b""))
        if self.taken <= self.limit:
            return message
        self.over = True
        if not self.begun:
            await _answer(self._send, _long(self.limit))
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if self.over:
            return
        if message["type"] == "http.response.start":
            self.begun = True
            own = {name for name, _ in message.get("headers", ())}
            message = {
                **message,
                "headers": [*message.get("headers", ()), *(pair for pair in _encoded(HEADERS) if pair[0] not in own)],
            }
        await self._send(message)


def _limit(scope: Scope) -> int:
    return LARGER.get(scope["path"], BODY)


def _too_long(scope: Scope) -> Refusal | None:
    """What is said where a body tells that it is too long, so that nothing of it is read."""
    told = _values(scope, "content-length")
    if not told or scope["type"] != "http":
        return None
    if len(told) > 1 or not (told[0].isascii() and told[0].isdecimal()):
        return Refusal(400, "The length of this request is no number.")
    digits = told[0].lstrip("0") or "0"
    return _long(_limit(scope)) if len(digits) > 18 or int(digits) > _limit(scope) else None


def _long(limit: int) -> Refusal:
    return Refusal(413, f"This is too large: at most {limit // 2**20} MiB are taken here.", {"connection": "close"})


def _with_port(host: str) -> str:
    """A name as `name:port`; browsers leave out the usual port."""
    host = host.lower()
    return host if host.rpartition(":")[2].isdecimal() and not host.endswith("]") else f"{host}:80"


def _values(scope: Scope, name: str) -> list[str]:
    return [value.decode("latin-1").strip() for key, value in scope["headers"] if key.lower() == name.encode()]


def _cookies(headers: Iterable[str], name: str) -> list[str]:
    found = []
    for header in headers:
        jar: SimpleCookie = SimpleCookie()
        try:
            jar.load(header)
        except CookieError:
            continue
        if name in jar:
            found.append(jar[name].value)
    return found


async def _refuse(scope: Scope, send: Send, refusal: Refusal) -> None:
    if scope["type"] == "http":
        await _answer(send, refusal)
    else:  # before it is accepted: the browser gets 403
        await send({"type": "websocket.close", "code": 1008, "reason": ""})


async def _answer(send: Send, refusal: Refusal) -> None:
    body = refusal.words.encode()
    about = {"content-type": "text/plain; charset=utf-8", "content-length": str(len(body))}
    headers = _encoded({**HEADERS, **about, **refusal.headers})
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
