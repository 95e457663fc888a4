"""Entries and configuration to the pages of the list; the same input gives the same bytes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core import export, mindmap, shelf
from bot.core.github import Slugs
from bot.core.pages import macro, page
from bot.model import LINK_FIELDS, Markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bot.config import Config, Section
    from bot.core.entry import Entry, Listed

README = "README.md"
OVERFLOW = "papers"
"""The folder of the pages that do not fit into the README."""
MADE = "<!-- Made by `bot build`"
"""How every page that is made here starts."""


def pages(listed: Iterable[Listed], config: Config) -> dict[str, str]:
    """Path to text of the README and, beyond `limits.readme_bytes`, of its further pages."""
    readme = _Readme(shelf.order(listed), config)
    most = config.limits.readme_bytes
    if readme.least_bytes <= most and len((whole := readme.text()).encode()) <= most:
        return {README: whole}
    overflow = {
        group.anchor: tuple(_overflow(group, config))
        for chapter in readme.chapters
        for group in chapter.groups
    }
    texts = {part.path: part.text for parts in overflow.values() for part in parts}
    return {README: readme.text(overflow), **texts}


def item(entry: Entry, config: Config) -> Markdown:
    """One paper as the README lists it, without a line end after it."""
    fields = config.shown.fields
    rows = [(_ROWS[name], text) for name in fields if (text := _row(entry, name, config))]
    links = [(_LINKS[name], entry.links[name]) for name in LINK_FIELDS if name in entry.links]
    return macro("item.md.j2", "item")(
        entry.title,
        entry.url,
        shelf.label(entry),
        rows,
        [link for link in links if link[0] in fields],
    )


# Our own words need no escape, and stand in every item.
_ROWS = {name: Markdown(name) for name in ("authors", "topics", "datasets", "models")}
_LINKS = {name: Markdown(name) for name in LINK_FIELDS}


def submit_url(config: Config, *, depth: int = 0) -> str:
    """The one link that opens the form, from a page `depth` folders below the root.

    Relative where no repository is configured: GitHub resolves it against the page's own
    address, `/<owner>/<name>/blob/<branch>/README.md`.
    """
    where = (
        f"https://github.com/{config.repository}" if config.repository else "../.." + "/.." * depth
    )
    return f"{where}/issues/new?template=paper.yml"


def _row(entry: Entry, name: str, config: Config) -> str:
    """The text of one row of an item; '' where the entry has nothing for it."""
    match name:
        case "authors":
            most = config.shown.authors
            rest = len(entry.authors) - most
            return ", ".join(entry.authors[:most]) + (f" and {rest:,} more" if rest > 0 else "")
        case "topics":
            return ", ".join(config.topic_titles.get(key, key) for key in entry.topics)
        case "datasets":
            return ", ".join(entry.datasets)
        case "models":
            return ", ".join(entry.models)
        case _:
            return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """The papers under one heading."""

    title: str
    """'' where the section is not divided by year."""
    heading: str
    """The title, or the section's."""
    slug: str
    """The name of its overflow page."""
    anchor: str
    papers: tuple[Markdown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chapter:
    """A section with its papers."""

    title: str
    introduction: str
    anchor: str
    groups: tuple[_Group, ...]

    @property
    def count(self) -> int:
        return sum(len(group.papers) for group in self.groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One line of the table of contents."""

    title: str
    anchor: str
    count: int | None = None
    indent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Overflow:
    """One page that a group's papers moved to."""

    path: str
    title: str
    count: int
    text: str


_CONTENTS = "Table of Contents"
_CLOSING = ("Submit a Paper", "Run and Test", "Cite and Export", "Licence")


class _Readme:
    """The README's parts, rendered once, and its text with or without overflow pages."""

    def __init__(self, ordered: Sequence[Listed], config: Config) -> None:
        self._config = config
        self._mindmap = mindmap.draw([one.entry for one in ordered], config)
        members: dict[str, list[Entry]] = defaultdict(list)
        for one in ordered:
            members[shelf.section_key(one.entry, config)].append(one.entry)
        slugs = Slugs()
        for heading in (config.title, _CONTENTS):
            slugs.anchor(heading)
        self.chapters = tuple(
            _chapter(section, members[section.key], slugs, config) for section in config.sections
        )
        self._closing = tuple(_Row(title=title, anchor=slugs.anchor(title)) for title in _CLOSING)

    @property
    def least_bytes(self) -> int:
        """What the papers alone take; the page with all of them is longer."""
        papers = (
            paper for chapter in self.chapters for group in chapter.groups for paper in group.papers
        )
        return sum(len(paper) for paper in papers)

    def text(self, overflow: Mapping[str, tuple[_Overflow, ...]] | None = None) -> str:
        """The page; with `overflow` (by anchor) links to pages stand where the papers were."""
        return page(
            "readme.md.j2",
            title=self._config.title,
            introduction=self._config.introduction.strip(),
            total=sum(chapter.count for chapter in self.chapters),
            chapters=self.chapters,
            mindmap=self._mindmap,
            contents=[*self._contents(), *self._closing],
            overflow=overflow,
            submit_url=submit_url(self._config),
            citation=Markdown(export.citation(self._config)),
        )

    def _contents(self) -> Iterator[_Row]:
        for chapter in self.chapters:
            yield _Row(title=chapter.title, anchor=chapter.anchor, count=chapter.count)
            for group in chapter.groups:
                if group.title:
                    title, count = group.title.rpartition(", ")[2], len(group.papers)
                    yield _Row(title=title, anchor=group.anchor, count=count, indent="  ")


def _chapter(section: Section, entries: Sequence[Entry], slugs: Slugs, config: Config) -> _Chapter:
    anchor = slugs.anchor(section.title)
    by_year: dict[int | None, list[Markdown]] = defaultdict(list)
    for entry in entries:
        by_year[entry.sort_year if section.by_year else None].append(item(entry, config))
    groups = []
    for year, papers in by_year.items():
        title = f"{section.title}, {year or 'year unknown'}" if section.by_year else ""
        groups.append(
            _Group(
                title=title,
                heading=title or section.title,
                slug=f"{section.key}-{year or 'undated'}" if section.by_year else section.key,
                anchor=slugs.anchor(title) if title else anchor,
                papers=tuple(papers),
            )
        )
    introduction = section.introduction.strip()
    return _Chapter(
        title=section.title, introduction=introduction, anchor=anchor, groups=tuple(groups)
    )


_PAGE_MARGIN = 10_000
"""Bytes of an overflow page that are kept for its heading."""


def _overflow(group: _Group, config: Config) -> Iterator[_Overflow]:
    """The group's papers on as many pages as they need."""
    parts: list[list[Markdown]] = [[]]
    size = 0
    for paper in group.papers:
        size += len(paper.encode()) + 1
        if parts[-1] and size > config.limits.readme_bytes - _PAGE_MARGIN:
            parts.append([])
            size = len(paper.encode()) + 1
        parts[-1].append(paper)
    for number, papers in enumerate(parts, start=1):
        title = (
            group.heading if len(parts) == 1 else f"{group.heading}, part {number} of {len(parts)}"
        )
        name = group.slug if number == 1 else f"{group.slug}-{number}"
        text = page(
            "overflow.md.j2",
            title=config.title,
            heading=title,
            papers=papers,
            submit_url=submit_url(config, depth=1),
        )
        yield _Overflow(path=f"{OVERFLOW}/{name}.md", title=title, count=len(papers), text=text)
