"""Which issues are submissions, whose they are, and which branch is theirs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar

from bot.core import form, ids
from bot.core.text import line, lines
from bot.model import Identity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.core.correction import Correction
    from bot.core.form import Form, Reading
    from bot.model import Problem, Submission
    from bot.plan import Issue

Subject: TypeAlias = Literal["paper", "correction"]
_Asked = TypeVar("_Asked", bound="Submission | Correction")
SUBJECTS: tuple[Subject, ...] = ("paper", "correction")

NOT_AT_WORK = frozenset({"needs-changes", "duplicate", "on-hold", "parked"})
"""Labels of submissions that hold no place: others need not wait for them."""

_BRANCH = re.compile(r"paper/issue-([1-9][0-9]{0,9})")
README_BRANCH = "bot/readme"
"""The rolling pull request that mends the README on the default branch."""
LINKS_BRANCH = "bot/links"
"""The rolling pull request that mends links of the list."""


def branch(issue: int) -> str:
    """The branch of a submission."""
    return f"paper/issue-{issue}"


def issue_of(branch_name: str) -> int | None:
    """The submission that a branch belongs to.

    >>> issue_of("paper/issue-12"), issue_of("paper/zhao2023fedprompt")
    (12, None)
    """
    found = _BRANCH.fullmatch(branch_name)
    return int(found[1]) if found else None


def is_ours(branch_name: str) -> bool:
    """Whether the bot makes this branch."""
    return branch_name in {README_BRANCH, LINKS_BRANCH} or issue_of(branch_name) is not None


def subject(issue: Issue, forms: Mapping[Subject, Form]) -> Subject | None:
    """Which form an issue was made with; None for an issue that is no submission.

    Its headings tell, because labels may be missing: GitHub drops a form's label that does not
    exist. Without any heading of ours the label tells, and a person hears what is missing.
    """
    if issue.is_pull:
        return None
    rows = {line(row[4:]) for row in lines(issue.body).split("\n") if row.startswith("### ")}
    best: Subject | None = None
    most = 0
    for name in SUBJECTS:
        fields = forms[name].fields
        # Only what has to be filled in tells two forms with like fields apart.
        if not all(field.label in rows for field in fields if field.required):
            continue
        met = sum(field.label in rows for field in fields)
        if met > most:
            best, most = name, met
    if best:
        return best
    return next((name for name in SUBJECTS if name in _names(issue.labels)), None)


def earlier(issue: Issue, others: Iterable[Issue], grammar: Form) -> Issue | None:
    """The earlier open submission about the same paper that this one has to wait for."""
    mine = claim(issue, grammar)
    if mine is None:
        return None
    for other in others:
        is_rival = other.is_open and not other.is_pull and other.number < issue.number
        if is_rival and not _names(other.labels) & NOT_AT_WORK and claim(other, grammar) == mine:
            return other
    return None


def is_over_limit(
    issue: Issue, others: Iterable[Issue], forms: Mapping[Subject, Form], *, most: int
) -> bool:
    """Whether the submitter has as many earlier open submissions as one person may."""
    own = [
        other
        for other in others
        if other.number < issue.number
        and other.author == issue.author
        and other.is_open
        and not _names(other.labels) & {"parked", "duplicate"}
        and subject(other, forms)
    ]
    return len(own) >= most


def claim(issue: Issue, grammar: Form) -> Identity | None:
    """The paper that a submission is about, without its version; None where that is not clear."""
    value = form.read(grammar, issue.body).fields.get("paper")
    found = ids.read(value) if isinstance(value, str) else None
    return Identity(kind=found.kind, id=found.id) if isinstance(found, Identity) else None


def asked(reading: Reading, read: _Asked | tuple[Problem, ...]) -> _Asked | tuple[Problem, ...]:
    """What a form asks for, or everything that is wrong with its text and with its values."""
    if not isinstance(read, tuple):
        return reading.problems or read
    # A text that cannot be read has no values that could be wrong, too.
    more = read if reading.fields else ()
    told = {problem.field for problem in reading.problems}
    return (*reading.problems, *(problem for problem in more if problem.field not in told))


def _names(labels: Iterable[str]) -> set[str]:
    return {name.lower() for name in labels}
