"""The loopback web does what its addresses say, and every measure runs; no test looks at a time."""

from __future__ import annotations

import http.client
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from benchmarks.links import answers, lists, measures
from benchmarks.links.answers import Answer, Request
from benchmarks.links.lists import TROUBLE
from benchmarks.links.measures import Course
from benchmarks.links.rig import LoopbackWeb
from benchmarks.links.web import METERS, Host

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from benchmarks.links.answers import Break
    from benchmarks.table import Row

on_linux = pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere 127.0.0.1 is the only loopback address"
)

# What is tested here is no part of the bot: tracing it would only cost time.
pytestmark = pytest.mark.untraced

AT_ONCE = {"BOT_PACE": "0"}


def said(
    path: str, *, method: str = "GET", earlier: int = 0, is_known: bool = False
) -> Answer | Break:
    return answers.answer(
        Request(method=method, place=answers.place(path), earlier=earlier, is_known=is_known)
    )


def status(found: Answer | Break) -> int | Break:
    return found.status if isinstance(found, Answer) else found


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", 200),
        ("/ok/150/p7", 200),
        ("/ok/150/p7?from=list", 200),
        ("/ok/150/made-up", 404),
        ("/404/0/p1", 404),
        ("/999/0/p1", 999),
        ("/soft-title/0/made-up", 200),
        ("/moved/0/p1", 301),
        ("/hang/0/p1", "hang"),
        ("/unheard-of/0/p1", 404),
        ("/elsewhere", 404),
    ],
)
def test_a_path_says_what_is_answered(path: str, expected: int | Break) -> None:
    assert status(said(path)) == expected


@pytest.mark.parametrize(
    ("kind", "to_head"), [("head-refused", 405), ("head-lies", 404), ("head-drops", "reset")]
)
def test_some_hosts_answer_get_alone(kind: str, to_head: int | Break) -> None:
    assert status(said(f"/{kind}/0/p1", method="HEAD")) == to_head
    assert status(said(f"/{kind}/0/p1")) == 200


@pytest.mark.parametrize(
    ("kind", "first"), [("busy-once", 503), ("later-once", 429), ("resets-once", "reset")]
)
def test_some_trouble_is_over_the_second_time(kind: str, first: int | Break) -> None:
    assert status(said(f"/{kind}/0/p1")) == first
    assert status(said(f"/{kind}/0/p1", earlier=1)) == 200


def test_a_cookie_wall_opens_to_who_brings_the_cookie() -> None:
    before = said("/cookies/20/p1")

    assert isinstance(before, Answer)
    assert "Location: /cookies/20/p1" in before.headers
    assert status(said("/cookies/20/p1", is_known=True)) == 200


def test_head_gets_the_length_of_the_page_and_not_the_page() -> None:
    get, head = (
        answers.written(Request(method=method, place=answers.place("/ok/0/p1")), Answer())
        for method in ("GET", "HEAD")
    )

    page = get.removeprefix(head)
    assert f"Content-Length: {len(page)}\r\n".encode() in head
    assert b"<title>Page p1</title>" in page


def test_a_seventh_of_a_list_with_trouble_has_it_and_64_links_are_dead() -> None:
    links = lists.troubled(2_000, port=80, median_ms=150)

    assert sum(link.is_dead for link in links) == 64
    assert sum(link.behaviour != "ok" for link in links) == 300
    assert {link.behaviour for link in links} == {"ok", *TROUBLE}
    assert len({link.url for link in links}) == len(links)
    assert links == lists.troubled(2_000, port=80, median_ms=150)


def test_latencies_have_the_median_and_no_tail_without_an_end() -> None:
    links = [urlsplit(link.url) for link in lists.healthy(10_000, port=80, median_ms=150)]
    latencies = sorted(answers.place(link.path).latency_s for link in links)

    assert len({link.hostname for link in links}) == lists.HOSTS
    assert 0.145 <= latencies[5_000] <= 0.155
    assert latencies[9_900] > 0.45
    assert latencies[-1] <= 1.5


def test_a_host_that_counts_says_how_much_is_left_and_then_no() -> None:
    host, meter = Host(), METERS["metered"]

    first, *_, last = [host.metered(meter, now=5.0) for _ in range(meter.burst)]
    too_much = host.metered(meter, now=5.0)

    assert "RateLimit-Remaining: 19" in first.headers
    assert "RateLimit-Remaining: 0" in last.headers
    assert too_much == Answer(status=429, headers=("Retry-After: 1",))
    assert host.metered(meter, now=6.0).status == 200
    assert (host.throttled, host.early) == (1, 0)


@pytest.mark.parametrize(("asked", "early", "wait_s"), [(6.0, 1, 0.0), (7.5, 0, 2.5)])
def test_a_host_notes_whether_retry_after_is_obeyed(
    asked: float, early: int, wait_s: float
) -> None:
    host, meter = Host(), METERS["strict"]
    for _ in range(meter.burst + 1):
        host.metered(meter, now=5.0)
    host.metered(meter, now=5.05)  # was on its way when the 429 was given

    host.metered(meter, now=asked)

    assert (host.early, host.longest_wait_s) == (early, wait_s)


@on_linux
def test_the_web_counts_requests_and_connections_of_each_host(tmp_path: Path) -> None:
    with LoopbackWeb(tmp_path, environment={}) as web:
        for number, asked in ((0, 2), (1, 1)):
            client = http.client.HTTPConnection(lists.address(number), web.port)
            for _ in range(asked):
                client.request("GET", "/ok/1/p1")
                assert b"<title>Page p1</title>" in client.getresponse().read()
            client.close()
        traffic = web.taken()
        again = web.taken()

    assert (traffic.requests, traffic.connections) == (3, 2)
    assert traffic.hosts["127.1.0.1"]["requests"] == 2
    assert (traffic.most("most_open"), traffic.most_open) == (1, 1)
    assert again.requests == 0


@on_linux
def test_what_keeps_a_processor_busy_is_measured(tmp_path: Path) -> None:
    course = Course(count=20, median_ms=1, rounds=1, is_secure=True, most_wall=1.15)

    rows = list(measures.races(tmp_path, AT_ONCE, courses=[course], crowd_ms=1))

    assert failures(rows) == []
    assert kept(rows, "20 links, 1 ms, TLS, wrong verdicts")
    assert kept(rows, "lost with 512 in flight")


@on_linux
def test_what_has_to_wait_is_measured_side_by_side(tmp_path: Path) -> None:
    rows = list(measures.waits(tmp_path, AT_ONCE, count=20, total_s=0.2))

    assert failures(rows) == []
    assert kept(rows, "20 links, 15 % trouble, noise")
    assert kept(rows, "a hanging link, delays other hosts")


def failures(rows: Iterable[Row]) -> list[str]:
    return [row.detail for row in rows if row.verdict == "FAILED"]


def kept(rows: Iterable[Row], measured: str) -> bool:
    return [row.verdict for row in rows if row.measured == measured] == ["ok"]
