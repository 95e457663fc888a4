"""People's edits on a branch against what the bot makes anew: what people decided stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core import memo
from bot.core.entry import Entry
from bot.core.merge import PERSON, Difference, shown

if TYPE_CHECKING:
    from collections.abc import Mapping


def edits(branch: Entry, *, made: Mapping[str, str]) -> frozenset[str]:
    """The fields that a person changed on the branch, given digests of what the bot made."""
    now = memo.made(branch)
    return frozenset(name for name in (*now, *made) if now.get(name, "") != made.get(name, ""))


def signed(branch: Entry, *, made: Mapping[str, str]) -> Entry:
    """The branch's entry, with a person named as the source of what a person changed."""
    changed = edits(branch, made=made) if made else frozenset()
    sources = {**branch.sources, **dict.fromkeys(changed, PERSON)}
    if sources == dict(branch.sources):
        return branch
    return Entry.model_validate({**branch.fields(), "sources": sources})


def both(
    new: Entry, branch: Entry, *, made: Mapping[str, str]
) -> tuple[Entry, tuple[Difference, ...]]:
    """The entry that the text of a submission gives now, with the edits that are on its branch.

    What only a person changed stays; where the new text says otherwise since, the person's value
    stays, too, and both are shown. Without digests of what the bot made, nothing tells who
    changed a field: then the branch's value stays wherever they differ.
    """
    wanted, edited = memo.made(new), edits(branch, made=made)
    kept = {name: getattr(branch, name) for name in edited}
    contradicted = [
        name
        for name in edited
        if wanted.get(name, "") not in {made.get(name, ""), memo.made(branch).get(name, "")}
    ]
    sources = {**new.sources, **dict.fromkeys(edited, PERSON)}
    told = {
        "added": branch.added or new.added,
        "promoted": branch.promoted or new.promoted,
        "locked": tuple(dict.fromkeys((*branch.locked, *new.locked))),
        "sources": sources,
    }
    differences = tuple(
        Difference(
            field=name,
            kept=shown(getattr(branch, name)),
            kept_from="a person, on the branch",
            other=shown(getattr(new, name)),
            other_from="the text of the issue",
        )
        for name in sorted(contradicted)
    )
    return Entry.model_validate({**new.fields(), **kept, **told}), differences


def rebased(branch: Entry, *, fork: Entry, main: Entry) -> Entry:
    """A change of a listed entry, made on `fork`, carried over to what the list says now.

    The branch's fields stay where it changed them; everything else is the list's.
    """
    ours, theirs = branch.fields(), main.fields()
    changed = {name for name, value in fork.fields().items() if ours[name] != value}
    changed -= {"sources"}
    sources = {
        **main.sources,
        **{name: source for name, source in branch.sources.items() if name in changed},
    }
    return Entry.model_validate(
        {**theirs, **{name: ours[name] for name in changed}, "sources": sources}
    )
