from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.edge.localhub import HubError, LocalHub
from bot.plan import Propose


def hub(tmp_path: Path) -> LocalHub:
    return LocalHub.create(
        tmp_path / "list", {"README.md": "0 papers\n", "entries/old.yaml": "x\n"}
    )


def proposal(text: str = "title: X\n", files: Mapping[str, str | None] | None = None) -> Propose:
    return Propose(
        branch="paper/issue-7",
        files={"entries/2024/x.yaml": text, "README.md": "1 paper\n", **(files or {})},
        message="Add x",
        title="Add “X”",
        body="A new paper.\n",
    )


def test_a_plan_becomes_a_branch_with_one_commit_and_main_stays(tmp_path: Path) -> None:
    here = hub(tmp_path)

    [made] = here.apply((proposal(),))

    assert made.is_new
    assert here.git("show", "paper/issue-7:README.md") == "1 paper"
    assert here.git("show", "paper/issue-7:entries/old.yaml") == "x"
    assert here.git("log", "--format=%s", "main..paper/issue-7") == "Add x"
    assert here.git("show", "main:README.md") == "0 papers"
    assert here.git("status", "--porcelain") == ""


def test_the_same_plan_again_moves_nothing(tmp_path: Path) -> None:
    here = hub(tmp_path)
    [first] = here.apply((proposal(),))

    [again] = here.apply((proposal(),))

    assert (again.is_new, again.commit) == (False, first.commit)


def test_a_changed_plan_is_one_commit_on_main_again(tmp_path: Path) -> None:
    here = hub(tmp_path)
    here.apply((proposal(),))

    [changed] = here.apply((proposal("title: Y\n"),))

    assert changed.is_new
    assert here.git("rev-list", "--count", "main..paper/issue-7") == "1"
    assert here.git("show", "paper/issue-7:entries/2024/x.yaml") == "title: Y"


def test_a_plan_may_delete_a_file(tmp_path: Path) -> None:
    here = hub(tmp_path)

    here.apply((proposal(files={"entries/old.yaml": None}),))

    assert "old.yaml" not in here.git("ls-tree", "-r", "--name-only", "paper/issue-7")


def test_a_merge_brings_the_files_to_main_and_ends_the_branch(tmp_path: Path) -> None:
    here = hub(tmp_path)
    [made] = here.apply((proposal(),))

    assert "2 files changed" in here.difference(made)
    assert "2 files changed" in here.merge(made)
    assert (here.root / "entries/2024/x.yaml").read_text() == "title: X\n"
    assert here.git("branch", "--format=%(refname:short)") == "main"
    assert here.git("log", "-1", "--format=%s") == "Add “X”"


def test_what_git_refuses_is_told_in_its_words(tmp_path: Path) -> None:
    with pytest.raises(HubError, match="single revision"):
        hub(tmp_path).git("rev-parse", "--verify", "nothing")
