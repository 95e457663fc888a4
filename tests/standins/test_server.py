"""The loopback server itself: what each fault looks like to a client."""

from __future__ import annotations

import time

import httpx
import pytest

from bot.standins import server
from bot.standins.server import Reply, Request, StandIn

TRUST = httpx.create_ssl_context()
"""Made once: it is not needed here, and each `httpx.get` would spend 40 ms on its own."""


def hello(request: Request) -> Reply:
    return Reply(body=f"hello {request.path}".encode())


def test_an_answer_carries_its_status_headers_and_length() -> None:
    with StandIn(lambda _: Reply(status=404, headers={"X-Why": "gone"}, body=b"no")) as stand_in:
        answer = httpx.get(stand_in.url, verify=TRUST)

    assert (answer.status_code, answer.text) == (404, "no")
    assert (answer.headers["X-Why"], answer.headers["Content-Length"]) == ("gone", "2")


def test_a_head_request_gets_headers_only() -> None:
    with StandIn(hello) as stand_in:
        answer = httpx.head(f"{stand_in.url}/x", verify=TRUST)

    assert (answer.content, answer.headers["Content-Length"]) == (b"", "8")


def test_the_log_tells_what_was_asked() -> None:
    with StandIn(hello) as stand_in:
        httpx.post(
            f"{stand_in.url}/a/b?x=1&y=", content=b"body", headers={"X-Test": "yes"}, verify=TRUST
        )

    (request,) = stand_in.log
    assert (request.method, request.path) == ("POST", "/a/b")
    assert dict(request.query) == {"x": "1", "y": ""}
    assert request.headers["x-test"] == "yes"
    assert request.body == b"body"
    assert request.at <= time.monotonic()


def test_faults_are_met_in_order_and_then_the_truth_comes() -> None:
    with StandIn(hello) as stand_in:
        stand_in.fail_next(server.throttled(retry_after="7"), server.UNAVAILABLE, server.HTML)
        with httpx.Client(base_url=stand_in.url, verify=TRUST) as client:
            answers = [client.get("/") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [429, 503, 200, 200]
    assert answers[0].headers["Retry-After"] == "7"
    assert answers[2].text.startswith("<!doctype html>")
    assert answers[3].text == "hello /"
    assert len(stand_in.log) == 4


def test_a_refusal_need_not_say_when_to_come_back() -> None:
    assert "Retry-After" not in server.throttled().headers


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        pytest.param(server.HANG, httpx.ReadTimeout, id="hang"),
        pytest.param(server.RESET, httpx.ReadError, id="reset"),
        pytest.param(server.GARBAGE, httpx.RemoteProtocolError, id="garbage"),
        pytest.param("cut", httpx.RemoteProtocolError, id="cut"),
        pytest.param(Reply(body=b"12345678", trouble="cut"), httpx.RemoteProtocolError, id="half"),
    ],
)
def test_each_trouble_is_seen_by_the_client(fault: Reply, error: type[Exception]) -> None:
    with StandIn(hello) as stand_in:
        stand_in.fail_next(fault)
        with pytest.raises(error):
            httpx.get(stand_in.url, timeout=0.2, verify=TRUST)
        after = httpx.get(stand_in.url, verify=TRUST)

    assert after.text == "hello /"


def test_a_dripping_answer_goes_on_past_every_read_time_limit() -> None:
    with (
        StandIn(lambda _: server.DRIP) as stand_in,
        httpx.stream("GET", stand_in.url, timeout=1.0, verify=TRUST) as answer,
    ):
        chunks = answer.iter_raw()
        drops = [next(chunks) for _ in range(2)]

    assert b"".join(drops).strip(b".") == b""


def test_two_stand_ins_live_on_two_loopback_addresses() -> None:
    with StandIn(hello) as one, StandIn(hello, host="127.0.0.2") as two:
        assert two.url.startswith("http://127.0.0.2:")
        assert httpx.get(one.url, verify=TRUST).text == httpx.get(two.url, verify=TRUST).text


def test_answers_on_a_kept_connection_come_at_once() -> None:
    """Nagle's algorithm would hold each body back for 40 ms."""
    times = []
    with (
        StandIn(hello) as stand_in,
        httpx.Client(base_url=stand_in.url, verify=TRUST) as client,
    ):
        for _ in range(10):
            begin = time.monotonic()
            client.get("/")
            times.append(time.monotonic() - begin)

    assert min(times[1:]) < 0.03
