from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.stage import Stage

VOTING = "entries/2023/obi2023voting.yaml"


def on_branch(stage: Stage, issue: int) -> str:
    return stage.entries(f"paper/issue-{issue}")[VOTING]


@pytest.mark.parametrize(
    "named", ["obi2023voting", VOTING, "https://arxiv.org/abs/2305.00001v2", "2305.00001", "Voting"]
)
def test_an_entry_is_corrected_by_whatever_names_it(stage: Stage, named: str) -> None:
    issue = stage.correct(named, Datasets="C4, AG News")

    stage.settle()

    pull = stage.pull(issue)
    assert "datasets: [C4, AG News]" in on_branch(stage, issue)
    assert "Correct" in pull["title"]
    assert stage.labels(issue) == stage.labels(pull["number"]) == {"correction"}
    assert "corrects the entry" in stage.answer(issue)
    stage.assert_readme_is_made(f"paper/issue-{issue}")


def test_none_takes_a_value_out(stage: Stage) -> None:
    mira = stage.repository.person("mira")
    mira.commit("main", {VOTING: stage.entries()[VOTING] + "datasets: [C4]\n"}, "Data")
    issue = stage.correct("obi2023voting", Datasets="none")

    stage.settle()

    assert "datasets" not in on_branch(stage, issue)


def test_a_venue_for_a_preprint_promotes_it(stage: Stage) -> None:
    issue = stage.correct("obi2023voting", Venue="ICML", Year="2024")

    stage.settle()

    assert "promoted: 2026-11-23" in on_branch(stage, issue)
    stage.repository.person("mira").comment(issue, "/merge")
    stage.settle()
    assert "[ICML 2024]" in stage.repository.files()["README.md"]
    assert stage.repository.issue(issue)["state"] == "closed"


def test_another_identifier_is_added(stage: Stage) -> None:
    issue = stage.correct("obi2023voting", Another_link_or_identifier="10.1145/3580305.3599825")

    stage.settle()

    assert "doi: 10.1145/3580305.3599825" in on_branch(stage, issue)


def test_what_a_maintainer_locked_is_only_questioned(stage: Stage) -> None:
    mira = stage.repository.person("mira")
    mira.commit("main", {VOTING: stage.entries()[VOTING] + "locked: [title]\n"}, "Lock")
    issue = stage.correct("obi2023voting", Title="Voting, Again", Datasets="C4")

    stage.settle()

    pull = stage.pull(issue)
    assert "title: Voting\n" in on_branch(stage, issue)
    assert "Voting, Again" in pull["body"]
    assert "needs-decision" in stage.labels(pull["number"])


def test_a_removal_takes_the_entry_out_once_a_maintainer_merges(stage: Stage) -> None:
    issue = stage.remove("obi2023voting", "It is not about language models.")

    stage.settle()

    pull = stage.pull(issue)
    assert "Remove" in pull["title"]
    assert VOTING not in stage.entries(f"paper/issue-{issue}")
    assert stage.repository.statuses(pull["head"]["sha"])[0]["state"] == "pending"
    assert "not about language models" in pull["body"]
    stage.repository.person("mira").comment(issue, "/merge")
    stage.settle()
    assert stage.entries() == {}
    stage.assert_readme_is_made()


def test_a_removal_without_a_reason_is_asked_for_one(stage: Stage) -> None:
    issue = stage.remove("obi2023voting", "")

    stage.settle()

    assert "the reason for the removal is missing" in stage.answer(issue)
    assert stage.repository.pulls() == []


@pytest.mark.parametrize(
    ("named", "fields", "what"),
    [
        ("nobody2024nothing", {"Venue": "ICML"}, "no entry of the list is"),
        ("obi2023voting", {}, "nothing is filled in that differs"),
        ("obi2023voting", {"Title": "Voting"}, "says all of this already"),
        ("obi2023voting", {"Title": "none"}, "an entry cannot be without it"),
        ("obi2023voting", {"Year": "soon"}, "no year"),
        ("obi2023voting", {"Code": "http://10.0.0.1/x"}, "code"),
    ],
)
def test_a_correction_that_cannot_be_made_is_answered(
    stage: Stage, named: str, fields: dict[str, str], what: str
) -> None:
    issue = stage.correct(named, **fields)

    stage.settle()

    assert what in stage.answer(issue)
    assert stage.labels(issue) == {"correction", "needs-changes"}
    assert stage.repository.pulls() == []
