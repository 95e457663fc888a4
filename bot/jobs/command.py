"""`bot command`: what a comment asks for, done by those who may, and answered."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from bot.core import commands, correction, escape, intake, linkreport, memo, merge, talk
from bot.core.commands import ON_SUBMISSION
from bot.core.entry import Entry
from bot.core.submission import Sheet
from bot.edge import disk, runner
from bot.edge.hub import MovedError
from bot.edge.wire import MissingError
from bot.jobs import opening, reconcile
from bot.jobs.desk import UnsoundError
from bot.jobs.report_command import ReportHearing
from bot.model import LINK_FIELDS, Markdown, Problem
from bot.plan import Comment, Say, Shut

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from bot.core.commands import Command, Said
    from bot.jobs.desk import Case, Desk
    from bot.plan import Commit, Pull
    from bot.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Carry out the commands of this run's comment; most comments hold none."""
    event = runner.event(settings)
    told = _told(event)
    said = commands.read(told.comment.body)
    if event.get("action") != "created" or not said or told.is_bot:
        runner.log("no command in this comment")
        return 0
    with opening.desk(args, settings, event) as desk:
        _carry_out(desk, told, said, settings)
    return 0


def _carry_out(desk: Desk, told: _Told, said: tuple[Said, ...], settings: Settings) -> None:
    if told.comment.author in desk.hub.us or not _still_says(desk, told.comment):
        runner.log("this comment is ours, was edited, or is gone: nothing is done")
        return
    marker = talk.reply_marker(told.comment.id)
    comments = desk.hub.comments(told.comment.issue)
    if desk.hub.ours(comments, marker):
        runner.log("this comment has its answer already")
        return
    hearing = _hearing(desk, told, settings)
    replies = hearing.replies(said)
    if replies:
        text = talk.reply(told.comment.id, replies)
        desk.apply(Say(issue=told.comment.issue, marker=marker, text=text))
    runner.log(f"answered; {desk.hub.wire.calls} calls to GitHub")


def _hearing(desk: Desk, told: _Told, settings: Settings) -> _Hearing | ReportHearing:
    """Who hears the commands, by what they were said under."""
    if told.author in desk.hub.us and not told.is_pull:
        with suppress(MissingError):
            issue = desk.hub.issue(told.comment.issue)
            if linkreport.is_ours(issue, desk.hub.us):
                return ReportHearing(desk, told.comment.author, settings)
    return _Hearing(desk, told, settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """The comment of this run's event, and what its author saw."""

    comment: Comment
    seen: str
    """The text of the issue or pull request when the comment was written."""
    author: str
    """Who opened that."""
    is_pull: bool
    is_bot: bool


def _told(event: Mapping[str, Any]) -> _Told:
    comment, issue = event.get("comment") or {}, event.get("issue") or {}
    if not (isinstance(comment.get("id"), int) and isinstance(issue.get("number"), int)):
        fix = "Let a workflow start it on issue_comment, see docs/reference/workflows.md."
        what = "this run was started by no comment"
        raise disk.Unusable((Problem(file="GITHUB_EVENT_PATH", field="", what=what, fix=fix),))
    user = comment.get("user") or {}
    return _Told(
        comment=Comment(
            id=comment["id"],
            author=str(user.get("login", "ghost")),
            body=str(comment.get("body") or ""),
            created=str(comment.get("created_at") or ""),
            issue=issue["number"],
        ),
        seen=str(issue.get("body") or ""),
        author=str((issue.get("user") or {}).get("login", "ghost")),
        is_pull=bool(issue.get("pull_request")),
        is_bot=user.get("type") == "Bot",
    )


def _still_says(desk: Desk, comment: Comment) -> bool:
    """Whether the comment stands as it was written: what was edited later is no command."""
    try:
        now = desk.hub.comment(comment.id)
    except MissingError:
        return False
    return not now.is_edited and now.body == comment.body and now.author == comment.author


class _Hearing:
    """One comment's commands, one after the other."""

    def __init__(self, desk: Desk, told: _Told, settings: Settings) -> None:
        self._desk = desk
        self._told = told
        self._settings = settings
        self._may_write: bool | None = None
        self._has_edited = False
        """Whether an earlier line of this comment changed the entry."""

    def replies(self, said: tuple[Said, ...]) -> list[Markdown]:
        """What is answered to each; nothing for words that were meant for others."""
        found = []
        for one in said:
            case = self._case()
            if case is None:
                if one.command:
                    found.append(_say("This is no submission, so there is nothing to do here."))
                break
            found.append(self._reply(one, case))
            self._desk.refresh()
        return found

    def _case(self) -> Case | None:
        """The submission that the comment is about, as it is now."""
        number: int | None = self._told.comment.issue
        if self._told.is_pull:
            pull = self._desk.hub.pull(self._told.comment.issue)
            number = intake.issue_of(pull.branch) if pull else None
        if number is None:
            return None
        try:
            return self._desk.case(self._desk.issue(number))
        except MissingError:
            return None

    def _reply(self, said: Said, case: Case) -> Markdown:
        command = said.command
        if command is None:
            return talk.commands(self._offered(case), unknown=said.name, near=said.near)
        why = self._why_not(said, command, case)
        return _say(why) if why else self._done(said, case)

    def _why_not(self, said: Said, command: Command, case: Case) -> str:
        """Why a command is not carried out; '' where it is."""
        if command not in ON_SUBMISSION:
            return f"“/{said.name}” is for the report of the list's links."
        if said.is_malformed:
            return commands.how(command)
        if not self._may(command, case):
            who = "maintainers" if command.who == "maintainer" else "the submitter and maintainers"
            return f"“/{said.name}” is for {who} of this list."
        if command.where == "open" and not case.issue.is_open:
            return "The submission is closed: “/reopen” opens it again."
        is_merged = bool(case.pulls) and case.pulls[0].is_merged
        is_late = said.name == "merge" and is_merged
        if command.where == "pull" and case.pull is None and not is_late:
            return "There is no open pull request for this submission: see the bot's answer in its issue."
        return ""

    def _offered(self, case: Case) -> list[Command]:
        """The commands that this person may say."""
        return [command for command in ON_SUBMISSION if self._may(command, case)]

    def _may(self, command: Command, case: Case) -> bool:
        author = self._told.comment.author
        if command.who == "anyone" or (command.who == "submitter" and author == case.issue.author):
            return True
        if self._may_write is None:
            self._may_write = self._desk.hub.may_write(author)
        return self._may_write

    def _done(self, said: Said, case: Case) -> Markdown:
        match said.name:
            case "help":
                return talk.commands(self._offered(case))
            case "merge":
                return _Merge(self._desk, self._told, case, is_ours=self._has_edited).done()
            case "retry" | "withdraw" | "reopen" | "reject":
                return self._decided(said, case)
            case _:
                return self._edited(said, case)

    def _decided(self, said: Said, case: Case) -> Markdown:
        """What concerns the submission as a whole."""
        if case.pulls and case.pulls[0].is_merged and said.name in {"withdraw", "reject"}:
            return _say(
                "It is merged already: use the form for corrections to change or remove it."
            )
        match said.name:
            case "retry":
                return self._retry(case)
            case "reopen":
                return self._reopen(case)
            case "withdraw":
                self._desk.shut(case, "withdrawn")
                return _say("The submission is taken back. “/reopen” opens it again.")
            case _:
                self._desk.shut(case, "declined", reason=said.reason)
                return _say("Closed, with the reason in the bot's answer. “/reopen” takes it back.")

    def _retry(self, case: Case) -> Markdown:
        came = self._desk.answer(case.issue, anew=True)
        pull = case.pull
        if came in {"accepted", "shut"} and pull:
            self._desk.refresh()
            self._rebuild(pull)
        return _say(f"Looked at again: {came}. The bot's answer in the issue tells the rest.")

    def _rebuild(self, pull: Pull) -> None:
        present = next((one for one in self._desk.hub.pulls(pull.branch) if one.is_open), None)
        if present:
            with suppress(UnsoundError):
                self._desk.rebuild(present)

    def _reopen(self, case: Case) -> Markdown:
        is_submitter = self._told.comment.author == case.issue.author
        outcome = case.known.get("outcome")
        is_theirs = (
            case.issue.is_open
            or outcome == "withdrawn"
            or (outcome in {"closed", None} and case.issue.closed_by == case.issue.author)
        )
        if is_submitter and not is_theirs and not self._may(_MERGE, case):
            return _say("A maintainer closed this, so a maintainer has to open it again.")
        issue = case.issue
        if not issue.is_open:
            self._desk.hub.apply((Shut(issue=issue.number, is_open=True),))
            issue = replace(issue, is_open=True)
        came = self._desk.answer(issue, anew=True, reopen=True)
        return _say(f"Open again: {came}. The bot's answer in the issue tells the rest.")

    def _edited(self, said: Said, case: Case) -> Markdown:
        """What concerns one field of the entry."""
        if said.name == "set":
            values, problems = _values(said, self._desk, self._settings)
            return (
                _problems(problems)
                if problems
                else self._edit(case, values, field=said.field, did=f"“{said.field}” is set")
            )
        if said.field not in Entry.model_fields.keys() - _NOTED:
            return _say(f"“{said.field}” is no field: use one of {', '.join(correction.FIELDS)}.")
        did = f"“{said.field}” is {said.name}ed"
        return self._edit(case, partial(_locks, said), field=said.field, did=did)

    def _edit(
        self,
        case: Case,
        values: Callable[[Entry], Mapping[str, object]],
        *,
        field: str,
        did: str,
    ) -> Markdown:
        """Change the one entry of the submission's branch; the sheet of the pull request follows."""
        pull = case.pull
        assert pull  # noqa: S101 - the caller looked
        for _ in range(_TRIES):
            entries = self._desk.entries(pull)
            if len(entries) != 1:
                return _say(
                    "The branch does not hold exactly one entry that can be read: edit its file there."
                )
            [(path, present)] = entries.items()
            made = merge.with_values(present, values(present), source=merge.PERSON)
            if made.problems:
                return _problems(made.problems)
            twin = self._desk.mirror.index.work(made.entry, near_title=None)
            if twin and twin.listed.path != path:
                return _say(f"Not done: then it would be “{twin.listed.path}”, which is listed.")
            try:
                rebuilt = self._desk.rebuild(pull, {path: made.entry}, decided=field)
            except UnsoundError as unsound:
                return _say(f"Not done: {unsound}.")
            except MovedError:
                pull = next((p for p in self._desk.hub.pulls(pull.branch) if p.is_open), pull)
                continue
            self._has_edited = True
            if rebuilt and "needs-decision" in rebuilt.labels:
                # It may have been the decision that was asked for.
                self._desk.refresh()
                self._desk.answer(self._desk.issue(case.issue.number), anew=True)
            return _say(f"{did}. The pull request and the bot's answer show it.")
        return _say("The branch was changed at the same time. Say it again.")


def _locks(said: Said, one: Entry) -> Mapping[str, object]:
    others = tuple(name for name in one.locked if name != said.field)
    return {"locked": (*others, said.field) if said.name == "lock" else others}


_NOTED = frozenset({"locked", "sources", "added", "promoted"})
"""Fields that nobody decides about."""
_TRIES = 3
_MERGE = commands.BY_NAME["merge"]


def _values(
    said: Said, desk: Desk, settings: Settings
) -> tuple[Callable[[Entry], Mapping[str, object]], tuple[Problem, ...]]:
    """What `/set` changes in an entry, and what is wrong with it."""
    sheet = Sheet({said.field: said.value})
    if said.field in correction.FIELDS:
        told = correction.settled(sheet, desk.mirror.config)
        for remark in sheet.remarks:
            fix = "Use one that the form offers."
            sheet.problems.append(Problem(field=said.field, what=remark.rstrip("."), fix=fix))
        # 'ICML 2024' tells the year, too.
        return lambda _: told, tuple(sheet.problems)
    if said.field in LINK_FIELDS:
        links = correction.links_told(sheet, allows_private=settings.allows_private)
        return lambda one: {"links": {k: v for k, v in {**one.links, **links}.items() if v}}, tuple(
            sheet.problems
        )
    known = ", ".join((*correction.FIELDS, *LINK_FIELDS))
    problem = Problem(field="", what=f"“{said.field}” is no field", fix=f"Use one of: {known}.")
    return lambda _: {}, (problem,)


def _say(text: str) -> Markdown:
    return escape.sentence(text)


def _problems(problems: tuple[Problem, ...]) -> Markdown:
    rows = [f"{one.field and f'“{one.field}”: '}{one.what}. {one.fix}" for one in problems]
    return Markdown("Not done:\n\n" + "\n".join(f"- {escape.sentence(row)}" for row in rows))


class _Merge:
    """The approval of what was shown, and the merge of exactly that."""

    def __init__(self, desk: Desk, told: _Told, case: Case, *, is_ours: bool) -> None:
        """`is_ours`: the entry was changed by the comment that approves it."""
        self._desk = desk
        self._told = told
        self._case = case
        self._is_ours = is_ours
        self._trailers: tuple[str, ...] = ()

    def done(self) -> Markdown:
        """Merge, and bring everything else up to date; or tell why not."""
        pull = self._case.pull
        # Without one, a run that broke off has merged it, or somebody else.
        if pull and (why := self._void(pull) or self._tried(pull)):
            return _say(why)
        if self._desk.hub.is_dry:
            return _say("It would be merged.")
        self._after()
        return _say("Merged. Thank you!")

    def _tried(self, pull: Pull) -> str:
        """Why it could not be merged; '' when it is."""
        try:
            return self._obstacle(self._desk.rebuild(pull, verify=True))
        except UnsoundError:
            return "The branch has to be mended first: the pull request says why."
        except MovedError:
            return "The pull request was changed while it was merged. Look at it again."

    def _obstacle(self, rebuilt: Pull | None) -> str:
        """Why it could not be merged; '' when it is."""
        if rebuilt is None:
            return "The list has this already, so the pull request is closed."
        if not (self._desk.hub.is_dry or self._merged(rebuilt)):
            return "GitHub does not let the bot merge it, such as for a rule of the branch: merge it by hand."
        return ""

    def _void(self, pull: Pull) -> str:
        """Why the approval does not hold; '' where it does."""
        if not self._case.issue.is_open:
            return "The submission is closed: “/reopen” opens it again."
        if "needs-changes" in pull.labels:
            return "The submission has something to mend first: see the bot's answer."
        why = self._changed(pull)
        return why and f"{why} Look at it again, and say “/merge” once more."

    def _changed(self, pull: Pull) -> str:
        """What is not as it was when the approval was written."""
        issue, told, answer = self._case.issue, self._told, self._case.answer
        if memo.read(memo.PULL, pull.body).get("text") not in {None, memo.digest(issue.body)}:
            return "The text of the issue was edited and is not looked at yet."
        if not told.is_pull and memo.digest(told.seen) != memo.digest(issue.body):
            return "The text of the issue was edited after you wrote this."
        if self._is_overtaken(pull):
            return (
                "Commands that were said later are carried out already, so it is not what it was."
            )
        # The answer is edited whenever what it shows changes, and not when it is only rebuilt.
        is_later = answer and answer.is_edited and answer.updated > told.comment.created
        is_other = told.is_pull and talk.shown_entry(told.seen) != talk.shown_entry(pull.body)
        if (is_later or is_other) and not self._is_ours:
            return "The entry changed after you wrote this."
        commits = self._desk.compare(pull.head).commits
        self._trailers = _trailers(commits, self._desk.hub.us)
        late = [
            c
            for c in commits
            if c.author not in self._desk.hub.us and c.date > told.comment.created
        ]
        return "Somebody changed the branch after you wrote this." if late else ""

    def _is_overtaken(self, pull: Pull) -> bool:
        """Whether a command that was said after this one was answered before it."""
        hub = self._desk.hub
        said = (*hub.comments(self._case.issue.number), *hub.comments(pull.number))
        later = (talk.replied_to(one.body) for one in said if one.author in hub.us)
        return any(number > self._told.comment.id for number in later)

    def _merged(self, pull: Pull) -> bool:
        title = f"{pull.title} (#{pull.number})"
        issue = self._case.issue
        own = talk.co_author(issue.author, issue.author_id)
        rows = dict.fromkeys(row for row in (own, *self._trailers) if row)
        message = "\n\n".join([f"Closes #{issue.number}", *(["\n".join(rows)] if rows else [])])
        return self._desk.hub.merge(pull, title=title, message=message)

    def _after(self) -> None:
        """What a merge by a person would start: pushes with a workflow's token start nothing."""
        desk = self._desk
        desk.refresh()
        case = desk.case(desk.hub.issue(self._case.issue.number))
        if case:
            desk.close(case)
        for row in reconcile.sweep(desk):
            runner.log(row)


def _trailers(commits: Sequence[Commit], us: frozenset[str]) -> tuple[str, ...]:
    """Everybody who had a hand in a branch, as co-authors of the commit that it becomes."""
    known = [
        row
        for commit in commits
        for row in commit.message.split("\n")
        if commit.author in us and row.startswith("Co-authored-by: ")
    ]
    people = [talk.co_author(one.author, one.author_id) for one in commits if one.author not in us]
    return (*known, *people)
