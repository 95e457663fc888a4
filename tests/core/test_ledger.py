"""The file of what is remembered of links: small diffs, and a fresh start where it is damaged."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core import ledger
from bot.model import FAILURES, LinkState, Memory, Verdict

NOW = datetime(2026, 11, 24, 3, 17, tzinfo=UTC)
URL = "https://lab.example/paper"
PLAIN = LinkState(url=URL, verdict="ok", asked=NOW)
FULL = LinkState(
    url=URL,
    verdict="gone",
    asked=NOW,
    status=404,
    reason="HTTP 404",
    final_url="https://lab.example/new",
    note="archived by its owner",
    good=NOW - timedelta(days=3),
    strikes=2,
    since=NOW - timedelta(days=1),
    failures=((NOW - timedelta(days=1), "404"), (NOW, "410")),
    is_host_down=True,
    reported=NOW,
    mends=1,
    moves=2,
    archived="https://web.archive.org/web/2020/https://lab.example/paper",
    archive_asked=date(2026, 11, 24),
    ignored=date(2027, 2, 22),
    declined="https://lab.example/other",
)


def memory(*states: LinkState, issue: int | None = None) -> Memory:
    return Memory(links={state.url: state for state in states}, issue=issue)


def text(*lines: str, head: str = '{"version": 1}') -> str:
    return "".join(f"{line}\n" for line in (head, *lines))


def line(**changes: object) -> str:
    """The line of a plain link with other values."""
    return json.dumps({"url": URL, "verdict": "ok", "asked": "2026-11-24T03:17:00Z"} | changes)


def test_a_line_holds_only_what_is_set_in_a_fixed_order() -> None:
    assert ledger.dump(memory(PLAIN, issue=12)) == (
        '{"version": 1, "issue": 12}\n'
        '{"url": "https://lab.example/paper", "verdict": "ok", "asked": "2026-11-24T03:17:00Z"}\n'
    )


def test_a_full_line_tells_everything() -> None:
    [_, told] = ledger.dump(memory(FULL)).splitlines()

    assert list(json.loads(told)) == list(LinkState.__slots__)
    assert '"failures": [["2026-11-23T03:17:00Z", "404"], ["2026-11-24T03:17:00Z", "410"]]' in told
    assert ledger.load(ledger.dump(memory(FULL)), now=NOW) == memory(FULL)


def test_lines_are_sorted_by_address() -> None:
    states = [replace(PLAIN, url=url) for url in ("b:", "a:", "C:")]

    lines = ledger.dump(memory(*states)).splitlines()[1:]

    assert [json.loads(told)["url"] for told in lines] == ["C:", "a:", "b:"]


@pytest.mark.parametrize("nothing", ["", "\n", " \n\n"])
def test_an_empty_file_is_an_empty_memory(nothing: str) -> None:
    assert ledger.load(nothing, now=NOW) == Memory()


def test_a_file_without_links_keeps_its_issue() -> None:
    assert ledger.load(text(head='{"version": 1, "issue": 12}'), now=NOW) == Memory(issue=12)


def test_line_ends_of_other_systems_and_a_missing_last_one_do_no_harm() -> None:
    told = ledger.dump(memory(FULL))

    assert ledger.load(told.replace("\n", "\r\n"), now=NOW) == memory(FULL)
    assert ledger.load(told.removesuffix("\n"), now=NOW) == memory(FULL)


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ('{"version": 2}', "line 1 is of version 2, and this is version 1"),
        ('{"version": 0}', "line 1 is of version 0, and this is version 1"),
        ('{"version": true}', "line 1 is damaged"),
        ('{"version": "1"}', "line 1 is damaged"),
        ('{"version": 1.0}', "line 1 is damaged"),
        ('{"version": null}', "line 1 is damaged"),
        ('{"issue": 12}', "line 1 is damaged"),
        ('{"version": 1, "issue": -1}', "line 1 is damaged"),
        ('{"version": 1, "issue": "12"}', "line 1 is damaged"),
        ('{"version": 1, "colour": "red"}', "line 1 is damaged"),
        ("[1]", "line 1 is damaged"),
        ("<<<<<<< HEAD", "line 1 is damaged"),
    ],
)
def test_a_file_with_another_head_starts_anew(head: str, reason: str) -> None:
    assert ledger.load(text(line(), head=head), now=NOW) == reason


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "{",
        "null",
        "[]",
        '"url"',
        "[" * 100_000,
        '{"url": "https://lab.example/"}',
        line(url=None),
        line(url=7),
        line(verdict="fine"),
        line(verdict=None),
        line(asked=None),
        line(asked="yesterday"),
        line(asked="2026-11-24"),
        line(asked="2026-11-24T03:17:00"),
        line(asked="2026-11-24T03:17:00+01:00"),
        line(asked="2026-11-24T03:17:00.5Z"),
        line(asked="0000-00-00T00:00:00Z"),
        line(asked="+99999-11-24T03:17:00Z"),
        line(asked=1_795_490_220),
        line(status="404"),
        line(status=404.0),
        line(status=-1),
        line(status=True),
        line(strikes=10**9),
        line(strikes=10**400),
        line().replace("}", ', "strikes": ' + "9" * 5_000 + "}"),
        line().replace("}", ', "strikes": 1e999}'),
        line().replace("}", ', "strikes": NaN}'),
        line(reason=["x"]),
        line(is_host_down=1),
        line(is_host_down=None),
        line(ignored="2026-02-30"),
        line(ignored="2026-11-24T03:17:00Z"),
        line(failures="404"),
        line(failures=0),
        line(failures={}),
        line(failures=[["2026-11-24T03:17:00Z"]]),
        line(failures=[["2026-11-24T03:17:00Z", "403"]]),
        line(failures=[["2026-11-24T03:17:00Z", 404]]),
        line(failures=[["yesterday", "404"]]),
        line(failures=["404"]),
        line(colour="red"),
    ],
)
def test_one_damaged_line_makes_all_start_anew(damaged: str) -> None:
    assert (
        ledger.load(text(line(url="a:"), damaged, line(url="b:")), now=NOW) == "line 3 is damaged"
    )


def test_a_link_that_stands_there_twice_makes_all_start_anew() -> None:
    assert ledger.load(text(line(), line(strikes=1)), now=NOW) == (
        "line 3 tells of a link for the second time"
    )


def test_a_torn_file_starts_anew() -> None:
    told = ledger.dump(memory(FULL))

    torn = [ledger.load(told[:length], now=NOW) for length in range(1, len(told) - 1)]

    # Where it is torn between two lines nothing shows: the links that are missing start anew.
    assert [kept for kept in torn if kept != Memory()] == [
        kept for kept in torn if isinstance(kept, str)
    ]


@pytest.mark.parametrize("name", ["asked", "good", "since", "reported"])
def test_a_file_from_the_future_starts_anew(name: str) -> None:
    assert ledger.load(text(line(**{name: "2026-11-24T03:22:01Z"})), now=NOW) == (
        "line 2 is from the future (2026-11-24T03:22:01Z)"
    )


def test_a_failure_from_the_future_makes_all_start_anew() -> None:
    future = line(failures=[["2036-11-24T03:17:00Z", "404"]])

    assert ledger.load(text(future), now=NOW) == "line 2 is from the future (2036-11-24T03:17:00Z)"


def test_clocks_may_differ_by_five_minutes() -> None:
    found = ledger.load(text(line(asked="2026-11-24T03:22:00Z")), now=NOW)

    assert found == memory(replace(PLAIN, asked=NOW + timedelta(minutes=5)))


def test_an_archive_that_was_asked_tomorrow_is_from_the_future_and_ignoring_lasts_into_it() -> None:
    tomorrow = "2026-11-25"

    assert ledger.load(text(line(archive_asked=tomorrow)), now=NOW) == (
        "line 2 is from the future (2026-11-25)"
    )
    assert isinstance(ledger.load(text(line(ignored=tomorrow)), now=NOW), Memory)


times = st.datetimes(datetime(2000, 1, 1), NOW.replace(tzinfo=None)).map(  # noqa: DTZ001 - below
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)
some_text = st.text(max_size=20) | st.sampled_from(["\u2028", "\ud800", "\x85", "\0", '"}\n{"'])
numbers = st.integers(0, 10**9 - 1)
days = st.dates(date(2000, 1, 1), NOW.date())
states = st.builds(
    LinkState,
    url=some_text,
    verdict=st.sampled_from(get_args(Verdict)),
    asked=times,
    status=st.none() | numbers,
    reason=some_text,
    final_url=st.none() | some_text,
    note=some_text,
    good=st.none() | times,
    strikes=numbers,
    since=st.none() | times,
    failures=st.lists(st.tuples(times, st.sampled_from(FAILURES)), max_size=3).map(tuple),
    is_host_down=st.booleans(),
    reported=st.none() | times,
    mends=numbers,
    moves=numbers,
    archived=st.none() | some_text,
    archive_asked=st.none() | days,
    ignored=st.none() | st.dates(),
    declined=st.none() | some_text,
)


@given(st.lists(states, max_size=3), st.none() | numbers)
@example([FULL, replace(PLAIN, url="")], 0)
def test_every_memory_reads_back_as_it_was(kept: list[LinkState], issue: int | None) -> None:
    whole = memory(*kept, issue=issue)

    written = ledger.dump(whole)

    assert ledger.load(written, now=NOW) == whole
    assert written.isascii()


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | some_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(some_text, inner, max_size=3),
    max_leaves=4,
)
broken = st.dictionaries(st.sampled_from(LinkState.__slots__), values).map(
    lambda changes: line(**changes)
)
traps = st.text() | st.sampled_from(['{"version": 1}', "{}", line(), "", "\r"]) | broken


@given(st.lists(traps, max_size=5).map("\n".join) | broken.map(text))
def test_no_text_is_more_than_damaged(written: str) -> None:
    found = ledger.load(written, now=NOW)

    assert isinstance(found, str | Memory)
    if isinstance(found, Memory):
        assert ledger.load(ledger.dump(found), now=NOW) == found
