"""`bot reconcile`: everything that is open, made to fit the list as it is now.

Whatever was missed, broken off or overtaken is mended here. Running it twice is running it once.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bot.core import escape, intake, labels, memo, talk
from bot.edge import runner
from bot.edge.hub import MovedError
from bot.edge.wire import ExhaustedError, HubError, MissingError
from bot.jobs import opening
from bot.jobs.board import Board
from bot.jobs.desk import UnsoundError
from bot.plan import Propose, Pull, Retire

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from bot.jobs.desk import Desk
    from bot.plan import Issue
    from bot.settings import Settings

README_TITLE = "Make the README anew"
_README_BODY = (
    "The README does not show what `entries/` and `list.yaml` say any more, such as after a "
    "change of an entry by hand. This makes it anew; there is nothing else in it.\n"
)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Go through all that is open; gives 3 where something could not be done in spite of trying."""
    with opening.desk(args, settings, runner.event(settings)) as desk:
        told = sweep(desk)
        for row in told:
            runner.log(row)
        runner.log(f"{desk.hub.wire.calls} calls to GitHub")
    rows = runner.bullets(map(escape.sentence, told)) or "Nothing was to be done."
    runner.summarize(f"## Reconciled\n\n{rows}", settings)
    return 3 if any(row.startswith(_FAILED) for row in told) else 0


_FAILED = "failed: "


def sweep(desk: Desk) -> list[str]:
    """See to everything that is open, the oldest first; what was done or failed, for people.

    Stops where the calls of the hour run low: what is done stays done, and the next run goes on.
    """
    told: list[str] = []
    try:
        for row in _each(desk):
            if row:
                told.append(row)
            if not desk.has_calls():
                told.append(
                    f"stopped with {desk.hub.wire.remaining} calls left in this hour: the next run goes on"
                )
                break
    except ExhaustedError as end:
        told.append(f"stopped: {end}; the next run goes on")
    return told


def _each(desk: Desk) -> Iterator[str]:
    """One row for each thing that was looked at; '' where it was in order."""
    pulls = {pull.branch: pull for pull in desk.hub.open_pulls()}
    desk.hub.make_labels(labels.LABELS)
    desk.read_comments()
    for issue in desk.issues:
        pull = pulls.get(intake.branch(issue.number))
        yield _guarded(partial(_see_to_issue, desk, issue, pull), f"#{issue.number}")
    open_numbers = {issue.number for issue in desk.issues}
    for branch, pull in pulls.items():
        number = intake.issue_of(branch)
        if number is not None:
            work = partial(_see_to_pull, desk, pull, number, open_numbers)
            yield _guarded(work, f"#{pull.number}")
    for branch in sorted(desk.hub.branches("paper/issue-") - pulls.keys()):
        number = intake.issue_of(branch)
        if number and number not in open_numbers:
            yield _guarded(partial(_see_to_leftover, desk, branch, number), branch)
    if mending := pulls.get(intake.LINKS_BRANCH):
        yield _guarded(partial(_see_to_links, desk, mending), f"#{mending.number}")
    yield _guarded(partial(_see_to_readme, desk, pulls.get(intake.README_BRANCH)), "the README")


def _guarded(work: Callable[[], str], name: str) -> str:
    """What came of one piece of work; its failure does not stop the others."""
    try:
        return work()
    except ExhaustedError:
        raise
    except UnsoundError as unsound:
        return f"{name} waits for a person: {unsound}"
    except MovedError:
        # Whoever moved it, or the next run, sees to it.
        return f"{name} was changed while it was looked at: the next run looks again"
    except HubError as failure:
        return f"{_FAILED}{name}: {failure}"
    except Exception as error:  # noqa: BLE001 - a defect in one must not stop the others
        return f"{_FAILED}{name}: a defect of the bot, please report it: {type(error).__name__}: {error}"


def _see_to_issue(desk: Desk, issue: Issue, pull: Pull | None) -> str:
    """Answer a submission that has no answer to its present text."""
    subject = intake.subject(issue, desk.mirror.forms)
    if subject is None:
        return ""
    if pull and issue.comments:
        known = memo.read(memo.PULL, pull.body)
        if known.get("text") == memo.digest(issue.body):
            # Its answer is looked at with the pull request, where that is up to date.
            return ""
    came = desk.answer(issue)
    return "" if came in {"unchanged", "no submission"} else f"#{issue.number}: {came}"


def _see_to_pull(desk: Desk, pull: Pull, number: int, open_numbers: set[int]) -> str:
    """Rebuild a submission's pull request, or close it with its issue."""
    if number not in open_numbers:
        return _see_to_orphan(desk, pull, number)
    rebuilt = desk.rebuild(pull)
    if rebuilt is None:
        return f"#{pull.number}: closed"
    if rebuilt.head != pull.head:
        return f"#{pull.number}: rebuilt on the present list"
    issue = desk.issue(number)
    # Somebody may have deleted the answer, or a run ended just before it.
    came = desk.answer(issue, pull=rebuilt)
    return "" if came in {"unchanged", "no submission"} else f"#{number}: {came}"


def _see_to_orphan(desk: Desk, pull: Pull, number: int) -> str:
    """A pull request whose issue is not open: its closing was missed, or it went elsewhere."""
    try:
        issue = desk.hub.issue(number)
    except MissingError:
        desk.hub.apply((Retire(branch=pull.branch, pull=pull),))
        return f"#{pull.number}: closed, its issue #{number} is not here any more"
    if issue.is_open:
        return ""
    return f"#{number}: {desk.answer(issue)}"


def _see_to_leftover(desk: Desk, branch: str, number: int) -> str:
    """A branch whose issue is closed: a run ended before it was taken away."""
    try:
        came = desk.answer(desk.hub.issue(number))
    except MissingError:
        came = "gone"
    if came in {"unchanged", "no submission", "gone"}:
        desk.hub.apply((Retire(branch=branch, pull=None),))
    return f"{branch}: taken away, its issue is closed"


def _see_to_links(desk: Desk, pull: Pull) -> str:
    """The pull request that mends links, on top of the default branch as it is now."""
    if desk.mirror.problems or desk.is_current(pull):
        # Of a list that cannot be read its own row tells.
        return ""
    return Board(desk).mend(pull)


def _see_to_readme(desk: Desk, pull: Pull | None) -> str:
    """One rolling pull request where the README on the default branch is not as it has to be."""
    if desk.mirror.problems:
        first = desk.mirror.problems[0]
        return f"{_FAILED}the list: {first.where}: {first.what}"
    drift = desk.mirror.drift
    if not drift:
        if pull is None:
            return ""
        desk.hub.apply((Retire(branch=pull.branch, pull=pull),))
        return f"#{pull.number}: closed, the README is as it has to be"
    tip = desk.hub.compare(desk.mirror.base.commit, pull.head).commits[-1] if pull else None
    if tip and tip.parents == (desk.mirror.base.commit,):
        return ""
    proposal = Propose(
        branch=intake.README_BRANCH,
        files=drift,
        message=README_TITLE,
        title=README_TITLE,
        body=_README_BODY,
        tip=tip,
        pull=pull,
        labels=pull.labels if pull else (),
        status_text=talk.SOUND,
    )
    proposed = desk.hub.propose(proposal, desk.mirror.base)
    return f"#{proposed.pull.number}: README" if proposed.pull else f"README: {proposed.why_not}"
