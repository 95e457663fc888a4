from __future__ import annotations

import pytest

from tests.e2e.stage import BOT, Stage, body, invented

ENTRY = "entries/2024/holt2024fedquill.yaml"
REPLY = "<!-- list-bot:reply"


def proposed(stage: Stage) -> int:
    """A submission with its pull request."""
    issue = stage.submit()
    stage.settle()
    return issue


def say(stage: Stage, number: int, text: str, login: str = "mira") -> str:
    """Somebody comments, and the bot answers; gives the answer, or ''."""
    comment = stage.repository.person(login).comment(number, text)
    stage.settle()
    return reply(stage, number, comment)


def reply(stage: Stage, number: int, comment: int) -> str:
    rows = stage.repository.comments(number)
    found = [row["body"] for row in rows if row["body"].startswith(f"{REPLY} {comment} ")]
    assert len(found) < 2
    return found[0] if found else ""


def test_help_tells_what_this_person_may_say(stage: Stage) -> None:
    issue = proposed(stage)

    assert "| `/merge` | maintainer |" in say(stage, issue, "/help")
    told = say(stage, issue, "/help", login="ada")
    assert "`/withdraw`" in told
    assert "/merge" not in told


def test_a_field_is_set_on_the_branch_and_shown_everywhere(stage: Stage) -> None:
    issue = proposed(stage)

    told = say(stage, issue, "/set venue = ICML 2024")

    text = stage.entries(f"paper/issue-{issue}")[ENTRY]
    assert "venue: ICML\n" in text
    assert "year: 2024" in text
    assert "venue: person" in text
    assert "is set" in told
    assert "[ICML 2024]" in stage.pull(issue)["body"]
    assert "[ICML 2024]" in stage.answer(issue)
    stage.assert_readme_is_made(f"paper/issue-{issue}")


def test_a_command_on_the_pull_request_works_like_one_on_the_issue(stage: Stage) -> None:
    issue = proposed(stage)

    told = say(stage, stage.pull(issue)["number"], "/set datasets = C4, AG News")

    assert "is set" in told
    assert "datasets: [C4, AG News]" in stage.entries(f"paper/issue-{issue}")[ENTRY]


def test_a_set_field_survives_an_edit_of_the_issue(stage: Stage) -> None:
    issue = proposed(stage)
    say(stage, issue, "/set venue = ICML 2024")

    stage.repository.person("ada").edit_issue(issue, body=body("2405.90001", models="GPT-2"))
    stage.settle()

    text = stage.entries(f"paper/issue-{issue}")[ENTRY]
    assert "venue: ICML\n" in text
    assert "models: [GPT-2]" in text


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("/set year = twenty", "no year"),
        ("/set colour = red", "no field"),
        ("/set venue", "takes field = value"),
        ("/set title = none", "an entry cannot be without it"),
        ("/set code = http://169.254.169.254/x", "code"),
        ("/lock colour", "no field"),
    ],
)
def test_a_bad_value_is_answered_and_changes_nothing(stage: Stage, text: str, what: str) -> None:
    issue = proposed(stage)
    before = stage.entries(f"paper/issue-{issue}")

    assert what in say(stage, issue, text)
    assert stage.entries(f"paper/issue-{issue}") == before


def test_a_field_is_locked_and_unlocked(stage: Stage) -> None:
    issue = proposed(stage)

    assert "is locked" in say(stage, issue, "/lock title")
    assert "locked: [title]" in stage.entries(f"paper/issue-{issue}")[ENTRY]
    assert "is unlocked" in say(stage, issue, "/unlock title")
    assert "locked" not in stage.entries(f"paper/issue-{issue}")[ENTRY]


def test_merge_merges_closes_the_issue_and_rebuilds_the_next_one(stage: Stage) -> None:
    first, second = proposed(stage), stage.submit("bea", invented(1).id)
    stage.settle()

    told = say(stage, first, "/merge")

    assert "Merged" in told
    assert ENTRY in stage.entries()
    stage.assert_readme_is_made()
    assert stage.repository.issue(first)["state"] == "closed"
    assert "in the list now" in stage.answer(first)
    pull = stage.repository.pull(stage.pull(second)["number"])
    assert pull["mergeable"]
    assert ENTRY in stage.entries(f"paper/issue-{second}")
    stage.assert_readme_is_made(f"paper/issue-{second}")
    [commit, *_] = stage.repository.commits()
    assert commit["commit"]["message"].startswith("Add “FedQuill")
    assert "+ada@users.noreply.github.com" in commit["commit"]["message"]


@pytest.mark.parametrize("text", ["/merge", "/reject no", "/set year = 2020", "/lock title"])
def test_who_may_not_push_may_not_command(stage: Stage, text: str) -> None:
    issue = proposed(stage)
    before = stage.repository.refs()

    assert "is for maintainers" in say(stage, issue, text, login="ada")
    assert stage.repository.refs() == before
    assert stage.repository.issue(issue)["state"] == "open"


@pytest.mark.parametrize(
    "text",
    [
        "I will not /merge this",
        "> /merge",
        "> quoted\n/merge",
        "```\n/merge\n```",
        "    /merge",
        "`\n/merge\n`",
        "<!--\n/merge\n-->",
        " /merge",
        "see /merge",
        "/mergeable",
    ],
)
def test_only_a_line_of_its_own_is_a_command(stage: Stage, text: str) -> None:
    issue = proposed(stage)

    say(stage, issue, text)

    assert stage.repository.issue(issue)["state"] == "open"
    assert ENTRY not in stage.entries()


def test_an_unknown_command_is_answered_with_what_was_probably_meant(stage: Stage) -> None:
    issue = proposed(stage)

    told = say(stage, issue, "/merg")

    assert "Did you mean `/merge`?" in told
    assert "| `/help` |" in told


def test_an_edited_comment_is_no_command(stage: Stage) -> None:
    issue = proposed(stage)
    mira = stage.repository.person("mira")
    comment = mira.comment(issue, "/merge")
    mira.edit_comment(comment, "/merge please")

    stage.settle()

    assert ENTRY not in stage.entries()
    assert reply(stage, issue, comment) == ""


def test_the_bots_own_words_are_no_command(stage: Stage) -> None:
    issue = proposed(stage)
    event = {
        "action": "created",
        "issue": stage.repository.issue(issue),
        "comment": {
            "id": 1, "body": "/merge", "user": {"login": BOT, "type": "Bot"}, "created_at": "",
        },
    }  # fmt: skip

    ran = stage.run("command", event=event)

    assert (ran.code, ran.calls) == (0, 0)


def test_a_comment_without_a_command_costs_no_call(stage: Stage) -> None:
    issue = proposed(stage)
    stage.repository.person("ada").comment(issue, "Thank you / merci!")

    [ran] = stage.settle()

    assert (ran.code, ran.calls) == (0, 0)


def test_a_repeated_delivery_is_answered_once(stage: Stage) -> None:
    issue = proposed(stage)
    comment = stage.repository.person("mira").comment(issue, "/lock title")
    [delivery] = stage.repository.news()

    stage.deliver(delivery)
    again = stage.deliver(delivery)

    assert again
    assert again.writes == 0
    assert "is locked" in reply(stage, issue, comment)


def test_an_approval_is_void_when_the_submission_was_edited_after_it(stage: Stage) -> None:
    issue = proposed(stage)
    comment = stage.repository.person("mira").comment(issue, "/merge")
    [approval] = stage.repository.news()
    stage.repository.person("ada").edit_issue(issue, body=body("2405.90001", datasets="C4"))
    stage.settle()

    stage.deliver(approval)

    assert "edited after you wrote this" in reply(stage, issue, comment)
    assert ENTRY not in stage.entries()


def test_an_approval_is_void_while_an_edit_is_not_looked_at_yet(stage: Stage) -> None:
    issue = proposed(stage)
    stage.repository.person("ada").edit_issue(issue, body=body("2405.90001", datasets="C4"))
    comment = stage.repository.person("mira").comment(issue, "/merge")
    [_, approval] = stage.repository.news()

    stage.deliver(approval)

    assert "not looked at yet" in reply(stage, issue, comment)
    assert ENTRY not in stage.entries()


def test_an_approval_on_the_pull_request_is_void_when_its_entry_changed(stage: Stage) -> None:
    issue = proposed(stage)
    number = stage.pull(issue)["number"]
    comment = stage.repository.person("mira").comment(number, "/merge")
    [approval] = stage.repository.news()
    say(stage, issue, "/set venue = ICML 2024")

    stage.deliver(approval)

    assert "so it is not what it was" in reply(stage, number, comment)
    assert ENTRY not in stage.entries()


def test_merge_says_so_where_a_rule_of_the_branch_forbids_it(stage: Stage) -> None:
    issue = proposed(stage)
    stage.repository.protect(reviews=1)

    assert "merge it by hand" in say(stage, issue, "/merge")
    assert ENTRY not in stage.entries()


def test_a_rejection_closes_everything_and_only_a_maintainer_takes_it_back(stage: Stage) -> None:
    issue = proposed(stage)

    assert "Closed" in say(stage, issue, "/reject It is about cats.")
    assert stage.repository.issue(issue)["state_reason"] == "not_planned"
    assert stage.pulls(issue) == []
    assert "> It is about cats." in stage.answer(issue)
    assert "a maintainer has to" in say(stage, issue, "/reopen", login="ada")
    assert stage.pulls(issue) == []

    assert "Open again" in say(stage, issue, "/reopen")
    assert stage.repository.issue(issue)["state"] == "open"
    assert stage.pull(issue)


def test_a_submitter_withdraws_and_reopens(stage: Stage) -> None:
    issue = proposed(stage)

    say(stage, issue, "/withdraw", login="ada")
    assert stage.repository.issue(issue)["state"] == "closed"
    assert stage.pulls(issue) == []

    say(stage, issue, "/reopen", login="ada")
    assert stage.repository.issue(issue)["state"] == "open"
    assert stage.pull(issue)


def test_somebody_else_may_not_withdraw(stage: Stage) -> None:
    issue = proposed(stage)

    assert "the submitter and maintainers" in say(stage, issue, "/withdraw", login="eve")
    assert stage.pull(issue)


def test_retry_asks_again(stage: Stage) -> None:
    issue = stage.submit(paper="2405.99999")
    stage.settle()
    asked = len(stage.arxiv.log)

    assert "Looked at again: rejected" in say(stage, issue, "/retry", login="ada")
    assert len(stage.arxiv.log) == asked + 1


def test_reopen_brings_back_a_pull_request_that_was_closed_by_hand(stage: Stage) -> None:
    issue = proposed(stage)
    stage.repository.person("mira").close_pull(stage.pull(issue)["number"])

    say(stage, issue, "/reopen")

    assert stage.pull(issue)
    assert "The pull request is" in stage.answer(issue)


def test_a_command_where_there_is_no_submission_is_answered(stage: Stage) -> None:
    issue = stage.repository.person("ada").open_issue("A question", "How?")

    assert "no submission" in say(stage, issue, "/merge")


def test_several_commands_of_one_comment_get_one_answer(stage: Stage) -> None:
    issue = proposed(stage)

    told = say(stage, issue, "Looks fine.\n\n/set venue = ICML 2024\n/lock venue\n/merge")

    assert told.count("is set") == told.count("is locked") == told.count("Merged") == 1
    assert "locked: [venue]" in stage.entries()[ENTRY]


def test_who_closed_their_own_issue_opens_it_again(stage: Stage) -> None:
    issue = proposed(stage)
    stage.repository.person("ada").close_issue(issue)
    stage.settle()

    assert "Open again" in say(stage, issue, "/reopen", login="ada")
    assert stage.pull(issue)


def test_what_a_maintainer_closed_only_a_maintainer_opens_again(stage: Stage) -> None:
    issue = proposed(stage)
    stage.repository.person("mira").close_issue(issue)
    stage.settle()

    assert "a maintainer has to" in say(stage, issue, "/reopen", login="ada")
    assert stage.repository.issue(issue)["state"] == "closed"


def test_a_rejection_of_a_closed_issue_keeps_its_reason(stage: Stage) -> None:
    issue = proposed(stage)
    stage.repository.person("ada").close_issue(issue)
    stage.settle()

    say(stage, issue, "/reject It is about cats.")

    assert "> It is about cats." in stage.answer(issue)


def test_who_helped_on_the_branch_is_credited_in_the_merge(stage: Stage) -> None:
    issue = proposed(stage)
    text = stage.entries(f"paper/issue-{issue}")[ENTRY]
    bea = stage.repository.person("bea")
    bea.commit(f"paper/issue-{issue}", {ENTRY: text + "datasets: [C4]\n"}, "Data")

    assert "Merged" in say(stage, issue, "/merge")

    [commit, *_] = stage.repository.commits()
    assert "+ada@users" in commit["commit"]["message"]
    assert "+bea@users" in commit["commit"]["message"]


def test_a_dry_run_of_a_command_changes_nothing(stage: Stage) -> None:
    issue = proposed(stage)
    stage.repository.person("mira").comment(issue, "/merge")
    [delivery] = stage.repository.news()

    ran = stage.run("command", "--dry-run", event=delivery.payload)

    assert (ran.code, ran.writes) == (0, 0)
    assert ENTRY not in stage.entries()
