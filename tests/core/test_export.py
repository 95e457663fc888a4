import csv
import io
import json

import bibtexparser
import jsonschema
from bibtexparser.bparser import BibTexParser
from hypothesis import given
from pylatexenc.latex2text import (
    LatexNodes2Text,
    MacroTextSpec,
    get_default_latex_context_db,
)

from bot.core import export
from bot.core.entry import Listed
from tests.making import config, listed, titles


def bib(*papers: Listed) -> dict[str, dict[str, str]]:
    """The records as a BibTeX reader has them, TeX turned to text."""
    text = export.files(papers, config())["papers.bib"]
    parsed = bibtexparser.loads(
        text, BibTexParser(common_strings=True, ignore_nonstandard_types=False)
    )
    records: dict[str, dict[str, str]] = parsed.entries_dict
    return records


def _reader() -> LatexNodes2Text:
    # The reader lacks three of LaTeX's own macros: https://ctan.org/pkg/encguide
    known = get_default_latex_context_db()
    own = {"textbraceleft": "{", "textbraceright": "}", "textasciicircum": "^"}
    macros = [MacroTextSpec(name, simplify_repl=char) for name, char in own.items()]
    known.add_context_category("own", prepend=True, macros=macros)
    return LatexNodes2Text(latex_context=known, strict_latex_spaces=True)


READER = _reader()


def plain(tex: str) -> str:
    found: str = READER.latex_to_text(tex)
    return found


@given(titles(), titles())
def test_any_title_and_venue_come_back_from_a_bibtex_reader(title: str, venue: str) -> None:
    record = bib(listed(title=title, venue=venue[:300]))["holt2024fedquill"]

    assert plain(record["title"]) == title
    assert plain(record["booktitle"]) == venue[:300]


@given(titles(), titles())
def test_a_hostile_record_harms_no_other(title: str, author: str) -> None:
    other = listed("entries/2024/other.yaml", title="Other", ids={"arxiv": "2405.90002"})

    records = bib(listed(title=title, authors=[author[:300]]), other)

    assert set(records) == {"holt2024fedquill", "other"}
    assert plain(records["other"]["title"]) == "Other"


def test_a_preprint_is_cited_with_its_arxiv_number() -> None:
    record = bib(listed())["holt2024fedquill"]

    assert record["ENTRYTYPE"] == "misc"
    assert (record["eprint"], record["archiveprefix"]) == ("2405.90001", "arXiv")
    assert record["author"] == "Mira Holt and Joaquín Ferré-Ruiz"


def test_a_journal_paper_is_an_article_and_a_venue_is_named_in_full() -> None:
    article = bib(listed(venue="TMLR"))["holt2024fedquill"]
    paper = bib(listed(venue="ICML"))["holt2024fedquill"]

    assert (article["ENTRYTYPE"], article["journal"]) == ("article", "Transactions on ML Research")
    assert paper["ENTRYTYPE"] == "inproceedings"
    assert paper["booktitle"] == "International Conference on Machine Learning"


def test_a_name_with_and_or_a_comma_stays_one_author() -> None:
    record = bib(listed(authors=["Search and Rescue Team", "Sam Obi, Jr."]))["holt2024fedquill"]

    assert record["author"] == "{Search and Rescue Team} and {Sam Obi, Jr.}"


def test_a_year_that_is_not_proven_is_not_cited() -> None:
    assert "year" not in bib(listed(venue="ICML", year=None))["holt2024fedquill"]


def test_the_json_fits_its_schema_and_leaves_nothing_out() -> None:
    one = listed(
        venue="ICML", topics=["adapters"], links={"code": "https://example.org/c"},
        datasets=["C4"], models=["GPT-2"], abstract="We.", promoted="2026-11-21",
        withdrawn="suspected",
    )  # fmt: skip
    files = export.files([one, listed("entries/2024/x.yaml", title="Y")], config())
    document, schema = json.loads(files["papers.json"]), json.loads(files["papers.schema.json"])

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema)
    assert document["papers"][0] == {
        "key": "holt2024fedquill",
        "title": "FedQuill: Prompt Tuning over Slow Links",
        "authors": ["Mira Holt", "Joaquín Ferré-Ruiz"],
        "year": 2024,
        "venue": "ICML",
        "section": "published",
        "topics": ["adapters"],
        "url": "https://arxiv.org/abs/2405.90001",
        "ids": {"arxiv": "2405.90001"},
        "links": {"code": "https://example.org/c"},
        "datasets": ["C4"],
        "models": ["GPT-2"],
        "abstract": "We.",
        "added": "2026-11-20",
        "promoted": "2026-11-21",
        "withdrawn": "suspected",
    }


@given(titles())
def test_any_title_comes_back_from_json_and_csv(title: str) -> None:
    files = export.files([listed(title=title)], config())

    assert json.loads(files["papers.json"])["papers"][0]["title"] == title
    rows = list(csv.DictReader(io.StringIO(files["papers.csv"])))
    assert len(rows) == 1
    assert rows[0]["title"] in {title, f"'{title}"}
    assert not rows[0]["title"].startswith(("=", "+", "-", "@"))


def test_the_csv_has_a_column_for_each_id_and_link() -> None:
    one = listed(links={"code": "https://example.org/c"})
    row = next(csv.DictReader(io.StringIO(export.files([one], config())["papers.csv"])))

    assert row["arxiv"] == "2405.90001"
    assert row["code"] == "https://example.org/c"
    assert row["authors"] == "Mira Holt; Joaquín Ferré-Ruiz"
    assert row["doi"] == row["venue"] == ""


def test_the_list_itself_can_be_cited() -> None:
    text = export.citation(config(title="A & B", repository="holt/papers"))
    record = bibtexparser.loads(text).entries[0]

    assert record["ID"] == "a-b"
    assert plain(record["title"]) == "A & B"
    assert record["url"] == "https://github.com/holt/papers"
