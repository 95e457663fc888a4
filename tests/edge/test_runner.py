import json

import pytest

from bot.edge import runner
from bot.model import Problem
from bot.settings import Settings

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
