"""What a chart means, where the box cannot be brought to it; tests/e2e/test_doctor.py has the rest."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest

from bot.core import checkup, template, workflow
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
from bot.core.checkup import DUTIES, Answer
from bot.core.labels import LABELS
from bot.edge import hub
from bot.jobs.desk import RESERVE
from tests.making import config

if TYPE_CHECKING:
    from bot.core.checkup import Finding

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
REFUSED = Hidden("Resource not accessible by integration")
RECONCILE = ".github/workflows/reconcile.yml"
PAGES = ".github/workflows/pages.yml"
WORKING = App(
    login="helper[bot]",
    rights=dict.fromkeys(("contents", "issues", "pull_requests", "statuses"), "write"),
)


def ran(*, days: float = 0.5, conclusion: str = "success") -> Run:
    """A run of a schedule, so many days ago."""
    page = "https://github.com/lab/list/actions/runs/3"
    return Run(started=NOW - timedelta(days=days), conclusion=conclusion, page=page)


def house(**fields_: Any) -> House:  # noqa: ANN401 - any field of a house
    """A sound repository of an organisation, with these fields changed."""
    sound = House(
        full_name="lab/list",
        default_branch="main",
        is_organisations=True,
        has_issues=True,
        is_archived=False,
        has_pages=False,
        role="admin",
        merges=frozenset({"squash"}),
    )
    return replace(sound, **fields_)


def chart(**fields_: Any) -> Chart:  # noqa: ANN401 - any field of a chart
    """A chart of a repository in which all is in order, with these fields changed."""
    return replace(_sound(), **fields_)


@cache
def _sound() -> Chart:
    flows = {path: Flow(text=(ROOT / path).read_text("utf-8"), last=ran()) for path in DUTIES}
    return Chart(
        asked="lab/list",
        voice=Voice(login="ann", kind="person"),
        house=house(),
        config=config(),
        files=frozenset({"list.yaml", *template.ALL, *flows}),
        labels=frozenset(LABELS),
        actions=Actions(is_enabled=True, allowed="all"),
        flows=flows,
        may_propose="on",
        organisation_may_propose="on",
        protection=(),
        rules=(),
        own_rules=(),
        app=None,
        calls=Calls(left=4000, limit=5000, reset=NOW),
    )


def flow(path: str = RECONCILE, /, **fields_: Any) -> dict[str, Flow]:  # noqa: ANN401 - any field of a flow
    """The workflows, with these fields of one changed."""
    flows = dict(chart().flows)
    flows[path] = replace(flows.get(path, Flow(text="name: Pages\n")), **fields_)
    return flows


def found(answer: Answer, one: Chart) -> list[Finding]:
    """What has this answer."""
    every = checkup.findings(one, now=NOW, reserve=RESERVE)
    return [finding for finding in every if finding.answer == answer]


def told(answer: Answer, one: Chart) -> list[str]:
    """What has this answer, in a line each."""
    return [f"{it.subject}: {it.what}" for it in found(answer, one)]


def test_a_sound_chart_is_in_order_in_every_point() -> None:
    assert told("wrong", chart()) == told("could not be checked", chart()) == []


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a repository that was renamed": (
        {"asked": "lab/old"},
        "Repository: “lab/old” is called “lab/list” now",
    ),
    "another default branch": (
        {"house": house(default_branch="master")},
        "Default branch: it is “master”, and the workflows listen to pushes on “main”",
    ),
    "a fork in which workflows were never enabled": (
        {"flows": flow(state="")},
        "Workflow reconcile.yml: Actions do not know it yet, as in a new fork, so open pull requests fall behind the list",
    ),
    "a state that is new to us": (
        {"flows": flow(state="disabled_*fork*")},
        "Workflow reconcile.yml: it is switched off (“disabled_*fork*”), so open pull requests fall behind the list",
    ),
    "a workflow whose token may only read": (
        {"flows": flow(text="jobs: {a: {permissions: read-all, steps: [run: bot reconcile]}}")},
        "Workflow reconcile.yml: its token may not write contents, issues, pull-requests, statuses",
    ),
    "a workflow that says nothing about its token": (
        {"flows": flow(text="jobs: {a: {steps: [run: bot reconcile]}}")},
        "Workflow reconcile.yml: its token may not write contents, issues, pull-requests, statuses",
    ),
    "a nightly run that stayed away for two days": (
        {"flows": flow(last=ran(days=2.1))},
        "Schedule reconcile.yml: it started no run since 2026-11-21",
    ),
    "a merge queue": (
        {"rules": (Rule(kind="merge_queue"),)},
        "Rulesets, default branch: merges go through a queue, which the bot does not use, so “/merge” is refused",
    ),
    "a branch that only some may change": (
        {"rules": (Rule(kind="update"),)},
        "Rulesets, default branch: only some may change it, and the bot is not among them, so “/merge” is refused",
    ),
    "code scanning that never comes": (
        {"rules": (Rule(kind="code_scanning"),)},
        "Rulesets, default branch: it waits for code scanning, which the bot's own pull requests never get: what a workflow's token pushes starts no workflow",
    ),
    "branches that nobody may make": (
        {"own_rules": (Rule(kind="creation"), Rule(kind="creation"))},
        "Rulesets, the bot's branches: branches such as “paper/issue-1” may not be made",
    ),
    "an App that is suspended": (
        {"app": replace(WORKING, is_suspended=True)},
        "App: its installation is suspended",
    ),
    "an App that is nowhere": (
        {"app": Broken("the App is not installed on this repository")},
        "App: the App is not installed on this repository",
    ),
    "a site without Pages": (
        {"flows": flow(PAGES)},
        "Pages: pages.yml publishes a site, and Pages is off",
    ),
    "a site made from a branch": (
        {"flows": flow(PAGES), "site": "legacy"},
        "Pages: a branch is published as the site, not pages.yml",
    ),
}


@pytest.mark.parametrize(("changed", "what"), list(WRONG.values()), ids=list(WRONG))
def test_it_is_wrong_and_has_a_cure(changed: dict[str, Any], what: str) -> None:
    one = chart(**changed)

    assert told("wrong", one) == [what]
    assert all(it.fix and not it.fix.endswith(".") for it in found("wrong", one))


HARMLESS: dict[str, dict[str, Any]] = {
    "a pull request without reviews": {"rules": (Rule(kind="pull_request"),)},
    "the bot's own check": {"rules": (Rule(kind="required_status_checks", checks=("list bot",)),)},
    "signed commits and a straight history": {
        "rules": (Rule(kind="required_signatures"), Rule(kind="required_linear_history")),
        "own_rules": (Rule(kind="required_signatures"),),
    },
    "other checks where an App speaks": {
        "app": WORKING,
        "rules": (Rule(kind="required_status_checks", checks=("Tests",)), Rule(kind="workflows")),
    },
    "no right to open pull requests where an App does": {
        "app": WORKING,
        "may_propose": "off",
        "organisation_may_propose": "off",
    },
    "a repository of a person": {"organisation_may_propose": None},
    "a name in other letters": {"asked": "LAB/List"},
    "a weekly run of last week": {
        "flows": flow(text="on: {schedule: [cron: 7 4 * * 1]}\njobs: {a: {permissions: write-all, "
                           "steps: [run: bot reconcile]}}", last=ran(days=7.2)),
    },
    "a run that is under way": {"flows": flow(last=ran(conclusion=""))},
    "a site made by its workflow": {"flows": flow(PAGES), "site": "workflow"},
    "no site, where none is published": {"site": "none"},
    "few calls of a person": {"calls": Calls(left=3, limit=5000, reset=NOW)},
    "a repository of the same name in list.yaml": {"config": config(repository="Lab/list")},
}  # fmt: skip


@pytest.mark.untraced
@pytest.mark.parametrize("changed", HARMLESS.values(), ids=list(HARMLESS))
def test_it_stops_nothing(changed: dict[str, Any]) -> None:
    one = chart(**changed)

    assert told("wrong", one) == told("could not be checked", one) == []


UNKNOWN: dict[str, tuple[dict[str, Any], str, str]] = {
    "selected actions": (
        {"actions": Actions(is_enabled=True, allowed="selected")},
        "Actions: only selected actions may run, and this does not show which",
        "https://github.com/lab/list/settings/actions",
    ),
    "a schedule that never ran": (
        {"flows": flow(last=None)},
        "Schedule reconcile.yml: it has not started a run yet",
        "https://github.com/lab/list/actions/workflows/reconcile.yml",
    ),
    "a workflow that runs the bot in a way of its own": (
        {"flows": flow(text="jobs: {a: {uses: ./.github/workflows/other.yml}}")},
        "Workflow reconcile.yml: no job was found in it that runs “bot reconcile”",
        "",
    ),
    "ways to merge that are not told": (
        {"house": house(merges=None)},
        "Merging: GitHub tells the allowed ways only to those who may push",
        "https://github.com/lab/list/settings",
    ),
    "forms without a list.yaml to make them": (
        {"config": REFUSED},
        "Forms: they are made from list.yaml, which cannot be read",
        "",
    ),
}


@pytest.mark.parametrize(("changed", "what", "page"), list(UNKNOWN.values()), ids=list(UNKNOWN))
def test_it_cannot_be_checked_and_says_where_to_look(
    changed: dict[str, Any], what: str, page: str
) -> None:
    one = chart(**changed)

    assert told("wrong", one) == []
    assert (what, page) in [
        (f"{it.subject}: {it.what}", it.page) for it in found("could not be checked", one)
    ]


def test_what_is_hidden_is_never_wrong_and_always_told() -> None:
    """Whatever GitHub hides: the same findings, each with where to look."""
    hidden = {
        it.name: REFUSED for it in fields(Chart) if "Hidden" in str(it.type) and it.name != "app"
    }
    flows = {path: replace(one, state=REFUSED) for path, one in flow(PAGES).items()}
    one = chart(**hidden, flows=flows)
    asleep = chart(flows=flow(last=REFUSED))

    assert told("wrong", one) == told("wrong", asleep) == []
    unknown = [*found("could not be checked", one), *found("could not be checked", asleep)]
    assert {it.subject for it in unknown} == {
        "list.yaml", "Forms", "Labels", "Actions", "Workflows", "Pull requests",
        "Pull requests, organisation", "Protection of the default branch",
        "Rulesets, default branch", "Rulesets, the bot's branches", "Pages", "Calls",
        "Schedule reconcile.yml",
    }  # fmt: skip
    assert all(it.fix for it in unknown)


def test_labels_that_are_hidden_are_not_known_to_be_missing() -> None:
    assert checkup.missing_labels(chart(labels=REFUSED)) == ()


def test_an_app_that_could_not_be_asked_about_is_told() -> None:
    assert [it.subject for it in found("could not be checked", chart(app=REFUSED))] == ["App"]


def test_a_workflow_whose_state_is_hidden_is_told() -> None:
    one = chart(flows=flow(state=REFUSED))

    assert "Workflow reconcile.yml" in [it.subject for it in found("could not be checked", one)]


@pytest.mark.parametrize(
    ("kind", "speaks"),
    [("workflow", "it is a workflow's"), ("app", "GITHUB_TOKEN is not set"), ("person", "a person's")],
)  # fmt: skip
def test_the_token_is_told_with_who_speaks_through_it(kind: Any, speaks: str) -> None:  # noqa: ANN401 - a literal
    [token] = [
        it
        for it in found("in order", chart(voice=Voice(login="x", kind=kind)))
        if it.subject == "Token"
    ]

    assert speaks in token.what
    assert "“x”" in token.what


def test_a_workflow_knows_that_actions_run_without_asking() -> None:
    one = chart(actions=REFUSED, voice=Voice(login="github-actions[bot]", kind="workflow"))

    assert told("could not be checked", one) == []


def test_few_calls_of_a_workflow_are_wrong() -> None:
    voice = Voice(login="github-actions[bot]", kind="workflow")
    one = chart(voice=voice, calls=Calls(left=RESERVE, limit=1000, reset=NOW))

    assert told("wrong", one) == ["Calls: only 300 of 1,000 are left in this hour"]
    assert found("wrong", one)[0].fix.startswith("Wait until 12:00 UTC")


def test_text_from_outside_stays_in_its_quotes() -> None:
    """A check's name is what somebody typed."""
    rules = (Rule(kind="required_status_checks", checks=("a” **b\n::error::c",)),)
    [only] = found("wrong", chart(rules=rules))

    assert "\n" not in only.what


def test_our_check_is_the_status_that_the_bot_posts() -> None:
    assert checkup.STATUS == hub.STATUS


def test_every_workflow_of_this_repository_has_its_duty() -> None:
    """A workflow without one would be missed by nobody."""
    here = {path.relative_to(ROOT).as_posix() for path in (ROOT / ".github/workflows").iterdir()}

    assert here - {PAGES} == set(DUTIES)


def test_every_job_named_in_a_duty_is_run_by_its_workflow() -> None:
    for path, duty in DUTIES.items():
        assert workflow.rights((ROOT / path).read_text("utf-8"), job=duty.job) is not None


def test_the_documents_tell_of_every_check() -> None:
    text = (ROOT / "docs/reference/doctor.md").read_text("utf-8")
    page = text.partition("## What is checked")[2]
    told = set(re.findall(r"^\| ([^|]+) \| [^|]+ \| [^|]+ \|$", page, re.MULTILINE))
    every = checkup.findings(chart(flows=flow(PAGES)), now=NOW, reserve=RESERVE)

    assert told - {"check", "---"} == {re.sub(r" [a-z]+\.yml$", "", it.subject) for it in every}


def test_there_are_three_answers() -> None:
    assert get_args(Answer) == ("in order", "could not be checked", "wrong")


def test_a_workflow_that_is_no_yaml_is_no_schedule() -> None:
    assert workflow.crons("on: [") == ()
    assert workflow.rights("- a", job="submit") is None
