from __future__ import annotations

import io
import itertools
import json
from typing import TYPE_CHECKING

import pytest

from bot.edge import runner
from bot.model import Problem
from bot.settings import Settings
from tests.making import rendered

if TYPE_CHECKING:
    from pathlib import Path

PROBLEM = Problem(
    file="entries/a,b.yaml", field="year", what="::error::100% \x1b[31mred\nline", fix="Write 2024."
)


def test_a_problem_is_told_with_place_and_cure(capsys: pytest.CaptureFixture[str]) -> None:
    runner.tell_problems([PROBLEM], Settings())

    assert capsys.readouterr().out == (
        "entries/a,b.yaml, year: ::error::100% [31mred\nline. Write 2024.\n"
    )


def test_in_actions_a_problem_is_also_an_annotation_that_nothing_breaks_out_of(
    capsys: pytest.CaptureFixture[str],
) -> None:
    runner.tell_problems([PROBLEM], Settings(in_actions=True))

    rows = capsys.readouterr().out.splitlines()
    assert rows[-1] == (
        "::error file=entries/a%2Cb.yaml::year: ::error::100%25 [31mred%0Aline. Write 2024."
    )
    assert sum(row.startswith("::") for row in rows) == 1


def test_no_line_of_the_result_starts_a_workflow_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    runner.tell("::set-output name=x::y\n  ::warning::z\nx ##[error]y")
    runner.log("::error::x")

    told = capsys.readouterr()
    assert told.out == ": :set-output name=x::y\n  : :warning::z\nx ## [error]y\n"
    assert told.err == "bot: ::error::x\n"


def test_json_is_ascii_and_survives_lone_surrogates(capsys: pytest.CaptureFixture[str]) -> None:
    runner.tell_json({"a": "é\ud800\u2028"})

    out = capsys.readouterr().out
    assert out.isascii()
    assert json.loads(out) == {"a": "é\ud800\u2028"}


def test_json_holds_no_command_of_the_runners(capsys: pytest.CaptureFixture[str]) -> None:
    runner.tell_document('{"title": "##[error]x"}\n')

    out = capsys.readouterr().out
    assert "##[" not in out
    assert json.loads(out) == {"title": "##[error]x"}


def test_problems_stand_in_the_summary_as_a_list_that_nothing_breaks_out_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = tmp_path / "summary.md"
    evil = Problem(field="x\n# y", what="“<b>`@ada`\n\n# no” is gone", fix="Ask @ada *now*.")

    runner.tell_problems([PROBLEM, evil], Settings(summary_path=str(summary)))

    capsys.readouterr()
    page = rendered(summary.read_text("utf-8"))
    assert page.elements.count("li") == 2
    assert not {"b", "em", "h1", "strong"} & set(page.elements)
    assert "x # y: <b>`@ada` # no is gone. Ask @ada *now*." in page.text


def test_no_problems_leave_no_summary(tmp_path: Path) -> None:
    runner.tell_problems([], Settings(summary_path=str(tmp_path / "summary.md")))

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("row", ["x", "x" * 1_000], ids=["many", "long"])
def test_a_list_too_long_for_a_summary_is_cut_and_says_so(row: str) -> None:
    told = runner.bullets([row] * 2_000)

    assert told.endswith("\n\nAnd more: the log has all of it.")
    assert len(told) < 510_000


def test_a_terminal_shows_progress_in_one_line_that_goes_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = Terminal()
    times = itertools.count()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr("time.monotonic", lambda: float(next(times)))

    with runner.progress("links", 2_000) as tell:
        tell(1_000)
        tell(2_000)

    assert terminal.getvalue() == "\rlinks: 1,000 of 2,000\rlinks: 2,000 of 2,000\r\x1b[K"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_elsewhere_progress_is_a_line_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    times = itertools.count(step=20)
    monkeypatch.setattr("time.monotonic", lambda: float(next(times)))

    with runner.progress("links", 3) as tell:
        tell(1)
        tell(2)
        tell(3)

    assert capsys.readouterr().err == "bot: links: 2 of 3\n"


def test_values_for_later_steps_are_one_line_each(tmp_path: Path) -> None:
    path = tmp_path / "output"

    runner.output({"count": "2\nevil=1", "shards": "[1, 2]"}, Settings(output_path=str(path)))
    runner.output({"count": "2"}, Settings())

    assert path.read_text("utf-8") == "count=2 evil=1\nshards=[1, 2]\n"
