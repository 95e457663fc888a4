import re
from xml.etree import ElementTree as ET

import cmarkgfm
import pytest
from hypothesis import given

from bot.core import escape, text
from tests.making import rendered, titles


@given(titles())
def test_gfm_shows_any_text_literally_and_makes_nothing_of_it(title: str) -> None:
    page = rendered(f"- x {escape.gfm(title)}\n")

    assert page.text.strip() == f"x {title}"
    assert set(page.elements) <= {"ul", "li", "span"}


@given(titles())
def test_gfm_at_the_start_of_a_line_is_still_only_text(title: str) -> None:
    page = rendered(escape.gfm(title))

    assert page.text.strip() == title
    assert set(page.elements) <= {"p", "span"}


@given(titles())
def test_gfm_as_a_links_text_gives_exactly_that_link(title: str) -> None:
    page = rendered(f"- [{escape.gfm(title)}](https://arxiv.org/abs/1)")

    assert page.text.strip() == title
    assert page.links == ["https://arxiv.org/abs/1"]


@given(titles())
def test_gfm_in_a_table_stays_in_its_cell(title: str) -> None:
    page = rendered(f"| a | b |\n|---|---|\n| {escape.gfm(title)} | y |\n")

    assert page.elements.count("td") == 2
    assert title in page.text


@given(titles())
def test_gfm_holds_no_mention_or_reference(title: str) -> None:
    shown = escape.gfm(title)

    assert not re.search(r"@\w", shown)
    assert not re.search(r"#[0-9]", shown)
    assert not re.search(r"GH-[0-9]", shown, re.IGNORECASE)


@pytest.mark.parametrize("before", ["", "_", "*", "~", "(", "x", "é", "/"])
@pytest.mark.parametrize(
    "bare", ["www.x.org", "http://x.org", "mailto:a@b.org", "a@b.org", "xmpp:a@b.org"]
)
def test_gfm_links_no_bare_address(before: str, bare: str) -> None:
    page = rendered(f"x {escape.gfm(before + bare)}")

    assert page.links == []
    assert page.text.strip() == f"x {before}{bare}"


@given(titles())
def test_code_shows_any_text_literally(title: str) -> None:
    page = rendered(f"x {escape.code(title)} y")

    assert page.text.strip() == f"x {title} y"
    assert page.elements == ["p", "code"]


@given(titles())
def test_gfm_is_well_formed_xml_once_it_is_a_page(title: str) -> None:
    html = cmarkgfm.github_flavored_markdown_to_html(escape.gfm(title))

    ET.fromstring(f"<page>{html}</page>")  # noqa: S314 - our own output


def test_a_quoted_part_of_a_sentence_becomes_code() -> None:
    page = rendered(escape.sentence("“*x* @you” is not *it*"))

    assert page.text.strip() == "*x* @you is not *it*"
    assert page.elements == ["p", "code"]


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/a_(b)",
        "https://example.org/?a=1&copy=2",
        "https://example.org/a*b~c_d",
        "https://example.org/%20|x",
    ],
)
def test_a_destination_is_the_same_link_again(url: str) -> None:
    assert rendered(f"[x]({escape.destination(url)})").links == [url.replace("|", "%7C")]


@pytest.mark.parametrize(
    "hostile",
    [
        "[skip ci] x", "[ci skip]", "[no ci]", "[skip actions]", "[actions skip]",
        "skip-checks: true", "fixes #12", "closes o/r#12", "closes GH-3", "hi @ada",
        "resolves https://github.com/o/r/issues/1",
    ],
)  # fmt: skip
def test_a_subject_carries_no_command_to_github(hostile: str) -> None:
    safe = escape.subject(hostile)

    assert not re.search(
        r"\[(skip|no|ci|actions)[ a-z]*\]|skip-checks|#[0-9]|GH-[0-9]|@\w|://", safe
    )
    assert safe.replace("\u2060", "") == hostile


def test_an_ordinary_title_is_its_own_subject() -> None:
    assert escape.subject("FedQuill: Tuning [extended]") == "FedQuill: Tuning [extended]"


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_a_cell_is_never_a_formula(formula: str) -> None:
    assert escape.csv(formula) == f"'{formula}"
    assert escape.csv("plain") == "plain"


def test_a_command_in_a_sentence_becomes_code() -> None:
    page = rendered(escape.sentence("Write `####`, or “a `b` c”, or a lone ` there."))

    assert page.text.strip() == "Write ####, or a `b` c, or a lone ` there."
    assert page.elements == ["p", "code", "code"]


@pytest.mark.parametrize("opening", ["# x", "- x", "> x", "1. x", "=== x"])
@pytest.mark.parametrize("indent", ["", " ", "   "])
def test_indented_text_starts_nothing_either(indent: str, opening: str) -> None:
    page = rendered(f"a\n\n{escape.gfm(indent + opening)}")

    assert page.elements == ["p", "p"]
    assert page.text.split() == ["a", *opening.split()]


@given(titles())
def test_quoted_text_stays_one_piece_of_code(title: str) -> None:
    said = text.quoted(f"“{title}” ”")

    page = rendered(escape.sentence(f"{said} is gone"))
    assert page.elements == ["p", "code"]
