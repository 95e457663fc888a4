"""`bot parse`: form bodies to values, as JSON lines."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core import form
from bot.edge import disk
from bot.model import Problem, Ticks

if TYPE_CHECKING:
    import argparse

    from bot.core.form import Form, Reading
    from bot.model import Value
    from bot.settings import Settings

STDIN = "-"


def run(args: argparse.Namespace, settings: Settings) -> int:  # noqa: ARG001 - all jobs are called alike
    """Print what each of `args.files` says, one JSON line a file.

    Gives 1 where the only file has problems.
    """
    grammar = read_form(args.form, root=args.root)
    is_ok = True
    for file in args.files:
        reading = read_body(grammar, file)
        is_ok = is_ok and not reading.problems
        sys.stdout.write(json.dumps({"file": file, **_told(reading)}) + "\n")
        sys.stdout.flush()
    return 0 if is_ok or len(args.files) > 1 else 1


def read_form(given: str | None, *, root: str | None) -> Form:
    """The form that was named, else the list's own; raises disk.Unusable where it is none."""
    path, name = (Path(given), given) if given else (disk.root(root) / disk.FORM, disk.FORM)
    try:
        return form.load(disk.text(path, name=name))
    except form.FormError as error:
        fix = "Mend the form, or make it anew with `bot check --fix`."
        problem = Problem(field="", file=name, what=str(error), fix=fix)
        raise disk.Unusable((problem,)) from error
    except disk.Problems as unreadable:
        raise disk.Unusable(unreadable.problems) from unreadable


def read_body(grammar: Form, file: str) -> Reading:
    """What a file, or standard input as `-`, says in the terms of the form."""
    try:
        return form.read(grammar, _body(file))
    except OSError as error:
        what = f"the file cannot be read: {error.strerror}"
        fix = "Check its name, and that you may read it."
    except UnicodeDecodeError as error:
        what = f"the file is not UTF-8: byte {error.start + 1} is no character"
        fix = "Save it as UTF-8."
    return form.Reading(fields={}, problems=(Problem(field="", what=what, fix=fix),))


def _body(file: str) -> str:
    """The text of a file that the caller named, or of standard input, as far as it is looked at."""
    most = 4 * form.MOST_BODY + 1
    if file == STDIN:
        data = sys.stdin.buffer.read(most)
    else:
        with Path(file).open("rb") as stream:
            data = stream.read(most)
    # More bytes than the longest body can have are cut, maybe inside a character; they are
    # refused for their number whatever they say.
    return data.decode("utf-8", "replace" if len(data) == most else "strict")


def _told(reading: Reading) -> dict[str, object]:
    return {
        "ok": not reading.problems,
        "fields": {key: _plain(value) for key, value in reading.fields.items()},
        "problems": [
            {"field": problem.field, "what": problem.what, "fix": problem.fix}
            for problem in reading.problems
        ],
    }


def _plain(value: Value) -> object:
    match value:
        case Ticks(checked=checked, unchecked=unchecked):
            return {"checked": checked, "unchecked": unchecked}
        case _:
            return value
