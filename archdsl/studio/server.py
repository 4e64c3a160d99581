"""The server of the studio: the page and its files, one line for questions, a place for dropped files, one for made ones."""

from __future__ import annotations

import errno
import mimetypes
import os
import secrets
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from archdsl.errors import InputError
from archdsl.spec.locate import zoo_names
from archdsl.studio.crew import Crew
from archdsl.studio.files import LARGEST
from archdsl.studio.folders import Folders
from archdsl.studio.guard import Guard
from archdsl.studio.live import Live
from archdsl.studio.questions import QUESTIONS
from archdsl.studio.transfers import routes as transfers

ASSETS = {"studio": "archdsl.viz.studio", "page": "archdsl.viz.page"}
"""Packages whose files a page may load, by the folder that it loads them from."""

ENDINGS = (".css", ".html", ".js", ".svg", ".txt")
LONGEST = 4 * LARGEST
"""Bytes of one question: a draft and what its changes are told against, each the largest text there is, as JSON has them."""

ZOO = "zoo:"
"""Stands before the name of a network of the zoo where others have a file."""


class Place(NamedTuple):
    """Where a server listens, and what it serves.

    Attributes:
        folders: below which it reads and writes.
        spec: that a page begins with: a file below the folders, or `zoo:NAME`; "" for the gallery.
        host, port: 127.0.0.1 and any free port unless others are asked for.
        token: that a page has to bring; "" where only this machine can reach the server.
    """

    folders: Folders
    spec: str = ""
    host: str = "127.0.0.1"
    port: int = 0
    token: str = ""


class Studio:
    """A server. `url` is where its page is."""

    def __init__(self, place: Place):
        self.place = place
        self.socket = _listen(place.host, place.port)
        self.port = self.socket.getsockname()[1]
        self.made = tempfile.TemporaryDirectory(prefix="archdsl-studio-")
        self.crews: tuple[Crew, Crew] | None = None

    @property
    def url(self) -> str:
        host = socket.gethostname() if self.place.host in EVERY_ADDRESS else self.place.host
        host = f"[{host}]" if ":" in host else host
        return f"http://{host}:{self.port}/" + (f"?token={self.place.token}" if self.place.token else "")

    def run(self) -> None:
        """Serve until the process is told to stop."""
        config = uvicorn.Config(
            self.app(), log_level="warning", ws="websockets-sansio", ws_max_size=LONGEST, ws_per_message_deflate=False,
            timeout_graceful_shutdown=1, server_header=False,
        )  # fmt: skip
        try:
            uvicorn.Server(config).run(sockets=[self.socket])
        finally:
            self.made.cleanup()

    def app(self) -> ASGIApp:
        """The server as an ASGI application, guarded."""
        routes = [
            Route("/", self.index),
            Route("/start", self.start),
            Route("/plotly.js", plotly),
            *transfers(Path(self.made.name)),
            Route("/{folder}/{name}", asset),
            WebSocketRoute("/live", self.live),
        ]
        app = Starlette(routes=routes, lifespan=self.lifespan)
        anywhere = self.place.host in EVERY_ADDRESS
        hosts = frozenset() if anywhere else frozenset(f"{name}:{self.port}" for name in _names(self.place.host))
        return Guard(app, hosts, frozenset(f"http://{host}" for host in hosts), self.place.token)

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        quick, heavy = Crew(max(2, os.cpu_count() or 2)), Crew(2, grace=0.0, bounded=False)
        quick.start()
        self.crews = quick, heavy
        try:
            yield
        finally:
            quick.close()
            heavy.close()

    async def index(self, request: Request) -> Response:
        return _file("archdsl.viz.studio", "index.html")

    async def start(self, request: Request) -> Response:
        """What a page begins with."""
        return JSONResponse({"spec": self.place.spec, "folders": [root.name or str(root) for root in self.place.folders.roots]})

    async def live(self, socket: WebSocket) -> None:
        assert self.crews is not None
        await Live(socket, QUESTIONS, self.crews, self.placed).run()

    def placed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A question with what only the server knows put in: the folders, and the path of every draft that stands for a file.

        Raises:
            InputError: a file that is out of reach.
        """
        found: dict[str, Any] = {name: self._placed(value) for name, value in given.items()}
        found["here"] = {"roots": [str(root) for root in self.place.folders.roots], "made": self.made.name}
        return found

    def _placed(self, value: Any, depth: int = 0) -> Any:
        if depth > 8:
            return value
        if isinstance(value, list):
            return [self._placed(item, depth + 1) for item in value]
        if not isinstance(value, dict):
            return value
        inside = {name: self._placed(item, depth + 1) for name, item in value.items()}
        return inside | {"path": self._path(value.get("file"))} if "text" in value else inside

    def _path(self, file: Any) -> str:
        """The path that a draft stands for; "" where it stands for none of ours."""
        if not isinstance(file, str) or not file or file.startswith(ZOO):
            return ""
        return str(self.place.folders.resolve(file))


async def asset(request: Request) -> Response:
    """A file of the page."""
    package, name = ASSETS.get(request.path_params["folder"], ""), request.path_params["name"]
    if not package or not name.endswith(ENDINGS) or "/" in name or "\\" in name:
        return Response("there is no such file", 404, media_type="text/plain")
    return _file(package, name)


async def plotly(request: Request) -> Response:
    """The library of plots, from where it is installed."""
    from archdsl.errors import BackendError
    from archdsl.viz.plots.page import plotly_script

    try:
        return Response(plotly_script(), media_type="text/javascript", headers={"Cache-Control": "max-age=86400"})
    except BackendError as error:
        return Response(str(error), 404, media_type="text/plain")


def _file(package: str, name: str) -> Response:
    found = files(package).joinpath(name)
    if not found.is_file():
        return Response("there is no such file", 404, media_type="text/plain")
    kind = mimetypes.guess_type(name)[0] or "text/plain"
    return Response(found.read_bytes(), media_type=kind, headers={"Cache-Control": "no-cache"})


def _names(host: str) -> Iterator[str]:
    """What a browser may call the server by."""
    yield f"[{host}]" if ":" in host else host
    if host in LOOPBACK:
        yield from ("127.0.0.1", "localhost", "[::1]")


EVERY_ADDRESS = ("0.0.0.0", "::")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises InputError where the address cannot be had."""
    if not host:
        raise InputError("--host is an address of this machine; 0.0.0.0 is all of them")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(128)
    except (OSError, OverflowError) as error:
        made.close()
        why = f"cannot be listened on: {getattr(error, 'strerror', None) or error}"
        if getattr(error, "errno", None) in (errno.EADDRINUSE, errno.EACCES):
            raise InputError(f"{host}:{port} {why}; --port 0 takes any that is free") from None
        raise InputError(f"{host} {why}") from None
    return made


def place_of(spec: str, folders: Folders) -> str:
    """What a page begins with, for what was typed: a file below the folders, or a network of the zoo.

    Raises:
        InputError: there is no such spec, or it lies outside of the folders.
    """
    if not spec:
        return ""
    if not os.path.isfile(spec) and spec in zoo_names():
        return ZOO + spec
    from archdsl.spec.locate import find

    return folders.name_of(Path(find(spec)))


def new_token() -> str:
    """A token that nobody can guess."""
    return secrets.token_urlsafe(24)
