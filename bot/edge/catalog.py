"""The list on disk: its configuration, its entries, and the files that are made from them."""

from __future__ import annotations

import gc
import os
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core import entry, listfile, render
from bot.core.entry import Entry, Listed
from bot.edge import disk
from bot.edge.disk import Problems
from bot.model import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bot.config import Config


def config(root: Path) -> Config:
    """The list's configuration; raises Problems."""
    loaded = listfile.load(disk.text(root / disk.LIST, name=disk.LIST))
    if isinstance(loaded, tuple):
        raise Problems(loaded)
    return loaded


def entries(folder: Path) -> tuple[Listed, ...]:
    """Every entry below the folder, by path; raises Problems for all bad files at once."""
    listed, problems = read(folder)
    if problems:
        raise Problems(problems)
    return listed


def read(folder: Path) -> tuple[tuple[Listed, ...], tuple[Problem, ...]]:
    """The entries that can be read, by path, and what is wrong with the others."""
    if folder.is_symlink():
        what, fix = "it is a symbolic link", "Put the folder itself there."
        return (), (Problem(file=disk.ENTRIES, field="", what=what, fix=fix),)
    named = (
        (f"{disk.ENTRIES}/{path.removeprefix(f'{folder}{os.sep}').replace(os.sep, '/')}", path)
        for path in _yaml_files(folder)
    )
    return loaded((name, partial(disk.text, path, name=name)) for name, path in named)


def loaded(
    files: Iterable[tuple[str, Callable[[], str]]],
) -> tuple[tuple[Listed, ...], tuple[Problem, ...]]:
    """The entries among these files (name, and how to get the text), and what is wrong with others."""
    listed: list[Listed] = []
    problems: list[Problem] = []
    with _no_garbage():
        for name, text in files:
            try:
                found = entry.load(text(), file=name)
            except Problems as unreadable:
                found = unreadable.problems
            if isinstance(found, Entry):
                listed.append(Listed(path=name, entry=found))
            else:
                problems += found
    return tuple(listed), tuple(problems)


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Spare the search for cycles among entries that stay until the end: it finds none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()


def _yaml_files(folder: Path) -> Iterator[str]:
    """Every file that is an entry or was meant to be, and every link to a folder of such."""
    for below, folders, files in os.walk(folder):
        folders.sort()
        inside = (f"{below}{os.sep}{name}" for name in folders)
        yield from (path for path in inside if Path(path).is_symlink())
        meant = (name for name in sorted(files) if name.endswith((".yaml", ".yml")))
        yield from (f"{below}{os.sep}{name}" for name in meant)


def pages(root: Path, listed: Iterable[Listed], config: Config) -> dict[str, str | None]:
    """The README and its overflow pages as they have to be below `root`; None for stale pages."""
    made: dict[str, str | None] = dict(render.pages(listed, config))
    folder = root / render.OVERFLOW
    for path in sorted(folder.glob("*.md")):
        name = f"{render.OVERFLOW}/{path.name}"
        if name not in made and path.read_text("utf-8", "replace").startswith(render.MADE):
            made[name] = None
    return made
