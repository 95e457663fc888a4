"""What is wrong with a list whose every entry can be read: between entries, and against the list."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot.core import address, match
from bot.core.text import quoted
from bot.model import Evidence, NotThere, Problem, Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bot.config import Config
    from bot.core.entry import Listed
    from bot.model import Answer

_PATH = re.compile(r"entries/(?:19|20)[0-9]{2}/[a-z0-9][a-z0-9_-]*\.yaml")


def problems(
    listed: Sequence[Listed],
    config: Config,
    *,
    allows_private: bool = True,
    today: date | None = None,
) -> tuple[Problem, ...]:
    """Every problem that the entries have with each other and with the list's configuration.

    Without `allows_private` links that only a private network can open are problems, too; with
    `today`, days to come.
    """
    return (
        *_misplaced(listed),
        *_twice(listed),
        *_unknown_words(listed, config),
        *_undue(listed, today),
        *(() if allows_private else _private(listed)),
    )


def _undue(listed: Iterable[Listed], today: date | None) -> Iterator[Problem]:
    """Days on which nothing can have happened."""
    # It may be tomorrow already where an entry is written.
    last = today + timedelta(days=1) if today else date.max
    for one in listed:
        entry = one.entry
        if entry.promoted and not entry.venue:
            fix = "Write the venue, or take `promoted` out."
            what = "it became published here, and has no venue"
            yield Problem(file=one.path, field="promoted", what=what, fix=fix)
        for field, day in (("added", entry.added), ("promoted", entry.promoted)):
            if day and day > last:
                fix = f"Write the day on which it happened, such as {today}."
                what = f"{day} is still to come"
                yield Problem(file=one.path, field=field, what=what, fix=fix)


def _private(listed: Iterable[Listed]) -> Iterator[Problem]:
    """Links that readers of the list cannot open."""
    for one in listed:
        links = {f"links.{name}": url for name, url in one.entry.links.items()}
        if "url" in one.entry.ids:
            links["ids.url"] = one.entry.ids["url"]
        for field, url in links.items():
            if refused := address.refusal(url, allows_private=False):
                fix = "Give a link that everybody can open, such as https://github.com/owner/name"
                what = f"{quoted(url, most=200)} is {refused.what}"
                yield Problem(file=one.path, field=field, what=what, fix=fix)


def _misplaced(listed: Iterable[Listed]) -> Iterator[Problem]:
    """Files whose names are no citation keys, or whose key another file has, too."""
    homes: dict[str, str] = {}
    for one in listed:
        if not _PATH.fullmatch(one.path):
            fix = "Name it entries/<year>/<key>.yaml, such as entries/2023/zhao2023fedprompt.yaml"
            what = "the file's place or name does not fit"
            yield Problem(file=one.path, field="", what=what, fix=fix)
        if (home := homes.setdefault(one.key, one.path)) != one.path:
            what = f"its citation key is that of {home}, too"
            fix = "Give the newer of the two files another name, such as with a `b` at the end."
            yield Problem(file=one.path, field="", what=what, fix=fix)


def _twice(listed: Iterable[Listed]) -> Iterator[Problem]:
    """Papers that stand in two files: by an id, or by title and an author."""
    homes: dict[tuple[str, str], Listed] = {}
    titles: dict[str, Listed] = {}
    for one in listed:
        fix = "Keep one of the two files, with what both know."
        for known in one.entry.identities:
            home = homes.setdefault((known.kind, known.id), one)
            if home is not one:
                what = f"{known.kind} {known.id} stands in {home.path}, too"
                yield Problem(file=one.path, field=f"ids.{known.kind}", what=what, fix=fix)
        twin = titles.setdefault(match.plain(one.entry.title), one)
        if twin is not one and match.surnames(one.entry.authors) & match.surnames(
            twin.entry.authors
        ):
            what = f"{twin.path} has the same title, and an author of the same name"
            yield Problem(file=one.path, field="title", what=what, fix=fix)


def _unknown_words(listed: Iterable[Listed], config: Config) -> Iterator[Problem]:
    """Sections and topics that the configuration does not have."""
    sections = {section.key for section in config.sections}
    topics = set(config.topic_titles)
    for one in listed:
        if one.entry.section and one.entry.section not in sections:
            what = f"the list has no section {quoted(one.entry.section)}"
            fix = f"Use one of: {', '.join(sorted(sections))}."
            yield Problem(file=one.path, field="section", what=what, fix=fix)
        for topic in one.entry.topics:
            if topic not in topics:
                what = f"the list has no topic {quoted(topic)}"
                fix = f"Use some of: {', '.join(sorted(topics))}; or add it to list.yaml."
                yield Problem(file=one.path, field="topics", what=what, fix=fix)


def against(
    listed: Iterable[Listed], answers: Mapping[str, Answer], *, same_paper: float
) -> tuple[tuple[Problem, ...], tuple[Unreachable, ...]]:
    """What arXiv's answers (by id) say against the entries, and which could not be checked."""
    found: list[Problem] = []
    unchecked: list[Unreachable] = []
    for one in listed:
        match answers.get(one.entry.ids.get("arxiv", "")):
            case NotThere(what=what):
                fix = "Correct the id, or take it out."
                found.append(Problem(file=one.path, field="ids.arxiv", what=what, fix=fix))
            case Unreachable() as answer:
                unchecked.append(answer)
            case Evidence(title=title) if match.likeness(title, one.entry.title) < same_paper:
                what = f"arXiv's paper of this id is {quoted(title, most=600)}"
                fix = "Correct the id or the title; lock the title if both are right."
                if "title" not in one.entry.locked:
                    found.append(Problem(file=one.path, field="title", what=what, fix=fix))
            case _:
                pass
    return tuple(found), tuple(unchecked)
