"""A loopback HTTP server with a queue of faults and a log of what it was asked."""

from __future__ import annotations

import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Self
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it came in."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    at: float
    """`time.monotonic()` of its arrival."""
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer. `Content-Length` is added unless the headers give one."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: _NO_HEADERS)
    body: bytes = b""
    trouble: Literal["none", "hang", "cut", "reset", "garbage", "drip"] = "none"
    """`hang`: silence until the server stops; `cut`: half the body, then closed; `reset`: a TCP
    reset instead of an answer; `garbage`: not HTTP; `drip`: a byte now and then, for ever."""


def throttled(*, retry_after: str | None = None, status: int = 429) -> Reply:
    """A refusal to serve for now, as 429 or 503, with `Retry-After` where given."""
    headers = {"Retry-After": retry_after} if retry_after is not None else {}
    return Reply(status=status, headers=headers, body=b"Rate exceeded.")


UNAVAILABLE = Reply(status=503, body=b"Service Unavailable")
HANG = Reply(trouble="hang")
RESET = Reply(trouble="reset")
GARBAGE = Reply(trouble="garbage")
DRIP = Reply(trouble="drip")
HTML = Reply(
    headers=MappingProxyType({"Content-Type": "text/html"}),
    body=b"<!doctype html><title>Down for maintenance</title><p>Back soon.</p>",
)
EMPTY = Reply()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    """Connections that may wait at once; beyond it the kernel drops some for a second."""

    def server_bind(self) -> None:
        """Bind without `HTTPServer`'s look-up of the host's name, which may ask a silent DNS."""
        TCPServer.server_bind(self)


class StandIn:
    """A server on a free port of a loopback address, running while the `with` block does."""

    def __init__(
        self, answer: Callable[[Request], Reply], *, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        """Serve what `answer` gives for each request, unless a fault is queued."""
        self.log: list[Request] = []
        """Every request, in the order of arrival, those that met a fault included."""
        self._answer = answer
        self._faults: list[Reply | Literal["cut"]] = []
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body are two writes; with Nagle's algorithm the second waits 40 ms.
            disable_nagle_algorithm = True

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except (ConnectionError, TimeoutError):
                    self.close_connection = True

            def _serve(self) -> None:
                stand_in._serve(self)

            do_GET = do_HEAD = do_POST = _serve  # noqa: N815 - names are http.server's

            def log_message(self, *_: object) -> None:
                """Stay silent: the log is `StandIn.log`."""

        self._server = _Server((host, port), Handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def url(self) -> str:
        """The server's address, without a slash at the end."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def fail_next(self, *faults: Reply | Literal["cut"]) -> None:
        """Queue faults: each of the next requests meets one. `cut` halves the true answer."""
        with self._lock:
            self._faults.extend(faults)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        length = int(handler.headers.get("Content-Length") or 0)
        body = handler.rfile.read(length)
        request = Request(
            method=handler.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in handler.headers.items()},
            at=time.monotonic(),
            body=body,
        )
        with self._lock:
            self.log.append(request)
            fault = self._faults.pop(0) if self._faults else None
        reply = fault if isinstance(fault, Reply) else self._answer(request)
        self._send(handler, reply, cut=fault == "cut" or reply.trouble == "cut")

    def _send(self, handler: BaseHTTPRequestHandler, reply: Reply, *, cut: bool) -> None:
        match reply.trouble:
            case "hang":
                self._stopping.wait()
                handler.close_connection = True
                return
            case "reset":
                # A linger of zero seconds makes close() send a reset instead of a farewell.
                linger = struct.pack("ii", 1, 0)
                handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                handler.connection.close()
                raise ConnectionAbortedError
            case "garbage":
                handler.wfile.write(b"\x00\xff not http at all\r\n\r\n")
                handler.close_connection = True
                return
            case "drip":
                handler.send_response(reply.status)
                handler.send_header("Content-Length", "1000000")
                handler.end_headers()
                while not self._stopping.wait(0.05):
                    handler.wfile.write(b".")
                return
            case "none" | "cut":
                pass
        handler.send_response(reply.status)
        for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(reply.body[: len(reply.body) // 2] if cut else reply.body)
        if cut:
            handler.close_connection = True
