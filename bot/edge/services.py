"""Services that are asked about many links at once, and the archive, which is asked politely.

What they say is read in `core.sources` and `core.repositories`. Nothing here raises for what a
service does or leaves undone: whatever stays without an answer is left out.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import httpx

from bot.core import repositories, sources
from bot.edge import papers, web
from bot.edge.wire import ExhaustedError, HubError, RefusedError
from bot.model import Unreachable
from bot.settings import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from typing import TypeVar

    from bot.core.repositories import Repository, Standing
    from bot.edge.wire import Wire
    from bot.model import Answer, Look
    from bot.settings import Settings

    T = TypeVar("T")

_TRIES = 3
_USUAL = papers.Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What asking a service about many links gave."""

    looks: Mapping[str, Look]
    """By link. A link without one is undecided: its own page tells more."""
    requests: int
    """How many were sent for all of them."""


def _batches(items: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    rest = iter(items)
    while batch := tuple(islice(rest, size)):
        yield batch


# arXiv ------------------------------------------------------------------------------------------


def arxiv(
    links: Mapping[str, str],
    settings: Settings,
    *,
    limits: papers.Limits = _USUAL,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Asked:
    """A look at each link to a paper, given its canonical arXiv id, 200 papers a request.

    Call it from outside of any event loop, and once a run: it keeps arXiv's pause between its own
    requests alone.
    """
    answers: dict[str, Answer] = {}
    wanted = dict.fromkeys(links.values())
    with papers.Client(settings, limits=limits, sleep=sleep, clock=clock) as client:
        for batch in _batches(wanted, papers.BATCH):
            told = client.arxiv(batch)
            answers |= told
            down = [it for it in told.values() if isinstance(it, Unreachable)]
            if len(down) == len(told):
                # Whoever does not answer 200 papers does not answer the next 200.
                answers |= {id_: down[0] for id_ in wanted if id_ not in answers}
                break
        requests = client.requests
    looks = {url: sources.paper_look(url, answers[id_]) for url, id_ in links.items()}
    return Asked(looks=MappingProxyType(looks), requests=requests)


# GitHub -----------------------------------------------------------------------------------------


def github(links: Mapping[str, Repository], wire: Wire) -> Asked:
    """A look at each link to a repository of which GitHub says something sure.

    Where GitHub does not answer, the links left are undecided.
    """
    before = wire.calls
    found: dict[Repository, Standing] = {}
    for batch in _batches(dict.fromkeys(links.values()), repositories.MOST):
        try:
            found |= repositories.read(_graphql(wire, batch), batch)
        except HubError:
            break
    looks = {
        url: repositories.look(url, repository, found[repository])
        for url, repository in links.items()
        if repository in found
    }
    return Asked(looks=MappingProxyType(looks), requests=wire.calls - before)


def _graphql(wire: Wire, batch: Sequence[Repository]) -> object:
    """The answer about a batch: a POST that changes nothing, so it may be repeated."""
    text, variables = repositories.query(batch)
    body = {"query": text, "variables": dict(variables)}
    for attempt in range(_TRIES - 1):
        try:
            return wire.send("POST", "/graphql", body)
        except (RefusedError, ExhaustedError):
            raise
        except HubError as failure:
            wire.pause(failure, attempt)
    return wire.send("POST", "/graphql", body)


# The archive ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long and how much the archive may answer; tests make it small."""

    connect_s: float = 10.0
    answer_s: float = 20.0
    """For one whole answer, from the first byte sent to the last one read."""
    pause_s: float = 1.0
    """Between two requests, times the run's pace."""
    total_s: float = 300.0
    """After which nothing more is asked."""
    body_bytes: int = 100_000


_COPY_PATH = re.compile(r"/web/[0-9]{14}/[!-~]{1,8000}")
_UNSAFE = re.compile(r"[<>\"`\\{}|^]")
_ARCHIVE_HOST = "web.archive.org"
_TOO_MANY = 429
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """What the archive said of links."""

    copies: Mapping[str, str | None]
    """The copy of each link, None where the archive has none that was good; else it is left out."""
    requests: int


class _Stop(Exception):  # noqa: N818 - reads as what happened; it never leaves the module
    """The archive does not answer, or asks to be left alone."""


def archived(
    urls: Collection[str],
    settings: Settings,
    *,
    most: int = 50,
    sleep: Callable[[float], None] = time.sleep,
    limits: Limits = Limits(),
) -> Archived:
    """The archived copies of these links.

    Links are asked one after the other, at most so many, and up to the first trouble of the
    archive's. Call it from outside of any event loop.

    Source: https://archive.org/help/wayback_api.php
    """
    wanted = tuple(dict.fromkeys(urls))[:most]
    if not wanted:
        return Archived(copies={}, requests=0)
    return asyncio.run(_archived(wanted, settings, sleep=sleep, limits=limits))


async def _archived(
    urls: Sequence[str],
    settings: Settings,
    *,
    sleep: Callable[[float], None],
    limits: Limits,
) -> Archived:
    base = settings.services["wayback"]
    copies: dict[str, str | None] = {}
    requests = 0
    ends_at = time.monotonic() + limits.total_s
    async with _client(base, settings, limits) as client:
        for at, url in enumerate(urls):
            if time.monotonic() > ends_at:
                break
            if at:
                # Nothing else runs in this loop that could be held up.
                sleep(limits.pause_s * settings.pace)
            requests += 1
            try:
                said = await _ask(
                    client, f"{base}/wayback/available?url={quote(url, safe='')}", limits
                )
            except _Stop:
                break
            if said is not None:
                copies[url] = _copy(said, base)
    return Archived(copies=copies, requests=requests)


def _client(base: str, settings: Settings, limits: Limits) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        # A compressed answer would have to be bounded twice.
        headers={"User-Agent": web.user_agent(settings), "Accept-Encoding": "identity"},
        timeout=httpx.Timeout(None, connect=limits.connect_s),
        verify=web.trust(),
        follow_redirects=False,
        # A proxy of the environment leads out; what runs on this machine is not there.
        trust_env=not is_loopback(urlsplit(base).hostname or ""),
    )


async def _ask(client: httpx.AsyncClient, url: str, limits: Limits) -> Mapping[str, object] | None:
    """The archive's list of copies; None for an answer that says nothing."""
    body = bytearray()
    try:
        async with asyncio.timeout(limits.answer_s), client.stream("GET", url) as response:
            status = response.status_code
            if status == _TOO_MANY or status >= _SERVER_ERROR:
                raise _Stop
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > limits.body_bytes:
                    return None
        said = json.loads(body) if status == httpx.codes.OK else None
    except (TimeoutError, httpx.HTTPError) as error:
        raise _Stop from error
    except (ValueError, RecursionError, httpx.InvalidURL):
        return None
    copies = said.get("archived_snapshots") if isinstance(said, dict) else None
    return copies if isinstance(copies, dict) else None


def _copy(copies: Mapping[str, object], base: str) -> str | None:
    match copies.get("closest"):
        case {"available": True, "status": "200" | 200, "url": str(url)}:
            return _at_archive(url, base)
        case _:
            return None


def _at_archive(url: str, base: str) -> str | None:
    """The address of a copy by https, or at the archive's stand-in; None for any other place."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    rest = url.partition("://")[2].partition("/")[2]
    path = f"/{rest}"
    if not _COPY_PATH.fullmatch(path) or _UNSAFE.search(path) or "@" in parts.netloc:
        return None
    if host == _ARCHIVE_HOST and parts.scheme in {"http", "https"} and port in {None, 80, 443}:
        return f"https://{_ARCHIVE_HOST}{path}"
    is_stand_in = is_loopback(host or "") and parts.netloc == urlsplit(base).netloc
    return url if is_stand_in else None
