"""Slash commands in comments: which there are, who may say them, and which a comment says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from rapidfuzz import process

from bot.core.text import lines

if TYPE_CHECKING:
    from collections.abc import Iterator

Who: TypeAlias = Literal["anyone", "submitter", "maintainer"]
Where: TypeAlias = Literal["open", "pull", "any", "report"]

MOST_COMMANDS = 10
"""Of one comment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command of the registry."""

    name: str
    takes: str = ""
    """What follows the name, for people; '' where nothing does."""
    pattern: str = ""
    """What has to follow the name: anchored, in linear time."""
    who: Who
    """A submitter's commands are a maintainer's, too."""
    where: Where
    """Whether the submission has to be open, or to have a pull request; or the report of links,
    where `help` is the only other command."""
    example: str
    about: str


_FIELD = "(?P<field>[a-z]{2,20})"

COMMANDS = (
    Command(
        name="help", who="anyone", where="any", example="/help",
        about="tells what can be said here",
    ),
    Command(
        name="retry", who="submitter", where="open", example="/retry",
        about="looks at the submission anew, and asks every service again",
    ),
    Command(
        name="withdraw", who="submitter", where="any", example="/withdraw",
        about="takes the submission back: issue and pull request are closed",
    ),
    Command(
        name="reopen", who="submitter", where="any", example="/reopen",
        about="opens the submission again, with a pull request; what a maintainer rejected only a maintainer reopens",
    ),
    Command(
        name="set", takes="field = value", pattern=rf"{_FIELD}[ ]?=[ ]?(?P<value>\S.*)",
        who="maintainer", where="pull", example="/set venue = ICML 2024",
        about="changes one field of the entry on the branch; “none” takes the value out",
    ),
    Command(
        name="lock", takes="field", pattern=_FIELD, who="maintainer", where="pull",
        example="/lock title", about="keeps every job from changing the field later",
    ),
    Command(
        name="unlock", takes="field", pattern=_FIELD, who="maintainer", where="pull",
        example="/unlock title", about="lets jobs propose changes of the field again",
    ),
    Command(
        name="merge", who="maintainer", where="pull", example="/merge",
        about="approves what is shown now, checks it again, and merges it",
    ),
    Command(
        name="reject", takes="reason", pattern="(?P<reason>.+)", who="maintainer", where="any",
        example="/reject It is not about federated learning.",
        about="closes issue and pull request with the reason",
    ),
    Command(
        name="ignore", takes="link 90d", pattern=r"(?P<value>\S+)(?:[ ]+(?P<days>[0-9]{1,4})[ ]?(?:d|days?)?)?",
        who="maintainer", where="report", example="/ignore https://example.org/slides.pdf 90d",
        about="leaves a link of the report alone for so many days, 90 unless told; 0d ends that",
    ),
)  # fmt: skip

ON_REPORT = tuple(one for one in COMMANDS if one.where == "report" or one.name == "help")
ON_SUBMISSION = tuple(one for one in COMMANDS if one.where != "report")

BY_NAME = {command.name: command for command in COMMANDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One command that a comment says, or was meant to say."""

    name: str
    command: Command | None
    """None where there is no such command."""
    near: str = ""
    """The command that was probably meant."""
    field: str = ""
    value: str = ""
    reason: str = ""
    days: str = ""
    """A number, or '' where none is told."""
    is_malformed: bool = False
    """Whether what follows the name is not what the command takes."""


def how(command: Command) -> str:
    """The sentence for a command that was said wrongly."""
    return f"“/{command.name}” takes {command.takes or 'nothing behind it'}, such as “{command.example}”."


# Phones write a capital letter at the start of a line.
_LINE = re.compile(r"/(?P<name>[A-Za-z][A-Za-z-]{0,19})(?:[ ]+(?P<rest>.*))?")
# A quote may stand in a list, too.
_QUOTE = re.compile(r"[-\s*+0-9.)]*>")
_HIDING = (
    ("<!--", "-->"),
    *(
        (f"<{tag}", f"</{tag}>")
        for tag in ("pre", "code", "blockquote", "script", "style", "textarea")
    ),
)
_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}(?=[^`]*$)|~{3,})")


def read(comment: str) -> tuple[Said, ...]:
    r"""The commands of a comment, in their order: each is a whole line, outside quotes and code.

    >>> [said.name for said in read("I would never\n> /merge\n\n/retry")]
    ['retry']
    """
    found = [_said(match) for row in _spoken(lines(comment)) if (match := _LINE.fullmatch(row))]
    return tuple(found[:MOST_COMMANDS])


def _spoken(text: str) -> Iterator[str]:
    """The lines that are neither quoted nor code nor hidden, without white space at their end."""
    closing: re.Pattern[str] | None = None
    is_quoted = False
    ticks: list[str] = []
    for row in text.split("\n"):
        if closing:
            closing = None if closing.search(row) else closing
        elif opening := _opened(row):
            closing = opening
        elif not row.strip():
            is_quoted, ticks = False, []
        else:
            # A paragraph that starts as a quote goes on as one until an empty line.
            is_quoted = is_quoted or bool(_QUOTE.match(row))
            if not is_quoted and not ticks:
                # Indented text is code; a command starts at the line's very start.
                yield row.rstrip()
            ticks = _open_ticks(row, ticks)


def _opened(row: str) -> re.Pattern[str] | None:
    """What ends the block that this line opens: a fence, hidden text, a <pre>; None for others."""
    if found := _FENCE.match(row):
        fence = found["fence"]
        return re.compile(rf"^ {{0,3}}{re.escape(fence[0])}{{{len(fence)},}}\s*$")
    for start, end in _HIDING:
        _, opening, after = row.lower().rpartition(start)
        if opening and end not in after:
            return re.compile(re.escape(end), re.IGNORECASE)
    return None


def _open_ticks(row: str, ticks: list[str]) -> list[str]:
    """The run of backticks that a code span of this paragraph still waits for, if any."""
    for run in re.findall("`+", row):
        if not ticks:
            ticks = [run]
        elif ticks == [run]:
            ticks = []
    return ticks


def _said(match: re.Match[str]) -> Said:
    name, rest = match["name"].lower(), (match["rest"] or "").strip()
    command = BY_NAME.get(name)
    if command is None:
        best = process.extractOne(name, BY_NAME.keys(), score_cutoff=60)
        return Said(name=name, command=None, near=best[0] if best else "")
    found = re.fullmatch(command.pattern, rest)
    if found is None:
        return Said(name=name, command=command, is_malformed=True)
    parts = {key: text.strip() for key, text in found.groupdict("").items()}
    return Said(
        name=name,
        command=command,
        field=parts.get("field", ""),
        value=parts.get("value", ""),
        reason=parts.get("reason", ""),
        days=parts.get("days", ""),
    )
