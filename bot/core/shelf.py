"""Where an entry stands in the list: its section, its place in it, and the label it bears."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.config import Config
    from bot.core.entry import Entry, Listed

_SERVERS = {"arxiv": "arXiv", "openreview": "OpenReview"}


def order(listed: Iterable[Listed]) -> list[Listed]:
    """Newest first: by year, then by arXiv's number, which grows with time; then by title."""
    by_title = sorted(listed, key=lambda one: (one.entry.title.casefold(), one.path))
    return sorted(by_title, key=lambda one: _age(one.entry), reverse=True)


def section_key(entry: Entry, config: Config) -> str:
    """The key of the section that an entry stands in: its own, else the list's rule's."""
    if entry.section and any(section.key == entry.section for section in config.sections):
        return str(entry.section)
    wanted = "venue" if entry.is_published else "no-venue"
    ruled = [section for section in config.sections if section.takes == wanted]
    return (*ruled, *config.sections)[0].key


def label(entry: Entry) -> str:
    """Venue and year, or the preprint server's name and the year; a withdrawn paper says so."""
    where = entry.venue or next((name for kind, name in _SERVERS.items() if kind in entry.ids), "")
    parts = [where or "Preprint", str(entry.year) if entry.year else ""]
    note = {None: "", "yes": ", withdrawn", "suspected": ", possibly withdrawn"}[entry.withdrawn]
    return " ".join(part for part in parts if part) + note


def _age(entry: Entry) -> tuple[int, str]:
    number = entry.ids.get("arxiv", "")
    return entry.sort_year or 0, number if "/" not in number else ""
