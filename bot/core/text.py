"""Outside text to plain text: one normal form, before anything else looks at it.

Everything that comes from people or services passes through `lines` or `line` once.
Escaping is another matter and happens at output, see `escape`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ANY_CASE = re.IGNORECASE | re.ASCII
"""Letters in both cases; ASCII, because otherwise [a-z] takes the long s and the Kelvin sign."""

_JOINERS = "\u200c\u200d"
_BREAKS = re.compile("\r\n?|[\u000b\u000c\u0085\u2028\u2029]+")
_SUSPECT = re.compile("[^\n\x20-\x7e]")
_NONCHARACTERS = frozenset(
    map(chr, [*range(0xFDD0, 0xFDF0), *(p << 16 | n for p in range(17) for n in (0xFFFE, 0xFFFF))])
)
# Format characters since Unicode 15, which the tables of older Pythons do not know.
# Source: https://www.unicode.org/charts/PDF/U13430.pdf
_NEW_FORMATS = frozenset(map(chr, range(0x13439, 0x13440)))
_JOINER_RUN = re.compile(f"(?P<before>.)?(?P<run>[{_JOINERS}]+)(?=(?P<after>.)?)", re.DOTALL)


def lines(text: str) -> str:
    r"""Clean text of several lines.

    The result is NFC, its only control character is the line feed, and it holds no
    bidirectional, zero-width, tag or surrogate characters. Joiners stay inside words and emoji.
    What only Unicode takes for a line's end is one, except before what would become a heading.

    >>> lines('one\r\ntwo\u202e')
    'one\ntwo'
    """
    if text.isascii() and not _SUSPECT.search(text):
        return text
    text = _BREAKS.sub(_broken, text).replace("\t", " ")
    kept = "".join(char for char in _normal(text) if _is_kept(char))
    return _normal(_JOINER_RUN.sub(_joined, kept))


def _broken(found: re.Match[str]) -> str:
    if found[0].startswith("\r"):
        return "\n"
    following = found.string[found.end() : found.end() + 8]
    return " " if following.lstrip().startswith("#") else "\n" * len(found[0])


def line(text: str) -> str:
    r"""Clean text of one line: as `lines`, with every run of white space one space.

    >>> line(' FedPrompt:\n  Prompt\u00a0Tuning ')
    'FedPrompt: Prompt Tuning'
    """
    return " ".join(lines(text).split())


_MOST_MARKS = 30


def _normal(text: str) -> str:
    """NFC, with at most 30 combining marks on a letter: sorting more takes quadratic time.

    Source: https://www.unicode.org/reports/tr15/#Stream_Safe_Text_Format
    """
    kept, marks = [], 0
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= _MOST_MARKS:
            kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept))


@lru_cache(maxsize=4096)
def _is_kept(char: str) -> bool:
    if char in _JOINERS or char == "\n":
        return True
    if char in _NONCHARACTERS or char in _NEW_FORMATS:
        return False
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs"}


def _joined(run: re.Match[str]) -> str:
    before, after = run["before"] or "", run["after"] or ""
    is_inside = _joins(before) and _joins(after)
    return before + (run["run"] if is_inside and len(run["run"]) == 1 else "")


def _joins(char: str) -> bool:
    """Whether a joiner may stand beside this character: letters of scripts that join, and emoji."""
    return bool(char) and not char.isascii() and not char.isspace()


def clipped(text: str, most: int) -> str:
    """At most `most` characters, with an ellipsis where something was cut."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def counted(count: int, one: str, many: str) -> str:
    """A count in words: `1 entry`, `2,000 entries`."""
    return f"{count:,} {one if count == 1 else many}"


_CURLY = str.maketrans({"“": '"', "”": '"'})


def quoted(text: str, *, most: int = 80) -> str:
    """Outside text as it may stand in a message: one clean line, short, in curly quotes.

    `escape.sentence` makes code of it where the message is Markdown; curly quotes inside it
    become straight ones, so that it ends where ours end.

    >>> quoted("a  b")
    '“a b”'
    """
    return f"“{clipped(line(text), most).translate(_CURLY)}”"


_GENERATION = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"})
_INITIAL = re.compile(r"(?:^|[\s.])(?:\w|[JS]r)\.$")
_PLACEHOLDER = frozenset({"", "-", "n/a", "na", "none", "...", "…", "tbd", "tba", "_no response_"})
_LAST_AND = re.compile(r"^(?P<last_but_one>.*\S)\s+(?:and|&)\s+(?P<last>\S.*)$", re.IGNORECASE)
_LEADING_AND = re.compile(r"^(?:and|&)\s+", re.IGNORECASE)
_OPEN, _CLOSE = "([{", ")]}"


def names(text: str) -> tuple[str, ...]:
    """People's names out of one field: one a line, or separated by commas.

    "and" or "&" before the last counts as a comma; a trailing stop goes unless it ends an
    initial ("Eric P."); empty places and "et al." go. With semicolons, only they separate, and
    "Zhao, Haodong" between them is turned round; so it is between "and"s, as BibTeX has it.

    >>> names('Zhuo Zhang, Yong Dai and Zenglin Xu.')
    ('Zhuo Zhang', 'Yong Dai', 'Zenglin Xu')
    >>> names('Zhao, Haodong; Davis, Jr., Sam')
    ('Haodong Zhao', 'Sam Davis, Jr.')
    >>> names('Zhao, Haodong and Du, Wei and others')
    ('Haodong Zhao', 'Wei Du')
    """
    if ";" in text:
        rows = lines(text).replace("\n", ";").split(";")
        return _unique(_turned(_REST.sub("", line(row))) for row in rows)
    parts: list[str] = []
    for part in (name for row in _rows(text) for name in _names(_REST.sub("", row))):
        if parts and part.lower() in _GENERATION:
            parts[-1] += f", {part}"
        else:
            parts.append(part if _INITIAL.search(part) else part.rstrip(". "))
    return _unique(parts)


_AND = re.compile(" (?:and|&) ", re.IGNORECASE)
_REST = re.compile(r"(?:^|[ ,])(?:and )?(?:et\.? al|others)[. ]*$", re.IGNORECASE)


def _names(row: str) -> list[str]:
    """The names on one row."""
    between = _AND.split(row)
    if len(between) > 1 and all(map(_is_turned, between)):
        return [_turned(part) for part in between]
    *first, last = _cells(row)
    return [*first, *_AND.split(last)]


def _is_turned(part: str) -> bool:
    """Whether it can only be one name, with its surname first: "van der Berg, Jan".

    With two words on either side of the comma it may as well be two names.
    """
    sides = [side.split() for side in part.split(",") if side.strip().lower() not in _GENERATION]
    return [bool(side) for side in sides] == [True, True] and min(map(len, sides)) == 1


def items(text: str) -> tuple[str, ...]:
    """Data set or model names out of one field: comma separated, "and" before the last.

    Commas in brackets do not separate; placeholders ("...", "N/A") and trailing stops go.

    >>> items('QNLI, SST-2, RTE, and BoolQ, TREC, and MR ')
    ('QNLI', 'SST-2', 'RTE', 'BoolQ', 'TREC', 'MR')
    >>> items('GLUE (MNLI, QQP), Search and Rescue, SQuADv2,...')
    ('GLUE (MNLI, QQP)', 'Search and Rescue', 'SQuADv2')
    """
    return _unique(part.rstrip(". ") for part in _parts(text))


def _parts(text: str) -> list[str]:
    """The parts between commas and line ends, "and" before the last counted as a comma."""
    parts: list[str] = []
    for row in _rows(text):
        cells = _cells(row)
        if last := _LAST_AND.match(cells[-1]):
            cells[-1:] = [last["last_but_one"], last["last"]]
        parts += cells
    return parts


def _rows(text: str) -> Iterator[str]:
    """The rows, each clean and without its bullet."""
    for row in lines(text).split("\n"):
        bare = line(row)
        yield bare[2:] if bare[:2] in {"- ", "* ", "• "} else bare


def _cells(row: str) -> list[str]:
    """What stands between the commas of a row, without an "and" before it."""
    return [_LEADING_AND.sub("", line(cell)) for cell in _outside_brackets(row)]


def _outside_brackets(row: str) -> list[str]:
    """Split at the commas that stand outside brackets, or at all where brackets do not pair."""
    depth, start, cells = 0, 0, []
    for at, char in enumerate(row):
        if char in _OPEN:
            depth += 1
        elif char in _CLOSE:
            depth -= 1
        elif char == "," and depth == 0:
            cells.append(row[start:at])
            start = at + 1
        if depth < 0:
            return row.split(",")
    return row.split(",") if depth else [*cells, row[start:]]


def _turned(part: str) -> str:
    last, comma, first = line(part).rpartition(", ")
    if not comma:
        return line(part).strip(", ")
    family, comma, generation = last.partition(", ")
    return f"{first} {family}{comma}{generation}"


def _unique(parts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for part in parts if part.lower() not in _PLACEHOLDER))
