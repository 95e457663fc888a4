"""What becomes of one submission: accepted, rejected, duplicate or deferred, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.core import entry as entries
from bot.core import ids, merge
from bot.core.entry import Listed
from bot.core.merge import Deferred, Draft
from bot.model import Evidence, Identity, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from bot.config import Config
    from bot.core.match import Index, Match
    from bot.core.merge import Difference
    from bot.model import Answer, Look, Outcome, Submission


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

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of issue and pull request."""
        match self.outcome:
            case "accepted":
                return ("paper", "needs-decision") if self.doubts else ("paper",)
            case "rejected":
                return ("paper", "needs-changes")
            case outcome:
                return ("paper", outcome)


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
    if same := duplicate(submission, index):
        return Decision(outcome="duplicate", match=same)
    looks = gathered.looks
    problems = _link_problems(submission, looks)
    match merge.fill(submission, gathered.answer, thresholds=config.thresholds, today=today):
        case Draft() as draft if not problems:
            found = _published_twin(gathered.answer, index)
            found = found or index.work(draft.entry, near_title=config.thresholds.near_title)
            decision = _placed(draft, found, index=index, today=today)
            return replace(
                decision,
                looks=looks,
                remarks=(*submission.remarks, *draft.remarks, *_unchecked(looks)),
                notes=submission.notes or "",
            )
        case Deferred(why=why) if not problems:
            return Decision(outcome="deferred", why=why, looks=looks)
        case tuple() as more:
            return Decision(outcome="rejected", problems=(*more, *problems), looks=looks)
        case _:
            return Decision(outcome="rejected", problems=problems, looks=looks)


def _published_twin(answer: Answer | None, index: Index) -> Match | None:
    """The listed paper whose DOI the preprint's authors gave as the published version's."""
    if not (isinstance(answer, Evidence) and answer.doi):
        return None
    return index.identity(Identity(kind="doi", id=answer.doi))


def _placed(draft: Draft, found: Match | None, *, index: Index, today: date) -> Decision:
    """A new entry, a better one in an old place, or none."""
    if found is None or found.how == "near-title":
        doubts = draft.doubts
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
    return Decision(
        outcome="accepted",
        listed=Listed(path=listed.path, entry=better),
        match=found,
        is_upgrade=True,
        changes=changes,
        differences=draft.differences,
        doubts=draft.doubts,
    )


def _new(entry: entries.Entry, index: Index, today: date) -> Listed:
    year = entry.sort_year or today.year
    key = ids.citation_key(authors=entry.authors, year=year, title=entry.title, taken=index.keys)
    return Listed(path=entries.path(year=year, key=key), entry=entry)


def _link_problems(submission: Submission, looks: Sequence[Look]) -> tuple[Problem, ...]:
    fields = {url: name for name, url in links(submission).items()}
    bad = [look for look in looks if look.verdict in {"gone", "refused", "invalid"}]
    fix = "Correct the link, or leave the field empty."
    return tuple(
        Problem(
            field=fields[look.url], what=f"“{look.url}” is {look.verdict}: {look.reason}", fix=fix
        )
        for look in bad
    )


def _unchecked(looks: Sequence[Look]) -> tuple[str, ...]:
    """A sentence for each link that could not be checked; doubt is no verdict."""
    return tuple(
        f"“{look.url}” could not be checked ({look.reason}); that does not stand in the way."
        for look in looks
        if look.verdict in {"suspect", "blocked"}
    )
