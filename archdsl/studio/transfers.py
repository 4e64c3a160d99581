"""The places of the server where files come in and go out."""

from __future__ import annotations

from pathlib import Path

from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from archdsl.errors import InputError
from archdsl.studio.exchange import discard, receive, taken


def routes(folder: Path) -> list[Route]:
    """`GET /made/TOKEN` hands a made file out, once; `POST /drop?name=NAME` takes a dropped one and gives its token.

    Args:
        folder: where both lie meanwhile, which nobody else can read.
    """

    async def made(request: Request) -> Response:
        if request.method == "HEAD":  # asks about the file, and would take it away
            return PlainTextResponse("", 405)
        try:
            file = taken(folder, request.path_params["token"])
        except InputError as error:
            return PlainTextResponse(str(error), 404)
        return FileResponse(
            file,
            media_type="application/octet-stream",
            filename=file.name,
            headers={"Cache-Control": "no-store"},
            background=BackgroundTask(discard, file),
        )

    async def drop(request: Request) -> Response:
        try:
            token = await receive(request.stream(), request.query_params.get("name", ""), folder)
        except InputError as error:
            return PlainTextResponse(str(error), 400)
        except ClientDisconnect:
            return PlainTextResponse("the file did not come whole", 400)
        return JSONResponse({"dropped": token})

    return [Route("/made/{token}", made, methods=["GET"]), Route("/drop", drop, methods=["POST"])]
