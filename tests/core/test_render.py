import re
from xml.etree import ElementTree as ET

import cmarkgfm
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import mindmap, render, shelf
from bot.core.entry import Listed
from bot.core.github import Slugs
from tests.making import Page, config, listed, paper, rendered, titles


def readme(*papers: Listed, **fields: object) -> str:
    return render.pages(papers, config(**fields))[render.README]


def anchors(markdown: str) -> set[str]:
    """The anchors that GitHub gives the headings, from the finished page's own headings."""
    html = cmarkgfm.github_flavored_markdown_to_html(markdown)
    slugs = Slugs()
    return {
        slugs.anchor(Page(inner).text)
        for inner in re.findall(r"<h[1-6]>(.*?)</h[1-6]>", html, re.DOTALL)
    }


PUBLISHED = listed("entries/2023/a.yaml", title="Alpha", venue="ICML", year=2023)
PREPRINT = listed("entries/2024/b.yaml", title="Beta", ids={"arxiv": "2401.00002"})
USE = listed(
    "entries/2022/c.yaml", title="Gamma", year=2022, section="applications", venue="TMLR",
    ids={"openreview": "AbCdEfGhIj"},
)  # fmt: skip


def test_every_paper_stands_in_its_section_under_its_year() -> None:
    text = readme(PREPRINT, USE, PUBLISHED)

    published, preprints, applications = (
        text.index(f"\n## {title}\n") for title in ("Published Papers", "Preprints", "Applications")
    )
    assert published < text.index("### Published Papers, 2023") < text.index("[Alpha]") < preprints
    assert preprints < text.index("### Preprints, 2024") < text.index("[Beta]") < applications
    assert applications < text.index("[Gamma]")


def test_every_link_of_the_contents_leads_to_a_heading() -> None:
    text = readme(PUBLISHED, PREPRINT, USE)

    inner = {link[1:] for link in rendered(text).links if link.startswith("#")}
    assert {"published-papers-2023", "preprints-2024", "applications", "licence"} <= inner
    assert inner <= anchors(text)


def test_equal_section_titles_still_give_anchors_that_exist() -> None:
    twice = [
        {"key": "published", "title": "Papers", "takes": "venue"},
        {"key": "preprints", "title": "Papers", "takes": "no-venue"},
    ]
    text = readme(PUBLISHED, PREPRINT, sections=twice)

    inner = {link[1:] for link in rendered(text).links if link.startswith("#")}
    assert {"papers", "papers-1"} <= inner <= anchors(text)


def test_the_counts_are_those_of_the_entries() -> None:
    text = rendered(readme(PUBLISHED, PREPRINT, USE)).text

    assert "3 papers · Published Papers 1 · Preprints 1 · Applications 1\n" in text


def test_a_section_without_papers_says_so() -> None:
    assert readme(PUBLISHED).count("No papers here yet.") == 2


def test_the_same_entries_in_any_order_give_the_same_bytes() -> None:
    assert readme(PUBLISHED, PREPRINT, USE) == readme(USE, PUBLISHED, PREPRINT)


def test_an_item_has_the_lists_format() -> None:
    entry = paper(
        title="FedQuill",
        venue="ICML",
        topics=["prompt-tuning"],
        datasets=["C4", "MNLI"],
        models=["GPT-2"],
        links={"video": "https://example.org/v", "code": "https://github.com/holt/fedquill"},
    )

    assert render.item(
        entry,
        config(shown={"fields": ["authors", "topics", "datasets", "models", "code", "video"]}),
    ) == (
        "- [FedQuill](https://arxiv.org/abs/2405.90001) [ICML 2024]\n"
        "  - *authors*: Mira Holt, Joaquín Ferré-Ruiz\n"
        "  - *topics*: Prompt tuning\n"
        "  - *datasets*: C4, MNLI\n"
        "  - *models*: GPT-2\n"
        "  - [code](https://github.com/holt/fedquill) [video](https://example.org/v)"
    )


def test_what_an_entry_lacks_leaves_no_placeholder() -> None:
    assert render.item(paper(title="FedQuill", authors=["A"]), config()) == (
        "- [FedQuill](https://arxiv.org/abs/2405.90001) [arXiv 2024]\n  - *authors*: A"
    )


def test_beyond_the_shown_authors_stands_their_number() -> None:
    entry = paper(authors=[f"Author {n}" for n in range(1_204)])

    assert "Author 0, Author 1 and 1,202 more" in render.item(entry, config(shown={"authors": 2}))


@pytest.mark.parametrize(
    ("fields", "label"),
    [
        ({"venue": "ICML"}, "ICML 2024"),
        ({"venue": "IEEE Magazine", "year": None}, "IEEE Magazine"),
        ({}, "arXiv 2024"),
        ({"ids": {"openreview": "AbCdEfGhIj"}}, "OpenReview 2024"),
        ({"ids": {"doi": "10.1000/abc"}}, "Preprint 2024"),
        ({"withdrawn": "yes"}, "arXiv 2024, withdrawn"),
        ({"withdrawn": "suspected"}, "arXiv 2024, possibly withdrawn"),
    ],
)
def test_the_label_tells_where_and_when(fields: dict[str, object], label: str) -> None:
    assert shelf.label(paper(**fields)) == label


def test_a_section_that_the_list_lost_leaves_the_paper_to_the_rule() -> None:
    assert shelf.section_key(paper(section="gone"), config()) == "preprints"
    assert shelf.section_key(paper(section="gone", venue="ICML"), config()) == "published"


def test_newest_papers_come_first() -> None:
    old = listed("entries/2023/o.yaml", title="Old", year=2023, ids={"arxiv": "2312.00001"})
    new = listed("entries/2024/n.yaml", title="New", ids={"arxiv": "2409.00001"})
    mid = listed("entries/2024/m.yaml", title="Mid", ids={"arxiv": "2401.00001"})
    without = listed("entries/2024/w.yaml", title="Without", ids={"openreview": "AbCdEfGhIj"})

    assert shelf.order([old, without, mid, new]) == [new, mid, without, old]


def test_a_paper_of_unknown_year_has_a_heading_of_its_own() -> None:
    undated = listed("entries/2024/u.yaml", year=None, ids={"openreview": "AbCdEfGhIj"})

    assert "### Preprints, year unknown" in readme(undated)


@given(titles(), titles(), titles())
def test_any_text_stands_in_the_readme_literally_and_alone(
    title: str, author: str, data: str
) -> None:
    one = listed(title=title, authors=[author[:300]], datasets=[data[:300]], models=[data[:300]])
    page, plain = rendered(readme(one)), rendered(readme(listed()))

    for text in (title, author, data):
        assert text in page.text
    assert sorted(page.links) == sorted(plain.links)
    assert page.elements.count("li") == plain.elements.count("li") + 2
    assert set(page.elements) - set(plain.elements) <= {"span"}


@given(titles())
def test_the_readme_is_well_formed_html(title: str) -> None:
    html = cmarkgfm.github_flavored_markdown_to_html(readme(listed(title=title)))

    ET.fromstring(f"<page>{html}</page>")  # noqa: S314 - our own output


def many(count: int) -> list[Listed]:
    return [
        listed(
            f"entries/2024/p{n}.yaml",
            title=f"Paper {n} " + "long " * 20,
            year=2020 + n % 3,
            ids={"arxiv": f"2401.{n:05}"},
        )
        for n in range(1, count + 1)
    ]


def test_a_long_readme_splits_into_pages_that_hold_every_paper_once() -> None:
    pages = render.pages(many(300), config(limits={"readme_bytes": 30_000}))

    assert render.README in pages
    assert len(pages) > 4
    assert all(len(text.encode()) <= 30_000 for text in pages.values())
    papers = [name for name in pages if name != render.README]
    assert sum(pages[name].count("\n- [Paper ") for name in papers) == 300
    assert pages[render.README].count("[Paper ") == 0


def test_every_link_between_the_pages_is_alive() -> None:
    pages = render.pages(many(300), config(limits={"readme_bytes": 30_000}))
    text = pages[render.README]
    links = rendered(text).links

    assert {link[1:] for link in links if link.startswith("#")} <= anchors(text)
    assert {link for link in links if link.startswith("papers/")} == set(pages) - {render.README}
    for name in set(pages) - {render.README}:
        assert "../README.md" in rendered(pages[name]).links


def test_links_stay_relative_until_a_repository_is_known() -> None:
    assert "(../../issues/new?template=paper.yml)" in readme()
    known = readme(repository="holt/papers")
    assert "(https://github.com/holt/papers/issues/new?template=paper.yml)" in known
    assert render.submit_url(config(), depth=1) == "../../../issues/new?template=paper.yml"


def test_the_mindmap_shows_the_topics_that_have_papers() -> None:
    drawn = mindmap.draw([paper(topics=["adapters"]), paper(topics=["adapters"])], config())

    assert drawn == (
        'mindmap\n  root(("Testing"))\n    b0["Training"]\n      b0l0("LoRA and adapters (2)")'
    )


@given(st.text(min_size=1, max_size=60).filter(lambda t: t.isprintable()))
def test_no_name_breaks_out_of_its_node(name: str) -> None:
    drawn = mindmap.draw([], config(short_title=name))

    assert drawn.count('"') == 2
    assert "```" not in drawn


def test_slugs_follow_githubs_numbering() -> None:
    slugs = Slugs()

    assert [slugs.anchor(text) for text in ("A b", "A b", "Ünï-cødé!", "a_b.c", "A b")] == [
        "a-b", "a-b-1", "ünï-cødé", "a_bc", "a-b-2",
    ]  # fmt: skip
