"""Files: found, read as text, and written whole."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from bot.model import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

LIST = "list.yaml"
FORM = ".github/ISSUE_TEMPLATE/paper.yml"
ENTRIES = "entries"


class Problems(Exception):  # noqa: N818 - what a person can mend is no error of the program
    """What stands in the way and a person can mend, all of it at once."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


class Unusable(Problems):
    """What the command line named cannot be used: wrong usage, whatever the list is like."""


def root(given: str | None) -> Path:
    """The list's folder: the given one, else the nearest upward that holds `list.yaml`.

    Raises Unusable where there is none.
    """
    start = Path(given or ".").absolute()
    folders = (start,) if given else (start, *start.parents)
    for folder in folders:
        if (folder / LIST).is_file():
            return folder
    where = f"in {given}" if given else "in this folder or above it"
    fix = "Change into the list's folder, or name it with --root."
    raise Unusable((Problem(field="", file=LIST, what=f"there is none {where}", fix=fix),))


def folder(given: str, *, option: str = "--out") -> Path:
    """The folder that an option names, which may be still to be made; raises Unusable for a file."""
    path = Path(given)
    there = next((one for one in (path, *path.absolute().parents) if os.path.lexists(one)), path)
    if given and there.is_dir():
        return path
    what = f"{there} is no folder" if given else "the name is empty"
    fix = "Name a folder; it is made if it is not there."
    raise Unusable((Problem(file="", field=option, what=what, fix=fix),))


def text(path: Path | str, *, name: str) -> str:
    """A file's text, in UTF-8; raises Problems with `name` as the file."""
    try:
        # A link in a stranger's pull request could name any file of the machine that checks it.
        # And a pipe would be waited for until somebody writes into it.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb", buffering=0) as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise _unusable(name, "it is no regular file", "Put a file with text there.")
            return file.read().decode("utf-8")
    except UnicodeDecodeError as error:
        what = f"it is not UTF-8: byte {error.start + 1} is no character"
        raise _unusable(name, what, "Save it as UTF-8.") from error
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _unusable(name, "it is a symbolic link", "Put the file itself there.") from error
        what = f"it cannot be read: {error.strerror}"
        raise _unusable(name, what, "Check the name, and that you may read it.") from error


def _unusable(name: str, what: str, fix: str) -> Problems:
    return Problems((Problem(file=name, field="", what=what, fix=fix),))


def changes(root: Path, files: Mapping[str, str | None]) -> tuple[str, ...]:
    """The paths whose files are not as wanted; None wants none."""
    return tuple(
        name
        for name, wanted in files.items()
        if _present(root / name) != (None if wanted is None else wanted.encode())
    )


def write(root: Path, files: Mapping[str, str | None]) -> tuple[str, ...]:
    """Make the files so, and tell which paths changed; None deletes.

    Each file is replaced in one step: a reader sees the old text or the new, never half.
    """
    changed = changes(root, files)
    for name in changed:
        wanted = files[name]
        if wanted is None:
            (root / name).unlink()
        else:
            _replace(root / name, wanted.encode())
    return changed


def target(given: str, *, option: str) -> Path:
    """The file that an option names to be written; raises Unusable where that cannot be.

    A link leads to what it stands for: it is the user's own. See `put`.
    """
    path = Path(given).absolute()
    what, fix = "", "Name a file; it is made if it is not there."
    if not given or path.is_dir():
        what = f"{given} is a folder" if given else "the name is empty"
    elif not path.parent.is_dir():
        what, fix = f"there is no folder {path.parent}", "Make that folder first, or name another."
    elif not os.access(path if path.exists() else path.parent, os.W_OK):
        what, fix = f"{given} may not be written", "Name a file where you may write."
    if what:
        raise Unusable((Problem(file="", field=option, what=what, fix=fix),))
    return path


def put(path: Path, data: bytes) -> None:
    """Write a file that the user named: in one step, or into it where it is no regular file."""
    real = path.resolve()
    if real.exists() and not real.is_file():
        real.write_bytes(data)
    else:
        _replace(real, data)


def _present(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _replace(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".writing-{os.urandom(8).hex()}")
    try:
        with temporary.open("xb") as file:
            file.write(data)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
