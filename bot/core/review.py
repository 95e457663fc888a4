"""What becomes of one submission: accepted, rejected, duplicate or deferred, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from bot.core import entry as entries
from bot.core import ids, merge, text
from bot.core.entry import Listed
from bot.core.merge import Deferred, Draft
from bot.model import Evidence, Identity, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from bot.config import Config
    from bot.core.correction import Correction
    from bot.core.match import Index, Match
    from bot.core.merge import Difference
    from bot.model import Answer, LinkField, Look, Outcome, Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The outcome of one submission, with all that its submitter and a maintainer read of it."""

    outcome: Outcome
    problems: tuple[Problem, ...] = ()
    listed: Listed | None = None
    """The entry as it would stand, when accepted."""
    match: Match | None = None
    """The listed paper that it is, improves, or is like."""
    is_upgrade: bool = False
    """Whether it is the published version of a listed preprint."""
    changes: tuple[Difference, ...] = ()
    """What an upgrade changes in the entry; the other value is the one that stood there."""
    differences: tuple[Difference, ...] = ()
    remarks: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    looks: tuple[Look, ...] = ()
    why: str = ""
    """Which service was down, when deferred."""
    notes: str = ""
    """What the submitter wants a maintainer to know, in their words."""
    subject: Literal["paper", "correction"] = "paper"
    """Which form it came from, and the label that says so."""
    removed: Listed | None = None
    """The entry that is to go, when its removal is asked for."""
    waits_for: int | None = None
    """The earlier submission about the same paper, when a duplicate of that."""
    parked: bool = False
    """Whether it is deferred until its submitter has fewer open submissions."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of issue and pull request."""
        match self.outcome:
            case "accepted":
                return (self.subject, "needs-decision") if self.doubts else (self.subject,)
            case "rejected":
                return (self.subject, "needs-changes")
            case "deferred" if self.parked:
                return (self.subject, "parked")
            case outcome:
                return (self.subject, outcome)

    @property
    def path(self) -> str:
        """The entry's file; '' where nothing is to change."""
        one = self.listed or self.removed
        return one.path if one else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What the world says about one submission."""

    answer: Answer | None = None
    """Of the service that knows its kind of link; None where there is none."""
    looks: tuple[Look, ...] = ()
    """One for each of `links(submission)`."""


def duplicate(submission: Submission, index: Index) -> Match | None:
    """The listed paper that this is beyond doubt, so that no service needs to be asked.

    A venue for a listed preprint is news, and no duplicate.
    """
    found = index.identity(submission.paper)
    if found and submission.venue and not found.listed.entry.is_published:
        return None
    return found


def links(submission: Submission) -> Mapping[str, str]:
    """Field to link of what has to be looked at; a paper that a service knows is not."""
    own: dict[str, str] = {name: url for name, url in submission.links.items()}  # noqa: C416 - widens the keys' type
    return {"paper": submission.paper.id, **own} if submission.paper.kind == "url" else own


def decide(
    submission: Submission, gathered: Gathered, *, index: Index, config: Config, today: date
) -> Decision:
    """Decide on a submission, with what was gathered about it."""
    same = index.identity(submission.paper)
    known = same.listed.entry if same else None
    misnamed: tuple[Problem, ...] = ()
    if known and not isinstance(gathered.answer, Evidence):
        # Where the service answers, its title counts: it may have changed since it was listed.
        misnamed = tuple(merge.misnamed(submission, known.title, config.thresholds))
    if (twin := duplicate(submission, index)) and not misnamed:
        return Decision(outcome="duplicate", match=twin)
    looks = gathered.looks
    problems = (*misnamed, *_link_problems(links(submission), looks))
    filled = merge.fill(
        submission, gathered.answer, listed=known, thresholds=config.thresholds, today=today
    )
    match filled:
        case Draft() as draft if not problems:
            found = _published_twin(gathered.answer, index)
            found = found or index.work(draft.entry, near_title=config.thresholds.near_title)
            decision = _placed(draft, found, index=index, today=today)
            return replace(
                decision,
                looks=looks,
                remarks=(
                    *submission.remarks,
                    *draft.remarks,
                    *decision.remarks,
                    *_unchecked(looks),
                ),
                notes=submission.notes or "",
            )
        case Deferred(why=why) if not problems:
            return Decision(outcome="deferred", why=why, looks=looks)
        case tuple() as more:
            every = sorted((*more, *problems), key=lambda one: _PLACES.get(one.field, len(_PLACES)))
            return Decision(outcome="rejected", problems=tuple(every), looks=looks)
        case _:
            return Decision(outcome="rejected", problems=problems, looks=looks)


_PLACES = {field: at for at, field in enumerate(("paper", "title", "authors"))}
"""The fields of the form that come before the links, in its order."""


def correct(
    correction: Correction, looks: Sequence[Look], *, index: Index, today: date
) -> Decision:
    """Decide on a correction or removal of an entry.

    What a maintainer locked or wrote is only questioned: it stays, and the pull request asks.
    """
    listed = index.named(correction.target)
    if listed is None:
        what = f"no entry of the list is {text.quoted(correction.target)}"
        fix = "Paste the paper's link as the list has it, or the name of its file below entries/."
        problem = Problem(field="entry", what=what, fix=fix)
        return Decision(
            outcome="rejected", subject="correction", problems=(problem,), looks=tuple(looks)
        )
    if correction.removes:
        doubt = "Is the entry to go? Merging removes it; history keeps it."
        return Decision(
            outcome="accepted",
            subject="correction",
            removed=listed,
            doubts=(doubt,),
            notes=correction.notes or "",
        )
    made = merge.correct(listed.entry, correction, today=today)
    problems = (*_link_problems(correction.links, looks), *made.problems)
    if problems:
        return Decision(
            outcome="rejected", subject="correction", problems=problems, looks=tuple(looks)
        )
    if not made.changes and not made.doubts:
        what = f"the entry “{listed.key}” says all of this already"
        fix = "Fill in what differs, or close this issue."
        problem = Problem(field="change", what=what, fix=fix)
        return Decision(outcome="rejected", subject="correction", problems=(problem,))
    return Decision(
        outcome="accepted",
        subject="correction",
        listed=Listed(path=listed.path, entry=made.entry),
        changes=made.changes,
        doubts=made.doubts,
        remarks=(*correction.remarks, *_unchecked(looks)),
        looks=tuple(looks),
        notes=correction.notes or "",
    )


def _published_twin(answer: Answer | None, index: Index) -> Match | None:
    """The listed paper whose DOI the preprint's authors gave as the published version's."""
    if not (isinstance(answer, Evidence) and answer.doi):
        return None
    # The DOI may be an ACL paper's, which the list knows by the Anthology's id.
    named = ids.read(answer.doi)
    return index.identity(named) if isinstance(named, Identity) else None


def _placed(draft: Draft, found: Match | None, *, index: Index, today: date) -> Decision:
    """A new entry, a better one in an old place, or none."""
    if found is None or found.how == "near-title":
        doubts = (*draft.doubts, *(f"{draft.unasked} {doubt}".strip() for doubt in draft.own))
        if found:
            doubts = (*doubts, "A listed paper has nearly the same title: is it the same work?")
        return Decision(
            outcome="accepted",
            listed=_new(draft.entry, index, today),
            match=found,
            differences=draft.differences,
            doubts=doubts,
        )
    listed = found.listed
    is_news = draft.entry.is_published and not listed.entry.is_published
    if not is_news or "venue" in listed.entry.locked:
        return Decision(outcome="duplicate", match=found)
    better, changes = merge.promote(listed.entry, draft.entry, today=today)
    told = {one.field for one in changes}
    return Decision(
        outcome="accepted",
        listed=Listed(path=listed.path, entry=better),
        match=found,
        is_upgrade=True,
        changes=changes,
        differences=tuple(one for one in draft.differences if one.field in told),
        doubts=draft.doubts,
        remarks=(draft.unasked,) if draft.unasked else (),
    )


def _new(entry: entries.Entry, index: Index, today: date) -> Listed:
    year = entry.sort_year or today.year
    key = ids.citation_key(authors=entry.authors, year=year, title=entry.title, taken=index.keys)
    return Listed(path=entries.path(year=year, key=key), entry=entry)


def _link_problems(
    given: Mapping[str, str] | Mapping[LinkField, str | None], looks: Sequence[Look]
) -> tuple[Problem, ...]:
    fields = {url: name for name, url in given.items()}
    bad = [look for look in looks if look.verdict in {"gone", "refused", "invalid"}]
    fix = "Correct the link, or leave the field empty."
    return tuple(
        Problem(
            field=fields[look.url],
            what=f"{merge.said(look.url)} is {look.verdict}: {look.reason}",
            fix=fix,
        )
        for look in bad
    )


def _unchecked(looks: Sequence[Look]) -> tuple[str, ...]:
    """A sentence for each link that could not be checked; doubt is no verdict."""
    return tuple(
        f"{merge.said(look.url)} could not be checked ({look.reason}); that does not stand in the way."
        for look in looks
        if look.verdict in {"suspect", "blocked"}
    )
