"""What the proxy notes, refuses and breaks, each in one sentence."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.e2e.proxy import Cut, Hang, Lost, Proxy, Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.e2e.box import Box, Repository

# What is tested here is no part of the bot: tracing it would only cost time.
pytestmark = pytest.mark.untraced


class Client:
    """Somebody who speaks through a proxy, over one connection."""

    def __init__(self, repository: Repository, proxy: Proxy) -> None:
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {repository.token({'issues': 'write'})}"
        self._at = f"{proxy.url}/repos/{repository.full_name}/"

    def get(self, path: str) -> requests.Response:
        """Read."""
        return self._session.get(self._at + path, timeout=5)

    def post(self, path: str, body: Mapping[str, Any]) -> requests.Response:
        """Write."""
        return self._session.post(self._at + path, json=body, timeout=5)

    def close(self) -> None:
        """Hang up."""
        self._session.close()


@pytest.fixture
def proxy(box: Box) -> Iterator[Proxy]:
    """A proxy whose violations are looked at by the test, not after it."""
    with Proxy(box) as one:
        yield one


@pytest.fixture
def client(repository: Repository, proxy: Proxy) -> Iterator[Client]:
    """A client of the proxy; there is one issue."""
    repository.person("eve").open_issue("x", "y")
    one = Client(repository, proxy)
    yield one
    one.close()


def said(repository: Repository) -> list[str]:
    """The comments on the issue."""
    return [row["body"] for row in repository.comments(1)]


def test_calls_are_noted_and_counted(client: Client, proxy: Proxy) -> None:
    client.get("issues?state=all&per_page=5")
    client.post("issues/1/comments", {"body": "x"})

    first, second = proxy.calls
    assert (first.method, first.query, first.status) == (
        "GET",
        {"state": "all", "per_page": "5"},
        200,
    )
    assert (second.body, second.status) == ({"body": "x"}, 201)
    assert (proxy.reads, proxy.writes, proxy.violations) == (1, 1, [])
    assert proxy.counts() == {
        "GET /repos/{owner}/{repo}/issues": 1,
        "POST /repos/{owner}/{repo}/issues/{issue_number}/comments": 1,
    }


def test_addresses_in_answers_lead_through_the_proxy(client: Client, proxy: Proxy) -> None:
    answer = client.get("git/ref/heads/main").json()

    assert answer["url"].startswith(proxy.url)


def test_pages_in_answers_are_at_githubs_own_address(client: Client) -> None:
    """So the texts that quote them are the same in every run."""
    assert client.get("issues/1").json()["html_url"].startswith("https://github.com/lab/")


def test_a_call_that_is_not_allowed_is_a_violation(client: Client, proxy: Proxy) -> None:
    answer = client.get("milestones")

    assert answer.status_code == 599
    assert "the bot may not make this call" in proxy.violations[0]


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("issues?state=opened", "parameter state is none of"),
        ("issues?per_page=many", "parameter per_page is not a number"),
        ("issues?page=1&colour=red", "unknown query parameter colour"),
        ("issues/first", "parameter issue_number is not a number"),
    ],
)
def test_a_parameter_that_github_does_not_know_is_a_violation(
    client: Client, proxy: Proxy, path: str, what: str
) -> None:
    client.get(path)

    assert what in proxy.violations[0]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ({}, "'body' is a required property"),
        ({"body": 7}, "body.body: 7 is not of type 'string'"),
        ({"body": "x", "text": "y"}, "unknown field text"),
    ],
)
def test_a_body_that_github_does_not_describe_is_a_violation(
    client: Client, proxy: Proxy, body: Mapping[str, Any], what: str
) -> None:
    client.post("issues/1/comments", body)

    assert what in proxy.violations[0]


def test_a_branch_with_slashes_is_one_parameter(client: Client, proxy: Proxy) -> None:
    client.get("git/ref/heads/paper/issue-1")
    client.get("compare/main...paper/issue-1")

    assert proxy.violations == []
    assert list(proxy.counts()) == [
        "GET /repos/{owner}/{repo}/git/ref/{ref}",
        "GET /repos/{owner}/{repo}/compare/{basehead}",
    ]


def test_a_lost_answer_is_of_work_that_was_done(
    client: Client, proxy: Proxy, repository: Repository
) -> None:
    proxy.fail(Lost(), method="POST")

    with pytest.raises(requests.ConnectionError):
        client.post("issues/1/comments", {"body": "x"})
    client.post("issues/1/comments", {"body": "y"})

    assert said(repository) == ["x", "y"]
    assert [call.status for call in proxy.calls] == [0, 201]


def test_a_cut_answer_is_of_work_that_was_done(
    client: Client, proxy: Proxy, repository: Repository
) -> None:
    proxy.fail(Cut(), path="/comments$")

    with pytest.raises(requests.RequestException):
        client.post("issues/1/comments", {"body": "x"})

    assert said(repository) == ["x"]


def test_silence_does_nothing(client: Client, proxy: Proxy, repository: Repository) -> None:
    proxy.fail(Hang(0.1))
    started = time.monotonic()

    with pytest.raises(requests.ConnectionError):
        client.post("issues/1/comments", {"body": "x"})

    assert time.monotonic() - started >= 0.1
    assert said(repository) == []


def test_a_refusal_comes_at_the_call_it_was_meant_for(
    client: Client, proxy: Proxy, repository: Repository
) -> None:
    proxy.fail(Status(403, {"Retry-After": "7"}), method="POST", nth=2, times=2)

    answers = [client.post("issues/1/comments", {"body": text}) for text in "abcd"]

    assert [one.status_code for one in answers] == [201, 403, 403, 201]
    assert answers[1].headers["Retry-After"] == "7"
    assert said(repository) == ["a", "d"]


def test_the_dead_say_nothing_more(client: Client, proxy: Proxy, repository: Repository) -> None:
    proxy.kill_after(2)
    client.post("issues/1/comments", {"body": "a"})
    client.post("issues/1/comments", {"body": "b"})

    for _ in range(3):
        with pytest.raises(requests.ConnectionError):
            client.post("issues/1/comments", {"body": "c"})

    assert said(repository) == ["a", "b"]
    assert len(proxy.calls) == 2


def test_the_hour_runs_out(client: Client, proxy: Proxy) -> None:
    proxy.meter(2)

    answers = [client.get("issues") for _ in range(3)]

    assert [one.status_code for one in answers] == [200, 200, 403]
    left = [one.headers["X-RateLimit-Remaining"] for one in answers]
    assert left == ["1", "0", "0"]
    assert int(answers[2].headers["X-RateLimit-Reset"]) > time.time()


def test_something_happens_between_two_calls(
    client: Client, proxy: Proxy, repository: Repository
) -> None:
    eve = repository.person("eve")
    proxy.before(lambda: eve.comment(1, "before"), method="POST", path="/comments$")
    proxy.after(lambda: eve.comment(1, "after"), method="POST", path="/comments$")

    client.post("issues/1/comments", {"body": "x"})
    client.post("issues/1/comments", {"body": "y"})

    assert said(repository) == ["before", "x", "after", "y"]


def test_what_was_noted_is_forgotten_on_demand(client: Client, proxy: Proxy) -> None:
    client.get("issues")
    proxy.fail(Lost())
    proxy.clear()

    assert client.get("issues").status_code == 200
    assert len(proxy.calls) == 1
