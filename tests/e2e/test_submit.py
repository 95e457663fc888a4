from __future__ import annotations

import pytest

from bot.standins.server import UNAVAILABLE
from tests.e2e.stage import BOT, RIGHTS, Stage, body, invented


def test_a_submission_gets_one_answer_and_one_pull_request(stage: Stage) -> None:
    issue = stage.submit()

    [ran] = stage.settle()

    assert ran.code == 0
    pull = stage.pull(issue)
    assert f"The pull request is #{pull['number']}." in stage.answer(issue)
    assert pull["user"]["login"] == BOT
    assert f"Closes #{issue}" in pull["body"]
    assert "entries/2024/holt2024fedquill.yaml" in stage.entries(pull["head"]["ref"])
    stage.assert_readme_is_made(pull["head"]["ref"])
    [status] = stage.repository.statuses(pull["head"]["sha"])
    assert (status["state"], status["context"]) == ("success", "list bot")
    assert status["target_url"].endswith("/actions/runs/7")
    assert stage.labels(issue) == stage.labels(pull["number"]) == {"paper"}


def test_a_new_submission_takes_at_most_fifteen_calls(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.submit()

    [ran] = stage.settle()

    with capsys.disabled():
        print(f"\na new submission: {ran.calls} calls (at most 15), {ran.writes} of them writes")
    assert ran.calls <= 15
    assert len(stage.arxiv.log) == 1


def test_an_unchanged_submission_takes_at_most_six_calls_and_no_write(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    issue = stage.submit()
    stage.settle()

    ran = stage.run("submit", "--issue", str(issue))

    with capsys.disabled():
        print(f"\nan unchanged submission: {ran.calls} calls (at most 6), {ran.writes} writes (0)")
    assert (ran.code, ran.writes) == (0, 0)
    assert ran.calls <= 6


def test_the_submitter_is_credited_without_being_called(stage: Stage) -> None:
    issue = stage.submit("ada")
    stage.settle()

    pull = stage.pull(issue)
    [commit, *_] = stage.repository.commits(pull["head"]["ref"])
    ada = stage.repository.issue(issue)["user"]["id"]
    trailer = f"Co-authored-by: ada <{ada}+ada@users.noreply.github.com>"
    assert trailer in commit["commit"]["message"]
    assert "[ada](https://github.com/ada)" in pull["body"]
    assert "@ada" not in pull["body"]
    assert commit["author"]["login"] == BOT
    [made] = [call for call in stage.proxy.calls if call.path.endswith("/git/commits")]
    # GitHub signs the commits of its apps only where they name nobody.
    assert set(made.body) == {"message", "tree", "parents"}


def test_a_form_without_its_label_is_recognised_and_labelled(stage: Stage) -> None:
    issue = stage.repository.person("ada").open_issue("x", body("2405.90001"))

    stage.settle()

    assert "The pull request is" in stage.answer(issue)
    assert "paper" in stage.labels(issue)


def test_an_issue_about_something_else_is_left_to_people(stage: Stage) -> None:
    issue = stage.repository.person("ada").open_issue("A question", "How do I cite the list?")

    [ran] = stage.settle()

    assert (ran.code, ran.writes) == (0, 0)
    assert stage.repository.comments(issue) == []


@pytest.mark.parametrize("text", ["", "Please add my paper", "x" * 65_536])
def test_a_labelled_issue_without_a_form_gets_a_kind_answer(stage: Stage, text: str) -> None:
    issue = stage.repository.person("ada").open_issue("[Paper] mine", text)
    stage.repository.person("mira").label(issue, "paper")

    stage.settle()

    assert "Something has to be mended" in stage.answer(issue)
    assert "needs-changes" in stage.labels(issue)
    assert stage.repository.pulls() == []


def test_a_mistake_is_answered_and_mended_by_editing_the_issue(stage: Stage) -> None:
    issue = stage.submit(paper="2413.00001")
    stage.settle()
    assert "13 is not a month" in stage.answer(issue)
    assert stage.labels(issue) == {"paper", "needs-changes"}

    stage.repository.person("ada").edit_issue(issue, body=body("2405.90001"))
    stage.settle()

    assert "The pull request is" in stage.answer(issue)
    assert stage.labels(issue) == {"paper"}


def test_an_edited_submission_keeps_its_branch_and_pull_request(stage: Stage) -> None:
    issue = stage.submit()
    stage.settle()
    before = stage.pull(issue)

    stage.repository.person("ada").edit_issue(issue, body=body("2405.90001", datasets="C4"))
    stage.settle()

    after = stage.pull(issue)
    assert after["number"] == before["number"]
    assert after["head"]["sha"] != before["head"]["sha"]
    assert "datasets: [C4]" in "".join(stage.entries(after["head"]["ref"]).values())
    assert "*datasets*: C4" in stage.answer(issue)
    assert "*datasets*: C4" in after["body"]


ENTRY = "entries/2024/holt2024fedquill.yaml"


def edit(stage: Stage, issue: int, old: str, new: str) -> None:
    """A maintainer changes the entry on the submission's branch."""
    branch = f"paper/issue-{issue}"
    text = stage.entries(branch)[ENTRY]
    assert old in text
    stage.repository.person("mira").commit(branch, {ENTRY: text.replace(old, new)}, "Mend it")


def test_what_a_maintainer_changed_on_the_branch_stays_when_the_issue_is_edited(
    stage: Stage,
) -> None:
    issue = stage.submit()
    stage.settle()
    edit(stage, issue, "Mira Holt", "Mira A. Holt")

    stage.repository.person("ada").edit_issue(issue, body=body("2405.90001", datasets="C4"))
    stage.settle()

    text = stage.entries(f"paper/issue-{issue}")[ENTRY]
    assert "- Mira A. Holt" in text
    assert "datasets: [C4]" in text
    assert "authors: person" in text
    assert "Mira A. Holt" in stage.answer(issue)
    stage.assert_readme_is_made(f"paper/issue-{issue}")
    [commit, *_] = stage.repository.commits(f"paper/issue-{issue}")
    assert "+mira@users.noreply.github.com" in commit["commit"]["message"]


def test_where_new_text_contradicts_a_maintainer_both_are_shown(stage: Stage) -> None:
    issue = stage.submit()
    stage.settle()
    edit(stage, issue, "Mira Holt", "Mira A. Holt")

    text = body("2405.90001", authors="Mira B. Holt")
    stage.repository.person("ada").edit_issue(issue, body=text)
    stage.settle()

    pull = stage.pull(issue)
    assert "- Mira A. Holt" in stage.entries(f"paper/issue-{issue}")[ENTRY]
    assert "Mira A. Holt" in pull["body"]
    assert "Mira B. Holt" in pull["body"]
    assert "needs-decision" in stage.labels(pull["number"])
    assert stage.repository.statuses(pull["head"]["sha"])[0]["state"] == "pending"


def test_a_closed_issue_closes_its_pull_request_and_opening_it_again_brings_one_back(
    stage: Stage,
) -> None:
    issue = stage.submit()
    stage.settle()
    ada = stage.repository.person("ada")

    ada.close_issue(issue)
    stage.settle()
    assert stage.pulls(issue) == []
    assert "refs/heads/paper/issue-1" not in stage.repository.refs()
    assert "This issue is closed" in stage.answer(issue)

    ada.reopen_issue(issue)
    stage.settle()
    assert stage.pull(issue)["state"] == "open"
    assert "The pull request is" in stage.answer(issue)


def test_a_pull_request_that_was_closed_by_hand_stays_closed(stage: Stage) -> None:
    issue = stage.submit()
    stage.settle()
    stage.repository.person("mira").close_pull(stage.pull(issue)["number"])

    stage.repository.person("ada").edit_issue(issue, body=body("2405.90001", datasets="C4"))
    stage.settle()
    stage.run("reconcile")

    assert stage.pulls(issue) == []
    assert "closed by hand" in stage.answer(issue)


def test_a_merged_pull_request_closes_the_issue_with_thanks(stage: Stage) -> None:
    issue = stage.submit()
    stage.settle()

    stage.repository.person("mira").merge_pull(stage.pull(issue)["number"])
    stage.settle()

    assert stage.repository.issue(issue)["state"] == "closed"
    assert "The paper is in the list now" in stage.answer(issue)
    assert list(stage.repository.refs()) == ["refs/heads/main"]
    stage.assert_readme_is_made()


def test_a_listed_paper_is_answered_with_its_entry(stage: Stage) -> None:
    issue = stage.submit(paper="2305.00001")
    stage.settle()

    assert "entries/2023/obi2023voting.yaml" in stage.answer(issue)
    assert stage.labels(issue) == {"paper", "duplicate"}
    assert stage.repository.pulls() == []


def test_the_published_version_of_a_listed_preprint_upgrades_its_entry(stage: Stage) -> None:
    issue = stage.submit(paper="2305.00001", venue="ICML", year="2024")
    stage.settle()

    pull = stage.pull(issue)
    assert "Update" in pull["title"]
    entry = stage.entries(pull["head"]["ref"])["entries/2023/obi2023voting.yaml"]
    assert "venue: ICML" in entry


def test_the_second_of_two_submissions_of_one_paper_waits_for_the_first(stage: Stage) -> None:
    first, second = stage.submit("ada"), stage.submit("bea", "10.48550/arXiv.2405.90001")
    stage.settle()

    assert f"submitted in #{first} already" in stage.answer(second)
    assert stage.pulls(second) == []

    stage.repository.person("ada").close_issue(first)
    stage.settle()
    stage.run("reconcile")

    assert stage.pull(second)["state"] == "open"
    assert stage.labels(second) == {"paper"}


def test_a_service_that_is_down_blames_nobody_and_is_asked_again(stage: Stage) -> None:
    issue = stage.submit()
    stage.arxiv.fail_next(*[UNAVAILABLE] * 3)
    stage.settle()
    assert "not your fault" in stage.answer(issue)
    assert stage.labels(issue) == {"paper", "deferred"}

    stage.run("reconcile")

    assert "The pull request is" in stage.answer(issue)
    assert stage.labels(issue) == {"paper"}


def test_more_open_submissions_than_one_person_may_have_are_parked(stage: Stage) -> None:
    issues = [stage.submit("ada", invented(n).id) for n in range(7)]
    stage.settle()

    assert [bool(stage.pulls(issue)) for issue in issues] == [True] * 5 + [False] * 2
    assert "this one waits" in stage.answer(issues[5])
    assert stage.labels(issues[6]) == {"paper", "parked"}

    stage.repository.person("mira").merge_pull(stage.pull(issues[0])["number"])
    stage.settle()

    assert stage.pulls(issues[5])
    assert not stage.pulls(issues[6])


def test_where_the_bot_may_not_open_pull_requests_a_person_gets_the_link(stage: Stage) -> None:
    stage.repository.set(can_approve_pull_request_reviews=False)
    issue = stage.submit()

    [ran] = stage.settle()

    assert ran.code == 0
    assert f"/compare/main...paper/issue-{issue}?quick_pull=1" in stage.answer(issue)
    assert "bot doctor" in stage.answer(issue)
    stage.assert_readme_is_made(f"paper/issue-{issue}")


def test_a_contradiction_stands_until_a_maintainer_decides(stage: Stage) -> None:
    issue = stage.submit()
    stage.settle()
    mira = stage.repository.person("mira")
    mira.comment(issue, "/set venue = ICML 2024")
    stage.settle()
    text = body("2405.90001", venue="EMNLP 2024")
    stage.repository.person("ada").edit_issue(issue, body=text)
    stage.settle()
    mira.comment(issue, "/retry")
    stage.settle()
    assert "needs-decision" in stage.labels(stage.pull(issue)["number"])
    assert "EMNLP" in stage.pull(issue)["body"]

    mira.comment(issue, "/set venue = ICML 2024")
    stage.settle()

    pull = stage.pull(issue)
    assert stage.labels(pull["number"]) == {"paper"}
    assert "EMNLP" not in pull["body"]
    assert stage.repository.statuses(pull["head"]["sha"])[0]["state"] == "success"
    assert "venue: ICML" in stage.entries(f"paper/issue-{issue}")[ENTRY]


def test_what_the_bot_closed_itself_comes_back_when_the_issue_is_mended(stage: Stage) -> None:
    issue = stage.submit()
    stage.settle()
    ada = stage.repository.person("ada")
    ada.edit_issue(issue, body=body("2305.00001"))
    stage.settle()
    assert stage.pulls(issue) == []

    ada.edit_issue(issue, body=body("2405.90001"))
    stage.settle()

    assert stage.pull(issue)
    assert "The pull request is" in stage.answer(issue)


def test_a_pull_request_that_was_opened_again_by_hand_is_told(stage: Stage) -> None:
    issue = stage.submit()
    stage.settle()
    mira, number = stage.repository.person("mira"), stage.pull(issue)["number"]
    mira.close_pull(number)
    stage.run("submit", "--issue", str(issue))
    assert "closed by hand" in stage.answer(issue)
    assert f"#{number} for this submission" in stage.answer(issue)

    mira.reopen_pull(number)
    stage.run("reconcile")

    assert f"The pull request is #{number}." in stage.answer(issue)


def test_a_list_that_is_broken_is_told_to_the_submitter(stage: Stage) -> None:
    mira = stage.repository.person("mira")
    mira.commit("main", {"list.yaml": "title: [\n"}, "Break it")
    issue = stage.submit()

    stage.settle()

    assert "The list itself needs mending" in stage.answer(issue)


def test_without_a_token_it_is_wrong_usage(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_TOKEN")

    assert stage.run("submit", "--issue", "1").code == 2


@pytest.mark.parametrize("job", ["submit", "reconcile"])
def test_a_dry_run_tells_all_and_changes_nothing(
    stage: Stage, job: str, capsys: pytest.CaptureFixture[str]
) -> None:
    issue = stage.submit()
    before = stage.repository.dump()
    named = ["--issue", str(issue)] if job == "submit" else []

    ran = stage.run(job, "--dry-run", *named)

    assert (ran.code, ran.writes) == (0, 0)
    assert stage.repository.dump() == before
    told = capsys.readouterr().out
    assert f"would put on paper/issue-{issue}: README.md, {ENTRY}" in told
    assert f"would say on #{issue}:" in told


def test_an_app_speaks_where_one_is_configured(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    rights = {name.replace("-", "_"): level for name, level in RIGHTS.items()}
    app = stage.repository.app("list-keeper", rights)
    monkeypatch.setenv("BOT_APP_ID", str(app.app_id))
    monkeypatch.setenv("BOT_APP_PRIVATE_KEY", app.private_key)
    issue = stage.submit()

    assert all(ran.code == 0 for ran in stage.settle())

    assert stage.pull(issue)["user"]["login"] == "list-keeper[bot]"
    monkeypatch.delenv("BOT_APP_ID")
    assert stage.run("submit", "--issue", str(issue)).code == 0


def test_a_broken_key_of_the_app_is_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BOT_APP_ID", "7")
    monkeypatch.setenv("BOT_APP_PRIVATE_KEY", "no key")

    assert stage.run("submit", "--issue", "1").code == 3
    assert "BOT_APP_PRIVATE_KEY do not work" in capsys.readouterr().err
