"""The values the program speaks in: frozen, slotted, without behaviour that touches the world."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["arxiv", "doi", "openreview", "acl", "pmlr", "neurips", "url"]
"""The kinds of identity, in the order in which a title prefers to link to them."""

KINDS: tuple[Kind, ...] = ("arxiv", "acl", "openreview", "pmlr", "neurips", "doi", "url")

LinkField = Literal["code", "slides", "video", "page"]
LINK_FIELDS: tuple[LinkField, ...] = ("code", "slides", "video", "page")

Verdict = Literal["ok", "moved", "gone", "suspect", "blocked", "refused", "invalid"]

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Propose:
    """A branch with these files, and a pull request for it. Natural key: the branch."""

    branch: str
    files: Mapping[str, str | None]
    """Path to text; None deletes."""
    message: str
    """The commit message."""
    title: str
    body: str
    labels: tuple[str, ...] = ()


Action = Propose
"""One thing that shall be true afterwards."""

Plan = tuple[Action, ...]
"""What a job decided; applying it twice is the same as once."""
