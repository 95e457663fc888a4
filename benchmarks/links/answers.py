"""What an address of the loopback web answers: its path says all of it.

A path is `/<behaviour>/<milliseconds>/<page>`, and the milliseconds pass before the answer. Pages
are `p1`, `p2` and so on: any other name is a page that is not there, at a host that says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Break = Literal["reset", "hang"]
"""What a host does in place of an answer: break the connection off, or say nothing."""


class Place(NamedTuple):
    """A path, taken apart."""

    behaviour: str
    latency_s: float
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client asks for."""

    method: str
    place: Place
    is_known: bool = False
    """Whether it brings the cookie that it was given."""
    earlier: int = 0
    """How often the same path was asked for before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a host says."""

    status: int = 200
    title: str = ""
    headers: tuple[str, ...] = ()


_PATH = re.compile(r"/([a-z0-9-]+)/([0-9]{1,6})/([A-Za-z0-9._-]+)/?")
_PAGE = re.compile(r"p[0-9]+")
_REASONS: Mapping[int, str] = MappingProxyType({200: "OK", 404: "Not Found"})
_STATUS = re.compile(r"[2-9][0-9]{2}")
_NOT_THERE = Answer(status=404, title="Not here")
_BUSY_TIMES = 1


def place(path: str) -> Place:
    """Take a path apart; the front page and what has another form answers at once.

    >>> place("/ok/150/p7")
    Place(behaviour='ok', latency_s=0.15, page='p7')
    """
    if found := _PATH.fullmatch(path.partition("?")[0]):
        return Place(found[1], int(found[2]) / 1_000, found[3])
    return Place("front" if path == "/" else "nowhere", 0.0, "")


def answer(request: Request) -> Answer | Break:
    """What a request gets; the table of behaviours is the bottom of this module."""
    behaviour, _, page = request.place
    if behaviour == "front":
        return Answer(title="The front page")
    if same_for_all := _SAME_FOR_ALL.get(behaviour):
        return same_for_all
    if not _PAGE.fullmatch(page):
        return _NOT_THERE
    if _STATUS.fullmatch(behaviour):
        return Answer(status=int(behaviour), title="Sorry")
    found = _BEHAVIOURS.get(behaviour)
    return found(request) if found else _NOT_THERE


def written(request: Request, answer: Answer) -> bytes:
    """An answer as it goes over the line; to HEAD without its page."""
    title = answer.title or f"Page {request.place.page}"
    page = _page(title)
    lines = (
        f"HTTP/1.1 {answer.status} {_REASONS.get(answer.status, 'As Asked')}",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(page)}",
        *answer.headers,
    )
    head = "\r\n".join(lines) + "\r\n\r\n"
    return (head if request.method == "HEAD" else head + page).encode("ascii")


def _page(title: str) -> str:
    return (
        f"<!doctype html>\n<html lang=en><head><meta charset=utf-8><title>{title}</title></head>\n"
        f"<body><h1>{title}</h1>\n<p>{_PROSE}</p></body></html>\n"
    )


_PROSE = "A page of an invented site, with words enough to look like one. " * 8


def _fine(_: Request) -> Answer:
    return Answer()


def _moved(request: Request) -> Answer:
    """To another page of the host, for good."""
    return Answer(status=301, headers=(f"Location: /ok/0/{request.place.page}",))


def _hops(request: Request) -> Answer:
    """Over one more address, for now."""
    return Answer(status=302, headers=(f"Location: /hop/0/{request.place.page}",))


def _hop(request: Request) -> Answer:
    return Answer(status=302, headers=(f"Location: /ok/0/{request.place.page}",))


def _members(_: Request) -> Answer:
    return Answer(status=302, headers=("Location: /login/0/p1?next=page",))


def _loop(request: Request) -> Answer:
    behaviour, _, page = request.place
    return Answer(status=302, headers=(f"Location: /{behaviour}/0/{page}",))


def _cookies(request: Request) -> Answer:
    """The page for who brings the cookie, and for everybody else the same way once more."""
    if request.is_known:
        return Answer()
    behaviour, latency_s, page = request.place
    location = f"/{behaviour}/{latency_s * 1_000:.0f}/{page}"
    return Answer(
        status=302, headers=(f"Location: {location}", "Set-Cookie: known=yes; Path=/; HttpOnly")
    )


def _busy(request: Request) -> Answer:
    return Answer(status=503, title="Busy") if request.earlier < _BUSY_TIMES else Answer()


def _later(request: Request) -> Answer:
    if request.earlier < _BUSY_TIMES:
        return Answer(status=429, title="Later", headers=("Retry-After: 1",))
    return Answer()


def _resets_once(request: Request) -> Answer | Break:
    return "reset" if request.earlier < _BUSY_TIMES else Answer()


def _head_refused(request: Request) -> Answer:
    return Answer(status=405) if request.method == "HEAD" else Answer()


def _head_lies(request: Request) -> Answer:
    return _NOT_THERE if request.method == "HEAD" else Answer()


def _head_drops(request: Request) -> Answer | Break:
    return "reset" if request.method == "HEAD" else Answer()


def _hang(_: Request) -> Break:
    return "hang"


_SAME_FOR_ALL: Mapping[str, Answer] = MappingProxyType(
    {
        "soft-title": Answer(title="404 - Page not found"),
        "soft-front": Answer(status=302, headers=("Location: /",)),
        "challenge": Answer(
            status=403, title="Just a moment...", headers=("cf-mitigated: challenge",)
        ),
        "login": Answer(title="Sign in"),
    }
)
_BEHAVIOURS: Mapping[str, Callable[[Request], Answer | Break]] = MappingProxyType(
    {
        "ok": _fine,
        "moved": _moved,
        "hops": _hops,
        "hop": _hop,
        "members": _members,
        "loop": _loop,
        "cookies": _cookies,
        "busy-once": _busy,
        "later-once": _later,
        "resets-once": _resets_once,
        "head-refused": _head_refused,
        "head-lies": _head_lies,
        "head-drops": _head_drops,
        "hang": _hang,
        "metered": _fine,
        "strict": _fine,
    }
)
