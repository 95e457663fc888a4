"""The desk where submissions are answered: one issue, one answer, one branch, one pull request.

`submit`, `command` and `reconcile` are the same work for other reasons, so it stands here once.
Everything is safe to do again: what is so already is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.core import branch as branches
from bot.core import correction, entry, form, intake, memo, review, talk
from bot.core.branch import Rebuilt, changed
from bot.core.entry import Entry
from bot.core.review import Decision
from bot.edge import gather, mirror, runner
from bot.edge.hub import MAY_WRITE, MovedError
from bot.edge.wire import MissingError, RefusedError
from bot.jobs import preview
from bot.model import Markdown, Problem
from bot.plan import Judge, Label, Propose, Pull, Retire, Say, Shut

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from bot.config import Config
    from bot.core.intake import Subject
    from bot.core.memo import Memo
    from bot.edge.hub import Hub, Proposed
    from bot.edge.mirror import Mirror
    from bot.plan import Action, Comment, Comparison, Issue, Verdicts
    from bot.settings import Settings

RESERVE = 300
"""Calls of the hour that long work leaves for the submissions of the day."""
_TRIES = 3
_BRANCH_NOTE = "<!-- list-bot:branch -->"
_NEVER = frozenset({"closed", "withdrawn", "declined"})
"""Outcomes that stand until somebody opens the submission again."""
_RETIRED = _NEVER | {"duplicate", "twin"}
"""Outcomes with which the bot itself closed the pull request, not a person."""
_SETTLED = frozenset({"accepted", "rejected", "duplicate", "twin", "shut", "listed"})
"""Outcomes that stay until the text changes or somebody asks."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One submission as it stands on GitHub."""

    issue: Issue
    subject: Subject
    answer: Comment | None
    """Our answer under it."""
    known: Memo
    """What that answer remembers."""
    look: Callable[[str], tuple[Pull, ...]]
    """Reads every pull request of a branch, an open one first."""

    @property
    def branch(self) -> str:
        """The submission's branch, whether it is there or not."""
        return intake.branch(self.issue.number)

    @cached_property
    def pulls(self) -> tuple[Pull, ...]:
        """Every pull request of its branch, an open one first; read when it is first asked for."""
        return self.look(self.branch)

    @property
    def pull(self) -> Pull | None:
        """The open pull request."""
        return self.pulls[0] if self.pulls and self.pulls[0].is_open else None

    @property
    def is_same_text(self) -> bool:
        """Whether our answer is about the text as it is now."""
        return self.known.get("text") == memo.digest(self.issue.body)


class UnsoundError(Exception):
    """A branch that a person has to mend first; the pull request tells what is wrong."""


class Desk:
    """The list's repository during one run."""

    def __init__(self, hub: Hub, root: Path, settings: Settings, *, branch: str) -> None:
        """Work on `branch`, the default branch; `root` is a checkout of any age."""
        self.hub = hub
        self._root = root
        self.settings = settings
        self._branch = branch
        self._mirror: Mirror | None = None
        self._issues: tuple[Issue, ...] | None = None
        self._comments: dict[int, list[Comment]] = {}
        self._remaking: set[int] = set()

    # What is so now

    @property
    def mirror(self) -> Mirror:
        """The list on the default branch, read once until `refresh`."""
        if self._mirror is None:
            self._mirror = mirror.read(self.hub, self._root, self._branch)
        return self._mirror

    @property
    def issues(self) -> tuple[Issue, ...]:
        """All open issues, read once until `refresh`."""
        if self._issues is None:
            self._issues = self.hub.open_issues()
        return self._issues

    @property
    def _config(self) -> Config:
        """The configuration for texts in issues, whose links have to lead into this repository."""
        return self.mirror.config.model_copy(update={"repository": self.hub.repository})

    def refresh(self) -> None:
        """Forget what was read: it changed."""
        self._mirror = self._issues = None
        self._comments = {}

    def has_calls(self) -> bool:
        """Whether enough of the hour's calls are left to go on with long work."""
        left = self.hub.wire.remaining
        return left is None or left > RESERVE

    def issue(self, number: int) -> Issue:
        """An issue, open or closed; raises MissingError."""
        found = next((one for one in self.issues if one.number == number), None)
        return found or self.hub.issue(number)

    def case(self, issue: Issue, pull: Pull | None = None) -> Case | None:
        """A submission with all that belongs to it; None for any other issue.

        `pull` is its open pull request, where that was read already.
        """
        subject = intake.subject(issue, self.mirror.forms)
        if subject is None and not issue.comments:
            return None
        answer = self.hub.ours(self._comments_of(issue), memo.ANSWER)
        known = memo.read(memo.ANSWER, answer.body) if answer else {}
        if subject is None and answer is None:
            return None
        return Case(
            issue=issue,
            subject=subject or ("correction" if known.get("subject") == "correction" else "paper"),
            answer=answer,
            known=known,
            look=(lambda _: (pull,)) if pull else self.hub.pulls,
        )

    def read_comments(self) -> None:
        """Read the comments of all open issues at once, for a run that looks at every one."""
        asked = [one.created for one in self.issues if intake.subject(one, self.mirror.forms)]
        rows = self.hub.comments_since(min(asked)) if asked else ()
        if rows is not None:
            self._comments = {one.number: [] for one in self.issues}
            for row in rows:
                self._comments.setdefault(row.issue, []).append(row)

    def _comments_of(self, issue: Issue) -> Sequence[Comment]:
        if issue.number in self._comments:
            return self._comments[issue.number]
        return self.hub.comments(issue.number) if issue.comments else ()

    # Answering a submission

    def answer(
        self,
        issue: Issue,
        *,
        anew: bool = False,
        reopen: bool = False,
        pull: Pull | None = None,
    ) -> str:
        """See to it that a submission has its answer and its pull request; tells what came of it.

        `anew` asks again where nothing changed; `reopen` also opens what was closed; `pull` is
        the open pull request, where that was read already.
        """
        for _ in range(_TRIES - 1):
            try:
                return self._answer(self.case(issue, pull), anew=anew, reopen=reopen)
            except MovedError as moved:
                runner.log(f"{moved}: once more")
                self.refresh()
                issue, pull = self.issue(issue.number), None
        return self._answer(self.case(issue), anew=anew, reopen=reopen)

    def _answer(self, case: Case | None, *, anew: bool, reopen: bool) -> str:
        if case is None:
            return "no submission"
        issue = case.issue
        if not issue.is_open:
            return self.close(case)
        outcome = case.known.get("outcome")
        if not (anew or reopen or outcome in _NEVER) and self._is_settled(case):
            return self._synced(case)
        reopen = reopen or outcome in _RETIRED
        if case.pulls and not case.pull and not case.pulls[0].is_merged and not reopen:
            pull = Markdown(f"#{case.pulls[0].number}")
            return self._note(case, "shut", labels=("on-hold",), pull=pull)
        if self.mirror.problems:
            first = self.mirror.problems[0]
            reason = f"“{first.file}” cannot be read: {first.what}"
            return self._note(case, "broken", reason=reason)
        decision = self._decide(case)
        return self._carry_out(case, decision, anew=anew)

    def _is_settled(self, case: Case) -> bool:
        outcome = case.known.get("outcome")
        if not case.is_same_text or outcome not in _SETTLED or "waits" in case.known:
            return False
        if outcome == "shut":
            # A person may have opened it again.
            return case.pull is None
        if outcome != "accepted":
            return True
        pull = case.pull
        return bool(pull and memo.read(memo.PULL, pull.body).get("text") == case.known.get("text"))

    def _synced(self, case: Case) -> str:
        """Let the answer show the entry as people changed it on the branch, as its sheet does."""
        shown = talk.shown_entry(case.pull.body) if case.answer and case.pull else ""
        if not shown or not case.answer or talk.shown_entry(case.answer.body) == shown:
            return "unchanged"
        text = talk.with_shown(case.answer.body, shown)
        self.apply(Say(issue=case.issue.number, marker=memo.ANSWER, text=text, present=case.answer))
        return "brought up to date with its branch"

    def _decide(self, case: Case) -> Decision:
        """What becomes of the submission, by its text and what the world says."""
        issue, settings, config = case.issue, self.settings, self.mirror.config
        if case.subject == "correction":
            return self._decide_correction(case)
        if rival := intake.earlier(issue, self.issues, self.mirror.forms["paper"]):
            return Decision(outcome="duplicate", waits_for=rival.number)
        if self._is_parked(issue):
            return Decision(outcome="deferred", parked=True)
        reading = form.read(self.mirror.forms["paper"], issue.body)
        asked = preview.asked(reading, f"#{issue.number}", config=config, settings=settings)
        if isinstance(asked, tuple):
            return Decision(outcome="rejected", problems=asked)
        index = self.mirror.index
        known = review.Gathered()
        if not review.duplicate(asked, index):
            [known] = gather.gather([asked], settings)
        return review.decide(asked, known, index=index, config=config, today=settings.today)

    def _decide_correction(self, case: Case) -> Decision:
        settings, issue = self.settings, case.issue
        reading = form.read(self.mirror.forms["correction"], issue.body)
        read = correction.read(
            reading.fields,
            config=self.mirror.config,
            origin=f"#{issue.number}",
            allows_private=settings.allows_private,
        )
        asked = intake.asked(reading, read)
        if isinstance(asked, tuple):
            return Decision(outcome="rejected", subject="correction", problems=asked)
        looks = gather.looks([url for url in asked.links.values() if url], settings)
        return review.correct(asked, looks, index=self.mirror.index, today=settings.today)

    def _is_parked(self, issue: Issue) -> bool:
        most = self.mirror.config.limits.open_submissions
        is_over = intake.is_over_limit(issue, self.issues, self.mirror.forms, most=most)
        # Who may push may also submit as much as they like.
        return is_over and not self.hub.may_write(issue.author)

    def _carry_out(self, case: Case, decision: Decision, *, anew: bool) -> str:
        """Make the decision so. The answer comes last: once it is there, all the rest is."""
        pull = case.pull
        sentence = talk.opened(pull) if pull else ""
        if decision.outcome == "accepted":
            try:
                decision, proposed, proposal = self._propose(case, decision, anew=anew)
                sentence = self._sentence(proposed, proposal)
            except UnsoundError:
                sentence = talk.unsound(pull)
        elif pull and decision.outcome == "duplicate":
            self.hub.apply((Retire(branch=case.branch, pull=pull),))
        elif pull:
            told = _WAITING["parked" if decision.parked else decision.outcome]
            verdict: Verdicts = "failure" if decision.outcome == "rejected" else "pending"
            self.hub.apply(
                (
                    Judge(commit=pull.head, status=verdict, status_text=told),
                    Label(issue=pull.number, labels=decision.labels, present=pull.labels),
                )
            )
        issue = case.issue
        text = talk.answer(decision, self._config, issue=issue, pull=sentence)
        self._say(case, text, decision.labels)
        if decision.outcome == "accepted":
            self._follow_main(case)
        return decision.outcome

    def _propose(
        self, case: Case, decision: Decision, *, anew: bool
    ) -> tuple[Decision, Proposed, Propose]:
        """The branch and the pull request; with the decision as people's edits make it.

        Raises UnsoundError where the branch holds what a person has to mend first, and nobody
        asked to make it anew.
        """
        comparison = self._compared(case)
        read = branches.Read()
        if comparison:
            self._refuse_strange(case.pulls[0], comparison)
            read = self._read(comparison, case.pulls[0])
            if not anew:
                self._refuse_unread(case.pulls[0], read)
        entries, kept, decision = branches.merged(decision, read)
        self._refuse_unsound(case.pulls[0] if comparison else None, entries)
        listed = changed(self.mirror.listed, entries)
        files: dict[str, str | None] = {
            path: None if one is None else entry.dump(one) for path, one in entries.items()
        }
        files |= self.mirror.with_pages(listed)
        origin = talk.Origin(
            issue=case.issue,
            made=kept.made,
            asked=kept.asked,
            base={p: self.mirror.base.files[p] for p in entries if p in self.mirror.base.files},
        )
        proposal = talk.proposal(
            decision,
            branch=case.branch,
            files=self._differing(files),
            config=self.mirror.config,
            origin=origin,
        )
        assert proposal  # noqa: S101 - an accepted decision has one
        commits = comparison.commits if comparison else ()
        proposal = replace(
            proposal,
            pull=case.pull,
            tip=commits[-1] if commits else None,
            message=talk.credited(proposal.message, commits, self.hub.us),
        )
        return decision, self.hub.propose(proposal, self.mirror.base), proposal

    def _differing(self, files: Mapping[str, str | None]) -> dict[str, str | None]:
        """The files that are not so on the default branch already."""
        present = self.mirror.base.files
        return {
            path: text
            for path, text in files.items()
            if present.get(path) != (None if text is None else mirror.blob(text.encode()))
        }

    def _compared(self, case: Case) -> Comparison | None:
        """What the branch changes, where there is one that belongs to a pull request."""
        if not case.pulls or case.pulls[0].is_merged:
            return None
        head = case.pull.head if case.pull else self._tip(case.branch)
        return self.compare(head) if head else None

    def _tip(self, branch: str) -> str | None:
        try:
            return self.hub.tip(branch)
        except MissingError:
            return None

    def _sentence(self, proposed: Proposed, proposal: Propose) -> str:
        if proposed.pull or not proposed.why_not:
            return talk.opened(proposed.pull)
        return talk.unopened(
            proposal,
            repository=self.hub.repository,
            server=self.settings.server_url,
            base=self._branch,
            why=proposed.why_not,
        )

    def _follow_main(self, case: Case) -> None:
        """Where the default branch moved while the answer was made, rebuild on top of it."""
        for _ in range(_TRIES):
            if self.hub.tip(self._branch) == self.mirror.base.commit:
                return
            self.refresh()
            pull = next((one for one in self.hub.pulls(case.branch) if one.is_open), None)
            if pull is None:
                return
            self.rebuild(pull)

    def _say(self, case: Case, text: str, labels: tuple[str, ...]) -> None:
        """The labels of the issue, and then the one answer under it."""
        number = case.issue.number
        present = case.issue.labels
        self.apply(Label(issue=number, labels=labels, present=present))
        self.apply(Say(issue=number, marker=memo.ANSWER, text=text, present=case.answer))
        if self._issues:
            # Later submissions of this run look at what this one came to.
            self._issues = tuple(
                replace(one, labels=labels) if one.number == number else one for one in self._issues
            )

    def apply(self, *actions: Action) -> None:
        """Make the actions so; where GitHub lets nobody speak any more, say it in the log."""
        for action in actions:
            if isinstance(action, Say):
                self._comments.pop(action.issue, None)
            try:
                self.hub.apply((action,))
            except RefusedError as no:
                # A locked or converted issue takes no comment; the pull request still stands.
                if no.status not in {403, 404, 410}:
                    raise
                runner.log(f"not done, GitHub refuses it: {type(action).__name__}, {no.message}")

    def _note(
        self, case: Case, kind: str, *, labels: tuple[str, ...] = (), **values: object
    ) -> str:
        """Answer with one of the notes."""
        text = talk.note(kind, values, issue=case.issue)
        kept = tuple(name for name in case.issue.labels if name in intake.SUBJECTS)
        self._say(case, text, (*(kept or (case.subject,)), *labels))
        return kind

    # Closing and opening

    def close(self, case: Case, kind: str = "closed", **values: object) -> str:
        """An issue that was closed has no open pull request and no branch."""
        # The branch goes last: as long as it is there, `reconcile` knows that this is not done.
        gone = Retire(branch=case.branch, pull=case.pull)
        if case.pulls and case.pulls[0].is_merged:
            came = self._note(case, "listed")
            self.apply(gone)
            return came
        if kind == "closed" and case.known.get("outcome") in _NEVER and not case.pull:
            return "unchanged"
        if case.answer is None and not case.pulls and kind == "closed":
            return "closed before it was answered"
        came = self._note(case, kind, labels=(), **values)
        if case.pulls:
            self.apply(gone)
        return came

    def shut(self, case: Case, kind: str, **values: object) -> None:
        """Close pull request and issue, because somebody said so."""
        self.close(case, kind, **values)
        if case.issue.is_open:
            self.hub.apply((Shut(issue=case.issue.number),))

    # Rebuilding a branch

    def _read(self, comparison: Comparison, pull: Pull) -> branches.Read:
        """The entries that a pull request's branch changes, as they stand there."""
        entries = {p: b for p, b in comparison.files.items() if p.startswith("entries/")}
        return branches.Read(
            texts={p: self.hub.text(b) if b else None for p, b in entries.items()},
            added=comparison.added,
            made=memo.words(memo.read(memo.PULL, pull.body), "made"),
            by_people=not all(map(self.hub.is_own, comparison.commits)),
        )

    def entries(self, pull: Pull) -> dict[str, Entry]:
        """The entries that a pull request changes, as far as they can be read."""
        texts = self._read(self.compare(pull.head), pull).texts
        loaded = {path: entry.load(text, file=path) for path, text in texts.items() if text}
        return {path: one for path, one in loaded.items() if isinstance(one, Entry)}

    def compare(self, head: str) -> Comparison:
        """What a branch changes, by its last commit."""
        return self.hub.compare(self.mirror.base.commit, head)

    def rebuild(
        self,
        pull: Pull,
        edits: Mapping[str, Entry] | None = None,
        *,
        decided: str = "",
        verify: bool = False,
    ) -> Pull | None:
        """The pull request on top of the default branch as it is now; None where it had to go.

        One that seems to be up to date is taken at its word, unless it is to be verified.

        `edits` are entries that a command changed, by file, and `decided` the field that it was
        about. Raises MovedError, and UnsoundError where a person has to mend the branch first:
        that is told in the pull request.
        """
        comparison = self.compare(pull.head)
        if not (edits or verify) and self._is_current(comparison):
            return pull
        self._refuse_strange(pull, comparison)
        if not edits and (anew := self._remade(pull, comparison)):
            return anew
        read = self._read(comparison, pull)
        if edits:
            texts = {**read.texts, **{path: entry.dump(one) for path, one in edits.items()}}
            read = replace(read, texts=texts)
        if not read.texts:
            self._tell_problems(pull, (_NO_ENTRY,))
            raise UnsoundError(_NO_ENTRY.what)
        result = branches.rebuilt(
            read,
            self.mirror.listed,
            self.mirror.config,
            allows_private=self.settings.allows_private,
        )
        if result.problems:
            self._tell_problems(pull, result.problems)
            raise UnsoundError(result.problems[0].what)
        if result.twin:
            self._retire_twin(pull, result)
            return None
        return self._moved_up(pull, comparison, result, decided=decided)

    def _refuse_strange(self, pull: Pull, comparison: Comparison) -> None:
        """Raise UnsoundError where a person changed files that the bot does not write."""
        if strange := [path for path in comparison.files if not path.startswith(MAY_WRITE)]:
            told = f"It changes {strange[0]}, which the bot does not write: update it by hand"
            self.hub.apply((Judge(commit=pull.head, status="pending", status_text=told),))
            raise UnsoundError(told)

    def _refuse_unread(self, pull: Pull, read: branches.Read) -> None:
        """Raise UnsoundError where an entry of the branch cannot be read."""
        loaded = (entry.load(text, file=path) for path, text in read.texts.items() if text)
        if found := [problem for one in loaded if isinstance(one, tuple) for problem in one]:
            self._tell_problems(pull, tuple(found))
            raise UnsoundError(found[0].what)

    def _refuse_unsound(self, pull: Pull | None, entries: Mapping[str, Entry | None]) -> None:
        """Raise UnsoundError where the list would have problems with entries of the branch."""
        found = branches.problems(
            entries,
            self.mirror.listed,
            self.mirror.config,
            allows_private=self.settings.allows_private,
        )
        if found and pull:
            self._tell_problems(pull, found)
            raise UnsoundError(found[0].what)

    def _remade(self, pull: Pull, comparison: Comparison) -> Pull | None:
        """The change of a listed entry, made anew where the list has changed that entry since."""
        bases = memo.words(memo.read(memo.PULL, pull.body), "base")
        present = self.mirror.base.files
        number = intake.issue_of(pull.branch)
        is_stale = any(
            path in comparison.files and present.get(path) != base for path, base in bases.items()
        )
        if not is_stale or number is None or number in self._remaking:
            return None
        self._remaking.add(number)
        came = self.answer(self.issue(number), anew=True, pull=pull)
        if came != "accepted":
            raise UnsoundError(f"the list has changed its entry, and its submission is {came}")
        return next((one for one in self.hub.pulls(pull.branch) if one.is_open), None)

    def is_current(self, pull: Pull) -> bool:
        """Whether a pull request is one commit of ours on top of the default branch."""
        return self._is_current(self.compare(pull.head))

    def _is_current(self, comparison: Comparison) -> bool:
        """Whether the branch is one commit of ours on top of the default branch."""
        base = self.mirror.base.commit
        return comparison.fork == base and [
            (self.hub.is_own(one), one.parents) for one in comparison.commits
        ] == [(True, (base,))]

    def _moved_up(
        self, pull: Pull, comparison: Comparison, result: Rebuilt, *, decided: str
    ) -> Pull | None:
        files: dict[str, str | None] = {
            path: None if one is None else entry.dump(one) for path, one in result.entries.items()
        }
        if not self._differing(files):
            self.hub.apply((Retire(branch=pull.branch, pull=pull),))
            self._tell_issue(pull, "listed")
            return None
        files |= self.mirror.with_pages(changed(self.mirror.listed, result.entries))
        body = talk.rebased(
            pull.body,
            result.entries,
            base=self.mirror.base.files,
            config=self.mirror.config,
            decided=decided,
        )
        commits = comparison.commits
        message = next((c.message for c in commits if c.author in self.hub.us), pull.title)
        one = next((e for e in result.entries.values() if e), None)
        title = talk.retitled(pull.title, one) if decided == "title" and one else pull.title
        if len(result.entries) > 1 and "needs-decision" not in pull.labels:
            # The sheet shows one entry: a person has to know of the others.
            pull = replace(pull, labels=(*pull.labels, "needs-decision"))
        proposal = Propose(
            branch=pull.branch,
            files=self._differing(files),
            message=talk.credited(message, commits, self.hub.us),
            title=title,
            body=body,
            labels=pull.labels,
            tip=commits[-1] if commits else None,
            pull=pull,
            status=_status(pull),
            status_text=_STATUS_TEXTS[_status(pull)],
        )
        proposed = self.hub.propose(proposal, self.mirror.base)
        if talk.shown_entry(body) != talk.shown_entry(pull.body):
            self._sync(proposed.pull)
        return proposed.pull

    def _sync(self, pull: Pull | None) -> None:
        """Let the answer under the issue show what a pull request shows by now."""
        number = intake.issue_of(pull.branch) if pull else None
        if number and (case := self.case(self.issue(number), pull)):
            self._synced(case)

    def _tell_problems(self, pull: Pull, problems: tuple[Problem, ...]) -> None:
        told = f"{problems[0].file}: {problems[0].what}"
        note = talk.note("branch", {"problems": problems}, marker=_BRANCH_NOTE)
        present = self.hub.ours(self.hub.comments(pull.number), _BRANCH_NOTE)
        self.apply(
            Judge(commit=pull.head, status="failure", status_text=told),
            Say(issue=pull.number, marker=_BRANCH_NOTE, text=note, present=present),
        )

    def _retire_twin(self, pull: Pull, result: Rebuilt) -> None:
        assert result.twin  # noqa: S101 - the caller looked
        self.hub.apply((Retire(branch=pull.branch, pull=pull),))
        self._tell_issue(pull, "twin", twin=result.twin.listed)

    def _tell_issue(self, pull: Pull, kind: str, **values: object) -> None:
        number = intake.issue_of(pull.branch)
        if number is None:
            return
        try:
            issue = self.issue(number)
        except MissingError:
            return
        text = talk.note(kind, values, issue=issue)
        answer = self.hub.ours(self._comments_of(issue), memo.ANSWER)
        labels = ("paper", "duplicate") if kind == "twin" else ("paper",)
        self.apply(
            Label(issue=number, labels=labels, present=issue.labels),
            Say(issue=number, marker=memo.ANSWER, text=text, present=answer),
        )


_STATUS_TEXTS: Mapping[Verdicts, str] = {
    "success": talk.SOUND,
    "pending": talk.UNDECIDED,
    "failure": talk.UNMENDED,
}


def _status(pull: Pull) -> Verdicts:
    if "needs-changes" in pull.labels:
        return "failure"
    return "pending" if "needs-decision" in pull.labels else "success"


_NO_ENTRY = Problem(
    file="entries/",
    field="",
    what="the branch holds no entry any more",
    fix="Put the file back, let /retry in the issue make it anew, or close the pull request.",
)
_WAITING: Mapping[str, str] = MappingProxyType(
    {"rejected": talk.UNMENDED, "deferred": talk.WAITING, "parked": talk.PARKED}
)
