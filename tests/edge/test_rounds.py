"""Many links in one run, seen from the hosts' side: how many at once, how fast, when again."""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.core.walk import Answered, Finding
from bot.edge import dial, web
from bot.edge.web import Guide, Limits, Round, World
from bot.model import Look, Manners, Question
from bot.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from bot.core.walk import Failed
    from bot.edge.dial import Dial, Resolve

SETTINGS = Settings()
LIMITS = Limits(between_s=0, answer_s=2.0, body_s=0.5, rest_s=0.3, pause_s=1.0)
OK = "200 OK", "Content-Length: 0"
NO_GUIDE = Guide()
PUBLIC = "8.8.8.8"


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    async def sleep(self, wait_s: float) -> None:
        # Whoever has an answer on the way gets it first.
        await asyncio.sleep(0.02)
        self.now = round(self.now + wait_s, 6)

    def __call__(self) -> float:
        return self.now


@dataclass
class Web:
    """All hosts of the world on one loopback port; what they are asked is noted."""

    answer: Callable[[str, str], Sequence[str] | Awaitable[Sequence[str]]] = lambda *_: OK
    """From host and path to status and headers."""
    clock: Callable[[], float] = lambda: 0.0
    log: list[tuple[str, str, float]] = field(default_factory=list)
    """Host, path, and when."""
    now: Counter[str] = field(default_factory=Counter)
    most: Counter[str] = field(default_factory=Counter)
    """Requests in flight, by host, and in all under ''."""
    connections: int = 0
    looked_up: list[str] = field(default_factory=list)
    port: int = 0
    names: Resolve | None = None
    """In place of one public address for every name."""
    way: Dial | None = None
    """In place of the way to this server."""
    hangs_up: bool = False
    """Whether the second request over a connection ends it without an answer."""
    _open: list[asyncio.StreamWriter] = field(default_factory=list)

    def run(self, urls: Sequence[str | Question], **parts: Any) -> Round:  # noqa: ANN401 - those of `_run`
        """Ask these links."""
        return asyncio.run(self._run(urls, **parts))

    async def _run(
        self,
        urls: Sequence[str | Question],
        *,
        limits: Limits = LIMITS,
        settings: Settings = SETTINGS,
        guide: Guide = NO_GUIDE,
        world: World | None = None,
    ) -> Round:
        questions = [Question(url=url) if isinstance(url, str) else url for url in urls]
        serving = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = serving.sockets[0].getsockname()[1]
        world = world or World()
        try:
            return await web.ask_all(
                questions,
                settings=settings,
                limits=limits,
                guide=guide,
                world=replace(
                    world,
                    resolve=self.names or self.resolve,
                    dial=self.way or self.dial,
                    token=lambda: "token",
                ),
            )
        finally:
            serving.close()
            for writer in self._open:
                writer.close()

    async def resolve(self, name: str, _: int) -> Sequence[str]:
        self.looked_up.append(name)
        await asyncio.sleep(0)
        return [PUBLIC]

    async def dial(
        self, protocol: Callable[[], asyncio.BaseProtocol], address: str, _: int
    ) -> object:
        assert address == PUBLIC
        return await dial.connect(protocol, "127.0.0.1", self.port)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.append(writer)
        carried = 0
        while line := await reader.readline():
            carried += 1
            if self.hangs_up and carried > 1:
                writer.close()
                return
            path = line.split()[1].decode()
            host = ""
            while header := (await reader.readline()).strip():
                if header.lower().startswith(b"host:"):
                    host = header.split()[1].decode()
            self.log.append((host, path, self.clock()))
            for key in (host, ""):
                self.now[key] += 1
                self.most[key] = max(self.most[key], self.now[key])
            answer = self.answer(host, path)
            status, *headers = answer if isinstance(answer, tuple) else await answer  # type: ignore[misc]  # whatever is no tuple is awaitable
            for key in (host, ""):
                self.now[key] -= 1
            head, _, body = "\r\n".join([f"HTTP/1.1 {status}", *headers]).partition("\r\n\r\n")
            writer.write(f"{head}\r\n\r\n{body}".encode())

    def at(self, host: str) -> list[float]:
        """When the host was asked."""
        return [when for asked, _, when in self.log if asked == host]

    def paths(self, host: str = "a.example") -> list[str]:
        return [path for asked, path, _ in self.log if asked == host]


def links(host: str, count: int) -> list[str]:
    return [f"http://{host}/{n}" for n in range(count)]


def fake() -> tuple[Clock, World]:
    clock = Clock()
    return clock, World(sleep=clock.sleep, clock=clock)


def verdicts(found: Round) -> Counter[str]:
    return Counter(look.verdict for look in found.looks.values())


def once(*answers: Sequence[str]) -> Callable[[str, str], Sequence[str]]:
    """These answers one after the other, and then OK."""
    left = list(answers)
    return lambda *_: left.pop(0) if left else OK


# ---- turns ----


async def soon(*_: str) -> Sequence[str]:
    await asyncio.sleep(0.01)
    return OK


def test_a_host_is_asked_so_many_things_at_a_time_and_no_more() -> None:
    there = Web(soon)
    found = there.run(links("a.example", 20))

    assert verdicts(found) == {"ok": 20}
    assert there.most["a.example"] == 4
    assert (found.requests, found.connections, there.connections) == (20, 4, 4)


def test_so_many_requests_are_in_flight_and_no_more() -> None:
    there = Web(soon)
    urls = [url for n in range(10) for url in links(f"h{n}.example", 3)]
    there.run(urls, limits=replace(LIMITS, in_flight=5))

    assert there.most[""] == 5


def test_between_two_requests_to_a_host_there_is_a_pause() -> None:
    clock, world = fake()
    there = Web(clock=clock)
    there.run(links("a.example", 5), limits=replace(LIMITS, between_s=3.0), world=world)

    assert there.at("a.example") == [0.0, 3.0, 6.0, 9.0, 12.0]


def test_the_pace_multiplies_the_pause() -> None:
    clock, world = fake()
    there = Web(clock=clock)
    settings = replace(SETTINGS, pace=0.5)
    there.run(links("a.example", 3), limits=replace(LIMITS, between_s=4.0), settings=settings, world=world)  # fmt: skip

    assert there.at("a.example") == [0.0, 2.0, 4.0]


def test_a_host_may_have_manners_of_its_own() -> None:
    clock, world = fake()
    there = Web(soon, clock=clock)
    own = Manners(at_once=1, pause_s=5.0)
    guide = Guide(manners=lambda host: own if host == "a.example" else Manners())
    there.run([*links("a.example", 3), *links("b.example", 6)], guide=guide, world=world)

    assert there.most["a.example"] == 1
    assert there.at("a.example") == [0.0, 5.0, 10.0]
    assert there.at("b.example") == [0.0] * 6


def test_redirects_take_the_turn_of_the_host_they_lead_to() -> None:
    """Ten hosts lead to one, which sees no more at once and no faster than any other."""

    async def answer(host: str, path: str) -> Sequence[str]:
        await asyncio.sleep(0.005)
        if host == "hub.example":
            return OK
        return "302 Found", f"Location: http://hub.example{path}", "Content-Length: 0"

    there = Web(answer)
    urls = [url for n in range(10) for url in links(f"h{n}.example", 2)]
    began = asyncio.run(_now())
    there.clock = lambda: asyncio.get_running_loop().time() - began
    found = there.run(urls, limits=replace(LIMITS, between_s=0.02, at_once=2))
    times = there.at("hub.example")

    assert verdicts(found) == {"ok": 20}
    assert there.most["hub.example"] <= 2
    assert len(times) == 20
    assert times[-1] - times[0] >= 19 * 0.02 - 0.005


async def _now() -> float:
    return asyncio.get_running_loop().time()


def test_hosts_that_lead_to_each_other_do_not_wait_for_each_other() -> None:
    def answer(host: str, path: str) -> Sequence[str]:
        if path.endswith("/end"):
            return OK
        other = "b.example" if host == "a.example" else "a.example"
        return "302 Found", f"Location: http://{other}{path}/end", "Content-Length: 0"

    there = Web(answer)
    urls = [*links("a.example", 8), *links("b.example", 8)]
    found = there.run(urls, limits=replace(LIMITS, in_flight=2, at_once=1))

    assert verdicts(found) == {"ok": 16}
    assert (there.most["a.example"], there.most["b.example"]) == (1, 1)


def test_waiting_for_a_host_holds_up_nobody_else() -> None:
    clock, world = fake()
    there = Web(clock=clock)
    manners = {"slow.example": Manners(pause_s=50.0)}
    guide = Guide(manners=lambda host: manners.get(host, Manners()))
    urls = [*links("slow.example", 9), *links("a.example", 3)]
    there.run(urls, limits=replace(LIMITS, in_flight=1), guide=guide, world=world)

    assert there.at("a.example") == [0.0] * 3


def test_the_host_that_would_be_the_last_goes_first() -> None:
    there = Web(soon)
    urls = [url for n in range(20) for url in links(f"h{n}.example", 3)]
    there.run([*urls, *links("big.example", 30)], limits=replace(LIMITS, in_flight=4, at_once=1))

    places = [place for place, (host, *_) in enumerate(there.log) if host == "big.example"]
    assert places[0] < 8
    assert places[-1] >= len(there.log) - 8
    assert len(there.log) == 90
    assert max(after - before for before, after in itertools.pairwise(places)) <= 8


@pytest.mark.untraced
@pytest.mark.parametrize("hosts", [40, dial.IDLE + 40])
def test_hosts_take_turns_without_new_connections(hosts: int) -> None:
    """Few hosts take turns; of many, one that was begun is finished before another is begun."""
    there = Web(soon)
    urls = [url for n in range(hosts) for url in links(f"h{n}.example", 3)]
    there.run(urls, limits=replace(LIMITS, in_flight=16))

    assert there.connections < 1.2 * hosts + 16


def test_a_link_that_hangs_delays_no_other_host() -> None:
    order: list[str] = []

    async def answer(host: str, _: str) -> Sequence[str]:
        if host == "hang.example":
            await asyncio.sleep(0.3)
        return OK

    there = Web(answer)
    guide = Guide(on_look=lambda look: order.append(look.url))
    urls = ["http://hang.example/", *links("a.example", 20)]
    found = there.run(urls, limits=replace(LIMITS, answer_s=0.3, pause_s=0), guide=guide)

    assert order[-1] == "http://hang.example/"
    assert found.looks["http://hang.example/"].attempts == 2


def test_a_look_is_told_as_soon_as_it_is_final() -> None:
    told: list[Look] = []
    there = Web(once(("404 Not Found", "Content-Length: 0")))
    _, world = fake()
    found = there.run(links("a.example", 1) * 2 + ["x"], guide=Guide(on_look=told.append), world=world)  # fmt: skip

    assert [(look.url, look.verdict) for look in told] == [("x", "invalid"), ("http://a.example/0", "ok")]  # fmt: skip
    assert {look.url: look for look in told} == found.looks


# ---- connections and names ----


def test_a_connection_carries_one_link_after_the_other() -> None:
    there = Web(lambda *_: ("200 OK", "Content-Type: text/html", "Content-Length: 5\r\n\r\nhello"))
    there.run(links("a.example", 10), limits=replace(LIMITS, at_once=1))

    assert (len(there.log), there.connections) == (10, 1)


def test_a_chunked_page_leaves_its_connection_usable() -> None:
    chunked = "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    there = Web(lambda *_: ("200 OK", "Content-Type: text/html", chunked))
    there.run(links("a.example", 5), limits=replace(LIMITS, at_once=1))

    assert (len(there.log), there.connections) == (5, 1)


def test_a_connection_that_ends_just_when_it_is_used_again_costs_no_link() -> None:
    there = Web(hangs_up=True)
    found = there.run(links("a.example", 3), limits=replace(LIMITS, at_once=1))

    assert verdicts(found) == {"ok": 3}
    assert there.paths() == ["/0", "/1", "/2"]
    assert sorted(look.attempts for look in found.looks.values()) == [1, 2, 2]


def test_a_name_is_looked_up_once_for_all_that_wait_for_it() -> None:
    there = Web(lambda *_: ("200 OK", "Content-Length: 0", "Connection: close"))
    there.run([*links("a.example", 10), *links("b.example", 2)])

    assert sorted(there.looked_up) == ["a.example", "b.example"]
    assert there.connections == 12


def test_a_name_that_cannot_exist_is_not_looked_up() -> None:
    there = Web()
    _, world = fake()
    (found,) = there.run(["http://site.invalid/"], world=world).looks.values()

    assert (found.verdict, found.reason) == ("suspect", "the name does not resolve")
    assert (there.looked_up, found.attempts) == ([], 0)


def test_a_name_that_did_not_resolve_is_asked_for_again_in_the_second_look() -> None:
    _, world = fake()
    there = Web()
    answers: Iterator[Exception | list[str]] = iter(
        [socket.gaierror(socket.EAI_AGAIN, ""), [PUBLIC]]
    )

    async def resolve(*_: object) -> Sequence[str]:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    there.names = resolve
    found = there.run(links("a.example", 1), world=world)

    assert verdicts(found) == {"ok": 1}


# ---- the second look ----


def test_second_looks_come_after_the_hosts_other_links_one_at_a_time() -> None:
    clock, world = fake()
    asked: Counter[str] = Counter()

    async def answer(_: str, path: str) -> Sequence[str]:
        asked[path] += 1
        await asyncio.sleep(0.002)
        return ("404 Not Found", "Content-Length: 0") if path in {"/0", "/1", "/2"} else OK

    there = Web(answer, clock=clock)
    second_alone: list[int] = []

    async def watched(host: str, path: str) -> Sequence[str]:
        if asked[path]:
            second_alone.append(there.now[host])
        return await answer(host, path)

    there.answer = watched
    found = there.run(links("a.example", 8), world=world)

    assert verdicts(found) == {"gone": 3, "ok": 5}
    assert sorted(there.paths()[8:]) == ["/0", "/1", "/2"]
    assert second_alone == [1, 1, 1]
    assert all(when >= 1.0 for when in there.at("a.example")[8:])


def test_a_host_that_stays_silent_is_not_asked_for_all_of_its_links_again() -> None:
    _, world = fake()

    async def answer(*_: str) -> Sequence[str]:
        await asyncio.sleep(0.3)
        return OK

    there = Web(answer)
    found = there.run(links("a.example", 6), limits=replace(LIMITS, answer_s=0.3), world=world)

    assert verdicts(found) == {"suspect": 6}
    assert {look.reason for look in found.looks.values()} == {"no answer in time"}
    assert len(there.log) == 4 + 2


def test_a_host_that_answers_to_nothing_is_not_asked_for_each_of_its_links() -> None:
    _, world = fake()

    async def answer(*_: str) -> Sequence[str]:
        await asyncio.sleep(0.5)
        return OK

    there = Web(answer)
    found = there.run(links("a.example", 40), limits=replace(LIMITS, answer_s=0.3), world=world)

    assert verdicts(found) == {"suspect": 40}
    assert {look.reason for look in found.looks.values()} == {"no answer in time"}
    assert len(there.log) == 4 + 2


def test_a_host_that_answers_after_all_is_asked_for_all_of_its_links() -> None:
    _, world = fake()

    async def answer(*_: str) -> Sequence[str]:
        if len(there.log) <= 5:
            await asyncio.sleep(1.0)
        return OK

    there = Web(answer)
    found = there.run(links("a.example", 40), limits=replace(LIMITS, answer_s=0.3), world=world)

    # The four, one of them once more, the second one and all the rest.
    assert verdicts(found) == {"suspect": 1, "ok": 39}
    assert len(there.log) == 40 + 4


def test_a_connection_that_is_not_made_in_time_is_not_the_same_as_silence() -> None:
    _, world = fake()
    there = Web()

    async def nobody(*_: object) -> object:
        await asyncio.sleep(60)
        raise AssertionError

    there.way = nobody
    limits = replace(LIMITS, connect_s=0.02)
    (found,) = there.run(links("a.example", 1), limits=limits, world=world).looks.values()

    assert (found.verdict, found.reason) == ("suspect", "no connection in time")


def test_a_page_sent_to_anothers_front_is_compared_with_one_that_cannot_be() -> None:
    def answer(host: str, _: str) -> Sequence[str]:
        away = ("302 Found", "Location: http://b.example/", "Content-Length: 0")
        return OK if host == "b.example" else away

    _, world = fake()
    there = Web(answer)
    (found,) = there.run(["http://a.example/papers/x.html"], world=world).looks.values()

    assert there.paths() == ["/papers/x.html", "/papers/token.html"] * 2
    assert (found.verdict, found.attempts) == ("gone", 8)


# ---- hosts that want to be left alone ----


def throttled(after: str | None = None, status: str = "429 Too Many Requests") -> Sequence[str]:
    named = () if after is None else (f"Retry-After: {after}",)
    return (status, *named, "Content-Length: 0")


def test_a_time_that_a_host_names_is_obeyed_for_all_of_its_links() -> None:
    clock, world = fake()
    there = Web(once(throttled("30")), clock=clock)
    urls = [*links("a.example", 5), *links("b.example", 1)]
    limits = replace(LIMITS, at_once=1, in_flight=1)
    found = there.run(urls, limits=limits, world=world)

    assert verdicts(found) == {"ok": 6}
    assert there.at("a.example") == [0.0, *[30.0] * 5]
    assert there.at("b.example") == [0.0]


def test_a_host_that_wants_more_than_our_patience_is_left_alone() -> None:
    clock, world = fake()
    there = Web(once(OK, throttled("3600")), clock=clock)
    limits = replace(LIMITS, at_once=1)
    found = there.run(links("a.example", 5), limits=limits, world=world)

    assert len(there.log) == 2
    assert [(look.verdict, look.attempts) for look in found.looks.values() if look.attempts] == [
        ("ok", 1), ("blocked", 1),
    ]  # fmt: skip
    alone = [look for look in found.looks.values() if not look.attempts]
    assert {(look.verdict, look.reason) for look in alone} == {
        ("blocked", "the site asked to be left alone for now")
    }
    assert len(alone) == 3
    assert clock.now == 0.0


def test_links_that_lead_to_a_host_that_is_left_alone_are_blocked() -> None:
    def answer(host: str, _: str) -> Sequence[str]:
        if host == "b.example":
            return throttled("3600")
        return "302 Found", "Location: http://b.example/", "Content-Length: 0"

    _, world = fake()
    there = Web(answer)
    found = there.run(links("a.example", 3), limits=replace(LIMITS, at_once=1), world=world)

    assert verdicts(found) == {"blocked": 3}
    assert len(there.at("b.example")) == 1


def test_a_host_that_only_complains_is_not_asked_for_ever() -> None:
    clock, world = fake()
    there = Web(lambda *_: throttled("10"), clock=clock)
    found = there.run(links("a.example", 50), world=world)

    assert verdicts(found) == {"blocked": 50}
    assert len(there.log) == 4 + 3
    assert clock.now == 30.0


def test_complaints_without_a_time_slow_the_host_down_and_good_answers_speed_it_up() -> None:
    clock, world = fake()
    there = Web(once(OK, throttled()), clock=clock)
    limits = replace(LIMITS, at_once=1, between_s=0.5)
    found = there.run(links("a.example", 5), limits=limits, world=world)

    assert verdicts(found) == {"ok": 5}
    assert there.at("a.example") == [0.0, 0.5, 2.5, 4.5, 5.5, 6.0]


@pytest.mark.parametrize(
    "headers",
    [
        ("RateLimit-Remaining: 0", "RateLimit-Reset: 7"),
        ("X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 7"),
        ('RateLimit: "default";r=0;t=7',),
        ("RateLimit: limit=10, remaining=0, reset=7",),
    ],
)
def test_a_host_that_says_nothing_is_left_is_asked_when_there_is_more(
    headers: tuple[str, ...],
) -> None:
    clock, world = fake()
    used = ("200 OK", *headers, "Content-Length: 0")
    there = Web(once(OK, used, OK, used), clock=clock)
    found = there.run(links("a.example", 5), limits=replace(LIMITS, at_once=1), world=world)

    assert verdicts(found) == {"ok": 5}
    assert there.at("a.example") == [0.0, 0.0, 7.0, 7.0, 14.0]


def test_a_host_whose_reset_is_far_away_is_left_alone_for_the_run() -> None:
    clock, world = fake()
    used = ("200 OK", "RateLimit-Remaining: 0", "RateLimit-Reset: 3600", "Content-Length: 0")
    there = Web(once(used), clock=clock)
    found = there.run(links("a.example", 3), limits=replace(LIMITS, at_once=1), world=world)

    assert there.at("a.example") == [0.0]
    assert verdicts(found) == {"ok": 1, "blocked": 2}


def test_a_metered_host_never_gets_more_than_it_takes() -> None:
    """It gives 5 requests a window of 10 s, says so, and answers all else with 429."""
    clock, world = fake()
    windows: Counter[int] = Counter()
    refused = 0

    async def answer(*_: str) -> Sequence[str]:
        nonlocal refused
        window = int(clock() // 10)
        windows[window] += 1
        left = 5 - windows[window]
        refused += left < 0
        await asyncio.sleep(0.001)
        meter = f"RateLimit-Remaining: {max(0, left)}", f"RateLimit-Reset: {10 - clock() % 10:.0f}"
        return ("200 OK" if left >= 0 else "429 No", *meter, "Content-Length: 0")

    there = Web(answer, clock=clock)
    found = there.run(links("a.example", 30), world=world)

    assert (verdicts(found), refused) == ({"ok": 30}, 0)
    assert max(windows) == 5


def test_a_defect_in_one_look_does_not_cost_the_others_theirs() -> None:
    def judge(*_: object) -> Finding:
        raise ZeroDivisionError

    _, world = fake()
    asked = Question(url="https://doi.example/1", source="doi", target="http://a.example/1")
    guide = Guide(judge_service=judge)
    found = Web().run([asked, *links("b.example", 2)], guide=guide, world=world)

    assert verdicts(found) == {"suspect": 1, "ok": 2}
    assert found.looks[asked.url].reason == "the look failed (ZeroDivisionError)"


def test_a_host_that_wants_to_be_left_alone_before_the_second_look_tells_nothing() -> None:
    clock, world = fake()
    there = Web(once(("404 No", "Content-Length: 0"), throttled(after="3600")), clock=clock)
    found = there.run(links("a.example", 2), limits=replace(LIMITS, at_once=1), world=world)

    assert verdicts(found) == {"blocked": 2}


def test_links_in_flight_get_no_second_look_at_a_host_that_wants_to_be_left_alone() -> None:
    """What one answer said counts for those that come after it."""

    async def answer(_: str, path: str) -> Sequence[str]:
        if path == "/0":
            return throttled("3600")
        await asyncio.sleep(0.05)
        return "404 Not Found", "Content-Length: 0"

    _, world = fake()
    there = Web(answer)
    found = there.run(links("a.example", 3), limits=replace(LIMITS, at_once=3), world=world)

    assert verdicts(found) == {"blocked": 3}
    assert len(there.log) == 3


@pytest.mark.untraced
def test_links_that_are_read_after_a_host_wanted_to_be_left_alone_are_not_asked() -> None:
    """The list is still being read when the host says so; nobody waits for its pauses, either."""
    clock, world = fake()
    there = Web(lambda host, _: throttled("3600") if host == "a.example" else OK, clock=clock)
    urls = [*links("a.example", 1), *links("b.example", 400), *links("a.example", 900)[1:]]
    limits = replace(LIMITS, between_s=1.0, at_once=50, in_flight=50)
    guide = Guide(manners=lambda host: Manners(pause_s=0.0) if host == "b.example" else Manners())
    found = there.run(urls, limits=limits, guide=guide, world=world)

    assert verdicts(found) == {"blocked": 900, "ok": 400}
    assert len(there.at("a.example")) == 1
    assert clock.now < 5.0


def test_links_that_were_held_back_are_not_asked_of_a_host_that_wants_to_be_left_alone() -> None:
    """The host is mute at first looks, and at a second one it wants to be left alone."""

    async def answer(_: str, path: str) -> Sequence[str]:
        if [one for _, one, _ in there.log].count(path) == 1:
            await asyncio.sleep(30)
        return throttled("3600")

    there = Web(answer)
    limits = replace(LIMITS, answer_s=0.1, at_once=4)
    found = there.run(links("a.example", 9), limits=limits)

    assert verdicts(found) == {"blocked": 9}
    assert len(there.log) == 5


# ---- the time that there is ----


def test_what_the_time_does_not_reach_is_no_look() -> None:
    clock, world = fake()
    there = Web(clock=clock)
    limits = replace(LIMITS, between_s=10.0, budget_s=25.0)
    found = there.run(links("a.example", 6), limits=limits, world=world)

    assert list(found.looks) == links("a.example", 6)[:3]
    assert found.unasked == tuple(links("a.example", 6)[3:])


def test_nothing_bad_is_said_when_there_is_no_time_for_a_second_look() -> None:
    _, world = fake()
    there = Web(lambda *_: ("404 Not Found", "Content-Length: 0"))
    limits = replace(LIMITS, pause_s=30.0, budget_s=25.0)
    found = there.run(links("a.example", 1), limits=limits, world=world)

    assert (found.looks, found.unasked) == ({}, ("http://a.example/0",))


# ---- services ----


def judged(question: Question, end: Answered | Failed) -> Finding:
    assert question.source == "doi"
    if not isinstance(end, Answered):
        return Finding(verdict="suspect", reason=end.trouble)
    known = b'"responseCode":1' in end.start
    return Finding(verdict="ok" if known else "gone", reason=f"{end.status} {len(end.start)}")


def doi(url: str, *, target: str = "http://doi.service:9/api/x") -> Question:
    return Question(url=url, source="doi", target=target)


def test_a_service_is_asked_in_place_of_the_link_and_its_words_are_read() -> None:
    body = '{"responseCode":1}'
    there = Web(lambda *_: ("404 Odd", "Content-Type: application/json", f"Content-Length: {len(body)}\r\n\r\n{body}"))  # fmt: skip
    found = there.run([doi("https://doi.org/10.1/x")], guide=Guide(judge_service=judged))

    assert there.log == [("doi.service:9", "/api/x", 0.0)]
    (look,) = found.looks.values()
    assert (look.url, look.verdict, look.status, look.attempts) == (
        "https://doi.org/10.1/x", "ok", 404, 1,
    )  # fmt: skip


def test_a_service_leads_nowhere_else_and_gets_a_second_look() -> None:
    clock, world = fake()
    away = ("302 Found", "Location: http://elsewhere.example/", "Content-Length: 0")
    there = Web(lambda *_: away, clock=clock)
    guide = Guide(judge_service=judged)
    (look,) = there.run([doi("https://doi.org/10.1/x")], guide=guide, world=world).looks.values()

    assert (look.verdict, look.status, look.attempts) == ("gone", 302, 2)
    assert there.at("doi.service:9") == [0.0, 1.0]


def test_a_service_that_complains_is_waited_for() -> None:
    clock, world = fake()
    there = Web(once(throttled("20")), clock=clock)
    guide = Guide(judge_service=judged)
    there.run([doi("https://doi.org/10.1/x")], guide=guide, world=world)

    assert there.at("doi.service:9")[:2] == [0.0, 20.0]


def test_a_service_that_stays_silent_is_not_asked_for_each_link() -> None:
    async def silence(*_: str) -> Sequence[str]:
        await asyncio.sleep(60)
        return OK

    def judge(_: Question, end: Answered | Failed) -> Finding:
        assert not isinstance(end, Answered)
        return Finding(verdict="blocked", reason=end.trouble, is_untold=True)

    there = Web(silence)
    urls = [f"https://doi.org/10.1/{n}" for n in range(40)]
    limits = replace(LIMITS, answer_s=0.2)
    found = there.run([*map(doi, urls)], limits=limits, guide=Guide(judge_service=judge))

    assert {look.reason for look in found.looks.values()} == {"timeout"}
    assert list(found.looks) == urls
    assert len(there.log) == found.requests <= 8


def test_a_service_may_be_on_this_machine_and_a_link_may_not() -> None:
    there = Web()
    there.names = _loopback
    there.way = lambda protocol, _, __: dial.connect(protocol, "127.0.0.1", there.port)
    _, world = fake()
    urls: list[str | Question] = [doi("https://doi.org/10.1/x"), "http://doi.service:8000/y"]
    found = there.run(urls, guide=Guide(judge_service=judged), world=world)

    assert found.looks["http://doi.service:8000/y"].verdict == "refused"
    assert [path for _, path, _ in there.log] == ["/api/x", "/api/x"]


async def _loopback(*_: object) -> Sequence[str]:
    return ["127.0.0.1"]
