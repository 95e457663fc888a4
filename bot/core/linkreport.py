"""The one issue about links of the list: what it shows, and which of its boxes are ticked."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from rapidfuzz import process

from bot.core import escape, ids, linkfix, memo, nights, text
from bot.core.pages import macro, page
from bot.model import LINK_FIELDS, Markdown, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from bot.core.entry import Entry, Listed
    from bot.core.linkfix import Fix
    from bot.core.listlinks import Place, Placed
    from bot.model import LinkState, Memory
    from bot.plan import Issue

LABEL = "links"
MARKER = "<!-- list-bot:links -->"
"""How the issue starts."""
TITLE = "Links of the list that fail"
DAYS = 90
"""How long a ticked box leaves a link alone."""
MOST_DAYS = 365
SILENT_DAYS = 30
"""How long a link tells nothing before people hear of it: no service is down for so long."""
MOST_ROWS = 42_000
"""Characters of all links that are told; GitHub takes 65,536 of a whole text."""
MOST_NOTES = 3_000
"""Characters of one kind of notes."""
MOST_PLACES = 10
"""Entries that are named for one link."""
_MOST_REASON = 300
_MOST_LINK = 500
_HEADINGS = ("Gone", "Do not answer", "Certificate problems", "Cannot be asked", "Work again")
_NEAR = 3


@dataclass(frozen=True, kw_only=True)
class Sight:
    """All that the report is made from."""

    memory: Memory
    placed: Sequence[Placed]
    listed: Sequence[Listed]
    now: datetime
    fixes: Sequence[Fix] = ()
    """What the pull request has in it, or its branch where none may be opened."""
    pull: int | None = None
    """The pull request's number, where it is open."""
    server: str
    """Where pages of GitHub start, such as `https://github.com`."""
    repository: str | None = None
    """'owner/name'; without it links to files are relative."""

    @property
    def today(self) -> date:
        """The day of `now`."""
        return self.now.date()

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """Entry by its file."""
        return {one.path: one.entry for one in self.listed}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Links that people hear of in one line: one, or those of a host that is down."""

    heading: str
    links: tuple[Placed, ...]
    state: LinkState
    """What is remembered of the first of them."""
    host: str = ""
    """The host, where it is one line for several links."""

    @property
    def name(self) -> str:
        """What its box goes by."""
        return _host_name(self.state.url) if self.host else memo.digest(self.state.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The issue as it has to be, and what the run tells besides."""

    body: Markdown
    is_open: bool
    told: tuple[Told, ...]
    rows: tuple[Markdown, ...]
    """A line for each link that is told, for the run's summary."""
    problems: tuple[Problem, ...]
    """The same, for annotations at the entries' files."""
    counts: Mapping[str, int]
    """How many links there are of each kind that the summary tells."""


def drawn(sight: Sight) -> Report:
    """The report; nothing in it changes from one night to the next unless a link does."""
    told = tuple(_told(sight))
    sections, left = _sections(told, sight)
    notes = {name: _listed(rows) for name, rows in _notes(sight).items()}
    counts = _counts(sight, told)
    body = page(
        "link_report.md.j2",
        marker=Markdown(MARKER),
        sections=sections,
        left=left,
        notes=notes,
        silent=sum(_is_silent(state) for state in _states(sight)),
        silent_days=SILENT_DAYS,
        pull=_pull(sight) if any(fix.kind != "archived" for fix in sight.fixes) else "",
        moved=counts["moved"],
        days=DAYS,
    )
    return Report(
        body=Markdown(_tidy(body)),
        is_open=bool(told),
        told=told,
        rows=tuple(_row(one, link, sight) for one in told for link in one.links),
        problems=tuple(_problems(told, sight)),
        counts=counts,
    )


def _tidy(body: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", body).strip() + "\n"


def is_ignored(state: LinkState, today: date) -> bool:
    """Whether people want to hear nothing of it today."""
    return state.ignored is not None and state.ignored >= today


# What is told


def _told(sight: Sight) -> Iterator[Told]:
    """What people hear of, by heading, the oldest failure first."""
    found: dict[tuple[str, str], list[Placed]] = {}
    for link in sight.placed:
        state = sight.memory.links.get(link.url)
        if state is None or is_ignored(state, sight.today):
            continue
        if nights.is_told(state, now=sight.now):
            heading = _heading(state)
            is_down = state.is_host_down and heading == _HEADINGS[1]
            key = _host(link.url) if is_down else link.url
            found.setdefault((heading, key), []).append(link)
    rows = [
        Told(
            heading=heading,
            links=tuple(links),
            state=sight.memory.links[links[0].url],
            host=key if len(links) > 1 else "",
        )
        for (heading, key), links in found.items()
    ]
    return iter(sorted(rows, key=_rank))


def _rank(one: Told) -> tuple[int, str, str]:
    since = one.state.since.isoformat() if one.state.since else ""
    return _HEADINGS.index(one.heading), since, one.state.url


def _is_mending(state: LinkState) -> bool:
    """Whether it was told of and works again, which one night alone does not prove."""
    return state.mends > 0


def _heading(state: LinkState) -> str:
    if _is_mending(state):
        return _HEADINGS[4]
    if state.verdict == "invalid":
        return _HEADINGS[3]
    if linkfix.is_gone(state):
        return _HEADINGS[0]
    failure = state.failures[-1][1] if state.failures else ""
    return _HEADINGS[2] if failure == "certificate" else _HEADINGS[1]


def _host(url: str) -> str:
    return urlsplit(url).netloc.lower()


def _host_name(url: str) -> str:
    """What the box of a link's host goes by."""
    return memo.digest(f"//{_host(url)}")


def _sections(told: Iterable[Told], sight: Sight) -> tuple[dict[str, list[Markdown]], int]:
    """Heading to blocks of Markdown, and how many blocks found no room."""
    sections: dict[str, list[Markdown]] = {}
    left, room = 0, MOST_ROWS
    for one in told:
        block = _block(one, sight)
        room -= len(block)
        if room < 0:
            left += len(one.links)
        else:
            sections.setdefault(one.heading, []).append(block)
    return sections, left


def _block(one: Told, sight: Sight) -> Markdown:
    """One line with its places, its archived copy and its box."""
    places = [(link, place) for link in one.links for place in link.places]
    block = macro("link_rows.md.j2", "told")
    return block(
        {
            "link": _code(one.state.url),
            "host": one.host and _code(one.host),
            "count": len(one.links),
            "since": _since(one.state),
            "reason": _reason(_why(one.state)),
            "is_mending": _is_mending(one.state),
            "places": [_place(link, place, sight) for link, place in places[:MOST_PLACES]],
            "more": max(0, len(places) - MOST_PLACES),
            "archived": "" if one.host or _is_mending(one.state) else _archived(one.state),
            "box": one.name,
            "days": DAYS,
        }
    )


def _since(state: LinkState) -> str:
    """The day since which it is as its heading says."""
    moment = state.good if _is_mending(state) else state.since or state.reported
    return moment.date().isoformat() if moment else ""


def _why(state: LinkState) -> str:
    """Why it is told; nothing where it works again."""
    if _is_mending(state):
        return ""
    is_silent = state.verdict == "blocked"
    return f"the last look told nothing: {state.reason}" if is_silent else state.reason


def _reason(reason: str) -> Markdown:
    return escape.sentence(text.clipped(text.line(reason), _MOST_REASON))


def _code(url: str) -> Markdown:
    return escape.code(text.clipped(text.line(url), _MOST_LINK))


def _archived(state: LinkState) -> Markdown | str:
    copy = ids.link(state.archived, field="link") if state.archived else ""
    return "" if isinstance(copy, Problem) or not copy else escape.destination(copy)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    path: Markdown
    url: Markdown
    field: str
    proposal: Markdown


def _place(link: Placed, place: Place, sight: Sight) -> _Place:
    start = f"{sight.server}/{sight.repository}" if sight.repository else ".."
    state = sight.memory.links[link.url]
    return _Place(
        path=escape.gfm(place.path),
        url=escape.destination(f"{start}/blob/HEAD/{quote(place.path)}"),
        field=place.field,
        proposal=_proposal(state, place, sight),
    )


def _proposal(state: LinkState, place: Place, sight: Sight) -> Markdown:
    """What would mend a link where it stands; nothing where it works again."""
    if _is_mending(state):
        return Markdown()
    entry = sight.entries[place.path]
    if any((fix.old, fix.place) == (state.url, place) for fix in sight.fixes):
        return Markdown(f"{_pull(sight)} puts the archived copy in its place")
    if linkfix.is_decided(entry, place.field):
        return Markdown("a person decided on it, so it is for a person to change")
    if place.field not in LINK_FIELDS:
        return Markdown("correct the id")
    if place.field == "page" and not entry.ids:
        return Markdown("find another page of the paper, for nothing else links to it")
    out = f"take `{place.field}` out of the entry, or put another link in"
    is_gone = linkfix.is_gone(state)
    if is_gone and _archived(state) and state.archived != state.declined:
        out += ", such as the archived copy"
    is_sure = is_gone or state.verdict == "invalid"
    return Markdown(out if is_sure else f"if it stays so, {out}")


def _pull(sight: Sight) -> Markdown:
    return Markdown(f"#{sight.pull}" if sight.pull else "the branch `bot/links`")


# What is noted besides


def _notes(sight: Sight) -> dict[str, list[Markdown]]:
    """Summary to lines of Markdown."""
    rows: dict[str, list[Markdown]] = {
        name: [] for name in ("alone", "moved", "flaky", "editorial")
    }
    line = macro("link_rows.md.j2", "note")
    alone = macro("link_rows.md.j2", "alone")
    mended = {fix.old for fix in sight.fixes}
    for link in sight.placed:
        state = sight.memory.links.get(link.url)
        if state is None:
            continue
        code = _code(link.url)
        if is_ignored(state, sight.today):
            rows["alone"].append(alone(code, state.ignored, memo.digest(link.url)))
            continue
        if linkfix.is_moved(state) and link.url not in mended:
            new = _code(str(state.final_url))
            rows["moved"].append(line(code, Markdown(f"moved to {new}"), _keys(link)))
        if nights.is_flaky(state, now=sight.now):
            reason = _reason(state.reason if state.strikes else "")
            rows["flaky"].append(line(code, reason, _keys(link)))
        if state.note:
            rows["editorial"].append(line(code, _reason(state.note), _keys(link)))
    return rows


def _keys(link: Placed) -> str:
    """The entries that a link stands in."""
    keys = list(dict.fromkeys(place.key for place in link.places))
    more = f" and {len(keys) - _NEAR} more" if len(keys) > _NEAR else ""
    return ", ".join(keys[:_NEAR]) + more


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    rows: list[Markdown]
    left: int
    count: int


def _listed(rows: Sequence[Markdown]) -> _Listed:
    kept: list[Markdown] = []
    room = MOST_NOTES
    for row in rows:
        room -= len(row)
        if room < 0:
            break
        kept.append(row)
    return _Listed(rows=kept, left=len(rows) - len(kept), count=len(rows))


def _states(sight: Sight) -> list[LinkState]:
    return [sight.memory.links[it.url] for it in sight.placed if it.url in sight.memory.links]


def _is_silent(state: LinkState) -> bool:
    """Whether no look of a month told whether it works; failures are remembered for so long."""
    if state.verdict != "blocked" or state.failures:
        return False
    return state.good is None or state.asked - state.good >= timedelta(days=SILENT_DAYS)


def _counts(sight: Sight, told: Iterable[Told]) -> dict[str, int]:
    states = _states(sight)
    return {
        "links": len(sight.placed),
        "told": sum(len(one.links) for one in told),
        "moved": len({fix.old for fix in sight.fixes if fix.kind != "archived"}),
        "archived": len({fix.old for fix in sight.fixes if fix.kind == "archived"}),
        "blocked": sum(state.verdict == "blocked" for state in states),
        "left alone": sum(is_ignored(state, sight.today) for state in states),
    }


# What the run tells


def _row(one: Told, link: Placed, sight: Sight) -> Markdown:
    state = sight.memory.links[link.url]
    row = macro("link_rows.md.j2", "row")(
        {
            "heading": one.heading,
            "link": _code(link.url),
            "since": _since(state),
            "reason": _reason(_why(state)),
            "places": [(place.path, place.field) for place in link.places[:MOST_PLACES]],
        }
    )
    return Markdown(row.strip())


def _problems(told: Iterable[Told], sight: Sight) -> Iterator[Problem]:
    for one in told:
        for link in one.links:
            state = sight.memory.links[link.url]
            if _is_mending(state):
                continue
            what = f"{text.quoted(link.url, most=200)} fails: {text.clipped(text.line(_why(state)), _MOST_REASON)}"
            fix = "See the report of the list's links."
            for place in link.places[:MOST_PLACES]:
                yield Problem(file=place.path, field=place.field, what=what, fix=fix)


def summary(report: Report) -> Markdown:
    """What the run's page says, but for the list of links."""
    return page("link_summary.md.j2", counts=report.counts)


# What people say to it

_BOX = re.compile(
    r"^ *[-*+] \[(?P<tick>[ xX])\] [^\n]*<!-- list-bot:(?P<kind>leave|heed) (?P<name>[0-9a-f]{16}) -->",
    re.MULTILINE,
)


def is_ours(issue: Issue, us: frozenset[str]) -> bool:
    """Whether an issue is the report, also where a person wrote into it or took its label off."""
    is_marked = MARKER in text.lines(issue.body).split("\n") or LABEL in issue.labels
    return issue.author in us and not issue.is_pull and is_marked


def ticked(memory: Memory, body: str, *, shown: Memory, now: datetime) -> Memory:
    """The memory, with what the ticked boxes of the issue ask for.

    `shown` is what was remembered when the issue was written: the box of a host stands for the
    links that were told then and had no box of their own, whatever came of them since. Only who
    may write to the repository can tick a box in what the bot wrote.
    """
    links = dict(memory.links)
    found = [*_BOX.finditer(body.replace("\r\n", "\n"))]
    named = {box["name"] for box in found}
    boxes = {(box["kind"], box["name"]) for box in found if box["tick"] != " "}
    for url, state in memory.links.items() if boxes else ():
        name, before = memo.digest(url), shown.links.get(url)
        if before and before.reported and name not in named:
            name = _host_name(url)
        if is_ignored(state, now.date()):
            if ("heed", name) in boxes:
                links[url] = replace(state, ignored=None)
        elif ("leave", name) in boxes:
            links[url] = replace(state, ignored=until(DAYS, now=now))
    return replace(memory, links=links)


def until(days: int, *, now: datetime) -> date | None:
    """The last day of so many from today on; None for none."""
    return now.date() + timedelta(days=days) if days else None


def meant(memory: Memory, written: str) -> str | None:
    """The link that a person wrote, if it is one that is remembered."""
    bare = written.strip("<>`")
    normal = ids.link(bare, field="link", allows_private=True)
    tries = [bare, "" if isinstance(normal, Problem) else normal]
    tries += [f"{one}/" for one in tries if one] + [one.rstrip("/") for one in tries]
    return next((one for one in tries if one in memory.links), None)


def near(sight: Sight, written: str) -> tuple[str, ...]:
    """The links of the report that are most like what a person wrote."""
    shown = {link.url for one in _told(sight) for link in one.links}
    alone = (it.url for it in sight.memory.links.values() if is_ignored(it, sight.today))
    found = process.extract(written, sorted(shown | set(alone)), limit=_NEAR, score_cutoff=40)
    return tuple(url for url, _, _ in found)
