"""Sixty nights of 2,000 links on 200 hosts: who hears of what, and how often links are asked.

What has to be told on which night is computed here from the day a link died and from the rules,
and not with the functions under test.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from zlib import crc32

import pytest

from bot.core import ledger, nights
from bot.model import Failure, Look, Memory

FIRST = datetime(2026, 11, 1, 3, 17, tzinfo=UTC)
NIGHTS = range(60)
SKIPPED, VOID = 23, 37
EDITED = 44
"""Before this night people take out what they heard of."""
WORKING = [night for night in NIGHTS if night not in {SKIPPED, VOID}]

URLS = [f"https://h{number % 200}.example/{number}" for number in range(2_000)]
INVALID = "htp:/no.link"
LISTED = [*URLS, INVALID]


def on(host: int) -> list[str]:
    """The ten links of a host."""
    return URLS[host::200]


RULES: dict[Failure, tuple[int, int]] = {
    "410": (1, 0),
    "404": (2, 20),
    "name": (3, 48),
    "server": (3, 72),
    "network": (5, 96),
    "certificate": (7, 0),
}
WHOLE_HOST = (7, 0)

DEATHS: dict[str, tuple[int, Failure]] = {
    # Dead before anybody looked.
    on(1)[0]: (0, "404"),
    on(2)[0]: (0, "410"),
    on(3)[0]: (0, "name"),
    # One of each kind on an ordinary night; then around the nights that are missing.
    on(4)[0]: (9, "410"),
    on(5)[0]: (9, "404"),
    on(6)[0]: (9, "name"),
    on(7)[0]: (9, "server"),
    on(8)[0]: (9, "network"),
    on(9)[0]: (9, "certificate"),
    **{on(host)[1]: (20, kind) for host, kind in enumerate(RULES, 10)},
    **{on(host)[2]: (36, kind) for host, kind in enumerate(RULES, 20)},
    # So late that not all of them can be known.
    **{on(host)[3]: (55, kind) for host, kind in enumerate(RULES, 30)},
}
DEAD_HOST, DEAD_HOST_FROM = 40, 26
BACK = on(50)[0]
"""Gone from night 10 on, and back from night 30 on."""
UNDEAD = on(51)[0]
"""Gone from night 10 on but for night 30."""
FLAKY = on(52)[0]
"""Silent every third night."""
OUTAGES: dict[int, tuple[range, Failure]] = {
    60: (range(12, 14), "network"),
    61: (range(40, 42), "server"),
}
WALLED, MOVED, INNER = range(70, 76), range(80, 84), 90
SPECIAL = {*DEATHS, BACK, UNDEAD, FLAKY, INVALID, *on(DEAD_HOST)}


def host_of(url: str) -> int:
    return int(url.rpartition("/")[2]) % 200


# The web on a night -----------------------------------------------------------------------------


def failing(url: str, kind: Failure, *, is_unreached: bool = False) -> Look:
    return Look(
        url=url,
        verdict="gone" if kind in {"404", "410"} else "suspect",
        failure=kind,
        reason=f"trouble: {kind}",
        attempts=2,
        is_unreached=is_unreached or kind in {"name", "network"},
    )


def trouble(url: str, night: int) -> Failure | None:
    """What is wrong with a link on this night."""
    host = host_of(url)
    died, kind = DEATHS.get(url, (len(NIGHTS), None))
    span, outage = OUTAGES.get(host, ((), None))
    if night >= died:
        return kind
    if night in span:
        return outage
    if host == DEAD_HOST and night >= DEAD_HOST_FROM:
        return "server"
    if (url == BACK and 10 <= night < 30) or (url == UNDEAD and night >= 10 and night != 30):
        return "404"
    if url == FLAKY and night % 3 == 0:
        return "network"
    return None if url in SPECIAL else passing(url, night)


def passing(url: str, night: int) -> Failure | None:
    """One look of a hundred fails for no reason, the same in every run of the test."""
    dice = int.from_bytes(sha256(f"{night} {url}".encode()).digest()[:4])
    kinds: tuple[Failure, ...] = ("network", "server", "name", "404")
    return kinds[dice // 100 % 4] if dice % 100 == 0 else None


def look(url: str, night: int) -> Look:
    if url == INVALID:
        return Look(url=url, verdict="invalid", reason="not a web link")
    if night == VOID:
        return failing(url, "network", is_unreached=True)
    if kind := trouble(url, night):
        return failing(url, kind)
    fine = Look(url=url, verdict="ok", status=200, reason="HTTP 200", attempts=1)
    host = host_of(url)
    if host in WALLED:
        return fine._replace(verdict="blocked", status=403, reason="HTTP 403")
    if host == INNER:
        return fine._replace(verdict="refused", status=None, reason="leads inside", attempts=0)
    return fine._replace(verdict="moved", final_url=f"{url}/new") if host in MOVED else fine


# What has to be told ----------------------------------------------------------------------------


def looks_at(url: str) -> list[int]:
    """The nights on which a quiet link is looked at: the first one, and then once a week."""
    weekday = crc32(url.encode()) % 7
    own = [0, *(night for night in NIGHTS if (FIRST.toordinal() + night) % 7 == weekday)]
    return [min(made_up for made_up in WORKING if made_up >= night) for night in own]


def found(url: str, died: int) -> int | None:
    return min((night for night in looks_at(url) if night >= died), default=None)


def told_from(seen: int | None, rule: tuple[int, int]) -> int:
    """The night from which on a link is told that fails since it was seen to."""
    least, hours = rule
    for night in WORKING:
        if seen is not None and night >= seen:
            count = sum(seen <= other <= night for other in WORKING)
            if count >= least and (night - seen) * 24 >= hours:
                return night
    return len(NIGHTS)


def expected() -> dict[str, range]:
    """Of each link that people hear of, the nights on which they do."""
    told = {url: told_from(found(url, died), RULES[kind]) for url, (died, kind) in DEATHS.items()}
    told[UNDEAD] = told_from(found(UNDEAD, 10), RULES["404"])
    told[BACK] = told_from(found(BACK, 10), RULES["404"])
    told[INVALID] = 0
    seen = sorted(night for url in on(DEAD_HOST) if (night := found(url, DEAD_HOST_FROM)))
    for url in on(DEAD_HOST):
        alone = told_from(found(url, DEAD_HOST_FROM), RULES["server"])
        # As long as only one link of a host is seen to fail, it may be the link.
        is_alone = alone < seen[1]
        told[url] = alone if is_alone else told_from(found(url, DEAD_HOST_FROM), WHOLE_HOST)
    spans = {url: range(night, len(NIGHTS)) for url, night in told.items()}
    # The second good night, the 31st, clears.
    spans[BACK] = range(spans[BACK].start, 31)
    return {
        url: range(span.start, EDITED) if EDITED in span and EDITED - 1 in span else span
        for url, span in spans.items()
    }


# The sixty nights -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """What one night asked and left behind."""

    listed: frozenset[str]
    asked: dict[str, str]
    """Link to method."""
    told: frozenset[str]
    is_void: bool
    memory: Memory


def one_night(memory: Memory, listed: list[str], night: int) -> Night:
    now = FIRST + timedelta(days=night)
    questions = nights.due(memory, listed, now=now)
    looks = [look(question.url, night) for question in questions]
    is_void = nights.is_void(looks, memory)
    if not is_void:
        memory = nights.kept(nights.fold(memory, looks, now=now), listed)
    return Night(
        listed=frozenset(listed),
        asked={question.url: question.method for question in questions},
        told=frozenset(
            state.url for state in memory.links.values() if nights.is_told(state, now=now)
        ),
        is_void=is_void,
        memory=memory,
    )


@pytest.fixture(scope="module")
def sixty() -> dict[int, Night]:
    """The nights that ran; now and then the memory goes through its file."""
    memory, listed = Memory(), LISTED
    done: dict[int, Night] = {}
    for night in NIGHTS:
        if night == SKIPPED:
            continue
        if night % 10 == 9:
            read = ledger.load(ledger.dump(memory), now=FIRST + timedelta(days=night))
            assert read == memory
            assert isinstance(read, Memory)
            memory = read
        if night == EDITED:
            listed = [url for url in listed if url not in done[night - 1].told]
        done[night] = one_night(memory, listed, night)
        memory = done[night].memory
    return done


pytestmark = pytest.mark.untraced


def test_people_hear_of_every_dead_link_on_its_night_and_of_no_other(
    sixty: dict[int, Night],
) -> None:
    spans = expected()

    for night in WORKING:
        assert sixty[night].told == {url for url, span in spans.items() if night in span}, night


def test_every_death_is_told_within_a_week_and_the_time_that_its_rule_takes() -> None:
    spans, missing = expected(), 2

    for url, (died, kind) in DEATHS.items():
        least, hours = RULES[kind]
        slowest = died + 6 + max(least - 1, hours // 24) + missing
        assert died <= spans[url].start <= slowest or slowest >= len(NIGHTS), url


def test_only_the_night_without_a_network_is_void(sixty: dict[int, Night]) -> None:
    assert [night for night, done in sixty.items() if done.is_void] == [VOID]


def test_every_link_is_asked_at_least_once_in_any_seven_nights(sixty: dict[int, Night]) -> None:
    for first in range(len(WORKING) - 6):
        week = [sixty[night] for night in WORKING[first : first + 7]]
        assert week[-1].listed <= set().union(*(night.asked for night in week)), first


def test_the_second_night_asks_at_most_three_tenths_of_the_first(
    sixty: dict[int, Night],
) -> None:
    asked = {night: len(done.asked) / len(done.listed) for night, done in sixty.items()}

    assert asked[0] == 1
    assert max(asked[night] for night in asked if night - 1 in WORKING) <= 0.3
    # Twice the day's share, where a night is made up for.
    assert max(asked[SKIPPED + 1], asked[VOID + 1]) <= 0.4


def test_about_one_in_seven_a_night_is_asked_for_its_page(sixty: dict[int, Night]) -> None:
    quiet = [sixty[night] for night in range(EDITED, 60)]
    pages = sum(list(night.asked.values()).count("GET") for night in quiet)

    assert 1 / 7 <= pages / sum(len(night.listed) for night in quiet) <= 1 / 6


def test_between_two_quiet_nights_at_most_a_sixth_of_the_lines_change(
    sixty: dict[int, Night],
) -> None:
    files = [ledger.dump(sixty[night].memory).splitlines() for night in range(EDITED + 3, 55)]

    changed = [len(set(after) - set(before)) for before, after in pairwise(files)]

    assert max(changed) <= len(files[0]) / 6


def test_the_flaky_link_is_noted_and_no_other(sixty: dict[int, Night]) -> None:
    states = sixty[59].memory.links.values()
    now = FIRST + timedelta(days=59)

    assert [state.url for state in states if nights.is_flaky(state, now=now)] == [FLAKY]
    assert not any(FLAKY in done.told for done in sixty.values())
