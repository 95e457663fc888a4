"""Asking services about many links: what comes back, how often they are asked, and when not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot import __version__
from bot.core import sources
from bot.core.repositories import Repository
from bot.edge import papers, services, wire
from bot.edge.services import Archived, Limits
from bot.settings import SERVICES, Settings
from bot.standins import server
from bot.standins.arxiv import TUNED, WITHDRAWN, ArxivStandIn
from bot.standins.server import Reply, StandIn
from bot.standins.services import Copy, GithubApi, Repo, Wayback, told

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bot.edge.services import Asked
    from bot.edge.wire import Wire


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, wait_s: float) -> None:
        self.waits.append(wait_s)
        self.now += wait_s


def verdicts(asked: Asked) -> Mapping[str, str]:
    return {url: look.verdict for url, look in asked.looks.items()}


# ---- arXiv ----

QUICK = papers.Limits(answer_s=0.2, connect_s=0.2, attempts=1)


def arxiv(
    links: Mapping[str, str],
    stand_in: StandIn,
    *,
    clock: Clock | None = None,
    pace: float = 0.0,
    limits: papers.Limits = QUICK,
) -> Asked:
    clock = clock or Clock()
    told = Settings(services={**SERVICES, "arxiv": stand_in.url}, pace=pace)
    return services.arxiv(links, told, limits=limits, sleep=clock.sleep, clock=clock)


def test_each_link_to_a_paper_gets_what_arxiv_says_in_one_request() -> None:
    links = {
        "https://arxiv.org/abs/2405.90001": TUNED.id,
        "https://arxiv.org/pdf/2405.90001v1": TUNED.id,
        "https://arxiv.org/abs/2404.90005": WITHDRAWN.id,
        "https://arxiv.org/abs/2405.99999": "2405.99999",
    }
    with ArxivStandIn() as stand_in:
        asked = arxiv(links, stand_in, limits=replace(QUICK, answer_s=10))

    assert [*verdicts(asked).values()] == ["ok", "ok", "ok", "gone"]
    assert [look.note for look in asked.looks.values()] == ["", "", "withdrawn by its authors", ""]
    assert {look.attempts for look in asked.looks.values()} == {0}
    assert asked.requests == len(stand_in.log) == 1


def many(number: int) -> dict[str, str]:
    ids = [f"2405.{n:05}" for n in range(10_001, 10_001 + number)]
    return {f"https://arxiv.org/abs/{id_}": id_ for id_ in ids}


@pytest.mark.untraced
def test_nine_hundred_papers_are_five_requests_with_arxivs_pause_between_them() -> None:
    links, clock = many(900), Clock()
    with ArxivStandIn([replace(TUNED, id=id_) for id_ in links.values()]) as stand_in:
        asked = arxiv(links, stand_in, clock=clock, pace=1.0, limits=papers.Limits())

    assert {*verdicts(asked).values()} == {"ok"}
    assert [*asked.looks] == [*links]
    assert asked.requests == len(stand_in.log) == 5
    assert clock.waits == [3.0] * 4


def test_an_arxiv_that_is_down_is_asked_no_further() -> None:
    links = many(401)
    with StandIn(lambda _: server.UNAVAILABLE) as stand_in:
        asked = arxiv(links, stand_in)

    assert len(asked.looks) == 401
    assert {*verdicts(asked).values()} == {"blocked"}
    assert {look.reason for look in asked.looks.values()} == {"arXiv could not be asked"}
    assert asked.requests == len(stand_in.log) == 1


@pytest.mark.parametrize(
    "fault", [server.HANG, server.RESET, server.GARBAGE, server.HTML, server.EMPTY, server.throttled()]
)  # fmt: skip
def test_no_trouble_of_arxivs_raises(fault: Reply) -> None:
    with StandIn(lambda _: fault) as stand_in:
        assert {*verdicts(arxiv(many(1), stand_in)).values()} == {"blocked"}


def test_without_papers_arxiv_is_not_asked() -> None:
    with ArxivStandIn() as stand_in:
        asked = arxiv({}, stand_in)

    assert (asked.looks, asked.requests, stand_in.log) == ({}, 0, [])


# ---- GitHub ----


@pytest.fixture
def github_api() -> Iterator[GithubApi]:
    repos = {
        "ada/fedprompt": Repo(whole_name="ada/fedprompt", objects=frozenset({"main:docs"})),
        "ada/old": Repo(whole_name="lab/new"),
        "ada/quiet": Repo(whole_name="ada/quiet", is_archived=True),
        "corp/secret": Repo(whole_name="corp/secret", trouble="FORBIDDEN"),
        "corp/slow": Repo(whole_name="corp/slow", trouble="RATE_LIMITED"),
    }
    with GithubApi(repos) as running:
        yield running


def wire_to(stand_in: StandIn) -> Wire:
    told = Settings(api_url=stand_in.url, token="t", in_actions=True, pace=0)  # noqa: S106 - none
    return wire.connect(told)[0]


def github(stand_in: StandIn, *urls: str) -> Asked:
    ids = {
        url: sources.assign(
            url, rules=(), today=Settings().today, services=SERVICES, has_github=True
        ).id
        for url in urls
    }
    links = {url: Repository.parse(id_) for url, id_ in ids.items()}
    return services.github(links, wire_to(stand_in))


def test_each_link_to_a_repository_gets_what_github_says_in_one_request(
    github_api: GithubApi,
) -> None:
    home = "https://github.com"
    asked = github(
        github_api,
        f"{home}/ada/fedprompt",
        f"{home}/Ada/FedPrompt.git",
        f"{home}/ada/fedprompt/tree/main/docs",
        f"{home}/ada/fedprompt/tree/main/none",
        f"{home}/ada/old",
        f"{home}/ada/quiet",
        f"{home}/ada/none",
        f"{home}/corp/secret",
        f"{home}/corp/slow",
    )

    assert verdicts(asked) == {
        f"{home}/ada/fedprompt": "ok",
        f"{home}/Ada/FedPrompt.git": "ok",
        f"{home}/ada/fedprompt/tree/main/docs": "ok",
        f"{home}/ada/old": "moved",
        f"{home}/ada/quiet": "ok",
        f"{home}/ada/none": "gone",
    }
    assert asked.looks[f"{home}/ada/old"].final_url == f"{home}/lab/new"
    assert asked.looks[f"{home}/ada/quiet"].note == "archived by its owner"
    assert asked.requests == len(github_api.log) == 1


def test_names_go_to_github_beside_the_query_and_never_inside(github_api: GithubApi) -> None:
    github(github_api, "https://github.com/ada/fedprompt/blob/main/%22%7D)%7Bviewer%7D")

    body = json.loads(github_api.log[0].body)
    assert "viewer" not in body["query"]
    assert body["variables"]["e0"] == 'main:"}){viewer}'


def code(number: int) -> list[str]:
    return [f"https://github.com/ada/n{at}" for at in range(number)]


def test_a_hundred_and_one_repositories_are_three_requests() -> None:
    urls = code(101)
    repos = {f"ada/n{at}": Repo(whole_name=f"ada/n{at}") for at in range(101)}
    with GithubApi(repos) as api:
        asked = github(api, *urls, *(f"{url}.git" for url in urls))

    assert len(asked.looks) == 202
    assert asked.requests == len(api.log) == 3


def test_a_hiccup_of_githubs_is_asked_again(github_api: GithubApi) -> None:
    """The question changes nothing there, so it may be repeated."""
    github_api.fail_next(Reply(status=502), server.RESET)
    asked = github(github_api, "https://github.com/ada/quiet")

    assert {*verdicts(asked).values()} == {"ok"}
    assert asked.requests == len(github_api.log) == 3


SPENT = {"X-RateLimit-Remaining": "0", "X-RateLimit-Limit": "1000", "X-RateLimit-Reset": "9999999999"}  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "requests"),
    [
        (Reply(status=502), 3),
        (server.GARBAGE, 3),
        (told({"message": "Bad credentials"}, status=401), 1),
        (told({"message": "Resource not accessible"}, status=403), 1),
        (Reply(status=403, headers=SPENT, body=b'{"message": "API rate limit exceeded"}'), 1),
        (server.throttled(retry_after="3600"), 1),
        (server.throttled(retry_after="0"), 3),
    ],
)
def test_a_github_that_does_not_answer_leaves_its_links_undecided(
    fault: Reply, requests: int
) -> None:
    with StandIn(lambda _: fault) as stand_in:
        asked = github(stand_in, *code(60))

    assert (asked.looks, asked.requests) == ({}, requests)


@pytest.mark.parametrize(
    "said",
    [
        None,
        [],
        "ok",
        {"data": None, "errors": [{"message": "Something went wrong while executing your query"}]},
        {"message": "no GraphQL here"},
    ],
)
def test_an_odd_answer_of_githubs_decides_nothing(said: object) -> None:
    with StandIn(lambda _: told(said)) as stand_in:
        assert github(stand_in, *code(1)).looks == {}


def test_what_github_said_before_it_fell_silent_counts(github_api: GithubApi) -> None:
    nodes = [
        {"nameWithOwner": f"ada/n{at}", "isArchived": False, "isDisabled": False}
        for at in range(50)
    ]
    first = told({"data": {f"r{at}": node for at, node in enumerate(nodes)}})
    github_api.fail_next(first, told({"message": "Bad credentials"}, status=401))
    asked = github(github_api, *code(60))

    assert [*asked.looks] == code(50)
    assert asked.requests == 2


def test_without_repositories_github_is_not_asked(github_api: GithubApi) -> None:
    assert github(github_api).requests == 0
    assert github_api.log == []


# ---- the archive ----

DEAD = [f"https://dead.example/{at}?a=b&c" for at in range(5)]
SHORT = Limits(answer_s=1.0, connect_s=1.0)


def archived(  # noqa: PLR0913 - each named at the call
    stand_in: StandIn,
    urls: Sequence[str] = DEAD,
    *,
    most: int = 50,
    pace: float = 0.0,
    clock: Clock | None = None,
    limits: Limits = SHORT,
) -> Archived:
    told = Settings(
        services={**SERVICES, "wayback": stand_in.url}, pace=pace, repository="lab/list"
    )
    sleep = (clock or Clock()).sleep
    return services.archived(urls, told, most=most, sleep=sleep, limits=limits)


def test_the_archive_gives_its_copies_and_says_where_it_has_none() -> None:
    with Wayback({DEAD[0]: Copy(), DEAD[1]: Copy(status="404")}) as wayback:
        found = archived(wayback, DEAD[:3])

    assert found.copies == {
        DEAD[0]: f"{wayback.url}/web/20240513091244/{DEAD[0]}",
        DEAD[1]: None,
        DEAD[2]: None,
    }
    assert found.requests == 3
    assert [request.query["url"] for request in wayback.log] == DEAD[:3]


def test_the_archive_is_asked_politely() -> None:
    clock = Clock()
    with Wayback() as wayback:
        archived(wayback, [*DEAD, *DEAD], most=4, pace=0.5, clock=clock)

    assert clock.waits == [0.5] * 3
    assert len(wayback.log) == 4
    name = f"awesome-list-bot/{__version__} (+https://github.com/lab/list)"
    assert {request.headers["user-agent"] for request in wayback.log} == {name}


@pytest.mark.parametrize(
    "fault",
    [
        server.throttled(retry_after="60"),
        server.UNAVAILABLE,
        Reply(status=500),
        server.HANG,
        server.DRIP,
        server.RESET,
        server.GARBAGE,
        "cut",
    ],
    ids=str,
)
def test_at_the_first_trouble_the_archive_is_left_alone(fault: Any) -> None:  # noqa: ANN401 - one of several
    with Wayback({DEAD[2]: Copy()}) as wayback:
        wayback.fail_next(Reply(body=b'{"archived_snapshots": {}}'), fault)
        found = archived(wayback)

    assert found.copies == {DEAD[0]: None}
    assert found.requests == len(wayback.log) == 2


@pytest.mark.parametrize(
    "odd",
    [
        server.HTML,
        server.EMPTY,
        Reply(status=404),
        Reply(status=302, headers={"Location": "/elsewhere"}),
        Reply(body=b"[" * 50_000),
        Reply(body=b'{"archived_snapshots": {}}' + b" " * 200_000),
        Reply(body=b"\xff\xfe"),
        told([]),
        told({"archived_snapshots": "none"}),
        told({"url": "x"}),
    ],
    ids=lambda reply: str(reply)[:60],
)
def test_an_odd_answer_of_the_archives_is_no_word_about_copies(odd: Reply) -> None:
    with Wayback() as wayback:
        wayback.fail_next(odd)
        found = archived(wayback, DEAD[:2])

    assert found.copies == {DEAD[1]: None}
    assert found.requests == len(wayback.log)


def test_an_archive_that_nobody_reaches_says_nothing() -> None:
    with StandIn(lambda _: server.EMPTY) as stand_in:
        pass

    assert archived(stand_in).copies == {}


def test_without_links_the_archive_is_not_asked() -> None:
    with Wayback() as wayback:
        assert archived(wayback, []).copies == {}
        assert archived(wayback, DEAD, most=0).requests == 0

    assert wayback.log == []


@pytest.mark.parametrize(
    ("url", "copy"),
    [
        (
            "http://web.archive.org/web/20240513091244/http://dead.example/0",
            "https://web.archive.org/web/20240513091244/http://dead.example/0",
        ),
        (
            "https://web.archive.org:443/web/20240513091244/http://dead.example/?a=b#c",
            "https://web.archive.org/web/20240513091244/http://dead.example/?a=b#c",
        ),
        ("https://evil.example/web/20240513091244/http://dead.example/", None),
        ("https://web.archive.org.evil.example/web/20240513091244/http://d.example/", None),
        ("https://web.archive.org@evil.example/web/20240513091244/http://d.example/", None),
        ("https://me@web.archive.org/web/20240513091244/http://d.example/", None),
        ("http://127.0.0.1:1/web/20240513091244/http://dead.example/", None),
        ("https://web.archive.org/save/http://dead.example/", None),
        ("https://web.archive.org/web/20240513091244/http://d.example/ [x](y)", None),
        ("https://web.archive.org/web/20240513091244/<script>", None),
        ("javascript:alert(1)", None),
        ("https://[::1/web/20240513091244/x", None),
        ("", None),
        (7, None),
    ],
)
def test_a_copy_is_at_the_archive_or_it_is_none(url: object, copy: str | None) -> None:
    closest = {"available": True, "status": "200", "url": url, "timestamp": "20240513091244"}
    with Wayback() as wayback:
        wayback.fail_next(told({"archived_snapshots": {"closest": closest}}))
        found = archived(wayback, DEAD[:1])

    assert found.copies == {DEAD[0]: copy}


@pytest.mark.parametrize("change", [{"available": False}, {"status": "301"}, {"status": None}])
def test_a_copy_of_something_else_than_the_page_is_none(change: Mapping[str, object]) -> None:
    url = "http://web.archive.org/web/20240513091244/http://dead.example/0"
    closest = {"available": True, "status": "200", "url": url, **change}
    with Wayback() as wayback:
        wayback.fail_next(told({"archived_snapshots": {"closest": closest}}))
        assert archived(wayback, DEAD[:1]).copies == {DEAD[0]: None}
