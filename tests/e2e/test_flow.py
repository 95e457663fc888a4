"""The project's own workflow files, run by act against the box: one story from end to end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e import act
from tests.e2e.stage import Stage, body, invented

if TYPE_CHECKING:
    from tests.e2e.act import Result

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
