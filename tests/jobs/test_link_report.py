from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

import pytest

from bot import settings
from bot.core import ledger
from bot.jobs import link_report
from tests.core.seeing import failing, linked, memory

if TYPE_CHECKING:
    from tests.making import Listing

CODE = "https://github.com/ada/fed"


def run(*parts: str, state: str | None = None) -> int:
    args = argparse.Namespace(root=None, state=state, parts=parts, dry_run=False)
    return link_report.run(args, settings.read(os.environ))


def test_without_github_the_report_is_printed(
    listing: Listing, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_NOW", "2026-11-24")
    listing.add(linked(code=CODE))
    state = failing(CODE, archived="https://web.archive.org/web/1/x")
    listing.write("state.jsonl", ledger.dump(memory(state)))

    assert run("state.jsonl") == 0
    told = capsys.readouterr().out
    assert "## Gone" in told
    assert "bot/links" not in told, "there is no branch"
    assert f"`{CODE}`: since 2026-11-21" in told

    assert run(state="state.jsonl") == 0
    assert capsys.readouterr().out == told


@pytest.mark.parametrize(
    ("names", "start"),
    [
        ({"GITHUB_REPOSITORY": "lab/list"}, "https://github.com/lab/list"),
        (
            {"GITHUB_REPOSITORY": "lab/list", "GITHUB_SERVER_URL": "https://git.lab.example/"},
            "https://git.lab.example/lab/list",
        ),
        ({}, ".."),
    ],
    ids=["repository", "server", "neither"],
)
def test_its_links_lead_into_the_repository_that_the_environment_names(
    listing: Listing,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    names: dict[str, str],
    start: str,
) -> None:
    monkeypatch.setenv("BOT_NOW", "2026-11-24")
    for name, text in names.items():
        monkeypatch.setenv(name, text)
    one = linked(code=CODE)
    listing.add(one)
    listing.write("state.jsonl", ledger.dump(memory(failing(CODE))))

    assert run("state.jsonl") == 0

    assert f"[{one.path}]({start}/blob/HEAD/{one.path})" in capsys.readouterr().out


def test_a_file_that_is_missing_or_broken_is_told_and_passed_over(
    listing: Listing, capsys: pytest.CaptureFixture[str]
) -> None:
    listing.write("broken.jsonl", "{")

    assert run("broken.jsonl", state="missing.jsonl") == 0

    told = capsys.readouterr()
    assert "No link of the list" in told.out
    assert "broken.jsonl starts anew: line 1 is damaged" in told.err
    assert "missing.jsonl is not there" in told.err
