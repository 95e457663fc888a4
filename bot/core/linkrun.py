"""What one run over links comes to: its JSON document, and its rows for people."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from bot.core import nights
from bot.core.text import counted
from bot.model import Memory, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from bot.core.listlinks import Placed
    from bot.model import LinkState, Look, Verdict


_NO_NEWS = frozenset({"moved", "refused", "blocked"})
_RANKS = {"invalid": 1, "refused": 2, "gone": 3, "suspect": 4, "moved": 5}
"""What people are shown, the worst first."""
_ARCHIVE_AGAIN = timedelta(days=7)
"""How long the archive's word that it has no copy is taken."""


class Run(NamedTuple):
    """One run, at its end."""

    urls: Sequence[str]
    """The links that it was about, in order."""
    looks: Mapping[str, Look]
    """Those that were looked at."""
    memory: Memory
    """With this run's looks in it, unless the run is void."""
    requests: int
    unasked: int
    """Links that the time did not suffice for."""
    is_void: bool
    """Whether our own network seems to be at fault: then nothing that was found counts."""
    now: datetime
    written: Mapping[str, str] = MappingProxyType({})
    """Rows of the JSON document that were written while others were awaited."""

    def document(self) -> str:
        """The JSON document, a line a link; what was not due stands in it as it is remembered."""
        told = {
            **({"void": True} if self.is_void else {}),
            "checked": len(self.looks),
            "requests": self.requests,
            "unasked": self.unasked,
            "links": [],
        }
        rows = ",\n".join(self._links())
        return f"{json.dumps(told).removesuffix(']}')}\n{rows}\n]}}\n"

    def _links(self) -> Iterator[str]:
        """Each link as JSON; link by link, so that of 10,000 no second picture is made."""
        for url in self.urls:
            if written := self.written.get(url):
                yield written
                continue
            look, state = self.looks.get(url), self.memory.links.get(url)
            if seen := look or (nights.last_look(state) if state else None):
                yield json_row(seen, state, now=self.now)

    def rows(self) -> Iterator[str]:
        """A line for each link that is not as it should be, worst first."""
        seen = filter(None, map(self.looks.get, self.urls))
        found = [look for look in seen if look.verdict in _RANKS]
        # Sorting keeps the order among those of one verdict.
        yield from map(self._row, sorted(found, key=lambda look: _RANKS[look.verdict]))

    def _row(self, look: Look) -> str:
        state = self.memory.links.get(look.url)
        onward = f" -> {look.final_url}" if look.verdict == "moved" else ""
        nights_told = ""
        if state and state.strikes and not self.is_void:
            nights_told = f", {counted(state.strikes, 'night', 'nights')}"
            if nights.is_told(state, now=self.now):
                nights_told += ", reported"
        return f"{look.verdict:<8} {look.url}{onward} ({look.reason}{nights_told})"

    def total(self) -> str:
        """The whole run in one line."""
        if self.is_void:
            return (
                "a void run: so many hosts fail at once that our own network must be at fault; "
                "nothing is remembered of it. Try again later"
            )
        counts = Counter(look.verdict for look in self.looks.values())
        order: tuple[Verdict, ...] = (
            "ok", "moved", "gone", "suspect", "blocked", "refused", "invalid",
        )  # fmt: skip
        told = ", ".join(f"{counts[verdict]:,} {verdict}" for verdict in order if counts[verdict])
        later = f"; {self.unasked:,} left for the next run" if self.unasked else ""
        looked = counted(len(self.looks), "link", "links")
        return f"{looked} looked at with {counted(self.requests, 'request', 'requests')}: {told or 'none was due'}{later}"

    def problems(self, placed: Mapping[str, Placed]) -> Iterator[Problem]:
        """What an editor of the entries can mend, each at its place."""
        for url, look in self.looks.items():
            if look.verdict in {"ok", "blocked", "moved"} or self.is_void or url not in placed:
                continue
            for place in placed[url].places:
                yield Problem(
                    file=place.path,
                    field=place.field,
                    what=f"{url}: {look.reason}",
                    fix=_CURES.get(look.verdict, _LATER),
                )


_CURES = {
    "gone": "Give the address where it is now, or take the link out.",
    "refused": "Give a link that everybody can open, such as https://github.com/owner/name.",
    "invalid": "Copy the link anew from the browser's address bar.",
}
_LATER = "Open it in a browser; where it works there, nothing has to be done."


_LOST = frozenset({"gone", "suspect"})


def without_copy(memory: Memory, looks: Mapping[str, Look], *, now: datetime) -> tuple[str, ...]:
    """The links that people hear of as lost, and of which no archived copy is known yet."""
    return tuple(
        url
        for url, look in looks.items()
        if look.verdict in _LOST
        and (state := memory.links.get(url))
        and _is_lost(state, now)
        and not state.archived
    )


def _is_lost(state: LinkState, now: datetime) -> bool:
    if state.verdict not in _LOST or not nights.is_told(state, now=now):
        return False
    if state.archive_asked and now.date() - state.archive_asked < _ARCHIVE_AGAIN:
        return False
    # A page behind a bad certificate is still there.
    return not state.failures or state.failures[-1][1] != "certificate"


def json_row(look: Look, state: LinkState | None, *, now: datetime) -> str:
    """A link as a row of the JSON document, with what is remembered of it."""
    strikes, report, archived = (
        (state.strikes, _is_news(look, state, now=now), state.archived)
        if state
        else (0, False, None)
    )
    rest = _encoded(
        look.verdict, look.status, look.reason, look.final_url, look.attempts,
        strikes, report, archived, look.note,
    )  # fmt: skip
    return f'{{"url": {_encode(look.url)}, {rest}'


def _is_news(look: Look, state: LinkState, *, now: datetime) -> bool:
    """Whether people hear of it by what it says now: a host that does not tell is no news."""
    return look.verdict not in _NO_NEWS and nights.is_told(state, now=now)


_encode = json.JSONEncoder().encode
"""As `json.dumps`, which goes through all its options for each link anew."""


_TOLD = (
    "verdict", "status", "reason", "final_url", "attempts", "strikes", "report", "archived", "note",
)  # fmt: skip


@lru_cache(maxsize=64)
def _encoded(*told: object) -> str:
    """What is told of a link beside its address, as JSON without its brace: often the same."""
    return _encode(dict(zip(_TOLD, told, strict=True)))[1:]
