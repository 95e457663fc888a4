"""`bot import` on files and standard input."""

from __future__ import annotations

import io
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from bot import cli
from bot.core import entry
from bot.core.entry import Entry
from bot.edge import disk
from bot.jobs import import_list
from bot.settings import Settings

TIDE = Path(__file__).parents[1] / "lists" / "tide.md"
ITEM = "- [Tea](https://arxiv.org/abs/2405.90001) [Machines 2024]\n  - authors: Ada Holt\n"
LIST = """\
title: Papers on Tea
short_title: Tea
introduction: A list.
venues: [{name: ICML, full: Machines}]
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder that is in no list."""
    monkeypatch.chdir(tmp_path)


def run(
    file: Path | str, out: Path, *, root: Path | None = None, dry_run: bool = False, day: int = 24
) -> int:
    args = Namespace(
        file=str(file), out=str(out), root=str(root) if root else None, dry_run=dry_run
    )
    return import_list.run(args, Settings(now=datetime(2026, 11, day, tzinfo=UTC)))


def files(out: Path) -> list[str]:
    return sorted(str(path.relative_to(out)) for path in out.rglob("*.yaml"))


@pytest.fixture
def tea(tmp_path: Path) -> Path:
    path = tmp_path / "tea.md"
    path.write_text(ITEM)
    return path


def test_a_list_becomes_entries_that_can_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"

    assert run(TIDE, out) == 0
    assert len(files(out)) == 12
    assert all(
        isinstance(entry.load((out / name).read_text("utf-8"), file=name), Entry)
        for name in files(out)
    )
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == "13 items, 12 works, 1 duplicate, 0 lost"
    assert "line 52: the link is http; kept as https://arxiv.org/abs/2310.90003" in said
    assert "write entries/2024/calder2024tidetext.yaml" in said


def test_importing_twice_writes_nothing_more(
    tea: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tea, tmp_path / "out") == 0
    assert run(tea, tmp_path / "out") == 0
    assert capsys.readouterr().out.count("write ") == 1


def test_a_file_with_other_content_is_never_overwritten(tea: Path, tmp_path: Path) -> None:
    run(tea, tmp_path / "out")
    before = (tmp_path / "out/entries/2024/holt2024tea.yaml").read_text()
    tea.write_text(ITEM + ITEM.replace("Tea", "Milk").replace("90001", "90002"))

    with pytest.raises(disk.Problems) as refused:
        run(tea, tmp_path / "out", day=25)
    (problem,) = refused.value.problems
    assert problem.file == "entries/2024/holt2024tea.yaml"
    assert "other content" in problem.what
    assert files(tmp_path / "out") == ["entries/2024/holt2024tea.yaml"]
    assert (tmp_path / "out/entries/2024/holt2024tea.yaml").read_text() == before


def test_a_dry_run_tells_the_paths_and_writes_nothing(
    tea: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tea, tmp_path / "out", dry_run=True) == 0
    assert not (tmp_path / "out").exists()
    assert "would write entries/2024/holt2024tea.yaml" in capsys.readouterr().out


def test_the_list_s_own_venues_count(tea: Path, tmp_path: Path) -> None:
    (tmp_path / "list").mkdir()
    (tmp_path / "list/list.yaml").write_text(LIST)

    run(tea, tmp_path / "one", root=tmp_path / "list")
    run(tea, tmp_path / "two")
    name = "entries/2024/holt2024tea.yaml"
    assert "venue: ICML\n" in (tmp_path / "one" / name).read_text()
    assert "venue: Machines\n" in (tmp_path / "two" / name).read_text()


def test_a_root_without_a_list_is_refused(tea: Path, tmp_path: Path) -> None:
    with pytest.raises(disk.Problems):
        run(tea, tmp_path / "out", root=tmp_path)


def test_standard_input_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = io.TextIOWrapper(io.BytesIO(ITEM.encode()))
    monkeypatch.setattr("sys.stdin", cast("io.TextIOWrapper", typed))

    assert run("-", tmp_path / "out") == 0
    assert files(tmp_path / "out") == ["entries/2024/holt2024tea.yaml"]


NO_LIST = {
    "empty": (b"", "it holds no list of papers"),
    "prose": (b"# Tea\n\nIt is hot.\n", "it holds no list of papers"),
    "not UTF-8": (b"- [Te\xe9](https://arxiv.org/abs/2405.90001)", "it is not UTF-8: byte 6"),
    "binary": (bytes(range(256)), "it is not UTF-8"),
    "too large": (b"-" * 5_000_001, "it is larger than 5,000,000 bytes"),
}


@pytest.mark.parametrize(("data", "what"), NO_LIST.values(), ids=NO_LIST)
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, data: bytes, what: str) -> None:
    (tmp_path / "tea.md").write_bytes(data)

    with pytest.raises(disk.Problems) as refused:
        run(tmp_path / "tea.md", tmp_path / "out")
    (problem,) = refused.value.problems
    assert what in problem.what


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(disk.Problems) as refused:
        run(tmp_path / "nothing.md", tmp_path / "out")
    assert "cannot be read" in refused.value.problems[0].what


def test_a_list_of_which_nothing_survives_is_told_and_not_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.md").write_text(
        "## Preprints\n- [A](https://arxiv.org/list/cs)\n  - Authors: B\n"
    )

    assert cli.main(["import", str(tmp_path / "a.md"), "--out", str(tmp_path / "out")]) == 1
    told = capsys.readouterr().out
    assert "1 item, 0 works, 0 duplicates, 1 lost" in told
    assert "none of its items can be an entry; nothing was written" in told
    assert not (tmp_path / "out").exists()


def test_an_empty_name_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["import", "", "--out", str(tmp_path)]) == 2
    assert "FILE: the name is empty. Name the Markdown list" in capsys.readouterr().err
