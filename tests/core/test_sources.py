"""Who is asked about a link, and what the services' answers mean."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import HostRule
from bot.core import listfile, sources
from bot.core.sources import Assigned
from bot.core.walk import Answered, Failed, Finding, Trouble
from bot.model import Evidence, Identity, Manners, NotThere, Question, Unreachable
from bot.settings import SERVICES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.model import Answer, Source, Verdict

ROOT = Path(__file__).parent.parent.parent
TODAY = date(2026, 11, 24)
HANDLES = "https://doi.org/api/handles/"
WORKS = "https://api.crossref.org/works?filter=alternative-id:"
NOTES = "https://api2.openreview.net/notes?forum="
OEMBED = "https://www.youtube.com/oembed?url=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3D"
JSON = "&format=json"
ONE_WORK = "&rows=1&select=DOI"

RULES = (
    HostRule(host="dl.acm.org", by="doi", reason="a wall"),
    HostRule(host="ieeexplore.ieee.org", by="doi", reason="a wall"),
    HostRule(host="sciencedirect.com", by="doi", reason="a wall", at_once=1),
    HostRule(host="press.example", by="doi", reason="a wall"),
    HostRule(host="old.example", by="nobody", reason="was down", until=date(2026, 11, 23)),
    HostRule(host="today.example", by="nobody", reason="is down", until=TODAY),
    HostRule(host="silent.example", by="nobody", reason="never tells"),
    HostRule(host="slow.example", pause_s=5, at_once=1, reason="asks for it"),
    HostRule(host="twice.example", reason="the first counts", at_once=2),
    HostRule(host="twice.example", by="nobody", reason="the second does not"),
)


def assigned(
    url: str,
    *,
    doi: str | None = None,
    has_github: bool = True,
    rules: Sequence[HostRule] = RULES,
) -> Assigned:
    return sources.assign(
        url, rules=rules, today=TODAY, services=SERVICES, doi=doi, has_github=has_github
    )


# ---- arXiv, DOIs, OpenReview, YouTube, GitHub ----


@pytest.mark.parametrize(
    ("url", "id_"),
    [
        ("https://arxiv.org/abs/2405.90001", "2405.90001"),
        ("http://arxiv.org/abs/2405.90001v2", "2405.90001"),
        ("https://www.arxiv.org/pdf/2405.90001", "2405.90001"),
        ("https://arxiv.org/pdf/2405.90001v1.pdf", "2405.90001"),
        ("https://export.arxiv.org/html/2405.90001v1/", "2405.90001"),
        ("https://ARXIV.org./abs/2405.90001?context=cs.LG#top", "2405.90001"),
        ("https://arxiv.org/abs/math/0309136", "math/0309136"),
        ("https://arxiv.org/abs/math.GT/0309136v1", "math/0309136"),
        ("https://arxiv.org/abs/math%2F0309136", "math/0309136"),
        ("https://doi.org/10.48550/arXiv.2405.90001", "2405.90001"),
        ("https://dx.doi.org/10.48550/ARXIV.2405.90001", "2405.90001"),
    ],
)
def test_a_link_to_a_paper_on_arxiv_is_asked_of_arxiv(url: str, id_: str) -> None:
    assert assigned(url) == Assigned(source="arxiv", id=id_)


@pytest.mark.parametrize(
    ("url", "handle"),
    [
        ("https://doi.org/10.1145/3580305.3599238", "10.1145/3580305.3599238"),
        ("http://dx.doi.org/10.1145/3580305.3599238", "10.1145/3580305.3599238"),
        ("https://www.doi.org/10.1109/TMC.2024.1", "10.1109/tmc.2024.1"),
        ("https://doi.org/doi:10.1145/1", "10.1145/1"),
        ("https://doi.org/10/gf8b5n", "10/gf8b5n"),
        ("https://doi.org/10.1145%2F1", "10.1145/1"),
        (
            "https://doi.org/10.1002/(SICI)1097-4571(199806)49:8%3C693::AID-ASI4%3E3.0.CO;2-O",
            "10.1002/%28sici%291097-4571%28199806%2949%3A8%3C693%3A%3Aaid-asi4%3E3.0.co%3B2-o",
        ),
        ("https://doi.org/10.1000/a%23b%3Fc", "10.1000/a%23b%3Fc"),
        ("https://doi.org/10.1000/50%25", "10.1000/50%25"),
        ("https://doi.org/10.1000/x?utm_source=list#page", "10.1000/x"),
        ("https://doi.org/10.1000/caf%C3%A9", "10.1000/caf%C3%A9"),
        ("https://doi.org/10.18653/v1/2024.emnlp-main.1", "10.18653/v1/2024.emnlp-main.1"),
        ("https://doi.org/10.48550/datacite.x", "10.48550/datacite.x"),
        ("https://doi.org/10.1000/&rows=0", "10.1000/%26rows%3D0"),
    ],
)
def test_a_doi_is_asked_of_the_registry(url: str, handle: str) -> None:
    found = assigned(url)

    assert (found.source, found.target) == ("doi", HANDLES + handle)


@pytest.mark.parametrize(
    ("url", "handle"),
    [
        ("https://dl.acm.org/doi/10.1145/3580305.3599238", "10.1145/3580305.3599238"),
        ("https://dl.acm.org/doi/pdf/10.1145/3580305.3599238", "10.1145/3580305.3599238"),
        ("https://dl.acm.org/doi/abs/10.1145/1.2/", "10.1145/1.2"),
        ("https://DL.ACM.org/doi/full/10.1145/1.2#sec-1", "10.1145/1.2"),
        ("https://dl.acm.org/action/downloadSupplement?doi=10.1145%2F1.2&file=a.zip", "10.1145/1.2"),
        ("https://www.press.example/article/10.1007/s11063-023-1/fulltext.html", "10.1007/s11063-023-1"),
        ("https://press.example/content/pdf/10.1007/978-3-1.pdf", "10.1007/978-3-1"),
        ("https://press.example/doi/10.1002/ABC.1/full", "10.1002/abc.1"),
    ],
)  # fmt: skip
def test_a_publishers_page_behind_a_wall_is_asked_by_its_doi(url: str, handle: str) -> None:
    found = assigned(url, doi="10.9999/of-the-entry")

    assert (found.source, found.target) == ("doi", HANDLES + handle)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        (
            "https://www.sciencedirect.com/science/article/pii/S0893608099001234",
            f"{WORKS}S0893608099001234{ONE_WORK}",
        ),
        (
            "https://www.sciencedirect.com/science/article/abs/pii/S0893608099001234?via%3Dihub",
            f"{WORKS}S0893608099001234{ONE_WORK}",
        ),
        ("https://ieeexplore.ieee.org/document/99012345", f"{WORKS}99012345{ONE_WORK}"),
        ("https://ieeexplore.ieee.org/abstract/document/99012345/", f"{WORKS}99012345{ONE_WORK}"),
    ],
)
def test_a_publishers_own_number_is_asked_of_crossref_unless_the_entry_has_a_doi(
    url: str, target: str
) -> None:
    assert assigned(url).target == target
    assert assigned(url).source == "doi"
    assert assigned(url, doi="10.1109/TMC.2024.1").target == f"{HANDLES}10.1109/tmc.2024.1"
    assert assigned(url, doi="no doi").target == target


@pytest.mark.parametrize(
    ("url", "id_"),
    [
        ("https://github.com/ada/fedprompt", "ada/fedprompt"),
        ("https://github.com/Ada/FedPrompt/", "Ada/FedPrompt"),
        ("http://www.github.com/ada/fedprompt.git", "ada/fedprompt"),
        ("https://github.com/ada/fedprompt#readme", "ada/fedprompt"),
        ("https://github.com/ada/fedprompt?tab=readme-ov-file", "ada/fedprompt"),
        ("https://github.com/ada-inc/fed.prompt_2", "ada-inc/fed.prompt_2"),
        ("https://github.com/ada/fedprompt/tree/main", "ada/fedprompt:main:"),
        ("https://github.com/ada/fedprompt/tree/v1.2/docs/", "ada/fedprompt:v1.2:docs"),
        ("https://github.com/ada/fedprompt/blob/main/a%20b.md#L7", "ada/fedprompt:main:a b.md"),
    ],
)
def test_a_repository_is_asked_of_github(url: str, id_: str) -> None:
    assert assigned(url) == Assigned(source="github", id=id_)
    assert assigned(url, has_github=False) == Assigned()


@pytest.mark.parametrize(
    ("url", "id_"),
    [
        ("https://openreview.net/forum?id=B1xTaJHYwS", "B1xTaJHYwS"),
        ("https://openreview.net/pdf?id=B1xTaJHYwS", "B1xTaJHYwS"),
        ("http://www.openreview.net/forum?id=B1xTaJHYwS&noteId=abc#x", "B1xTaJHYwS"),
    ],
)
def test_a_forum_is_asked_of_openreview(url: str, id_: str) -> None:
    assert assigned(url) == Assigned(source="openreview", id=id_, target=f"{NOTES}{id_}&limit=1")


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/watch?v=aB-_5678901",
        "https://youtube.com/watch?app=desktop&v=aB-_5678901&t=10s",
        "https://m.youtube.com/watch/?v=aB-_5678901",
        "https://youtu.be/aB-_5678901?si=xyz",
        "https://youtu.be/aB-_5678901/",
        "https://www.youtube.com/shorts/aB-_5678901",
        "https://www.youtube.com/embed/aB-_5678901?start=3",
        "https://www.youtube-nocookie.com/embed/aB-_5678901",
        "https://www.youtube.com/live/aB-_5678901",
    ],
)
def test_a_video_is_asked_of_youtubes_oembed(url: str) -> None:
    target = f"{OEMBED}aB-_5678901{JSON}"

    assert assigned(url) == Assigned(source="youtube", id="aB-_5678901", target=target)


@pytest.mark.parametrize(
    "url",
    [
        # arXiv's pages that are no paper's
        "https://arxiv.org/",
        "https://arxiv.org/list/cs.LG/recent",
        "https://arxiv.org/a/holt_m_1",
        "https://info.arxiv.org/help/api",
        "https://arxiv.org/abs/2413.90001",
        "https://arxiv.org/abs/2405.9001",
        "https://arxiv.org/html/2405.90001v1/x1.png",
        "https://arxiv.org/src/2405.90001",
        "https://arxiv.org.example/abs/2405.90001",
        "https://ar5iv.org/abs/2405.90001",
        "https://huggingface.co/papers/2405.90001",
        # no DOI, or one that could lead elsewhere
        "https://doi.org/",
        "https://doi.org/the-identifier/what-is-a-doi",
        "https://doi.org/10.1000/",
        "https://doi.org/10.1000/a/../b",
        "https://doi.org/10.1000/%2E%2E/b",
        "https://doi.org/10.1000/a%00b",
        "https://doi.org/10.1000/%FF",
        "https://notdoi.org/10.1000/x",
        # a wall, and nothing that names a paper
        "https://dl.acm.org/",
        "https://dl.acm.org/action/showLogin",
        "https://dl.acm.org/journal/tist",
        "https://dl.acm.org/doi/10.5555/3666122.3666666",
        "https://ieeexplore.ieee.org/xpl/conhome/1000639/all-proceedings",
        "https://www.sciencedirect.com/journal/neural-networks",
        "https://other.example/doi/10.1145/1.2",
        "https://evil-dl.acm.org.example/doi/10.1145/1.2",
        # GitHub's own pages, and those behind a repository
        "https://github.com",
        "https://github.com/ada",
        "https://github.com/features",
        "https://github.com/features/actions",
        "https://github.com/orgs/ada/repositories",
        "https://github.com/Topics/federated-learning",
        "https://github.com/marketplace/actions",
        "https://github.com/sponsors/ada",
        "https://github.com/settings/profile",
        "https://github.com/search/advanced",
        "https://github.com/user-attachments/files/1/a.pdf",
        "https://github.com/ada/fedprompt/issues",
        "https://github.com/ada/fedprompt/issues/7",
        "https://github.com/ada/fedprompt/releases/tag/v1",
        "https://github.com/ada/fedprompt/wiki/Home",
        "https://github.com/ada/fedprompt/raw/main/a.pdf",
        "https://github.com/ada/fedprompt/blob/main",
        "https://github.com/ada/fedprompt/tree/main@%7Byesterday%7D/docs",
        "https://github.com/ada/fedprompt/tree/main/a/../b",
        "https://github.com/ada/fedprompt/blob/main/a%00b",
        "https://github.com//fedprompt",
        "https://github.com/ada/..",
        "https://github.com/ada/fed%20prompt",
        "https://gist.github.com/ada/0123456789abcdef",
        "https://raw.githubusercontent.com/ada/fedprompt/main/README.md",
        "https://ada.github.io/fedprompt",
        "https://github.com:8080/ada/fedprompt",
        "https://me@github.com/ada/fedprompt",
        # OpenReview's and YouTube's other pages
        "https://openreview.net/group?id=ICLR.cc/2024/Conference",
        "https://openreview.net/profile?id=~Mira_Holt1",
        "https://openreview.net/attachment?id=B1xTaJHYwS&name=pdf",
        "https://openreview.net/pdf/0123456789abcdef.pdf",
        "https://openreview.net/forum",
        "https://openreview.net/forum?id=B1xTaJHYwS&id=other-one",
        "https://openreview.net/forum?id=%3Cscript%3E",
        "https://www.youtube.com/",
        "https://www.youtube.com/@fedlearning",
        "https://www.youtube.com/channel/UCaB-_5678901aB-_5678901",
        "https://www.youtube.com/playlist?list=PLaB-_5678901",
        "https://www.youtube.com/embed/videoseries?list=PLaB-_5678901",
        "https://www.youtube.com/embed/live_stream?channel=UCaB",
        "https://www.youtube.com/watch?v=aB-_5678901%20and",
        "https://www.youtube.com/watch?list=PLaB",
        "https://youtu.be/",
        # no links
        "ftp://arxiv.org/abs/2405.90001",
        "https://[::1",
        "https://arxiv.org:99999/abs/2405.90001",
        "",
    ],
)  # fmt: skip
def test_every_other_link_is_asked_of_its_host(url: str) -> None:
    found = assigned(url)

    assert (found.source, found.id, found.target) == ("web", "", "")


@pytest.mark.parametrize("url", ["https://youtu.be/short", "https://www.youtube.com/watch?v=aB"])
def test_a_video_id_that_lost_a_part_is_asked_too(url: str) -> None:
    """YouTube's own page answers 200 whatever stands there."""
    assert assigned(url).source == "youtube"


@given(
    st.sampled_from(
        ["arxiv.org/abs", "doi.org", "dl.acm.org/doi", "github.com/ada", "openreview.net/forum",
         "youtube.com/watch", "youtu.be", "ieeexplore.ieee.org/document"]
    ),
    st.text(max_size=40),
)  # fmt: skip
def test_no_text_leads_a_question_to_another_address(home: str, rest: str) -> None:
    found = assigned(f"https://{home}/{rest}")

    starts = ("", HANDLES, WORKS, NOTES, OEMBED)
    assert found.target.isascii()
    assert " " not in found.target
    assert any(found.target.startswith(start) for start in starts if start) or not found.target


# ---- rules ----


@pytest.mark.parametrize(
    ("url", "source", "reason"),
    [
        ("https://silent.example/x", "nobody", "never tells"),
        ("https://www.Silent.example/x", "nobody", "never tells"),
        ("https://notsilent.example/x", "web", ""),
        ("https://today.example/", "nobody", "is down"),
        ("https://old.example/", "web", ""),
        ("https://twice.example/", "web", ""),
    ],
)
def test_the_first_rule_that_fits_and_has_not_expired_counts(
    url: str, source: Source, reason: str
) -> None:
    found = assigned(url)

    assert (found.source, found.reason) == (source, reason)


def test_a_rule_for_nobody_goes_before_every_service() -> None:
    rules = (HostRule(host="github.com", by="nobody", reason="on strike"),)

    assert assigned("https://github.com/ada/fedprompt", rules=rules).source == "nobody"


def test_a_rule_about_manners_alone_leaves_the_service() -> None:
    rules = (HostRule(host="arxiv.org", reason="its terms", at_once=1, pause_s=3),)
    found = assigned("https://arxiv.org/abs/2405.90001", rules=rules)

    assert found.source == "arxiv"
    assert found.manners == Manners(at_once=1, pause_s=3)


def test_manners_are_those_of_the_hosts_rule() -> None:
    polite = Manners(at_once=1, pause_s=5)

    assert assigned("https://www.slow.example/").manners == polite
    assert sources.manners("WWW.slow.example", rules=RULES, today=TODAY) == polite
    assert sources.manners("other.example", rules=RULES, today=TODAY) == Manners()


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://dl.acm.org/doi/10.1145/1.2", "doi"),
        ("https://ieeexplore.ieee.org/document/99012345", "doi"),
        ("https://www.sciencedirect.com/science/article/pii/S0893608099001234", "doi"),
        ("https://www.linkedin.com/in/ada", "nobody"),
        ("https://x.com/ada/status/1", "nobody"),
        ("https://twitter.com/ada", "nobody"),
        ("https://www.researchgate.net/publication/1", "nobody"),
        ("https://netflix.com/", "web"),
        ("https://arxiv.org/list/cs.LG/recent", "web"),
    ],
)
def test_the_lists_own_rules_send_links_where_they_should_go(url: str, source: Source) -> None:
    config = listfile.load((ROOT / "list.yaml").read_text("utf-8"))
    assert not isinstance(config, tuple)

    assert assigned(url, rules=config.links.hosts).source == source


# ---- DOIs ----


def question(url: str, *, doi: str | None = None) -> Question:
    found = assigned(url, doi=doi)
    return Question(url=url, source=found.source, target=found.target)


def answered(status: int, said: object = None, *, start: bytes | None = None) -> Answered:
    body = json.dumps(said).encode() if start is None and said is not None else start or b""
    return Answered(status=status, start=body)


def judged(asked: Question, end: Answered | Failed) -> Verdict | None:
    found = sources.judge(asked, end)
    return found.verdict if found else None


DOI = question("https://doi.org/10.1145/1.2")
UNKNOWN = answered(404, {"responseCode": 100, "handle": "10.1145/1.2"})
ODD: tuple[Answered | Failed, ...] = (
    answered(200),
    answered(200, start=b"<title>Down for maintenance</title>"),
    answered(200, start=b'{"responseCode": 1, "handle": "10.1145'),
    answered(200, start=b"[" * 60_000),
    answered(200, start=b"\xff\xfe\x00"),
    answered(200, start=b"1" * 10_000),
    answered(200, []),
    answered(200, None, start=b"null"),
    answered(429),
    answered(500, {"responseCode": 2}),
    answered(503),
    Answered(status=403, is_challenge=True),
    Answered(status=200, is_challenge=True, start=b'{"responseCode": 1, "notes": [{}]}'),
    Failed(trouble="timeout"),
    Failed(trouble="dns"),
    Failed(trouble="forbidden", detail="a private address"),
)


@pytest.mark.parametrize("code", [1, 200])
def test_a_registered_doi_is_ok_whatever_its_publisher_answers(code: int) -> None:
    found = sources.judge(DOI, answered(200, {"responseCode": code, "values": []}))

    assert found == Finding(verdict="ok", reason="the DOI is registered")


def test_a_doi_that_the_registry_does_not_know_is_gone() -> None:
    found = sources.judge(DOI, UNKNOWN)

    assert found == Finding(verdict="gone", reason="no such DOI is registered", failure="404")


def test_a_404_that_is_not_the_registrys_own_proves_nothing() -> None:
    assert judged(DOI, answered(404, start=b"<title>Not Found</title>")) == "blocked"
    assert judged(DOI, answered(404, {"responseCode": True})) == "blocked"
    assert judged(DOI, answered(404, {"error": "no such route"})) == "blocked"
    assert judged(DOI, answered(200, {"responseCode": "1"})) == "blocked"


@pytest.mark.parametrize("end", ODD, ids=lambda end: str(end)[:60])
def test_a_registry_that_cannot_be_asked_says_nothing(end: Answered | Failed) -> None:
    found = sources.judge(DOI, end)

    assert found is not None
    assert found.verdict == "blocked"
    assert found.reason.startswith("the registry of DOIs could not be asked")
    assert found.failure is None


def test_a_service_that_cannot_be_asked_tells_nothing() -> None:
    for trouble in get_args(Trouble):
        found = sources.judge(DOI, Failed(trouble=trouble))
        assert found is not None
        assert (found.verdict, found.is_untold) == ("blocked", True)


@pytest.mark.parametrize(
    ("url", "verdict"),
    [
        ("https://dl.acm.org/doi/10.1145/1.2", "gone"),
        ("https://dl.acm.org/doi/pdf/10.1145/1.2", "gone"),
        ("https://dl.acm.org/doi/10.1145/1.2/suppl_file/a.zip", None),
        ("https://dl.acm.org/action/downloadSupplement?doi=10.1145/1.2", None),
        ("https://press.example/content/10.1101/2024.01.01.1v1", None),
        ("https://press.example/article/10.1007/s1/figures/1", None),
    ],
)
def test_a_publishers_page_is_gone_only_where_the_address_is_nothing_but_its_doi(
    url: str, verdict: Verdict | None
) -> None:
    """Behind a DOI stand names of files, figures and versions, which nobody registers."""
    assert judged(question(url), UNKNOWN) == verdict


def test_an_entrys_doi_that_is_not_registered_proves_nothing_against_another_page() -> None:
    asked = question("https://ieeexplore.ieee.org/document/99012345", doi="10.1109/typo")

    assert judged(asked, UNKNOWN) is None
    assert judged(asked, answered(200, {"responseCode": 1})) == "ok"


def test_crossref_knows_a_paper_or_the_page_is_asked() -> None:
    asked = question("https://ieeexplore.ieee.org/document/99012345")

    assert judged(asked, answered(200, {"message": {"items": [{"DOI": "10.1109/x"}]}})) == "ok"
    assert judged(asked, answered(200, {"message": {"items": []}})) is None


@pytest.mark.parametrize(
    "end",
    [
        *ODD,
        answered(404, start=b"Resource not found."),
        answered(400, {"message": [{"type": "filter-not-available"}]}),
        answered(200, {"message": {"items": "many"}}),
    ],
    ids=lambda end: str(end)[:60],
)
def test_crossrefs_trouble_says_nothing(end: Answered | Failed) -> None:
    found = sources.judge(question("https://ieeexplore.ieee.org/document/99012345"), end)

    assert found is not None
    assert found.verdict == "blocked"
    assert found.reason.startswith("Crossref could not be asked")


# ---- YouTube ----

VIDEO = question("https://youtu.be/abcdefghijk")
NO_VIDEO = question("https://youtu.be/abcdefghijz")


@pytest.mark.parametrize(
    ("asked", "end", "verdict", "reason"),
    [
        (VIDEO, answered(200, {"title": "A talk"}), "ok", "YouTube has the video"),
        (VIDEO, answered(401), "ok", "YouTube has the video, on its own site only"),
        (VIDEO, answered(403), "blocked", "the video is private"),
        (VIDEO, answered(404), "gone", "the video was deleted"),
        (NO_VIDEO, answered(400), "gone", "YouTube knows no such video"),
        (question("https://youtu.be/short"), answered(400), "gone", "YouTube knows no such video"),
        (VIDEO, answered(400), "blocked", "YouTube could not be asked (HTTP 400)"),
        (VIDEO, answered(200, start=b"Forbidden"), "blocked", "YouTube could not be asked (HTTP 200)"),
        (VIDEO, Failed(trouble="timeout"), "blocked", "YouTube could not be asked"),
    ],
)  # fmt: skip
def test_youtube_tells_what_became_of_a_video(
    asked: Question, end: Answered | Failed, verdict: Verdict, reason: str
) -> None:
    found = sources.judge(asked, end)

    assert found is not None
    assert (found.verdict, found.reason) == (verdict, reason)
    assert found.failure == ("404" if verdict == "gone" else None)


@pytest.mark.parametrize("end", ODD, ids=lambda end: str(end)[:60])
def test_youtubes_trouble_says_nothing(end: Answered | Failed) -> None:
    assert judged(VIDEO, end) == "blocked"


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ({"title": " FedQuill:\n a\u202etalk "}, "FedQuill: atalk"),
        ({"title": "x" * 100_000}, "x" * 299 + "…"),
        ({"title": ["x"]}, None),
        ({"title": ""}, None),
        ({"html": "<iframe>"}, None),
    ],
)
def test_a_videos_title_is_clean_and_short(said: object, title: str | None) -> None:
    found = sources.judge(VIDEO, answered(200, said))

    assert found is not None
    assert found.title == title


# ---- OpenReview, and who is not asked here ----

FORUM = question("https://openreview.net/forum?id=B1xTaJHYwS")


def test_a_forum_with_notes_is_there() -> None:
    assert judged(FORUM, answered(200, {"notes": [{"id": "B1xTaJHYwS"}], "count": 1})) == "ok"


@pytest.mark.parametrize(
    "end",
    [
        *ODD,
        answered(200, {"notes": [], "count": 0}),
        answered(200, {"notes": "none"}),
        answered(403, {"name": "ChallengeRequiredError", "status": 403}),
        answered(404, {"name": "NotFoundError", "status": 404}),
    ],
    ids=lambda end: str(end)[:60],
)
def test_whatever_else_openreview_says_its_page_is_asked(end: Answered | Failed) -> None:
    """Older forums live in another version of the API, which nobody is told to ask."""
    assert sources.judge(FORUM, end) is None


@pytest.mark.parametrize("source", ["web", "github", "arxiv", "nobody"])
def test_only_the_services_that_answer_one_by_one_are_judged_here(source: Source) -> None:
    asked = Question(url="https://example.org", source=source)

    assert sources.judge(asked, answered(404)) is None


@given(
    st.sampled_from([DOI, VIDEO, FORUM, question("https://ieeexplore.ieee.org/document/99012345")]),
    st.integers(100, 999),
    st.binary(max_size=60)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["responseCode", "message", "items", "notes", "title"]), inner
            )
        ),
        max_leaves=6,
    ).map(lambda said: json.dumps(said).encode()),
)
def test_no_answer_is_too_odd_to_be_judged(asked: Question, status: int, start: bytes) -> None:
    found = sources.judge(asked, Answered(status=status, start=start))

    assert found is None or found.verdict in {"ok", "gone", "blocked"}


# ---- arXiv ----


def paper(comment: str | None) -> Evidence:
    return Evidence(
        source="arxiv",
        paper=Identity(kind="arxiv", id="2405.90001"),
        title="FedQuill",
        authors=("Mira Holt",),
        comment=comment,
    )


@pytest.mark.parametrize(
    ("answer", "verdict", "reason", "note"),
    [
        (paper(None), "ok", "arXiv has the paper", ""),
        (paper("14 pages"), "ok", "arXiv has the paper", ""),
        (paper("Withdrawn"), "ok", "arXiv has the paper", "withdrawn by its authors"),
        (NotThere(source="arxiv", what="?"), "gone", "arXiv knows no such paper", ""),
        (Unreachable(source="arxiv", what="?"), "blocked", "arXiv could not be asked", ""),
    ],
)
def test_arxiv_tells_what_became_of_a_paper(
    answer: Answer, verdict: Verdict, reason: str, note: str
) -> None:
    look = sources.paper_look("https://arxiv.org/abs/2405.90001", answer)

    assert (look.verdict, look.reason, look.note) == (verdict, reason, note)
    assert look.failure == ("404" if verdict == "gone" else None)
    assert look.attempts == 0
