"""Markdown as people write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import escape, markdown
from bot.core.markdown import Comment, Fence, Gap, Heading, Link, Row
from tests.making import titles


def block(page: str) -> markdown.Block:
    return next(markdown.blocks(page))


def links(row: str) -> list[tuple[str, str]]:
    pieces = markdown.pieces(markdown.inline(row))
    return [(markdown.plain(it.text), it.url) for it in pieces if isinstance(it, Link)]


def plain(row: str) -> str:
    return markdown.plain(markdown.inline(row))


BLOCKS = {
    "nothing": ("", Gap),
    "a rule": ("- - -", Gap),
    "a heading": ("## A", Heading),
    "seven hashes": ("####### A", Row),
    "a hash without a space": ("#A", Row),
    "a rule below a bullet": ("- a\n---", Row),
    "a fence": ("```\na\n```", Fence),
    "a fence of tildes": ("~~~ md\n```\n~~~~", Fence),
    "a comment": ("<!-- a -->", Comment),
    "a comment before text": ("<!-- a --> b", Row),
    "a comment that never ends": ("<!-- a", Comment),
}


@pytest.mark.parametrize(("page", "kind"), BLOCKS.values(), ids=BLOCKS)
def test_a_block_is_told_by_its_first_row(page: str, kind: type) -> None:
    assert type(block(page)) is kind


HEADINGS = {
    "level three": ("### A", 3, "A"),
    "closed": ("## A ##", 2, "A"),
    "a hash that belongs to it": ("# About C#", 1, "About C#"),
    "nothing but hashes": ("# ##", 1, ""),
    "underlined": ("A\n===", 1, "A"),
    "underlined with hyphens": ("A\n---", 2, "A"),
}


@pytest.mark.parametrize(("page", "level", "text"), HEADINGS.values(), ids=HEADINGS)
def test_a_heading_has_level_and_text(page: str, level: int, text: str) -> None:
    heading = block(page)

    assert isinstance(heading, Heading)
    assert (heading.level, heading.text) == (level, text)


BULLETS = {
    "a dash": ("- a", 0, "a"),
    "a star": ("* a", 0, "a"),
    "a number": ("12. a", 0, "a"),
    "a check box": ("- [x] a", 0, "a"),
    "alone": ("  -", 2, ""),
    "a tab": ("\t- a", 4, "a"),
}


@pytest.mark.parametrize(("page", "indent", "text"), BULLETS.values(), ids=BULLETS)
def test_a_bullet_has_indent_and_text(page: str, indent: int, text: str) -> None:
    row = block(page)

    assert isinstance(row, Row)
    assert (row.is_bullet, row.indent, row.text) == (True, indent, text)


def test_bold_text_at_the_start_of_a_row_is_no_bullet() -> None:
    row = block("**A**")

    assert isinstance(row, Row)
    assert not row.is_bullet


def test_a_fence_that_never_ends_goes_to_the_end_of_the_page() -> None:
    fence = block("````\na\n```\nb")

    assert isinstance(fence, Fence)
    assert (fence.last, fence.is_closed) == (4, False)


def test_a_comment_of_several_rows_ends_where_it_is_closed() -> None:
    assert block("<!-- a\nb\nc --> d\ne").last == 3


LINKS = {
    "plain": ("[a](b)", [("a", "b")]),
    "nested brackets": ("[a [b] c](d)", [("a [b] c", "d")]),
    "escaped brackets": (r"[a \[b](c)", [("a [b", "c")]),
    "an address in angle brackets": ("[a](<b c>)", [("a", "b c")]),
    "an address with round brackets": ("[a](b_(c))", [("a", "b_(c)")]),
    "a title": ('[a](b "c")', [("a", "b")]),
    "in brackets": ("[[a](b)]", [("a", "b")]),
    "an entity in the address": ("[a](b?c&amp;d)", [("a", "b?c&d")]),
    "an escape in the address": (r"[a](b\_c)", [("a", "b_c")]),
    "a picture in the text": ("[![a](b)](c)", [("a", "c")]),
    "a picture": ("![a](b)", []),
    "an address in the text": ("a https://b.org/c d", [("https://b.org/c", "https://b.org/c")]),
    "an address in angle brackets alone": ("<https://b.org>", [("https://b.org", "https://b.org")]),
    "an address in a code span": ("`[a](b)`", []),
    "no closing bracket": ("[a](b", []),
    "no opening bracket": ("a](b)", []),
    "brackets alone": ("[a] (b)", []),
}


@pytest.mark.parametrize(("row", "found"), LINKS.values(), ids=LINKS)
def test_links_are_found_as_on_github(row: str, found: list[tuple[str, str]]) -> None:
    assert links(row) == found


def test_the_text_around_links_is_kept_in_order() -> None:
    pieces = markdown.pieces(markdown.inline("a [b](c) d https://e.org f"))

    assert [getattr(it, "url", it) for it in pieces] == ["a ", "c", " d ", "https://e.org", " f"]


TEXTS = {
    "emphasis": ("*a* **b** ***c*** _d_ __e__", "a b c d e"),
    "emphasis in emphasis": ("**a *b* c**", "a b c"),
    "stars that are text": ("A* and B*", "A* and B*"),
    "bars inside a word": ("a_b_c", "a_b_c"),
    "escapes": (r"\*a\* \[b\] \\", r"*a* [b] \ ".strip()),
    "a code span": ("`a_*b*`", "a_*b*"),
    "entities": ("a &amp; b &#42; &eacute;", "a & b * é"),
    "an entity without its end": ("R&notes", "R&notes"),
    "tags": ("<span>$</span>5 <b>a</b><br/>b", "$5 a b"),
    "what only looks like a tag": ("a <T5> b", "a <T5> b"),
    "comments": ("@<!-- -->ada <!-- b", "@ada <!-- b"),
    "a noncharacter": ("a\ufdd0b", "ab"),
}


@pytest.mark.parametrize(("row", "text"), TEXTS.values(), ids=TEXTS)
def test_plain_text_is_what_a_reader_sees(row: str, text: str) -> None:
    assert plain(row) == text


@given(titles())
def test_what_was_escaped_reads_back(title: str) -> None:
    assert plain(escape.gfm(title)) == title
    assert [text for text, _ in links(f"- [{escape.gfm(title)}](https://a.org)")] == [title]


@given(st.text(alphabet=" \n\t#-*_`~<>![](){}\\&;:/\"'=ax1.\ufdd0", max_size=60))
def test_blocks_cover_every_line_of_any_text(page: str) -> None:
    blocks = list(markdown.blocks(page))

    covered = [line for it in blocks for line in range(it.line, it.last + 1)]
    assert covered == list(range(1, page.count("\n") + 2))
