"""What stands on GitHub, and what a job wants to stand there: values, as those of `model`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """An issue as it stands on GitHub; its text is a stranger's."""

    number: int
    title: str
    body: str
    author: str
    """A login; 'ghost' where the account is gone."""
    author_id: int
    is_open: bool
    labels: tuple[str, ...] = ()
    comments: int = 0
    """How many comments it has."""
    is_pull: bool = False
    """GitHub lists pull requests among the issues."""
    created: str = ""
    """ISO time, UTC."""
    closed_by: str = ""
    """Who closed it, as far as a look at this issue alone tells."""
    is_locked: bool = False
    """Whether only collaborators may go on in it, which apps are not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment on an issue or pull request."""

    id: int
    author: str
    body: str
    is_edited: bool = False
    created: str = ""
    """ISO time, UTC, to the second."""
    updated: str = ""
    issue: int = 0
    """The number that it stands under; 0 where nobody needs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit, as far as somebody has to compare it."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: str = ""
    """The login, or the name where no account is known."""
    author_id: int = 0
    committer: str = ""
    """The login; 'web-flow' is GitHub itself, for what it committed on somebody's behalf."""
    message: str = ""
    date: str = ""
    """When it was committed: ISO time, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """A pull request as it stands."""

    number: int
    branch: str
    head: str
    """The commit at the branch's tip."""
    title: str
    body: str
    is_open: bool
    is_merged: bool = False
    labels: tuple[str, ...] = ()
    comments: int = 0
    author: str = ""
    """A login; 'ghost' where the account is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The default branch as it was read: every branch of ours starts there."""

    branch: str
    commit: str
    tree: str
    files: Mapping[str, str]
    """Path to blob, of every file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What a branch changes, since where it left the default branch."""

    fork: str
    """The commit where it left."""
    commits: tuple[Commit, ...]
    """Oldest first."""
    files: Mapping[str, str | None]
    """Path to blob of what it changes; None where it deletes."""
    added: frozenset[str] = frozenset()
    """Which of the files are new."""


Verdicts = Literal["success", "pending", "failure"]


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
    tip: Commit | None = None
    """The branch's last commit as it was read; the branch moves only if that is still so."""
    pull: Pull | None = None
    """The open pull request as it was read."""
    status: Verdicts = "success"
    status_text: str = ""
    """What the status says, at most 140 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """One comment, kept up to date. Natural key: issue and marker."""

    issue: int
    marker: str
    """How the comment starts; nothing that a stranger writes can look so under our login."""
    text: str
    present: Comment | None = None
    """The comment as it was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Of the labels that the bot manages, an issue has these and no others."""

    issue: int
    labels: tuple[str, ...]
    present: tuple[str, ...]
    """All that it has, as they were read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retire:
    """A pull request that is closed, and its branch that is gone."""

    branch: str
    pull: Pull | None
    body: str | None = None
    """The pull request's last text; None leaves it as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """The status of a commit that stays as it is."""

    commit: str
    status: Verdicts
    status_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shut:
    """An issue that is closed as not planned, or open again."""

    issue: int
    is_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """The one issue of its kind that we keep, open or closed. Natural key: label and marker."""

    label: str
    marker: str
    """How its text starts."""
    title: str
    body: str
    is_open: bool
    """Where it is closed, what it was about is done."""
    present: Issue | None = None
    """The issue as it was read; None makes one."""


Action = Propose | Say | Label | Retire | Judge | Shut
"""One thing that shall be true afterwards."""

Plan = tuple[Action, ...]
"""What a job decided; applying it twice is the same as once."""
