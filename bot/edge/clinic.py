"""GitHub asked about a repository's settings, without a write: a `Chart` for `core.checkup`."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from github import Auth, Github

from bot.config import Config
from bot.core import intake, listfile, template, workflow
from bot.core.chart import (
    Actions,
    App,
    Broken,
    Calls,
    Chart,
    Flow,
    Hidden,
    House,
    Rule,
    Run,
    Voice,
)
from bot.core.text import line
from bot.edge import disk, wire
from bot.edge.mirror import blob
from bot.edge.wire import MissingError, RefusedError, Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bot.core.chart import Switch
    from bot.edge.hub import Hub
    from bot.model import Problem
    from bot.settings import Settings

_Told = TypeVar("_Told")

_WORKFLOWS = ".github/workflows/"
_SOME_ISSUE = 1
"""Rules are asked for by a branch's name; the branch need not be there."""
_TIMEOUT_S = 20


def examine(
    hub: Hub, settings: Settings, *, voice: Voice, app: App | Broken | Hidden | None
) -> Chart:
    """What GitHub says about the repository.

    What it refuses to tell is `Hidden`. Raises RefusedError where it refuses to show the
    repository at all, and HubError where it does not answer.
    """
    at = f"/repos/{hub.repository}"
    row = hub.wire.get(at)
    house = _house(row)
    clinic = _Clinic(
        hub=hub, house=house, at=f"/repos/{house.full_name}", slugs=_slugs(hub.us, app)
    )
    files = _asked(clinic.files)
    config = _asked(partial(clinic.config, files))
    protection, checks = clinic.protection()
    return Chart(
        asked=hub.repository,
        server=settings.server_url,
        voice=voice,
        house=house,
        config=config,
        files=files if isinstance(files, Hidden) else frozenset(files),
        stale=_stale(files, config),
        labels=_asked(lambda: hub.label_names),
        actions=_asked(clinic.actions),
        flows=clinic.flows(files),
        may_propose=_asked(partial(clinic.switch, clinic.at)),
        organisation_may_propose=_asked(clinic.organisation_switch),
        protection=protection,
        checks=checks,
        rules=_asked(partial(clinic.rules, house.default_branch)),
        own_rules=_asked(partial(clinic.rules, intake.branch(_SOME_ISSUE))),
        app=app,
        calls=_asked(clinic.calls),
        site=_asked(clinic.site),
    )


def app(settings: Settings) -> App | Broken | Hidden | None:
    """The App that this run was given, as it is installed on the repository."""
    given = {"BOT_APP_ID": settings.app_id, "BOT_APP_PRIVATE_KEY": settings.app_key}
    lacking = [name for name, text in given.items() if not text]
    if len(lacking) == len(given):
        return None
    if lacking:
        [there] = given.keys() - set(lacking)
        return Broken(f"{there} is set, and {lacking[0]} is not")
    auth = Auth.AppAuth(str(settings.app_id), settings.app_key)
    try:
        auth.create_jwt()
    except Exception:  # noqa: BLE001 - each of the libraries that sign has errors of its own
        return Broken("BOT_APP_PRIVATE_KEY is no private key in PEM form")
    github = Github(auth=auth, base_url=settings.api_url, timeout=_TIMEOUT_S, retry=None)
    try:
        row = Wire(github, pace=settings.pace).get(f"/repos/{settings.repository}/installation")
    except MissingError:
        return Broken("the App is not installed on this repository")
    except RefusedError as no:
        return Broken(f"GitHub does not take it: “{no.message}”")
    return App(
        login=f"{line(str(row['app_slug']))}[bot]",
        rights={str(name): str(level) for name, level in row["permissions"].items()},
        is_suspended=bool(row.get("suspended_at")),
    )


def voice(us: Iterable[str], *, is_app: bool) -> Voice:
    """Who asks, by the logins that `wire.connect` gave."""
    others = sorted(set(us) - {wire.WORKFLOW_LOGIN})
    if not others:
        return Voice(login=wire.WORKFLOW_LOGIN, kind="workflow")
    return Voice(login=others[0], kind="app" if is_app else "person")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clinic:
    """One repository, asked piece by piece."""

    hub: Hub
    house: House
    at: str
    """The repository's address in the API."""
    slugs: frozenset[str]
    """The names of the apps that speak for the bot."""

    def files(self) -> Mapping[str, str]:
        """File to blob on the default branch."""
        return self.hub.base(self.house.default_branch).files

    def config(
        self, files: Mapping[str, str] | Hidden
    ) -> Config | tuple[Problem, ...] | Hidden | None:
        if isinstance(files, Hidden):
            return files
        if disk.LIST not in files:
            return None
        return listfile.load(self.hub.text(files[disk.LIST]))

    def flows(self, files: Mapping[str, str] | Hidden) -> dict[str, Flow]:
        """Every workflow on the default branch, its state, and its last scheduled run."""
        if isinstance(files, Hidden):
            return {}
        states = _asked(self._states)
        return {
            path: self._flow(path, files[path], states)
            for path in sorted(files)
            if path.startswith(_WORKFLOWS) and path.endswith((".yml", ".yaml"))
        }

    def _flow(self, path: str, sha: str, states: Mapping[str, str] | Hidden) -> Flow:
        text = self.hub.text(sha)
        state = states if isinstance(states, Hidden) else states.get(path, "")
        is_waiting = state == "active" and workflow.crons(text)
        last = _asked(partial(self._last_run, path)) if is_waiting else None
        return Flow(text=text, state=state, last=last)

    def _states(self) -> dict[str, str]:
        answer = self.hub.wire.get(f"{self.at}/actions/workflows", per_page=100)
        return {str(row["path"]): str(row["state"]) for row in answer["workflows"]}

    def _last_run(self, path: str) -> Run | None:
        name = quote(path.removeprefix(_WORKFLOWS))
        at = f"{self.at}/actions/workflows/{name}/runs"
        rows = self.hub.wire.get(at, event="schedule", per_page=1)["workflow_runs"]
        if not rows:
            return None
        [row, *_] = rows
        return Run(
            started=datetime.fromisoformat(str(row["created_at"])),
            conclusion=str(row.get("conclusion") or ""),
            page=str(row["html_url"]),
        )

    def actions(self) -> Actions:
        """Whether workflows run here."""
        row = self.hub.wire.get(f"{self.at}/actions/permissions")
        return Actions(
            is_enabled=bool(row["enabled"]), allowed=str(row.get("allowed_actions", "all"))
        )

    def switch(self, at: str) -> Switch:
        """Whether Actions may open pull requests, by the repository or by its organisation."""
        row = self.hub.wire.get(f"{at}/actions/permissions/workflow")
        return "on" if row["can_approve_pull_request_reviews"] else "off"

    def organisation_switch(self) -> Switch | None:
        """The organisation's; None where there is none."""
        owner = self.house.full_name.partition("/")[0]
        return self.switch(f"/orgs/{owner}") if self.house.is_organisations else None

    def protection(self) -> tuple[tuple[Rule, ...] | Hidden, tuple[str, ...]]:
        """What the default branch's protection asks for, and the checks that more people may see."""
        at = f"{self.at}/branches/{quote(self.house.default_branch)}"
        branch = _asked(lambda: self.hub.wire.get(at))
        if isinstance(branch, Hidden):
            return branch, ()
        if not branch["protected"]:
            return (), ()
        told = branch.get("protection", {}).get("required_status_checks") or {}
        rules = _asked(lambda: self._protection(at))
        return rules, tuple(map(str, told.get("contexts", ())))

    def _protection(self, at: str) -> tuple[Rule, ...]:
        # A branch that only rulesets protect has none of this kind.
        with suppress(MissingError):
            return _protecting(self.hub.wire.get(f"{at}/protection"), self.slugs)
        return ()

    def rules(self, branch: str) -> tuple[Rule, ...]:
        """The rules that rulesets have for a branch of this name."""
        return tuple(map(_rule, self.hub.wire.pages(f"{self.at}/rules/branches/{quote(branch)}")))

    def calls(self) -> Calls:
        """What is left of the hour; asking for it takes nothing of it."""
        row = self.hub.wire.get("/rate_limit")["resources"]["core"]
        return Calls(
            left=int(row["remaining"]),
            limit=int(row["limit"]),
            reset=datetime.fromtimestamp(row["reset"], UTC),
        )

    def site(self) -> str:
        """How the site is built; 'none' where there is none."""
        if not self.house.has_pages:
            return "none"
        return str(self.hub.wire.get(f"{self.at}/pages").get("build_type") or "legacy")


def _slugs(us: Iterable[str], app: App | Broken | Hidden | None) -> frozenset[str]:
    """The names under which GitHub lists what speaks as one of these logins."""
    logins = {*us, *([app.login] if isinstance(app, App) else ())}
    return frozenset(login.removesuffix("[bot]") for login in logins if login.endswith("[bot]"))


def _asked(ask: Callable[[], _Told]) -> _Told | Hidden:
    """What GitHub tells, or that it refuses to."""
    try:
        return ask()
    except RefusedError as no:
        return Hidden(no.message)


def _house(row: Mapping[str, Any]) -> House:
    may = row.get("permissions") or {}
    roles = {"admin": "admin", "maintain": "maintain", "push": "write", "triage": "triage"}
    ways = {"squash": "squash_merge", "merge": "merge_commit", "rebase": "rebase_merge"}
    told = {way: row.get(f"allow_{name}") for way, name in ways.items()}
    return House(
        full_name=str(row["full_name"]),
        default_branch=line(str(row["default_branch"])),
        is_organisations=row["owner"].get("type") == "Organization",
        has_issues=bool(row["has_issues"]),
        is_archived=bool(row["archived"]),
        has_pages=bool(row.get("has_pages")),
        role=next((role for name, role in roles.items() if may.get(name)), "read" if may else ""),
        merges=(
            None
            if None in told.values()
            else frozenset(way for way, is_allowed in told.items() if is_allowed)
        ),
    )


def _stale(
    files: Mapping[str, str] | Hidden, config: Config | tuple[Problem, ...] | Hidden | None
) -> frozenset[str]:
    if isinstance(files, Hidden) or not isinstance(config, Config):
        return frozenset()
    wanted = template.files(config)
    return frozenset(
        name
        for name, text in wanted.items()
        if name in files and files[name] != blob(text.encode())
    )


def _rule(row: Mapping[str, Any]) -> Rule:
    parameters = row.get("parameters") or {}
    checks = parameters.get("required_status_checks") or ()
    reviews = int(parameters.get("required_approving_review_count") or 0)
    return Rule(
        kind=str(row["type"]),
        # The owners' review is one more that somebody must give.
        reviews=reviews or int(bool(parameters.get("require_code_owner_review"))),
        checks=tuple(str(check["context"]) for check in checks),
    )


def _protecting(row: Mapping[str, Any], slugs: frozenset[str]) -> tuple[Rule, ...]:
    """A branch's protection, in the words of rulesets."""
    found = []
    if reviews := row.get("required_pull_request_reviews"):
        count = int(reviews.get("required_approving_review_count") or 0)
        found.append(
            Rule(
                kind="pull_request",
                reviews=count or int(bool(reviews.get("require_code_owner_reviews"))),
            )
        )
    if checks := row.get("required_status_checks"):
        contexts = tuple(map(str, checks.get("contexts") or ()))
        found.append(Rule(kind="required_status_checks", checks=contexts))
    if _is_closed(row, slugs):
        found.append(Rule(kind="update"))
    return tuple(found)


def _is_closed(row: Mapping[str, Any], slugs: frozenset[str]) -> bool:
    """Whether nobody may push, or only some without us; merging is pushing here."""
    some = row.get("restrictions")
    apps = {str(one.get("slug")) for one in (some or {}).get("apps", ())}
    is_locked = bool((row.get("lock_branch") or {}).get("enabled"))
    return is_locked or (some is not None and not apps & slugs)
