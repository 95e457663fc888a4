"""One entry of the list, and its YAML: the only place where an entry's text comes in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date  # noqa: TC003 - pydantic reads it at run time
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from bot.core import ids, invalid, plainyaml
from bot.model import KINDS, LINK_FIELDS, Identity, Kind, LinkField, Problem

MOST_AUTHORS = 3_000
MOST_ITEMS = 100
MOST_TITLE = 500
MOST_ABSTRACT = 20_000

# No control or format characters; joiners may stand inside words and emoji.
_CLEAN = r"^[^\p{Cc}\p{Zl}\p{Zp}\p{Cf}]*([\x{200c}\x{200d}][^\p{Cc}\p{Zl}\p{Zp}\p{Cf}]*)*$"


def _text(most: int) -> StringConstraints:
    return StringConstraints(min_length=1, max_length=most, pattern=_CLEAN)


Word = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Name = Annotated[str, _text(300)]
Link = Annotated[
    str, StringConstraints(max_length=2_000, pattern=r"^https?://[^\s\x00-\x20\x7f<>\"\\^`{|}]+$")
]


def _ids_exist(given: Mapping[Kind, str]) -> Mapping[Kind, str]:
    """Refuse what no service could have given out.

    Whether everybody can open a link is asked where it comes in, and by `audit`: a run for tests
    or the demo may allow what others may not.
    """
    for kind, text in given.items():
        if isinstance(found := ids.identity(kind, text, allows_private=True), Problem):
            raise ValueError(f"{kind}: {found.what}\0{found.fix}")  # noqa: TRY004 - pydantic's protocol
    return given


def _is_field(name: str) -> str:
    """Refuse a slip of the pen, which would lock or explain nothing."""
    if name not in _ORDER:
        raise ValueError(f"{name!r} is no field\0Use one of: {', '.join(_ORDER)}.")
    return name


FieldName = Annotated[str, AfterValidator(_is_field)]


class Entry(BaseModel):
    """A paper as it stands in `entries/`; see docs/reference/entries.md."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Annotated[str, _text(MOST_TITLE)]
    authors: Annotated[tuple[Name, ...], Field(min_length=1, max_length=MOST_AUTHORS)]
    year: Annotated[int, Field(ge=1950, le=2100)] | None = None
    """Of the venue if published, else of the preprint's first version; None until it is proven."""
    venue: Name | None = None
    """None for a preprint."""
    section: Word | None = None
    """None lets the list's rule decide."""
    topics: Annotated[tuple[Word, ...], Field(max_length=MOST_ITEMS)] = ()
    ids: Annotated[Mapping[Kind, str], AfterValidator(_ids_exist)] = {}
    links: Mapping[LinkField, Link] = {}
    datasets: Annotated[tuple[Name, ...], Field(max_length=MOST_ITEMS)] = ()
    models: Annotated[tuple[Name, ...], Field(max_length=MOST_ITEMS)] = ()
    abstract: Annotated[str, _text(MOST_ABSTRACT)] | None = None
    added: date | None = None
    """The day it came into this list."""
    promoted: date | None = None
    """The day a preprint became published here."""
    withdrawn: Literal["suspected", "yes"] | None = None
    sources: Mapping[FieldName, Word] = {}
    """Field to where its value came from: list, submitter, person, arxiv, ..."""
    locked: tuple[FieldName, ...] = ()
    """Fields that a person decided; no job proposes to change them."""

    @model_validator(mode="after")
    def _has_a_link(self) -> Entry:
        if not self.ids and "page" not in self.links:
            raise ValueError(
                "nothing links to the paper\0Add an id, such as ids: {arxiv: '2208.12268'}"
            )
        return self

    @cached_property
    def identities(self) -> tuple[Identity, ...]:
        """What the paper is known as, the one that its title links to first."""
        return tuple(Identity(kind=kind, id=self.ids[kind]) for kind in KINDS if kind in self.ids)

    @cached_property
    def url(self) -> str:
        """Where the title links to; of a NeurIPS paper `links.page` may tell the track."""
        page = self.links.get("page", "")
        if not self.ids:
            return page
        first = self.identities[0]
        own = ids.same_page(first, page) if first.kind == "neurips" and page else None
        return own or ids.url(first)

    @cached_property
    def sort_year(self) -> int | None:
        """The year it is filed under: its own, else the one that its id tells."""
        if self.year is not None:
            return self.year
        return next((year for known in self.identities if (year := ids.year_hint(known))), None)

    def fields(self) -> dict[str, Any]:
        """Every field by its name, in the order of the file."""
        return {name: getattr(self, name) for name in type(self).model_fields}

    @property
    def is_published(self) -> bool:
        """Whether it has a venue."""
        return self.venue is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An entry and the file that it stands in."""

    path: str
    """`entries/<year>/<key>.yaml`; never changes."""
    entry: Entry

    @property
    def key(self) -> str:
        """The citation key: the file's name."""
        return self.path.rpartition("/")[2].removesuffix(".yaml")


def path(*, year: int, key: str) -> str:
    """Where a new entry goes."""
    return f"entries/{year}/{key}.yaml"


def load(text: str, *, file: str) -> Entry | tuple[Problem, ...]:
    """The entry that a file holds, or every problem with it.

    >>> load("title: X", file="entries/2024/x.yaml")[0].fix
    'Write it such as authors: [Haodong Zhao, Wei Du]'
    """
    fields = plainyaml.load(text, file=file)
    if isinstance(fields, tuple):
        return fields
    try:
        return Entry.model_validate(fields)
    except ValidationError as error:
        return invalid.problems(error, file=file, examples=_EXAMPLES)


def dump(entry: Entry) -> str:
    """The entry's YAML: fields in their order, absent ones left out; `load` reads it back."""
    fields: dict[str, str | int | date | list[str] | plainyaml.InlineMap] = {}
    for name, value in entry.fields().items():
        if isinstance(value, tuple):
            fields[name] = list(value) if name == "authors" else plainyaml.Inline(value)
        elif isinstance(value, Mapping):
            fields[name] = plainyaml.InlineMap(_ordered(value))
        else:
            fields[name] = value
    return plainyaml.dump(
        {name: value for name, value in fields.items() if value not in (None, [], {})}
    )


_ORDER = {name: at for at, name in enumerate((*KINDS, *LINK_FIELDS, *Entry.model_fields))}


def _ordered(given: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(given.items(), key=lambda item: (_ORDER.get(item[0], len(_ORDER)), item[0])))


_EXAMPLES = {
    "title": "title: 'FedPrompt: Prompt Tuning'",
    "authors": "authors: [Haodong Zhao, Wei Du]",
    "year": "year: 2024",
    "venue": "venue: ICASSP",
    "section": "section: applications",
    "topics": "topics: [prompt-tuning]",
    "ids": "ids: {arxiv: '2208.12268'}",
    "links": "links: {code: https://github.com/owner/name}",
    "datasets": "datasets: [C4, GSM-8K]",
    "models": "models: [GPT-2]",
    "abstract": "abstract: We study ...",
    "added": "added: 2026-11-24",
    "promoted": "promoted: 2026-12-01",
    "withdrawn": "withdrawn: suspected",
    "sources": "sources: {title: arxiv}",
    "locked": "locked: [venue]",
}
