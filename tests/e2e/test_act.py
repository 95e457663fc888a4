"""How the harness runs workflow files, each in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e import act
from tests.e2e.box import HERE

if TYPE_CHECKING:
    from tests.e2e.act import Result
    from tests.e2e.box import Delivery, Repository
    from tests.e2e.proxy import Proxy

# What is tested here is no part of the bot: tracing it would only cost time.
pytestmark = pytest.mark.untraced


WORKFLOWS = HERE / "workflows"


def run(repository: Repository, proxy: Proxy, delivery: Delivery) -> Result:
    """Run the sample workflow for a delivery."""
    return act.run_workflow(
        repository, delivery.name, delivery.payload, proxy_url=proxy.url, folder=WORKFLOWS
    )


def test_a_workflow_answers_an_issue_through_the_proxy(
    repository: Repository, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its job's rights, main's files, the stub's outputs, and nothing of this process."""
    monkeypatch.setenv("LEAKED", "yes")
    issue = repository.person("eve").open_issue("Paper", "A form.")

    result = run(repository, proxy, repository.news()[0])

    assert result.ok, result.log
    (ran,) = result.runs
    assert ran.log.startswith(repository.files()["README.md"])
    assert "python 3.11" in ran.log
    assert "secret none" in ran.log
    assert ran.summary == "answered\n"
    (comment,) = repository.comments(issue)
    assert (comment["user"]["login"], comment["body"]) == ("github-actions[bot]", "Seen.")
    assert [call.method for call in proxy.calls] == ["POST"]
    assert repository.news() == ()


def test_a_step_that_fails_tells_what_it_printed(repository: Repository, proxy: Proxy) -> None:
    repository.person("eve").open_issue("Paper", "A form.")
    delivery = repository.news()[0]
    repository.set(archived=True)

    result = run(repository, proxy, delivery)

    assert not result.ok
    assert "exit" in result.log


def test_a_condition_skips_its_job(repository: Repository, proxy: Proxy) -> None:
    repository.person("eve").open_issue("quiet", "A form.")

    result = run(repository, proxy, repository.news()[0])

    assert [one.conclusion for one in result.runs] == ["skipped"]
    assert (result.ok, result.names, proxy.calls) == (True, (), [])


def test_an_action_that_no_workflow_waits_for_starts_nothing(
    repository: Repository, proxy: Proxy
) -> None:
    eve = repository.person("eve")
    eve.close_issue(eve.open_issue("Paper", "A form."))

    assert run(repository, proxy, repository.news()[-1]).runs == ()


def test_a_job_has_the_permissions_and_the_group_of_its_file() -> None:
    payload = {"action": "opened", "issue": {"number": 7}}

    (job,) = act.jobs("issues", payload, folder=WORKFLOWS)

    assert (job.workflow, job.name) == ("answer.yml", "answer")
    assert job.permissions == {"issues": "write"}
    assert (job.group, job.gives_way) == ("answer-7", False)


@pytest.mark.parametrize(("message", "started"), [("Add x", 1), ("Add x [skip ci]", 0)])
def test_a_push_starts_what_waits_for_its_branch(
    repository: Repository, message: str, started: int
) -> None:
    ann = repository.person("ann")
    ann.commit("main", {"x": "y"}, message)
    ann.commit("other", {"x": "z"}, "Elsewhere")

    here, there = (act.jobs(one.name, one.payload, folder=WORKFLOWS) for one in repository.news())

    assert [len(here), len(there)] == [started, 0]


def test_of_many_runs_in_a_group_the_first_and_the_last_are_left(repository: Repository) -> None:
    eve = repository.person("eve")
    issue = eve.open_issue("Paper", "0")
    for text in "123":
        eve.edit_issue(issue, body=text)
    eve.open_issue("Another", "4")

    left = act.surviving(repository.news(), folder=WORKFLOWS)

    assert [one.payload["issue"]["body"] for one in left] == ["0", "3", "4"]
