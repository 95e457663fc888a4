import os
from pathlib import Path

import pytest

from bot.edge import disk
from bot.edge.disk import Problems, Unusable


def told(found: pytest.ExceptionInfo[Problems]) -> list[str]:
    return [f"{one.file}: {one.what}" for one in found.value.problems]


def test_the_root_is_the_nearest_folder_upward_with_a_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "list.yaml").touch()
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)

    assert disk.root(None) == tmp_path


def test_a_root_that_was_named_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "list.yaml").touch()
    (tmp_path / "a").mkdir()

    assert disk.root(str(tmp_path)) == tmp_path
    with pytest.raises(Problems) as found:
        disk.root(str(tmp_path / "a"))
    assert told(found)[0].startswith("list.yaml: there is none in ")


def test_a_folder_without_a_list_says_how_to_name_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(Problems) as found:
        disk.root(None)
    assert "--root" in found.value.problems[0].fix


def test_a_file_that_is_not_there_or_not_utf8_or_a_link_is_told(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"caf\xe9")
    (tmp_path / "link").symlink_to(tmp_path / "latin")

    for name, what in [
        ("none", "it cannot be read: No such file or directory"),
        ("latin", "it is not UTF-8: byte 4 is no character"),
        ("link", "it is a symbolic link"),
    ]:
        with pytest.raises(Problems) as found:
            disk.text(tmp_path / name, name=name)
        assert told(found) == [f"{name}: {what}"]


def test_writing_tells_what_changed_and_writing_again_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("x")
    files = {"a/b.txt": "é\n", "old": None, "never": None}

    assert disk.changes(tmp_path, files) == ("a/b.txt", "old")
    assert disk.write(tmp_path, files) == ("a/b.txt", "old")
    assert disk.write(tmp_path, files) == ()
    assert (tmp_path / "a/b.txt").read_bytes() == "é\n".encode()
    assert not (tmp_path / "old").exists()


def test_a_written_file_has_the_rights_of_any_new_file(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.touch()

    disk.write(tmp_path, {"made": "x"})

    assert (tmp_path / "made").stat().st_mode == plain.stat().st_mode


def test_a_file_that_cannot_be_replaced_leaves_no_half_of_itself(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "x").touch()

    with pytest.raises(OSError, match="folder"):
        disk.write(tmp_path, {"folder": "text"})
    assert sorted(os.listdir(tmp_path)) == ["folder"]  # noqa: PTH208 - names are what is asked


def test_a_pipe_is_told_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")

    with pytest.raises(Problems) as found:
        disk.text(tmp_path / "pipe.yaml", name="pipe.yaml")
    assert told(found) == ["pipe.yaml: it is no regular file"]


def test_a_folder_may_be_there_or_be_still_to_be_made(tmp_path: Path) -> None:
    for name in ("", "new", "new/below"):
        assert disk.folder(str(tmp_path / name)) == tmp_path / name


def test_a_file_is_no_folder_to_write_to(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("nowhere")

    for name in ("file", "file/below", "link"):
        with pytest.raises(Unusable) as found:
            disk.folder(str(tmp_path / name))
        assert "is no folder" in found.value.problems[0].what
