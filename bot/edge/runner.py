"""What a run says: problems for people, annotations and a step summary in Actions."""

from __future__ import annotations

import json
import re
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.core import escape
from bot.core.text import line
from bot.edge import disk
from bot.model import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from bot.settings import Settings


_COMMAND = re.compile(r"(?:\A\s*:(?=:)|##(?=\[))")


def tell(text: str = "") -> None:
    """One or more lines of the result, on standard output; none is a workflow command.

    The runner finds a command behind leading spaces, too, and one of the old form anywhere.
    Source: https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
    """
    for row in _printable(text).split("\n"):
        sys.stdout.write(_COMMAND.sub(r"\g<0> ", row) + "\n")


def tell_json(document: Mapping[str, object]) -> None:
    """One JSON line of the result, on standard output, at once."""
    tell_document(json.dumps(document) + "\n")


def tell_document(text: str) -> None:
    """JSON, on standard output, at once."""
    # The runner would take `##[` for a command of the old form, wherever it stands.
    sys.stdout.write(text.replace("##[", "#\\u0023["))
    sys.stdout.flush()


def log(message: str) -> None:
    """One line of the log, on standard error."""
    text = _printable(message).replace("\n", " ").replace("##[", "## [")
    sys.stderr.write(f"bot: {text}\n")
    sys.stderr.flush()


def tell_problems(problems: Iterable[Problem], settings: Settings, *, level: str = "error") -> None:
    """Each problem with its place and its cure.

    In Actions also as an annotation at its file, and together in the run's summary.
    """
    told = tuple(problems)
    if told:
        summarize(bullets(map(bullet, told)), settings)
    annotate(told, settings, level=level)


def annotate(problems: Iterable[Problem], settings: Settings, *, level: str = "error") -> None:
    """Each problem with its place and its cure; in Actions also as an annotation at its file."""
    for problem in problems:
        tell(f"{problem.where}: {problem.what}. {problem.fix}")
        if settings.in_actions:
            start = f"{problem.field}: " if problem.field else ""
            message = f"{start}{problem.what}. {problem.fix}"
            place = f" file={_property(problem.file)}" if problem.file else ""
            sys.stdout.write(f"::{level}{place}::{_data(message)}\n")


def event(settings: Settings) -> Mapping[str, Any]:
    """The event that started this run, as GitHub tells it; empty outside Actions.

    Raises disk.Problems for a file that holds none.
    """
    if not settings.event_path:
        return {}
    told = disk.text(settings.event_path, name="GITHUB_EVENT_PATH")
    try:
        found = json.loads(told)
    except ValueError as error:
        fix = "Name the file with the event's JSON, as Actions does."
        raise disk.Unusable(
            (Problem(file="GITHUB_EVENT_PATH", field="", what=f"no JSON: {error}", fix=fix),)
        ) from error
    return found if isinstance(found, dict) else {}


def summarize(text: str, settings: Settings) -> None:
    """Markdown for the page of this run, where Actions shows one."""
    if settings.summary_path:
        with Path(settings.summary_path).open("a", encoding="utf-8") as file:
            file.write(f"{text}\n")


def output(values: Mapping[str, str], settings: Settings) -> None:
    """Values for later steps and jobs of the workflow; each is one line."""
    if settings.output_path:
        with Path(settings.output_path).open("a", encoding="utf-8") as file:
            file.writelines(f"{name}={line(value)}\n" for name, value in values.items())


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Gives what is told how many of `total` are done: on a terminal one line that changes.

    Elsewhere, as in Actions, a line now and then.
    """
    is_terminal = sys.stderr.isatty()
    every_s = 0.1 if is_terminal else 30.0
    told_at = time.monotonic()

    def tell_done(done: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at < every_s:
            return
        told_at = time.monotonic()
        if is_terminal:
            sys.stderr.write(f"\r{what}: {done:,} of {total:,}")
            sys.stderr.flush()
        else:
            log(f"{what}: {done:,} of {total:,}")

    yield tell_done
    if is_terminal:
        # Back to the start of the line, and clear it.
        sys.stderr.write("\r\x1b[K")


_MOST_BULLETS, _MOST_BYTES = 1_000, 500_000
"""Of one list in the summary: Actions takes 1 MiB from a step, and drops what is longer."""


def bullets(rows: Iterable[str]) -> str:
    """A Markdown list of these rows, which are Markdown of one line; a very long one is cut."""
    kept: list[str] = []
    left = _MOST_BYTES
    for row in rows:
        left -= len(row.encode()) + len("- \n")
        if left < 0 or len(kept) == _MOST_BULLETS:
            return "\n".join([*kept, "", "And more: the log has all of it."])
        kept.append(f"- {row}")
    return "\n".join(kept)


def bullet(problem: Problem) -> str:
    """A problem as one line of Markdown."""
    where = escape.code(line(problem.where))
    return f"{where}: {_said(problem.what)}. {_said(problem.fix)}"


def _said(text: str) -> str:
    return escape.sentence(_printable(line(text)))


def _printable(text: str) -> str:
    """Text that any terminal's encoding takes, without escape sequences."""
    encoding = sys.stdout.encoding or "utf-8"
    clean = "".join(char for char in text if char in "\n\t" or char.isprintable())
    return clean.encode(encoding, "backslashreplace").decode(encoding)


def _data(text: str) -> str:
    return _printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
