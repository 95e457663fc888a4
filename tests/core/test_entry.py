from datetime import date

import pytest

from bot.core import entry
from bot.core.entry import Entry
from bot.model import Identity
from tests.making import listed, paper

WHOLE = """\
title: 'FedQuill: Prompt Tuning over Slow Links'
authors:
- Mira Holt
- Joaquín Ferré-Ruiz
year: 2024
venue: 'NO'
section: applications
topics: [prompt-tuning]
ids: {arxiv: '2310.10040', doi: 10.1000/abc}
links: {code: 'https://github.com/holt/fedquill', video: 'https://example.org/v'}
datasets: [C4, '20240']
models: [GPT-2]
abstract: 'Prompts: tuned.'
added: 2026-11-24
promoted: 2026-12-01
withdrawn: suspected
sources: {title: list, authors: arxiv}
locked: [venue]
"""


def read(text: str) -> Entry:
    loaded = entry.load(text, file="entries/2024/x.yaml")
    assert isinstance(loaded, Entry), loaded
    return loaded


def told(text: str) -> list[str]:
    problems = entry.load(text, file="entries/2024/x.yaml")
    assert isinstance(problems, tuple)
    return [f"{one.field}: {one.what}. {one.fix}" for one in problems]


def test_an_entry_is_read_and_written_back_to_the_same_bytes() -> None:
    assert entry.dump(read(WHOLE)) == WHOLE


def test_an_entry_keeps_what_looks_like_a_number_or_a_truth_as_text() -> None:
    one = read(WHOLE)

    assert (one.ids["arxiv"], one.venue, one.datasets[1]) == ("2310.10040", "NO", "20240")
    assert (one.year, one.added) == (2024, date(2026, 11, 24))


MINIMAL = "title: X\nauthors: [A]\nids: {arxiv: '2310.10040'}\n"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (
            "year: twenty",
            "year: 'twenty' is not a number that fits here. Write it such as year: 2024",
        ),
        ("year: 1492", "year: '1492' is not a number"),
        ("venu: ICML", "venu: there is no such field. Take it out, or use one of: title,"),
        ("venue:", "venue: it is empty. Take the line out, or fill it."),
        (
            "venue: [ICML]",
            "venue: it has a value of the wrong kind. Write it such as venue: ICASSP",
        ),
        ("datasets: C4", "datasets: it has a value of the wrong kind"),
        ("topics: [Prompt Tuning]", "topics.0: 'Prompt Tuning' holds characters"),
        ("added: soon", "added: 'soon' is not a day. Write it such as added: 2026-11-24"),
        ("withdrawn: maybe", "withdrawn: 'maybe' is not one of 'suspected' or 'yes'"),
        ("links: {code: 'javascript:alert(1)'}", "links.code: 'javascript:alert(1)' holds"),
        ("links: {repo: https://x.org}", "links.repo"),
        ("abstract: 'a\u202eb'", "abstract: 'a\\u202eb' holds characters that do not belong"),
        ("abstract: 'a\u200cb'", ""),
        ("locked: [titel]", "locked.0: 'titel' is no field. Use one of: arxiv,"),
        ("sources: {venu: list}", "sources.venu.[key]: 'venu' is no field"),
        ("models: [" + "x" * 301 + "]", "models.0: it is longer than 300. Shorten it."),
    ],
)
def test_a_wrong_field_is_told_with_its_cure(line: str, problem: str) -> None:
    if problem:
        assert told(MINIMAL + line + "\n")[0].startswith(problem)
    else:
        read(MINIMAL + line + "\n")


def test_a_missing_field_is_told_with_an_example() -> None:
    assert told("title: X\nids: {arxiv: '2310.10040'}\n") == [
        "authors: it is missing. Write it such as authors: [Haodong Zhao, Wei Du]"
    ]


@pytest.mark.parametrize(
    ("ids", "what"),
    [
        ("{arxiv: '2313.00001'}", "arxiv"),
        ("{arxiv: '2310.10040v2'}", "arxiv"),
        ("{url: 'javascript:x'}", "url"),
        ("{doi: nonsense}", "doi"),
        ("{isbn: '1'}", "isbn"),
    ],
)
def test_an_id_that_cannot_exist_is_a_problem(ids: str, what: str) -> None:
    assert what in told(f"title: X\nauthors: [A]\nids: {ids}\n")[0]


def test_an_entry_that_links_to_no_paper_is_a_problem() -> None:
    assert "nothing links to the paper" in told("title: X\nauthors: [A]\n")[0]


def test_all_problems_of_an_entry_are_told_at_once() -> None:
    assert len(told("title: ''\nauthors: []\nyear: x\nfoo: 1\nids: {arxiv: x}\n")) == 5


def test_a_page_alone_links_to_the_paper() -> None:
    assert paper(ids={}, links={"page": "https://example.org/p"}).url == "https://example.org/p"


def test_the_title_links_to_the_open_copy_first() -> None:
    one = paper(ids={"doi": "10.1000/abc", "arxiv": "2405.90001"})

    assert one.url == "https://arxiv.org/abs/2405.90001"
    assert one.identities[1] == Identity(kind="doi", id="10.1000/abc")


@pytest.mark.parametrize(
    ("year", "ids", "sorted_by"),
    [
        (2025, {"arxiv": "2405.90001"}, 2025),
        (None, {"arxiv": "2405.90001"}, 2024),
        (None, {"openreview": "AbCdEfGhIj"}, None),
    ],
)
def test_a_paper_without_a_year_is_filed_under_its_ids(
    year: int | None, ids: dict[str, str], sorted_by: int | None
) -> None:
    assert paper(year=year, ids=ids).sort_year == sorted_by


def test_the_key_is_the_files_name() -> None:
    assert listed("entries/2023/zhao2023fedprompt.yaml").key == "zhao2023fedprompt"


HASH = "0123456789abcdef" * 2
TRACK = f"https://proceedings.neurips.cc/paper_files/paper/2023/hash/{HASH}-Abstract-T_1.html"


@pytest.mark.parametrize(
    ("page", "url"),
    [
        (TRACK, TRACK),
        ("https://example.org/", TRACK.replace("T_1", "Conference")),
        (TRACK.replace("2023", "2024"), TRACK.replace("T_1", "Conference")),
    ],
    ids=["own", "project", "other paper"],
)
def test_a_neurips_title_links_to_the_track_that_its_page_tells(page: str, url: str) -> None:
    assert paper(ids={"neurips": f"2023/{HASH}"}, links={"page": page}).url == url
