"""The links of the list, and where each of them stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.core import ids
from bot.model import LINK_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.core.entry import Entry, Listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One field of one entry, which holds a link."""

    path: str
    """The entry's file."""
    key: str
    """The entry's citation key."""
    title: str
    """The paper's title, a stranger's text."""
    field: str
    """`code`, `slides`, `video`, `page`, or `ids.<kind>`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A link, and every place where it stands."""

    url: str
    places: tuple[Place, ...]
    doi: str | None = None
    """The DOI of the first of these entries that has one."""


def found(listed: Iterable[Listed]) -> tuple[Placed, ...]:
    """Every link of these entries once, in the order in which they come: ids first, then others."""
    by_url: dict[str, Placed] = {}
    for one in listed:
        for field, url in _links(one.entry):
            place = Place(path=one.path, key=one.key, title=one.entry.title, field=field)
            known = by_url.get(url) or Placed(url=url, places=())
            doi = known.doi or one.entry.ids.get("doi")
            by_url[url] = replace(known, places=(*known.places, place), doi=doi)
    return tuple(by_url.values())


def _links(entry: Entry) -> Iterator[tuple[str, str]]:
    """Field to link."""
    for paper in entry.identities:
        yield f"ids.{paper.kind}", ids.url(paper)
    for field in LINK_FIELDS:
        if field in entry.links:
            yield field, entry.links[field]
