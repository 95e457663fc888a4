"""Lists of invented papers: the same count gives the same files, on every machine.

`python -m benchmarks.synthetic COUNT ROOT` writes one. It is a process of its own, because a
child's peak of memory never reads lower than its parent's, see `children`.
"""

from __future__ import annotations

import random
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from benchmarks import words
from benchmarks.children import REPOSITORY
from bot.core import entry, ids
from bot.core.entry import Entry, Listed
from bot.edge import catalog, disk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bot.config import Config


_Value: TypeAlias = "str | int | date | Sequence[str] | Mapping[str, str]"


def write(count: int, root: Path) -> None:
    """Write a list of `count` entries below `root`, with the repository's own `list.yaml`."""
    config = catalog.config(REPOSITORY)
    (root / disk.LIST).write_bytes((REPOSITORY / disk.LIST).read_bytes())
    for one in entries(count, config):
        path = root / one.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(entry.dump(one.entry), "utf-8")


def entries(count: int, config: Config) -> Iterator[Listed]:
    """So many papers as a list with this configuration could have, no two of them the same."""
    chance = random.Random(count)  # noqa: S311 - invents papers, keeps no secret
    taken: set[str] = set()
    for number in range(1, count + 1):
        year = chance.randint(2018, 2026)
        paper = _paper(number, year, chance, config)
        key = ids.citation_key(authors=paper.authors, year=year, title=paper.title, taken=taken)
        taken.add(key)
        yield Listed(path=entry.path(year=year, key=key), entry=paper)


def _paper(number: int, year: int, chance: random.Random, config: Config) -> Entry:
    """A paper made of chance; only its number, which its ids hold, makes it unlike the others."""
    name = chance.choice(words.PREFIXES) + "".join(chance.sample(words.SYLLABLES, 2))
    known = {"arxiv": f"{year % 100:02}{chance.randint(1, 10):02}.{number:05}"}
    fields: dict[str, _Value] = {
        "title": _title(name, chance),
        "authors": _authors(chance),
        "year": year,
        "topics": _some([topic.key for topic in config.topics], chance, most=3),
        "ids": known,
        "datasets": _some(words.DATASETS, chance, most=6),
        "models": _some(words.MODELS, chance, most=4),
        "abstract": _abstract(chance),
        "added": date(2026, 1, 1) + timedelta(days=number % 300),
        "sources": {"title": "arxiv", "authors": "arxiv", "abstract": "arxiv"},
    }
    if chance.random() < 0.4:  # noqa: PLR2004 - the share of published papers
        fields["venue"] = chance.choice(config.venues).name
        known["doi"] = f"10.5555/bench.{number}"
    if chance.random() < 0.5:  # noqa: PLR2004 - the share of papers with code
        fields["links"] = {"code": f"https://github.com/invented-lab/{name.lower()}"}
    return Entry.model_validate(fields)


def _some(known: Sequence[str], chance: random.Random, *, most: int) -> list[str]:
    return chance.sample(known, chance.randint(1, most))


def _authors(chance: random.Random) -> list[str]:
    surnames = chance.sample(words.SURNAMES, chance.randint(3, 12))
    return [f"{chance.choice(words.FIRST_NAMES)} {surname}" for surname in surnames]


def _title(name: str, chance: random.Random) -> str:
    """A title of 8 to 14 words."""
    length = chance.randint(8, 14)
    title = [f"{name}:", *_thing(chance)]
    while missing := length - len(title):
        thing = _thing(chance)
        # Phrases of three words, and of two where three would leave one word over.
        title += [chance.choice(words.LINKS), *(thing[1:] if missing in {2, 4} else thing)]
    return " ".join(word if word in words.LINKS else word[0].upper() + word[1:] for word in title)


def _thing(chance: random.Random) -> tuple[str, str]:
    return chance.choice(words.ADJECTIVES), chance.choice(words.NOUNS)


def _abstract(chance: random.Random) -> str:
    """An abstract of 900 to 1,600 characters."""
    enough = chance.randint(900, 1_440)
    abstract = _sentence(chance)
    while len(abstract) < enough:
        abstract += " " + _sentence(chance)
    return abstract


def _sentence(chance: random.Random) -> str:
    """A sentence of at most 160 characters."""
    one, other = " ".join(_thing(chance)), " ".join(_thing(chance))
    opening, verb = chance.choice(words.OPENINGS), chance.choice(words.VERBS)
    return f"{opening} {one} that {verb} {other} {chance.choice(words.CLOSINGS)}."


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]))
