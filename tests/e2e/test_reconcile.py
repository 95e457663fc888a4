from __future__ import annotations

import json
import random
import re
from functools import partial
from typing import Any

import pytest

from bot.jobs.desk import RESERVE
from bot.standins.arxiv import HOSTILE
from tests.e2e.proxy import Cut, Fault, Hang, Lost, Status
from tests.e2e.stage import NAMESAKE, Ran, Stage, Stages, body, invented
from tests.making import rendered

ENTRY = "entries/2024/holt2024fedquill.yaml"


def proposed(stage: Stage) -> int:
    """A submission with its pull request."""
    issue = stage.submit()
    stage.settle()
    return issue


def end(stage: Stage) -> dict[str, Any]:
    """All that is there in the end, without who started what first."""
    dump = stage.repository.dump()
    told = {name: dump[name] for name in dump if name != "statuses"}
    # The box numbers comments over all its repositories.
    plain: dict[str, Any] = json.loads(
        re.sub(r"list-bot:reply [0-9]+", "list-bot:reply N", json.dumps(told))
    )
    return plain


# What a run that breaks off leaves is healed by running again.


def undisturbed(stage: Stage) -> tuple[dict[str, Any], list[int]]:
    """The end of a submission, and at which of its calls something changes."""
    stage.submit()
    [opened, *_] = stage.repository.news()
    stage.started(opened)
    writes = changing(stage)
    return end(stage), writes


def changing(stage: Stage) -> list[int]:
    """Which calls of the last run, counted from 1, were writes.

    Whoever dies after a read leaves what was left after the write before it.
    """
    return [at for at, call in enumerate(stage.proxy.calls, start=1) if call.method != "GET"]


@pytest.mark.untraced
def test_a_submission_that_is_killed_after_any_call_ends_as_if_undisturbed(
    stages: Stages,
) -> None:
    whole, writes = undisturbed(stages.new())
    for last in (0, *writes[:-1]):
        stage = stages.new()
        issue = stage.submit()
        [opened] = [one for one in stage.repository.news() if one.action == "opened"]
        with stage.dying_after(last):
            assert stage.started(opened).code == 3

        assert stage.run("submit", "--issue", str(issue)).code == 0
        assert end(stage) == whole, f"killed after call {last}"


@pytest.mark.untraced
def test_an_answer_that_is_lost_after_the_work_was_done_changes_nothing(stages: Stages) -> None:
    whole, writes = undisturbed(stages.new())
    for nth in (1, *writes):
        stage = stages.new()
        issue = stage.submit()
        stage.repository.news()
        stage.failing(Lost() if nth % 2 else Cut(), nth=nth)

        assert stage.run("submit", "--issue", str(issue), clear=False).code == 0
        assert end(stage) == whole, f"lost at call {nth}"


@pytest.mark.parametrize(
    "fault",
    [
        Status(
            403, {"Retry-After": "0"}, '{"message": "You have exceeded a secondary rate limit"}'
        ),
        Status(429, {"Retry-After": "0"}),
        Status(500),
        Status(502),
        Status(503),
        Hang(0.05),
    ],
    ids=["403", "429", "500", "502", "503", "hang"],
)
def test_a_server_in_trouble_is_waited_for(stages: Stages, fault: Fault) -> None:
    whole, writes = undisturbed(stages.new())
    for nth in (1, writes[0], writes[-1]):
        stage = stages.new()
        issue = stage.submit()
        stage.failing(fault, nth=nth)

        assert stage.run("submit", "--issue", str(issue), clear=False).code == 0
        assert end(stage) == whole


@pytest.mark.untraced
def test_a_merge_that_is_killed_after_any_call_ends_as_if_undisturbed(stages: Stages) -> None:
    stage = stages.new()
    issue = proposed(stage)
    stage.repository.person("mira").comment(issue, "/merge")
    [command] = stage.repository.news()
    stage.started(command)
    writes = changing(stage)
    whole = end(stage)
    for last in (0, *writes[:-1]):
        stage = stages.new()
        issue = proposed(stage)
        stage.repository.person("mira").comment(issue, "/merge")
        [command] = stage.repository.news()
        with stage.dying_after(last):
            stage.deliver(command)

        stage.deliver(command)
        stage.run("reconcile")
        assert end(stage) == whole, f"killed after call {last}"


# Events that are lost, repeated, reordered


@pytest.mark.untraced
def test_thirty_submissions_in_a_minute_get_one_answer_each(stage: Stage) -> None:
    order = random.Random(7)
    issues = [stage.submit(f"p{n}", invented(n).id) for n in range(30)]
    news = list(stage.repository.news())
    deliveries = [one for one in news * 2 if order.random() < 0.25]
    order.shuffle(deliveries)
    for one in deliveries:
        stage.deliver(one)

    assert stage.run("reconcile").code == 0

    for issue in issues:
        assert len(stage.repository.comments(issue)) == 1
        assert len(stage.pulls(issue, "all")) == 1
        assert "The pull request is" in stage.answer(issue)


@pytest.mark.untraced
def test_fifty_submissions_are_merged_in_any_order_without_a_conflict(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    order = random.Random(11)
    issues = [stage.submit(f"p{n}", invented(n).id) for n in range(50)]
    assert stage.run("reconcile").code == 0
    edited = order.sample(issues, 10)
    for issue in edited:
        edit(stage, issue)
    rebuilt, unchanged = stage.run("reconcile"), stage.run("reconcile")
    with capsys.disabled():
        print(
            f"\nreconcile of 50, 10 of them edited: {rebuilt.calls} calls (at most 170)"
            f"\nreconcile of 50, unchanged: {unchanged.calls} calls (at most 110), {unchanged.writes} writes"
        )
    assert rebuilt.calls <= 10 + 10 * 8 + 40 * 2
    assert (unchanged.code, unchanged.writes) == (0, 0)
    assert unchanged.calls <= 10 + 50 * 2

    stage.repository.news()
    order.shuffle(issues)
    # With the button, while the bot has calls enough to rebuild all the others.
    ran, most = merge_by_hand(stage, issues), 10 + 8 * len(issues)
    with capsys.disabled():
        print(f"reconcile of {len(issues)} after a merge: {ran.calls} calls (at most {most})")
    assert ran.calls <= most
    # With the command, while it has not: each is rebuilt just before it is merged.
    while len(issues) > 4:
        merge_by_command(stage, issues.pop(), calls=RESERVE + 20)
    stage.run("reconcile")
    while issues:
        merge_by_hand(stage, issues)

    assert len(stage.entries()) == 51
    assert sum("datasets: [C4]" in text for text in stage.entries().values()) == 10
    stage.assert_readme_is_made()
    assert list(stage.repository.refs()) == ["refs/heads/main"]


def edit(stage: Stage, issue: int) -> None:
    """A maintainer adds a field on the submission's branch."""
    there = stage.entries(f"paper/issue-{issue}")
    [path] = there.keys() - stage.entries().keys()
    text = there[path]
    mira = stage.repository.person("mira")
    mira.commit(f"paper/issue-{issue}", {path: text + "datasets: [C4]\n"}, "Add data")


def merge_by_hand(stage: Stage, issues: list[int]) -> Ran:
    """Press the button for the last of them; gives the reconcile that the push starts."""
    issue = issues.pop()
    assert stage.repository.pull(stage.pull(issue)["number"])["mergeable"]
    stage.repository.person("mira").merge_pull(stage.pull(issue)["number"])
    runs = stage.settle()
    assert all(ran.code == 0 for ran in runs)
    for number in stage.open_pulls()[:3]:
        assert stage.repository.pull(number)["mergeable"]
    return max(runs, key=lambda ran: ran.calls)


def merge_by_command(stage: Stage, issue: int, *, calls: int) -> None:
    """Say so in the issue, when only so many calls are left in the hour."""
    stage.repository.person("mira").comment(issue, "/merge")
    [command] = stage.repository.news()
    stage.proxy.clear()
    stage.proxy.meter(calls)
    assert stage.run("command", event=command.payload, clear=False).code == 0
    assert stage.repository.issue(issue)["state"] == "closed"
    stage.repository.news()


def test_a_run_stops_where_calls_run_low_and_the_next_one_goes_on(stage: Stage) -> None:
    issues = [stage.submit(f"p{n}", invented(n).id) for n in range(6)]
    stage.repository.news()
    stage.proxy.meter(RESERVE + 45)

    first = stage.run("reconcile", clear=False)
    answered = [issue for issue in issues if stage.answers(issue)]

    assert first.code == 0
    assert 0 < len(answered) < len(issues)
    assert stage.run("reconcile").code == 0
    assert all(stage.answer(issue) for issue in issues)


def test_a_run_without_any_call_left_ends_and_says_so(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    issue = stage.submit()
    stage.repository.news()
    stage.proxy.meter(6)

    assert stage.run("submit", "--issue", str(issue), clear=False).code == 3
    assert "used up" in capsys.readouterr().err
    assert stage.run("reconcile").code == 0
    assert stage.answer(issue)


# What else happens


def test_two_papers_with_the_same_key_get_different_ones(stage: Stage) -> None:
    first, second = stage.submit("ada", "2405.90001"), stage.submit("bea", NAMESAKE.id)
    stage.settle()
    assert set(stage.entries(f"paper/issue-{second}")) >= {ENTRY}

    stage.repository.person("mira").merge_pull(stage.pull(first)["number"])
    stage.settle()

    assert "entries/2024/holt2024fedquillb.yaml" in stage.entries(f"paper/issue-{second}")
    assert (
        "Another" in stage.entries(f"paper/issue-{second}")["entries/2024/holt2024fedquillb.yaml"]
    )
    stage.assert_readme_is_made(f"paper/issue-{second}")


def test_what_became_a_duplicate_is_closed_with_the_reason(stage: Stage) -> None:
    issue = proposed(stage)
    text = stage.entries(f"paper/issue-{issue}")[ENTRY]
    home = "entries/2024/holt2024another.yaml"
    stage.repository.person("mira").commit("main", {home: text}, "Add it by hand")

    stage.run("reconcile")

    assert stage.pulls(issue) == []
    assert home in stage.answer(issue)
    assert stage.labels(issue) == {"paper", "duplicate"}
    assert stage.repository.issue(issue)["state"] == "open"


def test_a_readme_behind_its_entries_is_mended_by_one_rolling_pull_request(stage: Stage) -> None:
    mira = stage.repository.person("mira")
    old = stage.entries()["entries/2023/obi2023voting.yaml"]
    mira.commit("main", {"entries/2023/obi2023voting.yaml": old + "datasets: [C4]\n"}, "Data")
    stage.run("reconcile")
    [pull] = stage.repository.pulls()
    assert pull["head"]["ref"] == "bot/readme"
    assert stage.run("reconcile").writes == 0

    mira.commit("main", {"entries/2023/obi2023voting.yaml": old + "datasets: [C5]\n"}, "Data")
    stage.run("reconcile")
    [again] = stage.repository.pulls()
    assert again["number"] == pull["number"]
    stage.assert_readme_is_made("bot/readme")

    mira.merge_pull(pull["number"])
    stage.run("reconcile")
    assert stage.repository.pulls() == []
    stage.assert_readme_is_made()


def test_a_rolling_pull_request_that_is_not_needed_any_more_is_closed(stage: Stage) -> None:
    mira = stage.repository.person("mira")
    path = "entries/2023/obi2023voting.yaml"
    old = stage.entries()[path]
    mira.commit("main", {path: old + "datasets: [C4]\n"}, "Data")
    stage.run("reconcile")
    mira.commit("main", {path: old}, "Take it back")

    stage.run("reconcile")

    assert stage.repository.pulls() == []
    assert list(stage.repository.refs()) == ["refs/heads/main"]


def test_a_branch_that_a_person_broke_is_left_and_told(stage: Stage) -> None:
    issue = proposed(stage)
    pull = stage.pull(issue)
    mira = stage.repository.person("mira")
    mira.commit(f"paper/issue-{issue}", {ENTRY: "title: [broken\n"}, "Break it")

    stage.run("reconcile")

    [head] = [one["head"]["sha"] for one in stage.pulls(issue)]
    assert stage.repository.statuses(head)[0]["state"] == "failure"
    [note] = stage.repository.comments(pull["number"])
    assert "cannot be brought up to date" in note["body"]
    assert ENTRY in note["body"]
    assert stage.run("reconcile").code == 0
    assert len(stage.repository.comments(pull["number"])) == 1


def test_a_branch_with_other_files_is_left_to_people(stage: Stage) -> None:
    issue = proposed(stage)
    mira = stage.repository.person("mira")
    tip = mira.commit(f"paper/issue-{issue}", {"docs/x.md": "Hello.\n"}, "Explain")

    stage.run("reconcile")

    assert stage.pull(issue)["head"]["sha"] == tip
    assert stage.repository.statuses(tip)[0]["state"] == "pending"


def test_a_deleted_answer_is_given_again(stage: Stage) -> None:
    issue = proposed(stage)
    [comment] = stage.repository.comments(issue)
    stage.repository.person("mira").delete_comment(comment["id"])

    stage.run("reconcile")

    assert "The pull request is" in stage.answer(issue)


def test_a_deleted_branch_stays_away_until_somebody_asks(stage: Stage) -> None:
    issue = proposed(stage)
    stage.repository.person("mira").delete_branch(f"paper/issue-{issue}")

    stage.run("reconcile")
    assert stage.pulls(issue) == []

    stage.repository.person("mira").comment(issue, "/reopen")
    stage.settle()
    assert stage.pull(issue)


@pytest.mark.parametrize("how", ["transfer", "delete"])
def test_an_issue_that_is_gone_takes_its_pull_request_along(stage: Stage, how: str) -> None:
    issue = proposed(stage)
    mira = stage.repository.person("mira")
    if how == "transfer":
        mira.transfer_issue(issue)
    else:
        mira.delete_issue(issue)

    assert stage.run("reconcile").code == 0

    assert stage.repository.pulls() == []
    assert list(stage.repository.refs()) == ["refs/heads/main"]
    assert stage.run("submit", "--issue", str(issue)).code == 0


def test_a_locked_issue_still_gets_its_pull_request(stage: Stage) -> None:
    issue = stage.submit()
    stage.repository.person("mira").lock_issue(issue)

    assert all(ran.code == 0 for ran in stage.settle())

    assert stage.pull(issue)


def test_a_renamed_label_stops_nothing(stage: Stage) -> None:
    proposed(stage)
    stage.repository.person("mira").rename_label("paper", "papers")

    issue = stage.submit("bea", invented(1).id)
    stage.settle()

    assert stage.pull(issue)
    assert "paper" in stage.labels(issue)


def test_main_that_moves_while_a_submission_is_answered_is_followed(stage: Stage) -> None:
    issue = stage.submit()
    [opened] = [one for one in stage.repository.news() if one.action == "opened"]
    mira = stage.repository.person("mira")
    old = stage.entries()["entries/2023/obi2023voting.yaml"]
    stage.proxy.clear()
    stage.proxy.before(
        lambda: mira.commit(
            "main", {"entries/2023/obi2023voting.yaml": old + "datasets: [C4]\n"}, "Data"
        ),
        method="POST",
        path="/pulls$",
    )

    assert stage.run("submit", event=opened.payload, clear=False).code == 0

    assert (
        "datasets: [C4]" in stage.entries(f"paper/issue-{issue}")["entries/2023/obi2023voting.yaml"]
    )
    stage.assert_readme_is_made(f"paper/issue-{issue}")


def test_an_edit_on_the_branch_while_it_is_rebuilt_is_not_lost(stage: Stage) -> None:
    issue = proposed(stage)
    mira = stage.repository.person("mira")
    path = "entries/2023/obi2023voting.yaml"
    mira.commit("main", {path: stage.entries()[path] + "datasets: [C4]\n"}, "Data")
    stage.proxy.clear()
    stage.proxy.before(lambda: edit(stage, issue), method="POST", path="/git/trees$")

    assert stage.run("reconcile", clear=False).code == 0
    assert "datasets: [C4]" in stage.entries(f"paper/issue-{issue}")[ENTRY]
    assert stage.run("reconcile").code == 0

    assert "datasets: [C4]" in stage.entries(f"paper/issue-{issue}")[ENTRY]
    stage.assert_readme_is_made(f"paper/issue-{issue}")


def test_a_pull_request_that_is_merged_while_it_is_rebuilt_stays_merged(stage: Stage) -> None:
    issue = proposed(stage)
    number = stage.pull(issue)["number"]
    mira = stage.repository.person("mira")
    path = "entries/2023/obi2023voting.yaml"
    mira.commit("main", {"docs/x.md": "Hello.\n"}, "Explain")
    stage.proxy.clear()
    stage.proxy.before(lambda: mira.merge_pull(number), method="POST", path="/git/trees$")

    assert stage.run("reconcile", clear=False).code == 0
    assert stage.run("reconcile").code == 0

    assert ENTRY in stage.entries()
    assert path in stage.entries()
    assert stage.pulls(issue) == []
    stage.assert_readme_is_made()


def test_an_issue_that_is_edited_while_it_is_answered_gets_the_later_answer(stage: Stage) -> None:
    issue = stage.submit()
    [opened] = [one for one in stage.repository.news() if one.action == "opened"]
    ada = stage.repository.person("ada")
    stage.proxy.clear()
    stage.proxy.before(
        lambda: ada.edit_issue(issue, body=body("2405.90001", datasets="C4")),
        method="POST",
        path="/pulls$",
    )
    stage.run("submit", event=opened.payload, clear=False)

    stage.settle()

    assert "*datasets*: C4" in stage.answer(issue)
    assert "datasets: [C4]" in stage.entries(f"paper/issue-{issue}")[ENTRY]


def test_two_runs_at_once_leave_one_answer_and_one_pull_request(stage: Stage) -> None:
    issue = stage.submit()
    stage.repository.news()
    number = str(issue)
    for path in ("/git/refs$", "/pulls$", "/comments$"):
        stage.proxy.clear()
        stage.proxy.before(
            partial(stage.run, "submit", "--issue", number, clear=False), method="POST", path=path
        )
        assert stage.run("submit", "--issue", number, clear=False).code == 0

    assert len(stage.answers(issue)) == 1
    assert len(stage.pulls(issue, "all")) == 1


def test_what_changed_in_the_list_and_in_a_correction_is_carried_over(stage: Stage) -> None:
    path = "entries/2023/obi2023voting.yaml"
    issue = stage.correct("obi2023voting", Venue="ICML", Year="2024")
    stage.settle()
    old = stage.entries()[path]
    mira = stage.repository.person("mira")
    mira.commit("main", {path: old + "datasets: [C4]\n"}, "Data")

    stage.run("reconcile")

    text = stage.entries(f"paper/issue-{issue}")[path]
    assert "venue: ICML" in text
    assert "datasets: [C4]" in text
    assert stage.run("reconcile").writes == 0


def test_a_list_that_cannot_be_read_defers_and_touches_nothing(stage: Stage) -> None:
    mira = stage.repository.person("mira")
    mira.commit("main", {"entries/2023/bad.yaml": "title: [x\n"}, "Break it")
    issue = stage.submit()

    stage.settle()
    assert "The list itself needs mending" in stage.answer(issue)
    assert stage.repository.pulls() == []

    mira.commit("main", {"entries/2023/bad.yaml": None}, "Mend it")
    stage.run("reconcile")
    assert stage.pull(issue)


def test_nothing_hostile_gets_through(stage: Stage) -> None:
    evil = "fixes #1 @everyone [skip ci] ::error::x\nCo-authored-by: x <x@y.z>"
    told = f"{evil}\n\nskip-checks: true"
    issue = stage.submit("ada", HOSTILE.id, datasets="@a, #3", notes=told)
    stage.settle()

    pull = stage.pull(issue)
    [commit, *_] = stage.repository.commits(pull["head"]["ref"])
    texts = [pull["title"], pull["body"], stage.answer(issue), commit["commit"]["message"]]
    for text in texts[1:3]:
        assert not {"script", "b"} & set(rendered(text).elements)
    for text in texts:
        assert not re.search(r"(?<![/\w])@(?!users|<)\w", re.sub(r"<!--.*?-->", "~", text)), text
        assert not re.search(r"(?i)\b(?:fix|clos|resolv)\w* #(?!1\b)[0-9]", text), text
        assert "[skip ci]" not in text
    assert pull["body"].count(f"Closes #{issue}") == 1
    assert commit["commit"]["message"].count("Co-authored-by:") == 1
    assert "skip-checks" not in commit["commit"]["message"]


def test_what_became_a_duplicate_keeps_its_explanation(stage: Stage) -> None:
    issue = proposed(stage)
    text = stage.entries(f"paper/issue-{issue}")[ENTRY]
    home = "entries/2024/holt2024another.yaml"
    stage.repository.person("mira").commit("main", {home: text}, "Add it by hand")
    stage.run("reconcile")

    stage.run("reconcile")

    assert home in stage.answer(issue)
    assert stage.labels(issue) == {"paper", "duplicate"}


def test_a_branch_without_its_entry_is_told_and_made_anew_on_request(stage: Stage) -> None:
    issue = proposed(stage)
    mira = stage.repository.person("mira")
    mira.commit(f"paper/issue-{issue}", {ENTRY: None}, "Delete it")

    stage.run("reconcile")
    assert stage.pull(issue)
    assert stage.repository.issue(issue)["state"] == "open"

    mira.comment(issue, "/retry")
    stage.settle()
    assert ENTRY in stage.entries(f"paper/issue-{issue}")
    stage.assert_readme_is_made(f"paper/issue-{issue}")


def test_the_second_of_two_corrections_of_a_field_says_what_it_changes_now(stage: Stage) -> None:
    first = stage.correct("obi2023voting", Venue="ICML", Year="2024")
    second = stage.correct("obi2023voting", Venue="EMNLP", Year="2024")
    stage.settle()

    stage.repository.person("mira").merge_pull(stage.pull(first)["number"])
    stage.settle()

    assert "before: ICML" in stage.pull(second)["body"]
    assert stage.repository.pull(stage.pull(second)["number"])["mergeable"]


def test_a_person_who_opens_the_pull_request_by_the_link_decides_no_field(stage: Stage) -> None:
    stage.repository.set(can_approve_pull_request_reviews=False)
    issue = stage.submit()
    stage.settle()
    mira = stage.repository.person("mira")
    mira.open_pull(f"paper/issue-{issue}", "Add it")
    mira.commit("main", {"docs/x.md": "Hello.\n"}, "Explain")

    stage.run("reconcile")

    assert "person" not in stage.entries(f"paper/issue-{issue}")[ENTRY]
    assert f"Closes #{issue}" in stage.pull(issue)["body"]
