"""A branch of ours against the list as it is now: what it would be, made anew on top of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.core import audit, entry, ids, keep, memo
from bot.core.entry import Entry, Listed
from bot.core.keep import Kept
from bot.core.match import Index

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.config import Config
    from bot.core.match import Match
    from bot.core.merge import Difference
    from bot.core.review import Decision
    from bot.model import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a branch changes in the list, as it was read."""

    texts: Mapping[str, str | None] = field(default_factory=dict)
    """Entry file to text; None where the branch deletes it."""
    added: frozenset[str] = frozenset()
    """Which of them the list did not have where the branch left it."""
    made: Mapping[str, str] = field(default_factory=dict)
    """Digests of what the bot wrote there, see `memo.made`."""
    by_people: bool = True
    """Whether a person committed there since the bot made it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """A branch's entries on top of the present list."""

    entries: Mapping[str, Entry | None] = field(default_factory=dict)
    """File to entry; None where it goes."""
    problems: tuple[Problem, ...] = ()
    """Why it cannot be rebuilt, for a person to mend on the branch."""
    twin: Match | None = None
    """The listed paper that its new entry became a duplicate of."""


def rebuilt(
    read: Read, listed: Sequence[Listed], config: Config, *, allows_private: bool = False
) -> Rebuilt:
    """The branch's entries as they stand, people's edits kept, beside what the list has now.

    Links that only a private network can open are problems, unless `allows_private`.
    """
    entries: dict[str, Entry | None] = {}
    unread: list[Problem] = []
    for path, text in read.texts.items():
        loaded = None if text is None else entry.load(text, file=path)
        if isinstance(loaded, tuple):
            unread += loaded
        elif loaded is None:
            entries[path] = None
        else:
            is_known = len(read.texts) == 1
            entries[path] = keep.signed(loaded, made=read.made) if is_known else loaded
    if unread:
        return Rebuilt(problems=tuple(unread))
    result = _placed(entries, read, listed)
    told = problems(result.entries, listed, config, allows_private=allows_private)
    return replace(result, problems=told)


def problems(
    entries: Mapping[str, Entry | None],
    listed: Sequence[Listed],
    config: Config,
    *,
    allows_private: bool,
) -> tuple[Problem, ...]:
    """What the list would be told about these entries."""
    found = audit.problems(changed(listed, entries), config, allows_private=allows_private)
    return tuple(one for one in found if one.file in entries)


def _placed(
    entries: Mapping[str, Entry | None],
    read: Read,
    listed: Sequence[Listed],
) -> Rebuilt:
    index = Index(listed)
    placed: dict[str, Entry | None] = {}
    twin: Match | None = None
    for path, one in entries.items():
        if one is None or path not in read.added:
            placed[path] = one
            continue
        if found := index.work(one, near_title=None):
            twin = twin or found
            continue
        home = path if not index.has_key(_key(path)) else _free(path, one, index)
        placed[home] = one
        index.add(Listed(path=home, entry=one))
    # What the list got meanwhile is dropped; only where nothing else is left is that the news.
    return Rebuilt(entries=placed, twin=None if placed else twin)


def _key(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".yaml")


def _free(path: str, one: Entry, index: Index) -> str:
    """Another file for the entry, whose key another paper has by now."""
    year = one.sort_year or int(path.split("/")[1])
    key = ids.citation_key(authors=one.authors, year=year, title=one.title, taken=index.keys)
    return entry.path(year=year, key=key)


def merged(decision: Decision, read: Read) -> tuple[dict[str, Entry | None], Kept, Decision]:
    """The entries of a branch: the submission's, and what people put there."""
    if decision.removed:
        return {decision.removed.path: None}, Kept(entry=decision.removed.entry), decision
    listed = decision.listed
    assert listed  # noqa: S101 - an accepted decision has an entry or removes one
    entries: dict[str, Entry | None] = {}
    kept = Kept(entry=listed.entry, made=memo.made(listed.entry))
    home = listed.path
    for path, text in read.texts.items():
        loaded = None if text is None else entry.load(text, file=path)
        if isinstance(loaded, tuple):
            # What nobody can read is made anew from the submission, where somebody asks for that.
            continue
        if loaded is None:
            if path != listed.path and path not in read.added:
                entries[path] = None
            continue
        if _is_same_paper(loaded, listed.entry, read.made) and path not in entries:
            home = path
            kept = keep.both(listed.entry, loaded, made=read.made, by_people=read.by_people)
        elif not read.made or memo.made(loaded).get("ids") != read.made.get("ids"):
            # Another paper that a person added on the branch.
            entries[path] = loaded
    decision = replace(
        decision,
        listed=Listed(path=home, entry=kept.entry),
        differences=(*decision.differences, *kept.differences),
        doubts=(*decision.doubts, *map(_contradiction, kept.differences), *map(_more, entries)),
    )
    return {**entries, home: kept.entry}, kept, decision


def _contradiction(one: Difference) -> str:
    return (
        f"A person changed the field “{one.field}” on the branch, and the submission's text says "
        f"otherwise since. The person's value stays. Decide with “/set {one.field} = ...”, or "
        f"with “/lock {one.field}” where it is right as it is."
    )


def _more(path: str) -> str:
    return f"The branch also changes “{path}”, which a person put there: merging takes it in, too."


def _is_same_paper(branch: Entry, new: Entry, made: Mapping[str, str]) -> bool:
    """Whether the entry on the branch is the one that the submission is about still."""
    told = memo.made(new).get("ids")
    shared = dict(branch.ids).items() & dict(new.ids).items()
    return bool(shared) or told == made.get("ids")


def changed(listed: Sequence[Listed], changes: Mapping[str, Entry | None]) -> list[Listed]:
    """The list with these entries in their files; None takes one out."""
    by_path: dict[str, Entry | None] = {**{one.path: one.entry for one in listed}, **changes}
    return [
        Listed(path=path, entry=one) for path, one in sorted(by_path.items()) if one is not None
    ]
