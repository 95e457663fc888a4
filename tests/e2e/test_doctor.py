"""`bot doctor` against the box: all in order, and then each setting broken in turn."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot import cli
from bot.core import listfile, template
from bot.core.checkup import DUTIES
from bot.core.labels import LABELS
from tests.e2e.proxy import Status
from tests.making import LIST

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.e2e.box import Box, Repository
    from tests.e2e.proxy import Proxy

_NUMBERS = itertools.count(1)
ROOT = Path(__file__).parents[2]
NIGHT = "2026-11-22T03:41:07Z"
RIGHTS = {"contents": "write", "issues": "write", "pull-requests": "write", "statuses": "write"}
APP_RIGHTS = {name.replace("-", "_"): level for name, level in RIGHTS.items()}


@cache
def files() -> Mapping[str, str]:
    """A list as it should be: configuration, forms, workflows."""
    config = listfile.load(LIST)
    assert not isinstance(config, tuple)
    workflows = {path: (ROOT / path).read_text("utf-8") for path in DUTIES}
    return {"list.yaml": LIST, **template.files(config), **workflows}


def started(
    at: str = NIGHT, conclusion: str = "success", event: str = "schedule"
) -> dict[str, str]:
    """A run of a workflow."""
    page = "https://github.com/lab/list/actions/runs/3"
    return {"event": event, "created_at": at, "conclusion": conclusion, "html_url": page}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a run of the doctor said."""

    code: int
    answers: Mapping[str, tuple[str, ...]]
    """The lines below each heading."""
    lines: tuple[str, ...]

    @property
    def wrong(self) -> tuple[str, ...]:
        """What is wrong."""
        return self.answers.get("Wrong", ())

    @property
    def unknown(self) -> tuple[str, ...]:
        """What could not be checked."""
        return self.answers.get("Could not be checked", ())

    def subjects(self, answer: str) -> list[str]:
        """What one answer is about."""
        return [row.partition(":")[0] for row in self.answers.get(answer, ())]


class Ward:
    """A sound list on the box, on which a maintainer, or a workflow, runs the doctor."""

    def __init__(
        self,
        repository: Repository,
        proxy: Proxy,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """Everything as it should be, looked at by ann, who administers it."""
        self.repository = repository
        self.proxy = proxy
        self._patch = monkeypatch
        self._capsys = capsys
        self.ann = repository.person("ann")
        for label in LABELS:
            repository.call(
                "POST", "labels", {"name": label, "color": "ededed"}, token=self.ann.token
            )
        repository.set(runs={"reconcile.yml": [started()], "links.yml": [started()]})
        self.give(
            GITHUB_API_URL=proxy.url,
            GITHUB_REPOSITORY=repository.full_name,
            GITHUB_TOKEN=self.ann.token,
            BOT_NOW="2026-11-23T12:00",
            BOT_PACE="0",
        )

    def give(self, **environment: str) -> None:
        """What the next run finds in its environment."""
        for name, text in environment.items():
            self._patch.setenv(name, text)

    def run(self, *arguments: str) -> Told:
        """What the doctor says."""
        self._capsys.readouterr()
        code = cli.main(["doctor", *arguments])
        lines = tuple(self._capsys.readouterr().out.splitlines())
        answers: dict[str, list[str]] = {}
        rows: list[str] = []
        for line in lines:
            if line in {"In order:", "Could not be checked:", "Wrong:"}:
                rows = answers.setdefault(line.rstrip(":"), [])
            elif line and not line.startswith("::"):
                rows.append(line)
            else:
                rows = [] if not line else rows
        told = {heading: tuple(found) for heading, found in answers.items()}
        return Told(code=code, answers=told, lines=lines)

    def elsewhere(self) -> Repository:
        """Another repository, of somebody else."""
        return self.repository.box.repository({"README.md": ""}, people={}, owner="others")

    def commit(self, **changed: str | None) -> None:
        """Change files of the list, by the last part of their names."""
        paths = {path.rpartition("/")[2].replace(".", "_"): path for path in files()}
        texts = {paths[name]: text for name, text in changed.items()}
        self.ann.commit("main", texts, "Change")


@pytest.fixture
def ward(
    box: Box,
    proxy: Proxy,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Ward:
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "BOT_APP_ID", "BOT_APP_PRIVATE_KEY"):
        monkeypatch.delenv(name, raising=False)
    # An organisation for each: its switch is one for all of its repositories.
    owner = f"lab-{next(_NUMBERS)}"
    repository = box.repository(files(), people={"ann": "admin"}, owner=owner)
    return Ward(repository, proxy, monkeypatch, capsys)


def test_a_sound_repository_is_in_order_in_every_point(ward: Ward) -> None:
    told = ward.run()

    assert (told.code, told.wrong, told.unknown) == (0, (), ())
    assert (
        told.lines[-1]
        == f"{len(told.answers['In order'])} in order, 0 could not be checked, 0 wrong"
    )
    assert ward.proxy.writes == 0
    assert len(ward.proxy.calls) <= 22


# Each setting, broken in turn --------------------------------------------------------------------


def without(text: str, word: str) -> str:
    """The text without the lines that hold a word."""
    kept = [line for line in text.splitlines(keepends=True) if word not in line]
    assert len(kept) < len(text.splitlines())
    return "".join(kept)


def rule(kind: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """A rule of a ruleset, as GitHub tells it."""
    return {"type": kind, "ruleset_id": 1, "parameters": parameters}


def checks(*names: str) -> dict[str, Any]:
    """A rule that asks for checks."""
    return rule("required_status_checks", required_status_checks=[{"context": it} for it in names])


def guard(ward: Ward, body: str) -> None:
    """Protect the default branch in a way that the box cannot be set to."""
    json = {"Content-Type": "application/json"}
    ward.proxy.fail(Status(200, json, '{"protected": true}'), path="/branches/main$")
    ward.proxy.fail(Status(200, json, body), path="/branches/main/protection$")


BROKEN: dict[str, tuple[Callable[[Ward], object], str, str]] = {
    "it is archived": (
        lambda it: it.repository.set(archived=True),
        "Repository: it is archived",
        "Unarchive it",
    ),
    "issues are switched off": (
        lambda it: it.repository.set(has_issues=False),
        "Issues: they are switched off",
        "Tick “Issues”",
    ),
    "a label was renamed": (
        lambda it: it.ann.rename_label("deferred", "later"),
        "Labels: missing, or called otherwise now: “deferred”",
        "bot doctor --fix",
    ),
    "actions are switched off": (
        lambda it: it.repository.set(actions_enabled=False),
        "Actions: they are switched off",
        "Allow all actions",
    ),
    "only the owner's actions may run": (
        lambda it: it.repository.set(allowed_actions="local_only"),
        "Actions: only the owner's own actions may run",
        "Allow actions created by GitHub",
    ),
    "actions may open no pull requests": (
        lambda it: it.repository.set(can_approve_pull_request_reviews=False),
        "Pull requests: Actions may not open them",
        "Allow GitHub Actions to create and approve pull requests",
    ),
    "the organisation lets actions open no pull requests": (
        lambda it: it.repository.set(organisation_can_approve_pull_request_reviews=False),
        "Pull requests, organisation: Actions may not open them",
        "https://github.com/organizations/lab-",
    ),
    "a workflow is gone": (
        lambda it: it.commit(command_yml=None),
        "Workflow command.yml: it is not on the default branch",
        "Bring .github/workflows/command.yml back",
    ),
    "a workflow was switched off by hand": (
        lambda it: it.repository.set(
            workflows={".github/workflows/submit.yml": "disabled_manually"}
        ),
        "Workflow submit.yml: it is switched off (“disabled_manually”), so submissions get no answer",
        "/actions/workflows/submit.yml",
    ),
    "a schedule fell asleep": (
        lambda it: it.repository.set(
            workflows={".github/workflows/reconcile.yml": "disabled_inactivity"}
        ),
        "Workflow reconcile.yml: GitHub switched it off, after 60 days",
        "Enable workflow",
    ),
    "a workflow may not write issues": (
        lambda it: it.commit(
            submit_yml=without(files()[".github/workflows/submit.yml"], "issues: write")
        ),
        "Workflow submit.yml: its token may not write issues",
        "`issues: write`",
    ),
    "the nightly run stays away": (
        lambda it: it.repository.set(
            runs={"reconcile.yml": [started("2026-11-10T03:23:00Z")], "links.yml": [started()]}
        ),
        "Schedule reconcile.yml: it started no run since 2026-11-10",
        "Run workflow",
    ),
    "the nightly run fails": (
        lambda it: it.repository.set(
            runs={"reconcile.yml": [started(conclusion="failure")], "links.yml": [started()]}
        ),
        "Schedule reconcile.yml: the run of 2026-11-22 ended with “failure”",
        "https://github.com/lab/list/actions/runs/3",
    ),
    "a form is gone": (
        lambda it: it.commit(paper_yml=None),
        "Forms: not on the default branch: “.github/ISSUE_TEMPLATE/paper.yml”",
        "bot check --fix",
    ),
    "a form is another list's": (
        lambda it: it.commit(correction_yml="name: Other\n"),
        "Forms: not as list.yaml makes them: “.github/ISSUE_TEMPLATE/correction.yml”",
        "bot check --fix",
    ),
    "list.yaml is gone": (
        lambda it: it.commit(list_yaml=None),
        "list.yaml: it is not on the default branch",
        "start-your-own-list.md",
    ),
    "list.yaml cannot be read": (
        lambda it: it.commit(list_yaml=f"{LIST}colour: blue\n"),
        "list.yaml: colour: ",
        "colour",
    ),
    "list.yaml names the repository that it was forked from": (
        lambda it: it.commit(list_yaml=f"{LIST}repository: owner/other\n"),
        "list.yaml: it names the repository “owner/other”",
        "take it out",
    ),
    "no way to merge is allowed": (
        lambda it: it.repository.set(
            allow_merge_commit=False, allow_squash_merge=False, allow_rebase_merge=False
        ),
        "Merging: no way to merge a pull request is allowed",
        "Allow squash merging",
    ),
    "main asks for reviews": (
        lambda it: it.repository.protect(reviews=2),
        "Protection of the default branch: it asks for 2 reviews before a merge",
        "/settings/branches",
    ),
    "main asks for a check that never comes": (
        lambda it: it.repository.protect(contexts=["list bot", "Tests"]),
        "Protection of the default branch: it waits for “Tests”, which the bot's own",
        "Ask for the check “list bot” alone",
    ),
    "only some may push to main": (
        lambda it: guard(it, '{"restrictions": {"apps": []}}'),
        "Protection of the default branch: only some may change it",
        "Take this rule off",
    ),
    "main is locked": (
        lambda it: guard(it, '{"lock_branch": {"enabled": true}}'),
        "Protection of the default branch: only some may change it",
        "Take this rule off",
    ),
    "a ruleset asks for reviews": (
        lambda it: it.repository.set(
            rules={"main": [rule("pull_request", required_approving_review_count=1)]}
        ),
        "Rulesets, default branch: it asks for 1 review before a merge",
        "/rules",
    ),
    "a ruleset asks for a check that never comes": (
        lambda it: it.repository.set(rules={"main": [checks("List", "Tests")]}),
        "Rulesets, default branch: it waits for “List”, “Tests”",
        "list bot",
    ),
    "a ruleset is about every branch": (
        lambda it: it.repository.set(
            rules={"paper/issue-1": [rule("non_fast_forward"), rule("deletion")]}
        ),
        "Rulesets, the bot's branches: branches such as “paper/issue-1” may not be moved by force, or deleted",
        "Aim the ruleset at the default branch",
    ),
    "the App's key is not given": (
        lambda it: it.give(BOT_APP_ID="12"),
        "App: BOT_APP_ID is set, and BOT_APP_PRIVATE_KEY is not",
        "Mend the two secrets",
    ),
    "the App's key is no key": (
        lambda it: it.give(BOT_APP_ID="12", BOT_APP_PRIVATE_KEY="secret"),
        "App: BOT_APP_PRIVATE_KEY is no private key in PEM form",
        "Mend the two secrets",
    ),
    "the App may not write": (
        lambda it: give_app(it, {**APP_RIGHTS, "statuses": "read"}),
        "App: “helper[bot]” may not write: statuses",
        "Give it these permissions",
    ),
    "the App is another": (
        lambda it: give_app(it, APP_RIGHTS, app_id="999999"),
        "App: GitHub does not take it: ",
        "Mend the two secrets",
    ),
    "the App is installed elsewhere": (
        lambda it: give_app(it, APP_RIGHTS, at=it.elsewhere()),
        "App: the App is not installed on this repository",
        "Mend the two secrets",
    ),
    "a site is published, and Pages is off": (
        lambda it: it.ann.commit("main", {".github/workflows/pages.yml": "name: Pages\n"}, "Add"),
        "Pages: pages.yml publishes a site, and Pages is off",
        "Choose “GitHub Actions”",
    ),
}


def give_app(
    ward: Ward, rights: Mapping[str, str], *, app_id: str = "", at: Repository | None = None
) -> None:
    """An App of the maintainers' own, in the secrets."""
    app = (at or ward.repository).app("helper", rights)
    ward.give(BOT_APP_ID=app_id or str(app.app_id), BOT_APP_PRIVATE_KEY=app.private_key)


@pytest.mark.untraced
@pytest.mark.parametrize(("breaks", "what", "cure"), list(BROKEN.values()), ids=list(BROKEN))
def test_a_broken_setting_is_told_alone_with_its_cure(
    ward: Ward, breaks: Callable[[Ward], object], what: str, cure: str
) -> None:
    breaks(ward)

    told = ward.run()

    [only] = told.wrong
    assert only.startswith(what)
    assert cure in only
    assert told.code == 1


REFUSED: dict[str, tuple[str, list[str]]] = {
    "the files": ("/git/ref/heads/main$", ["list.yaml", "Forms", "Workflows"]),
    "the labels": ("/labels$", ["Labels"]),
    "the workflows": ("/actions/workflows$", [f"Workflow {Path(it).name}" for it in DUTIES]),
    "the runs": ("/runs$", ["Schedule links.yml"]),
    "the branch": ("/branches/main$", ["Protection of the default branch"]),
    "the rules": ("/rules/branches/main$", ["Rulesets, default branch"]),
    "the calls": ("^/rate_limit$", ["Calls"]),
}


@pytest.mark.parametrize(("path", "subjects"), list(REFUSED.values()), ids=list(REFUSED))
def test_what_github_refuses_to_tell_is_told_with_where_to_look(
    ward: Ward, path: str, subjects: list[str]
) -> None:
    ward.proxy.fail(Status(403), path=path)

    told = ward.run()

    assert (told.code, told.wrong) == (0, ())
    assert told.subjects("Could not be checked") == subjects


def test_a_schedule_that_has_not_run_yet_is_to_be_looked_at_again(ward: Ward) -> None:
    """As on the first day."""
    ward.repository.set(runs={})

    assert ward.run().subjects("Could not be checked") == [
        "Schedule links.yml",
        "Schedule reconcile.yml",
    ]


def test_a_branch_that_only_rulesets_protect_has_no_protection_of_its_own(ward: Ward) -> None:
    ward.proxy.fail(Status(200, {}, '{"protected": true}'), path="/branches/main$")

    told = ward.run()

    assert (told.code, told.unknown) == (0, ())
    assert "Protection of the default branch: there is none" in told.lines


def test_a_site_that_its_workflow_publishes_is_in_order(ward: Ward) -> None:
    ward.ann.commit("main", {".github/workflows/pages.yml": "name: Pages\n"}, "Add")
    ward.repository.set(pages={"build_type": "workflow"})

    told = ward.run()

    assert (told.code, told.unknown) == (0, ())
    assert "Pages: workflows publish the site" in told.lines


# Tokens ------------------------------------------------------------------------------------------


def test_what_a_workflows_token_may_not_read_is_no_finding(ward: Ward) -> None:
    """It may read no administration: the maintainer is told where to look instead."""
    ward.repository.protect(contexts=["list bot"])
    ward.give(GITHUB_TOKEN=ward.repository.token(RIGHTS), GITHUB_ACTIONS="true")

    told = ward.run()

    assert (told.code, told.wrong) == (0, ())
    assert told.subjects("Could not be checked") == [
        "Pull requests", "Pull requests, organisation", "Protection of the default branch",
    ]  # fmt: skip
    page = f"https://github.com/{ward.repository.full_name}/settings/actions"
    assert told.unknown[0].endswith(f"create and approve pull requests”: {page}")
    assert "Token: it is a workflow's, and speaks as “github-actions[bot]”" in told.lines


def test_a_check_that_never_comes_is_seen_without_administration(ward: Ward) -> None:
    ward.repository.protect(contexts=["Tests"])
    ward.give(GITHUB_TOKEN=ward.repository.token(RIGHTS))

    told = ward.run()

    assert told.subjects("Wrong") == ["Protection of the default branch"]
    assert "Protection of the default branch" in told.subjects("Could not be checked")


def test_a_person_who_may_only_read_is_told_where_to_look(ward: Ward) -> None:
    ward.give(GITHUB_TOKEN=ward.repository.person("eve").token)

    told = ward.run()

    assert (told.code, told.wrong) == (0, ())
    assert told.subjects("Could not be checked") == [
        "Actions",
        "Pull requests",
        "Pull requests, organisation",
    ]


def test_a_token_that_nobody_made_is_wrong(ward: Ward) -> None:
    ward.give(GITHUB_TOKEN="ghp_nobody")  # noqa: S106 - it opens nothing

    told = ward.run()

    [only] = told.wrong
    assert only.startswith("Token: GitHub does not take GITHUB_TOKEN: “Bad credentials”")
    assert told.code == 1


def test_a_repository_that_is_not_there_is_wrong(ward: Ward) -> None:
    ward.give(GITHUB_REPOSITORY="lab/nothing")

    told = ward.run()

    [only] = told.wrong
    assert only.startswith("Repository: GitHub does not show “lab/nothing” to this token")
    assert told.code == 1


def test_a_working_app_lifts_what_holds_only_for_a_workflows_token(ward: Ward) -> None:
    """What an App pushes starts workflows, and it opens pull requests whatever Actions may."""
    ward.repository.set(can_approve_pull_request_reviews=False)
    ward.repository.protect(contexts=["Tests"])
    give_app(ward, APP_RIGHTS)

    told = ward.run()

    assert (told.code, told.wrong) == (0, ())
    assert "App: “helper[bot]” works, and may write what the bot writes" in told.lines


def test_an_app_alone_is_asked_where_no_token_is_given(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_app(ward, APP_RIGHTS)
    monkeypatch.delenv("GITHUB_TOKEN")

    told = ward.run()

    assert (told.code, told.wrong) == (0, ())
    assert "Token: GITHUB_TOKEN is not set, so the App speaks, as “helper[bot]”" in told.lines


def test_few_calls_that_are_left_are_told_with_the_hour_at_which_there_are_more(ward: Ward) -> None:
    token = ward.repository.token({**RIGHTS, "administration": "read"})
    ward.repository.set_remaining(token, 200)
    ward.give(GITHUB_TOKEN=token)

    told = ward.run()

    [only] = told.wrong
    assert only.startswith("Calls: only ")
    assert "Wait until " in only


def test_the_repository_is_the_one_of_list_yaml_where_the_environment_names_none(
    ward: Ward, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("GITHUB_REPOSITORY")
    (tmp_path / "list.yaml").write_text(f"{LIST}repository: {ward.repository.full_name}\n", "utf-8")

    told = ward.run()

    assert told.code == 0


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "GITHUB_REPOSITORY"])
def test_a_run_that_nobody_can_be_asked_in_is_wrong_usage(
    ward: Ward, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv(name)

    assert ward.run().code == 2


def test_a_name_that_is_no_repository_is_wrong_usage(ward: Ward) -> None:
    ward.give(GITHUB_REPOSITORY="../user")

    assert ward.run().code == 2


def test_a_github_that_does_not_answer_is_worth_another_try(ward: Ward) -> None:
    ward.proxy.fail(Status(502), times=100)

    assert ward.run().code == 3


# Mending -----------------------------------------------------------------------------------------


def test_fix_makes_the_missing_labels_and_nothing_else(ward: Ward) -> None:
    for name in ("deferred", "parked"):
        ward.repository.call("DELETE", f"labels/{name}", token=ward.ann.token)
    before = ward.repository.dump()

    told = ward.run("--fix")

    assert told.lines[:2] == ("made the label deferred", "made the label parked")
    assert (told.code, told.wrong) == (0, ())
    after = ward.repository.dump()
    made = {row["name"]: row for row in after["labels"]}
    assert (made["parked"]["color"], made["parked"]["description"]) == LABELS["parked"]
    assert {**after, "labels": 0} == {**before, "labels": 0}
    assert ward.proxy.writes == 2


def test_fix_in_a_dry_run_tells_what_it_would_make(ward: Ward) -> None:
    ward.repository.call("DELETE", "labels/parked", token=ward.ann.token)

    told = ward.run("--fix", "--dry-run")

    assert told.lines[0] == "would make the label parked"
    assert told.subjects("Wrong") == ["Labels"]
    assert (told.code, ward.proxy.writes) == (1, 0)


def test_fix_without_the_right_to_it_leaves_the_finding(
    ward: Ward, capsys: pytest.CaptureFixture[str]
) -> None:
    ward.repository.call("DELETE", "labels/parked", token=ward.ann.token)
    ward.give(GITHUB_TOKEN=ward.repository.token({"contents": "read", "administration": "read"}))

    told = ward.run("--fix")

    assert (told.code, told.subjects("Wrong")) == (1, ["Labels"])
    assert capsys.readouterr().out == ""


def test_fix_of_what_is_in_order_writes_nothing(ward: Ward) -> None:
    assert ward.run("--fix").code == 0
    assert ward.proxy.writes == 0


# In Actions --------------------------------------------------------------------------------------


def test_actions_get_annotations_and_a_summary(ward: Ward, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    ward.repository.set(has_issues=False)
    ward.give(GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary))

    told = ward.run()

    [error] = [line for line in told.lines if line.startswith("::error")]
    assert error.startswith("::error::Issues: they are switched off")
    text = summary.read_text("utf-8")
    assert text.index("### Wrong") < text.index("### In order")
    assert "- **Issues**: they are switched off" in text
