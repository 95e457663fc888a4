"""The box answers in the shapes that GitHub describes."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from github import Auth
from jsonschema import Draft202012Validator

from tests.e2e import contract

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.e2e.box import Answer, Box, Repository

# What is tested here is no part of the bot: tracing it would only cost time.
pytestmark = pytest.mark.untraced


EVERYTHING = {
    "actions": "write",
    "administration": "write",
    "contents": "write",
    "issues": "write",
    "pages": "read",
    "pull-requests": "write",
    "statuses": "write",
}


@cache
def _whole() -> Any:  # noqa: ANN401 - JSON
    return json.loads(contract.WHOLE.read_text("utf-8"))


class Examiner:
    """Somebody who makes calls and compares each answer with its description."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._token = repository.token(EVERYTHING)
        self._contract = contract.load()
        self.faults: dict[str, set[str]] = defaultdict(set)
        self.seen: set[str] = set()

    def ask(self, call: str, body: object = None, *, token: str | None = None) -> Any:  # noqa: ANN401 - JSON
        """Make a call, as in 'GET issues/1' or 'GET /user'; gives the answer's body."""
        method, _, path = call.partition(" ")
        at = path if path.startswith("/") else f"/repos/{self._repository.full_name}/{path}"
        answer = self._repository.box.call(method, at.rstrip("/"), body, token=token or self._token)
        self._compare(method, at.rstrip("/").partition("?")[0], answer)
        return answer.json

    def _compare(self, method: str, path: str, answer: Answer) -> None:
        operation = self._contract.operation(method, path)
        assert operation
        self.seen.add(operation.name)
        name = f"{operation.name} -> {answer.status}"
        described = _whole()["paths"][operation.template][method.lower()]["responses"]
        if str(answer.status) not in described:
            self.faults[name].add("is not described")
            return
        whole = contract.resolved(_whole(), described[str(answer.status)])
        schema: Mapping[str, Any] = whole.get("content", {}).get("application/json", {})
        if "schema" in schema:
            errors = Draft202012Validator(schema["schema"]).iter_errors(answer.json)
            self.faults[name] |= {f"{one.json_path}: {one.message:.100}" for one in errors}


def test_every_answer_has_the_shape_that_github_describes(box: Box) -> None:
    """All operations that the bot may call, their successes and their common refusals."""
    files = {"README.md": "x\n", "a/b": "y\n", ".github/workflows/a.yml": "name: A\n"}
    # An organisation's switches are those of its first repository, so it has one of its own.
    repository = box.repository(files, people={"ann": "admin"}, owner="shapes")
    ann, eve = repository.person("ann"), repository.person("eve")
    ask = (examiner := Examiner(repository)).ask
    eve.open_issue("Paper", "A form.", ["bug"])

    _ask_git(ask)
    _ask_pulls(ask)
    _ask_issues(ask)
    _ask_settings(ask, repository)
    ask("GET /user", token=ann.token)
    ask("GET /orgs/shapes/actions/permissions/workflow", token=ann.token)
    _ask_apps(ask, repository)

    assert {name: found for name, found in examiner.faults.items() if found} == {}
    names = contract.OPERATIONS.read_text("utf-8").split("\n")
    assert sorted(examiner.seen) == sorted(name for name in names if name)


def _ask_git(ask: Any) -> None:  # noqa: ANN401 - Examiner.ask
    tip = ask("GET git/ref/heads/main")["object"]["sha"]
    ask("GET git/ref/heads/none")
    ask("GET git/matching-refs/heads/")
    ask(f"GET git/commits/{tip}")
    blob = ask(f"GET git/trees/{tip}?recursive=1")["tree"][-1]["sha"]
    ask(f"GET git/blobs/{blob}")
    row = {"path": "a/c", "mode": "100644", "type": "blob", "content": "z\n"}
    tree = ask("POST git/trees", {"base_tree": tip, "tree": [row]})["sha"]
    body = {"message": "Add c", "tree": tree, "parents": [tip]}
    commit = ask("POST git/commits", body)["sha"]
    for branch in ("b", "c"):
        ask("POST git/refs", {"ref": f"refs/heads/{branch}", "sha": commit})
    ask("PATCH git/refs/heads/c", {"sha": tip})
    ask("PATCH git/refs/heads/c", {"sha": tip, "force": True})
    ask("DELETE git/refs/heads/c")
    ask("DELETE git/refs/heads/c")
    ask(f"POST statuses/{commit}", {"state": "success", "context": "list bot"})
    ask("GET commits/b/status")
    ask("GET commits/b/statuses")
    ask("GET compare/main...b")
    ask("GET contents/README.md")
    ask("GET contents/a")


def _ask_pulls(ask: Any) -> None:  # noqa: ANN401 - Examiner.ask
    body = {"title": "Add c", "body": "It is new.", "head": "b", "base": "main"}
    number = ask("POST pulls", body)["number"]
    ask("POST pulls", body)
    ask("GET pulls?state=all")
    ask(f"GET pulls/{number}")
    ask(f"GET pulls/{number}/files")
    ask(f"GET pulls/{number}/commits")
    ask(f"PATCH pulls/{number}", {"title": "Add c to a"})
    ask(f"PUT pulls/{number}/merge", {"merge_method": "squash", "sha": "0" * 40})
    ask(f"PUT pulls/{number}/merge", {"merge_method": "squash"})
    ask(f"PUT pulls/{number}/merge", {"merge_method": "squash"})
    ask(f"GET pulls/{number}")


def _ask_issues(ask: Any) -> None:  # noqa: ANN401 - Examiner.ask
    ask("GET issues?state=all")
    ask("GET issues/1")
    ask("GET issues?state=all&labels=bug&direction=asc")
    ask("POST issues", {"title": "Links", "body": "x", "labels": ["bug"]})
    ask("PATCH issues/1", {"title": "Another"})
    comment = ask("POST issues/1/comments", {"body": "x"})["id"]
    ask("GET issues/1/comments")
    ask("GET issues/comments")
    ask(f"GET issues/comments/{comment}")
    ask(f"PATCH issues/comments/{comment}", {"body": "y"})
    ask(f"DELETE issues/comments/{comment}")
    ask(f"GET issues/comments/{comment}")
    ask("GET labels")
    ask("POST labels", {"name": "paper", "color": "ff0000"})
    ask("POST labels", {"name": "paper", "color": "ff0000"})
    ask("GET labels/paper")
    ask("GET labels/none")
    ask("PATCH labels/paper", {"color": "00ff00"})
    ask("POST issues/1/labels", {"labels": ["paper"]})
    ask("GET issues/1/labels")
    ask("PUT issues/1/labels", {"labels": ["bug"]})
    ask("DELETE issues/1/labels/bug")
    ask("DELETE issues/1/labels/bug")


def _ask_settings(ask: Any, repository: Repository) -> None:  # noqa: ANN401 - Examiner.ask
    ask("GET ")
    ask("GET /rate_limit")
    ask("GET branches/none")
    ask("GET branches/main/protection")
    repository.protect(contexts=["list bot"], reviews=1)
    ask("GET rules/branches/main")
    ask("GET branches/main")
    ask("GET branches/main/protection")
    ask("GET actions/permissions/workflow")
    ask("PUT actions/permissions/workflow", {"can_approve_pull_request_reviews": True})
    ask("GET actions/permissions")
    ask("GET actions/workflows")
    repository.set(runs={"a.yml": [{"created_at": "2026-11-23T03:23:00Z"}]})
    ask("GET actions/workflows/a.yml/runs?status=success")
    ask("PUT actions/workflows/a.yml/enable")
    ask("GET pages")
    repository.set(pages={})
    ask("GET pages")
    ask("GET collaborators/ann/permission")
    ask("GET collaborators/nobody-at-all/permission")


def _ask_apps(ask: Any, repository: Repository) -> None:  # noqa: ANN401 - Examiner.ask
    app = repository.app("shape-bot", {"issues": "write"})
    signed = Auth.AppAuth(app.app_id, app.private_key).token
    ask("GET /app", token=signed)
    installation = ask("GET installation", token=signed)["id"]
    ask(f"POST /app/installations/{installation}/access_tokens", {}, token=signed)
