"""What people do to branches, answers and pull requests, and what must not come of it."""

from __future__ import annotations

import pytest

from tests.e2e.stage import Stage, body, invented
from tests.e2e.test_command import ENTRY, proposed, reply, say

# Most of these lines are traced in the tests of each job.
pytestmark = pytest.mark.untraced

VOTING = "entries/2023/obi2023voting.yaml"
EDIT = body("2405.90001", models="GPT-2")


def on_branch(stage: Stage, issue: int) -> str:
    return stage.entries(f"paper/issue-{issue}")[ENTRY]


@pytest.mark.parametrize(
    "place",
    ["entries/2024/note.txt", "entries/x.yaml", "entries/abc/x.yaml", "entries/2024/X Y.yaml"],
)
@pytest.mark.parametrize("how", ["edit", "/retry"])
def test_what_stands_in_the_wrong_place_is_never_merged(stage: Stage, place: str, how: str) -> None:
    issue = proposed(stage)
    text = on_branch(stage, issue)
    mira = stage.repository.person("mira")
    mira.commit(f"paper/issue-{issue}", {ENTRY: None, place: text}, "Move it")
    if how == "edit":
        stage.repository.person("ada").edit_issue(issue, body=EDIT)
    else:
        stage.repository.person("ada").comment(issue, how)
    stage.settle()

    head = stage.pull(issue)["head"]["sha"]
    assert stage.repository.statuses(head)[0]["state"] == "failure"
    assert "Merged" not in say(stage, issue, "/merge")
    assert place not in stage.repository.files()


def test_a_commit_of_ours_that_a_person_amended_is_looked_at(stage: Stage) -> None:
    issue = proposed(stage)
    mira, ref = stage.repository.person("mira"), f"paper/issue-{issue}"
    ours, base = stage.repository.commits(ref)[0], stage.repository.commits("main")[0]
    row = {"path": ENTRY, "mode": "100644", "type": "blob", "content": "title: x\nnonsense: 1\n"}
    given = {"base_tree": ours["commit"]["tree"]["sha"], "tree": [row]}
    made = stage.repository.call("POST", "git/trees", given, token=mira.token).json
    commit = {
        "message": ours["commit"]["message"],
        "tree": made["sha"],
        "parents": [base["sha"]],
        "author": ours["commit"]["author"],
    }
    sha = stage.repository.call("POST", "git/commits", commit, token=mira.token).json["sha"]
    moved = {"sha": sha, "force": True}
    stage.repository.call("PATCH", f"git/refs/heads/{ref}", moved, token=mira.token)

    stage.run("reconcile")

    assert stage.repository.statuses(sha)[0]["state"] == "failure"
    assert "Merged" not in say(stage, issue, "/merge")


def test_a_second_entry_that_the_list_got_meanwhile_takes_nothing_along(stage: Stage) -> None:
    first, second = proposed(stage), stage.submit("bea", invented(1).id)
    stage.settle()
    there = stage.entries(f"paper/issue-{second}")
    more = {path: text for path, text in there.items() if path not in stage.entries()}
    stage.repository.person("mira").commit(f"paper/issue-{first}", more, "One more")
    stage.settle()

    say(stage, second, "/merge")
    stage.run("reconcile")

    assert ENTRY in stage.entries(f"paper/issue-{first}")
    assert stage.labels(first) == {"paper"}


def test_a_submitter_cannot_end_the_sheet(stage: Stage) -> None:
    issue = stage.submit(datasets="C4 <!-- list-bot:entry-end --> x")
    stage.settle()
    number = stage.pull(issue)["number"]
    before = len(stage.pull(issue)["body"])
    approval = stage.repository.person("mira").comment(number, "/merge")
    [delivery] = stage.repository.news()
    say(stage, issue, "/set models = Smuggled Model")

    stage.deliver(delivery)

    assert "Merged" not in reply(stage, number, approval)
    stage.repository.person("mira").commit("main", {"docs/x.md": "x\n"}, "Explain")
    stage.settle()
    assert len(stage.pull(issue)["body"]) < before + 200


def test_a_removed_entry_does_not_come_back_by_a_correction(stage: Stage) -> None:
    correction = stage.correct("obi2023voting", Year="2022")
    removal = stage.remove("obi2023voting", "It is not about the subject.")
    stage.settle()
    say(stage, removal, "/merge")
    stage.run("reconcile")

    say(stage, correction, "/merge")

    assert VOTING not in stage.entries()
    assert "no entry of the list is" in stage.answer(correction)


def test_an_approval_is_void_when_a_field_was_set_after_it(stage: Stage) -> None:
    issue = proposed(stage)
    approval = stage.repository.person("mira").comment(issue, "/merge")
    [delivery] = stage.repository.news()
    say(stage, issue, "/set title = Something Else Entirely")

    stage.deliver(delivery)

    assert "Commands that were said later" in reply(stage, issue, approval)
    assert stage.pull(issue)["title"] == "Add “Something Else Entirely”"


@pytest.mark.parametrize(
    "change",
    [
        {"docs/x.md": "Hello.\n"},
        {"entries/2024/two.yaml": "title: Two\nvenu: ICML\n"},
    ],
    ids=["another file", "an entry with a slip"],
)
def test_what_the_bot_does_not_understand_is_not_dropped(
    stage: Stage, change: dict[str, str | None]
) -> None:
    issue = proposed(stage)
    stage.repository.person("mira").commit(f"paper/issue-{issue}", change, "More")

    stage.repository.person("ada").edit_issue(issue, body=EDIT)
    stage.settle()

    assert change.keys() <= stage.repository.files(f"paper/issue-{issue}").keys()
    assert "a maintainer has to mend" in stage.answer(issue)


def test_a_deletion_on_the_branch_stays_and_is_shown(stage: Stage) -> None:
    issue = proposed(stage)
    stage.repository.person("mira").commit(f"paper/issue-{issue}", {VOTING: None}, "Out")

    stage.repository.person("ada").edit_issue(issue, body=EDIT)
    stage.settle()

    assert VOTING not in stage.entries(f"paper/issue-{issue}")
    assert VOTING in stage.pull(issue)["body"]
    assert "needs-decision" in stage.labels(stage.pull(issue)["number"])


def test_what_a_maintainer_closed_unanswered_only_a_maintainer_opens(stage: Stage) -> None:
    issue = stage.submit()
    stage.repository.person("mira").close_issue(issue)
    stage.settle()

    assert "a maintainer has to" in say(stage, issue, "/reopen", login="ada")


def test_a_repeated_reopening_opens_nothing_that_was_closed_since(stage: Stage) -> None:
    issue = proposed(stage)
    ada = stage.repository.person("ada")
    ada.close_issue(issue)
    stage.settle()
    ada.reopen_issue(issue)
    [event] = [one for one in stage.repository.news() if one.action == "reopened"]
    stage.deliver(event)
    stage.repository.person("mira").close_pull(stage.pull(issue)["number"])
    stage.run("reconcile")

    stage.deliver(event)

    assert stage.pulls(issue) == []


def test_a_submission_on_hold_holds_no_place(stage: Stage) -> None:
    first = proposed(stage)
    stage.repository.person("mira").close_pull(stage.pull(first)["number"])
    stage.run("reconcile")
    assert stage.labels(first) == {"paper", "on-hold"}

    second = stage.submit("bea")
    stage.settle()

    assert stage.pull(second)


def test_a_closed_submission_is_not_merged(stage: Stage) -> None:
    issue = proposed(stage)
    number = stage.pull(issue)["number"]
    stage.repository.person("ada").close_issue(issue)
    stage.repository.news()

    assert "closed" in say(stage, number, "/merge")
    assert ENTRY not in stage.entries()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("/set section = nonsense", "is no section of this list"),
        ("/set title = Voting", "Not done"),
        ("/lock locked", "no field"),
    ],
)
def test_what_cannot_be_set_is_refused_before_anything_is_written(
    stage: Stage, text: str, what: str
) -> None:
    issue = proposed(stage)
    before = on_branch(stage, issue)

    assert what in say(stage, issue, text)
    assert on_branch(stage, issue) == before


def test_what_is_merged_cannot_be_taken_back_by_a_comment(stage: Stage) -> None:
    issue = proposed(stage)
    say(stage, issue, "/merge")

    assert "merged already" in say(stage, issue, "/withdraw", login="ada")
    assert "merged already" in say(stage, issue, "/reject No.")
    assert "in the list now" in stage.answer(issue)


def test_one_odd_answer_does_not_stop_the_others(stage: Stage) -> None:
    issue = proposed(stage)
    [comment] = stage.repository.comments(issue)
    odd = '<!-- list-bot:answer {"outcome": [1], "text": "x"} -->'
    stage.repository.person("mira").edit_comment(comment["id"], odd)
    other = stage.submit("bea", invented(1).id)

    assert stage.run("reconcile").code == 0

    assert stage.pull(other)
    assert "The pull request is" in stage.answer(issue)


def test_an_issue_that_became_a_discussion_takes_its_pull_request_along(stage: Stage) -> None:
    """GitHub closes and locks an issue that is converted, and no workflow hears of it."""
    issue = proposed(stage)
    mira = stage.repository.person("mira")
    mira.close_issue(issue)
    mira.lock_issue(issue)
    stage.repository.news()

    assert stage.run("reconcile").code == 0

    assert stage.pulls(issue) == []
    assert list(stage.repository.refs()) == ["refs/heads/main"]
    assert stage.run("reconcile").writes == 0
