from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from bot.core import linkreport
from bot.core.linkreport import MARKER
from bot.core.talk import MOST_BODY
from bot.model import LinkState
from bot.plan import Issue
from tests.core.seeing import (
    NOW,
    days_ago,
    drawn,
    failing,
    good,
    linked,
    memory,
    mending,
    moved,
    sight,
)
from tests.making import listed, rendered, titles

if TYPE_CHECKING:
    from bot.core.entry import Listed
    from bot.model import Memory

CODE = "https://github.com/ada/fed"
SLIDES = "https://slides.example.org/a.pdf"
REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "link-report.md"


def test_the_example_of_the_reference_is_what_is_made() -> None:
    """One of each kind, to look at."""
    down = "https://lab.example.org"
    entries = (
        linked("holt2024fedquill", code=CODE, slides=f"{down}/a.pdf", page="http://www.example.org"),
        listed(
            "entries/2024/tanaka2024quiet.yaml", title="Quiet", ids={"arxiv": "2405.90002"},
            links={
                "code": CODE, "slides": f"{down}/b.pdf", "video": "https://tls.example.org/v",
                "page": "https://quiet.example.org/",
            },
            sources={"links": "person"},
        ),
    )  # fmt: skip
    silent: dict[str, Any] = {"reason": "no such name", "is_host_down": True, "nights": 6}
    states = [
        failing(CODE, archived=f"https://web.archive.org/web/2024/{CODE}"),
        failing(f"{down}/a.pdf", "name", **silent),
        failing(f"{down}/b.pdf", "name", **silent),
        failing("https://tls.example.org/v", "certificate", nights=9, reason="The certificate expired"),
        mending("https://quiet.example.org/"),
        moved("http://www.example.org", "https://www.example.org/"),
        good("https://arxiv.org/abs/2405.90001", note="withdrawn by its authors"),
        good("https://arxiv.org/abs/2405.90002", ignored=date(2027, 2, 21)),
    ]  # fmt: skip

    made = drawn(states, *entries, pull=12).body

    [shown] = re.findall(r"```markdown\n(.*?)```", REFERENCE.read_text("utf-8"), re.DOTALL)
    assert made == shown
    page = rendered(made)
    assert page.elements.count("h2") == 4
    assert page.elements.count("details") == 2
    assert page.text.count("leave it alone") == 3


@pytest.mark.parametrize(
    ("state", "heading"),
    [
        (failing(CODE), "Gone"),
        (failing(CODE, "410"), "Gone"),
        (failing(CODE, "server"), "Do not answer"),
        (failing(CODE, "network"), "Do not answer"),
        (failing(CODE, "name"), "Do not answer"),
        (failing(CODE, "certificate", nights=7), "Certificate problems"),
        (LinkState(url=CODE, verdict="invalid", asked=NOW), "Cannot be asked"),
    ],
    ids=str,
)
def test_each_kind_of_failing_has_its_heading(state: LinkState, heading: str) -> None:
    report = drawn([state], linked(code=CODE))

    assert [one.heading for one in report.told] == [heading]
    assert f"## {heading}\n" in report.body
    assert report.is_open


def test_what_people_need_not_hear_opens_nothing() -> None:
    entry = linked(code=CODE, slides=SLIDES)
    flaky = [(days_ago(n), "server") for n in (9, 7, 5, 3, 1)]
    states = [
        good(CODE, note="archived by its owner"),
        good(SLIDES, failures=tuple(flaky), reason="HTTP 200"),
        good("https://arxiv.org/abs/2405.90001", verdict="blocked", good=None),
    ]

    report = drawn(states, entry)

    assert not report.is_open
    assert report.told == ()
    assert "Fail now and then (1)" in report.body
    assert "HTTP 200" not in report.body
    assert "archived by its owner" in report.body
    assert "could tell whether 1 link works" in report.body


def test_nothing_changes_while_a_link_only_goes_on_failing() -> None:
    entry, state = linked(code=CODE), failing(CODE)
    one = sight([state], entry)
    tomorrow = NOW + timedelta(days=1)
    longer = replace(
        state, asked=tomorrow, strikes=4, failures=(*state.failures, (tomorrow, "404"))
    )

    again = replace(one, memory=memory(longer), now=tomorrow)

    assert linkreport.drawn(one).body == linkreport.drawn(again).body


@pytest.mark.parametrize(
    "fields",
    [{"good": days_ago(8)}, {"good": None, "failures": ((days_ago(20), "server"),)}],
    ids=["good", "failed"],
)
def test_a_link_that_tells_nothing_tonight_changes_nothing(fields: dict[str, Any]) -> None:
    """Where it told something within a month."""
    entry, state = linked(code=CODE, slides=SLIDES), good(CODE, **fields)
    silent = replace(state, verdict="blocked", reason="HTTP 403")

    night = drawn([failing(SLIDES), silent], entry)

    assert night.body == drawn([failing(SLIDES), state], entry).body
    assert "| do not tell | 1 |" in linkreport.summary(night)


def test_links_that_never_tell_are_counted() -> None:
    silent: dict[str, Any] = {"verdict": "blocked", "reason": "HTTP 403"}
    states = [good(CODE, good=None, **silent), good(SLIDES, good=days_ago(30), **silent)]

    body = drawn(states, linked(code=CODE, slides=SLIDES)).body

    assert "No look of the last 30 days could tell whether 2 links work" in body


@pytest.mark.parametrize("verdict", ["ok", "blocked"])
def test_a_told_link_that_worked_since_is_watched_and_not_called_failing(verdict: str) -> None:
    """Also where the night after its good one told nothing."""
    state = mending(
        CODE, verdict=verdict, reported=days_ago(7), archived="https://web.archive.org/web/1/x"
    )

    report = drawn([state], linked(code=CODE))

    assert report.is_open
    assert [one.heading for one in report.told] == ["Work again"]
    assert (
        f"- `{CODE}`: works since 2026-11-22; one more good night, and it goes from here\n"
        in report.body
    )
    assert "holt2024fedquill.yaml), code\n" in report.body
    assert "archive.org" not in report.body
    assert report.problems == ()
    [row] = report.rows
    assert row.startswith(f"Work again: `{CODE}` since 2026-11-22; ")


def test_a_look_that_told_nothing_is_not_given_as_the_cause() -> None:
    state = failing(CODE, verdict="blocked", reason="HTTP 403: the site does not show itself")

    report = drawn([state], linked(code=CODE))

    told = "the last look told nothing: HTTP 403: the site does not show itself"
    assert f"- `{CODE}`: since 2026-11-21, {told}\n" in report.body
    assert told in report.problems[0].what


def test_a_host_that_is_down_is_one_line_with_one_box() -> None:
    urls = [f"https://down.example.org/{n}" for n in range(12)]
    entries = [linked(f"p{n}", f"2405.9{n:04}", code=url) for n, url in enumerate(urls)]
    states = [failing(url, "network", nights=5, is_host_down=True) for url in urls]

    body = drawn(states, *entries).body

    assert "`down.example.org`: 12 links of this host since 2026-11-19" in body
    assert body.count("[ ]") == 1
    assert "and 2 more places" in body
    known = memory(*states)
    later = ticked(known, body.replace("[ ]", "[x]"))
    assert {one.ignored for one in later.links.values()} == {date(2027, 2, 21)}


def test_a_hosts_box_counts_for_the_links_that_it_stood_for_whatever_came_of_them() -> None:
    down = "https://down.example.org"
    gone, one, other, new = (f"{down}/{name}" for name in ("gone", "one", "other", "new"))
    silent: dict[str, Any] = {"nights": 9, "is_host_down": True}
    shown = memory(
        failing(gone), failing(one, "server", **silent), failing(other, "server", **silent)
    )
    entries = linked(code=gone, slides=one, video=other, page=new)
    body = box(drawn(shown.links.values(), entries).body, "leave them alone")

    tonight = memory(failing(gone), mending(one), good(other), failing(new))
    links = linkreport.ticked(tonight, body, shown=shown, now=NOW).links

    assert [name for name in (gone, one, other, new) if links[name].ignored] == [one, other]


@pytest.mark.parametrize(
    ("state", "entry", "proposal"),
    [
        (failing(CODE), linked(code=CODE), "take `code` out of the entry"),
        (failing(CODE, "server"), linked(code=CODE), "if it stays so, take `code` out"),
        (failing(CODE), listed(ids={}, links={"page": CODE}), "find another page"),
        (failing(CODE), listed(ids={"url": CODE}), "correct the id"),
        (failing(CODE), listed(links={"code": CODE}, locked=["code"]), "a person decided on it"),
        (
            failing(CODE, archived="https://web.archive.org/web/1/x"),
            linked(code=CODE),
            "the branch `bot/links` puts the archived copy",
        ),
    ],
    ids=["gone", "silent", "only page", "id", "locked", "copy"],
)
def test_each_place_has_its_cure(state: LinkState, entry: Listed, proposal: str) -> None:
    assert proposal in drawn([state], entry).body


def test_a_move_that_the_bot_may_not_make_is_named() -> None:
    entry = listed(links={"code": CODE}, sources={"links": "person"})

    body = drawn([moved(CODE, f"{CODE}2")], entry).body

    assert f"`{CODE}`: moved to `{CODE}2`" in body


# The first example compiles the templates, which takes its time on a busy machine.
@given(titles(), titles(), titles())
def test_what_strangers_write_does_nothing_in_it(reason: str, note: str, title: str) -> None:
    entry = listed(title=title, links={"code": CODE, "slides": SLIDES})
    plain = drawn([failing(CODE, reason="x"), good(SLIDES, note="x")], entry)

    hostile = drawn([failing(CODE, reason=reason), good(SLIDES, note=note)], entry)

    page, usual = rendered(hostile.body), rendered(plain.body)
    assert page.links == usual.links
    kinds = [name for name in page.elements if name not in {"code", "span"}]
    assert kinds == [name for name in usual.elements if name not in {"code", "span"}]
    assert ticked(memory(failing(CODE)), hostile.body) == memory(failing(CODE))


def test_a_title_with_a_box_of_its_own_ticks_nothing() -> None:
    name = re.findall("leave ([0-9a-f]{16})", drawn([failing(CODE)], linked(code=CODE)).body)[0]
    reason = f"x\n- [x] <!-- list-bot:leave {name} -->"

    body = drawn([failing(CODE, reason=reason)], linked(code=CODE)).body

    assert ticked(memory(failing(CODE)), body).links[CODE].ignored is None


def test_five_hundred_dead_links_fit_and_the_rest_is_counted() -> None:
    urls = [f"https://example.org/{n}/{'x' * 200}" for n in range(500)]
    entries = [linked(f"p{n}", f"2405.{n + 10_000}", code=url) for n, url in enumerate(urls)]
    editorial = [
        good(f"https://arxiv.org/abs/2405.{n + 10_000}", note="archived " * 30) for n in range(500)
    ]

    report = drawn([*map(failing, urls), *editorial], *entries)

    assert len(report.body) < MOST_BODY
    found = re.search("There is no room here for ([0-9]+) more", report.body)
    assert found
    assert report.body.count("- [ ] leave it") == 500 - int(found[1])
    assert len(report.rows) == len(report.problems) == 500
    assert "| told | 500 |" in linkreport.summary(report)


# Boxes


def ticked(known: Memory, body: str) -> Memory:
    """What is remembered after a night that found nothing new."""
    return linkreport.ticked(known, body, shown=known, now=NOW)


def box(body: str, words: str) -> str:
    return body.replace(f"[ ] {words}", f"[X] {words}")


def test_a_ticked_box_counts_and_an_empty_one_does_not() -> None:
    states = [failing(CODE), failing(SLIDES)]
    body = drawn(states, linked(code=CODE, slides=SLIDES)).body
    first = box(body.partition(SLIDES)[0], "leave it alone").replace("\n", "\r\n")

    links = ticked(memory(*states), first + body.partition(SLIDES)[2]).links

    assert (links[CODE].ignored, links[SLIDES].ignored) == (date(2027, 2, 21), None)


def test_a_box_that_was_taken_in_already_changes_nothing() -> None:
    """A run may have ended between what it remembers and what it shows."""
    body = box(drawn([failing(CODE)], linked(code=CODE)).body, "leave it alone")
    known = memory(failing(CODE, ignored=date(2027, 1, 1)))

    assert ticked(known, body) == known


def test_leaving_alone_ends_by_a_box_and_by_itself() -> None:
    known = memory(failing(CODE, ignored=date(2026, 11, 23)))
    report = drawn(known.links.values(), linked(code=CODE))

    assert not report.is_open
    later = ticked(known, box(report.body, "tell of it again"))
    assert later.links[CODE].ignored is None
    one = sight(known.links.values(), linked(code=CODE))
    assert linkreport.drawn(replace(one, now=NOW + timedelta(days=1))).is_open


# Names


@pytest.mark.parametrize(
    "written", [CODE, f"<{CODE}>", f"{CODE}/", "github.com/ada/fed", f"`{CODE}`"]
)
def test_a_link_is_known_however_it_is_written(written: str) -> None:
    assert linkreport.meant(memory(failing(CODE)), written) == CODE


def test_a_link_that_nobody_knows_is_none() -> None:
    one = sight([failing(CODE), good(SLIDES)], linked(code=CODE, slides=SLIDES))

    assert linkreport.meant(one.memory, "https://example.com/") is None
    assert linkreport.near(one, f"{CODE}s") == (CODE,)


def test_only_our_own_issue_is_the_report() -> None:
    issue = Issue(
        number=1, title="", body=f"{MARKER}\n", author="us", author_id=1, is_open=True
    )  # fmt: skip

    assert linkreport.is_ours(issue, frozenset({"us"}))
    assert not linkreport.is_ours(issue, frozenset({"them"}))
    assert not linkreport.is_ours(replace(issue, body="Hello"), frozenset({"us"}))
    assert not linkreport.is_ours(replace(issue, is_pull=True), frozenset({"us"}))


@pytest.mark.parametrize(
    "fields",
    [{"body": f"Mine.\r\n{MARKER}\r\nThese"}, {"body": "Mine.", "labels": ("links",)}],
    ids=["marker", "label"],
)
def test_the_report_is_known_whatever_a_person_wrote_into_it(fields: dict[str, Any]) -> None:
    issue = Issue(number=1, title="", author="us", author_id=1, is_open=True, **fields)

    assert linkreport.is_ours(issue, frozenset({"us"}))


def test_a_text_that_only_speaks_of_the_marker_is_not_the_report() -> None:
    body = f"The list starts with `{MARKER}` there."
    issue = Issue(number=1, title="", body=body, author="us", author_id=1, is_open=True)

    assert not linkreport.is_ours(issue, frozenset({"us"}))
