"""`list.yaml`: everything that another list would change."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - pydantic reads the annotations at run time
from datetime import date  # noqa: TC003 - as above
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Literal, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Line = Annotated[
    str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]+$")
]


class Part(BaseModel):
    """A part of `list.yaml`: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Section(Part):
    """One section of the README."""

    key: Slug
    title: Line
    introduction: str = ""
    """One paragraph of Markdown under the heading."""
    takes: Literal["venue", "no-venue", "named"] = "named"
    """Which entries without a `section` of their own land here."""
    by_year: bool = True
    """Whether a heading a year divides it."""


class Topic(Part):
    """One topic of the taxonomy; a paper has any number of them."""

    key: Slug
    title: Line
    group: Line
    """The branch of the mindmap it hangs on."""
    about: Line
    """One sentence that tells a submitter when it fits."""


class Venue(Part):
    """A conference, journal or workshop series, and how people write it."""

    name: Line
    """As the README shows it."""
    full: Line
    kind: Literal["conference", "journal", "workshop"] = "conference"
    aliases: tuple[Line, ...] = ()


class Shown(Part):
    """What the README shows of an entry."""

    authors: Annotated[int, Field(ge=1)] = 50
    """Authors that are named; the rest is a count."""
    fields: tuple[
        Literal["authors", "topics", "datasets", "models", "code", "slides", "video", "page"], ...
    ] = ("authors", "datasets", "models", "code", "slides", "video", "page")
    """In this order."""


class Thresholds(Part):
    """Likeness of two titles, from 0 (nothing shared) to 100 (equal), as `match.likeness` gives it."""

    same_paper: Annotated[int, Field(ge=0, le=100)] = 75
    """Below it, the form's title and the identifier's title name different papers. Among titles of
    one field, which share most words, different papers reach 71."""
    near_title: Annotated[int, Field(ge=0, le=100)] = 90
    """From here on, a person decides whether two entries are one work."""

    @model_validator(mode="after")
    def _are_in_order(self) -> Thresholds:
        if self.same_paper > self.near_title:
            what = f"same_paper ({self.same_paper}) is above near_title ({self.near_title})"
            fix = "Lower same_paper, or raise near_title, such as {same_paper: 75, near_title: 90}."
            raise ValueError(f"{what}\0{fix}")
        return self


class HostRule(Part):
    """How the links of one host, and of the hosts below it, are looked at."""

    host: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)*$", max_length=253)]
    by: Literal["web", "doi", "nobody"] = "web"
    """Who is asked: the host itself; the registry of the DOI that the link or its entry names;
    nobody, for a host that never tells."""
    reason: Line
    """Why, for whoever reads the rule a year later."""
    until: date | None = None
    """The last day of a rule that is temporary."""
    at_once: Annotated[int, Field(ge=1, le=16)] | None = None
    """Links of the host that are asked at a time."""
    pause_s: Annotated[float, Field(ge=0, le=60)] | None = None
    """Seconds between the starts of two requests."""


class Links(Part):
    """How the links of the list are looked at."""

    hosts: tuple[HostRule, ...] = ()
    """The first rule that fits a link and has not expired counts."""


class Limits(Part):
    """Bounds on what one person or one file may ask of the list."""

    open_submissions: Annotated[int, Field(ge=1)] = 5
    """Submissions of one person that are worked on at a time; further ones wait."""
    readme_bytes: Annotated[int, Field(ge=10_000, le=500_000)] = 480_000
    """Where the README splits into pages: GitHub cuts a README at 512,000 bytes."""


_Keyed = TypeVar("_Keyed", Section, Topic)

SECTIONS = (
    Section(key="published", title="Published Papers", takes="venue"),
    Section(key="preprints", title="Preprints", takes="no-venue"),
    Section(key="applications", title="Applications", by_year=False),
)


class Config(Part):
    """`list.yaml`, whole."""

    title: Line
    short_title: Line
    """The root of the mindmap, and the name in citations."""
    introduction: str
    """Markdown under the title."""
    repository: Annotated[str, StringConstraints(pattern=r"^[\w.-]+/[\w.-]+$")] | None = None
    """'owner/name'; without it links stay relative."""
    sections: tuple[Section, ...] = SECTIONS
    topics: tuple[Topic, ...] = ()
    venues: tuple[Venue, ...] = ()
    shown: Shown = Shown()
    thresholds: Thresholds = Thresholds()
    limits: Limits = Limits()
    links: Links = Links()

    @field_validator("sections", "topics")
    @classmethod
    def _keys_are_unique(cls, parts: tuple[_Keyed, ...]) -> tuple[_Keyed, ...]:
        keys = [part.key for part in parts]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise ValueError(f"the key {', '.join(twice)} stands twice")
        return parts

    @field_validator("sections")
    @classmethod
    def _rules_are_unique(cls, sections: tuple[Section, ...]) -> tuple[Section, ...]:
        first: dict[str, str] = {}
        for section in sections:
            other = first.setdefault(section.takes, section.key)
            if section.takes != "named" and other != section.key:
                what = f"{other} and {section.key} both take {section.takes}"
                fix = f"Let one of them take it; write takes: named for {section.key}."
                raise ValueError(f"{what}\0{fix}")
        return sections

    @field_validator("venues")
    @classmethod
    def _names_are_unique(cls, venues: tuple[Venue, ...]) -> tuple[Venue, ...]:
        first: dict[str, str] = {}
        shown = [venue.name for venue in venues]
        if twice := next((name for name in shown if shown.count(name) > 1), None):
            raise ValueError(f"“{twice}” stands twice\0Keep one of the two, with all aliases.")
        for venue in venues:
            for name in (venue.name, venue.full, *venue.aliases):
                other = first.setdefault(" ".join(name.split()).casefold(), venue.name)
                if other != venue.name:
                    what = f"“{name}” names both {other} and {venue.name}"
                    fix = f"Take it away from one of them, such as the aliases of {venue.name}."
                    raise ValueError(f"{what}\0{fix}")
        return venues

    @cached_property
    def topic_titles(self) -> Mapping[str, str]:
        """Topic key to title."""
        return MappingProxyType({topic.key: topic.title for topic in self.topics})

    @cached_property
    def venue_names(self) -> Mapping[str, Venue]:
        """Venue by the name that the list shows."""
        return MappingProxyType({venue.name: venue for venue in self.venues})
