"""Optuna's own dashboard over a storage."""

from __future__ import annotations

from collections.abc import Callable
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from archdsl.errors import InputError
from archdsl.explore.search.storage import open_storage, shown
from archdsl.extras import needed_by

HOST = "127.0.0.1"


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True  # a page that is still loading does not keep the program from ending


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Print nothing: requests are not worth a line each."""


def serve(place: str, port: int, started: Callable[[str], None]) -> None:
    """Serve the dashboard to this machine until interrupted.

    Args:
        started: told, in words, where the dashboard can be seen.

    Raises:
        BackendError: optuna-dashboard is not installed.
        InputError: no such storage, or the port is taken.
    """
    with needed_by("the dashboard"):
        from optuna_dashboard import wsgi
    application = wsgi(open_storage(place, new=False))
    try:
        server = make_server(HOST, port, application, server_class=_Server, handler_class=_Quiet)
    except OSError as error:
        raise InputError(f"port {port} cannot be used: {error.strerror}; choose another with --port") from None
    with server:
        started(f"{shown(place)} at http://{HOST}:{server.server_port}/ (Ctrl-C ends it)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return
