"""The stand-in answers as arXiv was seen to."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import httpx
import pytest
from lxml import etree  # type: ignore[import-untyped]  # ships no types

from bot.standins import arxiv
from bot.standins.arxiv import PAPERS, ArxivStandIn

if TYPE_CHECKING:
    from collections.abc import Iterator

TRUST = httpx.create_ssl_context()
"""Made once: it is not needed here, and each `httpx.get` would spend 40 ms on its own."""

NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "x": "http://arxiv.org/schemas/atom",
    "o": "http://a9.com/-/spec/opensearch/1.1/",
}


@pytest.fixture(scope="module")
def stand_in() -> Iterator[ArxivStandIn]:
    with ArxivStandIn() as running:
        yield running


def asked(stand_in: ArxivStandIn, **query: str) -> tuple[int, etree._Element]:
    answer = httpx.get(stand_in.url, params=query, verify=TRUST)
    return answer.status_code, etree.fromstring(answer.content)


def texts(root: etree._Element, path: str) -> list[str]:
    return [str(found) for found in root.xpath(path, namespaces=NAMES)]


def test_the_newest_paper_comes_first_whatever_was_asked_first(stand_in: ArxivStandIn) -> None:
    _, root = asked(stand_in, id_list="cs/0401999,2405.90001,2309.90002")

    assert texts(root, "//a:entry/a:id/text()") == [
        "http://arxiv.org/abs/2405.90001v2",
        "http://arxiv.org/abs/2309.90002v3",
        "http://arxiv.org/abs/cs/0401999v1",
    ]


def test_an_unknown_id_is_silently_absent(stand_in: ArxivStandIn) -> None:
    status, root = asked(stand_in, id_list="2405.90001,2405.99999,0000.0000")

    assert status == 200
    assert len(texts(root, "//a:entry/a:id/text()")) == 1
    assert texts(root, "//o:totalResults/text()") == ["1"]


def test_one_malformed_id_spoils_the_request(stand_in: ArxivStandIn) -> None:
    status, root = asked(stand_in, id_list="2405.90001,<abc>")

    assert status == 400
    assert texts(root, "//a:entry/a:title/text()") == ["Error"]
    assert texts(root, "//a:entry/a:summary/text()") == ["incorrect id format for <abc>"]


def test_a_count_that_is_none_is_an_error(stand_in: ArxivStandIn) -> None:
    assert asked(stand_in, id_list="2405.90001", start="-1")[0] == 400
    assert asked(stand_in, id_list="2405.90001", max_results="all")[0] == 400


def test_ten_results_are_a_page_unless_more_are_asked_for() -> None:
    papers = [dataclasses.replace(arxiv.TUNED, id=f"2405.{n:05}") for n in range(90100, 90112)]
    ids = ",".join(paper.id for paper in papers)
    with ArxivStandIn(papers) as stand_in:
        pages = [
            asked(stand_in, id_list=ids)[1],
            asked(stand_in, id_list=ids, start="10")[1],
            asked(stand_in, id_list=ids, max_results="12")[1],
        ]

    assert [len(texts(page, "//a:entry/a:id/text()")) for page in pages] == [10, 2, 12]
    assert {*texts(pages[0], "//o:totalResults/text()")} == {"12"}
    assert texts(pages[1], "//o:startIndex/text()") == ["10"]
    assert texts(pages[2], "//o:itemsPerPage/text()") == ["12"]


@pytest.mark.parametrize(
    ("id_", "answer", "updated"),
    [
        ("2309.90002v1", "2309.90002v1", "2023-09-18T11:00:09Z"),
        ("2309.90002v2", "2309.90002v2", "2024-06-21T08:30:55Z"),
        ("2309.90002", "2309.90002v3", "2024-11-05T20:01:13Z"),
    ],
)
def test_a_version_that_was_asked_for_is_given(
    stand_in: ArxivStandIn, id_: str, answer: str, updated: str
) -> None:
    _, root = asked(stand_in, id_list=id_)

    assert texts(root, "//a:entry/a:id/text()") == [f"http://arxiv.org/abs/{answer}"]
    assert texts(root, "//a:entry/a:updated/text()") == [updated]
    assert texts(root, "//a:entry/a:published/text()") == ["2023-09-18T11:00:09Z"]


def test_a_version_that_never_was_is_absent(stand_in: ArxivStandIn) -> None:
    assert texts(asked(stand_in, id_list="2309.90002v4")[1], "//a:entry/a:id/text()") == []


def test_a_record_carries_everything_that_authors_typed(stand_in: ArxivStandIn) -> None:
    _, root = asked(stand_in, id_list="2309.90002")

    assert texts(root, "//x:comment/text()") == [arxiv.PUBLISHED.comment]
    assert texts(root, "//x:journal_ref/text()") == [arxiv.PUBLISHED.journal_ref]
    assert texts(root, "//x:doi/text()") == [arxiv.PUBLISHED.doi]
    assert texts(root, "//x:primary_category/@term") == ["cs.CL"]
    assert texts(root, "//a:category/@term") == ["cs.CL", "cs.LG"]
    assert len(texts(root, "//x:affiliation/text()")) == 3


def test_long_titles_wrap_and_keep_their_tex(stand_in: ArxivStandIn) -> None:
    (title,) = texts(asked(stand_in, id_list="2311.90003")[1], "//a:entry/a:title/text()")

    assert "\n  " in title
    assert " ".join(title.split()) == arxiv.WITH_TEX.title


def test_hostile_text_arrives_as_text(stand_in: ArxivStandIn) -> None:
    _, root = asked(stand_in, id_list="2406.90006")

    names = texts(root, "//a:author/a:name/text()")
    assert names == [author.name for author in arxiv.HOSTILE.authors]
    assert " ".join(texts(root, "//a:entry/a:title/text()")[0].split()) == arxiv.HOSTILE.title


def test_another_path_is_not_there(stand_in: ArxivStandIn) -> None:
    assert httpx.get(f"{stand_in.url}/more", verify=TRUST).status_code == 404


def test_every_paper_that_ships_can_be_asked_for_at_once(stand_in: ArxivStandIn) -> None:
    ids = {paper.id for paper in PAPERS}
    _, root = asked(stand_in, id_list=",".join(ids), max_results="100")

    assert len(ids) == len(texts(root, "//a:entry/a:id/text()")) == len(PAPERS)
