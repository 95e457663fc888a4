"""The values the program speaks in: frozen, slotted, without behaviour that touches the world."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

Kind = Literal["arxiv", "doi", "openreview", "acl", "pmlr", "neurips", "url"]
"""The kinds of identity, in the order in which a title prefers to link to them."""

KINDS: tuple[Kind, ...] = ("arxiv", "acl", "openreview", "pmlr", "neurips", "doi", "url")

LinkField = Literal["code", "slides", "video", "page"]
LINK_FIELDS: tuple[LinkField, ...] = ("code", "slides", "video", "page")

Verdict = Literal["ok", "moved", "gone", "suspect", "blocked", "refused", "invalid"]

Method = Literal["HEAD", "GET"]

Failure = Literal["410", "404", "name", "server", "network", "certificate"]
"""What kind of failing a look saw, the surest first: they differ in the nights it takes until
people hear of it. `404` is everything that is gone but for a 410, `network` every other trouble."""

FAILURES: tuple[Failure, ...] = ("410", "404", "name", "server", "network", "certificate")

Source = Literal["web", "arxiv", "doi", "github", "openreview", "youtube", "nobody"]
"""Who is asked about a link: its host itself, a service that knows better, or nobody."""

Outcome = Literal["accepted", "rejected", "duplicate", "deferred"]


class Markdown(str):
    """Text that is ready for a Markdown page: templates escape every other text they are given.

    Made by `core.escape` from outside text, and by `core.pages` from rendered templates.
    """

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What a person can mend: where it is, what is wrong, and the cure."""

    field: str
    """The field id of the form or of the entry; '' when it is about the whole text."""
    what: str
    """One sentence that says what is wrong; text from outside appears only inside it, cleaned."""
    fix: str
    """One sentence that says what to do, with an example where one helps."""
    file: str = ""
    """The file, relative to the root; '' where there is none."""

    def __post_init__(self) -> None:
        """Take the stop from what is wrong: whoever shows a problem sets it."""
        if self.what.endswith(".") and not self.what.endswith(".."):
            object.__setattr__(self, "what", self.what[:-1])

    @property
    def where(self) -> str:
        """File and field in one phrase."""
        return ", ".join(part for part in (self.file, self.field) if part) or "submission"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Which paper a link or identifier names."""

    kind: Kind
    id: str
    """Canonical: arXiv without version or subject class, DOI in lower case, see `core.ids`."""
    version: int | None = None
    """The version that was asked for; only arXiv has one. Never part of an entry."""
    track: str | None = None
    """The track that the link named; only NeurIPS has tracks, and the main one is None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticks:
    """The boxes of one checkbox field, each in the form's order."""

    checked: tuple[str, ...]
    unchecked: tuple[str, ...]


Value = str | tuple[str, ...] | Ticks | None
"""What one field of a form holds: text, chosen options, boxes, or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a person asks to have listed, read out of a form; every text is clean."""

    origin: str
    """Where it came from, for people: a file name or '#12'."""
    paper: Identity
    title: str | None = None
    authors: tuple[str, ...] = ()
    venue: str | None = None
    """As typed, without a trailing year."""
    year: int | None = None
    section: str | None = None
    """A section key of the list; None lets the list's rule decide."""
    topics: tuple[str, ...] = ()
    """Topic keys of the list."""
    datasets: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    links: Mapping[LinkField, str] = field(default_factory=lambda: MappingProxyType({}))
    notes: str | None = None
    remarks: tuple[str, ...] = ()
    """Sentences for people about what the form offers and the list does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one service says about one paper; every text is clean and bounded."""

    source: str
    """'arxiv', 'crossref', ...: the word that stands in an entry's `sources`."""
    paper: Identity
    title: str
    authors: tuple[str, ...]
    abstract: str | None = None
    year: int | None = None
    """The year of the first version."""
    categories: tuple[str, ...] = ()
    """The primary one first."""
    doi: str | None = None
    """The published version's DOI, as the authors gave it, in lower case."""
    journal_ref: str | None = None
    comment: str | None = None
    notes: tuple[str, ...] = ()
    """Sentences for people about what had to be left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotThere:
    """A service answered, and it does not know the paper."""

    source: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """A service could not be asked: could-not-check, never a verdict about the paper."""

    source: str
    what: str
    """One sentence for people: what happened."""
    retry_after_s: float | None = None
    """Seconds the service asked us to wait, if it said so."""


Answer = Evidence | NotThere | Unreachable
"""What asking a service about one paper can give."""


class Look(NamedTuple):
    """One look at one link."""

    url: str
    verdict: Verdict
    status: int | None = None
    """The last HTTP status that was seen."""
    reason: str = ""
    """Why this verdict, for people."""
    final_url: str | None = None
    """Where the redirects ended, if anywhere else."""
    attempts: int = 0
    """Requests that were sent for it."""
    failure: Failure | None = None
    """What kind of failing it is; None unless the verdict is `gone` or `suspect`."""
    is_unreached: bool = False
    """Whether no host answered at all, which can also be the fault of our own network."""
    is_offline: bool = False
    """Whether there was no way to the host, or no name server: a sign that we have no network."""
    is_untold: bool = False
    """Whether nobody who knows could be asked tonight: it counts as not looked at."""
    title: str | None = None
    """The page's title, cleaned and clipped, where the page was looked at and has one."""
    note: str = ""
    """What an editor may want to know of a link that works, as in "archived by its owner"."""


class Question(NamedTuple):
    """A link that is to be looked at, and how."""

    url: str
    method: Method = "GET"
    """How to begin: HEAD is enough for a link that was good before."""
    source: Source = "web"
    target: str = ""
    """The address of the service that is asked in place of the link; '' asks the link itself."""


class Manners(NamedTuple):
    """How one host is asked."""

    at_once: int | None = None
    """Links at a time; None for the usual number."""
    pause_s: float | None = None
    """Seconds between the starts of two requests, times the run's pace; None for the usual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkState:
    """What is remembered of one link from night to night; times are UTC, to the second."""

    url: str
    verdict: Verdict
    """Of the last look, as are the next ones."""
    asked: datetime
    """When that look was."""
    status: int | None = None
    reason: str = ""
    final_url: str | None = None
    note: str = ""
    good: datetime | None = None
    """The last good look."""
    strikes: int = 0
    """Nights in a row that looked and failed."""
    since: datetime | None = None
    """The first failure of these."""
    failures: tuple[tuple[datetime, Failure], ...] = ()
    """One a night, of the last 30 days, the oldest first; those since `good` are the strikes."""
    is_host_down: bool = False
    """Whether every link of its host failed in the last night that looked."""
    reported: datetime | None = None
    """Since when people hear of it."""
    mends: int = 0
    """Nights with a good look since it was reported."""
    moves: int = 0
    """Nights in a row that found it moved for good to `final_url`."""
    archived: str | None = None
    """The archived copy, once one was found."""
    archive_asked: date | None = None
    """The day on which the archive last answered."""
    ignored: date | None = None
    """The last day on which people hear nothing of it."""
    declined: str | None = None
    """The address that a maintainer did not want in its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """All that is remembered of links."""

    links: Mapping[str, LinkState] = field(default_factory=lambda: MappingProxyType({}))
    """By their address."""
    issue: int | None = None
    """The number of the report's issue."""
