"""Every sentence about the nights of links, with its edges."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import nights
from bot.model import FAILURES, Failure, LinkState, Look, Memory, Verdict

URL = "https://lab.example/paper"
TWIN = "https://lab.example/code"
OTHER = "https://other.example/"
EMPTY = Memory()
FAILURE_OF: dict[str, Failure] = {kind: kind for kind in FAILURES}


def at(day: int, clock: str = "03:17") -> datetime:
    """A moment of a night in November or later, counted from the 1st."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, 1, hour, minute, tzinfo=UTC) + timedelta(days=day - 1)


def look(what: str, url: str = URL) -> Look:
    """A look by one word: a verdict, a kind of failing, or `moved:` and where to."""
    word, _, target = what.partition(":")
    failure = FAILURE_OF.get(word)
    verdicts: dict[str, Verdict] = {
        "ok": "ok", "moved": "moved", "blocked": "blocked", "refused": "refused",
        "invalid": "invalid", "404": "gone", "410": "gone",
    }  # fmt: skip
    return Look(
        url=url,
        verdict=verdicts.get(word, "suspect"),
        failure=failure,
        final_url=target or None,
        reason=what,
        attempts=1,
    )


def told_by(story: str, *, memory: Memory = EMPTY, url: str = URL) -> Memory:
    """The memory after a story such as `1 404, 2 23:59 ok`: days, clocks and looks."""
    for chapter in story.split(", "):
        day, *clock, what = chapter.split(" ")
        memory = nights.fold(memory, [look(what, url)], now=at(int(day), *clock))
    return memory


def state(story: str) -> LinkState:
    return told_by(story).links[URL]


def is_told(story: str) -> bool:
    """Whether people hear of the link after the story's last look."""
    after = state(story)
    return nights.is_told(after, now=after.asked)


# When people hear of it --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "story",
    [
        "1 410",
        "1 ok, 2 410",
        "1 404, 2 404",
        "1 20:00 404, 2 16:00 404",
        "1 404, 9 404",
        "1 12:00 name, 2 name, 3 12:00 name",
        "1 name, 2 name, 5 name",
        "1 12:00 server, 2 server, 3 server, 4 12:00 server",
        "1 server, 2 server, 8 server",
        "1 12:00 network, 2 network, 3 network, 4 network, 5 12:00 network",
        "1 certificate, 2 certificate, 3 certificate, 4 certificate, 5 certificate, 6 certificate, 7 00:00 certificate",
    ],
)
def test_people_hear_of_it_when_nights_and_hours_are_reached(story: str) -> None:
    assert is_told(story)


@pytest.mark.parametrize(
    "story",
    [
        "1 ok",
        "1 404",
        "1 20:00 404, 2 15:59 404",
        "1 23:50 404, 2 00:10 404",
        "1 name, 2 name",
        "1 name, 9 name",
        "1 12:00 name, 2 name, 3 11:59 name",
        "1 server, 2 server, 3 server",
        "1 12:00 server, 2 server, 3 server, 4 11:59 server",
        "1 server, 9 server",
        "1 network, 2 network, 3 network, 9 network",
        "1 12:00 network, 2 network, 3 network, 4 network, 5 11:59 network",
        "1 certificate, 2 certificate, 3 certificate, 4 certificate, 5 certificate, 20 certificate",
    ],
)
def test_people_hear_nothing_before_that(story: str) -> None:
    assert not is_told(story)


@pytest.mark.parametrize("clock", ["03:18", "12:00", "23:59"])
def test_the_same_night_counts_once_however_often_it_runs(clock: str) -> None:
    thrice = f"1 404, 1 {clock} 404, 1 {clock} 404"

    assert state(thrice).strikes == 1
    assert not is_told(thrice)
    assert state(f"{thrice}, 2 404, 2 {clock} 404").strikes == 2


def test_time_counts_from_the_first_look_of_the_first_night() -> None:
    assert is_told("1 404, 1 23:59 404, 2 404")


def test_a_later_run_of_the_same_night_may_reach_the_hours() -> None:
    assert not is_told("1 23:50 404, 2 00:10 404")
    assert is_told("1 23:50 404, 2 00:10 404, 2 19:50 404")


def test_a_night_without_a_look_neither_counts_nor_clears() -> None:
    assert state("1 name, 2 name, 5 name").strikes == 3
    assert not is_told("1 name, 5 name")


def test_one_good_look_clears() -> None:
    after = state("1 name, 2 name, 3 ok, 4 name")

    assert (after.strikes, after.since) == (1, at(4))
    assert not is_told("1 name, 2 name, 3 ok, 4 name, 5 name")
    assert is_told("1 name, 2 name, 3 moved, 4 name, 5 name, 6 name")


def test_a_good_look_clears_the_night_whatever_came_before_or_comes_after() -> None:
    for night in ("2 04:00 name, 2 05:00 ok", "2 04:00 ok, 2 05:00 name"):
        after = state(f"1 name, {night}")
        assert (after.strikes, after.since) == (0, None)
    assert state("1 name, 2 04:00 ok, 2 05:00 name, 3 name").since == at(3)


def test_the_last_look_of_a_night_says_of_what_kind_it_is() -> None:
    after = state("1 network, 1 09:00 404")

    assert after.failures == ((at(1), "404"),)
    assert is_told("1 network, 1 09:00 404, 2 404")
    assert not is_told("1 404, 1 09:00 network, 2 404")


@pytest.mark.parametrize("word", ["blocked", "refused", "invalid"])
def test_who_does_not_tell_neither_adds_nor_clears(word: str) -> None:
    before = state("1 ok, 2 404")

    after = state(f"1 ok, 2 404, 3 {word}")

    assert after == replace(
        before,
        verdict=after.verdict,
        asked=at(3),
        reason=word,
        reported=at(3) if word == "invalid" else None,
    )


def test_a_streak_goes_on_after_a_night_that_told_nothing() -> None:
    assert not is_told("1 404, 2 blocked")
    assert is_told("1 404, 2 blocked, 3 404")


def test_hours_go_from_failing_look_to_failing_look() -> None:
    story = "1 20:00 404, 2 04:00 404, 3 blocked"

    assert not is_told(story)
    assert is_told(f"{story}, 4 404")


@pytest.mark.parametrize("word", ["blocked", "refused", "moved"])
def test_of_blocked_refused_and_moved_links_nobody_hears(word: str) -> None:
    assert not is_told(", ".join(f"{day} {word}" for day in range(1, 30)))


def test_of_what_is_no_link_people_hear_at_once() -> None:
    assert is_told("1 invalid")
    assert state("1 invalid").reported == at(1)


@pytest.mark.parametrize(
    ("story", "is_there"),
    [
        # A surer failing counts for the less sure rule, but not the other way round.
        ("1 404, 2 name, 3 name", True),
        ("1 name, 2 404", False),
        ("1 name, 2 name, 3 404", True),
        ("1 name, 2 404, 3 404", True),
        ("1 certificate, 2 404", False),
        ("1 server, 2 name, 3 server, 4 server", True),
        ("1 network, 2 server, 3 server, 4 server", False),
        ("1 network, 2 server, 3 404, 4 name, 5 network", True),
        ("1 certificate, 2 network, 3 network, 4 network, 5 network", False),
        # Together they are at least as sure as the least sure of them.
        ("1 network, 2 certificate, 3 network, 4 certificate, 5 network, 6 certificate", False),
        (
            "1 network, 2 certificate, 3 network, 4 certificate, 5 server, 6 certificate, 7 name",
            True,
        ),
    ],
)
def test_mixed_failings_count_by_the_least_sure(story: str, *, is_there: bool) -> None:
    assert is_told(story) == is_there


def test_the_410_counts_at_once_after_any_streak() -> None:
    assert is_told("1 certificate, 2 410")


def test_a_failing_without_a_kind_is_of_the_verdicts_own() -> None:
    plain = [Look(url=URL, verdict="gone"), Look(url=OTHER, verdict="suspect")]

    after = nights.fold(EMPTY, plain, now=at(1)).links

    assert after[URL].failures == ((at(1), "404"),)
    assert after[OTHER].failures == ((at(1), "network"),)


def test_a_list_that_is_looked_at_once_a_fortnight_hears_of_its_dead_links_too() -> None:
    fortnightly = [f"{day} certificate" for day in range(1, 99, 14)]

    assert not is_told(", ".join(fortnightly[:6]))
    assert is_told(", ".join(fortnightly[:7]))


# Reports and mending -----------------------------------------------------------------------------


def test_a_report_says_since_when_people_hear_of_it() -> None:
    assert state("1 404, 2 404, 3 404").reported == at(2)


def test_a_reported_link_that_is_good_on_two_nights_clears() -> None:
    story = "1 404, 2 404, 3 ok"

    assert is_told(story)
    assert state(story).mends == 1
    after = state(f"{story}, 4 ok")
    assert (after.reported, after.mends) == (None, 0)
    assert not is_told(f"{story}, 4 ok")


def test_two_good_looks_in_one_night_are_one() -> None:
    assert is_told("1 404, 2 404, 3 ok, 3 12:00 ok, 3 23:00 moved")


def test_a_good_look_after_a_failing_one_in_the_same_night_is_a_good_night() -> None:
    assert state("1 410, 1 12:00 ok").mends == 1
    assert not is_told("1 410, 1 12:00 ok, 2 ok")


def test_failing_again_before_the_second_good_night_starts_the_mending_anew() -> None:
    story = "1 404, 2 404, 3 ok, 4 network, 5 ok"

    assert is_told(story)
    assert state(story).mends == 1
    assert state(story).reported == at(2)


def test_a_night_that_told_nothing_does_not_undo_a_mend() -> None:
    assert is_told("1 404, 2 404, 3 ok, 4 blocked")
    assert not is_told("1 404, 2 404, 3 ok, 4 blocked, 5 ok")


def test_a_reported_link_stays_reported_while_it_tells_nothing() -> None:
    assert is_told("1 404, 2 404, 3 blocked, 4 refused")


def test_what_failed_long_ago_is_told_for_as_long_as_it_fails() -> None:
    after = state("1 404, 2 404, 50 404, 99 network")

    assert after.failures == ((at(99), "network"),)
    assert (after.strikes, after.since) == (4, at(1))
    assert nights.is_told(after, now=at(99))


# Ignoring ----------------------------------------------------------------------------------------


def test_of_an_ignored_link_nobody_hears_up_to_the_last_day() -> None:
    until = date(2026, 11, 5)
    memory = nights.ignore(told_by("1 404"), URL, until)

    after = told_by("2 404, 5 23:59 404", memory=memory).links[URL]
    assert not nights.is_told(after, now=at(5, "23:59"))
    assert after.reported is None

    later = told_by("6 00:00 404", memory=Memory(links={URL: after})).links[URL]
    assert nights.is_told(later, now=at(6, "00:00"))
    assert later.reported == at(6, "00:00")


def test_the_last_day_is_one_of_utc() -> None:
    ignored = replace(state("1 410"), ignored=date(2026, 11, 5))
    east = datetime.fromisoformat("2026-11-06T01:00:00+02:00")

    assert not nights.is_told(ignored, now=east)


def test_an_ignored_report_comes_back_and_an_ignored_invalid_link_is_quiet() -> None:
    for story in ("1 410", "1 invalid"):
        ignored = nights.ignore(told_by(story), URL, date(2026, 11, 5)).links[URL]
        assert not nights.is_told(ignored, now=at(3))
        assert nights.is_told(ignored, now=at(6))


def test_ignoring_ends_when_somebody_ends_it() -> None:
    memory = nights.ignore(told_by("1 410"), URL, date(2027, 1, 1))

    assert nights.is_told(nights.ignore(memory, URL, None).links[URL], now=at(2))


def test_a_link_that_is_not_known_cannot_be_ignored() -> None:
    assert nights.ignore(EMPTY, URL, date(2027, 1, 1)) == EMPTY


# Moves -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("story", "moves"),
    [
        ("1 moved:a", 1),
        ("1 moved:a, 1 12:00 moved:a", 1),
        ("1 moved:a, 2 moved:a", 2),
        ("1 moved:a, 9 moved:a, 9 04:00 moved:a", 2),
        ("1 moved:a, 2 moved:b", 1),
        ("1 moved:a, 2 ok", 0),
        ("1 moved:a, 2 ok, 3 moved:a", 1),
        ("1 moved:a, 2 network, 3 moved:a", 1),
        ("1 moved:a, 2 blocked, 3 moved:a", 2),
        ("1 moved:a, 2 03:00 blocked, 2 04:00 moved:a", 2),
        ("1 moved:a, 1 04:00 blocked, 1 05:00 moved:a", 1),
        ("1 moved:a, 1 04:00 network, 2 moved:a", 2),
    ],
)
def test_moves_are_nights_in_a_row_with_one_target(story: str, moves: int) -> None:
    assert state(story).moves == moves


def test_a_blocked_night_forgets_no_target() -> None:
    assert state("1 moved:a, 2 blocked").final_url == "a"


# Hosts -------------------------------------------------------------------------------------------


def both(memory: Memory, day: int, one: str, twin: str, clock: str = "03:17") -> Memory:
    """The memory after a night in which two links of one host were looked at."""
    return nights.fold(memory, [look(one), look(twin, TWIN)], now=at(day, clock))


def down_on(days: int, words: tuple[str, str] = ("server", "server")) -> LinkState:
    memory = EMPTY
    for day in range(1, days + 1):
        memory = both(memory, day, *words)
    return memory.links[URL]


def test_a_host_is_down_when_every_link_of_it_fails() -> None:
    assert down_on(1).is_host_down
    assert down_on(1, ("name", "certificate")).is_host_down


@pytest.mark.parametrize("word", ["ok", "moved", "404", "410", "blocked"])
def test_a_host_that_answers_for_one_link_is_up(word: str) -> None:
    assert not down_on(1, ("server", word)).is_host_down


def test_one_link_alone_says_nothing_of_its_host() -> None:
    assert not state("1 server").is_host_down


def test_what_failed_last_night_says_nothing_of_tonight() -> None:
    after = told_by("2 server", memory=both(EMPTY, 1, "server", "server"))

    assert not after.links[URL].is_host_down
    assert after.links[TWIN].is_host_down


def test_server_errors_of_a_whole_host_take_seven_nights() -> None:
    assert not nights.is_told(down_on(6), now=at(6))
    assert nights.is_told(down_on(7), now=at(7))


def test_server_errors_of_one_link_take_three_nights_and_three_days() -> None:
    assert not nights.is_told(down_on(3, ("server", "ok")), now=at(3))
    assert nights.is_told(down_on(4, ("server", "ok")), now=at(4))


def test_a_whole_host_without_a_name_takes_no_longer_than_one_link() -> None:
    assert nights.is_told(down_on(3, ("name", "name")), now=at(3))
    assert nights.is_told(down_on(5, ("network", "network")), now=at(5))


def test_a_host_that_comes_back_for_one_link_was_not_the_trouble_of_the_other() -> None:
    memory = EMPTY
    for day in range(1, 5):
        memory = both(memory, day, "server", "server")

    after = both(memory, 5, "server", "ok").links[URL]

    assert not after.is_host_down
    assert after.reported == at(5)


def test_a_host_whose_other_links_were_good_since_is_up_though_they_rest_tonight() -> None:
    third = "https://lab.example/slides"
    memory = both(EMPTY, 1, "server", "server")
    memory = nights.fold(memory, [look("ok", third)], now=at(2))

    after = both(memory, 3, "server", "server")

    assert not after.links[URL].is_host_down


def test_another_port_is_another_host_and_letters_have_no_case() -> None:
    looks = [look("server", "https://LAB.example/a"), look("server", "https://lab.example:8443/b")]
    after = nights.fold(EMPTY, looks, now=at(1))
    assert not any(state.is_host_down for state in after.links.values())

    again = nights.fold(after, [look("server", "http://lab.example/c")], now=at(1, "04:00"))
    assert again.links["https://LAB.example/a"].is_host_down


def test_asking_only_the_failed_again_does_not_take_a_host_down() -> None:
    memory = both(EMPTY, 1, "server", "ok")
    memory = nights.fold(memory, [look("server"), look("server", OTHER)], now=at(1, "09:00"))

    assert not memory.links[URL].is_host_down


# Flaky links -------------------------------------------------------------------------------------


def flaky(*days: int) -> LinkState:
    memory = told_by("1 ok")
    for day in days:
        memory = told_by(f"{day} network, {day + 1} ok", memory=memory)
    return memory.links[URL]


def test_five_failures_in_thirty_days_are_a_note() -> None:
    after = flaky(2, 5, 8, 11, 14)

    assert nights.is_flaky(after, now=at(15))
    assert not nights.is_told(after, now=at(15))
    assert not nights.is_flaky(flaky(2, 5, 8, 11), now=at(15))


def test_what_is_older_than_thirty_days_is_forgiven() -> None:
    after = flaky(2, 5, 8, 11, 14)

    assert nights.is_flaky(after, now=at(31))
    assert not nights.is_flaky(after, now=at(32))


def test_what_people_hear_of_or_ignore_is_not_noted() -> None:
    after = flaky(2, 5, 8, 11, 14)

    assert not nights.is_flaky(replace(after, reported=at(15)), now=at(15))
    assert not nights.is_flaky(replace(after, ignored=date(2026, 12, 24)), now=at(15))


# Clocks ------------------------------------------------------------------------------------------


def test_a_clock_that_went_back_adds_no_night() -> None:
    after = told_by("5 404, 3 404, 1 404").links[URL]

    assert (after.strikes, after.asked, after.since) == (1, at(5), at(5))


def test_times_are_kept_in_utc_to_the_second() -> None:
    now = datetime.fromisoformat("2026-11-24T01:02:03.999999+05:00")

    assert nights.fold(EMPTY, [look("ok")], now=now).links[URL].asked == datetime(
        2026, 11, 23, 20, 2, 3, tzinfo=UTC
    )


words = st.sampled_from(["ok", "moved:a", "blocked", "refused", *FAILURES])
story = st.lists(st.tuples(st.integers(1, 40), st.integers(0, 23), words), min_size=1, max_size=30)


@given(story)
def test_strikes_are_never_more_than_nights_and_no_report_is_without_a_failing(
    chapters: list[tuple[int, int, str]],
) -> None:
    memory = EMPTY
    for day, hour, what in sorted(chapters, key=lambda one: one[:2]):
        memory = nights.fold(memory, [look(what)], now=at(day, f"{hour}:00"))
        after = memory.links[URL]
        assert after.strikes <= len({day for day, _, what in chapters if what in FAILURE_OF})
        assert (after.strikes > 0) == (after.since is not None)
        assert nights.is_told(after, now=at(day)) == (after.reported is not None)


# What is asked -----------------------------------------------------------------------------------


def slot_day(url: str, first: int = 10) -> int:
    """The first day from `first` on that is the link's day of the week."""
    return next(
        day for day in range(first, first + 7) if at(day).toordinal() % 7 == crc32(url.encode()) % 7
    )


SLOT = slot_day(URL)


def method(memory: Memory, day: int, clock: str = "03:17", *, always: bool = False) -> str | None:
    """How the link is asked, or None."""
    asked = nights.due(memory, [URL], now=at(day, clock), always=frozenset({URL} if always else ()))
    return asked[0].method if asked else None


def test_a_new_link_is_asked_by_get() -> None:
    assert method(EMPTY, 1) == "GET"


def test_a_steady_link_is_asked_by_get_once_a_week_on_its_own_day() -> None:
    memory = told_by(f"{SLOT} ok")

    assert [method(memory, SLOT + ahead) for ahead in range(1, 7)] == [None] * 6
    assert method(memory, SLOT + 7) == "GET"


def test_a_link_that_was_new_yesterday_is_asked_on_its_day_of_the_same_week() -> None:
    for first in range(SLOT - 6, SLOT):
        memory = told_by(f"{first} ok")
        asked = [day for day in range(first + 1, SLOT + 1) if method(memory, day)]
        assert asked == [SLOT]


def test_a_skipped_day_is_made_up_for() -> None:
    memory = told_by(f"{SLOT} ok")

    assert method(memory, SLOT + 8) == "GET"
    assert method(memory, SLOT + 40) == "GET"


@pytest.mark.parametrize("kind", [*FAILURES])
def test_a_striking_link_is_asked_every_night_by_get(kind: str) -> None:
    """A page that only says that nothing is there answers HEAD like any other."""
    memory = told_by(f"{SLOT} ok, {SLOT + 1} {kind}")

    assert [method(memory, SLOT + ahead) for ahead in (2, 3, 4)] == ["GET"] * 3


def test_a_link_that_failed_in_the_last_week_is_asked_every_night_by_head() -> None:
    memory = told_by(f"{SLOT} network, {SLOT + 1} ok")

    assert method(memory, SLOT + 6) == "HEAD"
    quiet = told_by(f"{SLOT - 1} network, {SLOT} ok")
    assert method(quiet, SLOT + 5) == "HEAD"
    assert method(quiet, SLOT + 6) is None


def test_a_reported_link_is_asked_every_night_by_get_until_it_is_mended() -> None:
    memory = told_by(f"{SLOT} 410, {SLOT + 1} ok")

    assert method(memory, SLOT + 2) == "GET"


def test_a_moved_link_is_asked_again_the_next_night_until_two_nights_agree() -> None:
    memory = told_by(f"{SLOT} moved:a")

    assert method(memory, SLOT + 1) == "HEAD"
    assert method(told_by(f"{SLOT + 1} moved:a", memory=memory), SLOT + 2) is None
    assert method(told_by(f"{SLOT + 1} moved:b", memory=memory), SLOT + 2) == "HEAD"


@pytest.mark.parametrize("word", ["blocked", "refused"])
def test_a_link_that_does_not_tell_is_asked_once_a_week(word: str) -> None:
    memory = told_by(f"{SLOT} {word}")

    assert [method(memory, SLOT + ahead) for ahead in (1, 6, 7)] == [None, None, "GET"]


def test_a_look_that_told_nothing_is_as_good_as_none() -> None:
    out = look("blocked")._replace(is_untold=True)
    steady = told_by(f"{SLOT - 7} ok, {SLOT} ok")

    assert nights.fold(EMPTY, [out], now=at(SLOT)) == EMPTY
    memory = nights.fold(steady, [out], now=at(SLOT + 7))
    assert memory == steady
    assert [method(memory, SLOT + ahead) for ahead in (6, 7, 8)] == [None, "GET", "GET"]


def test_a_blocked_link_with_strikes_or_a_report_is_asked_every_night() -> None:
    assert method(told_by(f"{SLOT} 404, {SLOT + 1} blocked"), SLOT + 2) == "GET"
    assert method(told_by(f"{SLOT} 410, {SLOT + 1} ok, {SLOT + 2} blocked"), SLOT + 3) == "GET"


def test_what_is_no_link_is_judged_anew_every_night() -> None:
    assert method(told_by(f"{SLOT} invalid"), SLOT + 1) == "GET"


@pytest.mark.parametrize("word", ["ok", "moved:a", "blocked", "refused", "invalid"])
def test_a_link_is_asked_once_a_night(word: str) -> None:
    assert method(told_by(f"{SLOT} {word}"), SLOT, "23:00") is None


def test_what_failed_is_asked_again_in_the_same_night() -> None:
    assert method(told_by(f"{SLOT} network"), SLOT, "23:00") == "GET"
    assert method(told_by(f"{SLOT} 02:00 ok, {SLOT} network"), SLOT, "23:00") == "GET"


def test_what_has_to_be_asked_is_asked_by_head_where_it_was_good() -> None:
    memory = told_by(f"{SLOT} ok")

    assert method(memory, SLOT, "23:00", always=True) == "HEAD"
    assert method(memory, SLOT + 1, always=True) == "HEAD"
    assert method(memory, SLOT + 7, always=True) == "GET"
    assert method(told_by(f"{SLOT} blocked"), SLOT, always=True) == "GET"


def test_a_clock_that_went_back_asks_no_steady_link() -> None:
    assert method(told_by(f"{SLOT} ok"), SLOT - 3) is None


def test_new_links_go_first_and_the_others_as_they_are_given() -> None:
    memory = told_by("1 network", url="a:1")
    memory = told_by("1 network", url="b:1", memory=memory)

    asked = nights.due(memory, ["b:1", "new:2", "a:1", "new:1", "b:1"], now=at(2))

    assert [question.url for question in asked] == ["new:2", "new:1", "b:1", "a:1"]


def test_what_was_left_unasked_goes_first_the_next_night() -> None:
    """A striking link waits since yesterday, a steady one only since tonight."""
    left, asked = "https://left.example/", "https://asked.example/"
    memory = told_by("9 network", url=left)
    memory = told_by("9 network, 10 network", url=asked, memory=memory)
    memory = told_by(f"{SLOT} ok", memory=memory)
    tonight = SLOT + 7
    memory = told_by(f"{tonight - 2} network", url=left, memory=memory)
    memory = told_by(f"{tonight - 1} network", url=asked, memory=memory)

    order = nights.due(memory, [URL, asked, left], now=at(tonight))

    assert [question.url for question in order] == [left, asked, URL]


def test_links_are_spread_over_the_week_and_each_is_asked_once_in_it() -> None:
    urls = [f"https://host{number}.example/" for number in range(700)]
    memory = nights.fold(EMPTY, [look("ok", url) for url in urls], now=at(1))
    asked = []

    for day in range(2, 9):
        asked.append([question.url for question in nights.due(memory, urls, now=at(day))])
        memory = nights.fold(memory, [look("ok", url) for url in asked[-1]], now=at(day))

    assert sorted(url for night in asked for url in night) == sorted(urls)
    assert all(60 <= len(night) <= 140 for night in asked)


def test_steady_links_are_good_and_quiet() -> None:
    assert nights.is_steady(state("1 ok"), now=at(2))
    assert nights.is_steady(state("1 moved:a, 2 moved:a"), now=at(3))
    for story in ("1 moved:a", "1 blocked", "1 refused", "1 invalid", "1 404", "1 410, 2 ok"):
        assert not nights.is_steady(state(story), now=at(3)), story


# Machines ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://lab.example/",
        "https://LAB.example:8443/x?y#z",
        "https://ada@lab.example./paper",
        "https://lab.example",
    ],
)
def test_one_host_is_always_asked_by_the_same_machine(url: str) -> None:
    assert nights.shard(url, 7) == nights.shard(URL, 7)


def test_an_ipv6_host_is_the_same_with_and_without_a_port() -> None:
    assert nights.shard("http://[2001:db8::1]/", 97) == nights.shard(
        "http://[2001:db8::1]:8080/", 97
    )


def test_shards_are_the_same_on_every_machine_and_count_from_one() -> None:
    assert [nights.shard(f"https://h{number}.example/", 4) for number in range(8)] == SHARDS
    assert nights.shard(URL, 1) == 1


SHARDS = [2, 3, 4, 1, 2, 3, 4, 1]


@given(st.text(), st.integers(1, 50))
def test_any_text_has_a_shard(url: str, count: int) -> None:
    assert 1 <= nights.shard(url, count) <= count


def test_of_each_link_the_latest_look_is_merged() -> None:
    base = told_by("1 ok", memory=told_by("1 ok", url=TWIN))
    one = told_by("2 404", memory=base)
    two = told_by("2 ok", url=TWIN, memory=told_by("2 ok", url=OTHER, memory=base))

    merged = nights.merge(base, [one, two])

    assert merged.links == {
        URL: one.links[URL],
        TWIN: two.links[TWIN],
        OTHER: two.links[OTHER],
    }
    assert nights.merge(base, [two, one]) == merged
    assert nights.merge(merged, [base]) == merged


def test_of_two_equally_late_looks_the_first_is_kept() -> None:
    base, other = told_by("1 404"), told_by("1 ok")

    assert nights.merge(base, [other]) == base


def test_what_people_said_meanwhile_is_kept() -> None:
    base = replace(told_by("1 404"), issue=12)
    part = told_by("2 404", memory=base)
    said = replace(
        base.links[URL], ignored=date(2026, 12, 1), declined=OTHER, archived="a", archive_asked=date(2026, 11, 2)
    )  # fmt: skip

    merged = nights.merge(replace(base, links={URL: said}), [replace(part, issue=None)])

    assert merged.issue == 12
    assert merged.links[URL] == replace(
        part.links[URL], ignored=date(2026, 12, 1), declined=OTHER, archived="a", archive_asked=date(2026, 11, 2)
    )  # fmt: skip


@pytest.mark.parametrize("word", ["404", "ok"])
def test_a_part_that_had_lost_its_memory_ends_no_streak_and_no_report(word: str) -> None:
    base = told_by("1 404, 2 404, 3 404")

    merged = nights.merge(base, [told_by(f"4 {word}")])

    assert merged == told_by(f"4 {word}", memory=base)
    assert merged.links[URL].reported == base.links[URL].reported


def test_the_issue_of_a_part_is_taken_where_there_was_none() -> None:
    assert nights.merge(EMPTY, [EMPTY, Memory(issue=3), Memory(issue=4)]).issue == 3


def test_a_link_that_left_the_list_starts_anew() -> None:
    memory = replace(told_by("1 404", memory=told_by("1 ok", url=TWIN)), issue=12)

    left = nights.kept(memory, [TWIN])

    assert (list(left.links), left.issue) == ([TWIN], 12)
    assert not nights.fold(left, [look("404")], now=at(2)).links[URL].reported


# Void nights -------------------------------------------------------------------------------------


def silent(url: str) -> Look:
    return Look(url=url, verdict="suspect", failure="name", is_unreached=True)


def homes(count: int) -> list[str]:
    return [f"https://h{number}.example/" for number in range(count)]


def night(urls: list[str], dead: int) -> list[Look]:
    """Looks of which the first `dead` reached nobody."""
    return [silent(url) if n < dead else look("ok", url) for n, url in enumerate(urls)]


def known(count: int) -> Memory:
    return nights.fold(EMPTY, night(homes(count), 0), now=at(1))


@pytest.mark.parametrize(
    ("hosts", "dead", "is_void"),
    [
        (3, 3, True),
        (2, 2, False),
        (40, 40, True),
        (25, 5, True),
        (26, 5, False),
        (20, 4, False),
        (200, 39, False),
        (200, 40, True),
        (3, 0, False),
        (0, 0, False),
    ],
)
def test_a_night_in_which_all_or_a_fifth_of_the_hosts_fall_silent_is_void(
    hosts: int, dead: int, *, is_void: bool
) -> None:
    memory = known(hosts)

    assert nights.is_void(night(homes(hosts), dead), memory) == is_void


def test_a_first_night_without_a_network_is_void() -> None:
    assert nights.is_void(night(homes(10), 10), EMPTY)
    assert not nights.is_void(night(homes(9), 9), EMPTY)


def test_without_a_way_and_without_a_name_server_there_is_no_network() -> None:
    away = [one._replace(is_offline=True) for one in night(homes(2), 2)]

    assert nights.is_void(away, EMPTY)
    assert not nights.is_void(away[:1], EMPTY)
    assert not nights.is_void([away[0], silent(homes(2)[1])], EMPTY)


def test_a_list_may_begin_with_many_dead_hosts() -> None:
    """Otherwise its first night would be void for ever."""
    assert not nights.is_void(night(homes(20), 19), EMPTY)


def test_hosts_that_were_silent_before_say_nothing_new() -> None:
    memory = nights.fold(EMPTY, night(homes(20), 19), now=at(1))
    assert not nights.is_void(night(homes(20), 19), memory)

    dead = nights.fold(EMPTY, night(homes(3), 3), now=at(1))
    assert not nights.is_void(night(homes(3), 3), dead)


@pytest.mark.parametrize("word", ["name", "network", "certificate"])
def test_hosts_that_failed_before_may_fall_silent(word: str) -> None:
    memory = nights.fold(known(20), [look(word, url) for url in homes(10)], now=at(2))

    assert not nights.is_void(night(homes(20), 10), memory)


def test_a_dead_page_does_not_hide_that_its_host_fell_silent() -> None:
    memory = nights.fold(known(3), [look("404", url) for url in homes(3)], now=at(2))

    assert nights.is_void(night(homes(3), 3), memory)


def test_one_link_that_answers_is_a_host_that_answers() -> None:
    memory = known(3)
    looks = [*night(homes(3), 3), look("server", f"{homes(1)[0]}more")]

    assert not nights.is_void(looks, memory)


@pytest.mark.parametrize("word", ["server", "network", "certificate", "404", "410"])
def test_a_night_in_which_every_known_host_fails_somehow_is_void(word: str) -> None:
    """A proxy of ours may answer for all of them, or break every connection."""
    assert nights.is_void([look(word, url) for url in homes(5)], known(5))
    assert not nights.is_void([look(word, url) for url in homes(4)], known(4))
    assert not nights.is_void([look(word, url) for url in homes(5)], EMPTY)
    some = [look(word, url) for url in homes(5)]
    assert not nights.is_void([*some, look("ok", "https://fine.example/")], known(5))


def test_hosts_that_failed_before_and_fail_again_do_not_make_a_night_void() -> None:
    """Where little else is due, they are all that is asked."""
    failing = nights.fold(known(9), [look("server", url) for url in homes(9)], now=at(2))

    assert not nights.is_void([look("server", url) for url in homes(9)], failing)


def test_a_service_that_nobody_reaches_is_no_host_that_answers() -> None:
    out = Look(url="https://doi.org/10.1/x", verdict="blocked", attempts=1, is_untold=True)

    assert nights.is_void([*night(homes(3), 3), out], known(3))


def test_a_service_that_takes_many_links_at_once_is_a_host_that_answers() -> None:
    paper = Look(url="https://arxiv.org/abs/2405.90001", verdict="ok")

    assert not nights.is_void([*night(homes(3), 3), paper], known(3))


def test_a_host_that_only_turned_us_away_is_known_to_be_there() -> None:
    away = Look(url="", verdict="blocked", status=403, attempts=1)
    memory = nights.fold(EMPTY, [away._replace(url=url) for url in homes(20)], now=at(1))

    assert nights.is_void(night(homes(20), 8), memory)


def test_what_was_never_asked_says_nothing_of_the_network() -> None:
    memory = known(3)
    unasked = Look(url="http://127.0.0.1/", verdict="refused")

    assert nights.is_void([*night(homes(3), 3), unasked], memory)
