"""What is measured of checking links, against lychee with its defaults, and against which targets."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks import children, table
from benchmarks.children import ChildError
from benchmarks.links import lists, rig, services
from benchmarks.links.rig import LoopbackWeb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from benchmarks.children import Cost
    from benchmarks.links.lists import Link
    from benchmarks.links.rig import Run
    from benchmarks.table import Row

    _Part = Callable[[LoopbackWeb], Iterable[Row]]

MEDIAN_MS = 150

_MOST_WORK = 8
"""Times that of lychee, which is compiled."""
_MOST_MEGABYTES = 64
_MOST_REQUESTS = 1.02
_MOST_REQUESTS_IN_TROUBLE = 1.3
_MOST_WALL_IN_TROUBLE = 0.45
_MOST_WALL_METERED = 1.25
_MOST_GROWTH = 5.5
"""From 2,000 links to 10,000."""
_MOST_SECOND_NIGHT = 0.3
_MOST_AT_ONCE = 4
"""Requests that one host has open at a time."""
_MOST_HANG_S = 30
_MOST_DELAY_S = 1
_LONGEST_WAIT_S = 3
"""After an answer that asks for two seconds."""
_IN_FLIGHT = 512
_NIGHTS = ("2026-11-24T03:17:00Z", "2026-11-25T03:17:00Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A list of healthy links that both are timed on."""

    count: int
    median_ms: int
    rounds: int
    is_secure: bool = False
    most_wall: float | None = None
    """Times what lychee takes."""

    @property
    def name(self) -> str:
        """What the rows call it."""
        return f"{self.count:,} links, {self.median_ms} ms{', TLS' if self.is_secure else ''}"


FEW = Course(count=2_000, median_ms=MEDIAN_MS, rounds=2, most_wall=1.10)
MANY = Course(count=10_000, median_ms=MEDIAN_MS, rounds=3, most_wall=1.02)
QUICK = (
    Course(count=2_000, median_ms=0, rounds=2),
    FEW,
    Course(count=2_000, median_ms=MEDIAN_MS, rounds=2, is_secure=True, most_wall=1.15),
)
FULL = (*QUICK, Course(count=10_000, median_ms=0, rounds=1), MANY)


def races(
    folder: Path,
    environment: Mapping[str, str],
    *,
    courses: Sequence[Course] = QUICK,
    crowd_ms: int = 800,
) -> Iterator[Row]:
    """What keeps a processor busy, one after the other: the courses, and two promises.

    With `crowd_ms`, answers are so slow that many are awaited at once, whatever a start costs.
    """
    with rig.pinned():
        yield from _raced(courses, folder, environment)
        with LoopbackWeb(folder, environment=environment) as web:
            count = courses[0].count
            yield from _sound("512 in flight", lambda: crowd(web, count, crowd_ms))
            yield from _sound("second night", lambda: second_night(web, count))


def waits(
    folder: Path,
    environment: Mapping[str, str],
    *,
    is_quick: bool = False,
    count: int = 2_000,
    total_s: float | None = None,
) -> Iterator[Row]:
    """What waits most of its time, and so runs side by side; `total_s` is for a test in a hurry."""
    counting: list[_Part] = [
        lambda web: metered(web, count // 20),
        lambda web: strict(web, 3 + count // 33),
    ]
    long: dict[str, list[_Part]] = {
        "trouble": [lambda web: trouble(web, count)],
        # The hosts that count are timed when the others do nothing but wait.
        "services": [lambda web: services.ours(web.folder, web.environment, count), *counting],
        "a hanging link": [lambda web: hang(web, count // 5, total_s=total_s)],
    }
    parts = {"hosts that count": counting} if is_quick else long
    with rig.pinned(), ThreadPoolExecutor() as threads:
        running = [
            threads.submit(_apart, name, part, folder / name.replace(" ", "-"), environment)
            for name, part in parts.items()
        ]
        for each in running:
            yield from each.result()


def _apart(
    name: str, parts: Sequence[_Part], folder: Path, environment: Mapping[str, str]
) -> list[Row]:
    """The rows of parts that follow each other, on a web of their own."""
    folder.mkdir()
    with LoopbackWeb(folder, environment=environment) as web:
        return [row for part in parts for row in _sound(name, lambda: part(web))]  # noqa: B023 - used up before the next one


def _sound(name: str, part: Callable[[], Iterable[Row]]) -> Iterator[Row]:
    """The rows of a part, or one that says why there are none."""
    try:
        yield from part()
    except (ChildError, OSError) as error:
        yield table.failed(name, error)


# Side by side -----------------------------------------------------------------------------------


def _raced(
    courses: Sequence[Course], folder: Path, environment: Mapping[str, str]
) -> Iterator[Row]:
    costs: dict[Course, Cost] = {}
    for course in courses:
        yield from _sound(course.name, lambda: race(course, folder, environment, costs))  # noqa: B023 - used up before the next one
    if FEW in costs and MANY in costs:
        yield _grown(costs[FEW], costs[MANY])


def race(
    course: Course, folder: Path, environment: Mapping[str, str], costs: dict[Course, Cost]
) -> Iterator[Row]:
    """Both on the same links, round about; what the bot took at least goes into `costs`."""
    ours: list[Run] = []
    theirs: list[Run] = []
    with LoopbackWeb(folder, environment=environment, is_secure=course.is_secure) as web:
        links = lists.healthy(
            course.count, port=web.port, median_ms=course.median_ms, scheme=web.scheme
        )
        # The command line trusts public authorities alone.
        check = rig.probe if course.is_secure else rig.bot
        for _ in range(course.rounds):
            theirs.append(rig.lychee(links, web))
            ours.append(check(links, web))
    costs[course] = children.least([run.cost for run in ours])
    yield from _compared(course, links, ours, theirs)


def _compared(
    course: Course, links: Sequence[Link], ours: Sequence[Run], theirs: Sequence[Run]
) -> Iterator[Row]:
    own, peer = (children.least([run.cost for run in runs]) for runs in (ours, theirs))
    bounds = course.most_wall is not None
    yield _wall(course.name, own, peer, most=course.most_wall)
    yield table.row(
        f"{course.name}, CPU",
        own.work / peer.work,
        "x lychee",
        most=_MOST_WORK if bounds else None,
        detail=f"{_each_ms(own, links)} against {_each_ms(peer, links)} ms a link",
    )
    yield table.row(
        f"{course.name}, memory",
        own.megabytes,
        "MB",
        most=_MOST_MEGABYTES if bounds else None,
        detail=f"peak, lychee {peer.megabytes:.0f} MB",
    )
    yield _requests(course.name, links, ours[0], theirs[0], most=_MOST_REQUESTS)
    yield table.row(
        f"{course.name}, at once on a host",
        max(run.traffic.most("most_open") for run in ours),
        "requests",
        most=_MOST_AT_ONCE,
        detail=f"lychee {theirs[0].traffic.most('most_open'):.0f}, "
        f"on all hosts {ours[0].traffic.most_open} and {theirs[0].traffic.most_open}",
    )
    yield _wrong(course.name, links, ours[0])


def _wall(name: str, own: Cost, peer: Cost, *, most: float | None) -> Row:
    told = f"{own.seconds:.2f} s against {peer.seconds:.2f} s"
    return table.row(name, own.seconds / peer.seconds, "x lychee", most=most, detail=told)


def _each_ms(cost: Cost, links: Sequence[Link]) -> str:
    return f"{cost.work * 1_000 / len(links):.2f}"


def _requests(
    name: str, links: Sequence[Link], own: Run, peer: Run, *, most: float | None = None
) -> Row:
    return table.row(
        f"{name}, requests",
        own.traffic.requests / len(links),
        "x links",
        most=most,
        detail=f"{_told_traffic(own)}; lychee {_told_traffic(peer)}",
    )


def _told_traffic(run: Run) -> str:
    return f"{run.traffic.requests:,} over {run.traffic.connections:,} connections"


def _wrong(name: str, links: Sequence[Link], run: Run) -> Row:
    """How many verdicts are not what is right to say, and of which kinds."""
    wrong = [link for link in links if run.verdicts.get(link.url) != link.verdict]
    kinds = Counter(f"{link.behaviour} {run.verdicts.get(link.url)}" for link in wrong)
    detail = ", ".join(f"{kind} ({count})" for kind, count in kinds.most_common(5))
    return table.row(f"{name}, wrong verdicts", len(wrong), "links", most=0, detail=detail)


def _grown(few: Cost, many: Cost) -> Row:
    return table.row(
        f"{FEW.count:,} to {MANY.count:,} links, CPU",
        many.work / few.work,
        "x",
        most=_MOST_GROWTH,
        detail=f"{many.work:.2f} s against {few.work:.2f} s",
    )


# The bot's own promises -------------------------------------------------------------------------


def crowd(web: LoopbackWeb, count: int, median_ms: int) -> Iterator[Row]:
    """Many links in flight at a time on healthy hosts: none of them is lost."""
    links = lists.healthy(count, port=web.port, median_ms=median_ms)
    run = rig.probe(links, web, "--in-flight", str(_IN_FLIGHT), "--at-once", "4")
    lost = sum(verdict != "ok" for verdict in run.verdicts.values())
    detail = f"of {len(links):,}; {run.traffic.most_open} were open at once"
    yield table.row(f"lost with {_IN_FLIGHT} in flight", lost, "links", most=0, detail=detail)


def second_night(web: LoopbackWeb, count: int) -> Iterator[Row]:
    """Healthy links that were good yesterday are mostly left alone."""
    links = lists.healthy(count, port=web.port, median_ms=0)
    yield _again("healthy links", *_two_nights(links, web))


def _two_nights(links: Sequence[Link], web: LoopbackWeb) -> tuple[Run, Run]:
    state = web.folder / "state.json"
    state.unlink(missing_ok=True)
    first, second = (
        rig.bot(links, web, "--state", state, environment={"BOT_NOW": now}) for now in _NIGHTS
    )
    return first, second


def _again(name: str, first: Run, second: Run) -> Row:
    few, many = second.traffic.requests, first.traffic.requests
    return table.row(
        f"{name}, second night",
        few / many,
        "x requests",
        most=_MOST_SECOND_NIGHT,
        detail=f"{few:,} against {many:,}",
    )


def metered(web: LoopbackWeb, count: int) -> Iterator[Row]:
    """Two hosts that say how many requests they still grant."""
    links = [
        link
        for host in range(2)
        for link in lists.of_host(host, count, port=web.port, behaviour="metered", ms=20)
    ]
    peer, own = rig.lychee(links, web), rig.bot(links, web)
    yield _wall("two metered hosts", own.cost, peer.cost, most=_MOST_WALL_METERED)
    yield table.row(
        "two metered hosts, provoked",
        own.traffic.total("throttled"),
        "times 429",
        most=0,
        detail=f"lychee {peer.traffic.total('throttled')}",
    )
    yield _wrong("two metered hosts", links, own)


def strict(web: LoopbackWeb, count: int) -> Iterator[Row]:
    """A host that says nothing before it has had enough, and then for how long."""
    links = lists.of_host(0, count, port=web.port, behaviour="strict", ms=20)
    peer, own = rig.lychee(links, web), rig.bot(links, web)
    yield table.row(
        "Retry-After of 2 s, asked before",
        own.traffic.total("early"),
        "times",
        most=0,
        detail=f"lychee {peer.traffic.total('early')}; "
        f"429 was said {own.traffic.total('throttled')} and {peer.traffic.total('throttled')} times",
    )
    yield table.row(
        "Retry-After of 2 s, asked again after",
        own.traffic.most("longest_wait_s"),
        "s",
        most=_LONGEST_WAIT_S,
        detail=f"at the latest; {own.cost.seconds:.1f} s in all, lychee {peer.cost.seconds:.1f} s",
    )
    yield _wrong("Retry-After of 2 s", links, own)


def trouble(web: LoopbackWeb, count: int) -> Iterator[Row]:
    """A list with ordinary trouble: what people hear within two nights."""
    links = lists.troubled(count, port=web.port, median_ms=MEDIAN_MS)
    with (
        ThreadPoolExecutor() as threads,
        LoopbackWeb(web.folder, environment=web.environment) as theirs,
    ):
        # lychee waits longer for silent hosts than the bot takes for both nights.
        to_peer = lists.troubled(count, port=theirs.port, median_ms=MEDIAN_MS)
        waiting = threads.submit(rig.lychee, to_peer, theirs)
        first, second = _two_nights(links, web)
        peer = waiting.result()
    name = f"{count:,} links, 15 % trouble"
    yield _wall(name, first.cost, peer.cost, most=_MOST_WALL_IN_TROUBLE)
    yield _requests(name, links, first, peer, most=_MOST_REQUESTS_IN_TROUBLE)
    yield _wrong(name, links, first)
    yield from _heard(name, links, second, to_peer, peer)
    yield _again(name, first, second)


def _heard(
    name: str, links: Sequence[Link], own: Run, to_peer: Sequence[Link], peer: Run
) -> Iterator[Row]:
    """Whether people hear of what is dead, and of nothing else."""
    dead, their_dead = ({link.url for link in each if link.is_dead} for each in (links, to_peer))
    yield table.row(
        f"{name}, noise",
        len(own.reported - dead),
        "reports",
        most=0,
        detail=f"lychee {len(peer.reported - their_dead)} of {len(peer.reported)}",
    )
    yield table.row(
        f"{name}, missed",
        len(dead - own.reported),
        "dead links",
        most=0,
        detail=f"of {len(dead)}; lychee {len(their_dead - peer.reported)}",
    )


def hang(web: LoopbackWeb, count: int, *, total_s: float | None) -> Iterator[Row]:
    """One link that never answers, among others."""
    links = lists.healthy(count, port=web.port, median_ms=20)
    silent = lists.of_host(0, 1, port=web.port, behaviour="hang", ms=0)
    limits = () if total_s is None else ("--total-s", str(total_s))
    without = rig.probe(links, web, *limits)
    with_it = rig.probe([*silent, *links], web, *limits)
    cost_s = with_it.cost.seconds - without.cost.seconds
    told = f"{with_it.cost.seconds:.1f} s against {without.cost.seconds:.1f} s"
    yield table.row("a hanging link, costs", cost_s, "s", most=_MOST_HANG_S, detail=told)
    spans = [run.traffic.asked_for_s(but=lists.address(0)) for run in (with_it, without)]
    yield table.row(
        "a hanging link, delays other hosts",
        max(0.0, spans[0] - spans[1]),
        "s",
        most=_MOST_DELAY_S,
        detail=f"asked for {spans[0]:.1f} s against {spans[1]:.1f} s",
    )
