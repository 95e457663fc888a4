"""The memory between nights: which links are asked, what a look adds, and when people hear of it.

A night is a day of UTC. However often it runs, a night counts once, and one without a look counts
for nothing. How the memory is written down is in `core.ledger`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

from bot.model import FAILURES, LinkState, Look, Memory, Question

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from bot.model import Failure, Verdict

GOOD: Final[frozenset[Verdict]] = frozenset({"ok", "moved"})
FAILING: Final[frozenset[Verdict]] = frozenset({"gone", "suspect"})
"""The verdicts that are strikes; those that are neither say nothing of the link."""

_WEEK: Final = 7
_MONTH: Final = 30
_DAY: Final = timedelta(days=1)


def _night(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


# What a night's looks add ------------------------------------------------------------------------


def fold(memory: Memory, looks: Iterable[Look], *, now: datetime) -> Memory:
    """The memory after a run that looked at these links.

    Takes all looks of a run together: whether a whole host is down shows only in all of them.
    """
    folding = Folding(memory, now=now)
    for look in looks:
        folding.add(look)
    return folding.memory()


class Folding:
    """The memory while a run goes on: most of what its looks change is worked out as they come."""

    def __init__(self, memory: Memory, *, now: datetime) -> None:
        """Start with what was remembered before the run."""
        self._before = memory
        self._links = dict(memory.links)
        self._touched: set[str] = set()
        self._restless: set[str] = set()
        """Links whose look was not good: what it comes to shows in all looks together."""
        self._now = now.astimezone(UTC).replace(microsecond=0)

    def add(self, look: Look) -> None:
        """Take in a look; the same one twice is the same as once.

        One that told nothing is as good as none: the link waits for its next turn, as it did.
        """
        if look.is_untold:
            return
        self._links[look.url] = _after(self._links.get(look.url), look, now=self._now)
        self._touched.add(look.url)
        if look.verdict not in GOOD:
            self._restless.add(look.url)

    def final(self, url: str) -> LinkState | None:
        """What is remembered of a link; None for nothing, or while looks at others may change it."""
        return None if url in self._restless else self._links.get(url)

    def memory(self) -> Memory:
        """The memory after the run, once all its looks were added."""
        links = self._links | _hosts_seen(self._links, self._touched, now=self._now)
        for url in self._restless:
            state = links[url]
            if state.reported is None and is_told(state, now=self._now):
                links[url] = replace(state, reported=state.asked)
        return replace(self._before, links=links)


_UNSEEN: Final = LinkState(url="", verdict="ok", asked=datetime.min.replace(tzinfo=UTC))
"""What every link was before it was looked at."""


def _after(before: LinkState | None, look: Look, *, now: datetime) -> LinkState:
    """One link after a look at it; a clock that went back stands still."""
    known = before or _UNSEEN
    now = max(now, known.asked)
    kept = (one for one in known.failures if _is_within(one[0], _MONTH, now=now))
    failures = tuple(kept) if known.failures else ()
    changes: Mapping[str, Any] = {"failures": failures}
    if look.verdict in GOOD:
        changes = {"failures": failures, **_good(known, look, now=now)}
    elif look.verdict in FAILING and not _was_good(known, _night(now)):
        changes = _struck(known, look, failures=failures, now=now)
    told = {
        "verdict": look.verdict,
        "asked": now,
        "status": look.status,
        "reason": look.reason,
        "note": look.note,
        **changes,
    }
    return replace(before, **told) if before else LinkState(url=look.url, **told)


def _is_within(moment: datetime, days: int, *, now: datetime) -> bool:
    """Whether it was in one of the last nights, with tonight as one of them."""
    return (_night(now) - _night(moment)).days < days


def _was_good(state: LinkState, night: date) -> bool:
    return state.good is not None and _night(state.good) == night


_MENDED: Final = 2
"""Nights with a good look after which a report is over."""


def _good(before: LinkState, look: Look, *, now: datetime) -> Mapping[str, Any]:
    """What a good look changes: it clears."""
    is_new = not (before.mends and _was_good(before, _night(now)))
    mends = before.mends + is_new if before.reported else 0
    is_mended = mends >= _MENDED
    return {
        "final_url": look.final_url,
        "good": now,
        "strikes": 0,
        "since": None,
        "reported": None if is_mended else before.reported,
        "mends": 0 if is_mended else mends,
        "moves": _moves(before, look, now=now),
    }


def _moves(before: LinkState, look: Look, *, now: datetime) -> int:
    """Nights in a row that found it moved to where this look found it."""
    if look.verdict != "moved":
        return 0
    if not before.moves or look.final_url != before.final_url:
        return 1
    return before.moves + (not _was_good(before, _night(now)))


def _struck(
    before: LinkState,
    look: Look,
    *,
    failures: tuple[tuple[datetime, Failure], ...],
    now: datetime,
) -> Mapping[str, Any]:
    """What a failing look changes: a night's first is a strike, its last says of what kind."""
    kind: Failure = look.failure or ("404" if look.verdict == "gone" else "network")
    is_counted = bool(failures) and _night(failures[-1][0]) == _night(now)
    first = failures[-1][0] if is_counted else now
    earlier = failures[:-1] if is_counted else failures
    return {
        "final_url": look.final_url,
        "strikes": before.strikes + (not is_counted),
        "since": before.since or now,
        "failures": (*earlier, (first, kind)),
        "mends": 0,
        "moves": 0,
    }


# Hosts -------------------------------------------------------------------------------------------


_HOST: Final = re.compile(r"[^/?#]*//(?:[^/?#]*@)?(?P<host>[^/?#]+)")


def _host(url: str) -> str:
    """Host and port, in lower case; the whole text where it is no address."""
    found = _HOST.match(url)
    return (found["host"] if found else url).lower()


_FEW: Final = 2
"""One link alone says nothing of its host."""


def _hosts_seen(
    links: Mapping[str, LinkState], touched: Iterable[str], *, now: datetime
) -> dict[str, LinkState]:
    """The links whose host is down: every look of tonight failed, and nothing there was good since.

    A host that says 404 is up. Links that were looked at in an earlier run tonight count, too.
    """
    if not any(state.verdict == "suspect" or state.is_host_down for state in links.values()):
        return {}
    names = {url: _host(url) for url in links}
    homes: dict[str, list[LinkState]] = {names[url]: [] for url in touched}
    for url, state in links.items():
        if (home := homes.get(names[url])) is not None:
            home.append(state)
    return {
        state.url: replace(state, is_host_down=is_down)
        for home in homes.values()
        for state, is_down in _downs(home, _night(now))
        if state.is_host_down != is_down
    }


def _downs(home: Sequence[LinkState], night: date) -> Iterator[tuple[LinkState, bool]]:
    """Whether the host is down, for each link of it that was looked at tonight."""
    tonight = [state for state in home if _night(state.asked) >= night]
    is_silent = len(tonight) >= _FEW and all(state.verdict == "suspect" for state in tonight)
    good = max((state.good for state in home if state.good), default=None)
    for state in tonight:
        is_up_since = state.since is None or (good is not None and good >= state.since)
        yield state, is_silent and not is_up_since


def is_void(looks: Collection[Look], memory: Memory) -> bool:
    """Whether a run saw a mistake of our own network and not of the web: it is forgotten.

    That is so when there was no way to any host and no name server; when nothing could be reached
    that could be before; when every host fails, in whatever way, and many did not before; or when
    a fifth of the hosts went silent at once. Hosts that were silent before say nothing new, and of
    hosts that never answered nobody knows whether they are there: a list may begin with many dead
    ones.
    """
    if not any(look.verdict in FAILING for look in looks):
        return False
    homes: dict[str, list[Look]] = defaultdict(list)
    for look in filter(_tells_of_network, looks):
        homes[_host(look.url)].append(look)
    known = [
        home
        for home in homes.values()
        if any(_is_known(memory, look.url) for look in home)
        and not any(_is_silent(memory, look.url) for look in home)
    ]
    silent = [home for home in homes.values() if all(look.is_unreached for look in home)]
    newly = [home for home in silent if not any(_is_silent(memory, look.url) for look in home)]
    lost = [home for home in known if all(look.is_unreached for look in home)]
    offline = [home for home in newly if all(look.is_offline for look in home)]
    is_all = len(silent) == len(homes) and (
        len(offline) == len(homes) >= _SOME
        or (len(newly) >= _ALL_OF and bool(lost))
        or len(newly) >= _ALL_OF_STRANGERS
    )
    failing = [home for home in homes.values() if all(look.verdict in FAILING for look in home)]
    sound = [home for home in known if not any(_is_striking(memory, look.url) for look in home)]
    is_all_known = len(failing) == len(homes) and len(sound) >= _MANY
    is_many = len(lost) >= _MANY and len(lost) * _FIFTH >= len(homes)
    return is_all or is_all_known or is_many


_SOME: Final = 2
_ALL_OF: Final = 3
_ALL_OF_STRANGERS: Final = 10
"""So many hosts that were never reached are not all dead by chance."""
_MANY: Final = 5
_FIFTH: Final = 5
_SILENCE: Final[frozenset[Failure]] = frozenset({"name", "network", "certificate"})


def _tells_of_network(look: Look) -> bool:
    """Whether somebody was asked; a service that takes many links at once answers for its own."""
    is_answered = look.verdict in GOOD or look.verdict == "gone"
    return not look.is_untold and (look.attempts > 0 or look.is_unreached or is_answered)


def _is_striking(memory: Memory, url: str) -> bool:
    """Whether it failed the last time, too."""
    state = memory.links.get(url)
    return state is not None and state.strikes > 0


def _is_silent(memory: Memory, url: str) -> bool:
    """Whether it could not be reached the last time, either."""
    state = memory.links.get(url)
    return bool(state and state.strikes and state.failures and state.failures[-1][1] in _SILENCE)


def _is_known(memory: Memory, url: str) -> bool:
    """Whether its host ever answered."""
    state = memory.links.get(url)
    return state is not None and (state.good is not None or state.status is not None)


def shard(url: str, count: int) -> int:
    """Which of 1 to `count` machines asks this address: one host is always asked by the same."""
    host = _host(url)
    bare = re.sub(r":[0-9]*$", "", host).rstrip(".")
    return crc32(bare.encode("utf-8", "replace")) % count + 1


# When people hear of it --------------------------------------------------------------------------

_RULES: Final[tuple[tuple[Failure, int, timedelta], ...]] = (
    ("410", 1, timedelta()),
    ("404", 2, timedelta(hours=20)),
    ("name", 3, timedelta(hours=48)),
    ("server", 3, timedelta(hours=72)),
    ("network", 5, timedelta(hours=96)),
    ("certificate", 7, timedelta()),
)
"""How many nights, and how long, a failing of this kind or a surer one has to last."""


def is_told(state: LinkState, *, now: datetime) -> bool:
    """Whether people hear of it tonight.

    What was told once is told until it was good on two nights. While the last look was good or
    told nothing, nothing new is told.
    """
    if _is_ignored(state, now=now):
        return False
    if state.reported is not None or state.verdict == "invalid":
        return True
    return state.verdict in FAILING and _lasts(state)


def _is_ignored(state: LinkState, *, now: datetime) -> bool:
    return state.ignored is not None and _night(now) <= state.ignored


def _lasts(state: LinkState) -> bool:
    """Whether the streak fulfils one of the rules."""
    since = state.since or state.asked
    streak = [(when, _rank(kind, state)) for when, kind in state.failures if when >= since]
    for rank, (_, nights, span) in enumerate(_RULES):
        tail = _tail(streak, rank)
        if len(tail) >= nights and state.asked - tail[0] >= span:
            return True
    # Of a list that is asked seldom, the failures of a month may be few.
    return state.strikes >= _RULES[-1][1]


def _tail(streak: Sequence[tuple[datetime, int]], rank: int) -> list[datetime]:
    """When the last ones of the streak were that all are of this rank or a surer one."""
    tail = takewhile(lambda one: one[1] <= rank, reversed(streak))
    return [when for when, _ in tail][::-1]


def _rank(kind: Failure, state: LinkState) -> int:
    """How sure a failing is, the surest first; that of a whole host is as unsure as can be."""
    is_unsure = kind == "server" and state.is_host_down
    return FAILURES.index("certificate" if is_unsure else kind)


_FLAKY: Final = 5


def is_flaky(state: LinkState, *, now: datetime) -> bool:
    """Whether it fails so often that a note is due, though people do not hear of it as dead."""
    if is_told(state, now=now) or _is_ignored(state, now=now):
        return False
    recent = [when for when, _ in state.failures if _is_within(when, _MONTH, now=now)]
    return len(recent) >= _FLAKY


# What is asked -----------------------------------------------------------------------------------


def is_steady(state: LinkState, *, now: datetime) -> bool:
    """Whether a look a week is enough: good, with nothing that has to be seen again first."""
    if state.verdict not in GOOD or state.reported is not None:
        return False
    if state.verdict == "moved" and state.moves < _CONFIRMED:
        return False
    return not (state.failures and _is_within(state.failures[-1][0], _WEEK, now=now))


_CONFIRMED: Final = 2
"""Nights that have to agree on where a link moved."""


def _rests(state: LinkState, *, now: datetime) -> bool:
    """Whether it waits for its day: a steady link, or one that does not tell anyway."""
    if state.verdict in {"blocked", "refused"}:
        return not state.strikes and state.reported is None
    return is_steady(state, now=now)


def _slot(url: str, after: date) -> date:
    """The link's next day of the week."""
    ahead = crc32(url.encode("utf-8", "replace")) - after.toordinal() - 1
    return after + _DAY * (ahead % _WEEK + 1)


def due(
    memory: Memory, urls: Iterable[str], *, now: datetime, always: Collection[str] = frozenset()
) -> tuple[Question, ...]:
    """The links to ask tonight, those first that wait the longest.

    New and restless links are asked every night, the others on their day of the week, or as soon
    after it as the bot runs. What was asked tonight is asked again if it failed, or if it is one
    of `always`.
    """
    tonight, links = _night(now), memory.links
    each = dict.fromkeys(urls)
    new = map(Question, [url for url in each if url not in links])
    waiting: list[tuple[date, datetime, Question]] = []
    for state in (links[url] for url in each if url in links):
        url = state.url
        day = _due_day(state, now=now)
        if day <= tonight or url in always:
            question = Question(url=url, method="GET" if _wants_page(state, tonight) else "HEAD")
            waiting.append((min(day, tonight), state.asked, question))
    waiting.sort(key=lambda one: one[:2])
    return (*new, *(question for _, _, question in waiting))


def _due_day(state: LinkState, *, now: datetime) -> date:
    """The night from which on it waits to be asked; what failed is asked as often as it runs."""
    asked = _night(state.asked)
    if _rests(state, now=now):
        return _slot(state.url, asked)
    return asked if state.verdict in FAILING else asked + _DAY


def _wants_page(state: LinkState, tonight: date) -> bool:
    """Whether it is asked by GET: without a good look, once a week, and while it is in doubt.

    A page that only says "not found" answers HEAD like any other.
    """
    is_in_doubt = bool(state.strikes) or state.reported is not None or state.verdict in FAILING
    return state.good is None or is_in_doubt or _slot(state.url, _night(state.asked)) <= tonight


# Memories of several machines, and what people say ----------------------------------------------


def merge(memory: Memory, parts: Iterable[Memory]) -> Memory:
    """One memory out of what several machines made of `memory`: of each link the latest look.

    What people said of a link, and its archived copy, stay as they are in `memory`; and so do its
    strikes and its report where a machine had lost them, and began anew.
    """
    links, issue = dict(memory.links), memory.issue
    for part in parts:
        issue = part.issue if issue is None else issue
        for url, state in part.links.items():
            base = links.get(url)
            if base is None:
                links[url] = state
            elif state.asked > base.asked:
                told = (
                    state
                    if _goes_on(state, base)
                    else _after(base, last_look(state), now=state.asked)
                )
                links[url] = _with_decisions(base, told)
    return replace(memory, links=links, issue=issue)


def _goes_on(state: LinkState, base: LinkState) -> bool:
    """Whether whoever made this knew what is remembered of the link."""
    is_cleared = state.good is not None and state.good > base.asked
    knows_streak = base.since is None or state.since == base.since or is_cleared
    knows_report = base.reported is None or state.reported == base.reported or base.mends > 0
    return knows_streak and knows_report


def last_look(state: LinkState) -> Look:
    """The last look at a link, as far as it is remembered."""
    return Look(
        url=state.url,
        verdict=state.verdict,
        status=state.status,
        reason=state.reason,
        final_url=state.final_url,
        failure=state.failures[-1][1] if state.failures else None,
        note=state.note,
    )


def _with_decisions(base: LinkState, state: LinkState) -> LinkState:
    return replace(
        state,
        # Also where it says no more: somebody may have ended it while the shards ran.
        ignored=base.ignored,
        declined=base.declined,
        archived=base.archived or state.archived,
        archive_asked=base.archive_asked or state.archive_asked,
    )


def ignore(memory: Memory, url: str, until: date | None) -> Memory:
    """The memory in which people hear nothing of a link up to this day, or everything with None.

    A link that was never looked at cannot be ignored.
    """
    state = memory.links.get(url)
    if state is None:
        return memory
    return replace(memory, links={**memory.links, url: replace(state, ignored=until)})


def kept(memory: Memory, listed: Collection[str]) -> Memory:
    """The memory of the links that are still in the list: an edited link starts anew."""
    present = frozenset(listed)
    links = {url: state for url, state in memory.links.items() if url in present}
    return replace(memory, links=links)
