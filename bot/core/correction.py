"""The values of a correction form to a Correction: what a person asks to have changed or removed."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.core import ids, options
from bot.core.submission import MOST_LINK, Sheet, links_of, values
from bot.core.text import items
from bot.model import LINK_FIELDS, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.config import Config
    from bot.model import Identity, LinkField, Value

REMOVE = "Remove it from the list"
CORRECT = "Correct what is filled in below"
CHANGES = (CORRECT, REMOVE)
"""The options of the form's field `change`."""

FIELDS = ("title", "authors", "venue", "year", "section", "topics", "datasets", "models")


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a person asks to have changed in the list; every text is clean."""

    origin: str
    target: str
    """Which entry is meant: its key, file, link, identifier or title, as typed."""
    removes: bool = False
    changes: Mapping[str, object]
    """Field to new value; None or () takes the value out."""
    links: Mapping[LinkField, str | None]
    """None takes the link out."""
    paper: Identity | None = None
    """One more identifier of the paper, or another of a kind that it has."""
    notes: str | None = None
    remarks: tuple[str, ...] = ()


def read(
    fields: Mapping[str, Value], *, config: Config, origin: str, allows_private: bool = False
) -> Correction | tuple[Problem, ...]:
    """What a correction form asks for, or everything that is wrong with its values at once.

    An empty field changes nothing; "none" or "-" takes a value out.
    """
    sheet = Sheet(fields)
    target = sheet.line("entry", most=MOST_LINK)
    if target is None and not sheet.problems:
        fix = "Paste its link, or write its citation key, such as zhao2023fedprompt"
        sheet.tell("entry", "it is not said which entry is meant", fix)
    removes = REMOVE in sheet.text("change").split("\n")
    changes = settled(sheet, config)
    links = links_told(sheet, allows_private=allows_private)
    paper = _paper(sheet, allows_private=allows_private)
    notes = sheet.notes()
    if not (removes or changes or links or paper or sheet.problems):
        fix = "Fill in what has to change, such as the venue; or choose to remove the entry."
        sheet.tell("change", "nothing is filled in that differs", fix)
    if removes and not notes:
        fix = "Write it into the notes, such as: it is not about the list's subject."
        sheet.tell("notes", "the reason for the removal is missing", fix)
    if sheet.problems or target is None:
        return tuple(sheet.problems)
    return Correction(
        origin=origin,
        target=target,
        removes=removes,
        changes=changes,
        links=links,
        paper=paper,
        notes=notes,
        remarks=tuple(sheet.remarks),
    )


def settled(sheet: Sheet, config: Config) -> Mapping[str, object]:
    """Field to new value, of the fields that are filled in."""
    told = {name: value for name, value in values(sheet, config).items() if value}
    cleared = {name: _nothing(name) for name in FIELDS if _is_cleared(sheet, name)}
    for name in ("title", "authors"):
        if name in cleared:
            sheet.tell(name, "an entry cannot be without it", f"Write the right {name}.")
    return MappingProxyType({**cleared, **told})


def _nothing(name: str) -> object:
    return () if name in {"topics", "datasets", "models"} else None


def _is_cleared(sheet: Sheet, name: str) -> bool:
    """Whether the field says in words that there is nothing, or lets the list decide."""
    typed = sheet.text(name).strip()
    return bool(typed) and (not items(typed) or typed == options.LIST_DECIDES)


def links_told(sheet: Sheet, *, allows_private: bool) -> Mapping[LinkField, str | None]:
    """Link field to new link, of those that are filled in; None where one is to go."""
    cleared: dict[LinkField, str | None] = {
        name: None for name in LINK_FIELDS if _is_cleared(sheet, name)
    }
    return MappingProxyType({**cleared, **links_of(sheet, allows_private=allows_private)})


def _paper(sheet: Sheet, *, allows_private: bool) -> Identity | None:
    pasted = sheet.line("paper", most=MOST_LINK)
    if pasted is None:
        return None
    return sheet.good(ids.read(pasted, field="paper", allows_private=allows_private))
