"""`bot parse` on files and standard input."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, cast

import pytest

from bot import cli

if TYPE_CHECKING:
    from pathlib import Path

FORM = """\
name: A
description: B
body:
- type: input
  id: link
  attributes: {label: Link}
  validations: {required: true}
- type: dropdown
  attributes: {label: Kinds, multiple: true, options: [Big, Small]}
- type: checkboxes
  id: boxes
  attributes: {label: Boxes, options: [{label: One}, {label: Two}]}
- type: textarea
  id: notes
  attributes: {label: Notes}
"""
GOOD = "### Link\n\nhttps://a.org\n\n### Kinds\n\nBig, Small\n\n### Boxes\n\n- [x] One\n- [ ] Two\n"


@pytest.fixture
def form(tmp_path: Path) -> str:
    path = tmp_path / "form.yml"
    path.write_text(FORM)
    return str(path)


@pytest.fixture
def good(tmp_path: Path) -> str:
    path = tmp_path / "good.md"
    path.write_text(GOOD)
    return str(path)


def run(*files: str, form: str | None, root: str | None = None) -> int:
    root_given = ["--root", root] if root else []
    form_given = ["--form", form] if form else []
    return cli.main(["parse", *root_given, *form_given, *files])


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_good_body_is_one_json_line(
    form: str, good: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(good, form=form) == 0

    assert printed(capsys) == [
        {
            "file": good,
            "ok": True,
            "fields": {
                "link": "https://a.org",
                "Kinds": ["Big", "Small"],
                "boxes": {"checked": ["One"], "unchecked": ["Two"]},
                "notes": None,
            },
            "problems": [],
        }
    ]


def test_a_bad_body_says_what_to_mend(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.md"
    bad.write_text(GOOD.replace("https://a.org", "_No response_"))

    assert run(str(bad), form=form) == 1
    [said] = printed(capsys)
    assert said["ok"] is False
    assert said["problems"] == [
        {
            "field": "link",
            "what": "'Link' is empty",
            "fix": "Write it under the heading '### Link'.",
        }
    ]


def test_of_several_files_each_has_a_line_and_the_run_is_fine(
    form: str, good: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = str(tmp_path / "missing.md")

    assert run(missing, good, missing, form=form) == 0
    assert [said["ok"] for said in printed(capsys)] == [False, True, False]


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe#\x00", b"### Link\n\nhttps://a.org/\xe9\n", b"\xed\xa0\x80", b"\x80" * 70_000],
    ids=["UTF-16", "Latin-1", "a surrogate", "bytes alone"],
)
def test_a_file_that_is_not_utf_8_is_a_problem(
    content: bytes, form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.md"
    file.write_bytes(content)

    assert run(str(file), form=form) == 1
    [said] = printed(capsys)
    [problem] = cast("list[dict[str, str]]", said["problems"])
    assert "not UTF-8" in problem["what"]


def test_a_folder_is_a_problem(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(str(tmp_path), form=form) == 1
    assert "cannot be read" in str(printed(capsys)[0]["problems"])


def test_standard_input_is_read_only_as_far_as_a_body_can_be(
    form: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = io.BytesIO(b"\xe2\x82\xac" * 1_000_000)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(endless))

    assert run("-", form=form) == 1
    assert endless.tell() < 300_000
    assert "characters" in str(printed(capsys)[0]["problems"])


def test_the_longest_body_of_the_longest_characters_is_read(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.md"
    text = f"{GOOD}\n### Notes\n\n"
    file.write_text(text + "\U0001f389" * (65_536 - len(text)), encoding="utf-8")

    assert run(str(file), form=form) == 0
    assert printed(capsys)[0]["ok"] is True


def test_a_dash_is_standard_input(
    form: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(GOOD.encode())))

    assert run("-", form=form) == 0
    assert printed(capsys)[0]["file"] == "-"


def test_without_a_form_the_list_s_own_is_used(
    good: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "list.yaml").write_text("title: A\n")
    own = tmp_path / ".github" / "ISSUE_TEMPLATE" / "paper.yml"
    own.parent.mkdir(parents=True)
    own.write_text(FORM)

    assert run(good, form=None, root=str(tmp_path)) == 0
    assert printed(capsys)[0]["ok"] is True


@pytest.mark.parametrize(
    "content", [b"body: [", b"name: x", b"\xff"], ids=["no YAML", "no body", "not UTF-8"]
)
def test_a_bad_form_ends_the_run_with_its_name(
    content: bytes, good: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "form.yml"
    file.write_bytes(content)

    assert run(good, form=str(file)) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"bot: {file}: ")


def test_a_form_that_is_not_there_ends_the_run(
    good: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(good, form=str(tmp_path / "no.yml")) == 2
    assert run(good, form=None, root=str(tmp_path)) == 2
    assert "list.yaml" in capsys.readouterr().err
