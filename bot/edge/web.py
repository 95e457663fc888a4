"""Looks at links: each once, in its host's turn, and once more before anything bad is said.

`ask` is for the links of the list, `probe` for the few of a submission. What the answers mean is
decided in `core.verdict`, when which host is asked in `schedule`, how one link is asked in `probe`.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from bot import __version__
from bot.core.address import Refusal
from bot.core.walk import Answered, Failed, Finding, Walk
from bot.edge import dial, target
from bot.edge.dial import Connections, Names, look_up
from bot.edge.probe import SILENCES, Job, Line, Outcome, Probe
from bot.edge.schedule import LeftAloneError, Schedule
from bot.model import Look, Manners, Question

if TYPE_CHECKING:
    from collections.abc import (
        Awaitable,
        Callable,
        Coroutine,
        Iterable,
        Iterator,
        Mapping,
        Sequence,
    )

    from bot.edge.dial import Dial, Resolve
    from bot.edge.target import Target
    from bot.settings import Settings

    Judge = Callable[[Question, Answered | Failed], Finding]

__all__ = [
    "PREVIEW", "RESOLVERS", "Limits", "Round", "World", "ask", "ask_all", "look_up", "probe",
    "probe_all", "trust", "user_agent",
]  # fmt: skip

RESOLVERS = 32
"""Threads that look names up: 1,000 names take 0.7 s, with asyncio's usual few 6.8 s."""

_AGAIN, _AGAIN_UNTIMED = 3, 2
"""How often a link is asked again after its host asked to be left alone: for a time, or just so."""
_MUTE = 4
"""After so many looks in a row without any answer a host's other links wait for second looks."""
_SILENT = 2
"""So many second looks without any answer are enough for all links of a host."""
_T = TypeVar("_T")
_ALONE = "the site asked to be left alone for now"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many, how long and how far; tests make them small."""

    in_flight: int = 128
    """Requests that are under way at a time."""
    at_once: int = 4
    """Of these, requests to one host."""
    between_s: float = 0.055
    """Between the starts of two requests to one host, times the run's pace."""
    connect_s: float = 6.0
    """For each address of a host."""
    answer_s: float = 12.0
    """For one request up to the end of the answer's headers, getting a connection included."""
    body_s: float = 4.0
    """For the start of a page, after its headers."""
    rest_s: float = 0.5
    """For what is left of a short answer, so that its connection can be used again."""
    total_s: float = 30.0
    """For all requests of one link, both looks together."""
    pause_s: float = 1.0
    """Before the one second look, times the run's pace."""
    patience_s: float = 60.0
    """The longest `Retry-After` that is waited for."""
    redirects: int = 20
    github_s: float = 300.0
    """For all that GitHub's API is asked; its links are asked themselves then."""
    budget_s: float = 2_700.0
    """After which no new link is begun."""


PREVIEW = Limits(in_flight=64, at_once=2, patience_s=10.0)
"""For the few links of a submission, while a person waits."""


@cache
def trust(*, offers_http2: bool = False) -> ssl.SSLContext:
    """The usual certificates, read once: one context a client costs 20 ms and 0.8 MB each."""
    import certifi  # noqa: PLC0415 - it brings more than it is, and links by HTTP do without

    context = ssl.create_default_context(cafile=certifi.where())
    context.set_alpn_protocols(["h2", "http/1.1"] if offers_http2 else ["http/1.1"])
    return context


def user_agent(settings: Settings) -> str:
    """The name we go by, with an address where people can complain."""
    name = f"awesome-list-bot/{__version__}"
    if settings.repository is None:
        return name
    return f"{name} (+{settings.server_url}/{settings.repository})"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a look reaches the world through; tests put their own in place of it."""

    resolve: Resolve = look_up
    dial: Dial = dial.connect
    """Connects to addresses, after they were checked."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic
    """Seconds, for the pauses; `sleep` lets it go on."""
    token: Callable[[], str] = lambda: os.urandom(8).hex()
    """Makes up an address that no site has."""
    tls: Callable[[bool], ssl.SSLContext] = lambda offers_http2: trust(offers_http2=offers_http2)
    """Which certificates are trusted, with HTTP/2 and without."""


class Guide(NamedTuple):
    """What those who know more of the links say."""

    manners: Callable[[str], Manners] = lambda _: Manners()
    """How a host is asked."""
    judge_service: Judge | None = None
    """What the answer of a service means that is asked in place of a link."""
    on_look: Callable[[Look], None] = lambda _: None
    """Hears of each look as soon as it is final."""


_NO_GUIDE = Guide()


class Round(NamedTuple):
    """What one run saw."""

    looks: Mapping[str, Look] = MappingProxyType({})
    """By link; those that the time did not reach are missing."""
    requests: int = 0
    connections: int = 0
    unasked: tuple[str, ...] = ()
    """Links that the time did not reach, or not for the look that decides."""


def probe(
    urls: Sequence[str],
    *,
    settings: Settings,
    limits: Limits = PREVIEW,
    world: World = World(),
) -> tuple[Look, ...]:
    """One look at each link, in their order; for callers outside of any event loop."""
    return _run(lambda: probe_all(urls, settings=settings, limits=limits, world=world))


async def probe_all(
    urls: Sequence[str],
    *,
    settings: Settings,
    limits: Limits = PREVIEW,
    world: World = World(),
) -> tuple[Look, ...]:
    """One look at each link, in their order; what stands there twice is asked once.

    Each is asked by GET at once, since nobody saw it before.
    """
    found = await ask_all(
        [Question(url=url) for url in urls], settings=settings, limits=limits, world=world
    )
    return tuple(found.looks[url] for url in urls)


def ask(  # noqa: PLR0913 - all that a run is told, each named at the call
    questions: Iterable[Question],
    *,
    settings: Settings,
    limits: Limits = Limits(),
    world: World = World(),
    manners: Callable[[str], Manners] = lambda _: Manners(),
    judge_service: Judge | None = None,
    on_look: Callable[[Look], None] = lambda _: None,
) -> Round:
    """A look at each link; for callers outside of any event loop.

    `manners` says how a host is asked, `judge_service` what the answer of a service means that is
    asked in place of a link, and `on_look` hears of each look as soon as it is final.
    """
    guide = Guide(manners=manners, judge_service=judge_service, on_look=on_look)
    return _run(
        lambda: ask_all(questions, settings=settings, limits=limits, world=world, guide=guide)
    )


async def ask_all(
    questions: Iterable[Question],
    *,
    settings: Settings,
    limits: Limits = Limits(),
    world: World = World(),
    guide: Guide = _NO_GUIDE,
) -> Round:
    """A look at each link; what stands there twice is asked once.

    Never raises for what a link, a name server or a host does: that is what a verdict is for.
    Names are looked up in the loop's default executor, which `ask` makes wide.
    """
    run = _Run(settings, limits=limits, world=world, guide=guide)
    return await run.all(questions)


def _run(work: Callable[[], Coroutine[None, None, _T]]) -> _T:
    # asyncio (3.11) writes out a task's result when it gives the signals back, to no end: with
    # 10,000 looks that takes a tenth of a second.
    results: list[_T] = []

    async def inside() -> None:
        threads = ThreadPoolExecutor(RESOLVERS, thread_name_prefix="resolve")
        asyncio.get_running_loop().set_default_executor(threads)
        results.append(await work())

    asyncio.run(inside())
    return results[0]


class _Run:
    """One run over many links."""

    def __init__(self, settings: Settings, *, limits: Limits, world: World, guide: Guide) -> None:
        self._settings = settings
        self._limits = limits
        self._world = world
        self._guide = guide
        self._names = Names(world.resolve)
        self._connections = Connections(
            names=self._names,
            dial=world.dial,
            tls=world.tls,
            connect_s=limits.connect_s,
            allows_private=settings.allows_private,
        )
        self._schedule: Schedule[Job] = Schedule(
            self._look,
            limits=limits,
            manners=guide.manners,
            pace=settings.pace,
            world=world,
        )
        self._line = Line(
            connections=self._connections,
            schedule=self._schedule,
            agent=user_agent(settings),
            limits=limits,
            allows_private=settings.allows_private,
        )
        self._ends_at = world.clock() + limits.budget_s
        self._looks: dict[str, Look] = {}
        self._unasked: list[str] = []
        self._silent: dict[str, int] = {}
        """Second looks in a row without an answer, by host."""
        self._mute: dict[str, int] = {}
        """Looks in a row without an answer, by host."""
        self._silence: dict[str, Answered | Failed] = {}
        """How services that stay silent end every look: without being asked."""
        self._held: dict[str, tuple[Job, ...]] = {}
        """Links of mute hosts, which wait for what the second looks find."""

    async def all(self, questions: Iterable[Question]) -> Round:
        """A look at each link, each once."""
        try:
            await self._schedule.run(self._jobs(questions))
        finally:
            self._connections.close()
            self._names.close()
            # The connections end in the loop's next round.
            await asyncio.sleep(0)
        for job in self._all_held():
            self._end(job)
        return Round(
            looks=self._looks,
            requests=self._line.requests,
            connections=self._connections.made,
            unasked=tuple(self._unasked),
        )

    def _jobs(self, questions: Iterable[Question]) -> Iterator[tuple[str, Job]]:
        """What is to be asked, each link once; of the others it is told why not."""
        seen: set[str] = set()
        for question in questions:
            if question.url in seen:
                continue
            seen.add(question.url)
            found = self._target(question)
            if isinstance(found, Refusal):
                verb = "leads to" if found.verdict == "refused" else "this is"
                reason = f"{verb} {found.what}"
                self._tell(Look(url=question.url, verdict=found.verdict, reason=reason))
            else:
                yield found.host, Job(question, found)

    def _target(self, question: Question) -> Target | Refusal:
        is_service = bool(question.target)
        return target.of(
            question.target or question.url,
            allows_private=is_service or self._settings.allows_private,
        )

    def _tell(self, look: Look) -> None:
        self._looks[look.url] = look
        self._guide.on_look(look)

    # ---- one look ----

    async def _look(self, job: Job) -> None:
        """One look at a link; what comes of it: it is told, or the link is looked at again."""
        host = job.target.host
        probe = Probe(job, self._line)
        try:
            if self._is_settled(job):
                return
            if self._schedule.is_left_alone(host):
                self._leave_alone(job)
                return
            if job.is_second:
                self._names.forget_failure(host)
            if job.question.target:
                await self._ask_service(job, probe)
            else:
                await self._ask_web(job, probe)
        except LeftAloneError:
            self._leave_alone(job)
        except Exception as error:  # noqa: BLE001 - a defect in one look must not cost the others theirs
            reason = f"the look failed ({type(error).__name__})"
            finding = Finding(verdict="suspect", reason=reason, failure="network")
            self._finish(job, Outcome(finding, probe.status, None, is_silent=False))
        finally:
            if probe.used_up:
                self._leave_host_alone(probe.used_up)
            probe.give_back()
            if self._schedule.is_served(host):
                # Now, while others are still waited for: to close hundreds at the end takes its time.
                self._connections.drop(host)

    async def _ask_web(self, job: Job, probe: Probe) -> None:
        method = "GET" if job.is_second else job.question.method
        walk = await probe.walk(job.target, method)
        # What it means is read in when the first has come: meanwhile the others are on their way.
        from bot.core import verdict  # noqa: PLC0415 - see above

        if verdict.wants_get(walk):
            walk = await probe.walk(job.target, "GET")
        status, reached = probe.status, walk.end_url if walk.is_elsewhere else None
        finding = verdict.judge(walk)
        beside = (
            verdict.sibling(walk, finding, token=self._world.token()) if finding.doubt else None
        )
        if beside and (sibling := await self._sibling(beside, probe)):
            finding = verdict.judge(walk, sibling=sibling)
        outcome = Outcome(finding, status, reached, is_silent=_is_silent(walk))
        self._settle(job, outcome, walk, host=probe.reached.host)

    async def _sibling(self, beside: str, probe: Probe) -> Walk | None:
        """The walk to a made-up address beside the link's."""
        there = target.of(beside, allows_private=self._settings.allows_private)
        return None if isinstance(there, Refusal) else await probe.walk(there, "GET")

    async def _ask_service(self, job: Job, probe: Probe) -> None:
        judge = self._guide.judge_service
        assert judge is not None  # noqa: S101 - whoever names a service can judge it
        host, there = job.target.host, job.target.url
        end = self._silence.get(host) or await probe.service()
        walk = Walk(method="GET", end=end, start_url=there, end_url=there)
        finding = judge(job.question, end)
        outcome = Outcome(finding, probe.status, None, is_silent=_is_silent(walk))
        self._settle(job, outcome, walk, host=host)
        if outcome.is_silent:
            self._hear_silence(host, end)

    def _hear_silence(self, host: str, end: Answered | Failed) -> None:
        """Ask a service nothing more that stays silent: to wait for it with each link takes hours."""
        self._mute[host] = self._mute.get(host, 0) + 1
        if self._mute[host] >= _MUTE:
            self._silence[host] = end

    # ---- what comes of it ----

    def _settle(self, job: Job, outcome: Outcome, walk: Walk, *, host: str) -> None:
        """Tell what was found at this host, or see to another look."""
        is_throttled = walk.is_throttled
        if is_throttled and self._asks_again(job, walk, host=host):
            job.last = outcome
        elif job.is_second:
            self._settle_second(job, outcome)
        elif outcome.finding.wants_second_look and not is_throttled:
            self._hold_links(job, outcome, walk)
            job.last, job.is_second = outcome, True
            job.offers_http2 = _may_speak_http2(walk)
            pause_s = self._limits.pause_s * self._settings.pace
            self._schedule.add_second(job.target.host, job, after_s=pause_s)
        else:
            self._finish(job, outcome)

    def _settle_second(self, job: Job, outcome: Outcome) -> None:
        host = job.target.host
        self._silent[host] = self._silent.get(host, 0) + 1 if outcome.is_silent else 0
        if outcome.is_silent and job.spent_s >= self._limits.total_s and job.last is not None:
            # It was the time for both looks that ran out, which says nothing.
            outcome = job.last
        self._finish(job, outcome)
        if not outcome.is_silent:
            for held in self._held.pop(host, ()):
                self._schedule.add(host, held)
        elif self._silent[host] >= _SILENT:
            # Nobody is there. To find that out once more for each link takes an hour for some.
            for held in self._held.pop(host, ()):
                self._finish(held, outcome)

    def _hold_links(self, job: Job, outcome: Outcome, walk: Walk) -> None:
        """Keep back a host's links when it answers to none of them."""
        host = job.target.host
        is_mute = outcome.is_silent and not walk.redirects
        self._mute[host] = self._mute.get(host, 0) + 1 if is_mute else 0
        if self._mute[host] >= _MUTE:
            links = self._schedule.take_links_back(host)
            self._held[host] = self._held.get(host, ()) + links

    def _all_held(self) -> tuple[Job, ...]:
        held = tuple(job for jobs in self._held.values() for job in jobs)
        self._held.clear()
        return held

    def _asks_again(self, job: Job, walk: Walk, *, host: str) -> bool:
        """Whether the link is asked again, once its host may be asked again."""
        wait_s = walk.wait_s
        if wait_s is not None and wait_s > self._limits.patience_s:
            self._leave_host_alone(host)
            return False
        self._schedule.close(host, wait_s=wait_s)
        if self._schedule.is_worn_out(host):
            self._leave_host_alone(host)
        most = _AGAIN_UNTIMED if wait_s is None else _AGAIN
        if job.again >= most or self._schedule.is_left_alone(job.target.host):
            return False
        job.again += 1
        self._schedule.add(job.target.host, job)
        return True

    def _leave_host_alone(self, host: str) -> None:
        """Ask it nothing more: whoever waits for it, or comes yet, is told so at once."""
        self._schedule.leave_alone(host)
        for job in self._held.pop(host, ()):
            self._leave_alone(job)

    def _leave_alone(self, job: Job) -> None:
        """Tell what an earlier look found; nothing bad is said without the second one."""
        if job.last is not None and not job.last.finding.wants_second_look:
            self._finish(job, job.last)
        else:
            finding = Finding(verdict="blocked", reason=_ALONE, is_untold=True)
            self._finish(job, Outcome(finding, job.last and job.last.status, None, is_silent=False))

    def _is_settled(self, job: Job) -> bool:
        """Whether the link needs no look any more, or gets none."""
        if self._world.clock() > self._ends_at:
            for left in (job, *self._schedule.take_all_back(), *self._all_held()):
                self._end(left)
            return True
        if not job.is_second or job.last is None:
            return False
        is_dead = job.last.is_silent and self._silent.get(job.target.host, 0) >= _SILENT
        if is_dead or job.spent_s >= self._limits.total_s:
            self._finish(job, job.last)
            return True
        return False

    def _end(self, job: Job) -> None:
        """The time is up. Nothing bad is said without its second look."""
        if job.last is not None and not job.is_second:
            self._finish(job, job.last)
        else:
            self._unasked.append(job.question.url)

    def _finish(self, job: Job, outcome: Outcome) -> None:
        if not outcome.is_silent:
            self._mute[job.target.host] = 0
        finding = outcome.finding
        self._tell(
            Look(
                url=job.question.url,
                verdict=finding.verdict,
                status=outcome.status,
                reason=finding.reason,
                final_url=outcome.final_url,
                attempts=job.attempts,
                failure=finding.failure,
                is_unreached=finding.is_unreached,
                is_offline=finding.is_offline,
                is_untold=finding.is_untold,
                title=finding.title,
            )
        )


def _is_silent(walk: Walk) -> bool:
    return isinstance(walk.end, Failed) and walk.end.trouble in SILENCES


def _may_speak_http2(walk: Walk) -> bool:
    """Whether what a host did to HTTP/1.1 may be all that it does to it."""
    if isinstance(walk.end, Answered):
        return walk.end.status in {426, 505}
    is_secure = walk.end_url.startswith("https:")
    return is_secure and walk.end.trouble in {"closed", "reset", "not-http", "tls"}
