"""The list for other programs: BibTeX, JSON with its schema, CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING

from pydantic_core import to_json

from bot.core import escape, shelf
from bot.model import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.config import Config
    from bot.core.entry import Entry, Listed

Json = dict[str, object]


def files(listed: Iterable[Listed], config: Config) -> dict[str, str]:
    """Name to text of every export; the same input gives the same bytes."""
    ordered = shelf.order(listed)
    papers = [_paper(one, config) for one in ordered]
    return {
        "papers.bib": "\n".join(bibtex(one, config) for one in ordered),
        "papers.json": _json(papers, config),
        "papers.csv": _csv(papers),
        "papers.schema.json": json.dumps(SCHEMA, indent=2) + "\n",
    }


def bibtex(one: Listed, config: Config) -> str:
    """The paper's BibTeX record, in UTF-8, with a line end.

    Values print literally; the title is braced twice, so that no style changes its capitals.
    """
    entry = one.entry
    venue = config.venue_names.get(entry.venue or "")
    kind, where = "misc", ""
    if entry.is_published:
        is_journal = venue is not None and venue.kind == "journal"
        kind, where = ("article", "journal") if is_journal else ("inproceedings", "booktitle")
    fields = {
        "title": f"{{{escape.tex(entry.title)}}}",
        "author": " and ".join(map(_author, entry.authors)),
        where: escape.tex(venue.full if venue else entry.venue or ""),
        "year": str(entry.year or ""),
        "eprint": entry.ids.get("arxiv", ""),
        "archiveprefix": "arXiv" if "arxiv" in entry.ids else "",
        # Tools take doi and url verbatim; braces, which alone could end a field, are in neither.
        "doi": _unbraced(entry.ids.get("doi", "")),
        "url": _unbraced(entry.url),
        "keywords": escape.tex(", ".join(entry.topics)),
        "abstract": escape.tex(entry.abstract or ""),
    }
    rows = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@{kind}{{{one.key},\n{rows}}}\n"


def citation(config: Config) -> str:
    """A BibTeX record that cites the list itself."""
    key = re.sub("[^a-z0-9]+", "-", config.title.lower()).strip("-") or "list"
    where = f"  url    = {{https://github.com/{config.repository}}},\n" if config.repository else ""
    return (
        f"@misc{{{key},\n"
        f"  title  = {{{{{escape.tex(config.title)}}}}},\n"
        "  author = {{the contributors}},\n"
        f"{where}}}"
    )


def _author(name: str) -> str:
    """One name as BibTeX reads one: braced where "and" or a comma in it would divide it."""
    literal = escape.tex(name)
    return f"{{{literal}}}" if "," in name or " and " in name.lower() else literal


def _unbraced(text: str) -> str:
    return text.replace("{", "%7B").replace("}", "%7D")


def _json(papers: Iterable[Json], config: Config) -> str:
    """The list as one document, a paper a line: quick to write, and small differences to read."""
    # pydantic's writer takes a fifth of the time of the standard library's.
    head = to_json({"$schema": "papers.schema.json", "title": config.title}).decode()
    rows = b",\n".join(map(to_json, papers)).decode()
    return f'{head[:-1]},"papers":[\n{rows}\n]}}\n'


def _paper(one: Listed, config: Config) -> Json:
    entry = one.entry
    return {
        "key": one.key,
        "title": entry.title,
        "authors": entry.authors,
        "year": entry.year,
        "venue": entry.venue,
        "section": shelf.section_key(entry, config),
        "topics": entry.topics,
        "url": entry.url,
        "ids": dict(entry.ids),
        "links": dict(entry.links),
        "datasets": entry.datasets,
        "models": entry.models,
        "abstract": entry.abstract,
        "added": _day(entry, "added"),
        "promoted": _day(entry, "promoted"),
        "withdrawn": entry.withdrawn,
    }


def _day(entry: Entry, field: str) -> str | None:
    day = getattr(entry, field)
    return day.isoformat() if day else None


_COLUMNS = (
    "key", "title", "authors", "year", "venue", "section", "topics", "url", "arxiv", "doi",
    "code", "slides", "video", "page", "datasets", "models", "added",
)  # fmt: skip


def _csv(papers: Iterable[Json]) -> str:
    """One row a paper, without its abstract; several values in a cell are separated by "; "."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for paper in papers:
        inner = {**paper, **_mapping(paper["ids"]), **_mapping(paper["links"]), "url": paper["url"]}
        writer.writerow([_cell(value) if (value := inner.get(name)) else "" for name in _COLUMNS])
    return table.getvalue()


def _mapping(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _cell(value: object) -> str:
    text = "; ".join(value) if isinstance(value, tuple) else str(value)
    return escape.csv(text)


def _texts(about: str) -> Json:
    return {"type": "array", "items": {"type": "string"}, "description": about}


def _maybe(kind: str, about: str, **more: object) -> Json:
    return {"type": [kind, "null"], "description": about, **more}


_PAPER: Json = {
    "key": {"type": "string", "description": "Citation key; never changes."},
    "title": {"type": "string"},
    "authors": _texts("In the order of the paper."),
    "year": _maybe("integer", "Of the venue, else of the first version; null until it is proven."),
    "venue": _maybe("string", "null for a preprint."),
    "section": {"type": "string", "description": "Key of a section of the list."},
    "topics": _texts("Keys of topics of the list."),
    "url": {"type": "string", "format": "uri", "description": "Where the paper is to be read."},
    "ids": {
        "type": "object",
        "properties": {kind: {"type": "string"} for kind in KINDS},
        "additionalProperties": False,
    },
    "links": {"type": "object", "additionalProperties": {"type": "string", "format": "uri"}},
    "datasets": _texts("As the list names them."),
    "models": _texts("As the list names them."),
    "abstract": _maybe("string", "null until a source gave it."),
    "added": _maybe("string", "The day it came into the list.", format="date"),
    "promoted": _maybe("string", "The day it became published here.", format="date"),
    "withdrawn": _maybe(
        "string", "null for a paper in good standing.", enum=["suspected", "yes", None]
    ),
}

SCHEMA: Json = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "A curated list of research papers",
    "type": "object",
    "properties": {
        "$schema": {"type": "string"},
        "title": {"type": "string"},
        "papers": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": _PAPER,
                "required": list(_PAPER),
                "additionalProperties": False,
            },
        },
    },
    "required": ["title", "papers"],
    "additionalProperties": False,
}
"""JSON Schema of `papers.json`."""
