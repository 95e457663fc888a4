"""Lists as people keep them by hand: what is read, and that nothing is lost in silence."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import markdown_list, render
from tests.making import config, listed, titles

if TYPE_CHECKING:
    from bot.core.entry import Entry
    from bot.core.markdown_list import Imported

TODAY = date(2026, 11, 24)
TIDE = (Path(__file__).parents[1] / "lists" / "tide.md").read_text("utf-8")
ITEM = "- [Tea](https://arxiv.org/abs/2405.90001) [ICML 2024]\n"
REST = "  - authors: Ada Holt\n  - datasets: C4\n  - models: GPT-2\n"


def read(text: str, **fields: object) -> Imported:
    return markdown_list.read(text, config=config(**fields), today=TODAY)


def only(text: str, **fields: object) -> Entry:
    (one,) = read(text, **fields).works
    return one.entry


def under(section: str, items: str = ITEM + REST) -> str:
    return f"# Papers\n\n## {section}\n\n{items}"


def told(imported: Imported) -> list[str]:
    return [f"{it.line}: {it.what}; {it.done}" for it in imported.oddities]


def said(imported: Imported, line: int) -> str:
    """All that the report has about a line."""
    return "\n".join(row for row in told(imported) if row.startswith(f"{line}: "))


@pytest.fixture(scope="module")
def tide() -> Imported:
    return read(TIDE)


def entry(imported: Imported, name: str) -> Entry:
    (one,) = [it.entry for it in imported.works if it.entry.title.startswith(name)]
    return one


# A whole list


def test_every_item_of_a_list_is_in_a_work(tide: Imported) -> None:
    assert (len(tide.items), len(tide.works)) == (13, 12)
    assert (tide.duplicates, tide.lost) == (1, 0)
    assert {item.path for item in tide.items} == {work.path for work in tide.works}


def test_an_item_has_all_that_its_rows_say(tide: Imported) -> None:
    pier = entry(tide, "Prompting")

    assert pier.authors == ("Tove Brand", "Sam S. Sandoval", "Rex Dune")
    assert (pier.venue, pier.year, pier.section) == ("EMNLP", 2023, None)
    assert pier.ids == {"arxiv": "2310.90003"}
    assert pier.datasets == ("RTE", "BoolQ", "MPQA", "MR")
    assert pier.models == ("GPT2",)
    assert pier.links == {"code": "https://github.com/brand/pier"}
    assert (pier.added, pier.topics) == (TODAY, ())


def test_entries_stand_by_year_and_citation_key(tide: Imported) -> None:
    assert [work.path for work in tide.works][:3] == [
        "entries/2024/calder2024tidetext.yaml",
        "entries/2024/tanaka2024gulls.yaml",
        "entries/2024/sand2024better.yaml",
    ]


def test_every_value_that_the_list_gave_names_the_list_as_its_source(tide: Imported) -> None:
    assert entry(tide, "TideText").sources == dict.fromkeys(
        ("title", "authors", "year", "venue", "datasets", "models"), "list"
    )
    assert entry(tide, "Quays").sources["section"] == "list"
    assert entry(tide, "Slow").sources["year"] == "identifier"


ODDITIES = {
    "a picture": (4, "'lighthouse.png'"),
    "an anchor that is not there": (10, "'#part-19' leads nowhere"),
    "code and slides that are not there": (36, "'code and slide' without a link"),
    "a stop with a space before it": (45, "end with a full stop; read as 'Ola Reef'"),
    "a link with http": (52, "the link is http; kept as https://arxiv.org/abs/2310.90003"),
    "a stop": (53, "end with a full stop; read as 'Rex Dune'"),
    "slides that are not there": (56, "'slide' without a link"),
    "a link to a PDF": (58, "leads to a PDF; kept as https://aclanthology.org/2023.acl-demo.9054/"),
    "a link to code with http": (62, "the link is http; kept as https://github.com/kelp/mussels"),
    "an empty year": (66, "nothing stands under the heading '2022'"),
    "a spelling": (77, "spelled 'Arxiv'; read as arXiv"),
    "an empty row": (79, "the row of datasets is empty"),
    "a rest without names": (84, "the datasets go on without names: '...'"),
    "a work that is there twice": (87, "is the work of line 38; one entry, entries/2024/"),
    "labels that differ": (87, "differ: label 'Arxiv 2024'; 'AISTATS 2024' is kept"),
    "another spelling": (92, "spelled 'ArXiv'; read as arXiv"),
    "an id against its label and heading": (
        92, "the id tells 2023, the label 2024 and the heading 2024; the year is 2023"
    ),
    "rows that are not there": (114, "no row names its datasets or models"),
    "a venue without a year": (117, "Harbour Magazine without a year; year stays empty"),
}  # fmt: skip


@pytest.mark.parametrize(("line", "what"), ODDITIES.values(), ids=ODDITIES)
def test_an_oddity_is_told_with_its_line(tide: Imported, line: int, what: str) -> None:
    assert what in said(tide, line)


def test_what_every_list_has_is_not_told(tide: Imported) -> None:
    ordinary = {1, 2, 6, 7, 17, 18, 20, *range(21, 31), 37, 43, 69, 70, 72, 86, 107}

    assert ordinary.isdisjoint({it.line for it in tide.oddities})


def test_oddities_come_in_the_order_of_their_lines(tide: Imported) -> None:
    lines = [it.line for it in tide.oddities]

    assert lines == sorted(lines)


# The same work twice


def test_the_published_label_of_two_wins_and_lists_are_united(tide: Imported) -> None:
    gulls = entry(tide, "What Gulls")

    assert (gulls.venue, gulls.year) == ("AISTATS", 2024)
    assert gulls.datasets == ("Gull review", "Tern review", "Finance", "Skua")
    assert gulls.models == ("BERT", "RoBERTa", "distilBERT", "GPT")


PREPRINT = "- [Tea](https://arxiv.org/abs/2405.90001) [arXiv 2024]\n"


def test_a_published_item_that_comes_second_wins_too() -> None:
    text = PREPRINT + REST + "  - [code](https://a.org/1)\n" + ITEM + "  - [code](https://a.org/2)"

    imported = read(text)
    assert imported.works[0].entry.venue == "ICML"
    assert imported.works[0].entry.authors == ("Ada Holt",)
    assert imported.works[0].entry.links == {"code": "https://a.org/2"}
    assert "differ: code 'https://a.org/1'; 'https://a.org/2' is kept" in said(imported, 1)


def test_equal_titles_of_one_author_with_two_ids_are_one_work() -> None:
    text = ITEM + REST + "- [TEA](https://openreview.net/forum?id=AbCdEfGhIj) [TMLR 2024]\n" + REST

    assert only(text).ids == {"arxiv": "2405.90001", "openreview": "AbCdEfGhIj"}


@pytest.mark.parametrize("other", ["arxiv.org/abs/2405.90002", "a.org/1"])
def test_equal_titles_are_two_works_where_ids_or_authors_differ(other: str) -> None:
    authors = "Ada Holt" if "arxiv" in other else "Bo Reed"
    text = f"{ITEM}{REST}- [Tea](https://{other}) [ICML 2024]\n  - authors: {authors}"

    assert len(read(under("Published Papers", text)).works) == 2


def test_items_of_one_work_that_differ_are_told_in_full() -> None:
    second = PREPRINT.replace("Tea", "Tea Time") + "  - authors: Ada Holt, Bo Reed"
    imported = read(under("Applications") + "\n## Preprints\n" + second)

    assert imported.works[0].entry.section == "applications"
    assert "title 'Tea Time'; 'Tea' is kept" in said(imported, 11)
    assert "authors 'Ada Holt, Bo Reed'; 'Ada Holt' is kept" in said(imported, 11)
    assert "section 'preprints'; 'applications' is kept" in said(imported, 11)


def test_keys_that_are_taken_get_a_suffix() -> None:
    rows = [f"- [Tea {at}](https://arxiv.org/abs/2405.9{at:04})\n{REST}" for at in range(28)]

    keys = [work.key for work in read(under("Preprints", "".join(rows))).works]
    assert keys[:2] == ["holt2024tea", "holt2024teab"]
    assert keys[25:] == ["holt2024teaz", "holt2024teaba", "holt2024teabb"]


# Years


YEARS = {
    "of the venue": ("2312.90001", "ICML 2024", "2024", 2024),
    "of the venue, against the heading": ("2312.90001", "ICML 2024", "2022", 2024),
    "of a venue without one": ("2312.90001", "ICML", "2024", None),
    "of a preprint": ("2312.90001", "arXiv 2024", "2024", 2023),
    "of a preprint without a label": ("2312.90001", "", "2024", 2023),
}


@pytest.mark.parametrize(("id_", "label", "heading", "year"), YEARS.values(), ids=YEARS)
def test_the_year_is_the_venue_s_or_the_first_version_s(
    id_: str, label: str, heading: str, year: int | None
) -> None:
    text = f"### {heading}\n- [Tea](https://arxiv.org/abs/{id_}) [{label}]\n{REST}"

    assert only(under("Published Papers", text)).year == year


@pytest.mark.parametrize(
    ("label", "year"), [("OpenReview 2023", 2023), ("OpenReview", 2022), ("", 2022)]
)
def test_where_the_id_tells_no_year_the_label_does_and_then_the_heading(
    label: str, year: int
) -> None:
    text = f"### 2022\n- [Tea](https://openreview.net/forum?id=AbCdEfGhIj) [{label}]\n{REST}"

    assert only(under("Preprints", text)).year == year


def test_a_label_against_its_heading_is_told() -> None:
    imported = read(under("Published Papers", f"### 2022 (1)\n{ITEM}{REST}"))

    assert "the label says 2024, the heading 2022; the year is 2024" in said(imported, 6)


def test_a_venue_without_a_year_is_filed_under_the_year_of_the_id() -> None:
    (work,) = read(ITEM.replace(" 2024", "") + REST).works

    assert work.path == "entries/2024/holt2024tea.yaml"


def test_a_work_whose_year_nothing_tells_is_filed_under_this_year_and_told() -> None:
    imported = read("- [Tea](https://a.org/1) [ICML]\n" + REST)

    assert imported.works[0].path.startswith("entries/2026/")
    assert "nothing tells its year; it is filed under 2026" in said(imported, 1)


# Sections


@pytest.mark.parametrize("heading", ["applications", "🔥 Applications!", "Applications (12)"])
def test_a_section_is_known_by_its_title(heading: str) -> None:
    assert only(under(heading)).section == "applications"


def test_a_section_that_the_rule_would_choose_is_not_set() -> None:
    assert only(under("Published Papers")).section is None
    assert only(under("Preprints", PREPRINT + REST)).section is None


def test_a_section_against_the_rule_is_set_and_told() -> None:
    imported = read(under("Preprints"))

    assert imported.works[0].entry.section == "preprints"
    assert "'ICML 2024' it does not belong in Preprints" in said(imported, 5)


def test_one_heading_may_hold_section_and_year() -> None:
    text = "# Papers\n## Applications, 2023\n- [Tea](https://a.org/1) [Preprint]\n" + REST

    assert (only(text).section, only(text).year) == ("applications", 2023)


def test_year_headings_beside_the_section_headings_do_not_end_them() -> None:
    text = "## Applications\n## 2023\n- [Tea](https://a.org/1)\n" + REST

    assert (only(text).section, only(text).year) == ("applications", 2023)


def test_a_section_ends_the_year_of_the_one_before() -> None:
    text = "## Preprints\n### 2023\n## Applications\n- [Tea](https://a.org/1)\n" + REST

    assert only(text).year is None


def test_a_year_may_stand_above_the_sections() -> None:
    assert only("## 2023\n### Applications\n- [Tea](https://a.org/1)\n" + REST).year == 2023


def test_an_unknown_heading_is_told_and_the_rule_decides() -> None:
    imported = read("# Papers\n## Applications\n## Surveys\n" + ITEM + REST)

    assert imported.works[0].entry.section is None
    assert "the heading 'Surveys' is no section; papers below it go where" in said(imported, 3)
    assert "'Tea' is under no section of the list; the list's rule decides" in said(imported, 4)


def test_an_unknown_heading_below_a_section_is_told_and_its_papers_stay() -> None:
    imported = read(under("Applications", "### For Kitchens, 2023\n" + ITEM + REST))

    assert imported.works[0].entry.section == "applications"
    assert "papers below it stay in Applications" in said(imported, 5)


def test_a_section_whose_title_is_a_year_is_no_year_heading() -> None:
    sections = [{"key": "old", "title": "1999", "takes": "named"}]

    assert only(under("1999"), sections=sections).section == "old"


# Items


ITEMS = {
    "bold": "- **[Tea](https://arxiv.org/abs/2405.90001)** [ICML 2024]",
    "bold inside": "- [**Tea**](https://arxiv.org/abs/2405.90001) **[ICML 2024]**",
    "a star": "* [Tea](https://arxiv.org/abs/2405.90001) [ICML 2024]",
    "a number": "1. [Tea](https://arxiv.org/abs/2405.90001) [ICML 2024]",
    "a check box": "- [x] [Tea](https://arxiv.org/abs/2405.90001) [ICML 2024]",
    "a venue in round brackets": "- [Tea](https://arxiv.org/abs/2405.90001) (ICML 2024)",
    "a venue without brackets": "- [Tea](https://arxiv.org/abs/2405.90001), *ICML 2024*.",
    "a venue without a space": "- [Tea](https://arxiv.org/abs/2405.90001) [ICML'24]",
    "a year in round brackets": "- [Tea](https://arxiv.org/abs/2405.90001) [ICML (2024)]",
    "a year first": "- [Tea](https://arxiv.org/abs/2405.90001) [2024, ICML]",
    "a venue by its full name": "- [Tea](https://arxiv.org/abs/2405.90001) [International Conference on Machine Learning 2024]",
    "a venue first": "- [ICML 2024] [Tea](https://arxiv.org/abs/2405.90001)",
    "a title before its link": "- **Tea** (ICML 2024). [[paper]](https://arxiv.org/abs/2405.90001)",
    "a title before its address": "- Tea [ICML 2024] <https://arxiv.org/abs/2405.90001>",
    "a link below": "- Tea [ICML 2024]\n  - paper: [PDF](https://arxiv.org/pdf/2405.90001)",
    "a venue below": "- [Tea](https://arxiv.org/abs/2405.90001)\n  - **Venue:** ICML 2024",
    "two rows": "- [Tea](https://arxiv.org/abs/2405.90001)\n  [ICML 2024]",
}


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
def test_an_item_may_be_written_in_many_ways(item: str) -> None:
    tea = only(under("Published Papers", f"{item}\n{REST}"))

    assert (tea.title, tea.venue, tea.year) == ("Tea", "ICML", 2024)
    assert tea.ids == {"arxiv": "2405.90001"}


@pytest.mark.parametrize(
    ("written", "title"),
    [
        (r"Tea \[Green\]", "Tea [Green]"),
        ("Tea [Green]", "Tea [Green]"),
        (r"A\*B", "A*B"),
        ("Salt &amp; Tea", "Salt & Tea"),
        ("At @<!-- -->Home for <span>$</span>5", "At @Home for $5"),
    ],
)
def test_markup_of_a_title_is_undone(written: str, title: str) -> None:
    assert only(f"- [{written}](https://arxiv.org/abs/2405.90001)\n{REST}").title == title


def test_a_long_venue_without_a_year_keeps_its_words() -> None:
    label = "Workshop on Tea 2023-2024"

    assert only(ITEM.replace("ICML 2024", label) + REST).venue == label


@pytest.mark.parametrize(
    ("label", "state"),
    [("arXiv 2024, withdrawn", "yes"), ("TMLR, possibly withdrawn", "suspected")],
)
def test_a_label_may_tell_that_the_paper_was_withdrawn(label: str, state: str) -> None:
    assert only(ITEM.replace("ICML 2024", label) + REST).withdrawn == state


def test_a_venue_gets_the_name_that_the_list_shows() -> None:
    venues = [{"name": "ICML", "full": "Machines", "aliases": ["ICML Conf"]}]
    imported = read(ITEM.replace("ICML 2024", "icml conf 2024") + REST, venues=venues)

    assert imported.works[0].entry.venue == "ICML"
    assert "the label is spelled 'icml conf'; read as ICML" in said(imported, 1)


def test_a_label_against_what_the_id_tells_is_told_and_kept() -> None:
    item = "- [Tea](https://aclanthology.org/2023.findings-acl.9054/) [ACL 2023]\n"

    assert "the id tells ACL Findings, the label ACL; the venue is ACL" in said(
        read(item + REST), 1
    )


WAYS = {
    "stars": "  - *authors*: Ada Holt and Bo Reed",
    "bold": "  - **Authors**: Ada Holt, Bo Reed",
    "bold with its colon": "  - **Authors:** Ada Holt & Bo Reed",
    "plain": "  * authors: Ada Holt, Bo Reed",
    "without a bullet": "  Authors: Ada Holt, Bo Reed",
    "after a blank row": "\n  authors: Ada Holt, Bo Reed",
    "indented as the item": "- authors: Ada Holt, Bo Reed",
    "on two rows": "  - authors: Ada Holt,\n    Bo Reed",
    "bullets below": "  - authors:\n    - Ada Holt\n    - Bo Reed",
    "in two rows": "  - authors: Ada Holt\n  - authors: Bo Reed",
}


@pytest.mark.parametrize("row", WAYS.values(), ids=WAYS)
def test_a_row_may_be_written_in_many_ways(row: str) -> None:
    assert only(ITEM + row).authors == ("Ada Holt", "Bo Reed")


def test_an_item_that_is_indented_by_one_space_is_a_neighbour() -> None:
    imported = read(
        ITEM + REST + " - [Milk](https://arxiv.org/abs/2405.90002) [ICML 2024]\n" + REST
    )

    assert [item.title for item in imported.items] == ["Tea", "Milk"]


def test_links_are_known_by_their_words_and_by_their_rows() -> None:
    rows = (
        "  - [Slides](https://a.org/s) and [video](https://a.org/v)\n"
        "  - code: https://github.com/ada/tea\n  - [Project Page](https://a.org/p)\n"
    )

    assert only(ITEM + REST + rows).links == {
        "code": "https://github.com/ada/tea",
        "slides": "https://a.org/s",
        "video": "https://a.org/v",
        "page": "https://a.org/p",
    }


def test_a_second_link_to_the_paper_is_a_second_id() -> None:
    rows = "  - [OpenReview](https://openreview.net/forum?id=AbCdEfGhIj)\n"

    assert only(ITEM + REST + rows).ids["openreview"] == "AbCdEfGhIj"


def test_topics_are_read_by_the_list_s_titles() -> None:
    imported = read(ITEM + REST + "  - topics: LoRA and adapters, Prompt Tuning\n")

    assert imported.works[0].entry.topics == ("adapters", "prompt-tuning")


LEFT_OUT = {
    "an unknown topic": ("  - topics: Tea, Prompt tuning", "'Tea' is no topic of this list"),
    "an unknown row": ("  - TL;DR: we brew", "'TL;DR: we brew' is in no field"),
    "an unknown link": ("  - [poster](https://a.org/p)", "'poster' to 'https://a.org/p' fits no"),
    "a second code": ("  - [code](https://a.org/2)", "a second link to code, 'https://a.org/2'"),
    "a second paper": ("  - [pdf](https://arxiv.org/abs/2405.90009)", "one more link to the paper"),
    "a paper elsewhere": ("  - [pdf](https://a.org/tea.pdf)", "one more link to the paper"),
    "a code link that is none": ("  - [code](code.py)", "left out"),
    "a paper link that is none": ("  - [pdf](tea.pdf)", "left out"),
    "a linked author": ("  - authors: [Bo Reed](https://b.org)", "'Bo Reed' links to 'https://b.org'"),
    "more authors": ("  - authors: Cy Ames et al.", "the authors go on without names: 'et al.'"),
    "more authors by number": ("  - authors: Cy Ames and 1,200 more", "'and 1,200 more'"),
    "an empty row of links": ("  - slides:", "the row of slides is empty"),
    "a second label": ("  - venue: NeurIPS 2024", "'NeurIPS 2024' is in no field"),
    "a sign": ("  - 🏆", "'🏆' is in no field"),
    "a bullet that says something": ("  - we\n    - brew", "'we, brew' is in no field"),
}  # fmt: skip


@pytest.mark.parametrize(("row", "what"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_what_fits_no_field_is_told_with_its_line(row: str, what: str) -> None:
    imported = read(ITEM + REST + "  - code: https://a.org/1\n" + row)

    assert what in said(imported, 6)
    assert len(imported.works) == 1


def test_text_behind_the_label_is_told() -> None:
    imported = read(ITEM.replace("[ICML 2024]", "[ICML 2024] (Best Paper) with tea") + REST)

    assert "'Best Paper' is in no field" in said(imported, 1)
    assert "'with tea' is in no field" in said(imported, 1)


@pytest.mark.parametrize("behind", ["(Oral)", "[code]", "with tea"])
def test_what_is_no_venue_is_not_taken_for_one(behind: str) -> None:
    imported = read(ITEM.replace("[ICML 2024]", behind) + REST)

    assert imported.works[0].entry.venue is None
    assert behind.strip("()[]") in said(imported, 1)


@pytest.mark.parametrize("behind", ["[Harbour Magazine]", "(ICML)", "ICML"])
def test_a_venue_without_a_year_is_known_by_its_brackets_or_by_the_list(behind: str) -> None:
    assert only(ITEM.replace("[ICML 2024]", behind) + REST).venue == behind.strip("()[]")


def test_a_version_in_a_link_is_told() -> None:
    imported = read(ITEM.replace("90001", "90001v3") + REST)

    assert "the link names version 3; kept as https://arxiv.org/abs/2405.90001" in said(imported, 1)


def test_a_link_in_an_unusual_form_is_told() -> None:
    imported = read(ITEM.replace("arxiv.org/abs", "www.arxiv.org/html") + REST)

    assert "the link is written 'https://www.arxiv.org/html/2405.90001'" in said(imported, 1)


# Lost items


LOST = {
    "no link": ("- Tea [ICML 2024]\n" + REST, "it has no link that names a paper"),
    "a link to nothing": ("- [Tea](tea.pdf)\n" + REST, "it has no link that names a paper"),
    "an id that cannot be": ("- [Tea](https://arxiv.org/abs/2413.90001)\n" + REST, "13 is not a month"),
    "no title": ("- [](https://arxiv.org/abs/2405.90001)\n" + REST, "it has no title"),
    "no authors": (ITEM, "no row names its authors"),
    "a title that is too long": (ITEM.replace("Tea", "Tea " * 200) + REST, "title: it is longer"),
    "a label that is too long": (ITEM.replace("ICML", "I" * 400) + ITEM, "is in no field"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "why"), LOST.values(), ids=LOST)
def test_an_item_that_cannot_be_an_entry_is_counted_and_told(text: str, why: str) -> None:
    imported = read(under("Published Papers", text))

    assert imported.lost == len(imported.items) > 0
    assert imported.works == ()
    assert why in said(imported, 5)
    assert "the item is lost" in said(imported, 5)


def test_bullets_outside_the_sections_that_are_no_papers_are_told_and_not_counted() -> None:
    imported = read("# Papers\n## Friends\n- [Tea List](https://a.org)\n  - a fine one\n- Us\n")

    assert imported.items == ()
    assert "'[Tea List](https://a.org)' (to line 4) is under no section" in said(imported, 3)
    assert "'Us' is under no section and no known paper; left out" in said(imported, 5)


# The page around the items


def test_text_that_introduces_nothing_is_told_with_its_first_and_last_line() -> None:
    imported = read(under("Published Papers") + "\nMore tea\nis better.\n\nYes.\n")

    assert "'More tea' (to line 11) is in no item; left out" in said(imported, 10)
    assert "'Yes.' is in no item" in said(imported, 13)


def test_an_introduction_with_a_link_out_of_the_page_is_told() -> None:
    text = "# Papers\nSee [below](#papers).\nSee [tea](https://a.org).\n"

    assert told(read(text)) == ["3: 'See [tea](https://a.org).' is in no item; left out"]


def test_a_picture_in_an_item_is_told() -> None:
    imported = read(ITEM + REST + "  ![tea](tea.png)\n")

    assert told(imported)[-1:] == [
        "5: the page shows the picture 'tea.png'; left out: no entry has pictures"
    ]


def test_a_row_of_pictures_is_told_once_for_each() -> None:
    imported = read("# Papers\n[![a](b.svg)](https://a.org) ![c](d.png)\n")

    assert len([row for row in told(imported) if "picture" in row]) == 2


def test_papers_in_comments_and_fences_are_not_items_and_are_told() -> None:
    imported = read(f"<!--\n{ITEM}-->\n```\n{ITEM}```\n```\n- [title](link)\n```\n~~~\n{ITEM}")

    assert imported.items == ()
    assert told(imported) == [
        "1: a comment (to line 3); left out",
        "4: a fenced block (to line 6); left out",
        "10: a fenced block (to line 12) never ends; left out, to the end of the page: close it, and import again",
    ]


def test_a_jump_to_a_heading_is_no_dead_one() -> None:
    text = "# Papers\n- [Tea & Cake](#tea--cake) (1)\n- [Milk](#milk)\n## Tea & Cake\n"

    assert [row for row in told(read(text)) if "nowhere" in row] == [
        "3: the link to '#milk' leads nowhere; the table of contents is made anew"
    ]


# Any list


@pytest.mark.parametrize("text", ["", "\n\n", "tea", "\0\x01\x02", "# Tea\n\n| a | b |\n"])
def test_what_is_no_list_has_no_items(text: str) -> None:
    assert read(text).items == ()


@given(title=titles(), venue=st.sampled_from([None, "ICML", "TMLR"]), topics=st.booleans())
def test_a_readme_that_was_made_from_entries_reads_back_to_them(
    title: str, venue: str | None, *, topics: bool
) -> None:
    paper = listed(
        title=title,
        authors=["Mira Holt", "Joaquín Ferré-Ruiz"],
        venue=venue,
        year=None if venue == "TMLR" else 2024,
        section=None if venue else "applications",
        topics=["adapters", "prompt-tuning"] if topics else [],
        datasets=["GLUE (MNLI, QQP)", "C4_*x*"],
        links={"code": "https://a.org/a_(b)?c=1&d=2", "video": "https://a.org/v"},
        withdrawn="suspected" if topics else None,
    )
    shown = config(shown={"fields": ["authors", "topics", "datasets", "models", "code", "video"]})
    page = render.pages([paper], shown)[render.README]

    imported = markdown_list.read(page, config=shown, today=paper.entry.added or TODAY)
    (found,) = imported.works
    assert found.entry.model_copy(update={"sources": {}}) == paper.entry


PARTS = st.sampled_from(
    ["- ", "  - ", "# ", "## Preprints", "### 2024", "[", "](", ")", "]", "(", "\n", "\n\n", "```", "<!--",
     "-->", "<a id=", "![", "https://", "arxiv.org/abs/2405.90001", "[Tea](https://arxiv.org/abs/2405.90001)",
     "[ICML 2024]", "authors: ", "datasets:", "Ada Holt", ", ", " and ", "...", "*", "_", "\\", "&amp;", "#x",
     "\ufeff", "\0", "\ud800", "é", " ", "code", "topics: ", "'24", "10.1/x", "\u2028", "|", "---", "==="],
)  # fmt: skip


@given(st.lists(st.one_of(PARTS, st.text(max_size=6)), max_size=40).map("".join))
def test_text_of_any_kind_is_read_without_an_error(text: str) -> None:
    imported = read(text)

    assert imported.lost + len(imported.works) + imported.duplicates == len(imported.items)
    assert all(1 <= it.line <= text.count("\n") + text.count("\r") + 1 for it in imported.oddities)


LONG = {
    "brackets": "- " + "[" * 30_000,
    "links": "- " + "[a](" * 8_000,
    "stars": "- " + "*a " * 10_000,
    "comments": "<!-- " * 6_000,
    "tags": "- " + "<a " * 10_000,
    "rows": ITEM + "x\n" * 4_000,
    "nesting": "".join(" " * depth + "- a\n" for depth in range(240)),
    "commas": ITEM + "  - authors: " + "," * 30_000,
    "rows of names": ITEM + "  - authors: b\n" * 3_000,
    "equal keys": "".join(f"- [a](https://a.org/{at})\n  - authors: b\n" for at in range(300)),
}


@pytest.mark.untraced
@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_time_grows_with_the_length_of_the_text(text: str) -> None:
    start = time.process_time()
    read(text)

    assert time.process_time() - start < 2
