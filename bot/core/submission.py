"""The values of a filled-in form to a Submission: what a person asks to have listed."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, TypedDict, TypeVar

from bot.core import ids, options
from bot.core.entry import MOST_AUTHORS, MOST_ITEMS, MOST_TITLE
from bot.core.text import items, line, lines, names, quoted
from bot.model import LINK_FIELDS, LinkField, Problem, Submission, Ticks, Value

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from bot.config import Config, Section, Topic
    from bot.model import Identity

MOST_NAME = 300
"""Characters of one author, venue, data set or model."""
MOST_LINK = 2_000
MOST_NOTES = 5_000
FIRST_YEAR, LAST_YEAR = 1950, 2100

_Good = TypeVar("_Good")


def submission(  # noqa: PLR0913 - all that a form is read with
    fields: Mapping[str, Value],
    *,
    config: Config,
    origin: str,
    allows_private: bool = False,
    today: date | None = None,
    offered: Collection[str] = (),
) -> Submission | tuple[Problem, ...]:
    """What a form asks for, or everything that is wrong with its values at once.

    Takes the values of any form that uses these field ids, whatever its labels: sections and
    topics may be chosen or typed, by title or key. `origin` says where it came from, for people.
    With `today`, years and ids that are not there yet are wrong. `offered` are the fields whose
    values the form itself offers.
    """
    sheet = Sheet(fields, offered=offered, today=today)
    paper = _paper(sheet, allows_private=allows_private)
    told = values(sheet, config)
    if paper and paper.kind != "arxiv" and not (told["venue"] or told["year"]):
        # Of an arXiv paper the id itself tells the year of its first version.
        told["year"] = _server_year(sheet)
    links = links_of(sheet, allows_private=allows_private)
    notes = sheet.notes()
    if sheet.problems or paper is None:
        return tuple(sheet.problems)
    return Submission(
        origin=origin,
        paper=paper,
        links=links,
        notes=notes,
        remarks=tuple(sheet.remarks),
        **told,
    )


class Values(TypedDict):
    """What a form says about a paper, empty where it says nothing."""

    title: str | None
    authors: tuple[str, ...]
    venue: str | None
    year: int | None
    section: str | None
    topics: tuple[str, ...]
    datasets: tuple[str, ...]
    models: tuple[str, ...]


def values(sheet: Sheet, config: Config) -> Values:
    """The values of a form, but for its links; what is wrong with them goes into the sheet."""
    venue, venue_year = _venue(sheet, config)
    return Values(
        title=sheet.line("title", most=MOST_TITLE),
        authors=sheet.several("authors", names(sheet.text("authors")), most=MOST_AUTHORS),
        venue=venue,
        year=_year(sheet, venue_year),
        section=_section(sheet, config),
        topics=_topics(sheet, config),
        datasets=sheet.several("datasets", items(sheet.text("datasets")), most=MOST_ITEMS),
        models=sheet.several("models", items(sheet.text("models")), most=MOST_ITEMS),
    )


class Sheet:
    """The values of a form, and what was found wrong with them on the way."""

    def __init__(
        self,
        fields: Mapping[str, Value],
        *,
        offered: Collection[str] = (),
        today: date | None = None,
    ) -> None:
        self._fields = fields
        self._offered = offered
        self.today = today
        self.problems: list[Problem] = []
        self.remarks: list[str] = []

    def text(self, field: str) -> str:
        """What the field says, one chosen option a line; '' where it says nothing."""
        match self._fields.get(field):
            case None:
                return ""
            case str() as typed:
                return typed
            case Ticks() as ticks:
                return "\n".join(ticks.checked)
            case chosen:
                return "\n".join(chosen)

    def is_chosen(self, field: str) -> bool:
        """Whether the form offered what the field says, so that nobody can have mistyped it."""
        return field in self._offered or isinstance(self._fields.get(field), tuple)

    def line(self, field: str, *, most: int) -> str | None:
        """What the field says on one line, or None; words for "nothing" count as nothing."""
        text = line(self.text(field))
        if len(text) > most:
            what = f"it has {len(text):,} characters, and at most {most:,} are taken"
            self.tell(field, what, "Shorten it.")
            return None
        return text if items(text) else None

    def several(self, field: str, parts: tuple[str, ...], *, most: int) -> tuple[str, ...]:
        """The parts as they are, if they are neither too many nor too long."""
        if len(parts) > most:
            what = f"it names {len(parts):,}, and at most {most:,} are taken"
            self.tell(field, what, "Name the first ones.")
        if long := [part for part in parts if len(part) > MOST_NAME]:
            what = f"{quoted(long[0])} is longer than {MOST_NAME} characters"
            self.tell(field, what, "Put commas between the names, such as GSM8K, MMLU")
        return parts

    def good(self, found: _Good | Problem) -> _Good | None:
        """What was found, or None where it is a problem."""
        if not isinstance(found, Problem):
            return found
        self.problems.append(found)
        return None

    def notes(self) -> str | None:
        """What the submitter wants the maintainers to know."""
        notes = lines(self.text("notes")).strip()
        if len(notes) > MOST_NOTES:
            what = f"they have {len(notes):,} characters, and at most {MOST_NOTES:,} are taken"
            self.tell("notes", what, "Shorten them.")
        return notes or None

    def tell(self, field: str, what: str, fix: str) -> None:
        """Keep one more problem."""
        self.problems.append(Problem(field=field, what=what, fix=fix))


def _paper(sheet: Sheet, *, allows_private: bool) -> Identity | None:
    pasted = sheet.line("paper", most=MOST_LINK)
    if pasted is not None:
        found = ids.read(pasted, field="paper", allows_private=allows_private, today=sheet.today)
        return sheet.good(found)
    if not sheet.problems:
        fix = "Paste one, such as https://arxiv.org/abs/2402.11505"
        sheet.tell("paper", "the link or identifier of the paper is missing", fix)
    return None


_YEAR_AT_END = re.compile(
    r"[\s,(-]*(?:(?<![0-9])(?P<year>[0-9]{4})\)?|['\u2019](?P<short>[0-9]{2}))\.?$"
)
_NO_VENUE = re.compile(
    r"(?:arxiv|corr)\b.*|open ?review(?:\.net)?|(?:[a-z]+ )?pre-?prints?", re.IGNORECASE
)


def _venue(sheet: Sheet, config: Config) -> tuple[str | None, int | None]:
    """The venue by the list's name for it, and the year that was written with it.

    Where a preprint lies is no venue.
    """
    typed = sheet.line("venue", most=MOST_NAME)
    if typed is None or _NO_VENUE.fullmatch(typed):
        return None, None
    known = {
        line(name).casefold(): venue.name
        for venue in config.venues
        for name in (*venue.aliases, venue.full, venue.name)
    }
    if typed.casefold() in known:
        return known[typed.casefold()], None
    name, year = _parted(typed)
    if not name:
        sheet.tell("venue", f"{quoted(typed)} is a year", "Write the venue too, such as ICML 2024")
    if not name or _NO_VENUE.fullmatch(name):
        return None, None
    if name.casefold() in known:
        return known[name.casefold()], year
    return _proceedings(typed, known) or (name, year)


def _server_year(sheet: Sheet) -> int | None:
    """The year behind a server's name, as in "arXiv 2024"."""
    name, year = _parted(sheet.line("venue", most=MOST_NAME) or "")
    return year if year and _NO_VENUE.fullmatch(name) and not _is_ahead(sheet, year) else None


_BRACKETS = re.compile(r"\((?P<inside>[^()]{1,60})\)")
_BESIDE = re.compile(
    r"workshop|companion|findings|tutorial|demo|student|poster|track|@| at ", re.IGNORECASE
)
_YEAR_INSIDE = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")


def _proceedings(typed: str, known: Mapping[str, str]) -> tuple[str, int | None] | None:
    """The known venue and the year of a long name, as it stands on proceedings.

    By the acronym in brackets, else by the words without ordinals, organisers and years.
    """
    years = {int(year) for year in _YEAR_INSIDE.findall(typed)}
    year = years.pop() if len(years) == 1 else None
    # "Workshop on Tea (ICML 2024)" names where it was held.
    for found in () if _BESIDE.search(typed) else _BRACKETS.finditer(typed):
        name, told = _parted(found["inside"].strip())
        if venue := known.get(name.casefold()):
            return venue, told or year
    wanted = _bare(_BRACKETS.sub(" ", typed))
    venues = {venue for name, venue in known.items() if wanted and _bare(name) == wanted}
    return (venues.pop(), year) if len(venues) == 1 else None


_UNSAID = frozenset(
    {"proceedings", "proc", "in", "of", "the", "on", "and", "annual", "acm", "ieee", "usenix"}
)
_WORD = re.compile(r"\w+")
_ORDINAL = re.compile(
    r"[0-9]{1,3}(?:st|nd|rd|th)|(?:19|20)[0-9]{2}|twent(?:y|ieth)|thirt(?:y|ieth)|fort(?:y|ieth)"
    r"|fift(?:y|ieth)|sixt(?:y|ieth)|first|second|third|(?:four|fif|six|seven|eigh|nin|ten|eleven"
    r"|twelf|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)th"
)


def _bare(name: str) -> tuple[str, ...]:
    """The words that tell a venue from others."""
    words = _WORD.findall(name.casefold())
    return tuple(word for word in words if word not in _UNSAID and not _ORDINAL.fullmatch(word))


def _parted(venue: str) -> tuple[str, int | None]:
    """The venue's name and the year at its end: 'ICML 2024', "ICML'24", 'ICML (2024)'."""
    found = _YEAR_AT_END.search(venue)
    if found is None:
        return venue, None
    century = 1900 if found["short"] and int(found["short"]) >= FIRST_YEAR % 100 else 2000
    year = int(found["year"] or century + int(found["short"]))
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return venue, None
    name = venue[: found.start()]
    return (f"{name})" if name.count("(") > name.count(")") else name), year


def _is_ahead(sheet: Sheet, year: int) -> bool:
    """Whether nothing can have appeared in that year yet; proceedings carry the next at most."""
    return sheet.today is not None and year > sheet.today.year + 1


def _tell_ahead(sheet: Sheet, field: str, year: int) -> None:
    now = sheet.today.year if sheet.today else year
    fix = f"Write the year in which it appeared, such as {now}; leave it empty where none is known."
    sheet.tell(field, f"{year} is more than a year ahead", fix)


def _year(sheet: Sheet, venue_year: int | None) -> int | None:
    typed = sheet.line("year", most=MOST_NAME)
    if typed is None:
        if venue_year and _is_ahead(sheet, venue_year):
            _tell_ahead(sheet, "venue", venue_year)
        return venue_year
    if not re.fullmatch("[0-9]{4}", typed) or not FIRST_YEAR <= int(typed) <= LAST_YEAR:
        what = f"{quoted(typed)} is no year from {FIRST_YEAR} to {LAST_YEAR}"
        sheet.tell("year", what, "Write four digits, such as 2024")
        return None
    if _is_ahead(sheet, int(typed)):
        _tell_ahead(sheet, "year", int(typed))
    if venue_year not in {None, int(typed)}:
        what = f"the venue says {venue_year}, and the year says {typed}"
        sheet.tell("year", what, "Keep the one that is right.")
    return int(typed)


def _section(sheet: Sheet, config: Config) -> str | None:
    """The key of the section that was chosen; None where the list's rule decides."""
    typed = sheet.line("section", most=MOST_NAME)
    if typed is None or typed.casefold() == options.LIST_DECIDES.casefold():
        return None
    key = _keys(config.sections).get(typed.casefold())
    if key is None:
        # Whoever chose what a form offers made no mistake; that form and the list disagree.
        sheet.remarks.append(f"{quoted(typed)} is no section of this list: its rule decides.")
    # Where the rule and a person would say the same today, the rule stays true when the
    # preprint is published.
    named = {section.key for section in config.sections if section.takes == "named"}
    return key if key in named else None


def _topics(sheet: Sheet, config: Config) -> tuple[str, ...]:
    """The keys of the topics that were chosen, or typed with commas between them."""
    known = _keys(config.topics)
    chosen = [name for row in sheet.text("topics").split("\n") for name in _typed(row, known)]
    if strange := [name for name in chosen if name.casefold() not in known]:
        what = f"{', '.join(map(quoted, strange[:5]))} is no topic of this list"
        if sheet.is_chosen("topics"):
            sheet.remarks.append(f"{what}: left out.")
            return tuple(
                dict.fromkeys(known[name.casefold()] for name in chosen if name not in strange)
            )
        offered = "; ".join(topic.title for topic in config.topics)
        fix = f"Choose from: {offered}" if offered else "Leave it empty."
        sheet.tell("topics", what, fix)
        return ()
    return tuple(dict.fromkeys(known[name.casefold()] for name in chosen))


def _typed(row: str, known: Mapping[str, str]) -> tuple[str, ...]:
    """The names on one row; a known name may hold commas and "and" itself."""
    readings = options.split(line(row).casefold(), known.keys())
    return readings[0] if len(readings) == 1 else items(row)


def _keys(parts: tuple[Section, ...] | tuple[Topic, ...]) -> Mapping[str, str]:
    """Every way to name a section or topic, in small letters, to its key."""
    offered = {line(option): key for option, key in options.titles(parts).items()}
    return {
        name.casefold(): key
        for name, key in (*offered.items(), *((k, k) for k in offered.values()))
    }


def links_of(sheet: Sheet, *, allows_private: bool) -> Mapping[LinkField, str]:
    """The links of a form, in their normal form."""
    found: dict[LinkField, str] = {}
    for field in LINK_FIELDS:
        typed = sheet.line(field, most=MOST_LINK)
        if typed and (
            url := sheet.good(ids.link(typed, field=field, allows_private=allows_private))
        ):
            found[field] = url
    return MappingProxyType(found)
