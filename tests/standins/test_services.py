"""The stand-ins for services answer as the real ones were read about."""

from __future__ import annotations

import ssl
from datetime import date
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from bot.config import HostRule
from bot.core import repositories, sources
from bot.core.repositories import Repository
from bot.core.walk import Answered
from bot.model import Question
from bot.settings import SERVICES
from bot.standins import server
from bot.standins.services import (
    CHALLENGE,
    Copy,
    Crossref,
    DoiRegistry,
    GithubApi,
    OpenReview,
    Repo,
    Video,
    Wayback,
    YouTube,
)

if TYPE_CHECKING:
    from bot.model import Verdict
    from bot.settings import Service
    from bot.standins.server import StandIn

_NO_TRUST = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
WATCH = "https://www.youtube.com/watch?v="


def got(stand_in: StandIn, path: str, **query: str) -> httpx.Response:
    # Certificates are not needed here, and reading them takes longer than all the rest.
    return httpx.get(f"{stand_in.url}{path}", params=query or None, verify=_NO_TRUST)


def test_the_registry_tells_registered_dois_from_others() -> None:
    with DoiRegistry(["10.1145/A.1", "10.1002/(sici)1097<1::aid>3"]) as registry:
        known = got(registry, "/api/handles/10.1145/a.1")
        odd = got(registry, "/api/handles/10.1002/%28sici%291097%3C1%3A%3Aaid%3E3")
        bare = got(registry, "/api/handles/10.1145/a.1", type="EMAIL")
        unknown = got(registry, "/api/handles/10.1145/none")
        page = got(registry, "/10.1145/a.1")

    assert (known.status_code, known.json()["responseCode"]) == (200, 1)
    assert known.json()["values"][0]["type"] == "URL"
    assert odd.json()["responseCode"] == 1
    assert bare.json() == {"responseCode": 200, "handle": "10.1145/a.1", "values": []}
    assert unknown.status_code == 404
    assert unknown.json() == {"responseCode": 100, "handle": "10.1145/none"}
    assert page.status_code == 404


def test_crossref_finds_works_by_what_publishers_call_them() -> None:
    with Crossref({"99012345": "10.1109/TMC.2024.1"}) as crossref:
        known = got(crossref, "/works", filter="alternative-id:99012345", rows="1", select="DOI")
        unknown = got(crossref, "/works", filter="alternative-id:1")
        wrong = got(crossref, "/works", filter="pii:1")
        page = got(crossref, "/work")

    assert known.json()["message"]["items"] == [{"DOI": "10.1109/TMC.2024.1"}]
    assert (unknown.status_code, unknown.json()["message"]["items"]) == (200, [])
    assert wrong.status_code == 400
    assert wrong.json()["message"][0]["type"] == "filter-not-available"
    assert (page.status_code, page.text) == (404, "Resource not found.")


@pytest.mark.parametrize(
    ("id_", "status"),
    [
        ("abcdefghijk", 200),
        ("abcdefghij0", 401),
        ("abcdefghij4", 403),
        ("abcdefghij8", 404),
        ("abcdefghijz", 400),
        ("short", 400),
    ],
)
def test_youtube_tells_by_the_status_what_became_of_a_video(id_: str, status: int) -> None:
    videos = {
        "abcdefghijk": Video(title="A talk"),
        "abcdefghij0": Video(title="Here only", shown="on its site"),
        "abcdefghij4": Video(title="Mine", shown="to nobody"),
    }
    with YouTube(videos) as youtube:
        answer = got(youtube, "/oembed", url=WATCH + id_, format="json")
        page = got(youtube, "/watch", v=id_)

    assert answer.status_code == status
    if status == 200:
        assert answer.json()["title"] == "A talk"
    assert page.status_code == 200


def test_openreview_gives_the_notes_of_a_forum() -> None:
    with OpenReview({"B1xTaJHYwS": "FedQuill"}) as openreview:
        openreview.fail_next(CHALLENGE)
        challenged = got(openreview, "/notes", forum="B1xTaJHYwS")
        known = got(openreview, "/notes", forum="B1xTaJHYwS", limit="1")
        unknown = got(openreview, "/notes", forum="other")
        bare = got(openreview, "/notes")
        elsewhere = got(openreview, "/forum", id="B1xTaJHYwS")

    assert (challenged.status_code, challenged.json()["name"]) == (403, "ChallengeRequiredError")
    assert known.json()["notes"][0]["content"]["title"]["value"] == "FedQuill"
    assert unknown.json() == {"notes": [], "count": 0}
    assert (bare.status_code, elsewhere.status_code) == (400, 404)


def graphql(api: GithubApi, *asked: Repository) -> Any:  # noqa: ANN401 - JSON
    text, variables = repositories.query(asked)
    answer = httpx.post(
        f"{api.url}/graphql",
        json={"query": text, "variables": dict(variables)},
        headers={"Authorization": "token x"},
        verify=_NO_TRUST,
    )
    assert answer.status_code == 200
    return answer.json()


def test_github_gives_repositories_by_any_of_their_names_and_errors_for_the_others() -> None:
    repo = Repo(whole_name="lab/quill", is_archived=True, objects=frozenset({"main:docs"}))
    forbidden = Repo(whole_name="corp/secret", trouble="FORBIDDEN")
    with GithubApi({"Ada/FedPrompt": repo, "corp/secret": forbidden}) as api:
        said = graphql(
            api,
            Repository(owner="ada", name="fedprompt"),
            Repository(owner="ada", name="fedprompt", expression="main:docs"),
            Repository(owner="ada", name="fedprompt", expression="main:none"),
            Repository(owner="ada", name="none"),
            Repository(owner="corp", name="secret"),
        )

    plain = {"nameWithOwner": "lab/quill", "isArchived": True, "isDisabled": False}
    assert said["data"] == {
        "r0": plain,
        "r1": {**plain, "object": {"__typename": "Blob"}},
        "r2": {**plain, "object": None},
        "r3": None,
        "r4": None,
    }
    assert [(it["type"], it["path"]) for it in said["errors"]] == [
        ("NOT_FOUND", ["r3"]),
        ("FORBIDDEN", ["r4"]),
    ]


def test_github_without_trouble_says_nothing_of_errors() -> None:
    with GithubApi({"ada/quill": Repo(whole_name="ada/quill")}) as api:
        assert "errors" not in graphql(api, Repository(owner="ada", name="quill"))


def test_github_wants_a_token_and_the_right_address() -> None:
    with GithubApi() as api:
        assert httpx.post(f"{api.url}/graphql", json={}, verify=_NO_TRUST).status_code == 401
        assert got(api, "/graphql").status_code == 404


def test_the_archive_tells_of_copies_and_has_them() -> None:
    with Wayback({"https://example.org/a?b=c": Copy(), "x": Copy(status="404")}) as wayback:
        known = got(wayback, "/wayback/available", url="https://example.org/a?b=c")
        bad = got(wayback, "/wayback/available", url="x")
        unknown = got(wayback, "/wayback/available", url="y")
        elsewhere = got(wayback, "/")
        closest = known.json()["archived_snapshots"]["closest"]
        copy = httpx.get(closest["url"], verify=_NO_TRUST)

    assert closest["url"] == f"{wayback.url}/web/20240513091244/https://example.org/a?b=c"
    assert (closest["available"], closest["status"]) == (True, "200")
    assert bad.json()["archived_snapshots"]["closest"]["status"] == "404"
    assert unknown.json() == {"url": "y", "archived_snapshots": {}}
    assert (copy.status_code, elsewhere.status_code) == (200, 404)


def test_faults_come_before_the_truth() -> None:
    with DoiRegistry(["10.1/x"]) as registry:
        registry.fail_next(server.throttled(retry_after="5"), server.UNAVAILABLE)
        statuses = [got(registry, "/api/handles/10.1/x").status_code for _ in range(3)]

    assert statuses == [429, 503, 200]


SICI = "10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-O"


@pytest.mark.parametrize(
    ("url", "verdict"),
    [
        ("https://doi.org/10.1145/1.2", "ok"),
        ("https://doi.org/10.1145/1.3", "gone"),
        (f"https://doi.org/{SICI.replace('<', '%3C').replace('>', '%3E')}", "ok"),
        ("https://wall.example/doi/pdf/10.1145/1.2", "ok"),
        ("https://wall.example/doi/10.1145/1.3", "gone"),
        ("https://ieeexplore.ieee.org/document/99012345", "ok"),
        ("https://ieeexplore.ieee.org/document/99012346", None),
        ("https://youtu.be/abcdefghijk", "ok"),
        ("https://youtu.be/abcdefghij8", "gone"),
        ("https://youtu.be/short", "gone"),
        ("https://openreview.net/pdf?id=B1xTaJHYwS", "ok"),
        ("https://openreview.net/forum?id=B1xTaJHYwT", None),
    ],
)
def test_what_is_asked_about_a_link_is_understood_and_so_is_the_answer(
    url: str, verdict: Verdict | None
) -> None:
    rules = [
        HostRule(host=host, by="doi", reason="a wall")
        for host in ("wall.example", "ieeexplore.ieee.org")
    ]
    with (
        DoiRegistry(["10.1145/1.2", SICI]) as doi,
        Crossref({"99012345": "10.1109/TMC.2024.1"}) as crossref,
        YouTube({"abcdefghijk": Video(title="A talk")}) as youtube,
        OpenReview({"B1xTaJHYwS": "FedQuill"}) as openreview,
    ):
        base: dict[Service, str] = {
            "doi": doi.url,
            "crossref": crossref.url,
            "youtube": youtube.url,
            "openreview": openreview.url,
        }
        asked = sources.assign(
            url,
            rules=rules,
            today=date(2026, 11, 24),
            services={**SERVICES, **base},
            has_github=False,
        )
        answer = httpx.get(asked.target, verify=_NO_TRUST)

    end = Answered(status=answer.status_code, start=answer.content)
    found = sources.judge(Question(url=url, source=asked.source, target=asked.target), end)
    assert (found.verdict if found else None) == verdict
