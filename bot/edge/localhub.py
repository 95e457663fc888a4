"""Where plans come true: a git repository of this machine that stands in for GitHub.

Branches are branches and commits are commits; a pull request is its text, kept beside them.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.edge import disk
from bot.plan import Propose

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bot.plan import Plan

MAIN = "main"


class HubError(Exception):
    """git could not do what was asked; the message is git's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """A pull request as it stands."""

    branch: str
    commit: str
    title: str
    body: str
    is_new: bool
    """Whether the branch moved; False when everything was so already."""


class LocalHub:
    """A list in a local git repository, its working tree on `main`."""

    def __init__(self, root: Path) -> None:
        """Work in the repository at `root`, which `create` made."""
        self.root = root

    @classmethod
    def create(cls, root: Path, files: Mapping[str, str]) -> LocalHub:
        """A new repository with these files as the first commit of `main`."""
        hub = cls(root)
        root.mkdir(parents=True, exist_ok=True)
        hub.git("init", "--quiet", f"--initial-branch={MAIN}")
        disk.write(root, files)
        hub.git("add", "--all")
        hub.git("commit", "--quiet", "--message", "Start the list")
        return hub

    def apply(self, plan: Plan) -> tuple[PullRequest, ...]:
        """Make the plan's proposals so; again is the same as once. There are no issues here."""
        return tuple(self._propose(action) for action in plan if isinstance(action, Propose))

    def merge(self, pull_request: PullRequest) -> str:
        """Merge a pull request into `main`, and tell git's summary of it."""
        branch = pull_request.branch
        summary = self.git("merge", "--no-ff", "--stat", "--message", pull_request.title, branch)
        self.git("branch", "--quiet", "--delete", branch)
        return summary

    def difference(self, pull_request: PullRequest) -> str:
        """What the pull request changes, in git's `--stat` form."""
        return self.git("diff", "--stat", f"{MAIN}...{pull_request.branch}")

    def git(self, *arguments: str, stdin: str = "", index: Path | None = None) -> str:
        """What git prints; raises HubError with git's words when it fails."""
        environment = _ENVIRONMENT | {"PATH": os.environ.get("PATH", os.defpath)}
        if index:
            environment |= {"GIT_INDEX_FILE": str(index)}
        done = subprocess.run(  # noqa: S603 - the arguments are a list, and no shell reads them
            ["git", *arguments],  # noqa: S607 - git is found as everywhere, on the PATH
            cwd=self.root,
            env=environment,
            input=stdin.encode(),
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise HubError(done.stderr.decode("utf-8", "replace").strip())
        return done.stdout.decode("utf-8", "replace").strip()

    def _propose(self, action: Propose) -> PullRequest:
        """The branch with the wanted files on top of `main`; it moves only if they are not there."""
        reference = f"refs/heads/{action.branch}"
        tip = self.git("rev-parse", MAIN)
        tree = self._tree(action)
        present = self.git("for-each-ref", "--format=%(objectname)", reference)
        is_new = not present or self.git("rev-parse", f"{present}^{{tree}}", f"{present}^") != (
            f"{tree}\n{tip}"
        )
        commit = present
        if is_new:
            commit = self.git("commit-tree", tree, "-p", tip, "-m", action.message)
            # An empty old value says: only if there is no such branch yet.
            self.git("update-ref", reference, commit, present or "0" * 40)
        return PullRequest(
            branch=action.branch,
            commit=commit,
            title=action.title,
            body=action.body,
            is_new=is_new,
        )

    def _tree(self, action: Propose) -> str:
        """`main`'s tree with the action's files in it, made beside the working tree."""
        index = self.root / ".git" / "index-of-plan"
        try:
            self.git("read-tree", MAIN, index=index)
            rows = []
            for path, text in action.files.items():
                if text is None:
                    rows.append(f"0 {'0' * 40}\t{path}\n")
                else:
                    blob = self.git("hash-object", "-w", "--stdin", stdin=text)
                    rows.append(f"100644 {blob}\t{path}\n")
            self.git("update-index", "--index-info", stdin="".join(rows), index=index)
            return self.git("write-tree", index=index)
        finally:
            index.unlink(missing_ok=True)


_ENVIRONMENT = {
    # A throw-away repository must not meet the settings, hooks or signing keys of its user.
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "list bot",
    "GIT_AUTHOR_EMAIL": "bot@list.invalid",
    "GIT_COMMITTER_NAME": "list bot",
    "GIT_COMMITTER_EMAIL": "bot@list.invalid",
    "LC_ALL": "C",
}
