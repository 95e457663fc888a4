"""The benchmarks run and print what they measured; no test looks at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks import __main__ as benchmarks
from benchmarks import children, floor, measures, synthetic, table
from benchmarks.children import REPOSITORY, ChildError, Cost
from bot.core import audit, entry
from bot.edge import catalog

if TYPE_CHECKING:
    from pathlib import Path

# What is tested here is no part of the bot: tracing it would only cost time.
pytestmark = pytest.mark.untraced


def test_a_very_small_list_gives_a_whole_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    links = [table.row("a link", 1.0, "x lychee", detail="")]
    monkeypatch.setattr(benchmarks, "on_loopback", lambda **_: links)
    # The bytecode that is there already will do: no test looks at a time.
    there = {"PYTHONPYCACHEPREFIX": ""}
    code = benchmarks.main(
        ["--quick"], rounds={5: 1, measures.FULL: 1}, starts=1, environment=there
    )

    drawn, progress = capsys.readouterr()
    assert code == int("MISSED" in drawn)
    assert "FAILED" not in drawn
    assert "| build, 5 entries " in drawn
    assert "| bot --help, cold start " in drawn
    assert "| a link " in drawn
    assert len({len(line) for line in drawn.splitlines()}) == 1
    assert len(progress.splitlines()) == len(drawn.splitlines()) - len(("head", "rule"))


def test_a_written_list_is_a_sound_list_that_the_floor_can_parse(tmp_path: Path) -> None:
    synthetic.write(3, tmp_path)
    floor.parse(str(tmp_path))

    assert len(catalog.entries(tmp_path / "entries")) == 3
    assert catalog.config(tmp_path) == catalog.config(REPOSITORY)


def test_synthetic_entries_are_sound_and_always_the_same() -> None:
    config = catalog.config(REPOSITORY)
    papers = tuple(synthetic.entries(60, config))

    assert audit.problems(papers, config) == ()
    assert [entry.load(entry.dump(one.entry), file="") for one in papers] == [
        one.entry for one in papers
    ]
    assert papers == tuple(synthetic.entries(60, config))


def test_synthetic_entries_have_the_length_of_real_ones() -> None:
    for one in synthetic.entries(60, catalog.config(REPOSITORY)):
        paper = one.entry
        assert 8 <= len(paper.title.split()) <= 14
        assert 3 <= len(paper.authors) <= 12
        assert 900 <= len(paper.abstract or "") <= 1_600
        assert 2018 <= (paper.year or 0) <= 2026


@pytest.mark.parametrize(
    ("seconds", "verdict"), [(110.0, "ok"), (111.0, "MISSED")], ids=["kept", "missed"]
)
def test_growth_has_a_target_on_the_full_list(seconds: float, verdict: str) -> None:
    small = {"build": Cost(seconds=1.0, work=10.0, megabytes=1.0)}
    large = {"build": Cost(seconds=1.0, work=seconds, megabytes=1.0)}

    assert [row.verdict for row in measures.growth(1_000, small, 10_000, large)] == [verdict]
    assert [row.verdict for row in measures.growth(100, small, 1_000, large)] == [""]


@pytest.mark.parametrize(("seconds", "code"), [(0.0, 0), (9.0, 1)])
def test_a_missed_target_ends_the_run_with_an_error(
    seconds: float,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = [table.row("build", seconds, "x floor", most=2.0, detail="")]
    monkeypatch.setattr(benchmarks, "measured", lambda *_, **__: rows)
    monkeypatch.setattr(benchmarks, "on_loopback", lambda **_: ())

    assert benchmarks.main(["--quick"]) == code
    assert ("MISSED" in capsys.readouterr().out) == bool(code)


def test_what_fails_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    wrong = {"BOT_PACE": "-1"}

    rows = [
        *measures.starts(rounds=1, folder=tmp_path, environment=wrong),
        *measures.jobs({1: 1, 2: 1}, folder=tmp_path, environment=wrong),
    ]

    assert [row.verdict for row in rows] == ["FAILED"] * 3
    assert all(row.is_bad for row in rows)
    assert all("BOT_PACE" in row.detail for row in rows)


def test_a_child_that_fails_is_an_error_with_its_last_words() -> None:
    with pytest.raises(ChildError, match=r"ended with 1: .*ZeroDivisionError"):
        children.run(["-c", "1 / 0"], environment={})


def test_a_child_does_not_see_the_settings_of_our_own_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_PACE", "7")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    ask = "import os, sys; sys.exit(any(n.startswith(('BOT_', 'GITHUB_')) for n in os.environ))"

    assert children.run(["-c", ask], environment={}).megabytes > 0
