"""A proxy before the box: it notes every call, checks it against GitHub's description, and fails.

The bot is pointed to the proxy's address; people and tests speak with the box itself.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import struct
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from socketserver import StreamRequestHandler, ThreadingTCPServer
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self, assert_never
from urllib.parse import parse_qsl, urlsplit

from tests.e2e import contract

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from io import BufferedIOBase

    from tests.e2e.box import Box

Json = Any
_READS = ("GET", "HEAD")
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_HOP = {"connection", "transfer-encoding", "keep-alive", "content-length", "date", "server"}
"""Headers of one connection, which each side sets itself."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The work is done, and the connection breaks before the answer comes."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The work is done, and half of the answer comes."""


@dataclass(frozen=True, slots=True)
class Hang:
    """Nothing is done, and nothing comes for so long; then the connection breaks."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Status:
    """Nothing is done, and this comes."""

    code: int
    headers: Mapping[str, str] = field(default_factory=lambda: _NO_HEADERS)
    body: str = ""
    """JSON; a message with the status where it is empty."""


Fault = Lost | Cut | Hang | Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, and what became of it."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Json
    status: int
    """What the client was told; 0 where it was told nothing."""
    fault: Fault | None
    violations: tuple[str, ...]

    def __str__(self) -> str:
        """As in 'GET /repos/lab/list/issues -> 200'."""
        return f"{self.method} {self.path} -> {self.status}"


@dataclass(slots=True, kw_only=True)
class _Rule:
    """What happens at some of the calls that match."""

    method: re.Pattern[str]
    path: re.Pattern[str]
    nth: int
    times: int
    fault: Fault | None = None
    before: Callable[[], object] | None = None
    after: Callable[[], object] | None = None
    seen: int = 0

    def fits(self, method: str, path: str) -> bool:
        """Whether it is due; counts what matches."""
        if not (self.method.fullmatch(method) and self.path.search(path)):
            return False
        self.seen += 1
        return self.nth <= self.seen < self.nth + self.times


@dataclass(slots=True, kw_only=True)
class _Meter:
    remaining: int
    limit: int
    reset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    method: str
    target: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    data: bytes

    @property
    def body(self) -> Json:
        """What its body holds; None where there is none."""
        return json.loads(self.data) if self.data else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    status: int
    headers: Mapping[str, str]
    data: bytes


class _Server(ThreadingTCPServer):
    # Closing waits for the threads, so that no connection outlives the proxy.
    daemon_threads = False
    request_queue_size = 128
    allow_reuse_address = True

    def handle_error(self, *_: object) -> None:
        """Stay silent: clients go away in the middle of an answer, which is what is tested."""


class Proxy:
    """A proxy on a free port of a loopback address, running while the `with` block does."""

    def __init__(self, box: Box) -> None:
        self.calls: list[Call] = []
        """Every call, in the order of the answers."""
        self._to = urlsplit(box.url)
        self._contract = _contract()
        self._rules: list[_Rule] = []
        self._meter: _Meter | None = None
        self._left: int | None = None
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._upstream = threading.local()
        self._clients: set[socket.socket] = set()
        self._upstreams: list[BufferedIOBase] = []
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._die()
        with self._lock:
            for client in self._clients:
                # It may have gone already.
                with contextlib.suppress(OSError):
                    client.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._server.server_close()
        for connection in self._upstreams:
            connection.close()

    @property
    def url(self) -> str:
        """The address to use in place of the API's, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    # What was asked

    @property
    def violations(self) -> list[str]:
        """What GitHub would not have understood, and calls that the bot may not make."""
        return [f"{call}: {what}" for call in self.calls for what in call.violations]

    @property
    def reads(self) -> int:
        """How many calls changed nothing."""
        return sum(call.method in _READS for call in self.calls)

    @property
    def writes(self) -> int:
        """How many calls may have changed something."""
        return len(self.calls) - self.reads

    def counts(self) -> Counter[str]:
        """How often each operation was called, by its name in `operations.txt`."""
        found = ((call, self._contract.operation(call.method, call.path)) for call in self.calls)
        return Counter(known.name if known else str(call) for call, known in found)

    def clear(self) -> None:
        """Forget the calls, and what was still to go wrong."""
        with self._lock:
            self.calls.clear()
            self._rules.clear()
            self._meter = None

    # What goes wrong

    def fail(
        self, fault: Fault, *, method: str = ".*", path: str = "", nth: int = 1, times: int = 1
    ) -> None:
        """Let the nth call that matches these patterns fail, and the next ones up to `times`."""
        self._add(method, path, nth, times, fault=fault)

    def before(
        self, action: Callable[[], object], *, method: str = ".*", path: str = "", nth: int = 1
    ) -> None:
        """Do something just before the nth call that matches these patterns is made."""
        self._add(method, path, nth, 1, before=action)

    def after(
        self, action: Callable[[], object], *, method: str = ".*", path: str = "", nth: int = 1
    ) -> None:
        """Do something just after the nth call that matches, before its answer comes."""
        self._add(method, path, nth, 1, after=action)

    def kill_after(self, calls: int) -> None:
        """Let this many more calls through, then refuse every connection: the bot is dead."""
        self._left = calls
        if not calls:
            self._die()

    def meter(self, remaining: int, *, limit: int = 1000, resets_in_s: int = 3600) -> None:
        """Tell that so many calls are left of the hour; then 403."""
        self._meter = _Meter(remaining=remaining, limit=limit, reset=int(time.time()) + resets_in_s)

    def _add(self, method: str, path: str, nth: int, times: int, **what: Any) -> None:  # noqa: ANN401 - a rule's own fields
        rule = _Rule(method=re.compile(method), path=re.compile(path), nth=nth, times=times, **what)
        with self._lock:
            self._rules.append(rule)

    # One call

    def welcome(self, client: socket.socket) -> None:
        """Note a connection, which this thread serves."""
        # Coverage is measured of the bot; tracing every call in here would double a test's time.
        sys.settrace(None)
        with self._lock:
            self._clients.add(client)

    def part(self, client: socket.socket) -> None:
        """Forget a connection, and hang up on its other side."""
        with self._lock:
            self._clients.discard(client)
        if hasattr(self._upstream, "one"):
            self._upstream.one.close()

    def serve(self, client: Client) -> None:
        """Answer one request, or do not."""
        asked = _read(client)
        with self._lock:
            if self._left is not None and self._left <= 0:
                _reset(client)
                return
            rules = [rule for rule in self._rules if rule.fits(asked.method, asked.path)]
            if self._left is not None:
                self._left -= 1
        violations = self._violations(asked)
        fault = next((rule.fault for rule in rules if rule.fault), None)
        for rule in rules:
            if rule.before:
                rule.before()
        told = self._answer(asked, fault, is_known=violations != _UNKNOWN)
        for rule in rules:
            if rule.after:
                rule.after()
        self._note(asked, told, fault, violations)
        self._send(client, told, fault)
        if self._left == 0:
            client.is_open = False
            self._die()

    def _answer(self, asked: _Asked, fault: Fault | None, *, is_known: bool) -> _Told:
        if not is_known:
            return _message(599, f"{asked.method} {asked.path} is not in operations.txt")
        match fault:
            case Status():
                said = fault.body.encode()
                plain = _message(fault.code, f"The proxy was told to answer {fault.code}.")
                return _Told(
                    status=fault.code,
                    headers={**plain.headers, **fault.headers},
                    data=said or plain.data,
                )
            case Hang():
                return _Told(status=0, headers={}, data=b"")
            case Lost() | Cut() | None:
                return self._metered(asked)
            case never:
                assert_never(never)

    def _metered(self, asked: _Asked) -> _Told:
        if self._meter is None:
            return self._forwarded(asked)
        with self._lock:
            is_empty = self._meter.remaining <= 0
            self._meter.remaining -= not is_empty
            headers = {
                "X-RateLimit-Limit": str(self._meter.limit),
                "X-RateLimit-Remaining": str(self._meter.remaining),
                "X-RateLimit-Reset": str(self._meter.reset),
            }
        if is_empty:
            told = _message(403, "API rate limit exceeded for installation.")
        else:
            told = self._forwarded(asked)
        plain = {
            name: text for name, text in told.headers.items() if "ratelimit" not in name.lower()
        }
        return _Told(status=told.status, headers={**plain, **headers}, data=told.data)

    def _forwarded(self, asked: _Asked) -> _Told:
        sent = {
            name: text
            for name, text in asked.headers.items()
            if name.lower() not in {"connection", "accept-encoding", "content-length"}
        }
        rows = [f"{name}: {text}\r\n" for name, text in sent.items()]
        head = f"{asked.method} {asked.target} HTTP/1.1\r\n{''.join(rows)}"
        length = f"Content-Length: {len(asked.data)}\r\n\r\n"
        box = self._box()
        box.write((head + length).encode("latin-1") + asked.data)
        box.flush()
        start, headers = _head(box)
        status = int(start.split(" ")[1])
        has_body = asked.method != "HEAD" and status not in _WITHOUT_BODY
        data = _body(box, headers) if has_body else b""
        kept = {name: text for name, text in headers.items() if name.lower() not in _HOP}
        return _Told(status=status, headers=kept, data=data)

    def _box(self) -> BufferedIOBase:
        """This thread's connection to the box."""
        if not hasattr(self._upstream, "one"):
            connection = socket.create_connection((self._to.hostname, self._to.port), timeout=60)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._upstream.one = connection.makefile("rwb")
            self._upstreams.append(self._upstream.one)
            # It stays open for as long as its file does.
            connection.close()
        one: BufferedIOBase = self._upstream.one
        return one

    def _violations(self, asked: _Asked) -> tuple[str, ...]:
        known = self._contract.operation(asked.method, asked.path)
        if known is None and asked.method == "GET" and asked.path.startswith("/repositories/"):
            # Where GitHub redirects to, and PyGithub follows: no description knows these.
            return ()
        if known is None:
            return _UNKNOWN
        return tuple(known.faults(asked.path, asked.query, asked.body))

    def _note(
        self, asked: _Asked, told: _Told, fault: Fault | None, violations: tuple[str, ...]
    ) -> None:
        call = Call(
            method=asked.method,
            path=asked.path,
            query=asked.query,
            body=asked.body,
            status=0 if isinstance(fault, Lost | Hang) else told.status,
            fault=fault,
            violations=violations,
        )
        with self._lock:
            self.calls.append(call)

    def _send(self, client: Client, told: _Told, fault: Fault | None) -> None:
        match fault:
            case Hang():
                self._stopping.wait(fault.seconds)
                _reset(client)
            case Lost():
                _reset(client)
            case Cut():
                _write(client, told, told.data[: len(told.data) // 2])
                client.is_open = False
            case Status() | None:
                _write(client, told, told.data)
            case never:
                assert_never(never)

    def _die(self) -> None:
        """Refuse new connections; those that are open are told nothing more."""
        self._left = 0
        # Stopping waits for the loop that accepts, which must not wait for us.
        threading.Thread(target=self._server.shutdown, daemon=True).start()
        with contextlib.suppress(OSError):
            self._server.socket.close()


_WITHOUT_BODY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
_UNKNOWN = ("the bot may not make this call",)


@cache
def _contract() -> contract.Contract:
    return contract.load()


def _handler(proxy: Proxy) -> type[Client]:
    class Handler(Client):
        def setup(self) -> None:
            super().setup()
            proxy.welcome(self.connection)

        def finish(self) -> None:
            proxy.part(self.connection)
            # The client may have gone in the middle of an answer.
            with contextlib.suppress(OSError, ValueError):
                super().finish()

        def handle(self) -> None:
            # A client goes whenever it likes.
            with contextlib.suppress(OSError, EOFError):
                while self.is_open:
                    proxy.serve(self)

    return Handler


class Client(StreamRequestHandler):
    """A connection from the bot."""

    is_open = True
    # Head and body are one write, so that nothing waits for anything.
    disable_nagle_algorithm = True
    wbufsize = -1


def _read(client: Client) -> _Asked:
    start, headers = _head(client.rfile)
    method, target, _ = start.split(" ")
    path, _, query = target.partition("?")
    length = int(headers.get("Content-Length") or 0)
    return _Asked(
        method=method,
        target=target,
        path=path,
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers=headers,
        data=client.rfile.read(length),
    )


def _head(stream: BufferedIOBase) -> tuple[str, dict[str, str]]:
    """The first line and the headers of a message; raises EOFError at the end.

    Read by hand: what `http.server` and `http.client` do for it takes longer than the whole call.
    """
    start = stream.readline()
    if not start:
        raise EOFError
    headers: dict[str, str] = {}
    while line := stream.readline().rstrip():
        name, _, text = line.decode("latin-1").partition(":")
        headers[name] = text.strip()
    return start.decode("latin-1").rstrip(), headers


def _body(stream: BufferedIOBase, headers: Mapping[str, str]) -> bytes:
    small = {name.lower(): text for name, text in headers.items()}
    if small.get("transfer-encoding") != "chunked":
        return stream.read(int(small.get("content-length") or 0))
    parts: list[bytes] = []
    while size := int(stream.readline(), 16):
        parts.append(stream.read(size))
        stream.readline()
    stream.readline()
    return b"".join(parts)


def _message(status: int, text: str) -> _Told:
    data = json.dumps({"message": text, "status": str(status)}).encode()
    return _Told(status=status, headers={"Content-Type": "application/json"}, data=data)


def _write(client: Client, told: _Told, data: bytes) -> None:
    length = {} if told.status == HTTPStatus.NO_CONTENT else {"Content-Length": len(told.data)}
    rows = [f"{name}: {text}\r\n" for name, text in {**told.headers, **length}.items()]
    head = f"HTTP/1.1 {told.status} {_PHRASES.get(told.status, '')}\r\n{''.join(rows)}\r\n"
    client.wfile.write(head.encode("latin-1") + data)
    client.wfile.flush()


_PHRASES = {status.value: status.phrase for status in HTTPStatus}


def _reset(client: Client) -> None:
    """Break the connection: a linger of zero seconds makes closing send a reset."""
    client.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.connection.close()
    client.is_open = False
