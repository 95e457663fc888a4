import json

import pytest

from bot import cli
from bot.standins.arxiv import ArxivStandIn
from bot.standins.server import UNAVAILABLE
from tests.making import Listing, listed


def test_building_twice_changes_nothing(listing: Listing) -> None:
    before = listing.files()

    assert cli.main(["build"]) == 0
    assert listing.files() == before


def test_a_new_entry_comes_into_the_readme(listing: Listing) -> None:
    listing.add(listed(title="Fresh"))

    assert cli.main(["build"]) == 0
    assert "- [Fresh](https://arxiv.org/abs/2405.90001) [arXiv 2024]" in listing.read("README.md")


def test_a_dry_run_tells_and_writes_nothing(
    listing: Listing, capsys: pytest.CaptureFixture[str]
) -> None:
    listing.add(listed(title="Fresh"))
    before = listing.files()

    assert cli.main(["build", "--dry-run"]) == 0
    assert listing.files() == before
    assert "would write README.md" in capsys.readouterr().out


def test_exports_go_below_the_named_folder(listing: Listing) -> None:
    assert cli.main(["build", "--out", "out"]) == 0

    assert json.loads(listing.read("out/papers.json"))["papers"][0]["title"] == "Voting"
    assert "@misc{obi2023voting," in listing.read("out/papers.bib")
    assert listing.read("out/papers.csv").startswith("key,title,")
    assert json.loads(listing.read("out/papers.schema.json"))["type"] == "object"
    assert listing.read("out/README.md") == listing.read("README.md")


def test_a_long_list_splits_and_a_short_one_joins_again(listing: Listing) -> None:
    long = listing.read("list.yaml") + "limits: {readme_bytes: 10000}\n"
    for number in range(60):
        listing.add(
            listed(
                f"entries/2024/p{number}.yaml",
                title=f"Paper {number} " + "long " * 30,
                ids={"arxiv": f"2405.{number + 1:05}"},
            )
        )
    short = listing.read("list.yaml")
    listing.write("list.yaml", long)
    assert cli.main(["build"]) == 0
    assert any(name.startswith("papers/preprints-2024") for name in listing.files())

    listing.write("list.yaml", short)
    assert cli.main(["build"]) == 0
    assert not any(name.startswith("papers/") for name in listing.files())


def test_bad_entries_are_told_and_nothing_is_built(
    listing: Listing, capsys: pytest.CaptureFixture[str]
) -> None:
    listing.write("entries/2024/bad.yaml", "title: X\nyear: soon\n")
    before = listing.files()

    assert cli.main(["build"]) == 1
    told = capsys.readouterr().out
    assert "entries/2024/bad.yaml, year: 'soon' is not a number" in told
    assert "entries/2024/bad.yaml, authors: it is missing" in told
    assert listing.files() == before


def check(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str]]:
    capsys.readouterr()
    code = cli.main(["check", *arguments])
    return code, capsys.readouterr().out.splitlines()


def test_a_clean_list_passes(listing: Listing, capsys: pytest.CaptureFixture[str]) -> None:
    del listing

    assert check(capsys) == (0, ["1 entry, no problems"])


def test_drift_of_readme_and_form_is_told_and_mended(
    listing: Listing, capsys: pytest.CaptureFixture[str]
) -> None:
    listing.write("README.md", "mine")
    listing.write(".github/ISSUE_TEMPLATE/paper.yml", "mine")

    code, told = check(capsys)
    assert code == 1
    assert told[0].startswith(".github/ISSUE_TEMPLATE/paper.yml: it is not what list.yaml")
    assert told[1].startswith("README.md: it is not what list.yaml")
    assert told[2] == "1 entry, 2 problems"

    before = listing.files()
    assert check(capsys, "--fix", "--dry-run")[1][0].startswith("would mend")
    assert listing.files() == before
    assert check(capsys, "--fix")[0] == 0
    assert check(capsys)[0] == 0


def test_all_problems_of_a_list_are_told_at_once(
    listing: Listing, capsys: pytest.CaptureFixture[str]
) -> None:
    listing.write("list.yaml", listing.read("list.yaml") + "colour: red\n")
    listing.write("entries/2024/bad.yaml", "title: [")
    listing.write("entries/2024/odd.yaml", "title: X")

    _, told = check(capsys)

    assert [row.split(",")[0].split(":")[0] for row in told] == [
        "list.yaml", "entries/2024/bad.yaml", "entries/2024/odd.yaml",
    ]  # fmt: skip


def test_problems_between_entries_are_told_beside_unreadable_ones(
    listing: Listing, capsys: pytest.CaptureFixture[str]
) -> None:
    listing.add(listed("entries/2024/twin.yaml", title="Twin", ids={"arxiv": "2305.00001"}))
    listing.write("entries/2024/zbad.yaml", "title: [")

    code, told = check(capsys)

    assert code == 1
    assert {"zbad" in told[0], "twin" in told[1]} == {True}
    assert told[-1] == "2 entries, 2 problems"


def test_in_actions_problems_are_annotations(
    listing: Listing, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    listing.write("README.md", "mine")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")

    _, told = check(capsys)

    assert any(row.startswith("::error file=README.md::") for row in told)


def test_online_titles_and_ids_are_compared(
    listing: Listing, arxiv: ArxivStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    (listing.root / "entries/2023/obi2023voting.yaml").unlink()
    listing.add(listed(title="FedQuill: Prompt Tuning of Language Models over Slow Links"))
    cli.main(["build"])
    assert check(capsys, "--online")[0] == 0

    listing.add(listed(title="Something Else Altogether"))
    cli.main(["build"])
    code, told = check(capsys, "--online")
    assert code == 1
    assert "arXiv's paper of this id is “FedQuill" in told[0]
    assert len(arxiv.log) == 2


def test_what_could_not_be_asked_online_is_neither_pass_nor_problem(
    listing: Listing, arxiv: ArxivStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    del listing
    arxiv.fail_next(*[UNAVAILABLE] * 9)

    code, told = check(capsys, "--online")

    assert code == 3
    assert told[0].startswith("could not be checked: arXiv")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["check"], "2 entries, 1 problem"),
        (["build"], "- write README.md"),
        (["preview", "a.md"], "- `a.md`: rejected\n- `paper`: `nonsense` names no paper."),
        (["import", "list.md", "--out", "out"], "1 item, 1 work, 0 duplicates, 0 lost"),
    ],
)
def test_a_run_in_actions_leaves_a_summary(
    arguments: list[str], told: str, listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing.add(listed(title="Fresh"))
    listing.submission("nonsense")
    listing.write(
        "list.md", "## Preprints\n- [A](https://arxiv.org/abs/2405.90001)\n  - Authors: B\n"
    )
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")

    cli.main(arguments)

    assert told in listing.read("summary.md")


def test_problems_of_a_list_that_cannot_be_read_stand_in_the_summary(
    listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing.write("entries/2024/bad.yaml", "title: [")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")

    assert cli.main(["build"]) == 1
    assert listing.read("summary.md").startswith("- `entries/2024/bad.yaml`: line 2")


@pytest.mark.parametrize(
    "arguments", [["build"], ["preview", "a.md"], ["import", "a.md"]], ids=lambda given: given[0]
)
def test_a_file_in_the_place_of_the_folder_to_write_to_is_wrong_usage(
    arguments: list[str], listing: Listing, capsys: pytest.CaptureFixture[str]
) -> None:
    listing.write("a.md", "x")
    before = listing.files()

    assert cli.main([*arguments, "--out", "list.yaml"]) == 2
    assert "--out: list.yaml is no folder. Name a folder" in capsys.readouterr().err
    assert listing.files() == before
