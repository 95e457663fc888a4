"""Which of the offered options a text names."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from bot.config import Section, Topic

_Rest: TypeAlias = "tuple[str, _Rest] | None"

LIST_DECIDES = "Let the list decide"
"""The first option of the form's section field."""


def split(text: str, offered: Collection[str]) -> tuple[tuple[str, ...], ...]:
    """The ways to read a text as options joined by ', ': none, the one, or the first two of many.

    Options may hold commas, and come in any order. Time grows with the length of the text.

    >>> split("Vision, language, Speech", ["Vision, language", "Speech"])
    (('Vision, language', 'Speech'),)
    """
    parts = text.split(", ")
    widths = sorted({option.count(", ") + 1 for option in offered})
    # What may follow from each part on; from behind, so that a dead end is never entered.
    rests: list[list[_Rest]] = [[] for _ in parts] + [[None]]
    for at in reversed(range(len(parts))):
        for width in widths:
            option = ", ".join(parts[at : at + width])
            if at + width <= len(parts) and option in offered:
                rests[at] += [(option, rest) for rest in rests[at + width]]
        del rests[at][2:]
    return tuple(_unrolled(rest) for rest in rests[0])


def _unrolled(rest: _Rest) -> tuple[str, ...]:
    options = []
    while rest is not None:
        option, rest = rest
        options.append(option)
    return tuple(options)


def titles(parts: Iterable[Section | Topic]) -> Mapping[str, str]:
    """Option to key, for sections or topics: their titles, told apart by the key where they must be.

    GitHub refuses a form that offers an option twice or the word "None".

    Source: https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/common-validation-errors-when-creating-issue-forms
    """
    found: dict[str, str] = {}
    taken = {"none", LIST_DECIDES.casefold()}
    for part in parts:
        is_taken = part.title.casefold() in taken
        taken.add(part.title.casefold())
        found[f"{part.title} ({part.key})" if is_taken else part.title] = part.key
    return found
