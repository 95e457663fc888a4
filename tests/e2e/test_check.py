"""`bot check` in a pull request's workflow: what is a problem there, and what a notice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.stage import Ran, Stage

VOTING = "entries/2023/obi2023voting.yaml"


@pytest.fixture
def opened(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """A person's pull request with these files, and its check."""

    def check(files: dict[str, str], branch: str = "data", right: str = "pull-requests") -> Ran:
        mira = stage.repository.person("mira")
        mira.commit(branch, files, "Data")
        number = mira.open_pull(branch, "Data")
        pull: dict[str, Any] = stage.repository.pull(number)
        event = {"action": "opened", "number": number, "pull_request": pull}
        monkeypatch.setenv("GITHUB_EVENT_NAME", "pull_request")
        monkeypatch.setenv("GITHUB_TOKEN", stage.repository.token({right: "read"}))
        return stage.run("check", event=event, ref=branch)

    return check


def changed(stage: Stage) -> str:
    return stage.entries()[VOTING] + "datasets: [C4]\n"


def test_a_readme_behind_is_a_notice_where_a_person_touches_only_entries(
    stage: Stage, opened: Callable[..., Ran], capsys: pytest.CaptureFixture[str]
) -> None:
    ran = opened({VOTING: changed(stage)})

    assert (ran.code, ran.writes) == (0, 0)
    assert "::notice file=README.md::" in capsys.readouterr().out


def test_it_is_a_problem_where_a_person_touches_more(
    stage: Stage, opened: Callable[..., Ran]
) -> None:
    assert opened({VOTING: changed(stage), "docs/x.md": "Hello.\n"}).code == 1


def test_it_is_a_problem_on_the_bots_branches(stage: Stage, opened: Callable[..., Ran]) -> None:
    ran = opened({VOTING: changed(stage)}, branch="paper/issue-7")

    assert (ran.code, ran.calls) == (1, 0)


def test_a_form_behind_is_always_a_problem(stage: Stage, opened: Callable[..., Ran]) -> None:
    form = ".github/ISSUE_TEMPLATE/paper.yml"
    text = stage.repository.files()[form]

    assert opened({form: f"{text}# more\n"}).code == 1


def test_what_github_does_not_tell_blames_nobody(stage: Stage, opened: Callable[..., Ran]) -> None:
    assert opened({VOTING: changed(stage)}, right="metadata").code == 0


def test_on_the_default_branch_it_is_a_problem(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.repository.person("mira").commit("main", {VOTING: changed(stage)}, "Data")
    monkeypatch.setenv("GITHUB_EVENT_NAME", "push")

    assert stage.run("check").code == 1
