"""What is remembered of links, as the text of a file and back: one sorted line a link.

Lines hold only what is set, in a fixed order: from night to night few of them change.
"""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, get_args

from bot.model import FAILURES, LinkState, Memory, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.model import Failure

VERSION: Final = 1
_SKEW: Final = timedelta(minutes=5)
"""How far the clock of the machine that wrote the file may have been ahead of ours."""
_MOST: Final = 1_000_000_000
"""No count, status or issue number reaches this."""


def dump(memory: Memory) -> str:
    r"""The file's text.

    >>> dump(Memory(issue=12))
    '{"version": 1, "issue": 12}\n'
    """
    head = {"version": VERSION} | ({} if memory.issue is None else {"issue": memory.issue})
    told = (_told(memory.links[url]) for url in sorted(memory.links))
    return "".join(f"{_json(line)}\n" for line in chain([head], told))


def load(text: str, *, now: datetime) -> Memory | str:
    """The memory in a file's text, or the reason why it has to start anew.

    A text without a line is an empty memory. One damaged line, another version or a time that is
    more than five minutes ahead of `now` spoils all of it: half a memory could tell half a story.

    >>> load("{", now=datetime(2026, 11, 24, tzinfo=UTC))
    'line 1 is damaged'
    """
    if not text.strip():
        return Memory()
    number = 1
    links: dict[str, LinkState] = {}
    page = _Page(latest=now.astimezone(UTC) + _SKEW)
    head, *lines = text.removesuffix("\n").split("\n")
    try:
        issue = _issue(_Line(head, page))
        for number, line in enumerate(lines, 2):
            state = _state(_Line(line, page))
            if state.url in links:
                return f"line {number} tells of a link for the second time"
            links[state.url] = state
    except _DamageError as error:
        return f"line {number} {error}"
    return Memory(links=links, issue=issue)


# Writing ----------------------------------------------------------------------------------------

_FIELDS: Final = tuple(one.name for one in fields(LinkState))
_DEFAULTS: Final = tuple(one.default for one in fields(LinkState))
_values: Final = attrgetter(*_FIELDS)


def _told(state: LinkState) -> dict[str, object]:
    """The fields that are set."""
    values = zip(_FIELDS, _values(state), _DEFAULTS, strict=True)
    return {name: value for name, value, default in values if value != default}


def _written(moment: date) -> str:
    """A day, or a moment, which is a day to Python, too."""
    if isinstance(moment, datetime):
        return f"{moment.astimezone(UTC).isoformat()[:19]}Z"
    return moment.isoformat()


_json: Final = json.JSONEncoder(default=_written).encode


# Reading ----------------------------------------------------------------------------------------


class _DamageError(Exception):
    """What is wrong with a line, as in "is damaged"."""

    def __init__(self, what: str = "is damaged") -> None:
        super().__init__(what)


class _Page:
    """What the lines of one file share: each time and each reason is in memory once."""

    __slots__ = ("latest", "texts", "times")

    def __init__(self, *, latest: datetime) -> None:
        self.latest = latest
        self.times: dict[str, datetime] = {}
        self.texts: dict[str, str] = {}

    def time(self, written: str) -> datetime:
        """The moment that is written there, to the second."""
        found = self.times.get(written)
        if found is None:
            found = self.times[written] = _time(written)
            if found > self.latest:
                raise _DamageError(f"is from the future ({written})")
        return found


def _time(written: str) -> datetime:
    try:
        found = datetime.fromisoformat(written)
    except ValueError as error:
        raise _DamageError from error
    if found.tzinfo is not UTC or found.microsecond:
        raise _DamageError
    return found


class _Line:
    """One line's values, each taken as what it has to be."""

    __slots__ = ("_page", "_values")

    def __init__(self, line: str, page: _Page) -> None:
        try:
            values = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise _DamageError from error
        if not isinstance(values, dict):
            raise _DamageError
        self._page = page
        self._values: dict[str, object] = values

    def text(self, name: str) -> str | None:
        """A text; None where there is none."""
        value = self._values.pop(name, None)
        if value is None:
            return None
        if not isinstance(value, str):
            raise _DamageError
        return self._page.texts.setdefault(value, value)

    def number(self, name: str) -> int | None:
        """A whole number of a sensible size; None where there is none."""
        value = self._values.pop(name, None)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _MOST:
            raise _DamageError
        return value

    def is_so(self, name: str) -> bool:
        """A claim; False where it is not made."""
        value = self._values.pop(name, False)
        if not isinstance(value, bool):
            raise _DamageError
        return value

    def time(self, name: str) -> datetime | None:
        """A moment; None where there is none."""
        written = self.text(name)
        return None if written is None else self._page.time(written)

    def day(self, name: str) -> date | None:
        """A day; None where there is none."""
        written = self.text(name)
        if written is None:
            return None
        try:
            return date.fromisoformat(written)
        except ValueError as error:
            raise _DamageError from error

    def past_day(self, name: str) -> date | None:
        """A day that has begun; None where there is none."""
        found = self.day(name)
        if found and found > self._page.latest.date():
            raise _DamageError(f"is from the future ({found})")
        return found

    def failures(self, name: str) -> tuple[tuple[datetime, Failure], ...]:
        """Pairs of a time and a kind of failing."""
        value = self._values.pop(name, None)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise _DamageError
        return tuple(map(self._failure, value))

    def _failure(self, pair: object) -> tuple[datetime, Failure]:
        match pair:
            case [str(when), str(kind)] if kind in _KINDS:
                return self._page.time(when), _KINDS[kind]
            case _:
                raise _DamageError

    def end(self) -> None:
        """Nothing is left that no field took."""
        if self._values:
            raise _DamageError


_KINDS: Mapping[str, Failure] = MappingProxyType({kind: kind for kind in FAILURES})
_VERDICTS: Mapping[str, Verdict] = MappingProxyType({name: name for name in get_args(Verdict)})


def _issue(head: _Line) -> int | None:
    version = head.number("version")
    if version is None:
        raise _DamageError
    if version != VERSION:
        raise _DamageError(f"is of version {version}, and this is version {VERSION}")
    issue = head.number("issue")
    head.end()
    return issue


def _state(line: _Line) -> LinkState:
    url, asked = line.text("url"), line.time("asked")
    verdict = _VERDICTS.get(line.text("verdict") or "")
    if url is None or verdict is None or asked is None:
        raise _DamageError
    state = LinkState(
        url=url,
        verdict=verdict,
        asked=asked,
        status=line.number("status"),
        reason=line.text("reason") or "",
        final_url=line.text("final_url"),
        note=line.text("note") or "",
        good=line.time("good"),
        strikes=line.number("strikes") or 0,
        since=line.time("since"),
        failures=line.failures("failures"),
        is_host_down=line.is_so("is_host_down"),
        reported=line.time("reported"),
        mends=line.number("mends") or 0,
        moves=line.number("moves") or 0,
        archived=line.text("archived"),
        archive_asked=line.past_day("archive_asked"),
        ignored=line.day("ignored"),
        declined=line.text("declined"),
    )
    line.end()
    return state
