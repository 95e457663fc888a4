"""`bot resolve`: one JSON line an input, and the exit code that goes with it."""

from __future__ import annotations

import argparse
import io
import json
import sys
from typing import TYPE_CHECKING

from bot import cli
from bot.jobs import resolve
from bot.settings import SERVICES, Settings
from bot.standins.arxiv import TUNED, ArxivStandIn

if TYPE_CHECKING:
    import pytest

KEYS = ["input", "kind", "id", "version", "url", "problem"]


def run(
    capsys: pytest.CaptureFixture[str], *inputs: str, fetch: bool = False, arxiv: str | None = None
) -> tuple[int, list[dict[str, object]]]:
    services = SERVICES if arxiv is None else {**SERVICES, "arxiv": arxiv}
    args = argparse.Namespace(text=list(inputs), fetch=fetch)
    code = resolve.run(args, Settings(services=services, pace=0))
    return code, [json.loads(line) for line in capsys.readouterr().out.split("\n")[:-1]]


def test_a_paper_is_told_with_exactly_the_promised_keys(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, [row] = run(capsys, "arXiv:2208.12268v3")

    assert code == 0
    assert list(row) == KEYS
    assert list(row.values()) == [
        "arXiv:2208.12268v3",
        "arxiv",
        "2208.12268",
        3,
        "https://arxiv.org/abs/2208.12268",
        None,
    ]


def test_one_bad_input_exits_with_1_and_says_what_and_how_to_mend(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, [row] = run(capsys, "2213.12268")

    assert code == 1
    assert [row[key] for key in KEYS[1:-1]] == [None] * 4
    assert "13 is not a month. Copy the id" in str(row["problem"])


def test_a_bad_input_among_several_exits_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    code, rows = run(capsys, "2213.12268", "P19-1001", "")

    assert code == 0
    assert [row["kind"] for row in rows] == [None, "acl", None]


def test_without_text_the_lines_of_standard_input_are_read(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = io.BytesIO("2208.12268\r\n\n  \n10.1145/1.2\nb\xe4d\n".encode("latin-1"))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(typed, encoding="ascii"))

    code, rows = run(capsys)

    assert code == 0
    assert [row["kind"] for row in rows] == ["arxiv", "doi", None]
    assert rows[2]["input"] == "b\udce4d"


def test_standard_input_may_be_any_stream(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("bad\n"))

    code, [row] = run(capsys)

    assert code == 1
    assert row["input"] == "bad"


def test_broken_characters_and_odd_line_ends_stay_inside_their_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    resolve.run(argparse.Namespace(text=["é\udc80\u2028\u0085x"], fetch=False), Settings())

    out = capsys.readouterr().out
    assert out.splitlines() == [out.removesuffix("\n")]
    assert out.encode("utf-8")
    assert "é" in out
    assert json.loads(out)["input"] == "é\udc80\u2028\u0085x"


def test_metadata_is_fetched_in_one_request(capsys: pytest.CaptureFixture[str]) -> None:
    with ArxivStandIn() as arxiv:
        code, rows = run(
            capsys, TUNED.id, "10.1145/1.2", f"{TUNED.id}v1", "nothing", fetch=True, arxiv=arxiv.url
        )
        requests = len(arxiv.log)

    assert code == 0
    assert requests == 1
    assert [list(row) for row in rows] == [[*KEYS, "metadata"]] * 4
    assert rows[1]["metadata"] is None
    assert rows[3]["metadata"] is None
    metadata = rows[0]["metadata"]
    assert rows[2]["metadata"] == metadata
    assert isinstance(metadata, dict)
    assert list(metadata) == [
        "source",
        "title",
        "authors",
        "abstract",
        "year",
        "categories",
        "doi",
        "journal_ref",
        "comment",
    ]
    assert metadata["source"] == "arxiv"
    assert metadata["authors"] == [author.name for author in TUNED.authors]


def test_a_paper_that_arxiv_does_not_know_is_a_problem(capsys: pytest.CaptureFixture[str]) -> None:
    with ArxivStandIn() as arxiv:
        code, [row] = run(capsys, "0704.0001", fetch=True, arxiv=arxiv.url)

    assert code == 1
    assert row["metadata"] is None
    assert row["problem"]
    assert row["id"] == "0704.0001"


def test_an_unreachable_service_exits_with_3(capsys: pytest.CaptureFixture[str]) -> None:
    with ArxivStandIn() as arxiv:
        closed = arxiv.url

    code, [row] = run(capsys, "2208.12268", fetch=True, arxiv=closed)

    assert code == 3
    assert row["metadata"] is None
    assert row["problem"]
    assert row["kind"] == "arxiv"


def test_no_service_is_asked_about_other_papers(capsys: pytest.CaptureFixture[str]) -> None:
    with ArxivStandIn() as arxiv:
        code, [row] = run(capsys, "10.1145/1.2", fetch=True, arxiv=arxiv.url)
        requests = len(arxiv.log)

    assert (code, requests, row["metadata"], row["problem"]) == (0, 0, None, None)


def test_arxiv_ids_that_cannot_exist_yet_or_never_did_are_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_NOW", "2026-11-23")

    assert (
        cli.main(["resolve", "9912.12345", "2712.00001", "2612.00001", "arxiv.org/abs/2701.00001"])
        == 0
    )

    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["kind"] for row in rows] == [None, None, "arxiv", None]
    assert "cannot be an arXiv id yet: it is of month 12 of 2027" in rows[1]["problem"]
