"""A list of papers in Markdown to entries, and a report of all that is odd about it.

Nothing is lost in silence: each row is read into an entry, or is what every list has (see
`outline`), or is in the report.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pydantic import ValidationError

from bot.core import entry as entries
from bot.core import ids, invalid, markdown, match, options, outline, shelf, venues
from bot.core import text as plain_text
from bot.core.entry import Entry, Listed
from bot.core.markdown import Inline, Link
from bot.core.merge import IDENTIFIER
from bot.core.outline import LEFT_OUT, Report, quoted
from bot.model import KINDS, LINK_FIELDS, Identity, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from bot.config import Config, Section
    from bot.core.outline import Detail, Found, Meaning, Oddity, Several
    from bot.model import Kind, LinkField

SOURCE = "list"
"""The source of every value that stood in the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of the list, as it stands there."""

    line: int
    title: str
    path: str | None
    """The entry that it went into; None where it is lost, and the report says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a list holds."""

    items: tuple[Item, ...]
    """In the list's order; empty where the text is no list."""
    works: tuple[Listed, ...]
    """Items that name the same paper are one work."""
    oddities: tuple[Oddity, ...]
    """In the order of their lines."""

    @property
    def lost(self) -> int:
        """Items that are in no work."""
        return sum(item.path is None for item in self.items)

    @property
    def duplicates(self) -> int:
        """Items whose work another item names, too."""
        return len(self.items) - self.lost - len(self.works)


def read(text: str, *, config: Config, today: date) -> Imported:
    r"""Read a list of papers; `config` says which sections and venues there are.

    An item is a bullet with the paper's link; rows below it name authors, data sets, models and
    further links. `today` is the day on which the entries come into the list.

    >>> from bot.config import Config
    >>> from datetime import date
    >>> page = "- [FedX: A Study](http://arxiv.org/abs/2405.90001) [ICML 2024]\n  - authors: Ada Holt."
    >>> config = Config(title="Papers", short_title="Papers", introduction="")
    >>> read(page, config=config, today=date(2026, 11, 24)).works[0].path
    'entries/2024/holt2024fedx.yaml'
    """
    report = Report()
    reader = _Reader(config, report)
    found = outline.items(text, config=config, report=report)
    drafts = [reader.draft(one) for one in found if reader.is_item(one)]
    binder = _Binder(config, report, today)
    works = [one for work in _works(drafts) if (one := binder.bound(work))]
    items = tuple(
        Item(line=draft.line, title=draft.title, path=binder.paths.get(draft.line))
        for draft in drafts
    )
    oddities = sorted(report.oddities, key=lambda oddity: oddity.line)
    return Imported(items=items, works=tuple(works), oddities=tuple(oddities))


# Labels -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Label:
    """What the brackets behind a title say."""

    text: str = ""
    name: str = ""
    """Of the venue or server, as written."""
    venue: str | None = None
    """As the list is to show it; None for a preprint."""
    year: int | None = None
    withdrawn: Literal["suspected", "yes"] | None = None
    is_sure: bool = False
    """Whether it can be nothing else: it has a year, or names a known venue or a server."""


_MOST_IN_LABEL = 300
_NOTE = re.compile(r",? (?P<maybe>possibly )?withdrawn$", re.IGNORECASE)
_YEAR = re.compile(r"\(?(?<![0-9.])(?P<year>(?:19[5-9]|20[0-9])[0-9])(?![0-9]|\.[0-9])\)?")
_SHORT_YEAR = re.compile(r" ?['\u2019](?P<year>[0-9]{2})$")
_SERVER = re.compile(r"(?:arxiv|corr|open ?review|(?:[a-z]+ )?pre-?prints?)\b.*", re.IGNORECASE)
_SPELLED = {"arxiv": "arXiv", "openreview": "OpenReview"}


def _label(written: str, known: Mapping[str, str]) -> _Label:
    """Read 'ICML 2024', "ICML'24", 'ICML (2024)', 'Arxiv 2024' or 'TMLR'."""
    if len(written) > _MOST_IN_LABEL:
        return _Label(text=written)
    if name := known.get(written.casefold()):
        return _Label(text=written, name=written, venue=name, is_sure=True)
    note = _NOTE.search(written)
    name, year = _parted(written[: note.start()] if note else written)
    is_server = not name or bool(_SERVER.fullmatch(name))
    return _Label(
        text=written,
        name=name,
        venue=None if is_server else known.get(name.casefold(), name),
        year=year,
        withdrawn=None if not note else "suspected" if note["maybe"] else "yes",
        is_sure=bool(year or note or is_server or name.casefold() in known),
    )


def _parted(label: str) -> tuple[str, int | None]:
    """Name and year; a label with several years is all name."""
    years = set(_YEAR.findall(label))
    if len(years) == 1:
        return plain_text.line(_YEAR.sub("", label)).strip(" ,.;:-"), int(years.pop())
    if short := _SHORT_YEAR.search(label):
        return label[: short.start()], 2000 + int(short["year"])
    return label, None


# Items: what each row says ----------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class _Draft:
    """What the rows of an item say, as far as they were read."""

    line: int
    section: Section | None
    heading_year: int | None
    title: str = ""
    ids: dict[Kind, str] = field(default_factory=dict)
    label: _Label = _Label()
    year: int | None = None
    names: dict[Several, list[str]] = field(default_factory=dict)
    """Authors, data sets, ...; a field has a value, maybe an empty one, where it has a row."""
    links: dict[LinkField, str] = field(default_factory=dict)


_GROUP = re.compile(r"\[(?P<square>[^\[\]]*)\]|\((?P<round>[^()]*)\)")
_EDGES = " /&+*_~[](){}|.,;:\u00b7\u2013\u2014-"
_WORD = re.compile(r"\w+")
_REST = re.compile(
    r"[\s,;]*(?:\.{3,}|\u2026|\b(?:and )?(?:et al|etc|others|[0-9,]+ (?:more|others))\b)[\s.]*$",
    re.IGNORECASE,
)
_MOST_IN_REST = 40
_PDF = re.compile(r"\.pdf(?:[?#]|$)|/pdf[/?]", re.IGNORECASE)


class _Reader:
    """Items to drafts; what is odd about them is told on the way."""

    def __init__(self, config: Config, report: Report) -> None:
        self._tell = report.tell
        self._topics = {plain_text.line(one.title).casefold(): one.key for one in config.topics}
        self._venues = {
            plain_text.line(name).casefold(): venue.name
            for venue in config.venues
            for name in (*venue.aliases, venue.full, venue.name)
        }

    def is_item(self, found: Found) -> bool:
        """Whether it is about a paper; the report has it if not."""
        if found.is_listed or any(outline.meaning(row.text)[0] for row in found.rows[1:]):
            return True
        first, last = found.rows[0], found.rows[-1]
        links = [one for one in markdown.pieces(first.text) if isinstance(one, Link)]
        paper = ids.read(links[0].url) if links else None
        if isinstance(paper, Identity) and paper.kind != "url":
            return True
        until = f" (to line {last.line})" if last is not first else ""
        what = f"{quoted(markdown.plain(first.text))}{until} is under no section and no known paper"
        self._tell(first.line, what, LEFT_OUT)
        return False

    def draft(self, found: Found) -> _Draft:
        """Read an item's rows."""
        draft = _Draft(line=found.line, section=found.section, heading_year=found.year)
        self._headline(draft, found.rows[0])
        for row in found.rows[1:]:
            self._detail(draft, row)
        if missing := [name for name in ("datasets", "models") if name not in draft.names]:
            self._tell(draft.line, f"no row names its {' or '.join(missing)}", "left empty")
        if not found.section:
            what = f"{quoted(draft.title)} is under no section of the list"
            self._tell(draft.line, what, "the list's rule decides")
        for kind, written in draft.ids.items():
            told = venues.told_by(Identity(kind=kind, id=written))
            if told and draft.label.venue not in {None, told}:
                what = f"the id tells {told}, the label {draft.label.venue}"
                self._tell(draft.line, what, f"the venue is {draft.label.venue}")
        if draft.ids:
            self._date(draft)
        return draft

    def _headline(self, draft: _Draft, row: Detail) -> None:
        """Read title, link and label, in whichever order they stand."""
        pieces = markdown.pieces(row.text)
        links = [one for one in pieces if isinstance(one, Link)]
        main = next((one for one in links if not (one.is_bare or outline.target(one.text))), None)
        if main:
            draft.title, around = markdown.plain(main.text), _between(pieces)
            self._paper(draft, main, row.line)
        else:
            draft.title, around = self._title(pieces)
        self._labels(draft, around, row.line)
        for link in links:
            if link is not main:
                self._link(draft, link, row.line, wanted="paper" if link.is_bare else None)

    def _title(self, pieces: Sequence[Inline | Link]) -> tuple[str, Inline]:
        """The title, where it stands as text before the links, and what else is there."""
        first = next((at for at, one in enumerate(pieces) if isinstance(one, Link)), len(pieces))
        before, after = _between(pieces[:first]), _between(pieces[first:])
        groups = (it for it in _GROUP.finditer(before) if _label(_inside(it), self._venues).is_sure)
        cut = next((group.start() for group in groups), len(before))
        title = markdown.plain(Inline(before[:cut].rstrip(" [(")))
        return title.strip(" *_|.,;:-"), Inline(f"{before[cut:]} {after}")

    def _labels(self, draft: _Draft, around: Inline, line: int) -> None:
        """Find the label in what stands around the title; what else is there is told."""
        groups = [group for group in _GROUP.finditer(around) if _inside(group).strip(_EDGES)]
        square = [_inside(group) for group in groups if group["square"]]
        bare = markdown.plain(Inline(_GROUP.sub(" ", around))).strip(_EDGES)
        labels = [_label(one, self._venues) for one in (*map(_inside, groups), bare) if one]
        # Brackets of the other kind hold a venue or a remark, such as (Oral): only a year or a
        # known name tells.
        chosen = next((one for one in labels if one.is_sure), None) or next(
            (one for one in labels if one.text in square and not _promised(one.text)), None
        )
        if chosen and not draft.label.text and len(chosen.text) <= _MOST_IN_LABEL:
            labels.remove(chosen)
            draft.label = chosen
            meant = chosen.venue or _SPELLED.get(chosen.name.casefold(), chosen.name)
            if meant != chosen.name:
                self._tell(line, f"the label is spelled {quoted(chosen.name)}", f"read as {meant}")
        for other in labels:
            self._unread(other.text, line)

    def _detail(self, draft: _Draft, row: Detail) -> None:
        """Read a row below the title."""
        meaning, said = outline.meaning(row.text)
        match meaning:
            case "authors" | "datasets" | "models" | "topics":
                self._several(draft, meaning, said, row.line)
            case "venue":
                self._labels(draft, Inline(f"[{said}]"), row.line)
            case _:
                self._links(draft, said, row.line, wanted=meaning)

    def _several(self, draft: _Draft, name: Several, said: Inline, line: int) -> None:
        """Read a row of names."""
        pieces = markdown.pieces(said)
        for link in pieces:
            if isinstance(link, Link) and not link.is_bare:
                what = f"{quoted(markdown.plain(link.text))} links to {quoted(link.url)}"
                self._tell(line, what, "the name stays, its link is left out")
        bare = markdown.plain(
            Inline("".join(one.text if isinstance(one, Link) else one for one in pieces))
        )
        rest = _REST.search(bare[-_MOST_IN_REST:])
        if rest:
            bare = bare.removesuffix(rest[0])
            what = f"the {name} go on without names: {quoted(rest[0].strip(' ,;'))}"
            self._tell(line, what, "only those that are named are kept")
        found = plain_text.names(bare) if name == "authors" else plain_text.items(bare)
        if not found and not rest:
            self._tell(line, f"the row of {name} is empty", "left empty")
        if bare.endswith(".") and found and not found[-1].endswith("."):
            self._tell(line, f"the {name} end with a full stop", f"read as {quoted(found[-1])}")
        if name == "topics":
            found = self._known_topics(bare, found, line)
        draft.names.setdefault(name, []).extend(found)

    def _known_topics(self, said: str, names: Iterable[str], line: int) -> tuple[str, ...]:
        """The keys of the topics; a title may hold commas and "and" itself."""
        readings = options.split(said.casefold(), self._topics.keys())
        if len(readings) == 1:
            names = readings[0]
        for name in names:
            if name.casefold() not in self._topics:
                self._tell(line, f"{quoted(name)} is no topic of this list", LEFT_OUT)
        known = (self._topics.get(name.casefold()) for name in names)
        return tuple(key for key in known if key)

    def _links(self, draft: _Draft, said: Inline, line: int, *, wanted: Meaning | None) -> None:
        """Read a row of links."""
        pieces = markdown.pieces(said)
        links = [one for one in pieces if isinstance(one, Link)]
        for link in links:
            self._link(draft, link, line, wanted=wanted)
        rest = markdown.plain(_between(pieces)).strip(_EDGES)
        if wanted and not links and not rest:
            self._tell(line, f"the row of {wanted} is empty", "left empty")
        self._unread(rest, line)

    def _link(self, draft: _Draft, link: Link, line: int, *, wanted: Meaning | None) -> None:
        """Read a link that says what it leads to, or whose row does."""
        meaning = outline.target(link.text) or wanted
        if meaning == "paper":
            self._paper(draft, link, line)
        elif meaning in LINK_FIELDS:
            found = ids.link(link.url, field=meaning)
            if isinstance(found, Problem):
                self._tell(line, found.what.rstrip("."), f"{LEFT_OUT}. {found.fix}")
            elif draft.links.setdefault(meaning, found) != found:
                what = f"a second link to {meaning}, {quoted(found)}"
                self._tell(line, what, f"{LEFT_OUT}: an entry has one")
            elif found != link.url:
                self._changed(link.url, found, line)
        else:
            what = f"the link {quoted(markdown.plain(link.text))} to {quoted(link.url)}"
            self._tell(line, f"{what} fits no field", LEFT_OUT)

    def _paper(self, draft: _Draft, link: Link, line: int) -> None:
        """Read a link to the paper itself."""
        found = ids.read(link.url)
        if isinstance(found, Problem):
            self._tell(line, found.what.rstrip("."), f"{LEFT_OUT}. {found.fix}")
        elif draft.ids.get(found.kind, found.id) != found.id or (draft.ids and found.kind == "url"):
            what = f"one more link to the paper, {quoted(link.url)}"
            self._tell(line, what, f"{LEFT_OUT}: {ids.url(found)}")
        else:
            draft.ids[found.kind] = found.id
            if found.track:
                draft.links.setdefault("page", ids.url(found))
            if link.url != ids.url(found):
                self._changed(link.url, ids.url(found), line, version=found.version)

    def _changed(self, written: str, kept: str, line: int, *, version: int | None = None) -> None:
        """Tell of a link that is not written as it is kept."""
        reasons = [
            "is http" if written.lower().startswith("http://") else "",
            "leads to a PDF" if _PDF.search(written) and not _PDF.search(kept) else "",
            f"names version {version}" if version else "",
        ]
        why = " and ".join(filter(None, reasons)) or f"is written {quoted(written)}"
        self._tell(line, f"the link {why}", f"kept as {kept}")

    def _unread(self, said: str, line: int) -> None:
        """Tell of text that is in no field."""
        if promised := _promised(said):
            self._tell(line, f"{quoted(' and '.join(promised))} without a link", "left empty")
        elif said.strip(_EDGES) and (_words(said) or not _WORD.search(said)):
            self._tell(line, f"{quoted(said)} is in no field", LEFT_OUT)

    def _date(self, draft: _Draft) -> None:
        """Settle the year; a preprint's is that of its first version, which the id tells."""
        label, heading, told = draft.label, draft.heading_year, _id_year(draft)
        if label.venue and not label.year:
            draft.year = None
            self._tell(draft.line, f"{label.venue} without a year", "year stays empty")
            return
        trusted = label.year if label.venue else told or label.year
        draft.year = trusted or heading
        others = {"the label": label.year, "the heading": heading}
        against = [f"{who} {year}" for who, year in others.items() if year not in {None, trusted}]
        if trusted and against:
            who = "the label says" if trusted != told or label.venue else "the id tells"
            what = f"{who} {trusted}, {' and '.join(against)}"
            self._tell(draft.line, what, f"the year is {trusted}")


def _between(pieces: Iterable[Inline | Link]) -> Inline:
    """The text around the links."""
    return Inline(" ".join(one for one in pieces if not isinstance(one, Link)))


def _words(said: str) -> list[str]:
    return [one for one in _WORD.findall(said.casefold()) if one not in {"and", "or"}]


def _promised(said: str) -> list[str]:
    """What a text names without a link ('code and slide'), if it says nothing else."""
    words = _words(said)
    return words if all(one in outline.PLACEHOLDERS for one in words) else []


def _inside(group: re.Match[str]) -> str:
    return markdown.plain(Inline(group["square"] or group["round"] or ""))


def _id_year(draft: _Draft) -> int | None:
    known = (Identity(kind=kind, id=draft.ids[kind]) for kind in KINDS if kind in draft.ids)
    return next((year for one in known if (year := ids.year_hint(one))), None)


def _united(names: Iterable[str]) -> tuple[str, ...]:
    """Each name once, as it was written first; case does not tell names apart."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(name.casefold(), name)
    return tuple(first.values())


# Works: the items that name one paper ------------------------------------------------------------


class _Work:
    """The items about one paper, in their order."""

    def __init__(self) -> None:
        self.drafts: list[_Draft] = []
        self.ids: dict[Kind, str] = {}
        self.surnames: set[str] = set()

    def add(self, draft: _Draft) -> None:
        """Take one more item in."""
        self.drafts.append(draft)
        self.ids = {**draft.ids, **self.ids}
        self.surnames |= match.surnames(draft.names.get("authors", ()))

    def fits(self, draft: _Draft) -> bool:
        """Whether an item of the same title is the same work: by an author, and against no id."""
        authors = match.surnames(draft.names.get("authors", ()))
        is_against = any(self.ids.get(kind, one) != one for kind, one in draft.ids.items())
        return bool(self.surnames & authors) and not is_against


def _works(drafts: Iterable[_Draft]) -> list[_Work]:
    """The items by what they name: the same id is the same work, as `match` has it for titles."""
    works: list[_Work] = []
    by_id: dict[tuple[Kind, str], _Work] = {}
    by_title: dict[str, _Work] = {}
    for draft in drafts:
        title = match.plain(draft.title)
        work = next((by_id[one] for one in draft.ids.items() if one in by_id), None)
        if not work and title in by_title and by_title[title].fits(draft):
            work = by_title[title]
        if not work:
            works.append(work := _Work())
        work.add(draft)
        for one in draft.ids.items():
            by_id.setdefault(one, work)
        by_title.setdefault(title, work)
    return works


class _Binder:
    """Works to entries, each in its place."""

    def __init__(self, config: Config, report: Report, today: date) -> None:
        self.paths: dict[int, str] = {}
        """Line of an item to the entry that it went into."""
        self._config = config
        self._tell = report.tell
        self._today = today
        self._keys: set[str] = set()
        self._stems: dict[str, Iterator[str]] = {}

    def bound(self, work: _Work) -> Listed | None:
        """The work's entry; None where it cannot be one, and the report says why."""
        first = next((one for one in work.drafts if one.label.venue), work.drafts[0])
        entry = self._entry(work, first)
        if isinstance(entry, str):
            for draft in work.drafts:
                what = f"{quoted(draft.title or 'an item')} cannot be an entry: {entry}"
                self._tell(draft.line, what, "the item is lost. Mend it, and import again")
            return None
        listed = Listed(path=self._path(entry, first), entry=entry)
        self.paths |= {draft.line: listed.path for draft in work.drafts}
        self._tell_united(work, listed, first)
        return listed

    def _entry(self, work: _Work, first: _Draft) -> Entry | str:
        """The entry of a work, or why there is none."""
        given = self._given(work, first)
        for value, why in (
            (work.ids, "it has no link that names a paper"),
            (first.title, "it has no title"),
            (given["authors"], "no row names its authors"),
        ):
            if not value:
                return why
        sources = {name: SOURCE for name, value in given.items() if value}
        if first.year and first.year not in {first.label.year, first.heading_year}:
            sources["year"] = IDENTIFIER
        whole = {**given, "ids": work.ids, "added": self._today, "sources": sources}
        try:
            entry = Entry.model_validate(whole)
        except ValidationError as error:
            found = invalid.problems(error, file="", examples={})
            return "; ".join(f"{one.field}: {one.what}" for one in found[:5])
        return self._sectioned(entry, work, first)

    def _given(self, work: _Work, first: _Draft) -> dict[str, object]:
        """The fields that the list tells; where its items differ, the first one's."""
        ranked = (first, *work.drafts)
        given: dict[str, object] = {
            "title": first.title,
            "venue": first.label.venue,
            "year": first.year,
            "withdrawn": next((it.label.withdrawn for it in ranked if it.label.withdrawn), None),
            "links": {name: url for it in reversed(ranked) for name, url in it.links.items()},
            "authors": _united(next(filter(None, (it.names.get("authors") for it in ranked)), ())),
        }
        for name in ("datasets", "models", "topics"):
            given[name] = _united(one for it in work.drafts for one in it.names.get(name, ()))
        return given

    def _sectioned(self, entry: Entry, work: _Work, first: _Draft) -> Entry:
        """The entry with the section that the list names, where the rule would not put it there."""
        sections = [one.section for one in work.drafts if one.section]
        named = next((one for one in sections if one.takes == "named"), None)
        wanted = named or first.section
        if not wanted or (not named and wanted.key == shelf.section_key(entry, self._config)):
            return entry
        if not named:
            what = f"by its label {quoted(first.label.text)} it does not belong in {wanted.title}"
            self._tell(first.line, what, f"it stays there, by section: {wanted.key}")
        sources = {**entry.sources, "section": SOURCE}
        return entry.model_copy(update={"section": wanted.key, "sources": sources})

    def _path(self, entry: Entry, first: _Draft) -> str:
        year = entry.sort_year or first.heading_year
        if not year:
            year = self._today.year
            self._tell(first.line, "nothing tells its year", f"it is filed under {year}")
        stem = ids.citation_key(authors=entry.authors, year=year, title=entry.title, taken=())
        # To ask `citation_key` again from the start for each of many equal stems is quadratic.
        rest = self._stems.setdefault(stem, ids.suffixed(stem))
        key = next(one for one in rest if one not in self._keys)
        self._keys.add(key)
        return entries.path(year=year, key=key)

    def _tell_united(self, work: _Work, listed: Listed, first: _Draft) -> None:
        """Tell of what several items about one paper make of it."""
        start, entry = work.drafts[0].line, listed.entry
        authors, section = ", ".join(entry.authors), entry.section or ""
        for draft in work.drafts:
            if draft.line != start:
                done = f"one entry, {listed.path}, which has what both say"
                self._tell(draft.line, f"{quoted(draft.title)} is the work of line {start}", done)
            for name, one, kept in (
                ("title", draft.title, entry.title),
                ("label", draft.label.text, first.label.text),
                ("authors", ", ".join(_united(draft.names.get("authors", ()))), authors),
                ("section", draft.section.key if draft.section and section else "", section),
                *((name, url, entry.links[name]) for name, url in draft.links.items()),
            ):
                if one and one != kept:
                    what = f"two items about one paper differ: {name} {quoted(one)}"
                    self._tell(draft.line, what, f"{quoted(kept)} is kept")
