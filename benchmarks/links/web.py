"""The loopback web: many hosts in one process, each with an address of its own.

`python -m benchmarks.links.web HOSTS [--tls FILE] [--core CORE]` serves until its standard input
ends. With TLS, it writes the certificate of its authority into the file. It says its port, and for each line that it is sent, what was asked since the
last one, as one line of JSON. It is written as close to the socket as asyncio allows, on uvloop,
so that of the two that talk the client is the slow one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import socket
import ssl
import struct
import sys
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvloop

from benchmarks.links import answers, lists
from benchmarks.links.answers import Answer, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_END = b"\r\n\r\n"
_BREAK_OFF = struct.pack("ii", 1, 0)
"""To linger for no time at all: the client sees a reset."""
_ON_THE_WAY_S = 0.1
"""What arrives so soon after a 429 was sent before it was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """How many requests a host grants, and how it tells."""

    rate: float
    """Requests a second, in the long run."""
    burst: int
    is_announced: bool
    """Whether each answer says how many are left."""
    retry_after_s: int


METERS: Mapping[str, Meter] = {
    "metered": Meter(rate=20, burst=20, is_announced=True, retry_after_s=1),
    "strict": Meter(rate=10, burst=20, is_announced=False, retry_after_s=2),
}
"""By the behaviour in the path."""


@dataclass(slots=True)
class Host:
    """What one host saw, and what it still grants."""

    requests: int = 0
    connections: int = 0
    open: int = 0
    """Requests that wait for their answer."""
    most_open: int = 0
    starts: list[float] = field(default_factory=list)
    throttled: int = 0
    """Answers that were 429."""
    early: int = 0
    """Requests before the end of the time that a 429 named."""
    longest_wait_s: float = 0.0
    """From a 429 to the next request."""
    times: Counter[str] = field(default_factory=Counter)
    """How often each path was asked for."""
    _tokens: float = math.inf
    _filled: float = 0.0
    _told: float | None = None
    """When the last 429 was given, until somebody asks again."""
    _closed_until: float = 0.0

    def seen(self, path: str, *, now: float) -> int:
        """Count a request that has come; gives how often its path was asked for before."""
        self.requests += 1
        self.starts.append(now)
        before = self.times[path]
        self.times[path] = before + 1
        return before

    def metered(self, meter: Meter, *, now: float) -> Answer:
        """The answer of a host that counts."""
        self._note_wait(now)
        refilled = self._tokens + (now - self._filled) * meter.rate
        self._tokens, self._filled = min(meter.burst, refilled), now
        if self._tokens < 1:
            if self._told is None:
                self._told = now
                self._closed_until = now + meter.retry_after_s
            self.throttled += 1
            return Answer(status=429, headers=(f"Retry-After: {meter.retry_after_s}",))
        self._tokens -= 1
        return Answer(headers=self._announced(meter))

    def _announced(self, meter: Meter) -> tuple[str, ...]:
        if not meter.is_announced:
            return ()
        until_full_s = math.ceil((meter.burst - self._tokens) / meter.rate)
        return (
            f"RateLimit-Limit: {meter.burst}",
            f"RateLimit-Remaining: {math.floor(self._tokens)}",
            f"RateLimit-Reset: {until_full_s}",
        )

    def _note_wait(self, now: float) -> None:
        if self._told is None or now < self._told + _ON_THE_WAY_S:
            return
        if now < self._closed_until:
            self.early += 1
            return
        self.longest_wait_s = max(self.longest_wait_s, now - self._told)
        self._told = None

    def summary(self) -> dict[str, float | int | None]:
        """What it saw, for JSON."""
        return {
            "requests": self.requests,
            "connections": self.connections,
            "most_open": self.most_open,
            "closest_s": min((b - a for a, b in pairwise(self.starts)), default=None),
            "first": self.starts[0] if self.starts else None,
            "last": self.starts[-1] if self.starts else None,
            "throttled": self.throttled,
            "early": self.early,
            "longest_wait_s": self.longest_wait_s,
        }


class Web:
    """The hosts and what they have in common."""

    def __init__(self, hosts: int) -> None:
        self.hosts = {lists.address(number): Host() for number in range(hosts)}
        self.open = self.most_open = 0

    def taken(self) -> dict[str, Any]:
        """What was asked since the last time, for JSON; all of it is forgotten."""
        found = {
            "most_open": self.most_open,
            "hosts": {name: host.summary() for name, host in self.hosts.items() if host.requests},
        }
        for name, host in self.hosts.items():
            self.hosts[name] = Host(open=host.open)
        self.most_open = self.open
        return found


class _Connection(asyncio.Protocol):
    """One connection, kept for as many requests as the client likes."""

    __slots__ = ("_buffer", "_loop", "_name", "_transport", "_waiting", "_web")
    _transport: asyncio.Transport

    def __init__(self, web: Web, name: str, loop: asyncio.AbstractEventLoop) -> None:
        self._web, self._name, self._loop = web, name, loop
        self._buffer = b""
        self._waiting = 0
        """Requests without an answer yet."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment] # a server's is one that writes, too
        self._web.hosts[self._name].connections += 1

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._count(-self._waiting)

    def _count(self, more: int) -> None:
        self._waiting += more
        for counts in (self._web, self._web.hosts[self._name]):
            counts.open += more
            counts.most_open = max(counts.most_open, counts.open)

    def data_received(self, data: bytes) -> None:
        *heads, self._buffer = (self._buffer + data).split(_END)
        for head in heads:
            self._asked(head.decode("latin-1"))

    def _asked(self, head: str) -> None:
        method, path, _ = head.split(" ", 2)
        host, now = self._web.hosts[self._name], self._loop.time()
        earlier = host.seen(path, now=now)
        self._count(1)
        place = answers.place(path)
        request = Request(method=method, place=place, is_known="known=yes" in head, earlier=earlier)
        found = answers.answer(request)
        if (meter := METERS.get(place.behaviour)) and found == Answer():
            found = host.metered(meter, now=now)
        if found == "hang":
            return
        sent = None if found == "reset" else answers.written(request, found)
        if place.latency_s:
            self._loop.call_later(place.latency_s, self._end, sent)
        else:
            self._end(sent)

    def _end(self, sent: bytes | None) -> None:
        if self._transport.is_closing():
            return
        self._count(-1)
        if sent is not None:
            self._transport.write(sent)
            return
        line = self._transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _BREAK_OFF)
        self._transport.abort()


async def serve(
    web: Web,
    *,
    port: int = 0,
    tls: ssl.SSLContext | None = None,
) -> tuple[int, Sequence[asyncio.Server]]:
    """Let every host listen, all at one port: the one that is free at the first, if none is given."""
    loop = asyncio.get_running_loop()
    servers: list[asyncio.Server] = []
    for name in web.hosts:
        servers.append(
            await loop.create_server(_maker(web, name, loop), name, port, ssl=tls, backlog=1_024)
        )
        port = port or servers[0].sockets[0].getsockname()[1]
    return port, servers


def _maker(web: Web, name: str, loop: asyncio.AbstractEventLoop) -> Callable[[], _Connection]:
    return lambda: _Connection(web, name, loop)


async def _run(args: argparse.Namespace) -> None:
    tls = None
    web = Web(args.hosts)
    if args.tls:
        from benchmarks.links import certificates  # noqa: PLC0415 - heavy, and seldom needed

        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(*certificates.write(args.tls, tuple(web.hosts)))
    port, _ = await serve(web, tls=tls)
    print(port, flush=True)
    # Blocks a thread, not the loop.
    while await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(web.taken()), flush=True)


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(prog="benchmarks.links.web")
    parser.add_argument("hosts", type=int)
    parser.add_argument("--tls", type=Path, metavar="FILE")
    parser.add_argument("--core", type=int)
    args = parser.parse_args()
    if args.core is not None:
        os.sched_setaffinity(0, {args.core})
    uvloop.run(_run(args))


if __name__ == "__main__":
    main()
