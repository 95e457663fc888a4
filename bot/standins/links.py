"""A host of links: sound ones, dead ones, and every kind of trouble at a path of its own."""

from __future__ import annotations

import gzip
import re
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.standins.server import DRIP, GARBAGE, HANG, RESET, Reply, Request, StandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_OK = Reply(
    headers=MappingProxyType({"Content-Type": "text/html; charset=utf-8"}),
    body=b"<!doctype html><title>A page</title><p>It is here.</p>",
)
_NOT_FOUND = Reply(status=404, body=b"Not Found")
_CHALLENGE = Reply(status=403, headers=MappingProxyType({"cf-mitigated": "challenge"}))

_HEADER_BYTES = 300_000
_BOMB_BYTES = 10_000_000
_LONGEST_S = 60.0

_STATUS = re.compile(r"[2-9][0-9]{2}")
_HOPS = re.compile(r"[0-9]{1,3}")
_SECONDS = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,3})?")


class LinkHost(StandIn):
    """A web site on a free port of a loopback address, running while the `with` block does.

    | path | what it does |
    |---|---|
    | `/`, `/ok`, `/ok/...` | 200 |
    | `/status/<code>` | that status; with `?after=`, that `Retry-After` |
    | `/redirect/<code>?to=...` | that status and `Location` |
    | `/hops/<n>` | `n` redirects, then 200; with `?code=`, of that status |
    | `/loop` | redirects to itself |
    | `/no-location` | a redirect without a target |
    | `/to-file`, `/to-metadata` | redirects to where nobody should go |
    | `/cookie-wall` | sets a cookie and redirects to itself; 200 to who brings the cookie |
    | `/head-refused`, `/head-lies`, `/head-drops` | 405, 404 or a reset to HEAD; 200 to GET |
    | `/challenge` | 403 that asks for proof of being a person |
    | `/slow?s=...` | 200 after that many seconds; without a number, never |
    | `/endless` | 405 to HEAD; a body that never ends to GET |
    | `/huge-headers` | 300 kB of headers |
    | `/gzip-bomb` | 405 to HEAD; 10 kB that unpack to 10 MB to GET |
    | `/garbage`, `/reset` | no HTTP, a reset |
    | anything else | 404 |
    """

    def __init__(self, *, host: str = "127.0.0.1") -> None:
        """Serve the table above at this address."""
        super().__init__(self._reply, host=host)

    def _reply(self, request: Request) -> Reply:
        if fixed := _FIXED.get(request.path):
            return fixed
        _, first, *rest = request.path.split("/")
        if first == "ok":
            return _OK
        if to_get := _NOT_TO_HEAD.get(first):
            for_head, for_get = to_get
            return for_head if request.method == "HEAD" else for_get()
        if found := _COMPUTED.get(first):
            return found(request, "/".join(rest)) or _NOT_FOUND
        if first == "slow":
            return self._slow(request.query.get("s", ""))
        return _NOT_FOUND

    def _slow(self, seconds: str) -> Reply:
        if not _SECONDS.fullmatch(seconds):
            return HANG
        self._stopping.wait(min(float(seconds), _LONGEST_S))
        return _OK


def _redirect(to: str, *, code: int = 302) -> Reply:
    return Reply(status=code, headers={"Location": to})


def _status(request: Request, rest: str) -> Reply | None:
    if not _STATUS.fullmatch(rest):
        return None
    after = request.query.get("after")
    return Reply(status=int(rest), headers={} if after is None else {"Retry-After": after})


def _named_redirect(request: Request, rest: str) -> Reply | None:
    to = request.query.get("to")
    if not _STATUS.fullmatch(rest) or to is None or not to.isprintable():
        return None
    return _redirect(to, code=int(rest))


def _hops(request: Request, rest: str) -> Reply | None:
    code = request.query.get("code", "302")
    if not _HOPS.fullmatch(rest) or not _STATUS.fullmatch(code):
        return None
    left = int(rest)
    return _redirect(f"/hops/{left - 1}?code={code}", code=int(code)) if left else _OK


def _cookie_wall(request: Request, _: str) -> Reply:
    if "seen=yes" in request.headers.get("cookie", ""):
        return _OK
    headers = {"Location": request.path, "Set-Cookie": "seen=yes; Path=/; HttpOnly"}
    return Reply(status=302, headers=headers)


@cache
def _bomb() -> Reply:
    body = gzip.compress(bytes(_BOMB_BYTES))
    return Reply(headers={"Content-Encoding": "gzip"}, body=body)


_FIXED: Mapping[str, Reply] = MappingProxyType(
    {
        "/": _OK,
        "/loop": _redirect("/loop"),
        "/no-location": Reply(status=302),
        "/to-file": _redirect("file:///etc/passwd"),
        "/to-metadata": _redirect("http://169.254.169.254/latest/meta-data/"),
        "/challenge": _CHALLENGE,
        "/huge-headers": Reply(headers={"X-Long": "x" * _HEADER_BYTES}),
        "/garbage": GARBAGE,
        "/reset": RESET,
    }
)
_COMPUTED: Mapping[str, Callable[[Request, str], Reply | None]] = MappingProxyType(
    {
        "status": _status,
        "redirect": _named_redirect,
        "hops": _hops,
        "cookie-wall": _cookie_wall,
    }
)
_REFUSED = Reply(status=405)
_NOT_TO_HEAD: Mapping[str, tuple[Reply, Callable[[], Reply]]] = MappingProxyType(
    {
        "head-refused": (_REFUSED, lambda: _OK),
        "head-lies": (_NOT_FOUND, lambda: _OK),
        "head-drops": (RESET, lambda: _OK),
        "endless": (_REFUSED, lambda: DRIP),
        "gzip-bomb": (_REFUSED, _bomb),
    }
)
"""What HEAD gets, and what GET gets."""
