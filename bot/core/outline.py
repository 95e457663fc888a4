"""A page that lists papers, to its items: where each stands, and what on the page is none.

Rows that every list has are passed over: title, introductions, contents, headings, stray dashes,
and the example of the format. All else is an item or is told to the report.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote

from bot.core import markdown, match, text
from bot.core.github import Slugs
from bot.core.markdown import Comment, Fence, Gap, Heading, Inline, Link, Row
from bot.model import LINK_FIELDS, LinkField

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.config import Config, Section


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """One thing that a reader of the list may not have seen, and what was done about it."""

    line: int
    """Counted from 1."""
    what: str
    done: str


class Report:
    """The oddities that were found so far."""

    def __init__(self) -> None:
        self.oddities: list[Oddity] = []

    def tell(self, line: int, what: str, done: str) -> None:
        """Keep one more oddity."""
        self.oddities.append(Oddity(line=line, what=what, done=done))


LEFT_OUT = "left out"


def quoted(written: str) -> str:
    """Text of the list as it may stand in a message: clean, short, in quotes."""
    return f"'{text.clipped(text.line(written[:500]), 80)}'"


@dataclass(slots=True, kw_only=True)
class Detail:
    """A row of an item, with the rows that go on with it."""

    line: int
    indent: int
    is_bullet: bool
    parts: list[str]

    @property
    def text(self) -> Inline:
        """The row, whole."""
        return Inline("".join(self.parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A bullet that may be an item, with the rows below it."""

    rows: list[Detail]
    section: Section | None
    year: int | None
    """Of the heading above."""
    is_listed: bool
    """Whether it stands under a section or a year, where only items stand."""

    @property
    def line(self) -> int:
        """Where it starts."""
        return self.rows[0].line

    def holds(self, row: Row) -> bool:
        """Whether the row is indented as what belongs to it: one space makes a neighbour."""
        return row.indent > self.rows[0].indent + 1


def items(page: str, *, config: Config, report: Report) -> list[Found]:
    """The bullets of a page that may be items."""
    walk = _Walk(config, report)
    for block in markdown.blocks(page):
        walk.take(block)
    walk.finish()
    return walk.found


# What a row is about ----------------------------------------------------------------------------

Several = Literal["authors", "datasets", "models", "topics"]
SEVERAL: tuple[Several, ...] = ("authors", "datasets", "models", "topics")
Target = LinkField | Literal["paper"]
"""What a link leads to."""
Meaning = Several | Target | Literal["venue"]
"""What a row of an item tells."""


_LINK_WORDS: Mapping[Target, str] = {
    "paper": "paper|pdf|arxiv|openreview|doi|abs|html|preprint",
    "code": "code|codes|source code|official code|github|repo|repository|implementation",
    "slides": "slides|slide",
    "video": "video|videos|talk|recording|youtube",
    "page": "page|project|project page|website|homepage|home page|webpage",
}
_TARGETS: Mapping[str, Target] = {
    word: target for target, words in _LINK_WORDS.items() for word in words.split("|")
}
_MEANINGS: Mapping[str, Meaning] = {
    **_TARGETS,
    **dict.fromkeys(("author", "authors"), "authors"),
    **dict.fromkeys(("data", "dataset", "datasets", "data set", "data sets"), "datasets"),
    **dict.fromkeys(("model", "models"), "models"),
    **dict.fromkeys(("topic", "topics"), "topics"),
    **dict.fromkeys(("venue", "conference", "journal"), "venue"),
}
PLACEHOLDERS = frozenset(
    {part for word in _MEANINGS for part in word.split()} | {"link", "links", "coming", "soon"}
)
"""The words of rows that say only that something may be there one day."""

_LABELLED = re.compile(
    r"[*_]{0,3}(?P<word>[A-Za-z][A-Za-z ]{0,19})[*_]{0,3} ?[:\uff1a][*_]{0,3}(?P<said>.*)",
    re.DOTALL,
)


def meaning(row: Inline) -> tuple[Meaning | None, Inline]:
    """What a row says it is about, and the rest of it; None and the whole row if it says nothing.

    >>> meaning(markdown.inline("**Authors:** Ada Holt"))
    ('authors', ' Ada Holt')
    """
    found = _LABELLED.fullmatch(row)
    told = _MEANINGS.get(found["word"].strip().casefold()) if found else None
    return (told, Inline(found["said"])) if found and told else (None, row)


def target(link: Inline) -> Target | None:
    """What a link leads to, by its text; None where that is no such word."""
    return _TARGETS.get(markdown.plain(link).strip("[]() .,:").casefold())


def _is_detail(row: Inline) -> bool:
    """Whether a row tells about the item above it, however it is indented."""
    first = next(iter(markdown.pieces(row)), None)
    is_link = isinstance(first, Link) and target(first.text) in LINK_FIELDS
    return is_link or bool(meaning(row)[0])


# Where a row is ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Under which headings of the page something stands."""

    section: Section | None = None
    section_level: int = 0
    year: int | None = None
    year_level: int = 0
    is_listed: bool = False
    """Whether section or year say that items stand here."""
    takes_prose: bool = True
    """Whether text here introduces what follows, as no item came yet."""


@dataclass(slots=True, kw_only=True)
class _Open:
    """A heading whose end has not come yet."""

    line: int
    level: int
    title: str
    year: int | None
    items: int = 0


_YEAR = re.compile(r"(?<![0-9.])(?:19[5-9]|20[0-9])[0-9](?![0-9]|\.[0-9])")
_CONTENTS = frozenset({"contents", "table of contents", "toc", "index"})
_FORMAT = re.compile(r"[-*\s]*(?:format\b|\[title\]\()", re.IGNORECASE)
_ANCHOR = re.compile(
    r"<[a-z][a-z0-9]{0,9}\s[^<>]*?\b(?:id|name)=[\"']?(?P<name>[^\s\"'<>]+)", re.IGNORECASE
)


def _folded(title: str) -> str:
    """A heading without case, punctuation, emoji and numbers."""
    return " ".join(word for word in match.plain(title).split() if not word.isdecimal()).strip("_ ")


class _Walk:
    """One walk down the page, which keeps in mind where it is."""

    def __init__(self, config: Config, report: Report) -> None:
        self.found: list[Found] = []
        self._tell = report.tell
        self._sections = {_folded(one.title): one for one in config.sections}
        self._sections |= {match.plain(one.title): one for one in config.sections}
        self._sections.pop("", None)
        self._place = _Place()
        self._open: list[_Open] = []
        self._has_title = False
        self._item: Found | None = None
        self._is_after_gap = False
        self._prose: list[tuple[int, str]] = []
        self._slugs = Slugs()
        self._anchors: set[str] = set()
        self._jumps: list[tuple[int, str]] = []

    def take(self, block: markdown.Block) -> None:
        """Take the next block."""
        match block:
            case Heading():
                self._notice(block.line, block.text)
                self._heading(block)
            case Row():
                self._notice(block.line, block.text)
                self._row(block)
            case Fence():
                self._fence(block)
            case Comment():
                self._tell(block.line, f"a comment{_until(block.line, block.last)}", LEFT_OUT)
            case Gap():
                """Only parts what stands around it."""
        self._is_after_gap = isinstance(block, Gap)

    def finish(self) -> None:
        """Tell what can only be told at the end."""
        self._close(level=0)
        for line, anchor in self._jumps:
            if unquote(anchor).lower() not in self._anchors:
                what = f"the link to {quoted('#' + anchor)} leads nowhere"
                self._tell(line, what, "the table of contents is made anew")

    def _notice(self, line: int, row: Inline) -> None:
        """Note anchors and pictures."""
        self._anchors |= {found["name"].lower() for found in _ANCHOR.finditer(row)}
        for picture in markdown.pictures(row):
            what = f"the page shows the picture {quoted(picture)}"
            self._tell(line, what, f"{LEFT_OUT}: no entry has pictures")

    def _heading(self, heading: Heading) -> None:
        """Go under a heading: a section, a year, or another matter."""
        self._close(level=heading.level)
        self._item = None
        title, level = markdown.plain(heading.text), heading.level
        self._anchors.add(self._slugs.anchor(title))
        is_title = level == 1 and not self._has_title
        self._has_title = True
        section = self._sections.get(match.plain(title)) or self._sections.get(_folded(title))
        years = set() if is_title and not section else set(_YEAR.findall(title))
        year = int(years.pop()) if len(years) == 1 else None
        self._open.append(_Open(line=heading.line, level=level, title=title, year=year))
        place = replace(self._place, takes_prose=True)
        if year or level <= place.year_level:
            place = replace(place, year=year, year_level=level)
        if section:
            place = replace(place, section=section, section_level=level, is_listed=True)
        elif year and not _folded(title):
            place = replace(place, is_listed=True)
        elif is_title or _folded(title) in _CONTENTS:
            place = replace(place, section=None, is_listed=False)
        else:
            place = self._strange(place, self._open[-1])
        self._place = place

    def _strange(self, place: _Place, heading: _Open) -> _Place:
        """The place under a heading that the list does not know."""
        place = replace(place, takes_prose=False)
        if place.section and heading.level > place.section_level:
            done = f"papers below it stay in {place.section.title}"
        else:
            done = "papers below it go where the list's rule puts them"
            place = replace(place, section=None, is_listed=False)
        self._tell(heading.line, f"the heading {quoted(heading.title)} is no section", done)
        return place

    def _close(self, *, level: int) -> None:
        """End what stands under headings of this level and below."""
        self._end_prose()
        while self._open and self._open[-1].level >= level:
            closed = self._open.pop()
            if closed.year and not closed.items:
                what = f"nothing stands under the heading {quoted(closed.title)}"
                self._tell(closed.line, what, "the heading is not kept")

    def _fence(self, fence: Fence) -> None:
        what = f"a fenced block{_until(fence.line, fence.last)}"
        if not fence.is_closed:
            done = f"{LEFT_OUT}, to the end of the page: close it, and import again"
            self._tell(fence.line, f"{what} never ends", done)
        elif not _FORMAT.match(fence.text):
            self._tell(fence.line, what, LEFT_OUT)

    def _row(self, row: Row) -> None:
        is_inside = self._item is not None and self._item.holds(row)
        if not is_inside and self._jumps_from(row):
            return
        if row.is_bullet:
            self._bullet(row)
        elif self._item and (is_inside or not self._is_after_gap):
            self._go_on(self._item, row)
        else:
            self._item = None
            self._text(row)

    def _jumps_from(self, row: Row) -> bool:
        """Whether the row is one of the table of contents; its jumps are noted, and others', too."""
        pieces = markdown.pieces(row.text)
        jumps = [it for it in pieces if isinstance(it, Link) and it.url.startswith("#")]
        self._jumps += [(row.line, it.url[1:]) for it in jumps]
        return row.is_bullet and bool(jumps) and pieces[0] is jumps[0]

    def _bullet(self, row: Row) -> None:
        if not row.text.strip():
            return
        item = self._item
        if not item or not (item.holds(row) or _is_detail(row.text)):
            self._begin(row)
        elif _is_below(item, row) and not _is_detail(row.text):
            item.rows[-1].parts += [", ", row.text]
        else:
            item.rows.append(_detail(row))

    def _begin(self, row: Row) -> None:
        """Start what may be an item."""
        self._end_prose()
        place = self._place = replace(self._place, takes_prose=False)
        self._item = Found(
            rows=[_detail(row)], section=place.section, year=place.year, is_listed=place.is_listed
        )
        self.found.append(self._item)
        for heading in self._open:
            heading.items += 1

    def _go_on(self, item: Found, row: Row) -> None:
        """A row without a bullet: on its own where it says what it is, else the last goes on."""
        if self._is_after_gap or _is_detail(row.text):
            item.rows.append(_detail(row))
        elif _is_visible(row.text):
            item.rows[-1].parts += [" ", row.text]

    def _text(self, row: Row) -> None:
        """Text in no item: an introduction, or told."""
        pieces = markdown.pieces(row.text)
        leads_out = any(isinstance(it, Link) and not it.url.startswith("#") for it in pieces)
        if not _is_visible(row.text) or (self._place.takes_prose and not leads_out):
            return
        if self._prose and self._prose[-1][0] < row.line - 1:
            self._end_prose()
        self._prose.append((row.line, markdown.plain(row.text)))

    def _end_prose(self) -> None:
        """Tell of the text that ends here."""
        if self._prose:
            (line, said), (last, _) = self._prose[0], self._prose[-1]
            self._tell(line, f"{quoted(said)}{_until(line, last)} is in no item", LEFT_OUT)
            self._prose = []


def _until(line: int, last: int) -> str:
    return f" (to line {last})" if last > line else ""


def _detail(row: Row) -> Detail:
    return Detail(line=row.line, indent=row.indent, is_bullet=row.is_bullet, parts=[row.text])


def _is_below(item: Found, row: Row) -> bool:
    """Whether a bullet belongs to the row before it, as one name of several does."""
    last = item.rows[-1]
    return len(item.rows) > 1 and last.is_bullet and row.indent > last.indent


def _is_visible(row: Inline) -> bool:
    """Whether anything of the row is left without pictures and tags."""
    pieces = markdown.pieces(row)
    return any(isinstance(it, Link) or markdown.plain(it) for it in pieces)
