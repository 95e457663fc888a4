from pathlib import Path

import pytest

from bot.core import entry, render
from bot.edge import catalog, disk
from bot.edge.disk import Problems
from tests.making import config, listed


def place(root: Path, name: str, text: str) -> None:
    disk.write(root, {name: text})


def test_entries_are_read_by_path_from_any_folder(tmp_path: Path) -> None:
    first, second = listed("entries/2023/b.yaml"), listed("entries/2024/a.yaml", title="A")
    for one in (second, first):
        place(tmp_path, one.path.replace("entries", "elsewhere"), entry.dump(one.entry))
    place(tmp_path, "elsewhere/README.md", "not an entry")

    assert catalog.entries(tmp_path / "elsewhere") == (first, second)


def test_a_list_without_entries_is_empty(tmp_path: Path) -> None:
    assert catalog.entries(tmp_path / "entries") == ()


def test_every_bad_file_is_told_at_once_and_the_good_ones_are_read(tmp_path: Path) -> None:
    good = listed()
    place(tmp_path, good.path, entry.dump(good.entry))
    place(tmp_path, "entries/2024/bad.yaml", "title: [")
    place(tmp_path, "entries/2024/odd.yaml", "title: X\n")
    (tmp_path / "entries/2024/link.yaml").symlink_to("/etc/hostname")

    read, problems = catalog.read(tmp_path / "entries")

    assert read == (good,)
    assert {one.file for one in problems} == {
        f"entries/2024/{name}.yaml" for name in ("bad", "odd", "link")
    }
    with pytest.raises(Problems) as found:
        catalog.entries(tmp_path / "entries")
    assert found.value.problems == problems


def test_a_bad_list_yaml_is_told(tmp_path: Path) -> None:
    place(tmp_path, "list.yaml", "title: 1\n")

    with pytest.raises(Problems) as found:
        catalog.config(tmp_path)
    assert {one.field for one in found.value.problems} == {"short_title", "introduction"}


def test_overflow_pages_that_are_not_needed_any_more_go(tmp_path: Path) -> None:
    place(tmp_path, "papers/published-2020.md", f"{render.MADE} from list.yaml -->\n# Old\n")
    place(tmp_path, "papers/by-hand.md", "# Mine\n")

    made = catalog.pages(tmp_path, [listed()], config())

    assert made["papers/published-2020.md"] is None
    assert "papers/by-hand.md" not in made


def test_what_was_meant_to_be_an_entry_is_never_passed_over(tmp_path: Path) -> None:
    good = listed()
    place(tmp_path, good.path.replace(".yaml", ".yml"), entry.dump(good.entry))
    place(tmp_path, "elsewhere/2023/x.yaml", "title: X")
    (tmp_path / "entries" / "2023").symlink_to(tmp_path / "elsewhere" / "2023")
    (tmp_path / "linked").symlink_to(tmp_path / "entries")

    read, problems = catalog.read(tmp_path / "entries")

    assert [one.path for one in read] == ["entries/2024/holt2024fedquill.yml"]
    assert [(one.file, one.what) for one in problems] == [("entries/2023", "it is a symbolic link")]
    assert catalog.read(tmp_path / "linked")[1][0].what == "it is a symbolic link"
