from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from bot.core import entry, linkfix, memo
from bot.core.entry import Listed
from bot.plan import Pull
from tests.core.seeing import NOW, failing, fixes, good, linked, memory, mending, moved
from tests.making import listed, rendered

if TYPE_CHECKING:
    from bot.model import LinkState, Memory

CODE = "https://github.com/ada/fed"
NEW = "https://github.com/ada/federated"
COPY = f"https://web.archive.org/web/2024/{CODE}"
GONE = failing(CODE, archived=COPY)
US = frozenset({"us"})


def offered(*found: linkfix.Fix) -> list[tuple[str, str, str]]:
    return [(fix.place.field, fix.new, fix.kind) for fix in found]


def test_a_link_that_moved_for_good_gets_its_new_address() -> None:
    assert offered(*fixes(memory(moved(CODE, NEW)), linked(code=CODE))) == [("code", NEW, "moved")]


def test_one_night_proves_no_move() -> None:
    assert fixes(memory(moved(CODE, NEW, moves=1)), linked(code=CODE)) == ()


def test_what_is_gone_gets_its_archived_copy() -> None:
    [fix] = fixes(memory(GONE), linked(code=CODE))

    assert (fix.new, fix.kind, fix.since) == (COPY, "archived", date(2026, 11, 21))


@pytest.mark.parametrize(
    "state",
    [
        replace(GONE, reported=None, strikes=1, since=NOW, failures=((NOW, "404"),)),
        failing(CODE, "server", archived=COPY),
        replace(GONE, ignored=date(2026, 11, 23)),
        replace(GONE, declined=COPY),
        replace(GONE, archived=None),
        replace(GONE, archived="http://127.0.0.1/x"),
        moved(CODE, "javascript:alert(1)"),
        moved(CODE, NEW, declined=NEW),
        good(CODE, archived=COPY),
        mending(CODE, archived=COPY),
    ],
    ids=[
        "not told", "not gone", "left alone", "declined", "no copy", "private", "no link", "declined move", "works",
        "works again",
    ],
)  # fmt: skip
def test_nothing_else_is_proposed(state: LinkState) -> None:
    assert fixes(memory(state), linked(code=CODE)) == ()


@pytest.mark.parametrize("state", [GONE, moved(CODE, NEW)], ids=["gone", "moved"])
def test_a_night_that_tells_nothing_takes_nothing_back(state: LinkState) -> None:
    silent = replace(state, verdict="blocked", status=None, reason="HTTP 403")

    found = fixes(memory(silent), linked(code=CODE))

    assert found == fixes(memory(state), linked(code=CODE)) != ()


def test_an_address_is_written_as_every_link_of_the_list() -> None:
    [fix] = fixes(memory(moved(CODE, "https://GitHub.com/a b|c")), linked(code=CODE))

    assert fix.new == "https://github.com/a%20b%7Cc"


@pytest.mark.parametrize(
    "fields",
    [
        {"locked": ["code"]},
        {"locked": ["links"]},
        {"sources": {"links": "person"}},
        {"sources": {"code": "person"}},
    ],
    ids=str,
)
def test_what_a_person_decided_stays(fields: dict[str, Any]) -> None:
    one = listed(links={"code": CODE}, **fields)

    assert fixes(memory(GONE), one) == ()


def test_what_a_list_or_a_service_said_is_changed_and_nothing_else() -> None:
    one = listed(links={"code": CODE, "page": "https://example.org/x"}, sources={"links": "list"})
    [fix] = fixes(memory(GONE), one)

    changed = linkfix.applied([fix], [one])[one.path]

    before, after = entry.dump(one.entry).split("\n"), entry.dump(changed).split("\n")
    assert [row for row in before if row not in after] == [
        f"links: {{code: '{CODE}', page: 'https://example.org/x'}}"
    ]
    assert changed.links["code"] == COPY


def test_of_ids_only_a_plain_link_moves() -> None:
    by_link = listed(ids={"url": "https://example.org/p"})
    by_doi = listed(ids={"doi": "10.1145/1"})

    assert offered(*fixes(memory(moved("https://example.org/p", "https://example.org/q")), by_link)) == [
        ("ids.url", "https://example.org/q", "moved")
    ]  # fmt: skip
    assert fixes(memory(moved("https://doi.org/10.1145/1", "https://example.org/q")), by_doi) == ()
    assert fixes(memory(failing("https://example.org/p", archived=COPY)), by_link) == ()


@pytest.mark.parametrize(
    "target", ["https://example.org/other", "https://arxiv.org/abs/2405.90009"]
)
def test_what_the_list_would_not_take_is_not_proposed(target: str) -> None:
    """Two papers of one address, or an id of another kind."""
    one = listed("entries/2024/a.yaml", title="A", ids={"url": "https://example.org/p"})
    two = listed("entries/2024/b.yaml", title="B", ids={"url": "https://example.org/other"})

    assert fixes(memory(moved("https://example.org/p", target)), one, two) == ()


def test_a_link_in_two_entries_is_mended_in_both_and_counted_once() -> None:
    found = fixes(memory(GONE), linked("a", code=CODE), linked("b", "2405.90002", page=CODE))

    assert [fix.place.field for fix in found] == ["code", "page"]
    assert linkfix.title(found) == "Mend 1 link"


def test_the_table_shows_each_change_and_what_proves_it() -> None:
    slides = "http://www.example.org/s.pdf"
    known = memory(GONE, moved(slides, "https://example.org/s.pdf"))

    page = rendered(linkfix.body(fixes(known, linked(code=CODE, slides=slides))))

    assert page.elements.count("tr") == 2
    assert "gone since 2026-11-21" in page.text
    assert f"slides: {slides} becomes https://example.org/s.pdf" in page.text
    assert page.links == []


def test_a_long_table_is_cut_with_a_count() -> None:
    long = "x" * 1_900
    links = [f"https://example.org/{n}/{long}" for n in range(250)]
    entries = [
        Listed(path=f"entries/2024/p{n}.yaml", entry=linked(f"p{n}", f"2405.{n:05}", code=url).entry)
        for n, url in enumerate(links, 10_000)
    ]  # fmt: skip
    found = fixes(memory(*(moved(url, f"{url}y") for url in links)), *entries)

    body = linkfix.body(found)

    assert len(found) == linkfix.MOST_FIXES
    assert len(body) < 60_000
    assert "more, which the changed files show" in body


# What people said to it


def pull(*found: linkfix.Fix, **fields: Any) -> Pull:  # noqa: ANN401 - of a pull request
    plain: dict[str, Any] = {
        "number": 7, "branch": "bot/links", "head": "x", "title": "", "is_open": False,
        "body": linkfix.body(found), "author": "us",
    }  # fmt: skip
    return Pull(**(plain | fields))


def declined(known: Memory, *pulls: Pull) -> str | None:
    return linkfix.settled(known, pulls, us=US, now=NOW).links[CODE].declined


def test_closing_it_declines_what_it_held_and_opening_it_takes_that_back() -> None:
    known = memory(GONE)
    held = fixes(known, linked(code=CODE))
    settled = linkfix.settled(known, [pull(*held)], us=US, now=NOW)

    assert settled.links[CODE].declined == COPY
    assert fixes(settled, linked(code=CODE)) == ()
    assert declined(settled, pull(*held, is_open=True)) is None
    assert declined(known, pull(*held, is_merged=True)) is None
    assert declined(known, pull(*held, body=linkfix.emptied())) is None
    assert declined(known, pull(*held, body=held[0].new)) is None


def test_closing_it_declines_what_it_held_whatever_a_person_wrote_above() -> None:
    known = memory(GONE)
    held = fixes(known, linked(code=CODE))
    body = f"No thanks.\n\n{linkfix.body(held)}".replace("\n", "\r\n")

    assert declined(known, pull(*held, body=body)) == COPY


def test_what_somebody_else_wrote_declines_nothing() -> None:
    known = memory(GONE)
    held = fixes(known, linked(code=CODE))

    assert declined(known, pull(*held, author="eve")) is None


def test_another_copy_than_the_declined_one_is_proposed() -> None:
    held = fixes(memory(GONE), linked(code=CODE))
    known = memory(replace(GONE, archived=f"{COPY}#2"))

    assert declined(known, pull(*held)) is None


def test_what_is_remembered_in_it_names_no_address() -> None:
    told = memo.read(memo.PULL, linkfix.body(fixes(memory(GONE), linked(code=CODE))))

    assert memo.words(told, "fixes") == {memo.digest(CODE): memo.digest(COPY)}
