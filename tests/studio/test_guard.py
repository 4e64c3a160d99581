"""A page from elsewhere cannot drive the server, whatever it sends."""

from __future__ import annotations

import pytest
from asking import HOST, OWN, asked
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from archdsl.studio import guard as module
from archdsl.studio.guard import BODY, Guard

HOSTS = frozenset([HOST, "localhost:8720", "[::1]:8720"])
TOKEN = "right-token"


class Inside:
    """What lies behind the guard, and what of it was reached."""

    def __init__(self) -> None:
        self.reached: list[str] = []
        self.app = Starlette(
            routes=[
                Route("/{path:path}", self.answer, methods=["GET", "POST"]),
                WebSocketRoute("/live", self.live),
            ]
        )

    async def answer(self, request: Request) -> Response:
        self.reached.append(request.method)
        body = await request.body()
        self.reached.append(f"{len(body)} bytes")
        return PlainTextResponse("inside", headers={"referrer-policy": "own"} if request.url.path == "/own" else None)

    async def live(self, socket: WebSocket) -> None:
        self.reached.append("live")
        await socket.accept()
        await socket.close()


def guarded(inside: Inside, token: str = "", hosts: frozenset[str] = HOSTS) -> Guard:
    return Guard(inside.app, hosts, frozenset(f"http://{host}" for host in hosts), token)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8720", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:8720.evil.example", "", "localhost"]
)
@pytest.mark.parametrize("kind", ["GET", "POST", "live"])
def test_a_name_that_was_made_to_point_here_gets_nothing(host: str, kind: str) -> None:
    inside = Inside()
    origin = {} if kind == "GET" else {"origin": f"http://{host}"}
    status, _, words = asked(guarded(inside), {"host": host, **origin}, "/live" if kind == "live" else "/", kind)
    assert status in (403, 421)
    assert "inside" not in words
    assert inside.reached == []


def test_requests_without_a_name_or_with_two_get_nothing() -> None:
    inside = Inside()
    assert asked(guarded(inside), {})[0] == 421
    assert asked(guarded(inside), [("host", HOST), ("host", "evil.example")])[0] == 421
    assert inside.reached == []


@pytest.mark.parametrize("host", ["127.0.0.1:8720", "localhost:8720", "LOCALHOST:8720", "[::1]:8720"])
def test_own_names_are_answered(host: str) -> None:
    inside = Inside()
    assert asked(guarded(inside), {"host": host})[0] == 200
    assert asked(guarded(inside), {"host": host, "origin": f"http://{host}"}, kind="POST")[0] == 200
    assert asked(guarded(inside), {"host": host, "origin": f"http://{host}"}, "/live", "live")[0] == 101


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:9999", "http://localhost", "https://127.0.0.1:8720",
     f"{OWN}.evil.example", "",
     OWN + "/"]
)  # fmt: skip
@pytest.mark.parametrize("kind", ["GET", "POST", "live"])
def test_pages_of_others_cannot_ask(origin: str, kind: str) -> None:
    inside = Inside()
    status, _, _ = asked(guarded(inside), {"host": HOST, "origin": origin}, "/live" if kind == "live" else "/", kind)
    assert status == 403
    assert inside.reached == []


@pytest.mark.parametrize("kind", ["POST", "PUT", "DELETE", "OPTIONS", "live"])
def test_what_changes_something_has_to_say_where_it_is_from(kind: str) -> None:
    inside = Inside()
    assert asked(guarded(inside), {"host": HOST}, "/live" if kind == "live" else "/", kind)[0] == 403
    assert asked(guarded(inside), [("host", HOST), ("origin", OWN), ("origin", "http://evil.example")], "/", kind)[0] == 403
    assert inside.reached == []


def test_the_usual_port_may_be_left_out() -> None:
    inside = Inside()
    guard = guarded(inside, hosts=frozenset(["127.0.0.1:80", "[::1]:80"]))
    assert asked(guard, {"host": "127.0.0.1"})[0] == 200
    assert asked(guard, {"host": "[::1]", "origin": "http://[::1]"}, "/live", "live")[0] == 101
    assert asked(guard, {"host": "127.0.0.1:8720"})[0] == 421


def test_bodies_that_say_they_are_too_long_are_not_read() -> None:
    inside = Inside()
    post = {"host": HOST, "origin": OWN}
    for length in (str(BODY + 1), "9" * 400):
        assert asked(guarded(inside), {**post, "content-length": length}, kind="POST")[0] == 413
    for length in ("-1", "ten", "", "1e3"):
        assert asked(guarded(inside), {**post, "content-length": length}, kind="POST")[0] == 400
    assert inside.reached == []
    assert asked(guarded(inside), {**post, "content-length": str(BODY + 1)}, "/drop", "POST")[0] == 200


def test_bodies_that_do_not_say_how_long_they_are_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    inside = Inside()
    post = {"host": HOST, "origin": OWN, "transfer-encoding": "chunked"}
    piece = b"x" * (BODY // 4)
    status, headers, _ = asked(guarded(inside), post, kind="POST", pieces=(piece,) * 4)
    assert (status, inside.reached) == (200, ["POST", f"{BODY} bytes"])
    status, headers, words = asked(guarded(inside), post, kind="POST", pieces=(piece,) * 4 + (b"x",))
    assert status == 413
    assert headers["connection"] == "close"
    assert "inside" not in words
    assert inside.reached[2:] == ["POST"]
    monkeypatch.setitem(module.LARGER, "/drop", 2 * BODY)
    assert asked(guarded(inside), post, "/drop", "POST", (piece,) * 8)[0] == 200
    assert asked(guarded(inside), post, "/drop", "POST", (piece,) * 9)[0] == 413
    assert asked(guarded(inside), {**post, "content-length": "1"}, kind="POST", pieces=(piece,) * 5)[0] == 413


def test_every_answer_forbids_what_pages_do_not_need() -> None:
    inside = Inside()
    for headers, target in (({"host": HOST}, "/"), ({"host": "evil.example"}, "/"), ({"host": HOST}, "/own")):
        _, given, _ = asked(guarded(inside), headers, target)
        policy = given["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script-src" not in policy
        assert given["x-content-type-options"] == "nosniff"
        assert given["cross-origin-resource-policy"] == "same-origin"
        assert given["referrer-policy"] == ("own" if target == "/own" else "no-referrer")


def test_without_the_token_nothing_is_reached() -> None:
    inside = Inside()
    guard = guarded(inside, TOKEN)
    status, _, words = asked(guard, {"host": HOST})
    assert status == 401
    assert "token" in words
    for wrong in ("wrong", "", "right-toke", "right-token2", "%00", "tökén"):
        assert asked(guard, {"host": HOST}, f"/?token={wrong}")[0] == 403
        cookie = {"cookie": f"archdsl-studio-8720={wrong}; archdsl-studio-1={TOKEN}; token={TOKEN}"}
        assert asked(guard, {"host": HOST, **cookie})[0] == 401
        assert asked(guard, {"host": HOST, "origin": OWN, **cookie}, "/live", "live")[0] == 403
    assert asked(guard, {"host": HOST, "origin": OWN}, "/live", "live")[0] == 403
    assert asked(guard, {"host": HOST, "origin": OWN}, f"/live?token={TOKEN}", "live")[0] == 403
    assert asked(guard, {"host": HOST, "origin": OWN}, f"/?token={TOKEN}", "POST")[0] == 403
    assert inside.reached == []


def test_the_right_token_becomes_a_cookie_that_opens_everything() -> None:
    inside = Inside()
    guard = guarded(inside, TOKEN)
    status, headers, _ = asked(guard, {"host": HOST}, f"/?file=a%20b.yaml&token={TOKEN}")
    assert (status, headers["location"]) == (303, "/?file=a+b.yaml")
    kept, *about = headers["set-cookie"].split("; ")
    assert about == ["HttpOnly", "SameSite=Strict", "Path=/"]
    assert asked(guard, {"host": HOST, "cookie": kept})[0] == 200
    assert asked(guard, {"host": HOST, "origin": OWN, "cookie": f"other=1; {kept}"}, "/live", "live")[0] == 101
    assert asked(guard, {"host": HOST, "origin": "http://evil.example", "cookie": kept}, "/live", "live")[0] == 403


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "///evil.example/x"])
def test_the_way_back_leads_nowhere_else(path: str) -> None:
    status, headers, _ = asked(guarded(Inside(), TOKEN), {"host": HOST}, f"{path}?token={TOKEN}")
    assert status == 303
    assert headers["location"].startswith("/e")


def test_a_server_on_every_address_needs_a_token_and_compares_names() -> None:
    with pytest.raises(ValueError, match="token"):
        guarded(Inside(), hosts=frozenset())
    inside = Inside()
    guard = guarded(inside, TOKEN, frozenset())
    cookie = {"cookie": f"archdsl-studio-8720={TOKEN}"}
    assert asked(guard, {"host": "desk:8720", **cookie})[0] == 200
    assert asked(guard, {"host": "desk:8720", "origin": "http://desk:8720", **cookie}, "/live", "live")[0] == 101
    assert asked(guard, {"host": "desk:8720", "origin": "http://evil.example", **cookie}, "/live", "live")[0] == 403
    assert asked(guard, {"host": "evil.example", "origin": "http://evil.example"}, "/live", "live")[0] == 403
