"""Markdown as people write it, to blocks, links and plain text: as much as reading a list takes.

Every function takes time that grows with the length of the text, whatever the text.
"""

from __future__ import annotations

import html
import re
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, NewType

from bot.core import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Inline = NewType("Inline", str)
"""Markdown inside a row, made by `inline`: punctuation that is only text is hidden in it."""

# Blocks -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A blank row, or one that draws a line."""

    line: int
    """Counted from 1, as in an editor."""
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading, marked with # or underlined."""

    line: int
    last: int
    level: int
    text: Inline


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of text, or a bullet."""

    line: int
    last: int
    indent: int
    text: Inline
    """Without indent, bullet and check box; '' where only the bullet stands."""
    is_bullet: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """A fenced block, to the end of the page where nothing closes it."""

    line: int
    last: int
    text: str
    is_closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """Rows that are nothing but an HTML comment."""

    line: int
    last: int


Block = Gap | Heading | Row | Fence | Comment

_LINE_END = re.compile(r"\r\n|\r|\n")
_FENCE = re.compile(r"(?P<marks>`{3,}|~{3,})[^`]*")
_UNDERLINE = re.compile(r"(?:={3,}|-{3,})\s*")
_RULE = re.compile(r"([-*_])(?: *\1){2,}")
_BULLET = re.compile(r"(?:[-*+]|[0-9]{1,9}[.)])(?: +(?:\[[ xX]\] +)?(?P<text>.*))?")
_MOST_HASHES = 6


def blocks(page: str) -> Iterator[Block]:
    """The blocks of a page, in order; together they cover every line.

    >>> [block.line for block in blocks("# Title" + chr(10) * 2 + "- [a](b)")]
    [1, 2, 3]
    """
    rows = [row.expandtabs(4) for row in _LINE_END.split(page.removeprefix("\ufeff"))]
    at = 0
    while at < len(rows):
        block = _fence(rows, at) or _comment(rows, at) or _heading(rows, at) or _row(rows[at], at)
        yield block
        at = block.last


def _fence(rows: Sequence[str], at: int) -> Fence | None:
    found = _FENCE.fullmatch(rows[at].strip())
    if not found:
        return None
    marks = found["marks"]
    after = range(at + 1, len(rows))
    end = next((other for other in after if _closes(rows[other].strip(), marks)), None)
    inside = rows[at + 1 : end]
    last = len(rows) if end is None else end + 1
    return Fence(line=at + 1, last=last, text="\n".join(inside), is_closed=end is not None)


def _closes(row: str, marks: str) -> bool:
    return len(row) >= len(marks) and not row.strip(marks[0])


def _comment(rows: Sequence[str], at: int) -> Comment | None:
    if not rows[at].lstrip().startswith("<!--"):
        return None
    end = next((other for other in range(at, len(rows)) if "-->" in rows[other]), len(rows) - 1)
    is_text = end == at and _without_comments(rows[at]).strip() and "-->" in rows[at]
    return None if is_text else Comment(line=at + 1, last=end + 1)


def _heading(rows: Sequence[str], at: int) -> Heading | None:
    bare = rows[at].strip()
    level = len(bare) - len(bare.lstrip("#"))
    if 0 < level <= _MOST_HASHES and bare[level:][:1] in {"", " "}:
        return Heading(line=at + 1, last=at + 1, level=level, text=inline(_unclosed(bare[level:])))
    below = rows[at + 1] if at + 1 < len(rows) else ""
    is_text = bare and not (_RULE.fullmatch(bare) or _BULLET.fullmatch(bare))
    if is_text and _UNDERLINE.fullmatch(below) and not rows[at].startswith(" "):
        level = 1 if below[0] == "=" else 2
        return Heading(line=at + 1, last=at + 2, level=level, text=inline(bare))
    return None


def _unclosed(heading: str) -> str:
    """The text of a heading without the marks that may close it."""
    bare = heading.strip()
    before = bare.rstrip("#")
    return before.strip() if before[-1:] in {"", " "} else bare


def _row(row: str, at: int) -> Gap | Row:
    bare = row.strip()
    line = at + 1
    if not bare or _RULE.fullmatch(bare):
        return Gap(line=line, last=line)
    found = _BULLET.fullmatch(bare)
    return Row(
        line=line,
        last=line,
        indent=len(row) - len(row.lstrip()),
        text=inline((found["text"] or "") if found else bare),
        is_bullet=bool(found),
    )


# Inside a row -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link, or an address that stands in the text."""

    text: Inline
    """Of an address in the text, the address."""
    url: str
    """As written, escapes undone."""
    is_bare: bool = False


# Punctuation that is only text, being escaped or in a code span, is hidden behind the 32
# noncharacters that Unicode keeps for a program's own use, so that it is not taken for markup.
# https://www.unicode.org/faq/private_use.html#nonchar1
_FIRST_HIDDEN = 0xFDD0
_HIDE = {ord(char): _FIRST_HIDDEN + at for at, char in enumerate(string.punctuation)}
_SHOW = {hidden: chr(char) for char, hidden in _HIDE.items()}
_FOREIGN = dict.fromkeys(_SHOW)
_LITERAL = re.compile(r"\\(?P<escaped>[!-/:-@\[-`{-~])|`(?P<code>[^`]*)`")


def inline(written: str) -> Inline:
    """The Markdown of a row, ready to be read: escapes and code spans hidden, comments gone."""

    def literal(found: re.Match[str]) -> str:
        return (found["escaped"] or found["code"] or "").translate(_HIDE)

    return Inline(_without_comments(_LITERAL.sub(literal, written.translate(_FOREIGN))))


def _without_comments(written: str) -> str:
    kept, at = [], 0
    while (start := written.find("<!--", at)) >= 0:
        if (end := written.find("-->", start + 2)) < 0:
            break
        kept.append(written[at:start])
        at = end + len("-->")
    return "".join(kept) + written[at:]


_BRACKET = re.compile(
    r"!?\[|\](?P<target>\( *+(?:<(?P<angled>[^<>]*+)>|(?P<bare>(?:[^\s()]|\([^\s()]*+\))*+))"
    r"(?: ++(?:\"[^\"]*+\"|'[^']*+'))?+ *+\))?"
)
_ADDRESS = re.compile(r"<?(?P<address>https?://[^\s<>\[\]]+)>?", re.IGNORECASE)


def pieces(row: Inline) -> tuple[Inline | Link, ...]:
    r"""The links of a row and the text around them, pictures left out.

    Brackets may nest in a link's text, and round brackets pair in its address.
    Source: https://github.github.com/gfm/#links

    >>> [getattr(piece, "url", piece) for piece in pieces(inline("**[A [b]](x_(y))** [ICML]"))]
    ['**', 'x_(y)', '** [ICML]']
    """
    if "]" not in row and "://" not in row:
        return (row,) if row else ()
    found: list[Inline | Link] = []
    at = 0
    for start, end, link in _links(row):
        found += _addresses(row[at:start])
        found += [link] if link else []
        at = end
    found += _addresses(row[at:])
    return tuple(found)


def _links(row: Inline) -> list[tuple[int, int, Link | None]]:
    """Start, end and link, in order and none inside another; None for a picture."""
    opened: list[tuple[int, bool]] = []
    found: list[tuple[int, int, Link | None]] = []
    for token in _BRACKET.finditer(row):
        if token[0].endswith("["):
            opened.append((token.start(), token[0] == "!["))
        elif opened:
            start, is_picture = opened.pop()
            if not token["target"]:
                continue
            while found and found[-1][0] > start:
                found.pop()
            inside = Inline(row[start + 1 : token.start()])
            link = Link(text=inside, url=_shown(token["angled"] or token["bare"] or ""))
            found.append((start, token.end(), None if is_picture else link))
            if not is_picture:
                opened.clear()
    return found


def _addresses(row: str) -> Iterator[Inline | Link]:
    at = 0
    for found in _ADDRESS.finditer(row):
        if before := row[at : found.start()]:
            yield Inline(before)
        yield Link(text=Inline(found["address"]), url=_shown(found["address"]), is_bare=True)
        at = found.end()
    if rest := row[at:]:
        yield Inline(rest)


_EMPHASIS = re.compile(
    r"(?P<star>\*{1,3})(?=[^\s*])(?P<a>[^*]++)(?<=\S)(?P=star)"
    r"|(?<![\w_])(?P<bar>_{1,3})(?=[^\s_])(?P<b>[^_]++)(?<=\S)(?P=bar)(?![\w_])"
)
_TAG = re.compile(
    r"</?(?:a|b|br|center|code|details|div|em|font|h[1-6]|i|img|kbd|li|mark|ol|p|picture|s|small"
    r"|source|span|strong|sub|summary|sup|table|tbody|td|th|thead|tr|tt|u|ul)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_PICTURE = re.compile(r"!\[(?P<alt>[^\[\]]*+)\]\( *+<?(?P<source>[^\s()<>]*+)[^()]*+\)")
_PICTURE_TAG = re.compile(r"<img\s[^<>]*?\bsrc=[\"']?(?P<source>[^\s\"'<>]+)", re.IGNORECASE)


def plain(row: Inline) -> str:
    r"""What a reader sees of the text of a row, links left as they are: clean, on one line.

    >>> plain(inline(r"**Fed\*Avg**: <span>$</span>5 &amp; @<!-- -->all <b>[x](y)</b>"))
    'Fed*Avg: $5 & @all [x](y)'
    """
    bare = _PICTURE.sub(lambda picture: picture["alt"], row)
    for _ in range(2):
        bare = _EMPHASIS.sub(lambda found: found["a"] or found["b"], bare)
    bare = _TAG.sub(lambda tag: " " if tag[0][:3].lower() == "<br" else "", bare)
    return text.line(_shown(bare))


def _shown(row: str) -> str:
    """The text with entities undone, and what was hidden back in its place."""
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), row).translate(_SHOW)


def pictures(row: Inline) -> tuple[str, ...]:
    """The addresses of the pictures in a row.

    >>> pictures(inline('![a](b.png) <img width="9" src="c.png"/>'))
    ('b.png', 'c.png')
    """
    found = [*_PICTURE.finditer(row), *_PICTURE_TAG.finditer(row)]
    return tuple(_shown(picture["source"]) for picture in found)
