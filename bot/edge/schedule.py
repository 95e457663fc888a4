"""Whose turn it is: no host sees more requests at once, or faster, than it is allowed.

A turn is one request to one host. Links wait for a turn without holding one, so a slow host delays
nobody else, and no two links wait for one another. Hosts with many links left go first, since they
would be the last; where the hosts are many, only those that really would, and of the others those
whose connection is open and not in use. A host's second looks come when its other links are done,
one at a time.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from bot.edge.dial import IDLE

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable

    from bot.core.ratelimit import Allowance
    from bot.edge.web import Limits, World
    from bot.model import Manners

ROUNDS = 3
"""How often in a row a host may ask to be left alone before that is done for good."""

_ANSWER_S = 0.25
"""What an answer takes as a rule, to guess which hosts will be the last."""
_UNDER_WAY = 1_000
"""Links that may wait for another host in the middle of their redirects."""
_READ_AT_ONCE = 8
"""Links that are read before those begun go on: few, or the first request is late."""
_SHORTEST_SLEEP_S = 0.005
_SLOWER, _SLOW_S = 4.0, 1.0
"""How the pause grows when a host complains without naming a time."""

Job = TypeVar("Job")
_Rank = tuple[int, int, int, int]


class LeftAloneError(Exception):
    """The host wants to be left alone for longer than anybody waits."""


@dataclass(slots=True)
class _Host(Generic[Job]):
    """One host, and who waits for it."""

    name: str
    at_once: int
    usual_s: float
    """Its pause between two starts; `pause_s` is the one that counts now."""
    pause_s: float
    active: int = 0
    """Requests in flight."""
    next_start: float = 0.0
    closed_until: float = 0.0
    rounds: int = 0
    """How often in a row it asked to be left alone."""
    is_silent: bool = False
    """Whether the last request to it was not answered in time."""
    is_left_alone: bool = False
    allowance: int | None = None
    """How many more requests it takes, as far as it said."""
    has_second_look: bool = False
    """Whether the request in flight wants to be alone."""
    links: deque[Job] = field(default_factory=deque)
    second: deque[tuple[float, Job]] = field(default_factory=deque)
    """Links that get a second look, and from when on."""
    waiters: deque[asyncio.Future[None]] = field(default_factory=deque)
    """Links under way that lead here."""
    ticket: int = 0
    """Of its one valid place in a queue."""

    @property
    def has_work(self) -> bool:
        return bool(self.waiters or self.links or self.second)

    def from_when(self) -> float | None:
        """When its next request may start; None while it must not, or nothing waits."""
        if self.has_work and self.is_left_alone:
            # Its links are only told so, which need not wait for any pause.
            return 0.0
        if not self.has_work or self.active >= self._most() or (self.is_used_up and self.active):
            return None
        start = max(self.next_start, self.closed_until)
        return start if self.waiters or self.links else max(start, self.second[0][0])

    @property
    def is_used_up(self) -> bool:
        """Whether it may take no more requests than those in flight."""
        return self.allowance is not None and self.allowance <= 0

    def _most(self) -> int:
        """How many requests it may have in flight now."""
        is_doubtful = self.rounds or self.is_silent or self.has_second_look
        return 1 if is_doubtful or not (self.links or self.waiters) else self.at_once

    def rank(self, turn: int, *, rest_s: float) -> _Rank:
        """Its place among those that may start, the smallest first, where all take so long."""
        kind = 0 if self.waiters else 1 if self.links else 2
        own_s = len(self.links) * max(self.pause_s, _ANSWER_S / self.at_once)
        urgency = -len(self.links) if own_s > rest_s / 2 else 0
        busy = 2 if self.active else 0 if self.next_start else 1
        return kind, urgency, busy, turn


class Schedule(Generic[Job]):
    """Starts links when it is their host's turn, and gives turns to those under way."""

    def __init__(
        self,
        start: Callable[[Job], Coroutine[None, None, None]],
        *,
        limits: Limits,
        manners: Callable[[str], Manners],
        pace: float,
        world: World,
    ) -> None:
        """`start` looks at a link whose host's turn is taken already."""
        self._start = start
        self._limits = limits
        self._manners = manners
        self._pace = pace
        self._clock = world.clock
        self._sleep = world.sleep
        self._hosts: dict[str, _Host[Job]] = {}
        self._ready: list[tuple[_Rank, int, _Host[Job]]] = []
        self._later: list[tuple[float, int, _Host[Job]]] = []
        self._turns = 0
        self._active = 0
        self._waiting = 0
        """Links that did not start yet, second looks among them."""
        self._running: set[asyncio.Task[None]] = set()
        self._sleeper: asyncio.Task[None] | None = None
        self._wakes_at = 0.0
        self._over: asyncio.Future[None] | None = None
        self._is_reading = False

    # ---- what waits ----

    def add(self, host: str, job: Job) -> None:
        """A link that waits for its first look, or for another one after its host complained."""
        found = self._host(host)
        found.links.append(job)
        self._took(found)

    def add_second(self, host: str, job: Job, *, after_s: float) -> None:
        """A link that is looked at once more, alone, so much later."""
        found = self._host(host)
        found.second.append((self._clock() + after_s, job))
        self._took(found)

    def _took(self, host: _Host[Job]) -> None:
        self._waiting += 1
        self._file(host)

    def take_back(self, host: str) -> tuple[Job, ...]:
        """Take out all links of a host that wait."""
        found = self._host(host)
        taken = (*found.links, *(job for _, job in found.second))
        found.links.clear()
        found.second.clear()
        self._waiting -= len(taken)
        self._file(found)
        return taken

    def take_links_back(self, host: str) -> tuple[Job, ...]:
        """Take out those links of a host that wait for their first look."""
        found = self._host(host)
        taken = tuple(found.links)
        found.links.clear()
        self._waiting -= len(taken)
        self._file(found)
        return taken

    def take_all_back(self) -> tuple[Job, ...]:
        """Take out all links that wait."""
        return tuple(job for name in tuple(self._hosts) for job in self.take_back(name))

    # ---- what a host wants ----

    def close(self, host: str, *, wait_s: float | None) -> float:
        """Send nothing to a host for so long; None is for "you decide". Gives that time."""
        found = self._host(host)
        now = self._clock()
        if wait_s is None:
            if now >= found.closed_until:
                found.pause_s = max(found.pause_s * _SLOWER, _SLOW_S * self._pace)
            wait_s = found.pause_s
        if now >= found.closed_until:
            # Answers that were under way when the host closed are not another round.
            found.rounds += 1
        found.closed_until = max(found.closed_until, now + wait_s)
        return wait_s

    def is_worn_out(self, host: str) -> bool:
        """Whether the host asked to be left alone too often."""
        return self._host(host).rounds > ROUNDS

    def leave_alone(self, host: str) -> None:
        """Ask this host nothing more in this run."""
        found = self._host(host)
        found.is_left_alone = True
        while found.waiters:
            waiter = found.waiters.popleft()
            if not waiter.done():
                waiter.set_exception(LeftAloneError())
        self._file(found)

    def is_left_alone(self, host: str) -> bool:
        """Whether nothing more is asked of it."""
        return self._host(host).is_left_alone

    def is_pleased(self, host: str) -> None:
        """Go back to the usual pause, step by step, after an answer that was no complaint."""
        found = self._host(host)
        found.rounds = 0
        found.is_silent = False
        found.pause_s = max(found.usual_s, found.pause_s / 2)

    def is_silent(self, host: str) -> None:
        """Send it no second request while one is under way, until it answers again."""
        self._host(host).is_silent = True

    def allow(self, host: str, allowance: Allowance) -> None:
        """Keep to what the host says that it still takes."""
        found = self._host(host)
        # Whether it counted what else is in flight, nobody knows.
        found.allowance = allowance.remaining - (found.active - 1)
        if allowance.remaining == 0 and allowance.reset_s is not None:
            found.closed_until = max(found.closed_until, self._clock() + allowance.reset_s)

    # ---- turns ----

    async def turn(self, host: str) -> None:
        """Wait until one request may be sent to the host; `done` gives the turn back."""
        found = self._host(host)
        if found.is_left_alone:
            raise LeftAloneError
        waiter = asyncio.get_running_loop().create_future()
        found.waiters.append(waiter)
        self._file(found)
        self._pump()
        await waiter

    def done(self, host: str) -> None:
        """The request is over."""
        found = self._host(host)
        found.active -= 1
        found.has_second_look = False
        self._active -= 1
        self._file(found)

    def is_served(self, host: str) -> bool:
        """Whether nothing waits for the host any more, though the last may be under way."""
        return not (self._is_reading or self._host(host).has_work)

    # ---- running ----

    async def run(self, jobs: Iterable[tuple[str, Job]]) -> None:
        """Look at all these links of hosts; the first while the last are still being read."""
        loop = asyncio.get_running_loop()
        self._over = loop.create_future()
        self._is_reading = True
        try:
            rest = iter(jobs)
            while some := tuple(itertools.islice(rest, _READ_AT_ONCE)):
                for host, job in some:
                    self.add(host, job)
                self._pump()
                await asyncio.sleep(0)
            self._is_reading = False
            self._pump()
            await self._over
        finally:
            for task in (*self._running, *filter(None, [self._sleeper])):
                task.cancel()

    def _host(self, name: str) -> _Host[Job]:
        found = self._hosts.get(name)
        if found is None:
            manners = self._manners(name)
            between_s = self._limits.between_s if manners.pause_s is None else manners.pause_s
            found = self._hosts[name] = _Host(
                name=name,
                at_once=manners.at_once or self._limits.at_once,
                usual_s=between_s * self._pace,
                pause_s=between_s * self._pace,
            )
        return found

    def _file(self, host: _Host[Job]) -> None:
        """Put a host where it belongs now: among those that may start, or those that may later."""
        self._turns += 1
        host.ticket = self._turns
        start = host.from_when()
        if start is None:
            return
        if start <= self._clock():
            rank = host.rank(self._turns, rest_s=self._rest_s)
            heapq.heappush(self._ready, (rank, host.ticket, host))
        else:
            heapq.heappush(self._later, (start, host.ticket, host))

    def _pump(self) -> None:
        """Start whatever may start now."""
        while (job := self._next()) is not None:
            task = asyncio.get_running_loop().create_task(self._work(job))
            self._running.add(task)
            task.add_done_callback(self._ended)
        if self._active < self._limits.in_flight:
            self._sleep_on()
        is_over = not (self._is_reading or self._waiting or self._running)
        if is_over and self._over is not None and not self._over.done():
            self._over.set_result(None)

    async def _work(self, job: Job) -> None:
        """Look at a link, and go on with the next: a task for each would wait for the loop twice."""
        following: Job | None = job
        while following is not None:
            await self._start(following)
            following = self._next()
            self._pump()

    def _next(self) -> Job | None:
        """The link that may start now, with its host's turn; those under way get theirs first."""
        self._wake()
        while self._ready and self._active < self._limits.in_flight:
            (kind, *_), ticket, host = self._ready[0]
            if ticket == host.ticket and kind and len(self._running) >= self._most_under_way:
                return None
            heapq.heappop(self._ready)
            if ticket == host.ticket and (job := self._given(host)) is not None:
                return job
        return None

    @property
    def _rest_s(self) -> float:
        """How long the run will take yet; 0 where every host may keep its connection till then."""
        if len(self._hosts) <= IDLE:
            return 0.0
        return self._waiting * _ANSWER_S / self._limits.in_flight

    @property
    def _most_under_way(self) -> int:
        return self._limits.in_flight + _UNDER_WAY

    def _wake(self) -> None:
        now = self._clock()
        while self._later and (self._later[0][0] <= now or self._is_stale(self._later[0])):
            _, ticket, host = heapq.heappop(self._later)
            if ticket == host.ticket:
                self._file(host)

    @staticmethod
    def _is_stale(entry: tuple[float, int, _Host[Job]]) -> bool:
        _, ticket, host = entry
        return ticket != host.ticket

    def _given(self, host: _Host[Job]) -> Job | None:
        """The host's next link, with its turn; None where a link under way had to get it."""
        job: Job | None = None
        if host.waiters:
            waiter = host.waiters.popleft()
            if not waiter.done():
                self._count(host)
                waiter.set_result(None)
        else:
            host.has_second_look = not host.links
            job = host.links.popleft() if host.links else host.second.popleft()[1]
            self._waiting -= 1
            self._count(host)
        self._file(host)
        return job

    def _count(self, host: _Host[Job]) -> None:
        host.active += 1
        self._active += 1
        host.next_start = self._clock() + host.pause_s
        if host.allowance is not None:
            host.allowance -= 1

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if self._over is None or self._over.done():
            return
        if not task.cancelled() and (error := task.exception()):
            self._over.set_exception(error)
        else:
            self._go_on()

    def _go_on(self) -> None:
        try:
            self._pump()
        except Exception as error:  # noqa: BLE001 - it ends the run, instead of being lost here
            if self._over is not None and not self._over.done():
                self._over.set_exception(error)

    def _sleep_on(self) -> None:
        """See to it that somebody wakes up when the next host's pause is over."""
        if not self._later:
            return
        when = self._later[0][0]
        if self._sleeper is not None and not self._sleeper.done():
            if self._wakes_at <= when:
                return
            self._sleeper.cancel()
        self._wakes_at = when
        wait_s = max(when - self._clock(), _SHORTEST_SLEEP_S)
        self._sleeper = asyncio.get_running_loop().create_task(self._nap(wait_s))

    async def _nap(self, wait_s: float) -> None:
        await self._sleep(wait_s)
        self._sleeper = None
        self._go_on()
