"""What mends links of the list: addresses that moved for good, archived copies of what is gone."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeAlias

from pydantic import ValidationError

from bot.core import audit, branch, escape, ids, landing, memo, nights, text
from bot.core.entry import Entry
from bot.core.merge import PERSON
from bot.core.pages import page
from bot.model import LINK_FIELDS, Markdown, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from bot.config import Config
    from bot.core.entry import Listed
    from bot.core.listlinks import Place, Placed
    from bot.model import LinkState, Memory
    from bot.plan import Pull

Kind: TypeAlias = Literal["moved", "trivial", "archived"]

MOST_FIXES = 200
"""Of one pull request; the others come when these are in."""
NIGHTS_MOVED = 2
"""Nights in a row after which a permanent redirect is believed."""
MARKER = memo.PULL
_MOST_SHOWN = 200
_MOST_ROWS = 40_000
"""Characters of the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One field of one entry, with another address in it."""

    place: Place
    old: str
    new: str
    kind: Kind
    since: date | None = None
    """The day since which the old address failed."""


def fixes(  # noqa: PLR0913 - the list, what is known of its links, and what it takes
    memory: Memory,
    placed: Iterable[Placed],
    listed: Sequence[Listed],
    config: Config,
    *,
    now: datetime,
    allows_private: bool = False,
) -> tuple[Fix, ...]:
    """What is proposed: nothing that a person decided, declined, or that the list would not take."""
    entries = {one.path: one.entry for one in listed}
    wanted: list[Fix] = []
    for link in placed:
        state = memory.links.get(link.url)
        offer = proposed(state, now=now, allows_private=allows_private)
        if state and offer and state.declined != offer.new:
            wanted += _everywhere(offer, link, entries)
    return _sound(wanted[:MOST_FIXES], listed, config, allows_private=allows_private)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The address that could stand in the place of a link, wherever it stands."""

    old: str
    new: str
    kind: Kind
    since: date | None = None


def proposed(
    state: LinkState | None, *, now: datetime, allows_private: bool = False
) -> Offer | None:
    """What could stand in a link's place; None where nothing is known that could."""
    if state is None or (state.ignored and state.ignored >= now.date()):
        return None
    if is_moved(state):
        new, since = str(state.final_url), None
        kind: Kind = "trivial" if landing.is_same_resource(state.url, new) else "moved"
    elif state.archived and is_gone(state) and nights.is_told(state, now=now):
        new, kind, since = state.archived, "archived", state.since and state.since.date()
    else:
        return None
    normal = ids.link(new, field="link", allows_private=allows_private)
    if isinstance(normal, Problem) or normal == state.url:
        return None
    return Offer(old=state.url, new=normal, kind=kind, since=since)


def is_moved(state: LinkState) -> bool:
    """Whether it moved for good, as far as several nights can tell."""
    return bool(state.final_url) and state.moves >= NIGHTS_MOVED


def is_gone(state: LinkState) -> bool:
    """Whether it is gone, as far as is known: a look that told nothing since changes nothing."""
    return bool(state.strikes and state.failures) and state.failures[-1][1] in {"404", "410"}


def is_decided(entry: Entry, field: str) -> bool:
    """Whether a person decided on the link in this field, so that no job proposes to change it."""
    group, _, kind = field.rpartition(".")
    names = {kind, group or "links"}
    signed = {name for name, source in entry.sources.items() if source == PERSON}
    return bool(names & (signed | set(entry.locked)))


def _everywhere(offer: Offer, link: Placed, entries: Mapping[str, Entry]) -> Iterator[Fix]:
    """The offer at each place of the link where the bot may change it."""
    for place in link.places:
        may = place.field in LINK_FIELDS or (place.field == "ids.url" and offer.kind != "archived")
        if may and not is_decided(entries[place.path], place.field):
            yield Fix(place=place, old=offer.old, new=offer.new, kind=offer.kind, since=offer.since)


def applied(wanted: Iterable[Fix], listed: Iterable[Listed]) -> dict[str, Entry]:
    """File to entry with these fixes in it; raises pydantic's ValidationError."""
    by_path = {one.path: one.entry for one in listed}
    changed: dict[str, Entry] = {}
    for fix in wanted:
        path, field = fix.place.path, fix.place.field
        one = changed.get(path) or by_path[path]
        name = "ids" if field == "ids.url" else "links"
        values = {**getattr(one, name), field.removeprefix("ids."): fix.new}
        changed[path] = Entry.model_validate({**one.fields(), name: values})
    return changed


def _sound(
    wanted: Sequence[Fix], listed: Sequence[Listed], config: Config, *, allows_private: bool
) -> tuple[Fix, ...]:
    """Those after which the list has no problem that it did not have before."""
    entries: dict[str, Entry] = {}
    own = {one.path: one for one in listed}
    for path in dict.fromkeys(fix.place.path for fix in wanted):
        mine = [fix for fix in wanted if fix.place.path == path]
        with suppress(ValidationError):
            entries |= applied(mine, [own[path]])
    found = partial(audit.problems, config=config, allows_private=allows_private)
    before = set(found(listed))
    if set(found(branch.changed(listed, entries))) - before:
        # One of them is the cause, and seldom is there any: each is looked at alone.
        kept = dict[str, Entry]()
        for path, one in entries.items():
            if not set(found(branch.changed(listed, {**kept, path: one}))) - before:
                kept[path] = one
        entries = kept
    return tuple(fix for fix in wanted if fix.place.path in entries)


# The pull request


def title(wanted: Sequence[Fix]) -> str:
    """What the pull request is called."""
    count = len({fix.old for fix in wanted})
    return f"Mend {text.counted(count, 'link', 'links')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    path: str
    field: str
    old: Markdown
    new: Markdown
    evidence: str


def body(wanted: Sequence[Fix]) -> Markdown:
    """What the pull request says, and what it remembers: which address it puts in which place."""
    known = memo.write(MARKER, {"fixes": {_short(one.old): _short(one.new) for one in wanted}})
    shown, left = _within(map(_row, (one for one in wanted if one.kind != "trivial")), _MOST_ROWS)
    forms, more = _within(map(_row, (one for one in wanted if one.kind == "trivial")), 10_000)
    made = page("link_fixes.md.j2", rows=shown, forms=forms, left=left + more).strip()
    return Markdown(f"{known}\n{made}\n")


def emptied() -> Markdown:
    """What the bot leaves in a pull request that it closes itself: nobody declined anything."""
    return Markdown(f"{memo.write(MARKER, {'fixes': {}})}\nNothing is left to mend here.\n")


def _row(fix: Fix) -> _Row:
    evidence = "permanent redirect"
    if fix.kind == "archived":
        evidence = f"gone since {fix.since}" if fix.since else "gone"
    return _Row(
        path=fix.place.path,
        field=fix.place.field,
        old=_code(fix.old),
        new=_code(fix.new),
        evidence=evidence,
    )


def _code(url: str) -> Markdown:
    """A link as code, in a table's cell, too: normal links hold no bar."""
    return escape.code(text.clipped(text.line(url), _MOST_SHOWN).replace("|", "%7C"))


def _within(rows: Iterable[_Row], most: int) -> tuple[list[_Row], int]:
    """The first rows that fit into so many characters, and how many do not."""
    kept: list[_Row] = []
    left = 0
    for row in rows:
        most -= len(row.path) + len(row.field) + len(row.old) + len(row.new) + 60
        if most < 0:
            left += 1
        else:
            kept.append(row)
    return kept, left


def _short(url: str) -> str:
    return memo.digest(url)


def settled(
    memory: Memory,
    pulls: Iterable[Pull],
    *,
    us: frozenset[str],
    now: datetime,
    allows_private: bool = False,
) -> Memory:
    """The memory, with what people said to the pull requests: closing one declines what it held.

    Opening it again takes that back. One that somebody else opened from our branch says nothing.
    """
    links = dict(memory.links)
    by_name = {_short(url): url for url in links}
    ours = [one for one in pulls if one.author in us and not one.is_merged]
    for pull in sorted(ours, key=lambda one: one.is_open):
        held = memo.words(memo.found(MARKER, pull.body), "fixes")
        for name, new in held.items():
            state = links.get(by_name.get(name, ""))
            offer = proposed(state, now=now, allows_private=allows_private)
            if state and offer and _short(offer.new) == new:
                declined = None if pull.is_open else offer.new
                links[state.url] = replace(state, declined=declined)
    return replace(memory, links=links)
