"""One look at one link: HEAD where that is enough, else GET, redirects followed by hand.

What the answers mean is decided in `core.verdict`; here is only how they are got. Redirects are
followed here, since each hop is checked like the first and takes its own host's turn.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from bot.core import ratelimit
from bot.core.address import Refusal
from bot.core.walk import REDIRECTS, Answered, Failed, Trouble, Walk
from bot.edge import dial, target
from bot.edge.exchange import Bounds, ClosedError, Request

if TYPE_CHECKING:
    import httpx

    from bot.core.walk import Finding
    from bot.edge.dial import Connections
    from bot.edge.exchange import Connection, Reply, Wanted
    from bot.edge.schedule import Schedule
    from bot.edge.target import Target
    from bot.edge.web import Limits
    from bot.model import Method, Question

SILENCES: frozenset[Trouble] = frozenset({"timeout", "no-connection"})
"""The ways in which a host does not answer in time."""

# The bytes of a cookie go back as they came: httpx would guess an encoding, and fails where a
# cookie is not ASCII (0.28.1).
_AS_BYTES = "iso-8859-1"


@dataclass(slots=True)
class Job:
    """A link that is looked at, with what earlier looks left."""

    question: Question
    target: Target
    attempts: int = 0
    """Requests that were sent for it."""
    spent_s: float = 0.0
    """On requests, not on waiting for a turn."""
    again: int = 0
    """How often it was asked again because its host complained."""
    is_second: bool = False
    """Whether the next look is the second one."""
    offers_http2: bool = False
    """Whether its host may speak nothing else."""
    last: Outcome | None = None
    """What the look before found."""


class Outcome(NamedTuple):
    """What one look found, ready to be told."""

    finding: Finding
    status: int | None
    final_url: str | None
    is_silent: bool
    """Whether no answer came in time."""


class Line:
    """Sends single requests, each in its host's turn."""

    def __init__(
        self,
        *,
        connections: Connections,
        schedule: Schedule[Job],
        agent: str,
        limits: Limits,
        allows_private: bool,
    ) -> None:
        self.limits = limits
        self.allows_private = allows_private
        self.schedule = schedule
        self.connections = connections
        self.requests = 0
        self._bounds = Bounds(body_s=limits.body_s, rest_s=limits.rest_s)
        self._headers = [
            (b"User-Agent", agent.encode()),
            (b"Accept", b"*/*"),
            (b"Accept-Encoding", b"identity"),
        ]

    async def send(self, there: Target, asked: Asked, *, until: float, job: Job) -> Reply:
        """The answer to one request."""
        job.attempts += 1
        connection = self.connections.idle(there, is_trusted=asked.is_trusted)
        if connection is not None:
            try:
                return await self._over(connection, there, asked, until=until)
            except (ClosedError, ConnectionError) as error:
                # The host may have closed it just when we wrote. A HEAD has its GET anyway.
                if asked.method == "HEAD" or getattr(error, "is_silent", True) is False:
                    raise
            job.attempts += 1
        connection = await self.connections.new(
            there, until=until, is_trusted=asked.is_trusted, offers_http2=job.offers_http2
        )
        return await self._over(connection, there, asked, until=until)

    async def _over(
        self, connection: Connection, there: Target, asked: Asked, *, until: float
    ) -> Reply:
        self.requests += 1
        headers = [(b"Host", there.netloc.encode()), *self._headers]
        if asked.cookie:
            headers.append((b"Cookie", asked.cookie.encode(_AS_BYTES)))
        request = Request(asked.method.encode(), there.path, headers)
        reply = await connection.ask(request, asked.wanted, until=until, bounds=self._bounds)
        self.connections.keep(connection, there, is_trusted=asked.is_trusted)
        return reply


class Asked(NamedTuple):
    """What is asked of an address."""

    method: Method
    wanted: Wanted
    cookie: str = ""
    is_trusted: bool = False
    """Whether the address is a service that the settings name."""


class Probe:
    """One look at one link, its first turn taken."""

    def __init__(self, job: Job, line: Line) -> None:
        self._job = job
        self._line = line
        self._has_turn = True
        self.status: int | None = None
        """The last HTTP status that was seen."""
        self.reached = job.target
        """The last address that was asked."""
        self.used_up = ""
        """A host that takes nothing more for longer than we wait."""

    def give_back(self) -> None:
        """Give the first turn back, if it was not needed."""
        if self._has_turn:
            self._has_turn = False
            self._line.schedule.done(self._job.target.host)

    async def service(self) -> Answered | Failed:
        """What the service says that is asked in place of the link; it leads nowhere else."""
        asked = Asked("GET", "everything", is_trusted=True)
        answer = await self._ask(self._job.target, asked)
        return answer if isinstance(answer, Failed) else _answered(answer)

    async def walk(self, start: Target, method: Method) -> Walk:
        """Follow the redirects from the start, with the cookies that they set."""
        url, cookies = start, _Cookies()
        wanted: Wanted = "nothing" if method == "HEAD" else "page"
        redirects: list[int] = []
        been: set[tuple[str, str]] = set()
        while True:
            cookie = cookies.sent_to(url)
            here = (url.bare, cookie)
            if here in been:
                end: Answered | Failed = Failed(trouble="loop")
                break
            been.add(here)
            self.reached = url
            reply = await self._ask(url, Asked(method, wanted, cookie))
            end = reply if isinstance(reply, Failed) else _answered(reply)
            if isinstance(reply, Failed) or reply.status not in REDIRECTS:
                break
            redirects.append(reply.status)
            cookies.keep(url, reply)
            onward = self._onward(url, end, hops=len(redirects))
            if isinstance(onward, Failed):
                end = onward
                break
            url = onward
        return Walk(
            method=method,
            redirects=tuple(redirects),
            is_elsewhere=url.bare != start.bare,
            end=end,
            start_url=start.url,
            end_url=url.url,
        )

    def _onward(self, url: Target, answer: Answered | Failed, *, hops: int) -> Target | Failed:
        """The address that a redirect leads to."""
        if isinstance(answer, Failed):
            return answer
        if hops > self._line.limits.redirects:
            return Failed(trouble="hops")
        if not answer.location:
            return Failed(trouble="no-location")
        allows = self._line.allows_private
        found = target.joined(url, answer.location, allows_private=allows)
        if isinstance(found, Refusal):
            return Failed(trouble="forbidden", detail=found.what)
        return found

    async def _ask(self, there: Target, asked: Asked) -> Reply | Failed:
        """Ask in the host's turn, within what is left of the link's time."""
        schedule = self._line.schedule
        if self._has_turn and there.host == self._job.target.host:
            self._has_turn = False
        else:
            self.give_back()
            await schedule.turn(there.host)
        try:
            return await self._ask_in_time(there, asked)
        finally:
            schedule.done(there.host)

    async def _ask_in_time(self, there: Target, asked: Asked) -> Reply | Failed:
        limits, job = self._line.limits, self._job
        answer_s = min(limits.answer_s, limits.total_s - job.spent_s)
        if answer_s <= 0:
            return Failed(trouble="timeout")
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            reply = await self._line.send(there, asked, until=begun + answer_s, job=job)
        except dial.NotSentError as reason:
            job.attempts -= 1
            return reason.failed
        except Exception as error:  # noqa: BLE001 - one link must not cost the others their look
            failed = dial.failed(error)
            if failed.trouble in SILENCES:
                self._line.schedule.is_silent(there.host)
            return failed
        finally:
            job.spent_s += loop.time() - begun
        self.status = reply.status
        self._heed(there.host, reply)
        return reply

    def _heed(self, host: str, reply: Reply) -> None:
        """Keep to what the host says that it still takes, and how it likes our pace."""
        if reply.status not in _COMPLAINTS:
            self._line.schedule.is_pleased(host)
        told = {
            name.decode(): value.decode(_AS_BYTES)
            for name, value in reply.headers
            if name in _TELLING
        }
        if told and (allowance := ratelimit.read(told, now=datetime.now(UTC))):
            reset_s = allowance.reset_s or 0.0
            if allowance.remaining == 0 and reset_s > self._line.limits.patience_s:
                self.used_up = host
            else:
                self._line.schedule.allow(host, allowance)


_COMPLAINTS = frozenset({429, 503})
_TELLING = frozenset(name.encode() for name in ratelimit.HEADERS)


class _Cookies:
    """The cookies of one walk; httpx keeps them, and is asked only where there are any."""

    def __init__(self) -> None:
        self._kept: httpx.Cookies | None = None

    def sent_to(self, url: Target) -> str:
        """The `Cookie` header for this address; '' for none."""
        if self._kept is None:
            return ""
        import httpx  # noqa: PLC0415 - see `target`

        request = httpx.Request("GET", url.url)
        request.headers.encoding = _AS_BYTES
        self._kept.set_cookie_header(request)
        cookie: str = request.headers.get("Cookie", "")
        return cookie

    def keep(self, url: Target, reply: Reply) -> None:
        """Take what an answer sets."""
        given = [(name, value) for name, value in reply.headers if name == b"set-cookie"]
        if not given:
            return
        import httpx  # noqa: PLC0415 - see `target`

        answer = httpx.Response(200, headers=given, request=httpx.Request("GET", url.url))
        answer.headers.encoding = _AS_BYTES
        self._kept = self._kept or httpx.Cookies()
        self._kept.extract_cookies(answer)


def _answered(reply: Reply) -> Answered:
    location, challenge, retry_after, content_type = "", "", "", ""
    for name, value in reply.headers:
        if name == b"location":
            location = location or _text(value)
        elif name == b"content-type":
            content_type = _text(value)
        elif name == b"retry-after":
            retry_after = _text(value)
        elif name == b"cf-mitigated":
            challenge = _text(value)
    return Answered(
        status=reply.status,
        location=location,
        is_challenge=challenge.lower() == "challenge",
        retry_after_s=ratelimit.retry_after_s(retry_after, now=datetime.now(UTC))
        if retry_after
        else None,
        content_type=content_type,
        start=reply.start,
    )


def _text(value: bytes) -> str:
    """A header's value: UTF-8 where it is that, else the encoding of old."""
    try:
        return value.decode().strip()
    except UnicodeDecodeError:
        return value.decode(_AS_BYTES).strip()
