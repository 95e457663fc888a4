"""People's edits on a branch against what the bot makes anew: what people decided stays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.core import memo
from bot.core.entry import Entry
from bot.core.merge import PERSON, Difference, shown

if TYPE_CHECKING:
    from collections.abc import Mapping


def edits(branch: Entry, *, made: Mapping[str, str], by_people: bool = True) -> frozenset[str]:
    """The fields that a person decided on the branch, given digests of what the bot made.

    Without digests nothing tells who changed a field: where people committed there, all of it
    may be theirs.
    """
    signed_for = {name for name, source in branch.sources.items() if source == PERSON}
    if not made and not by_people:
        return frozenset(signed_for)
    now = memo.made(branch)
    changed = {name for name in (*now, *made) if now.get(name, "") != made.get(name, "")}
    return frozenset(changed | signed_for)


def signed(branch: Entry, *, made: Mapping[str, str]) -> Entry:
    """The branch's entry, with a person named as the source of what a person changed."""
    changed = edits(branch, made=made) if made else frozenset()
    sources = {**branch.sources, **dict.fromkeys(changed, PERSON)}
    if sources == dict(branch.sources):
        return branch
    return Entry.model_validate({**branch.fields(), "sources": sources})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An entry out of a submission's text and what people did on its branch."""

    entry: Entry
    differences: tuple[Difference, ...] = ()
    """Where the text says otherwise than a person decided, and nobody has answered that yet."""
    made: Mapping[str, str] = field(default_factory=dict)
    """Digests for the next time; of contradicted fields those from before."""
    asked: Mapping[str, str] = field(default_factory=dict)
    """Contradicted field to the digest of what the text says, until a person decides."""


def both(new: Entry, branch: Entry, *, made: Mapping[str, str], by_people: bool = True) -> Kept:
    """The entry that the text of a submission gives now, with the edits that are on its branch.

    What only a person changed stays; where the new text says otherwise since, the person's value
    stays, too, and both are shown until the field is set or locked.
    """
    wanted, edited = memo.made(new), edits(branch, made=made, by_people=by_people)
    present = memo.made(branch)
    contradicted = [
        name
        for name in sorted(edited - set(branch.locked))
        if wanted.get(name, "") not in {made.get(name, ""), present.get(name, "")}
    ]
    sources = {**new.sources, **dict.fromkeys(edited, PERSON)}
    told = {
        "added": branch.added or new.added,
        "promoted": branch.promoted or new.promoted,
        "locked": tuple(dict.fromkeys((*branch.locked, *new.locked))),
        "sources": sources,
    }
    kept = {name: getattr(branch, name) for name in edited}
    if not kept.get("venue", new.venue):
        told["promoted"] = None
    differences = tuple(
        Difference(
            field=name,
            kept=shown(getattr(branch, name)),
            kept_from="a person, on the branch",
            other=shown(getattr(new, name)),
            other_from="the text of the issue",
        )
        for name in contradicted
    )
    before = {name: made.get(name, "") for name in contradicted}
    return Kept(
        entry=Entry.model_validate({**new.fields(), **kept, **told}),
        differences=differences,
        made={**wanted, **before},
        asked={name: wanted.get(name, "") for name in contradicted},
    )
