"""Is this paper already here? By identity, as the same work, or with nearly the same title."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rapidfuzz import fuzz, process

from bot.core import ids
from bot.model import Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from bot.core.entry import Entry, Listed
    from bot.model import Identity

Likeness = float
"""Of two titles: 0 (nothing shared) to 100 (equal but for case, punctuation and spaces)."""

EQUAL: Likeness = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A listed paper that may be the one at hand."""

    listed: Listed
    how: Literal["same-identity", "same-work", "near-title"]
    likeness: Likeness = EQUAL


class Index:
    """The list, ready to be asked about one paper after another."""

    def __init__(self, listed: Iterable[Listed]) -> None:
        self._by_identity: dict[tuple[str, str], Listed] = {}
        self._by_title: dict[str, list[Listed]] = {}
        self._by_start: dict[str, list[Listed]] = {}
        self._by_key: dict[str, Listed] = {}
        for one in listed:
            self.add(one)

    def add(self, one: Listed) -> None:
        """Take a paper in; where two claim one identity, the first keeps it."""
        self._by_key.setdefault(one.key, one)
        for kind, text in one.entry.ids.items():
            self._by_identity.setdefault((kind, text), one)
        self._by_title.setdefault(plain(one.entry.title), []).append(one)
        if start := _start(one.entry.title):
            self._by_start.setdefault(start, []).append(one)

    @property
    def keys(self) -> Collection[str]:
        """Every citation key that is taken."""
        return self._by_key.keys()

    def has_key(self, key: str) -> bool:
        """Whether a citation key is taken."""
        return key in self._by_key

    def named(self, text: str) -> Listed | None:
        """The listed paper that a person means by its key, file, link, identifier or title."""
        key = text.strip().removesuffix(".yaml").rpartition("/")[2]
        if key in self._by_key:
            return self._by_key[key]
        paper = ids.read(text)
        if not isinstance(paper, Problem) and (found := self.identity(paper)):
            return found.listed
        titled = self._by_title.get(plain(text), [])
        return titled[0] if len(titled) == 1 else None

    def identity(self, paper: Identity) -> Match | None:
        """The listed paper with this identity."""
        one = self._by_identity.get((paper.kind, paper.id))
        return Match(listed=one, how="same-identity") if one else None

    def work(self, entry: Entry, *, near_title: Likeness | None) -> Match | None:
        """The listed paper that this one is, or is most like.

        Equal titles of papers that share an author are one work. Equal titles without a shared
        author, those of which one goes on after a colon where the other ends, and titles that are
        alike from `near_title` on, are for a person to decide; with None, these are not looked for.
        """
        for known in entry.identities:
            if same := self.identity(known):
                return same
        title = plain(entry.title)
        for one in self._by_title.get(title, ()):
            if surnames(entry.authors) & surnames(one.entry.authors):
                return Match(listed=one, how="same-work")
        if near_title is None:
            return None
        if near_title <= EQUAL and (longer := self._continued(entry)):
            return Match(listed=longer, how="near-title")
        found = process.extractOne(
            title, self._by_title.keys(), scorer=fuzz.ratio, score_cutoff=near_title
        )
        if found is None:
            return None
        near, score, _ = found
        return Match(listed=self._by_title[near][0], how="near-title", likeness=score)

    def _continued(self, entry: Entry) -> Listed | None:
        """A paper whose title goes on after a colon where this one's ends, or the other way."""
        title = plain(entry.title)
        longer = self._by_start.get(title, ()) if len(title) > 1 else ()
        shorter = self._by_title.get(_start(entry.title), ())
        found = [*longer, *shorter]
        ours = surnames(entry.authors)
        shared = (one for one in found if ours & surnames(one.entry.authors))
        return next(shared, found[0] if found else None)


def _start(title: str) -> str:
    """What stands before a title's first colon, plainly; '' where there is none, or too little."""
    start, colon, rest = title.partition(":")
    known = plain(start) if colon and rest.strip() else ""
    return known if len(known) > 1 else ""


_SEPARATORS = re.compile(r"[\W_]+")


def plain(title: str) -> str:
    """A title without case and punctuation, its words apart.

    >>> plain("FedPrompt:  Communication-Efficient")
    'fedprompt communication efficient'
    """
    return _SEPARATORS.sub(" ", title.casefold()).strip() or title


def likeness(one: str, other: str) -> Likeness:
    """How alike two titles are; a title that the other one continues after a colon is equal to it.

    >>> likeness("FedPrompt", "FedPrompt: Communication-Efficient Prompt Tuning")
    100.0
    """
    short, long = sorted((one, other), key=len)
    if len(plain(short)) > 1 and plain(long.partition(":")[0]) == plain(short):
        return EQUAL
    return fuzz.ratio(plain(one), plain(other))


_GENERATIONS = frozenset({"jr", "sr", "ii", "iii", "iv"})


def surnames(authors: Iterable[str]) -> frozenset[str]:
    """The last words of the names, without case and generation."""
    every = (plain(name.partition(",")[0]).split() for name in authors)
    known = ([word for word in words if word not in _GENERATIONS] for words in every)
    return frozenset(words[-1] for words in known if words)
