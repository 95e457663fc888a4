"""The project's own workflow files, run by act against the box: one story from end to end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core import entry
from bot.standins.links import LinkHost
from tests.e2e import act
from tests.e2e.stage import Stage, body, invented
from tests.making import listed

if TYPE_CHECKING:
    from tests.e2e.act import Result

# These lines are traced in the tests of each job.
pytestmark = pytest.mark.untraced

OLD = "entries/2023/obi2023voting.yaml"
ENTRY = "entries/2024/holt2024fedquill.yaml"


def deliver(stage: Stage) -> list[Result]:
    """Run the workflows that the latest events start, as far as they do not replace each other."""
    settings = {"BOT_ARXIV_URL": stage.arxiv.url, "BOT_PACE": "0", "BOT_NOW": "2026-11-23"}
    results = [
        act.run_workflow(
            stage.repository,
            one.name,
            one.payload,
            proxy_url=stage.proxy.url,
            extra_env=settings,
        )
        for one in act.surviving(stage.repository.news())
    ]
    for result in results:
        assert result.ok, result.log
    return results


def test_a_submission_goes_its_whole_way_by_the_real_workflow_files(stage: Stage) -> None:
    """Opened, answered, edited, reviewed with /set, merged; and the next one is rebuilt."""
    ada, mira = stage.repository.person("ada"), stage.repository.person("mira")

    first = stage.submit("ada")
    second = stage.submit("bea", invented(1).id)
    deliver(stage)
    assert "The pull request is" in stage.answer(first)
    assert stage.pull(second)

    ada.edit_issue(first, body=body("2405.90001", datasets="C4"))
    mira.comment(first, "/set venue = ICML 2024")
    deliver(stage)
    text = stage.entries(f"paper/issue-{first}")[ENTRY]
    assert "datasets: [C4]" in text
    assert "venue: ICML" in text

    mira.comment(first, "/merge")
    deliver(stage)
    assert stage.repository.issue(first)["state"] == "closed"
    assert ENTRY in stage.entries()
    assert stage.repository.pull(stage.pull(second)["number"])["mergeable"]
    assert ENTRY in stage.entries(f"paper/issue-{second}")
    stage.assert_readme_is_made(f"paper/issue-{second}")

    mira.merge_pull(stage.pull(second)["number"], "squash")
    deliver(stage)
    assert "in the list now" in stage.answer(second)
    stage.assert_readme_is_made()
    assert list(stage.repository.refs()) == ["refs/heads/main"]
    assert stage.proxy.violations == []


def test_a_night_of_links_goes_its_whole_way_by_the_real_workflow_file(stage: Stage) -> None:
    """Planned, looked at in a shard, reported; and what is remembered stands on its branch."""
    with LinkHost() as host:
        gone, fine = f"{host.url}/status/410", f"{host.url}/ok"
        old = listed(
            OLD, title="Voting", ids={"arxiv": "2305.00001"}, links={"code": gone, "page": fine}
        )
        stage.repository.person("mira").commit("main", {OLD: entry.dump(old.entry)}, "Link it")
        night = act.run_workflow(
            stage.repository,
            "schedule",
            {"schedule": "37 4 * * *", "repository": {"default_branch": "main"}},
            proxy_url=stage.proxy.url,
            extra_env={
                "BOT_ARXIV_URL": stage.arxiv.url,
                "BOT_WAYBACK_URL": "http://127.0.0.1:9",
                "BOT_LINKS_ALLOW_PRIVATE": "1",
                "BOT_PACE": "0",
                "BOT_NOW": "2026-11-23T04:37:00Z",
            },
        )

    assert night.ok, night.log
    assert {run.job.name for run in night.runs if run.conclusion == "success"} == {"report"}
    [issue] = [row for row in stage.repository.issues() if "list-bot:links" in row["body"]]
    assert (issue["state"], gone in issue["body"]) == ("open", True)
    remembered = stage.repository.files("bot-state")["links.jsonl"]
    assert all(url in remembered for url in (gone, fine, "https://arxiv.org/abs/2305.00001"))
