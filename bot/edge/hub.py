"""The list's repository on GitHub: read into values, and made as a plan says.

Every action looks before it writes, by a key that does not change: so doing it twice is doing it
once, and a lost answer is healed by doing it again. One write is never repeated blindly.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, assert_never
from urllib.parse import quote

from bot.core.labels import LABELS, MANAGED
from bot.core.text import clipped
from bot.edge.wire import ExhaustedError, HubError, MissingError, RefusedError, Wire
from bot.plan import (
    Base,
    Comment,
    Commit,
    Comparison,
    Issue,
    Judge,
    Label,
    Post,
    Propose,
    Pull,
    Retire,
    Say,
    Shut,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bot.plan import Action
    from bot.settings import Settings

_Done = TypeVar("_Done")

MAY_WRITE = ("entries/", "papers/", "README.md")
"""Where a branch of ours may differ from the default branch."""
STATUS = "list bot"
"""The name of our commit status, for branch protection to ask for."""
STATE_BRANCH = "bot-state"
"""Where the bot keeps what it has to remember: no part of the list, and never merged."""
STATE = "links.jsonl"
_STATE_README = (
    "What the bot remembers of the list's links from night to night; it writes this by itself.\n"
)
_TRIES = 3
_MOST_COMMENTS = 2_000


class MovedError(HubError):
    """Somebody moved the branch since it was read: read again, then decide again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What became of a proposal."""

    commit: str
    pull: Pull | None
    """None where the bot may not open pull requests."""
    why_not: str = ""
    """GitHub's words, where it refused to open one."""


class State(NamedTuple):
    """What is remembered on GitHub."""

    text: str | None
    """None where nothing is remembered."""
    commit: str | None
    """The branch's tip; None where there is no such branch."""


class Hub:
    """One repository, as the bot sees and changes it."""

    def __init__(
        self,
        wire: Wire,
        repository: str,
        *,
        us: frozenset[str],
        settings: Settings,
        plan: Callable[[str], None] | None = None,
    ) -> None:
        """Work on `repository` ('owner/name'), speaking as one of `us`.

        With `plan`, nothing is changed: each action is told instead.
        """
        self.wire = wire
        self._plan = plan
        self.repository = repository
        self.us = us
        self._at = f"/repos/{repository}"
        self._settings = settings

    # Reading

    def base(self, branch: str) -> Base:
        """The default branch as it is now."""
        commit = self.tip(branch)
        answer = self.wire.get(f"{self._at}/git/trees/{commit}", recursive=1)
        if answer.get("truncated"):
            raise HubError("the repository has more files than GitHub lists at once")
        files = {
            str(one["path"]): str(one["sha"]) for one in answer["tree"] if one["type"] == "blob"
        }
        return Base(branch=branch, commit=commit, tree=_root_tree(answer["tree"]), files=files)

    def tip(self, branch: str) -> str:
        """The commit a branch is at; raises MissingError."""
        answer = self.wire.get(f"{self._at}/git/ref/heads/{quote(branch)}")
        return str(answer["object"]["sha"])

    def branches(self, start: str) -> frozenset[str]:
        """The branches whose names start so."""
        rows = self.wire.get(f"{self._at}/git/matching-refs/heads/{quote(start)}")
        return frozenset(str(row["ref"]).removeprefix("refs/heads/") for row in rows)

    def text(self, blob: str) -> str:
        """A file's text; raises HubError where it is none."""
        answer = self.wire.get(f"{self._at}/git/blobs/{blob}")
        try:
            return base64.b64decode(answer["content"]).decode("utf-8")
        except (UnicodeDecodeError, binascii.Error) as error:
            raise HubError(f"the file with blob {blob} is not UTF-8") from error

    def issue(self, number: int) -> Issue:
        """An issue; raises MissingError for one that is deleted, or lives elsewhere now."""
        answer = self.wire.get(f"{self._at}/issues/{number}")
        # A transferred issue is answered from where it went, by a redirection.
        if not str(answer.get("repository_url", self._at)).endswith(self._at):
            raise MissingError(301, "the issue was transferred")
        if "number" not in answer:
            raise MissingError(301, "the issue became something else")
        return _issue(answer)

    def open_issues(self) -> tuple[Issue, ...]:
        """Every open issue and pull request, oldest first."""
        rows = self.wire.pages(f"{self._at}/issues", state="open", sort="created", direction="asc")
        return tuple(_issue(row) for row in rows)

    def kept_issue(self, label: str, marker: str) -> Issue | None:
        """Our issue that starts with the marker: an open one first, then the oldest.

        One that is locked is left to those who locked it.
        """
        rows = self.wire.pages(f"{self._at}/issues", state="all", labels=label, direction="asc")
        found = [one for one in map(_issue, rows) if self._is_kept(one, marker)]
        return min(found, key=lambda one: (not one.is_open, one.number), default=None)

    def _is_kept(self, issue: Issue, marker: str) -> bool:
        is_ours = issue.author in self.us and not issue.is_pull
        return is_ours and not issue.is_locked and issue.body.startswith(marker)

    def state(self) -> State:
        """What is remembered, and the commit that holds it."""
        try:
            commit = self.tip(STATE_BRANCH)
        except MissingError:
            return State(None, None)
        rows = self.wire.get(f"{self._at}/git/trees/{commit}")["tree"]
        blob = next((str(row["sha"]) for row in rows if row["path"] == STATE), None)
        return State(self.text(blob) if blob else None, commit)

    def comments(self, issue: int) -> tuple[Comment, ...]:
        """Every comment on an issue or pull request, oldest first."""
        rows = self.wire.pages(f"{self._at}/issues/{issue}/comments")
        return tuple(_comment(row) for row in rows)

    def comments_since(self, moment: str) -> tuple[Comment, ...] | None:
        """Every comment of the repository from a moment on, oldest first; None for too many."""
        rows = self.wire.pages(f"{self._at}/issues/comments", since=moment)
        found = tuple(_comment(row) for row in islice(rows, _MOST_COMMENTS))
        return found if len(found) < _MOST_COMMENTS else None

    def comment(self, number: int) -> Comment:
        """One comment; raises MissingError."""
        return _comment(self.wire.get(f"{self._at}/issues/comments/{number}"))

    def ours(self, comments: Iterable[Comment], marker: str) -> Comment | None:
        """Our comment that starts with the marker, the first if there are several."""
        found = (one for one in comments if one.author in self.us and one.body.startswith(marker))
        return next(found, None)

    def open_pulls(self) -> tuple[Pull, ...]:
        """Every open pull request from a branch of this repository, oldest first."""
        rows = self.wire.pages(f"{self._at}/pulls", state="open", sort="created", direction="asc")
        return tuple(_pull(row) for row in rows if self._is_here(row))

    def pulls(self, branch: str) -> tuple[Pull, ...]:
        """Every pull request that was ever made from a branch, the newest first."""
        head = f"{self.repository.partition('/')[0]}:{branch}"
        rows = self.wire.pages(f"{self._at}/pulls", state="all", head=head)
        found = [_pull(row) for row in rows if self._is_here(row)]
        return tuple(sorted(found, key=lambda one: (one.is_open, one.number), reverse=True))

    def pull(self, number: int) -> Pull | None:
        """A pull request, or None where its branch is not of this repository."""
        row = self.wire.get(f"{self._at}/pulls/{number}")
        return _pull(row) if self._is_here(row) else None

    def pull_files(self, number: int) -> tuple[str, ...]:
        """The paths that a pull request changes."""
        rows = self.wire.pages(f"{self._at}/pulls/{number}/files")
        return tuple(str(row["filename"]) for row in rows)

    def compare(self, base: str, head: str) -> Comparison:
        """What `head` changes since it left `base`; both are commits."""
        answer = self.wire.get(f"{self._at}/compare/{base}...{head}")
        if int(answer.get("total_commits", 0)) > len(answer["commits"]):
            raise HubError("the branch has more commits than GitHub lists at once: rebase it")
        files = answer.get("files", [])
        gone = {"removed"}
        changed = {
            str(row["filename"]): None if row["status"] in gone else str(row["sha"])
            for row in files
        }
        moved = {
            str(row["previous_filename"]): None for row in files if row.get("previous_filename")
        }
        return Comparison(
            fork=str(answer["merge_base_commit"]["sha"]),
            commits=tuple(_commit(row) for row in answer["commits"]),
            files={**moved, **changed},
            added=frozenset(
                str(row["filename"]) for row in files if row["status"] in {"added", "renamed"}
            ),
        )

    def is_own(self, commit: Commit) -> bool:
        """Whether we made a commit: who amends ours keeps its author, and becomes its committer.

        What an app commits through the API, GitHub commits itself, as `web-flow`.
        """
        committers = {"web-flow"} if commit.author.endswith("[bot]") else {*self.us, "web-flow"}
        return commit.author in self.us and commit.committer in committers

    def may_write(self, login: str) -> bool:
        """Whether a person may push here: what a maintainer of the list can do."""
        try:
            answer = self.wire.get(f"{self._at}/collaborators/{quote(login)}/permission")
        except MissingError:
            return False
        return answer.get("permission") in {"admin", "write"}

    def _is_here(self, row: Mapping[str, Any]) -> bool:
        repository = (row.get("head") or {}).get("repo") or {}
        return str(repository.get("full_name", "")).lower() == self.repository.lower()

    # Writing

    def propose(self, action: Propose, base: Base) -> Proposed:
        """The branch on top of `base` with the wanted files, judged, and its pull request.

        Raises MovedError where the branch is not where it was read.
        """
        if strange := [path for path in action.files if not path.startswith(MAY_WRITE)]:
            raise AssertionError(f"the bot does not write {strange[0]}")
        if self._plan:
            self._plan(f"would put on {action.branch}: {', '.join(sorted(action.files))}")
            self._plan(f"would propose “{action.title}”, status {action.status}")
            return Proposed(commit="", pull=action.pull)
        return self._again(partial(self._propose, action, base))

    def apply(self, actions: Iterable[Action]) -> None:
        """Make everything but proposals so, in this order."""
        for action in actions:
            if self._plan:
                self._plan(_planned(action))
            else:
                self._again(partial(self._apply, action))

    def merge(self, pull: Pull, *, title: str, message: str) -> bool:
        """Merge exactly this head; False where GitHub says that it cannot be merged."""
        if self._plan:
            self._plan(f"would merge #{pull.number}")
            return False
        return self._again(partial(self._merge, pull, title, message))

    def post(self, action: Post) -> Issue | None:
        """The one issue of its kind, as it has to be; None where a dry run would make it."""
        if self._plan:
            number = f"#{action.present.number}" if action.present else "a new issue"
            done = "open" if action.is_open else "closed"
            self._plan(f"would keep {number} {done}: “{action.title}”\n{action.body}")
            return action.present
        return self._again(partial(self._post, action))

    def keep_state(self, text: str, *, parent: State) -> State:
        """Remember this in place of what was read.

        Raises MovedError where somebody wrote something else there since.
        """
        if text == parent.text:
            return parent
        if self._plan:
            self._plan(f"would keep {text.count(chr(10)):,} lines on {STATE_BRANCH}")
            return parent
        return self._again(partial(self._keep_state, text, parent))

    @property
    def is_dry(self) -> bool:
        """Whether this run changes nothing."""
        return self._plan is not None

    def make_labels(self, wanted: Iterable[str]) -> tuple[str, ...]:
        """Create those of our labels that are missing, and tell which these were."""
        missing = [name for name in wanted if name in LABELS and name not in self.label_names]
        for name in missing:
            if self._plan:
                self._plan(f"would create the label {name}")
                continue
            colour, about = LABELS[name]
            body = {"name": name, "color": colour, "description": about}
            try:
                self.wire.send("POST", f"{self._at}/labels", body)
            except RefusedError as no:
                # Somebody else made it in between.
                if no.status != 422:  # noqa: PLR2004 - GitHub's "already exists"
                    raise
        self.__dict__.pop("label_names", None)
        return tuple(missing)

    @cached_property
    def label_names(self) -> frozenset[str]:
        """The labels that the repository has, in small letters."""
        return frozenset(str(row["name"]).lower() for row in self.wire.pages(f"{self._at}/labels"))

    def _again(self, work: Callable[[int], _Done]) -> _Done:
        """Do a whole action, and again where an answer was lost; again, it looks first."""
        for attempt in range(_TRIES):
            try:
                return work(attempt)
            except (RefusedError, MovedError, ExhaustedError):
                raise
            except HubError as failure:
                if attempt == _TRIES - 1:
                    raise
                self.wire.pause(failure, attempt)
        raise AssertionError("unreachable")

    def _propose(self, action: Propose, base: Base, attempt: int) -> Proposed:
        is_again = attempt > 0
        tree = self._tree(action, base)
        commit = self._commit(action, tree, base, is_again=is_again)
        pull = action.pull
        if pull is None and is_again:
            pull = self._open_pull(action.branch)
        why_not = ""
        if pull is None:
            pull, why_not = self._opened(action, base)
        else:
            pull = self._updated(pull, action)
        if pull:
            label = Label(issue=pull.number, labels=action.labels, present=pull.labels)
            self._label(label, is_again=False)
        return Proposed(commit=commit, pull=pull and replace(pull, head=commit), why_not=why_not)

    def _tree(self, action: Propose, base: Base) -> str:
        rows = [
            {"path": path, "mode": "100644", "type": "blob"}
            | ({"sha": None} if text is None else {"content": text})
            for path, text in sorted(action.files.items())
            # GitHub refuses to delete what is not there.
            if text is not None or path in base.files
        ]
        answer = self.wire.send(
            "POST", f"{self._at}/git/trees", {"base_tree": base.tree, "tree": rows}
        )
        return str(answer["sha"])

    def _commit(self, action: Propose, tree: str, base: Base, *, is_again: bool) -> str:
        """The branch's tip with this tree on `base`; the branch moves only if it is not there yet."""
        tip = action.tip
        if tip and (tip.tree, tip.parents) == (tree, (base.commit,)):
            self._judge(tip.sha, action)
            return tip.sha
        present = self._present(action.branch) if tip or is_again else None
        is_known = tip is not None and present == tip.sha
        if present and not is_known and (done := self._done(present, tree, base)):
            self._judge(done, action)
            return done
        if tip and not is_known:
            raise MovedError(f"{action.branch} was moved while it was looked at")
        # No author: GitHub signs the commits of its apps only then.
        body = {"message": action.message, "tree": tree, "parents": [base.commit]}
        commit = str(self.wire.send("POST", f"{self._at}/git/commits", body)["sha"])
        # Judged before it is shown, so that no branch of ours is ever without a status.
        self._judge(commit, action)
        self._point(action.branch, commit, tree, base, present=present)
        return commit

    def _present(self, branch: str) -> str | None:
        try:
            return self.tip(branch)
        except MissingError:
            return None

    def _done(self, commit: str, tree: str, base: Base) -> str | None:
        """The commit, if it is what we were about to make."""
        answer = self.wire.get(f"{self._at}/git/commits/{commit}")
        parents = [str(one["sha"]) for one in answer["parents"]]
        return commit if (answer["tree"]["sha"], parents) == (tree, [base.commit]) else None

    def _point(
        self, branch: str, commit: str, tree: str, base: Base, *, present: str | None
    ) -> None:
        """Let the branch point to the commit; where there is none yet, make it."""
        if present is None:
            ref = {"ref": f"refs/heads/{branch}", "sha": commit}
            try:
                self.wire.send("POST", f"{self._at}/git/refs", ref)
            except RefusedError as no:
                # A run that broke off, or one at the same time, made it: it has no pull request.
                present = self._present(branch)
                if no.status != 422 or present is None:  # noqa: PLR2004 - GitHub's "already exists"
                    raise
                if self._done(present, tree, base):
                    return
            else:
                return
        body = {"sha": commit, "force": True}
        self.wire.send("PATCH", f"{self._at}/git/refs/heads/{quote(branch)}", body)

    def _judge(self, commit: str, action: Propose | Judge) -> None:
        body = {
            "state": action.status,
            "context": STATUS,
            "description": clipped(action.status_text, 140),
        }
        if self._settings.run_url:
            body["target_url"] = self._settings.run_url
        self.wire.send("POST", f"{self._at}/statuses/{commit}", body)

    def _open_pull(self, branch: str) -> Pull | None:
        return next((one for one in self.pulls(branch) if one.is_open), None)

    def _opened(self, action: Propose, base: Base) -> tuple[Pull | None, str]:
        body = {
            "title": action.title,
            "body": action.body,
            "head": action.branch,
            "base": base.branch,
        }
        try:
            return _pull(self.wire.send("POST", f"{self._at}/pulls", body)), ""
        except RefusedError as no:
            there = None
            if no.status == 422:  # noqa: PLR2004 - GitHub's "already exists", among others
                there = self._open_pull(action.branch)
            if there:
                return self._updated(there, action), ""
            if no.status == 403:  # noqa: PLR2004 - forbidden
                return None, no.message
            raise

    def _updated(self, pull: Pull, action: Propose) -> Pull:
        if _is_same(pull.body, action.body) and pull.title == action.title:
            return pull
        body = {"title": action.title, "body": action.body}
        return _pull(self.wire.send("PATCH", f"{self._at}/pulls/{pull.number}", body))

    def _keep_state(self, text: str, parent: State, attempt: int) -> State:
        if attempt:
            present = self.state()
            if present.text == text:
                return present
            if present.commit != parent.commit:
                raise MovedError(f"{STATE_BRANCH} was moved while it was looked at")
        files = {"README.md": _STATE_README, STATE: text}
        rows = [
            {"path": path, "mode": "100644", "type": "blob", "content": content}
            for path, content in files.items()
        ]
        tree = self.wire.send("POST", f"{self._at}/git/trees", {"tree": rows})["sha"]
        parents = [parent.commit] if parent.commit else []
        body = {"message": "Keep what is known of links", "tree": tree, "parents": parents}
        commit = str(self.wire.send("POST", f"{self._at}/git/commits", body)["sha"])
        try:
            if parent.commit:
                path = f"{self._at}/git/refs/heads/{STATE_BRANCH}"
                self.wire.send("PATCH", path, {"sha": commit})
            else:
                ref = {"ref": f"refs/heads/{STATE_BRANCH}", "sha": commit}
                self.wire.send("POST", f"{self._at}/git/refs", ref)
        except RefusedError as no:
            # GitHub's "not a fast forward", "already exists", and "does not exist".
            if no.status in {404, 409, 422}:
                raise MovedError(f"{STATE_BRANCH} was moved while it was looked at") from no
            raise
        return State(text, commit)

    def _post(self, action: Post, attempt: int) -> Issue | None:
        present = action.present
        if present is None or attempt:
            # Another run may have made it just now, or this one did and heard no answer.
            present = self.kept_issue(action.label, action.marker) or present
        if present is None:
            made = self._made(action) if action.is_open else None
            return made and self._left_one(action, made)
        body: dict[str, str] = {}
        if present.title != action.title or not _is_same(present.body, action.body):
            body |= {"title": action.title, "body": action.body}
        if present.is_open != action.is_open:
            closed = {"state": "closed", "state_reason": "completed"}
            body |= {"state": "open"} if action.is_open else closed
        if body:
            path = f"{self._at}/issues/{present.number}"
            present = _issue(self.wire.send("PATCH", path, body))
        if action.label not in {name.lower() for name in present.labels}:
            path = f"{self._at}/issues/{present.number}/labels"
            self.wire.send("POST", path, {"labels": [action.label]})
        return present

    def _made(self, action: Post) -> Issue:
        body = {"title": action.title, "body": action.body, "labels": [action.label]}
        return _issue(self.wire.send("POST", f"{self._at}/issues", body))

    def _left_one(self, action: Post, made: Issue) -> Issue:
        """Where two runs made one at once, the first stays."""
        first = self.kept_issue(action.label, action.marker)
        if first is None or first.number == made.number:
            return made
        self._shut(Shut(issue=made.number))
        return first

    def _apply(self, action: Action, attempt: int) -> None:
        is_again = attempt > 0
        match action:
            case Say():
                self._say(action, is_again=is_again)
            case Label():
                self._label(action, is_again=is_again)
            case Retire():
                self._retire(action)
            case Judge():
                self._judge(action.commit, action)
            case Shut():
                self._shut(action)
            case Propose():
                raise AssertionError("a proposal needs a base: use propose")
            case never:
                assert_never(never)

    def _say(self, action: Say, *, is_again: bool) -> None:
        present = action.present
        if is_again:
            present = self.ours(self.comments(action.issue), action.marker)
        if present and _is_same(present.body, action.text):
            return
        if present:
            try:
                path = f"{self._at}/issues/comments/{present.id}"
                self.wire.send("PATCH", path, {"body": action.text})
            except MissingError:
                # Somebody deleted it just now.
                pass
            else:
                return
        path = f"{self._at}/issues/{action.issue}/comments"
        self.wire.send("POST", path, {"body": action.text})
        self._leave_one(action)

    def _leave_one(self, action: Say) -> None:
        """Where two runs spoke at once, the first comment stays."""
        said = [
            one
            for one in self.comments(action.issue)
            if one.author in self.us and one.body.startswith(action.marker)
        ]
        for one in said[1:]:
            try:
                self.wire.send("DELETE", f"{self._at}/issues/comments/{one.id}")
            except MissingError:
                continue

    def _label(self, action: Label, *, is_again: bool) -> None:
        present = self.issue(action.issue).labels if is_again else action.present
        names = {name.lower() for name in present}
        at = f"{self._at}/issues/{action.issue}/labels"
        if missing := [name for name in action.labels if name not in names]:
            # GitHub makes a label that does not exist; `reconcile` and `doctor --fix` make ours
            # with colour and meaning before that is needed.
            self.wire.send("POST", at, {"labels": missing})
        for name in sorted((names & MANAGED) - set(action.labels)):
            try:
                self.wire.send("DELETE", f"{at}/{quote(name)}")
            except MissingError:
                # Somebody took it off just now.
                continue

    def _retire(self, action: Retire) -> None:
        if action.pull and action.pull.is_open:
            path = f"{self._at}/pulls/{action.pull.number}"
            last = {} if action.body is None else {"body": action.body}
            self.wire.send("PATCH", path, {"state": "closed", **last})
        try:
            self.wire.send("DELETE", f"{self._at}/git/refs/heads/{quote(action.branch)}")
        except RefusedError as no:
            # GitHub answers 422 for a branch that is not there.
            if no.status not in {404, 422}:
                raise

    def _shut(self, action: Shut) -> None:
        closed = {"state": "closed", "state_reason": "not_planned"}
        body = {"state": "open"} if action.is_open else closed
        self.wire.send("PATCH", f"{self._at}/issues/{action.issue}", body)

    def _merge(self, pull: Pull, title: str, message: str, attempt: int) -> bool:
        at = f"{self._at}/pulls/{pull.number}"
        if attempt and self.wire.get(at).get("merged"):
            return True
        for method in ("squash", "merge", "rebase"):
            body = {"sha": pull.head, "merge_method": method}
            if method != "rebase":
                body |= {"commit_title": title, "commit_message": message}
            try:
                self.wire.send("PUT", f"{at}/merge", body)
            except RefusedError as no:
                if no.status == 409:  # noqa: PLR2004 - GitHub's "the head was modified"
                    raise MovedError("the pull request changed while it was merged") from no
                # The repository may allow only one of the three.
                if no.status != 405 or "not allowed" not in no.message:  # noqa: PLR2004 - GitHub's "cannot be merged so"
                    return False
            else:
                return True
        return False


def _root_tree(rows: Iterable[Mapping[str, Any]]) -> str:
    """Git's name for the folder that these rows are in; GitHub answers with the commit's instead.

    Source: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
    """
    inside = [row for row in rows if "/" not in row["path"]]
    inside.sort(key=lambda row: f"{row['path']}/" if row["type"] == "tree" else str(row["path"]))
    data = b"".join(
        f"{row['mode'].lstrip('0')} {row['path']}\0".encode() + bytes.fromhex(row["sha"])
        for row in inside
    )
    # Git's names are SHA-1; nothing here relies on it against an attacker.
    return hashlib.sha1(b"tree %d\0%b" % (len(data), data), usedforsecurity=False).hexdigest()


def _planned(action: Action) -> str:
    """An action in a line or more, for a run that changes nothing."""
    match action:
        case Say():
            return f"would say on #{action.issue}:\n{action.text}"
        case Label():
            return f"would label #{action.issue}: {', '.join(action.labels)}"
        case Retire():
            number = f" and close #{action.pull.number}" if action.pull else ""
            return f"would delete the branch {action.branch}{number}"
        case Judge():
            return f"would set the status of {action.commit[:10]}: {action.status}, {action.status_text}"
        case Shut():
            return f"would {'open' if action.is_open else 'close'} #{action.issue}"
        case Propose():
            return f"would propose “{action.title}”"
        case never:
            assert_never(never)


def _is_same(present: str, wanted: str) -> bool:
    """Whether two texts are one to GitHub, which may store other line ends."""
    return present.replace("\r\n", "\n").strip() == wanted.strip()


def _login(user: Mapping[str, Any] | None) -> str:
    # The author of what a deleted account wrote is null.
    return str((user or {}).get("login", "ghost"))


def _labels(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(one["name"]) for one in row.get("labels") or ())


def _issue(row: Mapping[str, Any]) -> Issue:
    return Issue(
        number=int(row["number"]),
        title=str(row.get("title") or ""),
        body=str(row.get("body") or ""),
        author=_login(row.get("user")),
        author_id=int((row.get("user") or {}).get("id", 0)),
        is_open=row.get("state") == "open",
        labels=_labels(row),
        comments=int(row.get("comments") or 0),
        is_pull=bool(row.get("pull_request")),
        created=str(row.get("created_at") or ""),
        closed_by=_login(row.get("closed_by")),
        is_locked=bool(row.get("locked")),
    )


def _comment(row: Mapping[str, Any]) -> Comment:
    return Comment(
        id=int(row["id"]),
        author=_login(row.get("user")),
        body=str(row.get("body") or ""),
        is_edited=row.get("created_at") != row.get("updated_at"),
        created=str(row.get("created_at") or ""),
        updated=str(row.get("updated_at") or ""),
        issue=int(str(row.get("issue_url") or "/0").rpartition("/")[2] or 0),
    )


def _pull(row: Mapping[str, Any]) -> Pull:
    return Pull(
        number=int(row["number"]),
        branch=str(row["head"]["ref"]),
        head=str(row["head"]["sha"]),
        title=str(row.get("title") or ""),
        body=str(row.get("body") or ""),
        is_open=row.get("state") == "open",
        is_merged=bool(row.get("merged_at") or row.get("merged")),
        labels=_labels(row),
        author=_login(row.get("user")),
    )


def _commit(row: Mapping[str, Any]) -> Commit:
    told = row["commit"]
    author = row.get("author") or {}
    return Commit(
        sha=str(row["sha"]),
        tree=str(told["tree"]["sha"]),
        parents=tuple(str(one["sha"]) for one in row["parents"]),
        author=str(author.get("login") or (told.get("author") or {}).get("name") or ""),
        author_id=int(author.get("id") or 0),
        committer=str((row.get("committer") or {}).get("login") or ""),
        message=str(told.get("message") or ""),
        date=str((told.get("committer") or {}).get("date") or ""),
    )
