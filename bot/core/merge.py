"""What a submitter wrote and what a service says, to one entry; what people decided stays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pydantic import ValidationError

from bot.core import ids, invalid, match, text, venues
from bot.core.entry import Entry
from bot.model import Evidence, NotThere, Problem, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from bot.config import Thresholds
    from bot.core.correction import Correction
    from bot.model import Answer, Identity, LinkField, Submission

SUBMITTER = "submitter"
PERSON = "person"
"""The source of what somebody edited by hand: no job changes it any more."""
IDENTIFIER = "identifier"
"""The source of what an identifier itself tells: NeurIPS 2023, Findings of ACL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Two speak of one field and do not agree; both are shown."""

    field: str
    kept: str
    """The value that the entry has."""
    kept_from: str
    other: str
    other_from: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An entry to be, and what a person should know about it."""

    entry: Entry
    differences: tuple[Difference, ...] = ()
    remarks: tuple[str, ...] = ()
    """Sentences for people."""
    doubts: tuple[str, ...] = ()
    """Sentences about what a person has to decide."""
    own: tuple[str, ...] = ()
    """Doubts about title and authors as submitted: nobody's where a listed entry keeps its own."""
    unasked: str = ""
    """Which service could not be asked, in one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """A required value is missing because a service is down; nothing is lost."""

    why: str
    retry_after_s: float | None = None


Filled = Draft | Deferred | tuple[Problem, ...]


def fill(
    submission: Submission,
    answer: Answer | None,
    *,
    listed: Entry | None = None,
    thresholds: Thresholds,
    today: date,
) -> Filled:
    """The entry that a submission asks for; `answer` is None where no service knows the link.

    The submitter's words stay, and what is empty is filled: by the service, or by the entry that
    the paper has already. The title is the exception: one that names another paper than the
    identifier does is a problem, never a choice.
    """
    if listed and not (isinstance(answer, Evidence) and answer.authors):
        submission = replace(
            submission,
            title=submission.title or listed.title,
            authors=submission.authors or listed.authors,
        )
    match answer:
        case Evidence():
            if problems := tuple(_contradictions(submission, answer, thresholds)):
                return problems
            return _draft(submission, answer, thresholds=thresholds, today=today)
        case NotThere(what=what):
            fix = "Open the link, and copy the paper's identifier from there."
            return (Problem(field="paper", what=what.rstrip("."), fix=fix),)
        case Unreachable(what=what, retry_after_s=wait):
            if not (submission.title and submission.authors):
                return Deferred(why=what, retry_after_s=wait)
            doubt = "Title and authors stand as submitted; nothing compared them yet."
            return replace(_unaided(submission, today=today), own=(doubt,), unasked=what)
        case None:
            return tuple(_unanswered(submission)) or _unaided(submission, today=today)


def said(words: str) -> str:
    """Outside text of any length in curly quotes, see `text.quoted`."""
    return text.quoted(words, most=len(words) + 1)


def _unanswered(submission: Submission) -> Iterator[Problem]:
    """What the submitter has to tell where no service can be asked."""
    what = f"it is not known yet: no service is asked about {said(ids.url(submission.paper))}"
    if not submission.title:
        fix = "Write the title into the form, as it stands on the paper."
        yield Problem(field="title", what=what, fix=fix)
    if not submission.authors:
        fix = "Write the authors into the form, such as: Haodong Zhao, Wei Du"
        yield Problem(field="authors", what=what, fix=fix)


_WITHDRAWN = re.compile(
    r"\b(?:this|the) \w+ (?:has been|is|was) withdrawn\b|\Awithdrawn\b", re.IGNORECASE
)


def misnamed(submission: Submission, title: str, thresholds: Thresholds) -> Iterator[Problem]:
    """The problem of a form whose title is another paper's than its identifier, whose is `title`."""
    if submission.title and match.likeness(submission.title, title) < thresholds.same_paper:
        name = f"{submission.paper.kind} {submission.paper.id}"
        what = f"the form says {said(submission.title)}, but {name} is {said(title)}"
        fix = "Correct the link, or leave the title empty: it is looked up."
        yield Problem(field="title", what=what, fix=fix)


def _contradictions(
    submission: Submission, evidence: Evidence, thresholds: Thresholds
) -> Iterator[Problem]:
    """What a person must mend before an entry can be made."""
    name = f"{submission.paper.kind} {submission.paper.id}"
    yield from misnamed(submission, evidence.title, thresholds)
    if not (submission.authors or evidence.authors):
        what = " ".join(evidence.notes) or f"{evidence.source} names no authors"
        fix = "Write them as the list shall show them, such as: The FedLLM Collaboration"
        yield Problem(field="authors", what=what, fix=fix)
    if evidence.comment and _WITHDRAWN.search(evidence.comment):
        comment = text.quoted(evidence.comment, most=200)
        what = f"its authors have withdrawn {name}: {comment}"
        fix = "Give the link of a version that stands, such as its DOI, if there is one."
        yield Problem(field="paper", what=what, fix=fix)


def _draft(
    submission: Submission, evidence: Evidence, *, thresholds: Thresholds, today: date
) -> Draft:
    """The entry of submitter and service together; they agree that it is the same paper."""
    entry = _Values(submission)
    doubts, own = [], []
    entry.settle("title", evidence.title, evidence.source, theirs_wins=_is_fuller)
    entry.settle("authors", evidence.authors, evidence.source)
    entry.settle("abstract", evidence.abstract, evidence.source)
    if not submission.venue:
        # A preprint's year is its first version's, whatever else it is called by.
        entry.settle("year", evidence.year, evidence.source, theirs_wins=lambda _, __: True)
    title = submission.title or evidence.title
    if match.likeness(title, evidence.title) < thresholds.near_title:
        own.append("The form's title and the identifier's are not the same; the form's was kept.")
    is_suspect = "withdrawn" in (evidence.comment or "").casefold()
    if is_suspect:
        entry.fields["withdrawn"] = "suspected"
        doubts.append(f"It may be withdrawn: its comment on {evidence.source} has the word.")
    return Draft(
        entry=entry.made(today),
        differences=tuple(entry.differences),
        remarks=(*evidence.notes, *_categories(evidence)),
        doubts=tuple(doubts),
        own=tuple(own),
    )


def _categories(evidence: Evidence) -> tuple[str, ...]:
    """A sentence that helps a maintainer to see whether the paper fits the list."""
    if not evidence.categories:
        return ()
    source = {"arxiv": "arXiv"}.get(evidence.source, evidence.source)
    return (f"{source} files it under {', '.join(evidence.categories)}.",)


def _unaided(submission: Submission, *, today: date) -> Draft:
    """The entry of the submitter's words alone."""
    values = _Values(submission)
    remarks = () if "year" in values.fields else (_NO_YEAR,)
    return Draft(entry=values.made(today), remarks=remarks)


_NO_YEAR = "Nothing tells its year yet: write it into the form, such as 2024."


class _Values:
    """The fields of an entry to be, with where each came from."""

    def __init__(self, submission: Submission) -> None:
        """Start from what the submitter wrote and what the identifier itself tells."""
        paper = submission.paper
        told: dict[str, object] = {"venue": venues.told_by(paper)}
        if told["venue"] or (paper.kind == "arxiv" and not submission.venue):
            told["year"] = ids.year_hint(paper)
        written = {name: getattr(submission, name) for name in _WRITTEN}
        self.fields = {name: value for name, value in told.items() if value}
        self.sources = dict.fromkeys(self.fields, IDENTIFIER)
        self.fields |= {name: value for name, value in written.items() if value}
        self.sources |= {name: SUBMITTER for name, value in written.items() if value}
        self.fields["ids"] = {paper.kind: paper.id}
        self.fields["links"] = {**page_of(paper), **submission.links}
        self.differences: list[Difference] = []

    def settle(
        self,
        field: str,
        theirs: object,
        source: str,
        *,
        theirs_wins: Callable[[object, object], bool] = lambda _, __: False,
    ) -> None:
        """Fill the field from a service; where the submitter says otherwise, keep one, show both."""
        mine = self.fields.get(field)
        is_written = self.sources.get(field) == SUBMITTER
        if not theirs or (mine == theirs and is_written):
            return
        if is_written and not theirs_wins(mine, theirs):
            self._differ(field, (mine, SUBMITTER), (theirs, source))
            return
        self.fields[field], self.sources[field] = theirs, source
        if is_written:
            self._differ(field, (theirs, source), (mine, SUBMITTER))

    def _differ(self, field: str, kept: tuple[object, str], other: tuple[object, str]) -> None:
        self.differences.append(
            Difference(
                field=field,
                kept=shown(kept[0]),
                kept_from=kept[1],
                other=shown(other[0]),
                other_from=other[1],
            )
        )

    def made(self, today: date) -> Entry:
        return Entry.model_validate({**self.fields, "added": today, "sources": self.sources})


def page_of(paper: Identity) -> Mapping[LinkField, str]:
    """The page of a paper whose address has more in it than its id tells, as `links` has it."""
    return {"page": ids.url(paper)} if paper.track else {}


_WRITTEN = (
    "title", "authors", "venue", "year", "section", "topics", "links", "datasets", "models",
)  # fmt: skip


def shown(value: object) -> str:
    """A field's value as one line for people."""
    match value:
        case None:
            return ""
        case tuple():
            return ", ".join(value)
        case Mapping():
            return ", ".join(f"{name}: {one}" for name, one in value.items())
        case _:
            return str(value)


def _is_fuller(mine: object, theirs: object) -> bool:
    """Whether a title differs from ours only in its looks, or goes on where ours stops."""
    return match.likeness(str(mine), str(theirs)) == match.EQUAL and len(str(mine)) <= len(
        str(theirs)
    )


def promote(listed: Entry, draft: Entry, *, today: date) -> tuple[Entry, tuple[Difference, ...]]:
    """A listed preprint with what its published version adds, and what that changes.

    Locked fields stay; what the entry lacks is filled; nothing else is touched. The preprint's
    year is not the venue's: it goes until the venue's is proven, unless a person wrote it.
    """
    news = {"venue": draft.venue, "year": draft.year}
    changed: dict[str, object] = {
        k: v for k, v in news.items() if v and k not in listed.locked and v != getattr(listed, k)
    }
    decided = "year" in listed.locked or listed.sources.get("year") == PERSON
    if listed.year and "venue" in changed and not draft.year and not decided:
        changed["year"] = None
    for name in ("topics", "datasets", "models", "abstract"):
        if not getattr(listed, name) and name not in listed.locked and getattr(draft, name):
            changed[name] = getattr(draft, name)
    sources = {k: v for k, v in listed.sources.items() if k not in changed or k in draft.sources}
    sources |= {k: v for k, v in draft.sources.items() if k in changed}
    merged = Entry.model_validate(
        listed.fields()
        | changed
        | {
            "ids": {**draft.ids, **listed.ids},
            "links": {**draft.links, **listed.links},
            "promoted": listed.promoted or today,
            "sources": sources,
        }
    )
    differences = tuple(
        Difference(
            field=name,
            kept="none until it is proven" if value is None else shown(value),
            kept_from=draft.sources.get(name, SUBMITTER),
            other=shown(getattr(listed, name)),
            other_from="entry",
        )
        for name, value in changed.items()
    )
    return merged, differences


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """An entry as a correction wants it, with what that changes and what a person must decide."""

    entry: Entry
    changes: tuple[Difference, ...] = ()
    doubts: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def correct(listed: Entry, correction: Correction, *, today: date) -> Corrected:
    """The entry with what a correction asks for, but for what people decided before."""
    page = page_of(correction.paper) if correction.paper else {}
    links = {**page, **listed.links, **correction.links}
    wanted = {
        **correction.changes,
        **({"links": {k: v for k, v in links.items() if v}} if page or correction.links else {}),
        **({"ids": {**listed.ids, correction.paper.kind: correction.paper.id}} if correction.paper else {}),
    }  # fmt: skip
    news = {k: v for k, v in wanted.items() if shown(v) != shown(getattr(listed, k))}
    decided = [k for k in news if k in listed.locked or listed.sources.get(k) == PERSON]
    changed = {k: v for k, v in news.items() if k not in decided}
    doubts = tuple(
        f"A maintainer decided {name} before, so it stays {said(shown(getattr(listed, name)))}. "
        f"The correction says {text.quoted(shown(news[name]), most=200)}: use /set if that is right."
        for name in decided
    )
    if listed.venue is None and changed.get("venue"):
        changed["promoted"] = listed.promoted or today
    return with_values(listed, changed, source=SUBMITTER, doubts=doubts)


def with_values(
    listed: Entry, changed: Mapping[str, object], *, source: str, doubts: tuple[str, ...] = ()
) -> Corrected:
    """The entry with these values in it, from `source`; or what they would break."""
    if "venue" in changed and not changed["venue"]:
        # What has no venue any more never became published here.
        changed = {**changed, "promoted": None}
    typed = [name for name in changed if name not in {"promoted", "locked", "ids"}]
    # That a person took a value out is worth to know: no job shall fill it in again.
    told = [name for name in typed if changed[name] or source == PERSON]
    kept = {name: known for name, known in listed.sources.items() if name not in typed}
    sources = {**kept, **dict.fromkeys(told, source)}
    try:
        entry = Entry.model_validate({**listed.fields(), **changed, "sources": sources})
    except ValidationError as error:
        return Corrected(entry=listed, problems=invalid.problems(error, file="", examples={}))
    changes = tuple(
        Difference(
            field=name,
            kept=shown(value),
            kept_from=source,
            other=shown(getattr(listed, name)),
            other_from="entry",
        )
        for name, value in changed.items()
        if name != "promoted" and shown(value) != shown(getattr(listed, name))
    )
    return Corrected(entry=entry, changes=changes, doubts=doubts)
