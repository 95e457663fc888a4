"""What pydantic found wrong with a file, in words for the person who wrote it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.model import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails


def problems(
    error: ValidationError, *, file: str, examples: Mapping[str, str]
) -> tuple[Problem, ...]:
    """Every problem of a file at once; `examples` gives a good line for each known field.

    A validator of ours raises ValueError with what and fix, a NUL between them; both stand as they are.
    """
    return tuple(
        _problem(detail, file=file, examples=examples) for detail in error.errors(include_url=False)
    )


def _problem(detail: ErrorDetails, *, file: str, examples: Mapping[str, str]) -> Problem:
    where = ".".join(str(part) for part in detail["loc"])
    example = examples.get(str(detail["loc"][0]) if detail["loc"] else "")
    like = f"Write it such as {example}" if example else "See docs/reference for what it takes."
    what, fix = _told(detail, known=", ".join(examples))
    return Problem(file=file, field=where, what=what, fix=fix or like)


def _told(  # noqa: PLR0911 - a table: one answer for each kind of error
    detail: ErrorDetails, *, known: str
) -> tuple[str, str]:
    """What is wrong, and the cure where it is another than the field's example."""
    context = detail.get("ctx", {})
    given = repr(str(detail["input"])[:40])
    match detail["type"]:
        case "missing":
            return "it is missing", ""
        case "extra_forbidden":
            return "there is no such field", f"Take it out, or use one of: {known}."
        case "string_too_short" | "too_short":
            return "it is empty", "Take the line out, or fill it."
        case "string_too_long" | "too_long":
            return f"it is longer than {context['max_length']}", "Shorten it."
        case "string_pattern_mismatch":
            return f"{given} holds characters that do not belong there", ""
        case "value_error":
            what, _, fix = str(context["error"]).partition("\0")
            return what, fix
        case "literal_error":
            return f"{given} is not one of {context['expected']}", ""
        case kind if re.match("(int|greater|less)", kind):
            return f"{given} is not a number that fits here", ""
        case kind if kind.startswith("date"):
            return f"{given} is not a day", ""
        case _:
            return "it has a value of the wrong kind", ""
